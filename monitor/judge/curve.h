/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curve.h: a feed's activity, half second by half second (struct account) ->
 * whether it goes as it went one lag before. PURE. For the judge's files only;
 * input is a camera's, so hostile.
 *
 * How large the units are between keyframes follows what moves, whoever coded
 * it. What is slower than a few seconds (traffic lights, the hour) and what
 * comes back with each group of pictures (the coder's own rhythm) is taken
 * out; of live scenes hardly anything that is left comes again.
 */
#ifndef MONITOR_JUDGE_CURVE_H
#define MONITOR_JUDGE_CURVE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define CURVE_BINS 4096u /* 34 minutes */

struct curve {
	int64_t end; /* number of the bin after the newest */
	uint16_t count;
	uint16_t fresh;		   /* since it was last weighed */
	uint16_t level[CURVE_BINS]; /* by number % CURVE_BINS; 0 = none */
};

/* The best of all lags. */
struct curve_match {
	uint16_t window; /* newest bins that were compared */
	uint16_t lag;	 /* bins; 0 = nothing to compare yet */
	int16_t like;	 /* correlation, per mille */
	int16_t other;	 /* the usual one of all lags */
	int16_t worst;	 /* of the window's parts */
};

void curve_take(struct curve *c, const struct account *a);
/* Compares, for each of the n windows (m[i].window is given), the newest bins
 * with those that lie from `least` to about `most` bins before them;
 * gop_bins_q8: the coder's rhythm, bins x 256, 0 = none. */
void curve_weigh(const struct curve *c, unsigned least, unsigned most,
    uint32_t gop_bins_q8, struct curve_match *m, unsigned n);

#endif
