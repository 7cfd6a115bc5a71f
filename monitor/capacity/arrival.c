/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/capacity/arrival.h"

void
arrival_second(struct arrival *a, uint32_t feeds, uint32_t tried)
{
	if (tried < a->tried)
		a->at = a->seconds = 0;
	a->feeds = feeds;
	a->tried = tried;
	a->past[a->at] = tried;
	a->at = (a->at + 1) % ARRIVAL_SECONDS;
	if (a->seconds < ARRIVAL_SECONDS)
		a->seconds++;
}

uint32_t
arrival_left_s(const struct arrival *a)
{
	uint32_t left = a->feeds > a->tried ? a->feeds - a->tried : 0;
	uint32_t oldest = a->seconds < ARRIVAL_SECONDS ? 0 : a->at;
	uint32_t came = a->seconds > 1 ? a->tried - a->past[oldest] : 0;

	if (left == 0)
		return 0;
	if (came == 0)
		return ARRIVAL_NOBODY_KNOWS;
	return (
	    uint32_t)(((uint64_t)left * (a->seconds - 1) + came - 1) / came);
}
