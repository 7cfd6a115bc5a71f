/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same again: the last minutes, second by second, against what was there
 * before, at every distance within the hour. Two stretches of a person's input
 * are hardly alike; a recording that is played again is, but for the fraction
 * of a second by which it falls otherwise into the seconds. */
#include <math.h>
#include <string.h>

#include "monitor/presence/pattern_inside.h"

#define LOOK_US (90 * S_US)
#define HALVES (PATTERN_SECONDS / 2)
#define SHORTEST_S 16 /* shorter loops are a rhythm */
#define ALIKE 0.95
/* .. and at most so much of either's input has none of the other's within a
 * second. Two long busy stretches are alike by chance; their pauses aren't. */
#define ODD_ONES 0.04
#define HINT 0.70 /* at two seconds' resolution: worth a closer look */

/* The hour, oldest first; smoothed, so that a fraction of a second matters
 * little. */
struct series {
	int16_t at[PATTERN_SECONDS];
	uint8_t input[PATTERN_SECONDS]; /* whether that second had any */
	int32_t sum[PATTERN_SECONDS + 1];
	int32_t squares[PATTERN_SECONDS + 1];
	int count;
};

static void
add_up(struct series *s)
{
	int i;

	s->sum[0] = s->squares[0] = 0;
	for (i = 0; i < s->count; i++) {
		s->sum[i + 1] = s->sum[i] + s->at[i];
		s->squares[i + 1] = s->squares[i] + s->at[i] * s->at[i];
	}
}

static void
build(const struct pattern *p, struct series *s)
{
	int64_t first = p->began_us / S_US, zero;
	uint8_t level[PATTERN_SECONDS + 2] = { 0 };
	int i;

	zero = p->newest_s - PATTERN_SECONDS + 1;
	if (first < zero)
		first = zero;
	if (first < 0) /* sent before the clock began, by its word */
		first = 0;
	s->count = (int)(p->newest_s - first + 1);
	if (s->count < 0)
		s->count = 0;
	for (i = 0; i < s->count; i++)
		level[i + 1] = p->second[(first + i) % PATTERN_SECONDS] >> 4;
	for (i = 0; i < s->count; i++) {
		s->at[i] =
		    (int16_t)(level[i] + 2 * level[i + 1] + level[i + 2]);
		s->input[i] = level[i + 1] > 0;
	}
	add_up(s);
}

static void
halve(const struct series *s, struct series *h)
{
	int i, odd = s->count % 2;

	h->count = s->count / 2;
	for (i = 0; i < h->count; i++)
		h->at[i] =
		    (int16_t)(s->at[2 * i + odd] + s->at[2 * i + odd + 1]);
	add_up(h);
}

static int32_t
product(const int16_t *a, const int16_t *b, int n)
{
	int32_t sum = 0;
	int i;

	for (i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Correlation of [from, from + n) with the same `lag` earlier; 0 when one of
 * them doesn't vary. */
static double
alike(const struct series *s, int from, int n, int lag)
{
	double a = s->sum[from + n] - s->sum[from];
	double aa = s->squares[from + n] - s->squares[from];
	double b = s->sum[from + n - lag] - s->sum[from - lag];
	double bb = s->squares[from + n - lag] - s->squares[from - lag];
	double ab = product(&s->at[from], &s->at[from - lag], n);
	double va = aa - a * a / n, vb = bb - b * b / n;

	if (va < 1 || vb < 1)
		return 0;
	return (ab - a * b / n) / sqrt(va * vb);
}

/* How much of the input has no counterpart. The smoothed series is above zero
 * where there was input within a second. */
static double
odd_ones(const struct series *s, int n, int lag)
{
	int i, odd = 0, all = 0;

	for (i = s->count - n; i < s->count; i++) {
		all += s->input[i] + s->input[i - lag];
		odd += s->input[i] && !s->at[i - lag];
		odd += s->input[i - lag] && !s->at[i];
	}
	return all ? (double)odd / all : 1;
}

/* The best of the distances near 2 * lag. */
static double
closer(const struct series *s, int n, int lag, int *best_lag)
{
	double best = 0;
	int l;

	for (l = 2 * lag - 2; l <= 2 * lag + 2; l++) {
		double r;

		if (l < SHORTEST_S || s->count - n - l < 0)
			continue;
		r = alike(s, s->count - n, n, l);
		if (r > best) {
			best = r;
			*best_lag = l;
		}
	}
	return best;
}

static double
search(const struct series *s, int n, int *best_lag)
{
	struct series h;
	double best = 0;
	int lag;

	halve(s, &h);
	for (lag = SHORTEST_S / 2; lag <= h.count - n / 2; lag++) {
		double r = alike(&h, h.count - n / 2, n / 2, lag);
		int at = 2 * lag;

		if (r < HINT)
			continue;
		r = closer(s, n, lag, &at);
		if (r > best && odd_ones(s, n, at) <= ODD_ONES) {
			best = r;
			*best_lag = at;
		}
	}
	return best;
}

/* The least window with enough in it to tell by; 0: there is none. */
static int
window_of(const struct episodes *e)
{
	static const int windows[] = { 360, 600, 900 };
	unsigned i, k;

	for (k = 0; k < 3; k++) {
		unsigned active = 0;

		for (i = 0; i < e->count; i++) {
			if (e->at[i].start_s < PATTERN_SECONDS - windows[k])
				break;
			active += e->at[i].seconds;
		}
		if ((i >= 6 && active >= 20) || active >= 120)
			return windows[k];
	}
	return 0;
}

/* Back from the window, while it stays alike. */
static int64_t
since(const struct series *s, int n, int lag, int64_t newest_s)
{
	int from = s->count - n;

	while (from - 60 - lag >= 0 && alike(s, from - 60, 180, lag) > HINT)
		from -= 60;
	return (newest_s - (s->count - from) + 1) * S_US;
}

bool
repeat_judge(struct pattern *p, const struct episodes *e, int64_t now_us)
{
	struct series s;
	int n, lag = 0;
	double r;

	if (p->repeat_us != INT64_MIN && now_us < p->repeat_us + LOOK_US)
		return p->repeats;
	p->repeat_us = now_us;
	p->repeat_pct = 0;
	p->repeats = false;
	n = window_of(e);
	if (!n)
		return false;
	build(p, &s);
	r = search(&s, n, &lag);
	p->repeat_pct = (uint32_t)(r * 100);
	if (r < ALIKE)
		return false;
	p->repeats = true;
	p->repeat_since_us = since(&s, n, lag, p->newest_s);
	return true;
}
