/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/echo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/product.h"

#define TENTHS 20	     /* of a step */
#define SHIFT_MOST 5	     /* tenths: less is arrival's unevenness */
#define AROUND 5	     /* steps either side: what is slower goes out */
#define CLIP_TENTHS 25	     /* of the mean deviation: one event is not all */
#define SETTLE 20	     /* steps: the probe learns what is usual */
#define CELL_STEP (4 * 256)  /* a picture's: who passes leaves little */
#define STEP_MOST 2000	     /* squares of ECHO_STEPS of these fit */
#define STEPS_LEAST 150u     /* five minutes */
#define ASIDE_MOST 2	     /* steps */
#define BLOCK 15u	     /* steps of half a minute */
#define TEXT_ROWS 1u	     /* at the top and at the bottom: clocks, names */
#define CELL_APART (4 * 256) /* levels that coding and a little light make */
#define SAME_PERCENT 75u /* of the cells; someone may stand before the rest */
#define SPREAD_LEAST (8 * 256) /* levels: less is a plain picture */
#define SIGN_STEP 2u

static void
push(struct echo *e)
{
	e->level[e->end % ECHO_STEPS] =
	    (uint16_t)(e->have == 0 ? 0 : e->sum / e->have);
	e->end++;
	e->sum = 0;
	e->have = 0;
}

static void
begin(struct echo *e, int64_t step)
{
	memset(e->level, 0, sizeof(e->level));
	e->end = step;
	e->from = step + SETTLE;
	e->sum = 0;
	e->have = 0;
	e->begun = true;
}

static void
add(struct echo *e, int64_t tenth, uint16_t level)
{
	int64_t step = tenth / TENTHS;

	if (tenth < 0)
		return;
	if (!e->begun || step > e->end + (int64_t)ECHO_STEPS)
		begin(e, step);
	while (e->end < step)
		push(e);
	if (step < e->from || step < e->end || level == 0 || e->have == TENTHS)
		return;
	e->sum += level;
	e->have++;
}

void
echo_on_account(struct echo *e, const struct account *a)
{
	int64_t shift = a->last_au_us / ACCOUNT_BIN_US - a->activity_first -
			a->activity_count;

	if (a->activity_count == 0 || a->activity_count > ACCOUNT_BINS)
		return;
	if (!e->begun || llabs(shift - e->shift) > SHIFT_MOST)
		e->shift = shift;
	for (unsigned i = 0; i < a->activity_count; i++)
		add(e, a->activity_first + i + e->shift, a->activity[i]);
}

static uint32_t
towards(uint32_t old, uint32_t v)
{
	return v > old + CELL_STEP   ? old + CELL_STEP
	       : v + CELL_STEP < old ? old - CELL_STEP
				     : v;
}

/* Mean and mean deviation, once for all the others it is held against. */
static void
weigh_cells(struct echo *e)
{
	const unsigned from = TEXT_ROWS * ECHO_W, to = ECHO_CELLS - from;
	unsigned sum = 0;

	for (unsigned i = from; i < to; i++)
		sum += e->cell_q8[i];
	e->mean_q8 = (uint16_t)(sum / (to - from));
	sum = 0;
	for (unsigned i = from; i < to; i++)
		sum += (unsigned)abs(e->cell_q8[i] - e->mean_q8);
	e->spread_q8 = (uint16_t)(sum / (to - from));
}

void
echo_on_picture(struct echo *e, const struct measures *m)
{
	const unsigned w = THUMB_W / ECHO_W, h = THUMB_H / ECHO_H;

	for (unsigned i = 0; i < ECHO_CELLS; i++) {
		const uint16_t *t =
		    m->thumb + i / ECHO_W * h * THUMB_W + i % ECHO_W * w;
		uint32_t sum = 0;

		for (unsigned y = 0; y < h; y++, t += THUMB_W)
			for (unsigned x = 0; x < w; x++)
				sum += t[x];
		sum /= w * h;
		if (e->pictured)
			sum = towards(e->cell_q8[i], sum);
		e->cell_q8[i] = (uint16_t)sum;
	}
	weigh_cells(e);
	e->pictured = true;
}

uint64_t
echo_sign(const struct echo *e)
{
	uint64_t sign = 0;

	for (unsigned y = TEXT_ROWS; y < ECHO_H - TEXT_ROWS; y++)
		for (unsigned x = 0; x + SIGN_STEP < ECHO_W; x += SIGN_STEP) {
			const uint16_t *c = e->cell_q8 + y * ECHO_W + x;

			sign = sign << 1 | (c[0] > c[SIGN_STEP]);
		}
	return sign;
}

bool
echo_same_place(const struct echo *a, const struct echo *b)
{
	const unsigned from = TEXT_ROWS * ECHO_W, to = ECHO_CELLS - from;
	int off = a->mean_q8 - b->mean_q8;
	unsigned same = 0;

	if (!a->pictured || !b->pictured || a->spread_q8 < SPREAD_LEAST ||
	    b->spread_q8 < SPREAD_LEAST)
		return false;
	for (unsigned i = from; i < to; i++)
		same += abs(a->cell_q8[i] - b->cell_q8[i] - off) <= CELL_APART;
	return same * 100 >= (to - from) * SAME_PERCENT;
}

static int16_t
clipped(int v, int most)
{
	return (int16_t)(v > most ? most : v < -most ? -most : v);
}

/* Each step against the mean of those around; 0 where there is none. What is
 * around slides along. */
static void
against_around(const struct echo *e, struct echo_ready *r, int64_t last)
{
	uint32_t sum = 0, n = 0;

	for (int64_t i = r->first - AROUND; i < r->first + AROUND; i++) {
		sum += e->level[i % ECHO_STEPS];
		n += e->level[i % ECHO_STEPS] != 0;
	}
	for (int64_t at = r->first; at < last; at++) {
		uint16_t own = e->level[at % ECHO_STEPS];
		uint16_t in = e->level[(at + AROUND) % ECHO_STEPS];
		uint16_t out = e->level[(at - AROUND) % ECHO_STEPS];

		sum += in;
		n += in != 0;
		r->step[r->n++] =
		    own == 0 ? 0 : clipped(own - (int)(sum / n), STEP_MOST);
		sum -= out;
		n -= out != 0;
	}
}

void
echo_prepare(const struct echo *e, struct echo_ready *r)
{
	int sum = 0, most;

	r->n = 0;
	r->first = e->end - (int64_t)ECHO_STEPS + AROUND;
	if (r->first < AROUND)
		r->first = AROUND;
	if (!e->begun)
		return;
	against_around(e, r, e->end - AROUND);
	for (unsigned i = 0; i < r->n; i++)
		sum += abs(r->step[i]);
	most = r->n == 0 ? 0 : sum * CLIP_TENTHS / (10 * r->n);
	for (unsigned i = 0; i < r->n; i++)
		r->step[i] = clipped(r->step[i], most);
}

struct span {
	const int16_t *a, *b;
	unsigned n;
};

/* What both have, the second so many steps later. */
static struct span
span_of(const struct echo_ready *a, const struct echo_ready *b, int late)
{
	int64_t from = a->first > b->first - late ? a->first : b->first - late;
	int64_t end = a->first + a->n, end_b = b->first - late + b->n;
	struct span s = { 0 };

	end = end < end_b ? end : end_b;
	if (end <= from)
		return s;
	s.a = a->step + (from - a->first);
	s.b = b->step + (from + late - b->first);
	s.n = (unsigned)(end - from);
	return s;
}

static int16_t
like_of(const struct span *s)
{
	/* ECHO_STEPS squares of STEP_MOST fit */
	int32_t ab = product(s->a, s->b, s->n);
	int32_t aa = product(s->a, s->a, s->n);
	int32_t bb = product(s->b, s->b, s->n);

	return (
	    int16_t)(1000.0f * (float)ab / sqrtf((float)aa * (float)bb + 1.0f));
}

static uint8_t
share_of(const struct span *s)
{
	unsigned alike = 0, n = s->n / BLOCK;

	for (unsigned i = 0; i < n; i++)
		alike += product(s->a + i * BLOCK, s->b + i * BLOCK, BLOCK) > 0;
	return (uint8_t)(alike * 100 / n);
}

bool
echo_compare(const struct echo_ready *a, const struct echo_ready *b,
    int16_t least, struct echo_match *out)
{
	struct span s = span_of(a, b, 0);

	if (s.n < STEPS_LEAST)
		return false;
	*out = (struct echo_match){ .like = like_of(&s) };
	if (out->like < least)
		return false;
	out->share = share_of(&s);
	for (int late = -ASIDE_MOST; late <= ASIDE_MOST; late++) {
		int16_t like;

		s = span_of(a, b, late);
		like = late == 0 ? 0 : like_of(&s);
		out->aside = like > out->aside ? like : out->aside;
	}
	return true;
}
