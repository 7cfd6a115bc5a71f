/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reel.h: keyframes, each in sixteen bytes -> whether they come again, one
 * after the other, one lag later. PURE. For looped.c only; pictures are a
 * camera's, so hostile.
 *
 * What moves is never twice in all the same places. Where a recording is played
 * the picture of one lag ago shows the same, while all others differ: nearer
 * than any of them, by half. At constant bitrate the sizes of the units tell
 * the coder's mind alone; the pictures still show what they show. A keyframe
 * must fall on the same moment of the recording as one before, which it does
 * after some rounds.
 *
 * The mean of a cell has hardly any noise, so that its fractions of a level
 * tell; how many levels there are in all does not. Only the low bits are kept,
 * of the cell against the picture's own brightness, and are compared as on a
 * dial.
 */
#ifndef MONITOR_JUDGE_REEL_H
#define MONITOR_JUDGE_REEL_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/history.h"

#define REEL 128u      /* pictures, some seconds apart */
#define REEL_CELLS 16u /* four by four, without the rows of text */

struct reel_sign {
	uint8_t cell[REEL_CELLS];
};

struct reel {
	struct reel_sign sign[REEL];
	uint16_t at[REEL]; /* sixteenths of a second, by their low bits */
	uint8_t next;
	uint8_t count;
	int64_t kept_us; /* the newest that was kept */
	/* what comes again */
	uint32_t lag_ms;       /* 0 = nothing does */
	int64_t first_us;      /* when the first came again, .. */
	int64_t last_us;       /* .. and the last one */
	struct reel_sign last; /* what that showed */
	uint16_t moved;	       /* cells in which those differ, a bit each */
	uint16_t near_q4;      /* how far two showings of one are apart */
	uint8_t hits;	       /* pictures that came again, none like the one
				* before .. */
	uint8_t missed; /* .. and that should have, but did not: all .. */
	uint8_t misses; /* .. and in a row */
};

/* The newest picture, and when it was; never sooner than the one before. */
void reel_take(struct reel *r, const struct note *n, int64_t at_us);
/* Nothing of it holds: the camera looks elsewhere. */
void reel_clear(struct reel *r);
/* Look sooner; and it is a recording. */
bool reel_suspect(const struct reel *r);
bool reel_sure(const struct reel *r);

#endif
