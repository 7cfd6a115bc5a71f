/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/backoff.h"

#define FIRST_US (15 * 1000000ll)
#define DAY_US (86400 * 1000000ll)

int64_t
backoff_us(unsigned tries)
{
	int64_t wait = FIRST_US;

	while (tries-- > 1 && wait < BACKOFF_MOST_US)
		wait *= 2;
	return wait < BACKOFF_MOST_US ? wait : BACKOFF_MOST_US;
}

bool
backoff_over(int64_t made_us, int64_t now_us, bool lasting)
{
	return now_us - made_us > (lasting ? 1 : 5) * DAY_US;
}
