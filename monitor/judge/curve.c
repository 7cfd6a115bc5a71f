/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/product.h"

#define GAP_MOST 1200 /* tenths without an account: more begins anew */
#define SLOW 5u	      /* bins either side: what is slower goes out */
#define COMB 4	      /* groups of pictures either side */
#define TRIMMED 2     /* of those the least and the most */
#define COMB_LEAST 3u
#define ORDER 20u     /* bins that a bin is foretold from */
#define LEAKAGE 1.02f /* of the variance: no pole at the unit circle */
#define BLOCK_S 5u    /* moments that are weighed one by one */
#define OTHERS_LEAST 8u
#define OTHERS_NEAR 4u	  /* bins about a round of the lag: none of these */
#define OTHERS_PERCENT 80 /* of a normal spread lie within .. */
#define OTHERS_SPREAD 128 /* .. so many hundredths of its deviation */
#define CLIP_TENTHS 35	  /* of the median deviation: one event isn't all */
#define CLIP_MOST 1000	  /* squares of 2000 of these fit into 31 bits */
#define PARTS 4u	  /* of a window */
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

/* What the groups of pictures around hold at one place. */
struct comb {
	int32_t sum[CURVE_FINE];
	int16_t least[CURVE_FINE];
	int16_t most[CURVE_FINE];
	uint8_t n[CURVE_FINE];
};

static void
comb_add(struct comb *c, unsigned i, int32_t v_q8)
{
	int16_t v = (int16_t)(v_q8 / 256);

	c->sum[i] += v;
	c->least[i] = c->n[i] == 0 || v < c->least[i] ? v : c->least[i];
	c->most[i] = c->n[i] == 0 || v > c->most[i] ? v : c->most[i];
	c->n[i]++;
}

/* Takes out what comes back with the groups of pictures around, which need not
 * last whole bins; without the least and the most of them, or a flash would
 * leave its mark on all that are near it. */
static void
take_rhythm_out(const int16_t *x, int16_t *y, unsigned n, uint32_t rhythm_q8)
{
	struct comb c;

	memset(c.sum, 0, n * sizeof(*c.sum));
	memset(c.n, 0, n);
	for (unsigned k = 1; k <= COMB; k++) {
		uint64_t off_q8 = (uint64_t)k * rhythm_q8;
		unsigned off = (unsigned)(off_q8 >> 8);
		int32_t part = (int32_t)(off_q8 & 255), rest = 256 - part;

		if (off + 1 >= n)
			break;
		for (unsigned i = off + 1; i < n; i++)
			comb_add(&c, i,
			    x[i - off] * rest + x[i - off - 1] * part);
		for (unsigned i = 0; i < n - off - 1; i++)
			comb_add(&c, i,
			    x[i + off] * rest + x[i + off + 1] * part);
	}
	for (unsigned i = 0; i < n; i++)
		y[i] =
		    (int16_t)(c.n[i] < COMB_LEAST
				  ? x[i]
				  : x[i] - (c.sum[i] - c.least[i] - c.most[i]) /
					       (c.n[i] - TRIMMED));
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

/* The curve's products with itself k bins before; in parts that fit. */
static float
product_before(const int16_t *y, unsigned n, unsigned k)
{
	const unsigned part = 2000;
	float sum = 0;

	for (unsigned at = k; at < n; at += part)
		sum += (float)product(y + at, y + at - k,
		    n - at < part ? n - at : part);
	return sum;
}

/* How each bin follows from those before it (Levinson and Durbin). */
static void
foretell(const int16_t *y, unsigned n, float a[ORDER + 1])
{
	float r[ORDER + 1], old[ORDER + 1], left;

	for (unsigned k = 0; k <= ORDER; k++)
		r[k] = product_before(y, n, k);
	left = r[0] = r[0] * LEAKAGE + 1;
	for (unsigned k = 1; k <= ORDER; k++) {
		float q = r[k];

		for (unsigned j = 1; j < k; j++)
			q -= a[j] * r[k - j];
		q /= left;
		memcpy(old, a, sizeof(old));
		for (unsigned j = 1; j < k; j++)
			a[j] = old[j] - q * old[k - j];
		a[k] = q;
		left *= 1 - q * q;
	}
}

/* Leaves what could not be foretold: a mast that sways, a lamp that goes round
 * are then no more alike at any lag than chance has it. */
static void
whiten(int16_t *y, unsigned n)
{
	float a[ORDER + 1] = { 0 }, left[CURVE_FINE];

	if (n <= ORDER)
		return;
	foretell(y, n, a);
	for (unsigned i = 0; i < n; i++)
		left[i] = (float)y[i];
	for (unsigned k = 1; k <= ORDER; k++)
		for (unsigned i = ORDER; i < n; i++)
			left[i] -= a[k] * (float)y[i - k];
	for (unsigned i = 0; i < n; i++)
		y[i] = i < ORDER
			   ? 0
			   : (int16_t)clipped((int32_t)left[i], INT16_MAX);
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
	if (r->second == TENTHS_S && clip(r->y, r->n))
		whiten(r->y, r->n);
	return clip(r->y, r->n);
}

/* Pairs of neighbours added: half a bin that a lag is off costs less. */
static void
smooth(int16_t *y, unsigned n)
{
	for (unsigned i = n; i-- > 1;)
		y[i] = (int16_t)((y[i] + y[i - 1]) / 2);
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

/* How many of the moments, in percent, go at all as they went: an event that
 * comes again makes a few alike, a loop each of them. */
static uint8_t
alike_share(const struct ready *r, const struct curve_match *m)
{
	unsigned block = BLOCK_S * r->second, n = m->window / block, sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += product_at(r, r->n - i * block, m->lag, block) > 0;
	return (uint8_t)(sum * 100 / n);
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
	m->share = alike_share(r, m);
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

/* About a round of the lag that was found: there a loop is alike, too. */
static bool
about_round(const struct curve_match *m, unsigned lag)
{
	unsigned off = lag * m->rounds % m->lag;
	unsigned slack = OTHERS_NEAR * m->rounds;

	return off <= slack || m->lag - off <= slack;
}

/* Sorted by insertion. */
static unsigned
insert(int16_t *sorted, unsigned n, int16_t v)
{
	unsigned j = n;

	for (; j > 0 && sorted[j - 1] > v; j--)
		sorted[j] = sorted[j - 1];
	sorted[j] = v;
	return n + 1;
}

/* The deviation of the likeness at lags that are none: of those that lie whole
 * groups of pictures from the one that was found, as what the coder does is
 * most alike there. Never below what as many independent bins would have. */
static int16_t
usual(const struct ready *r, const struct curve_match *m)
{
	uint64_t step = r->rhythm_q8 != 0 ? r->rhythm_q8 : 256 * r->second;
	uint64_t most = r->n - m->window, every, at;
	int16_t like[OTHERS];
	unsigned n = 0, bins = 1, all;

	every = step * (((most - LAG_OTHERS) * 256 / step) / OTHERS + 1);
	for (at = ((uint64_t)m->lag << 8) % every;
	     n < OTHERS && (at + 128) >> 8 <= most; at += every) {
		unsigned lag = (unsigned)((at + 128) >> 8);

		if (lag >= LAG_OTHERS && !about_round(m, lag))
			n = insert(like, n,
			    (int16_t)abs(like_at(r, r->n, lag, m->window)));
	}
	for (unsigned i = r->n - m->window; i < r->n; i++)
		bins += r->y[i] != 0;
	all = (unsigned)(1000.0f / sqrtf((float)bins)) + 1;
	if (n < OTHERS_LEAST)
		return (int16_t)(2 * all);
	n = (unsigned)like[n * OTHERS_PERCENT / 100] * 100 / OTHERS_SPREAD;
	return (int16_t)(n > all ? n : all);
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
		m[i].share = alike_share(&r, &m[i]);
		m[i].rounds = 1;
		weigh_rivals(&r, &m[i]);
		m[i].other = usual(&r, &m[i]);
	}
}
