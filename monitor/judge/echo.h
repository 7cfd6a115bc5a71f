/* SPDX-License-Identifier: GPL-3.0-or-later */
/* echo.h: what a feed shows and when something moves in it, so short that each
 * of thousands can be compared with all others -> how alike two are. PURE. For
 * duplicate.c only; input is a camera's, so hostile.
 *
 * Two encodings of one camera share no size and no pixel, but the picture
 * stands in the same place, and how much there is to code goes up and down at
 * the same seconds, whoever codes it: over five minutes and more, by steps of
 * two seconds, two encodings of a scene in which something moves correlate by
 * 0.6 and more, two scenes by 0.4 at the most. Neither alone would do: cameras
 * of one hall see the same people, corridors of one make look the same.
 */
#ifndef MONITOR_JUDGE_ECHO_H
#define MONITOR_JUDGE_ECHO_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define ECHO_STEPS 256u /* of two seconds, by arrival */
#define ECHO_W 16u
#define ECHO_H 9u
#define ECHO_CELLS (ECHO_W * ECHO_H)

struct echo {
	int64_t end;   /* number of the running step */
	int64_t from;  /* the first that counts */
	int64_t shift; /* tenths from the source's time to arrival */
	uint32_t sum;  /* of the running step, .. */
	uint8_t have;  /* .. of so many tenths */
	bool begun;
	bool pictured;
	uint16_t level[ECHO_STEPS];   /* log2 x 128 of the units; 0 = none */
	uint16_t cell_q8[ECHO_CELLS]; /* luma, of the last pictures, .. */
	uint16_t mean_q8;	      /* .. of all but the rows of text, .. */
	uint16_t spread_q8;	      /* .. and how far these lie from it */
};

/* One feed's, ready to be compared with many. */
struct echo_ready {
	int64_t first; /* number of step[0] */
	uint16_t n;
	int16_t step[ECHO_STEPS]; /* against those around */
};

struct echo_match {
	int16_t like;  /* correlation at the same moment, per mille */
	int16_t aside; /* the best some seconds before or after */
	uint8_t share; /* of the half minutes in which they are alike at all,
			* percent */
};

void echo_on_account(struct echo *e, const struct account *a);
/* Of a picture with something in it. */
void echo_on_picture(struct echo *e, const struct measures *m);
/* Few bits of the picture: those of two pictures alike differ in few. */
uint64_t echo_sign(const struct echo *e);
/* Whether both stand in the same place and see the same. */
bool echo_same_place(const struct echo *a, const struct echo *b);
void echo_prepare(const struct echo *e, struct echo_ready *r);
/* False: not enough that both have, or less alike than `least`: nearly all are,
 * and only the others are worth the rest. */
bool echo_compare(const struct echo_ready *a, const struct echo_ready *b,
    int16_t least, struct echo_match *out);

#endif
