/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/backoff.h"

#include <limits.h>

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

int64_t
backoff_notice_us(unsigned tries, bool refused, unsigned asked_s)
{
	int64_t wait = backoff_us(tries), asked = asked_s * 1000000ll;

	if (!refused && wait > BACKOFF_NOTICE_US)
		wait = BACKOFF_NOTICE_US;
	if (asked > BACKOFF_ASKED_US)
		asked = BACKOFF_ASKED_US;
	return asked > wait ? asked : wait;
}

void
backoff_taken(struct backoff_rest *r)
{
	*r = (struct backoff_rest){ 0 };
}

void
backoff_failed(struct backoff_rest *r, unsigned asked_s, int64_t now_us)
{
	int64_t until;

	/* What was under way beside another that failed says nothing new. */
	if (now_us >= r->until_us && r->fails < UINT_MAX)
		r->fails++;
	until = now_us + backoff_notice_us(r->fails, false, asked_s);
	if (until > r->until_us)
		r->until_us = until;
}

void
backoff_refused(struct backoff_rest *r, int64_t now_us)
{
	if (++r->refusals >= BACKOFF_REFUSALS)
		backoff_failed(r, 0, now_us);
}

bool
backoff_over(int64_t made_us, int64_t now_us, bool lasting)
{
	return now_us - made_us > (lasting ? 1 : 5) * DAY_US;
}
