/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/again.h"

#include <stdlib.h>

#define SAME_Q8 3u   /* a hundredth of a level */
#define LAG_LEAST 3u /* pictures: two that take turns are no film */
#define SLACK_MS 300u
#define EXCESS_SURE 75u /* percent: the most that was measured of any coder */
#define EXCESS_LIFE 40u /* .. where it is also as much as in life: */
#define LIFE_PERCENT 80u
#define SCENE_Q8 (6 * 256u) /* other scenes: a camera on its tour */
#define HITS_SURE 6u
#define SPAN_MS 30000u
#define MISSES 3u

/* Whether one span of time is rounds of the other, one at least. */
static bool
is_round(uint32_t ms, uint32_t of)
{
	uint32_t off = ms % of;

	return ms + SLACK_MS >= of && (off <= SLACK_MS || of - off <= SLACK_MS);
}

static uint32_t
age_ms(const struct history *h, unsigned lag)
{
	int64_t us =
	    history_back(h, 1)->at_us - history_back(h, 1 + lag)->at_us;

	return us < 0 || us > INT32_MAX ? 0 : (uint32_t)(us / 1000);
}

/* Of those that it was compared with, the oldest gave its place to it. */
static unsigned
depth(const struct history *h, const struct contrast *c)
{
	return c->depth < h->count ? c->depth : h->count - 1u;
}

/* How many pictures before the newest the same was last seen; 0: never. */
static unsigned
same_before(const struct history *h, const struct contrast *c)
{
	for (unsigned lag = 1; lag <= depth(h, c); lag++)
		if (c->lag_q8[lag - 1] <= SAME_Q8)
			return lag;
	return 0;
}

/* The least that those between differ by; 0: another scene is among them. */
static uint32_t
least_between(const struct history *h, const struct contrast *c, uint32_t ms)
{
	uint32_t least = UINT32_MAX;

	for (unsigned lag = 1; lag <= depth(h, c); lag++) {
		if (is_round(age_ms(h, lag), ms))
			continue;
		if (history_apart_q8(history_back(h, 1),
			history_back(h, 1 + lag)) > SCENE_Q8)
			return 0;
		if (c->lag_q8[lag - 1] < least)
			least = c->lag_q8[lag - 1];
	}
	return least == UINT32_MAX ? 0 : least;
}

static bool
moves_on(const struct history *h, uint32_t between_q8, uint32_t life_q8)
{
	uint32_t excess = history_excess(h, between_q8);

	return excess >= EXCESS_SURE ||
	       (excess >= EXCESS_LIFE && life_q8 != 0 &&
		   between_q8 * 100 >= life_q8 * LIFE_PERCENT);
}

/* How much later the newest picture came again; 0: it did not. */
static uint32_t
came_again_ms(const struct history *h, const struct contrast *c,
    uint32_t life_q8)
{
	unsigned lag;
	uint32_t ms;

	if (c->first || h->count < 2)
		return 0;
	lag = same_before(h, c);
	if (lag < LAG_LEAST)
		return 0;
	ms = age_ms(h, lag);
	if (ms <= 2 * SLACK_MS ||
	    !moves_on(h, least_between(h, c, ms), life_q8))
		return 0;
	return ms;
}

void
again_take(struct again *a, const struct history *h, const struct contrast *c,
    uint32_t life_q8)
{
	uint32_t ms = came_again_ms(h, c, life_q8);
	int64_t at_us = h->count == 0 ? 0 : history_back(h, 1)->at_us;

	if (ms == 0) {
		if (a->lag_ms != 0 && ++a->misses >= MISSES)
			*a = (struct again){ 0 };
		return;
	}
	if (a->lag_ms == 0 || !is_round(ms, a->lag_ms))
		*a = (struct again){ .from_us = at_us - ms * 1000ll,
			.lag_ms = ms };
	a->hits = (uint8_t)(a->hits + (a->hits < 255));
	a->misses = 0;
	a->last_us = at_us;
}

/* A whole round again at least. */
bool
again_sure(const struct again *a)
{
	int64_t ms = (a->last_us - a->from_us) / 1000;

	return a->hits >= HITS_SURE && ms >= 2ll * a->lag_ms &&
	       ms >= a->lag_ms + (int64_t)SPAN_MS;
}
