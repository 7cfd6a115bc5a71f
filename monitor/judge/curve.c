/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/curve.h"

#include <math.h>
#include <string.h>

#define GAP_MOST 1200  /* tenths without an account: more begins anew */
#define SLOW 5u	       /* bins either side: what is slower goes out */
#define COMB 4	       /* groups of pictures either side */
#define CLIP_TIMES 3   /* of the mean deviation: one event isn't all */
#define CLIP_MOST 1000 /* squares of 2000 of these fit into 31 bits */
#define PARTS 4u       /* of a window */
#define FINE 4	 /* parts of a level of the half seconds: MJPEG varies by few */
#define HOLD 5u	 /* tenths: slow pictures last */
#define AROUND 6 /* tenths either side of a half second's lag */
#define LAG_OTHERS 50u
#define OTHERS 95u /* lags that show what is usual */

static void
push_coarse(struct curve *c, int64_t number)
{
	c->coarse[number % CURVE_COARSE] =
	    (uint16_t)(c->have == 0 ? 0 : c->sum / c->have);
	c->coarse_count =
	    (uint16_t)(c->coarse_count + (c->coarse_count < CURVE_COARSE));
	c->fresh = (uint16_t)(c->fresh + (c->fresh < UINT16_MAX));
	c->have = 0;
	c->sum = 0;
}

static void
push(struct curve *c, uint16_t level)
{
	/* 10 steps to an octave */
	c->fine[c->end % CURVE_FINE] =
	    (uint8_t)(level == 0 ? 0 : 1 + level * 10u / 128 % 255);
	c->fine_count =
	    (uint16_t)(c->fine_count + (c->fine_count < CURVE_FINE));
	if (level != 0) {
		c->sum += level;
		c->have++;
	}
	c->end++;
	if (c->end % CURVE_TENTHS == 0)
		push_coarse(c, c->end / CURVE_TENTHS - 1);
}

void
curve_take(struct curve *c, const struct account *a)
{
	int64_t first = a->activity_first;
	int64_t gap = first - c->end;

	if (a->activity_count == 0 || a->activity_count > ACCOUNT_BINS)
		return;
	if (gap > GAP_MOST || gap < -(int64_t)ACCOUNT_BINS) {
		c->fine_count = 0;
		c->coarse_count = 0;
		c->have = 0;
		c->sum = 0;
		c->end = first;
	}
	while (c->end < first)
		push(c, 0);
	for (unsigned i = 0; i < a->activity_count; i++)
		if (first + i >= c->end)
			push(c, a->activity[i]);
}

/* The newest n half seconds, oldest first. */
static void
fill_coarse(const struct curve *c, int16_t *x, unsigned n)
{
	int64_t first = c->end / CURVE_TENTHS - n;

	for (unsigned i = 0; i < n; i++)
		x[i] = (int16_t)(c->coarse[(first + i) % CURVE_COARSE] * FINE);
}

/* The same by tenths; an empty one holds the value before it for a while. */
static void
fill_fine(const struct curve *c, int16_t *x, unsigned n)
{
	int64_t first = c->end - n;
	unsigned held = HOLD;

	for (unsigned i = 0; i < n; i++) {
		uint8_t level = c->fine[(first + i) % CURVE_FINE];

		x[i] = (int16_t)(level * 16);
		held = level != 0 ? 0 : held + 1;
		if (level == 0 && held <= HOLD && i > 0)
			x[i] = x[i - 1];
	}
}

/* Differences to the mean of the neighbours; 0 where there is nothing. */
static void
take_slow_out(const int16_t *x, int16_t *y, unsigned n)
{
	int32_t sum = 0, have = 0;

	for (unsigned i = 0; i < n + SLOW; i++) {
		if (i < n && x[i] != 0) {
			sum += x[i];
			have++;
		}
		if (i > 2 * SLOW && x[i - 2 * SLOW - 1] != 0) {
			sum -= x[i - 2 * SLOW - 1];
			have--;
		}
		if (i >= SLOW)
			y[i - SLOW] = (int16_t)(x[i - SLOW] == 0
						    ? 0
						    : x[i - SLOW] - sum / have);
	}
}

/* Takes out what comes back with the groups of pictures around. */
static void
take_rhythm_out(const int16_t *x, int16_t *y, unsigned n, uint32_t gop_q8)
{
	int64_t off[2 * COMB];
	unsigned offs = 0;

	for (int k = -COMB; k <= COMB; k++)
		if (k != 0)
			off[offs++] =
			    ((int64_t)k * gop_q8 + (k < 0 ? -128 : 128)) / 256;
	for (unsigned i = 0; i < n; i++) {
		int32_t sum = 0, have = 0;

		for (unsigned k = 0; k < offs; k++) {
			int64_t at = i + off[k];

			if (at < 0 || at >= n)
				continue;
			sum += x[at];
			have++;
		}
		y[i] = (int16_t)(have == 0 ? x[i] : x[i] - sum / have);
	}
}

/* What is far off counts as this far off; false: nothing happens at all. */
static bool
clip(int16_t *y, unsigned n)
{
	uint64_t sum = 0;
	int32_t most;

	for (unsigned i = 0; i < n; i++)
		sum += (uint32_t)(y[i] < 0 ? -y[i] : y[i]);
	most = (int32_t)(sum * CLIP_TIMES / n);
	if (most > CLIP_MOST)
		most = CLIP_MOST;
	for (unsigned i = 0; i < n; i++)
		y[i] = (int16_t)(y[i] > most	? most
				 : y[i] < -most ? -most
						: y[i]);
	return most > 0;
}

/* x, of n > 0 bins, becomes what is compared; false: nothing happens. */
static bool
prepare(int16_t *x, unsigned n, uint32_t gop_us, uint32_t bin_us)
{
	int16_t y[CURVE_FINE];
	uint64_t gop_q8 = (uint64_t)gop_us * 256 / bin_us;

	take_slow_out(x, y, n);
	if (gop_q8 >= 256 && gop_q8 < (uint64_t)n * 256)
		take_rhythm_out(y, x, n, (uint32_t)gop_q8);
	else
		memcpy(x, y, n * sizeof(*x));
	return clip(x, n);
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

static void
remember(struct curve_lags *k, unsigned lag, int16_t like)
{
	unsigned i;

	if (k->n == CURVE_LAGS && like <= k->like[CURVE_LAGS - 1])
		return;
	i = k->n < CURVE_LAGS ? k->n++ : CURVE_LAGS - 1u;
	for (; i > 0 && k->like[i - 1] < like; i--) {
		k->like[i] = k->like[i - 1];
		k->lag[i] = k->lag[i - 1];
	}
	k->like[i] = like;
	k->lag[i] = (uint16_t)lag;
}

/* Likeness at each lag: the best ones, and the median of all. */
static void
search(const int16_t *y, unsigned n, unsigned least, struct curve_match *m,
    struct curve_lags *best)
{
	const int16_t *now = y + n - m->window;
	int32_t aa = product(now, now, m->window);
	unsigned most = n - m->window, sum = 0, i = 0;
	int32_t bb = product(now - least, now - least, m->window);
	uint16_t seen[64] = { 0 }; /* by |likeness| / 16 */

	best->n = 0;
	for (unsigned lag = least; lag <= most; lag++) {
		const int16_t *then = now - lag;
		int16_t like = permille(product(now, then, m->window), aa, bb);

		remember(best, lag, like);
		seen[(unsigned)(like < 0 ? -like : like) / 16 % 64]++;
		if (lag == most)
			break;
		bb += then[-1] * then[-1] -
		      then[m->window - 1] * then[m->window - 1];
	}
	m->lag = best->lag[0];
	m->like = best->like[0];
	for (; i < 63 && (sum += seen[i]) * 2 < most - least + 1;)
		i++;
	m->other = (int16_t)(i * 16 + 8);
}

/* At one lag, over the window's newest n bins. */
static int16_t
like_at(const int16_t *end, unsigned lag, unsigned n)
{
	const int16_t *a = end - n, *b = a - lag;

	return permille(product(a, b, n), product(a, a, n), product(b, b, n));
}

/* The least like of the window's parts at the lag that was found. */
static int16_t
worst_part(const int16_t *end, const struct curve_match *m)
{
	unsigned part = m->window / PARTS;
	int16_t worst = 1000;

	for (unsigned i = 0; i < PARTS; i++) {
		int16_t like = like_at(end - i * part, m->lag, part);

		worst = like < worst ? like : worst;
	}
	return worst;
}

void
curve_weigh(const struct curve *c, unsigned least, unsigned most,
    uint32_t gop_us, struct curve_match *m, unsigned n, struct curve_lags *best)
{
	int16_t y[CURVE_FINE];
	unsigned bins = 0;

	best->n = 0;
	for (unsigned i = 0; i < n; i++) {
		m[i] = (struct curve_match){ .window = m[i].window };
		if (m[i].window + most > bins)
			bins = m[i].window + most;
	}
	if (bins > c->coarse_count)
		bins = c->coarse_count;
	if (bins == 0 || least == 0)
		return;
	fill_coarse(c, y, bins);
	if (!prepare(y, bins, gop_us, ACCOUNT_BIN_US * CURVE_TENTHS))
		return;
	smooth(y, bins);
	for (unsigned i = 0; i < n; i++) {
		if (m[i].window < PARTS || bins < m[i].window + least)
			continue;
		search(y, bins, least, &m[i], best);
		m[i].worst = worst_part(y + bins, &m[i]);
	}
}

/* The usual likeness: of lags here and there, what a normal spread of their
 * median would be. */
static int16_t
usual(const int16_t *end, unsigned window, unsigned most)
{
	int16_t like[OTHERS];

	for (unsigned i = 0; i < OTHERS; i++) {
		int16_t v = like_at(end,
		    LAG_OTHERS +
			(most - LAG_OTHERS) * (2 * i + 1) / (2 * OTHERS),
		    window);
		unsigned j = i;

		v = (int16_t)(v < 0 ? -v : v);
		for (; j > 0 && like[j - 1] > v; j--)
			like[j] = like[j - 1];
		like[j] = v;
	}
	return (int16_t)(like[OTHERS / 2] * 148 / 100 + 1);
}

/* The best of the lags and of what lies around them. */
static void
refine(const int16_t *end, unsigned most, const struct curve_lags *lags,
    struct curve_match *m)
{
	for (unsigned i = 0; i < lags->n; i++) {
		int at = lags->lag[i] * (int)CURVE_TENTHS;

		for (int lag = at - AROUND; lag <= at + AROUND; lag++) {
			int16_t like;

			if (lag < 1 || lag > (int)most)
				continue;
			like = like_at(end, (unsigned)lag, m->window);
			if (m->lag != 0 && like <= m->like)
				continue;
			m->like = like;
			m->lag = (uint16_t)lag;
		}
	}
}

void
curve_refine(const struct curve *c, uint32_t gop_us,
    const struct curve_lags *lags, struct curve_match *m, unsigned n)
{
	int16_t y[CURVE_FINE];
	unsigned bins = c->fine_count;

	for (unsigned i = 0; i < n; i++)
		m[i] = (struct curve_match){ .window = m[i].window };
	if (bins == 0)
		return;
	fill_fine(c, y, bins);
	if (!prepare(y, bins, gop_us, ACCOUNT_BIN_US))
		return;
	for (unsigned i = 0; i < n; i++) {
		unsigned most = bins - m[i].window;

		if (bins < m[i].window + 2 * LAG_OTHERS || m[i].window < PARTS)
			continue;
		refine(y + bins, most, lags, &m[i]);
		if (m[i].lag == 0)
			continue;
		m[i].worst = worst_part(y + bins, &m[i]);
		m[i].other = usual(y + bins, m[i].window, most);
	}
}
