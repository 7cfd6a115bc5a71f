/* SPDX-License-Identifier: GPL-3.0-or-later */
/* looped.h: what is kept of a feed to see a recording that is played in place
 * of its picture. PURE. For the judge's files only; input is a camera's, so
 * hostile.
 */
#ifndef MONITOR_JUDGE_LOOPED_H
#define MONITOR_JUDGE_LOOPED_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "monitor/judge/again.h"
#include "monitor/judge/curve.h"
#include "monitor/judge/history.h"
#include "monitor/judge/reel.h"

/* Where a print was last seen, by the print itself: the newest takes the
 * place. One in 64 prints is also kept apart, so that what is hours old can
 * still be found. */
#define LOOPED_RECENT 512u
#define LOOPED_KEPT 256u

struct print_slot {
	uint8_t tag[2];	  /* of the print, what its place doesn't say */
	uint8_t at_ds[3]; /* tenths of a second since the judge began, by their
			   * low bits: 19 days; 0 = empty */
};

struct looped {
	/* as coded */
	struct print_slot recent[LOOPED_RECENT];
	struct print_slot kept[LOOPED_KEPT];
	int64_t base_us;  /* what at_ds counts from */
	int64_t lag_us;	  /* the one lag, 0 = none */
	int64_t first_us; /* first and last print that came again at it */
	int64_t last_us;
	uint32_t hits;
	uint8_t misses;	   /* new prints in a row since */
	uint32_t missed;   /* new prints since the first hit */
	int64_t cycle_us;  /* how long a coder may go round in */
	int64_t differ_us; /* when two keyframes in a row last differed */
	int64_t moving_us; /* when something last moved, as far as is seen */
	int64_t units_us;  /* not yet weighed: how long, how many .. */
	uint64_t units_bytes;
	uint32_t units;
	uint32_t units_least; /* .. and the smallest */
	struct again again;
	struct reel reel;
	bool reel_called; /* on the strength of it */
	/* encoded anew */
	struct curve curve;
	struct curve_match match; /* the last that spoke for a loop .. */
	uint8_t match_kind;	  /* .. which of those in looped.c, and .. */
	uint32_t match_ms;	  /* .. its lag */
	uint8_t match_hits;	  /* in a row at one lag */
	uint8_t match_misses;
	uint8_t turns;
	int64_t match_us; /* when the first began to be like the other */
	int64_t seen_us;  /* the last picture whose motion was taken */
	uint8_t moved[2][CELL_BYTES]; /* cells that moved: of late, before */
};

#endif
