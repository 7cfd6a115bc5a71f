/* SPDX-License-Identifier: GPL-3.0-or-later */
/* history.h: the last dozen keyframes of a feed in compact form, and how a
 * new one compares with them. PURE. For the judge's files only.
 *
 * A pair is compared three ways. Pixels: mean difference over the calmest 40
 * of 48 tiles, so that a person or a clock in a corner does not hide the
 * floor. Blocks: share of 8x8 blocks that are equal bit by bit, among those
 * that hold texture (flat ones are equal in live pictures too). Coarse cells:
 * signed change of the mean of 1/20 x 1/10 of the picture, in which coding
 * noise averages out and things that move stay.
 */
#ifndef MONITOR_JUDGE_HISTORY_H
#define MONITOR_JUDGE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define HISTORY 12u
#define TILES 48u
#define TILES_CALM 40u
#define TILE_PIXELS 12u
#define COARSE_W 20u
#define COARSE_H 10u
#define COARSE (COARSE_W * COARSE_H)
#define CELL_BYTES ((COARSE + 7u) / 8u)

struct note { /* one keyframe, 1.6 KB */
	int64_t at_us;
	uint64_t hash;
	uint32_t au_bytes;
	uint16_t sharp_q8;
	uint16_t width;
	uint16_t height;
	uint8_t pixel[TILES * TILE_PIXELS];
	uint16_t block[BLOCK_HASHES];
	uint8_t textured[BLOCK_HASHES / 8];
	uint16_t coarse[COARSE]; /* mean luma, q8 */
};

struct history {
	struct note ring[HISTORY];
	uint8_t anchor[TILES * TILE_PIXELS]; /* pixels of an older one */
	bool anchored;
	uint8_t count;
	uint8_t next;
};

struct pair {
	uint32_t calm_q8;	 /* mean difference of the calm tiles, levels */
	uint16_t equal_permille; /* of textured blocks */
	uint16_t outside_permille; /* the same without the three rows of ten
				    * that differ most: a clock's */
	uint16_t blocks;	   /* textured blocks that were compared */
	bool identical;		   /* every sample of the picture */
};

/* A new keyframe against all that are remembered. */
struct contrast {
	bool first;	 /* nothing to compare with: the rest is zero */
	bool intra_only; /* every picture is coded by itself: MJPEG */
	uint8_t depth;	 /* how many were compared */
	struct pair adjacent;
	uint32_t lag_q8[HISTORY]; /* calm difference to each, newest first */
	uint32_t near_q8;	  /* smallest and largest of them */
	uint32_t far_q8;
	uint32_t excess_percent; /* near, against the most that coding one
				  * still picture twice makes of it */
	uint32_t mid_q8;	 /* and the median */
	uint32_t anchor_q8; /* calm difference to the anchor; UINT32_MAX none */
	uint16_t equal_permille;   /* largest share of equal blocks */
	uint16_t outside_permille; /* of those outside a clock's rows */
	uint8_t near_lag;	   /* how many keyframes back the nearest is */
	uint8_t equal_lag;  /* how many keyframes back that was, from 1 */
	uint16_t blocks;    /* textured blocks, fewest of all pairs */
	uint16_t change_q8; /* largest change of a cell, as below */
	uint16_t hot; /* cells that changed much, both to the one before and to
		       * the most like of all: what the coder did comes back,
		       * what moved does not */
	uint8_t hot_cell[CELL_BYTES]; /* which, a bit each */
};

/* Forgets all; also how one begins. */
void history_clear(struct history *h);
/* Another connection: only the newest stays. A server that plays a film again
 * from its start shows pictures that were seen before, yet it moves; one that
 * is frozen still shows the newest. */
void history_break(struct history *h);
/* Keeps the newest note as the anchor: what later ones are compared with,
 * however much later. A picture of another size, or another connection, loses
 * it. */
void history_anchor(struct history *h);
/* Compares the sample with the history, then takes it in. A picture of
 * another size clears the history first. */
void history_take(struct history *h, const struct sample *s,
    struct contrast *c_out);
/* The newest note; NULL when there is none. */
const struct note *history_last(const struct history *h);
/* The lag-th newest, from 1 to h->count. */
const struct note *history_back(const struct history *h, unsigned lag);
/* A calm difference, in percent of the most that coding one still picture twice
 * makes of it, as the newest two are coded. 0: not known. */
uint32_t history_excess(const struct history *h, uint32_t difference_q8);
/* Mean difference of two pictures' cells, q8: their scenes, not their grain. */
uint32_t history_apart_q8(const struct note *a, const struct note *b);

#endif
