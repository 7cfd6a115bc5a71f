/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sharp.h: how sharp each zone of a picture is at full resolution -> what is
 * usual, and how much less it is now. PURE. For the judge's files only; the
 * measures are a camera's, so hostile in content.
 */
#ifndef MONITOR_JUDGE_SHARP_H
#define MONITOR_JUDGE_SHARP_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/match.h"

#define SHARP_SETTLED 8u /* pictures, until it is well known */

struct sharpness {		/* of each zone, at full resolution */
	uint16_t width, height; /* of the pictures; 0 = none was learned */
	uint16_t noise_q8;
	uint16_t seam_q8; /* as measures.block_q8 */
	uint16_t seen;
	uint16_t zone[ZONES]; /* q8, as measured */
};

struct softness {
	uint8_t zones;		 /* that could be compared */
	uint16_t sharp_permille; /* median of now / usual, light and haze
				  * allowed for */
	uint16_t clear_permille; /* the same, haze not allowed for */
	uint16_t all_permille;	 /* of all zones together */
	uint16_t soft_permille;	 /* zones with less than 0.6 of it */
};

/* Pictures of the same resolution, and of the same shape: cells of another
 * shape lie elsewhere. */
bool sharp_same_size(const struct sharpness *s, const struct measures *m);
bool sharp_same_shape(const struct sharpness *s, const struct measures *m);
/* The coder has become much coarser: what is soft is its doing. */
bool sharp_coarser(const struct sharpness *s, const struct measures *m);
/* zone: NULL, or how the picture agrees, so that zones in which something
 * else is to be seen teach nothing. */
void sharp_learn(struct sharpness *p, const struct measures *m,
    const struct zone_match *zone);
/* light_percent: level now / usual, 1..100. ratio_out: each zone's, permille,
 * light allowed for; -1 where there is too little to compare. */
struct softness sharp_compare(const struct sharpness *usual,
    const struct measures *m, const struct zone_match zone[ZONES],
    int light_percent, int ratio_out[ZONES]);

#endif
