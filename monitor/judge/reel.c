/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/reel.h"

#include <stdlib.h>
#include <string.h>

#define SECOND 1000000ll
#define APART_US (7 * SECOND / 2) /* closer ones are compared, but not kept */
#define GAP_US (400 * SECOND)	  /* not watched for so long: begin anew */
#define TICK_US 62500		  /* of struct reel's times, which .. */
#define OLD_TICKS 57600u	  /* .. must not come round: an hour */
#define LASTS_US (120 * SECOND)	  /* and two lags, without any other */
#define MS(ms) ((int64_t)(ms)*1000)

#define ROW_FIRST 1u /* of the coarse cells: text stands above and below */
#define ROWS 2u	     /* of a cell here */
#define COLUMNS 5u
#define ACROSS 4u
/* How bright a cell is against the middle one: so many parts of that, and of
 * a little more, for the dark has only noise. Sums of q8 levels. */
#define UNIT 512
#define DARK (8 * 256 * (int)(ROWS * COLUMNS))

/* Sums over all cells, in those parts. */
#define NEAR_FLOOR 3u /* coding may do to one still picture, but .. */
#define NEAR_MOST 64u /* .. does no more: half a level to one */
#define FAR_LEAST 32u /* that which is unlike differs by at least */
#define MOVED_LEAST 6 /* of one cell */
#define MISS_FLOOR 16u
#define SLACK_MS 300u
#define LAG_LEAST_MS 4000u
/* One picture in so many may lie rounds of the lag ago, or chance does it. */
#define ROUNDS_SHARE 7u
#define OTHERS_LEAST 12u
#define MISSES 3u

#define HITS_SUSPECT 3u
#define HITS_SURE 9u
#define HITS_TIMES 4u /* as many as misses */
#define SPAN_SURE_US (45 * SECOND)
#define LAG_SURE_MS 24000u /* shorter ones may be a sign, and curve.h knows */
#define CELLS_SURE 9u	   /* a sign, a lamp, a lift are not everywhere */

struct compared_to {	   /* the newest picture with those kept */
	uint32_t ms[REEL]; /* how much older */
	uint16_t apart[REEL];
	uint8_t n;
};

struct weighed {	/* one lag */
	uint16_t again; /* the least apart, of those rounds of it ago .. */
	uint16_t other; /* .. and of all others */
	uint8_t rounds;
	uint8_t others;
};

static int
by_level(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* What moves in a few cells does not change how bright the others are. */
static int
middle(const int cell[REEL_CELLS])
{
	int sorted[REEL_CELLS];

	memcpy(sorted, cell, sizeof(sorted));
	qsort(sorted, REEL_CELLS, sizeof(sorted[0]), by_level);
	return (sorted[REEL_CELLS / 2 - 1] + sorted[REEL_CELLS / 2]) / 2;
}

static struct reel_sign
sign_of(const struct note *n)
{
	int cell[REEL_CELLS] = { 0 }, level;
	struct reel_sign s;

	for (unsigned y = 0; y < ACROSS * ROWS; y++)
		for (unsigned x = 0; x < COARSE_W; x++)
			cell[y / ROWS * ACROSS + x / COLUMNS] +=
			    n->coarse[(y + ROW_FIRST) * COARSE_W + x];
	level = middle(cell);
	for (unsigned i = 0; i < REEL_CELLS; i++)
		s.cell[i] =
		    (uint8_t)((cell[i] - level) * UNIT / (level + DARK));
	return s;
}

static unsigned
cell_apart(uint8_t a, uint8_t b)
{
	return (unsigned)abs((int8_t)(uint8_t)(a - b));
}

static uint16_t
apart(const struct reel_sign *a, const struct reel_sign *b)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < REEL_CELLS; i++)
		sum += cell_apart(a->cell[i], b->cell[i]);
	return (uint16_t)sum;
}

/* Cells in which two differ, a bit each; not where only the middle one does. */
static uint16_t
moved(const struct reel_sign *a, const struct reel_sign *b)
{
	int d[REEL_CELLS], all;
	unsigned cells = 0;

	for (unsigned i = 0; i < REEL_CELLS; i++)
		d[i] = (int8_t)(uint8_t)(a->cell[i] - b->cell[i]);
	all = middle(d);
	for (unsigned i = 0; i < REEL_CELLS; i++)
		if (abs(d[i] - all) >= MOVED_LEAST)
			cells |= 1u << i;
	return (uint16_t)cells;
}

static uint16_t
ticks(int64_t us)
{
	return (uint16_t)(us / TICK_US);
}

static void
compare(const struct reel *r, const struct reel_sign *s, int64_t at_us,
    struct compared_to *c)
{
	c->n = r->count;
	for (unsigned i = 0; i < r->count; i++) {
		unsigned at = (r->next + REEL - r->count + i) % REEL;

		c->apart[i] = apart(s, &r->sign[at]);
		c->ms[i] = (uint16_t)(ticks(at_us) - r->at[at]) *
			   (TICK_US / 500u) / 2u;
	}
}

/* Whether one span of time is rounds of the other, one at least. */
static bool
is_round(uint32_t ms, uint32_t of)
{
	uint32_t off = ms % of;

	return ms + SLACK_MS >= of && (off <= SLACK_MS || of - off <= SLACK_MS);
}

static struct weighed
weigh(const struct compared_to *c, uint32_t lag_ms)
{
	struct weighed w = { UINT16_MAX, UINT16_MAX, 0, 0 };

	for (unsigned i = 0; i < c->n; i++)
		if (is_round(c->ms[i], lag_ms)) {
			w.rounds++;
			if (c->apart[i] < w.again)
				w.again = c->apart[i];
		} else {
			w.others++;
			if (c->apart[i] < w.other)
				w.other = c->apart[i];
		}
	return w;
}

static bool
tells(const struct weighed *w)
{
	return w->rounds > 0 && w->others >= OTHERS_LEAST &&
	       w->rounds * ROUNDS_SHARE <= w->rounds + w->others;
}

/* The same moment, unlike any other. */
static bool
came_again(const struct weighed *w)
{
	return tells(w) && w->other >= FAR_LEAST && w->again <= NEAR_MOST &&
	       (w->again + NEAR_FLOOR) * 2u <= w->other;
}

static void
forget(struct reel *r)
{
	r->lag_ms = 0;
	r->hits = r->missed = r->misses = 0;
	r->moved = 0;
}

static void
begin(struct reel *r, const struct reel_sign *s, int64_t at_us, uint32_t ms,
    const struct weighed *w)
{
	forget(r);
	r->lag_ms = ms;
	r->first_us = r->last_us = at_us;
	r->last = *s;
	r->near_q4 = (uint16_t)(w->again * 16u);
	r->hits = 1;
}

/* Counts, unless it is only what the last one showed: a lamp is on or off. */
static void
hit(struct reel *r, const struct reel_sign *s, int64_t at_us,
    const struct weighed *w)
{
	r->misses = 0;
	if (apart(s, &r->last) < FAR_LEAST ||
	    apart(s, &r->last) < (w->again + NEAR_FLOOR) * 2u)
		return;
	r->moved |= moved(s, &r->last);
	r->near_q4 =
	    (uint16_t)(r->near_q4 + (w->again * 16 - r->near_q4) /
					(r->hits < 16 ? r->hits + 1 : 16));
	r->last = *s;
	r->last_us = at_us;
	r->hits = (uint8_t)(r->hits + (r->hits < 255));
}

static void
miss(struct reel *r)
{
	r->missed = (uint8_t)(r->missed + (r->missed < 255));
	if (++r->misses >= MISSES)
		forget(r);
}

/* The lag in question. False: nothing came again at it. */
static bool
follow(struct reel *r, const struct compared_to *c, const struct reel_sign *s,
    int64_t at_us)
{
	struct weighed w;

	if (r->lag_ms == 0)
		return false;
	w = weigh(c, r->lag_ms);
	if (came_again(&w)) {
		hit(r, s, at_us, &w);
		return true;
	}
	if (tells(&w) && w.again >= w.other &&
	    w.again > r->near_q4 / 8u + MISS_FLOOR)
		miss(r);
	return false;
}

/* Two lags that are rounds of what lies between them. False: they are not. */
static bool
both_rounds(struct reel *r, const struct compared_to *c,
    const struct reel_sign *s, int64_t at_us, uint32_t ms)
{
	uint32_t of = ms > r->lag_ms ? ms - r->lag_ms : r->lag_ms - ms;
	struct weighed w;

	if (r->lag_ms == 0 || of < LAG_SURE_MS || !is_round(ms, of) ||
	    !is_round(r->lag_ms, of))
		return false;
	w = weigh(c, of);
	if (!came_again(&w))
		return false;
	r->lag_ms = of;
	hit(r, s, at_us, &w);
	return true;
}

/* A lag of which the one in question may be rounds, or any where none is. */
static void
seek(struct reel *r, const struct compared_to *c, const struct reel_sign *s,
    int64_t at_us)
{
	unsigned least = UINT16_MAX;
	uint32_t of[2] = { 0, 0 }; /* soonest of the nearest, and nearest */

	for (unsigned i = 0; i < c->n; i++)
		if (c->ms[i] >= LAG_LEAST_MS && c->apart[i] < least) {
			least = c->apart[i];
			of[1] = c->ms[i];
		}
	for (unsigned i = 0; i < c->n; i++)
		if (c->ms[i] >= LAG_LEAST_MS &&
		    c->apart[i] <= least * 5 / 4 + 2)
			of[0] = c->ms[i]; /* the oldest stands first */
	for (unsigned i = 0; i < 2; i++) {
		struct weighed w;

		if (of[i] == 0 || of[i] == r->lag_ms)
			continue;
		if (r->hits >= HITS_SUSPECT &&
		    (of[i] >= r->lag_ms || !is_round(r->lag_ms, of[i])))
			continue;
		w = weigh(c, of[i]);
		if (!came_again(&w))
			continue;
		if (!both_rounds(r, c, s, at_us, of[i]))
			begin(r, s, at_us, of[i], &w);
		return;
	}
}

static void
keep(struct reel *r, const struct reel_sign *s, int64_t at_us)
{
	if (r->count > 0 && at_us - r->kept_us < APART_US)
		return;
	r->sign[r->next] = *s;
	r->at[r->next] = ticks(at_us);
	r->next = (uint8_t)((r->next + 1) % REEL);
	r->count = (uint8_t)(r->count + (r->count < REEL));
	r->kept_us = at_us;
}

/* Their times must not come round. */
static void
drop_old(struct reel *r, int64_t at_us)
{
	while (r->count > 0) {
		unsigned at = (r->next + REEL - r->count) % REEL;

		if ((uint16_t)(ticks(at_us) - r->at[at]) <= OLD_TICKS)
			return;
		r->count--;
	}
}

void
reel_clear(struct reel *r)
{
	*r = (struct reel){ 0 };
}

void
reel_take(struct reel *r, const struct note *n, int64_t at_us)
{
	struct reel_sign s = sign_of(n);
	struct compared_to c;

	if (r->count > 0 && at_us - r->kept_us > GAP_US)
		reel_clear(r);
	drop_old(r, at_us);
	compare(r, &s, at_us, &c);
	if (!follow(r, &c, &s, at_us))
		seek(r, &c, &s, at_us);
	if (r->lag_ms != 0 &&
	    at_us - r->last_us > LASTS_US + 2ll * MS(r->lag_ms))
		forget(r);
	keep(r, &s, at_us);
}

bool
reel_suspect(const struct reel *r)
{
	return r->hits >= HITS_SUSPECT && r->missed * 2 <= r->hits;
}

bool
reel_sure(const struct reel *r)
{
	unsigned cells = 0;

	for (unsigned i = 0; i < REEL_CELLS; i++)
		cells += r->moved >> i & 1u;
	return r->hits >= HITS_SURE && r->hits >= HITS_TIMES * r->missed &&
	       r->lag_ms >= LAG_SURE_MS && cells >= CELLS_SURE &&
	       r->last_us - r->first_us >= SPAN_SURE_US;
}
