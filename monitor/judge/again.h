/* SPDX-License-Identifier: GPL-3.0-or-later */
/* again.h: the last dozen keyframes (history.h) -> whether they come again, one
 * after the other, each as long after it was first seen. PURE. For looped.c
 * only; pictures are a camera's, so hostile.
 *
 * No live picture is ever the same as one before, but for a source without
 * noise, or a frozen one. Of a frozen one all pictures differ by no more than
 * coding one picture twice makes of it; here those between differ as in life,
 * all over the picture, and yet each comes back to the bit.
 */
#ifndef MONITOR_JUDGE_AGAIN_H
#define MONITOR_JUDGE_AGAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/history.h"

struct again {
	int64_t from_us; /* the first picture that came again later */
	int64_t last_us; /* the last that did */
	uint32_t lag_ms; /* how much later; 0 = none does */
	uint8_t hits;	 /* pictures at that lag .. */
	uint8_t misses;	 /* .. and others in a row since */
};

/* The newest picture. life_q8: the calm difference usual in life, 0 = not
 * known. */
void again_take(struct again *a, const struct history *h,
    const struct contrast *c, uint32_t life_q8);
bool again_sure(const struct again *a);

#endif
