/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAP_MOST 1200  /* tenths without an account: more begins anew */
#define SLOW 5u	       /* bins either side: what is slower goes out */
#define COMB 4	       /* groups of pictures either side */
#define CLIP_TENTHS 35 /* of the median deviation: one event isn't all */
#define CLIP_MOST 1000 /* squares of 2000 of these fit into 31 bits */
#define PARTS 4u       /* of a window */
#define FINE 4	 /* parts of a level of the half seconds: MJPEG varies by few */
#define HOLD 5u	 /* tenths: slow pictures last */
#define AROUND 6 /* tenths either side of a half second's lag */
#define RHYTHM_LEAST 2u /* bins: neighbours are alike anyway */
#define USECOND 1000000u
#define HALVES_S 2u /* bins a second */
#define TENTHS_S 10u
#define LEAST_S 4u	 /* of a loop */
#define ROUND_PERCENT 70 /* of the likeness, at a shorter lag and again */
#define RIVAL_LEAST 150
#define RIVAL_REACH_S 30u
#define RIVAL_APART_S 2u
#define RIVAL_GROUPS 7u
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

/* Takes out what comes back with the groups of pictures around, which need not
 * last whole bins; near the ends, where some of these are missing, a little
 * less. */
static void
take_rhythm_out(const int16_t *x, int16_t *y, unsigned n, uint32_t rhythm_q8)
{
	int32_t sum[CURVE_FINE];

	memset(sum, 0, n * sizeof(*sum));
	for (unsigned k = 1; k <= COMB; k++) {
		uint64_t off_q8 = (uint64_t)k * rhythm_q8;
		unsigned off = (unsigned)(off_q8 >> 8);
		int32_t part = (int32_t)(off_q8 & 255), rest = 256 - part;

		if (off + 1 >= n)
			break;
		for (unsigned i = off + 1; i < n; i++)
			sum[i] += x[i - off] * rest + x[i - off - 1] * part;
		for (unsigned i = 0; i < n - off - 1; i++)
			sum[i] += x[i + off] * rest + x[i + off + 1] * part;
	}
	for (unsigned i = 0; i < n; i++)
		y[i] = (int16_t)(x[i] - sum[i] / (2 * COMB * 256));
}

/* How far off a bin may be: by the median, so that the events themselves don't
 * say what is usual. 0: nothing happens at all. */
static int32_t
swing_most(const int16_t *y, unsigned n)
{
	uint16_t seen[CLIP_MOST + 1] = { 0 };
	unsigned sum = 0, at = 0;
	int32_t most;

	for (unsigned i = 0; i < n; i++) {
		int v = abs(y[i]);

		seen[v < CLIP_MOST ? v : CLIP_MOST]++;
	}
	for (; at < CLIP_MOST && (sum += seen[at]) * 2 < n;)
		at++;
	most = (int32_t)at * CLIP_TENTHS / 10;
	return most > CLIP_MOST ? CLIP_MOST : most;
}

static int32_t
clipped(int32_t v, int32_t most)
{
	return v > most ? most : v < -most ? -most : v;
}

/* What is far off counts as this far off; false: nothing happens at all. */
static bool
clip(int16_t *y, unsigned n)
{
	int32_t most = swing_most(y, n);

	for (unsigned i = 0; i < n; i++)
		y[i] = (int16_t)clipped(y[i], most);
	return most > 0;
}

/* The same for x, by its differences y to the neighbours: a flash must not lift
 * the mean of those beside it, or all of them would be like the ones beside the
 * next flash. */
static void
clip_events(int16_t *x, const int16_t *y, unsigned n)
{
	int32_t most = swing_most(y, n);

	for (unsigned i = 0; i < n; i++) {
		int32_t v = x[i] - y[i] + clipped(y[i], most);

		if (x[i] != 0)
			x[i] = (int16_t)(v < 1 ? 1 : v);
	}
}

/* A curve that is ready to be compared. */
struct ready {
	unsigned n;
	unsigned second;    /* bins */
	uint32_t rhythm_q8; /* bins; 0 = none, or too long to tell */
	int16_t y[CURVE_FINE];
	uint32_t squares[CURVE_FINE + 1];
};

/* Its bins become what is compared; false: nothing happens. */
static bool
prepare(struct ready *r, uint32_t rhythm_us)
{
	uint64_t rhythm_q8 = (uint64_t)rhythm_us * 256 * r->second / USECOND;
	int16_t y[CURVE_FINE];

	if (r->n > CURVE_FINE)
		return false; /* never so; the compiler is told */
	r->rhythm_q8 = rhythm_q8 < 256 || rhythm_q8 >= (uint64_t)r->n * 256
			   ? 0
			   : (uint32_t)rhythm_q8;
	take_slow_out(r->y, y, r->n);
	clip_events(r->y, y, r->n);
	take_slow_out(r->y, y, r->n);
	if (r->rhythm_q8 != 0)
		take_rhythm_out(y, r->y, r->n, r->rhythm_q8);
	else
		memcpy(r->y, y, r->n * sizeof(*y));
	return clip(r->y, r->n);
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

/* The best like of the lags around, and of the lag itself. */
static int16_t
like_near(const struct ready *r, unsigned lag, unsigned window)
{
	int16_t best = -1000;

	for (unsigned at = lag - 1; at <= lag + 1; at++) {
		int16_t like;

		if (at < 1 || at + window > r->n)
			continue;
		like = like_at(r, r->n, at, window);
		best = like > best ? like : best;
	}
	return best;
}

static bool
is_round(const struct ready *r, const struct curve_match *m, unsigned lag)
{
	return like_near(r, lag, m->window) * 100 >= m->like * ROUND_PERCENT;
}

/* How many rounds of a shorter lag that is nearly as alike. */
static unsigned
rounds(const struct ready *r, const struct curve_match *m, unsigned least)
{
	unsigned k;

	for (k = m->lag / least; k > 1; k--)
		if (is_round(r, m, (m->lag + k / 2) / k) &&
		    is_round(r, m, (m->lag * (k - 1) + k / 2) / k))
			break;
	return k < 1 ? 1 : k;
}

/* Between rounds: not within `apart` of one. */
static bool
is_between(const struct curve_match *m, unsigned lag, unsigned apart)
{
	unsigned off = lag * m->rounds % m->lag;
	unsigned slack = apart * m->rounds;

	if (slack > m->lag / 3)
		slack = m->lag / 3;
	return off > slack && m->lag - off > slack;
}

/* The best of the lags up to `reach` away, and, further off, of those that the
 * groups of pictures would give. */
static int16_t
rival(const struct ready *r, const struct curve_match *m)
{
	unsigned reach = RIVAL_REACH_S * r->second;
	unsigned apart = RIVAL_APART_S * r->second;
	unsigned from = m->lag > reach ? m->lag - reach : 1;
	unsigned most = r->n - m->window;
	int16_t best = 0;

	for (unsigned lag = from; lag <= m->lag + reach; lag++) {
		int16_t like;

		if (lag > most || !is_between(m, lag, apart))
			continue;
		like = like_at(r, r->n, lag, m->window);
		best = like > best ? like : best;
	}
	for (unsigned k = 1; k <= 2 * RIVAL_GROUPS; k++) {
		unsigned off = (r->rhythm_q8 * ((k + 1) / 2) + 128) / 256;
		unsigned lag = k % 2 ? m->lag + off : m->lag - off;
		int16_t like;

		if (off <= reach || off + 2 > m->lag || lag > most ||
		    !is_between(m, lag, apart))
			continue;
		like = like_near(r, lag, m->window);
		best = like > best ? like : best;
	}
	return best;
}

/* Whether the lag stands alone; only where it stands out at all. */
static void
weigh_rivals(const struct ready *r, struct curve_match *m)
{
	if (m->like < RIVAL_LEAST)
		return;
	m->rounds = (uint16_t)rounds(r, m, LEAST_S * r->second);
	m->rival = rival(r, m);
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
	weigh_rivals(r, m);
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
	r.second = HALVES_S;
	if (!prepare(&r, rhythm_us))
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
	r.second = TENTHS_S;
	if (!prepare(&r, rhythm_us))
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
		weigh_rivals(&r, &m[i]);
	}
}
