/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curve.h: a feed's activity, tenth by tenth of a second (struct account) ->
 * whether it goes as it went one lag before. PURE. For the judge's files only;
 * input is a camera's, so hostile.
 *
 * How large the units between keyframes are follows what moves, whoever coded
 * it. What is slower than a few seconds (traffic lights, the hour) and what
 * comes back with each group of pictures (the coder's own rhythm) is taken
 * out; of live scenes hardly anything that is left comes again. At constant
 * quality half seconds tell within a minute or two; at constant bitrate the
 * coder hides most of it, and only tenths over some minutes do: of these what
 * follows from the two seconds before is taken out too, so that a likeness is
 * one of independent moments, and its deviation by chance is known.
 */
#ifndef MONITOR_JUDGE_CURVE_H
#define MONITOR_JUDGE_CURVE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define CURVE_COARSE 2560u /* half seconds, 21 minutes */
#define CURVE_FINE 7168u   /* tenths, 12 minutes */
#define CURVE_TENTHS 5u	   /* of a half second */
#define CURVE_LAGS 24u	   /* best ones of the half seconds, for the tenths */

struct curve {
	int64_t end; /* number of the tenth after the newest */
	uint16_t fine_count;
	uint16_t coarse_count;
	uint16_t fresh; /* half seconds since it was last weighed */
	uint8_t have;	/* tenths in the running half second */
	uint32_t sum;
	uint8_t fine[CURVE_FINE]; /* by number % CURVE_FINE; 0 = none */
	uint16_t coarse[CURVE_COARSE];
};

/* The best of all lags. */
struct curve_match {
	uint16_t window; /* newest bins that were compared */
	uint16_t lag;	 /* bins; 0 = nothing to compare yet */
	int16_t like;	 /* correlation, per mille */
	int16_t other;	 /* the usual one at other lags */
	int16_t worst;	 /* of the window's parts */
	int16_t calm;	 /* of the bins that are nothing special */
	uint8_t share;	 /* of the moments that are alike at all, percent */
	uint16_t rounds;
	int16_t rival;	/* the best at lags near by that are no rounds of it */
	int16_t rhythm; /* the best at lags that are shorter than any loop */
};

struct curve_lags { /* half seconds, the most alike first */
	uint16_t lag[CURVE_LAGS];
	float like[CURVE_LAGS]; /* square of the correlation */
	uint8_t n;
};

void curve_take(struct curve *c, const struct account *a);
/* By half seconds: compares, for each of the n windows (m[i].window is given,
 * the shortest first), the newest with those that lie from `least` to about
 * `most` before them. rhythm_us: the coder's, 0 = none. Of the last window
 * the best lags. */
void curve_weigh(const struct curve *c, unsigned least, unsigned most,
    uint32_t rhythm_us, struct curve_match *m, unsigned n,
    struct curve_lags *best_out);
/* By tenths, around those lags alone, and for every window after the first
 * around the best of the one before; m[i].lag comes out in tenths. */
void curve_refine(const struct curve *c, uint32_t rhythm_us,
    const struct curve_lags *lags, struct curve_match *m, unsigned n);

#endif
