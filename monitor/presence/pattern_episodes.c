/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Input that comes now and then: how regular the times between are, and how
 * alike the bursts. People are neither; most jigglers are both. */
#include <math.h>
#include <stdlib.h>

#include "monitor/presence/pattern_inside.h"

/* Farther apart, two episodes aren't of one stretch. */
#define APART_S 400
/* A hand that moves a mouse gives dozens of movements, not a few. */
#define TINY 3
#define TINY_EPISODES 9
#define TINY_SPAN_S 240

/* So many episodes in a row with times between that vary by less than cv
 * (deviation / mean), of sizes that vary by less than `spread` (deviation of
 * the natural logarithm), the longest time less than `longest` medians, of at
 * least `least` inputs each: that's a program. The fewer, the stricter; single
 * keys say less than bursts that are alike. */
static const struct rule {
	unsigned count;
	double cv, spread, longest, least;
} rules[] = {
	{ 9, 0.03, 0.25, 9, 0 },
	{ 12, 0.06, 0.25, 9, 0 },
	{ 12, 0.12, 0.15, 1.4, 8 },
	{ 16, 0.09, 0.25, 9, 0 },
	{ 16, 0.14, 0.20, 1.45, 8 },
	{ 16, 0.05, 9, 9, 0 },
	{ 24, 0.17, 0.09, 1.5, 0 },
	{ 24, 0.11, 0.25, 1.5, 0 },
	{ 24, 0.22, 0.20, 1.5, 8 },
	{ 24, 0.10, 0.80, 9, 0 },
	{ 40, 0.26, 0.09, 1.55, 0 },
	{ 40, 0.15, 0.25, 1.6, 0 },
	{ 40, 0.26, 0.25, 1.55, 8 },
	{ 80, 0.30, 0.09, 1.55, 0 },
	{ 80, 0.19, 0.30, 1.6, 0 },
	{ 100, 0.27, 9, 1.8, 0 },
};
#define RULES (sizeof(rules) / sizeof(rules[0]))
#define RULE_SPAN_S 180

void
episodes_find(struct episodes *e, const struct pattern *p)
{
	struct episode *now = NULL;
	int s, place, end = 0, empty = 2;

	e->count = 0;
	e->zero_s = p->newest_s - PATTERN_SECONDS + 1;
	place = p->newest_s < 0 ? 0 : (int)(p->newest_s % PATTERN_SECONDS);
	for (s = PATTERN_SECONDS - 1; s >= 0; s--) {
		uint8_t b = p->second[place];

		place = place ? place - 1 : PATTERN_SECONDS - 1;
		if (!b) {
			empty++;
			continue;
		}
		if (empty >= 2) {
			if (e->count == EPISODES)
				break;
			now = &e->at[e->count++];
			*now = (struct episode){ 0 };
			end = s + 1;
		}
		now->start_s = s;
		now->seconds = (uint16_t)(end - s);
		now->kinds |= b & 0xf;
		now->count += pattern_middle[b >> 4];
		empty = 0;
	}
}

static int64_t
start_us(const struct episodes *e, unsigned i)
{
	return (e->zero_s + e->at[i].start_s) * S_US;
}

static int
apart_s(const struct episodes *e, unsigned i)
{
	return e->at[i].start_s - e->at[i + 1].start_s;
}

/* How many, from the second newest on (the newest may be under way), belong to
 * one stretch. */
static unsigned
stretch(const struct episodes *e)
{
	unsigned n = e->count ? 1 : 0;

	while (n < e->count && (n == 1 || apart_s(e, n - 1) <= APART_S))
		n++;
	return n;
}

/* Movements alone, a few at a time, again and again. */
static bool
is_tiny(const struct episodes *e, unsigned end, int64_t *since_us)
{
	unsigned i, large = 0;

	if (end < TINY_EPISODES + 1 ||
	    e->at[1].start_s - e->at[TINY_EPISODES].start_s < TINY_SPAN_S)
		return false;
	for (i = 0; i < end; i++) {
		if (e->at[i].kinds != KIND(INPUT_MOVE))
			break;
		large += e->at[i].count > TINY;
		if (large * TINY_EPISODES > i + TINY_EPISODES)
			break;
		*since_us = start_us(e, i);
	}
	return i > TINY_EPISODES;
}

struct spread {
	double cv, size, longest, median, mean_size;
};

static int
by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* Of the `n` times between the episodes 1 .. n + 1, and the sizes. */
static void
measure(const struct episodes *e, unsigned n, struct spread *out)
{
	double sum = 0, squares = 0, size = 0, sizes = 0, mean;
	int times[EPISODES];
	unsigned i;

	for (i = 0; i < n; i++) {
		double l = log((double)e->at[i + 1].count + 0.5);

		times[i] = apart_s(e, i + 1);
		sum += times[i];
		squares += (double)times[i] * times[i];
		size += l;
		sizes += l * l;
	}
	mean = sum / n;
	out->mean_size = exp(size / n);
	out->cv = sqrt(fmax(0, squares / n - mean * mean)) / mean;
	out->size = sqrt(fmax(0, sizes / n - size / n * (size / n)));
	qsort(times, n, sizeof(times[0]), by_value);
	out->median = times[n / 2];
	out->longest = times[n - 1] / out->median;
}

/* Where a rhythm that holds for n episodes began. */
static int64_t
rhythm_since(const struct episodes *e, unsigned n, unsigned end,
    const struct spread *s)
{
	while (n + 2 < end && apart_s(e, n + 1) < 2 * s->median &&
	       apart_s(e, n + 1) * 2 > s->median)
		n++;
	return start_us(e, n + 1);
}

static bool
is_rhythm(const struct episodes *e, unsigned end, struct pattern_verdict *out)
{
	unsigned i, n = 0;
	struct spread s;

	for (i = 0; i < RULES; i++) {
		const struct rule *r = &rules[i];

		if (r->count + 2 > end)
			break;
		if (r->count != n)
			measure(e, n = r->count, &s);
		if (i == 0)
			out->rhythm_pct =
			    s.cv < 1 ? (uint32_t)(100 - s.cv * 100) : 0;
		if (s.cv > r->cv || s.size > r->spread ||
		    s.longest > r->longest || s.mean_size < r->least ||
		    e->at[1].start_s - e->at[n + 1].start_s < RULE_SPAN_S)
			continue;
		out->rhythm_pct = (uint32_t)(100 - s.cv * 100);
		out->since_us = rhythm_since(e, n, end, &s);
		return true;
	}
	return false;
}

enum presence_why
episodes_judge(const struct episodes *e, struct pattern_verdict *out)
{
	unsigned end = stretch(e);

	if (is_rhythm(e, end, out))
		return PRESENCE_WHY_RHYTHM;
	if (is_tiny(e, end, &out->since_us))
		return PRESENCE_WHY_ONE_KIND;
	return PRESENCE_WHY_NONE;
}
