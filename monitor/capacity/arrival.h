/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrival.h: how many feeds have had their first try, second by second -> how
 * long until all have. Thousands are connected at a pace, after a start or an
 * import. PURE; trusted input. Called by the monitor alone. */
#ifndef MONITOR_CAPACITY_ARRIVAL_H
#define MONITOR_CAPACITY_ARRIVAL_H

#include <stdint.h>

#define ARRIVAL_SECONDS 10u /* over which the pace is taken */
#define ARRIVAL_NOBODY_KNOWS UINT32_MAX

struct arrival {
	uint32_t feeds; /* that shall be held .. */
	uint32_t tried; /* .. and of which a first try came to its end */
	uint32_t past[ARRIVAL_SECONDS]; /* tried, as of the last seconds */
	uint32_t at;			/* the oldest of them, once full */
	uint32_t seconds;		/* of them known */
};

/* Once a second. Fewer than before were tried when an inventory changed: the
 * pace is taken anew. */
void arrival_second(struct arrival *a, uint32_t feeds, uint32_t tried);
/* 0: all are there. ARRIVAL_NOBODY_KNOWS: none came lately. */
uint32_t arrival_left_s(const struct arrival *a);

#endif
