/* SPDX-License-Identifier: GPL-3.0-or-later */
/* life.h: contrasts of keyframes -> signs that the source itself changes, in
 * a way that no encoder makes out of a frozen picture. PURE. For the judge's
 * files only.
 *
 * Two ways to show life. Motion: coarse cells change far more than the floor,
 * and where they change is not the strip of a clock. Noise: over a run of
 * keyframes every pair differs by about as much, and no block comes back;
 * a frozen picture's encoder returns to a quantiser it used before, and then
 * the blocks are equal again (docs/detection.md).
 */
#ifndef MONITOR_JUDGE_LIFE_H
#define MONITOR_JUDGE_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/history.h"

enum sign { SIGN_NONE, SIGN_MOTION, SIGN_NOISE };

#define NOISE_KINDS 5u

struct noise_run { /* keyframes in a row that differ evenly */
	uint8_t length;
	int64_t from_us;
	uint32_t near_q8, far_q8; /* over the run */
};

struct life {
	bool alive;	  /* shown at least once; never lost again */
	int64_t shown_us; /* last sign */
	int64_t begun_us; /* first sign of those that made it alive */
	uint8_t looks;	  /* since motions began to be counted */
	uint8_t motions;  /* so far, until alive */
	struct noise_run noise[NOISE_KINDS];
	uint8_t often[COARSE];	  /* how often a cell is hot: 255 always */
	uint8_t seen[CELL_BYTES]; /* cells that were hot so far */
};

/* What this keyframe shows. Updates what is known. */
enum sign life_look(struct life *l, const struct contrast *c, int64_t at_us);

#endif
