/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/curve.h"

#include <math.h>
#include <stdlib.h>
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
#define RHYTHM_LEAST 2u /* bins: neighbours are alike anyway */
#define LAG_OTHERS 50u
#define OTHERS 63u /* lags that show what is usual */

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
	unsigned at = (unsigned)((c->end / CURVE_TENTHS - n) % CURVE_COARSE);

	for (unsigned i = 0; i < n; i++) {
		x[i] = (int16_t)(c->coarse[at] * FINE);
		at = at + 1 < CURVE_COARSE ? at + 1 : 0;
	}
}

/* The same by tenths; an empty one holds the value before it for a while. */
static void
fill_fine(const struct curve *c, int16_t *x, unsigned n)
{
	unsigned at = (unsigned)((c->end - n) % CURVE_FINE);
	unsigned held = HOLD;

	for (unsigned i = 0; i < n; i++) {
		uint8_t level = c->fine[at];

		at = at + 1 < CURVE_FINE ? at + 1 : 0;
		x[i] = (int16_t)(level * 16);
		held = level != 0 ? 0 : held + 1;
		if (level == 0 && held <= HOLD && i > 0)
			x[i] = x[i - 1];
	}
}

/* Hardly ever is one missing: then no division is needed. */
static int32_t
mean(int32_t sum, int32_t have)
{
	return have == 2 * SLOW + 1 ? sum / (int32_t)(2 * SLOW + 1)
				    : sum / have;
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
			y[i - SLOW] =
			    (int16_t)(x[i - SLOW] == 0
					  ? 0
					  : x[i - SLOW] - mean(sum, have));
	}
}

/* Takes out what comes back with the groups of pictures around; near the ends,
 * where some of these are missing, a little less. */
static void
take_rhythm_out(const int16_t *x, int16_t *y, unsigned n, uint32_t rhythm_q8)
{
	int32_t sum[CURVE_FINE];

	memset(sum, 0, n * sizeof(*sum));
	for (unsigned k = 1; k <= COMB; k++) {
		unsigned off =
		    (unsigned)(((uint64_t)k * rhythm_q8 + 128) / 256);

		if (off >= n)
			break;
		for (unsigned i = off; i < n; i++)
			sum[i] += x[i - off];
		for (unsigned i = 0; i < n - off; i++)
			sum[i] += x[i + off];
	}
	for (unsigned i = 0; i < n; i++)
		y[i] = (int16_t)(x[i] - sum[i] / (2 * COMB));
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
prepare(int16_t *x, unsigned n, uint32_t rhythm_us, uint32_t bin_us)
{
	int16_t y[CURVE_FINE];
	uint64_t rhythm_q8 = (uint64_t)rhythm_us * 256 / bin_us;

	if (n > CURVE_FINE)
		return false; /* never so; the compiler is told */
	take_slow_out(x, y, n);
	if (rhythm_q8 >= 256 && rhythm_q8 < (uint64_t)n * 256)
		take_rhythm_out(y, x, n, (uint32_t)rhythm_q8);
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

/* Sums of squares before each bin; they may wrap, differences do not. */
static void
sum_squares(const int16_t *y, unsigned n, uint32_t *squares)
{
	squares[0] = 0;
	for (unsigned i = 0; i < n; i++)
		squares[i + 1] = squares[i] + (uint32_t)(y[i] * y[i]);
}

/* A curve that is ready to be compared. */
struct ready {
	unsigned n;
	int16_t y[CURVE_FINE];
	uint32_t squares[CURVE_FINE + 1];
};

/* Likeness of the bins [end - n, end) to those one lag before: the square of
 * the correlation, with its sign, so that a thousand need no root. */
static float
like_square(const struct ready *r, unsigned end, unsigned lag, unsigned n,
    int32_t ab)
{
	unsigned a = end - n, b = a - lag;
	float d = (float)(r->squares[end] - r->squares[a]) *
		  (float)(r->squares[b + n] - r->squares[b]);
	float v = (float)ab;

	return v * (v < 0 ? -v : v) / (d + 1.0f);
}

static int16_t
permille(float square)
{
	float v = 1000.0f * sqrtf(square < 0 ? -square : square);

	return (int16_t)(square < 0 ? -v : v);
}

static int32_t
product_at(const struct ready *r, unsigned end, unsigned lag, unsigned n)
{
	return product(r->y + end - n, r->y + end - n - lag, n);
}

static int16_t
like_at(const struct ready *r, unsigned end, unsigned lag, unsigned n)
{
	return permille(
	    like_square(r, end, lag, n, product_at(r, end, lag, n)));
}

/* The least like of the window's parts at the lag that was found. */
static int16_t
worst_part(const struct ready *r, const struct curve_match *m)
{
	unsigned part = m->window / PARTS;
	int16_t worst = 1000;

	for (unsigned i = 0; i < PARTS; i++) {
		int16_t like = like_at(r, r->n - i * part, m->lag, part);

		worst = like < worst ? like : worst;
	}
	return worst;
}

/* The likeness of those bins alone that lie within the usual swing at both
 * times: what goes round by the clock is like itself in the others. */
static int16_t
like_calm(const struct ready *r, const struct curve_match *m)
{
	const int16_t *a = r->y + r->n - m->window, *b = a - m->lag;
	int64_t ab = 0, aa = 0, bb = 0;
	int32_t swing = 0;

	for (unsigned i = 0; i < m->window; i++)
		swing += abs(a[i]);
	swing /= m->window;
	for (unsigned i = 0; i < m->window; i++) {
		if (abs(a[i]) > swing || abs(b[i]) > swing)
			continue;
		ab += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return (
	    int16_t)(1000.0f * (float)ab / sqrtf((float)aa * (float)bb + 1.0f));
}

/* What goes round faster than any loop that is looked for. */
static int16_t
rhythm(const struct ready *r, const struct curve_match *m, unsigned least)
{
	int16_t best = 0;

	for (unsigned lag = RHYTHM_LEAST; lag < least; lag++) {
		int16_t like = like_at(r, r->n, lag, m->window);

		best = like > best ? like : best;
	}
	return best;
}

static void
remember(struct curve_lags *k, unsigned lag, float square)
{
	unsigned i;

	if (k->n == CURVE_LAGS && square <= k->like[CURVE_LAGS - 1])
		return;
	i = k->n < CURVE_LAGS ? k->n++ : CURVE_LAGS - 1u;
	for (; i > 0 && k->like[i - 1] < square; i--) {
		k->like[i] = k->like[i - 1];
		k->lag[i] = k->lag[i - 1];
	}
	k->like[i] = square;
	k->lag[i] = (uint16_t)lag;
}

#define SEEN 256u

/* The median of what was counted by its square. */
static int16_t
median(const uint16_t *seen, unsigned all)
{
	unsigned i = 0, sum = 0;

	for (; i < SEEN - 1 && (sum += seen[i]) * 2 < all;)
		i++;
	return permille(((float)i + 0.5f) / SEEN / 4);
}

/* The best lags, and the usual likeness of all. */
static void
search(const struct ready *r, unsigned least, const int32_t *products,
    struct curve_match *m, struct curve_lags *best)
{
	unsigned most = r->n - m->window;
	uint16_t seen[SEEN] = { 0 };

	best->n = 0;
	for (unsigned lag = least; lag <= most; lag++) {
		float v = like_square(r, r->n, lag, m->window, products[lag]);
		float size = (v < 0 ? -v : v) * SEEN * 4;

		remember(best, lag, v);
		seen[size < SEEN - 1 ? (unsigned)size : SEEN - 1]++;
	}
	m->lag = best->lag[0];
	m->like = permille(best->like[0]);
	m->other = median(seen, most - least + 1);
	m->worst = worst_part(r, m);
	m->calm = like_calm(r, m);
	m->rhythm = rhythm(r, m, least);
}

/* Adds the products of the bins [end - n, end) at all lags. */
static void
add_products(const struct ready *r, unsigned end, unsigned n, unsigned least,
    int32_t *products)
{
	for (unsigned lag = least; lag + n <= end; lag++)
		products[lag] += product_at(r, end, lag, n);
}

void
curve_weigh(const struct curve *c, unsigned least, unsigned most,
    uint32_t rhythm_us, struct curve_match *m, unsigned n,
    struct curve_lags *best)
{
	int32_t products[CURVE_COARSE] = { 0 };
	struct ready r;
	unsigned done = 0;

	best->n = 0;
	r.n = 0;
	for (unsigned i = 0; i < n; i++) {
		m[i] = (struct curve_match){ .window = m[i].window };
		if (m[i].window + most > r.n)
			r.n = m[i].window + most;
	}
	if (r.n > c->coarse_count)
		r.n = c->coarse_count;
	if (r.n == 0 || least == 0)
		return;
	fill_coarse(c, r.y, r.n);
	if (!prepare(r.y, r.n, rhythm_us, ACCOUNT_BIN_US * CURVE_TENTHS))
		return;
	smooth(r.y, r.n);
	sum_squares(r.y, r.n, r.squares);
	for (unsigned i = 0; i < n; i++) {
		if (m[i].window <= done || r.n < m[i].window + least)
			continue;
		add_products(&r, r.n - done, m[i].window - done, least,
		    products);
		done = m[i].window;
		search(&r, least, products, &m[i], best);
	}
}

/* The usual likeness: of lags here and there, what a normal spread of their
 * median would be. */
static int16_t
usual(const struct ready *r, unsigned window)
{
	unsigned most = r->n - window;
	int16_t like[OTHERS];

	for (unsigned i = 0; i < OTHERS; i++) {
		unsigned lag = LAG_OTHERS +
			       (most - LAG_OTHERS) * (2 * i + 1) / (2 * OTHERS);
		int16_t v = like_at(r, r->n, lag, window);
		unsigned j = i;

		v = (int16_t)(v < 0 ? -v : v);
		for (; j > 0 && like[j - 1] > v; j--)
			like[j] = like[j - 1];
		like[j] = v;
	}
	return (int16_t)(like[OTHERS / 2] * 148 / 100 + 1);
}

/* The best of the lags around one, in tenths. */
static void
refine_at(const struct ready *r, int at, struct curve_match *m)
{
	int most = (int)(r->n - m->window);

	for (int lag = at - AROUND; lag <= at + AROUND; lag++) {
		int16_t like;

		if (lag < 1 || lag > most)
			continue;
		like = like_at(r, r->n, (unsigned)lag, m->window);
		if (m->lag != 0 && like <= m->like)
			continue;
		m->like = like;
		m->lag = (uint16_t)lag;
	}
}

static void
refine(const struct ready *r, const struct curve_lags *lags,
    struct curve_match *m)
{
	for (unsigned i = 0; i < lags->n; i++)
		refine_at(r, lags->lag[i] * (int)CURVE_TENTHS, m);
}

void
curve_refine(const struct curve *c, uint32_t rhythm_us,
    const struct curve_lags *lags, struct curve_match *m, unsigned n)
{
	struct ready r;
	int at = 0;

	r.n = c->fine_count;
	for (unsigned i = 0; i < n; i++)
		m[i] = (struct curve_match){ .window = m[i].window };
	if (r.n == 0)
		return;
	fill_fine(c, r.y, r.n);
	if (!prepare(r.y, r.n, rhythm_us, ACCOUNT_BIN_US))
		return;
	sum_squares(r.y, r.n, r.squares);
	for (unsigned i = 0; i < n; i++) {
		if (r.n < m[i].window + 2 * LAG_OTHERS || m[i].window < PARTS)
			continue;
		if (at != 0)
			refine_at(&r, at, &m[i]);
		else
			refine(&r, lags, &m[i]);
		if (m[i].lag == 0)
			continue;
		at = m[i].lag;
		m[i].worst = worst_part(&r, &m[i]);
		m[i].calm = like_calm(&r, &m[i]);
		m[i].other = usual(&r, m[i].window);
	}
}
