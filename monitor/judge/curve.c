/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/curve.h"

#include <math.h>
#include <string.h>

#define GAP_MOST 240   /* bins without an account: more begins anew */
#define SLOW 5u	       /* bins either side: what is slower goes out */
#define COMB 4	       /* groups of pictures either side */
#define CLIP_TIMES 3   /* of the mean deviation: one event isn't all */
#define FINE 4	       /* parts of a level: MJPEG varies by a few */
#define CLIP_MOST 1500 /* squares of 480 of these fit into 31 bits */
#define PARTS 4u       /* of a window */

void
curve_take(struct curve *c, const struct account *a)
{
	int64_t first = a->activity_first;
	int64_t gap = first - c->end;

	if (a->activity_count == 0 || a->activity_count > ACCOUNT_BINS)
		return;
	if (c->count > 0 && (gap > GAP_MOST || gap < -(int64_t)ACCOUNT_BINS))
		c->count = 0;
	if (c->count == 0)
		c->end = first;
	for (; c->end < first; c->end++) {
		c->level[c->end % CURVE_BINS] = 0;
		c->count = (uint16_t)(c->count + (c->count < CURVE_BINS));
	}
	for (unsigned i = 0; i < a->activity_count; i++) {
		if (first + i < c->end)
			continue;
		c->level[c->end++ % CURVE_BINS] = a->activity[i];
		c->count = (uint16_t)(c->count + (c->count < CURVE_BINS));
		c->fresh = (uint16_t)(c->fresh + (c->fresh < UINT16_MAX));
	}
}

/* The curve without what is slow: differences to the mean of its neighbours.
 * Oldest first. */
static void
take_slow_out(const struct curve *c, int16_t *y, unsigned n)
{
	int32_t sum = 0, have = 0;
	int64_t first = c->end - n;
#define LEVEL(i) (c->level[(first + (i)) % CURVE_BINS])

	for (unsigned i = 0; i < n + SLOW; i++) {
		if (i < n && LEVEL(i) != 0) {
			sum += LEVEL(i);
			have++;
		}
		if (i > 2 * SLOW && LEVEL(i - 2 * SLOW - 1) != 0) {
			sum -= LEVEL(i - 2 * SLOW - 1);
			have--;
		}
		if (i < SLOW)
			continue;
		y[i - SLOW] = 0;
		if (LEVEL(i - SLOW) != 0)
			y[i - SLOW] = (int16_t)(LEVEL(i - SLOW) * FINE -
						sum * FINE / have);
	}
#undef LEVEL
}

/* Takes out what comes back with the groups of pictures around. */
static void
take_rhythm_out(const int16_t *x, int16_t *y, unsigned n, uint32_t gop_q8)
{
	for (unsigned i = 0; i < n; i++) {
		int32_t sum = 0, have = 0;

		for (int k = -COMB; k <= COMB; k++) {
			int64_t at =
			    i +
			    ((int64_t)k * gop_q8 + (k < 0 ? -128 : 128)) / 256;

			if (k == 0 || at < 0 || at >= n)
				continue;
			sum += x[at];
			have++;
		}
		y[i] = (int16_t)(have == 0 ? x[i] : x[i] - sum / have);
	}
}

static uint32_t
mean_deviation(const int16_t *y, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += (uint32_t)(y[i] < 0 ? -y[i] : y[i]);
	return n == 0 ? 0 : (uint32_t)(sum / n);
}

static void
clip(int16_t *y, unsigned n, int32_t most)
{
	for (unsigned i = 0; i < n; i++)
		y[i] = (int16_t)(y[i] > most	? most
				 : y[i] < -most ? -most
						: y[i]);
}

/* Pairs of neighbours added: half a bin that a lag is off costs less. */
static void
smooth(int16_t *y, unsigned n)
{
	for (unsigned i = n; i-- > 1;)
		y[i] = (int16_t)((y[i] + y[i - 1]) / 2);
}

static int32_t
product(const int16_t *a, const int16_t *b, unsigned n)
{
	int32_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static int16_t
permille(int32_t ab, int32_t aa, int32_t bb)
{
	float d = (float)aa * (float)bb;

	return (int16_t)(d <= 0 ? 0 : 1000.0f * (float)ab / sqrtf(d));
}

/* Likeness at each lag, and of the best one the median of all others. */
static void
search(const int16_t *y, unsigned n, unsigned least, struct curve_match *m)
{
	const int16_t *now = y + n - m->window;
	int32_t aa = product(now, now, m->window);
	unsigned most = n - m->window;
	int32_t bb = product(now - least, now - least, m->window);
	uint16_t seen[64] = { 0 }, all = 0; /* by |likeness| / 16 */

	m->like = -1;
	for (unsigned lag = least; lag <= most; lag++) {
		const int16_t *then = now - lag;
		int16_t like = permille(product(now, then, m->window), aa, bb);

		if (like > m->like) {
			m->like = like;
			m->lag = (uint16_t)lag;
		}
		seen[(unsigned)(like < 0 ? -like : like) / 16 % 64]++;
		all++;
		if (lag == most)
			break;
		bb += then[-1] * then[-1] -
		      then[m->window - 1] * then[m->window - 1];
	}
	for (unsigned i = 0, sum = 0; i < 64; i++) {
		sum += seen[i];
		if (sum * 2 >= all) {
			m->other = (int16_t)(i * 16 + 8);
			break;
		}
	}
}

/* The least like of the window's parts at the lag that was found. */
static void
search_parts(const int16_t *y, unsigned n, struct curve_match *m)
{
	unsigned part = m->window / PARTS;

	m->worst = 1000;
	for (unsigned i = 1; i <= PARTS; i++) {
		const int16_t *a = y + n - i * part;
		const int16_t *b = a - m->lag;
		int16_t like = permille(product(a, b, part),
		    product(a, a, part), product(b, b, part));

		if (like < m->worst)
			m->worst = like;
	}
}

/* Ready to be compared; false: nothing happens in it. */
static bool
prepare(const struct curve *c, uint32_t gop_q8, int16_t *y, unsigned n)
{
	int16_t x[CURVE_BINS];
	int32_t most;

	take_slow_out(c, x, n);
	if (gop_q8 >= 256)
		take_rhythm_out(x, y, n, gop_q8);
	else
		memcpy(y, x, n * sizeof(*y));
	most = (int32_t)mean_deviation(y, n) * CLIP_TIMES;
	clip(y, n, most < CLIP_MOST ? most : CLIP_MOST);
	smooth(y, n);
	return most > 0;
}

void
curve_weigh(const struct curve *c, unsigned least, unsigned most,
    uint32_t gop_q8, struct curve_match *m, unsigned n)
{
	int16_t y[CURVE_BINS];
	unsigned bins = 0;
	bool any;

	for (unsigned i = 0; i < n; i++) {
		m[i] = (struct curve_match){ .window = m[i].window };
		if (m[i].window + most > bins)
			bins = m[i].window + most;
	}
	if (bins > c->count)
		bins = c->count;
	any = bins > 0 && least > 0 && prepare(c, gop_q8, y, bins);
	for (unsigned i = 0; any && i < n; i++) {
		if (m[i].window < PARTS || bins < m[i].window + least)
			continue;
		search(y, bins, least, &m[i]);
		search_parts(y, bins, &m[i]);
	}
}
