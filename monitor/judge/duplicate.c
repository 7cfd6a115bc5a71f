/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/duplicate.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/judge/echo.h"

#define MARKS (1u << 17) /* prints and pictures of about the last minute */
#define MS 1000ll
#define APART_MS 2500	   /* a moment, as arrival knows it .. */
#define APART_MEAN_MS 700u /* .. and on the average */
#define HITS_CALL 4u
#define PICTURE_HITS 2u /* an equal keyframe counts for so many prints */
#define SPAN_CALL_MS 10000
#define MISSES_CLEAR 8u
#define CLEAR_MS 60000	       /* nothing equal for so long */
#define STALE_MS 300000	       /* or so long, whatever else came */
#define FLAT_SD_Q8 (6u * 256u) /* hardly anything in the picture */

#define CHECK_MS 60000 /* how often all others are looked through */
#define SIGN_USED (1ull << 63)
#define SIGN_APART 16  /* of 49 bits; those of one place differ in fewer */
#define TRIED_MOST 64u /* at once, of many that look alike */
#define ECHO_LIKE 450  /* per mille; two scenes under one sky reach 380 */
#define ECHO_ASIDE_PERCENT 90 /* of the best, at the same moment */
#define ECHO_SHARE 75u	      /* percent */
#define ECHO_LIKE_KEEP 250
#define ECHO_CALL 3u	    /* checks in a row */
#define ECHO_PLACE_CLEAR 2u /* checks that show another place */
#define ECHO_CLEAR 30u	    /* that show nothing alike: it may be night */

/* Something a feed showed and when: a print of sizes or of a picture. */
struct mark {
	uint32_t print;
	uint32_t feed; /* + 1; 0 = free */
	int64_t at_ms;
};

struct shared { /* what a feed has in common with others */
	bool used;
	bool called;
	bool coded; /* as coded; else by its pictures alone */
	uint16_t hits;
	uint16_t misses;   /* prints in a row that no other feed had */
	uint32_t apart_ms; /* running mean */
	uint32_t with;
	uint32_t device;
	uint64_t picture; /* the last, so that a still one counts once */
	int64_t first_ms;
	int64_t last_ms;
};

struct echoed { /* what it has in common though it is encoded separately */
	bool called;
	uint8_t hits; /* checks in a row */
	uint8_t misses;
	uint8_t places; /* checks in a row that show another */
	int16_t like;
	uint32_t with;
	uint32_t next; /* feed to begin with next time */
	int64_t checked_ms;
	uint16_t width, height;
	struct echo echo;
};

struct duplicate_index {
	struct mark mark[MARKS];
	struct shared feed[LIMIT_FEEDS];
	struct echoed echoed[LIMIT_FEEDS];
	uint64_t sign[LIMIT_FEEDS]; /* 0 = no picture; close together */
	uint32_t end;		    /* of the feeds */
};

struct duplicate_index *
duplicate_new(void)
{
	return calloc(1, sizeof(struct duplicate_index));
}

void
duplicate_free(struct duplicate_index **ix)
{
	free(*ix);
	*ix = NULL;
}

bool
duplicate_add(struct duplicate_index *ix, uint32_t feed, uint32_t device)
{
	if (feed >= LIMIT_FEEDS)
		return false;
	if (!ix->feed[feed].used)
		ix->feed[feed] = (struct shared){ .used = true };
	ix->feed[feed].device = device;
	ix->end = feed >= ix->end ? feed + 1 : ix->end;
	return true;
}

void
duplicate_remove(struct duplicate_index *ix, uint32_t feed)
{
	if (feed >= LIMIT_FEEDS)
		return;
	ix->feed[feed] = (struct shared){ 0 };
	ix->echoed[feed] = (struct echoed){ 0 };
	ix->sign[feed] = 0;
}

static struct shared *
shared_of(struct duplicate_index *ix, uint32_t feed)
{
	if (feed >= LIMIT_FEEDS || !ix->feed[feed].used)
		return NULL;
	return &ix->feed[feed];
}

static void
share(struct duplicate_index *ix, uint32_t feed, uint32_t with, int64_t at_ms,
    uint32_t apart_ms, unsigned weight)
{
	struct shared *k = shared_of(ix, feed);

	if (k == NULL)
		return;
	if (k->hits == 0) {
		k->first_ms = at_ms;
		k->apart_ms = apart_ms;
	}
	k->apart_ms = (3 * k->apart_ms + apart_ms + 2) / 4;
	k->hits = (uint16_t)(k->hits < 60000 ? k->hits + weight : k->hits);
	k->misses = 0;
	k->coded = k->coded || weight == 1;
	k->with = with;
	k->last_ms = at_ms > k->last_ms ? at_ms : k->last_ms;
	if (k->hits >= HITS_CALL && k->apart_ms <= APART_MEAN_MS &&
	    k->last_ms - k->first_ms >= SPAN_CALL_MS)
		k->called = true;
}

static void
part(struct shared *k)
{
	k->called = false;
	k->coded = false;
	k->hits = 0;
	k->misses = 0;
}

/* Nobody had it: but the other's account may be under way still, so that this
 * one will be found from there. */
static void
alone(struct shared *k, int64_t at_ms)
{
	if (k->hits == 0)
		return;
	if (k->misses < 60000)
		k->misses++;
	if ((k->misses >= MISSES_CLEAR && at_ms - k->last_ms > CLEAR_MS) ||
	    (!k->called && at_ms - k->last_ms > CLEAR_MS))
		part(k);
}

/* What the two shared is long ago, or the other is no more: a still scene gives
 * no prints that could be alone. */
static void
expire(struct duplicate_index *ix, struct shared *k, int64_t now_ms)
{
	if (k->hits > 0 &&
	    (now_ms - k->last_ms > STALE_MS || shared_of(ix, k->with) == NULL))
		part(k);
}

/* Looks for who else had the print at that moment; both are told. */
static void
mark(struct duplicate_index *ix, uint32_t feed, uint32_t print, int64_t at_ms,
    unsigned weight)
{
	struct mark *m = &ix->mark[(print ^ print >> 16) % MARKS];
	int64_t apart = at_ms > m->at_ms ? at_ms - m->at_ms : m->at_ms - at_ms;

	if (m->print == print && m->feed != 0 && m->feed != feed + 1 &&
	    apart <= APART_MS) {
		share(ix, feed, m->feed - 1, at_ms, (uint32_t)apart, weight);
		share(ix, m->feed - 1, feed, m->at_ms, (uint32_t)apart, weight);
	} else {
		alone(&ix->feed[feed], at_ms);
	}
	*m = (struct mark){ print, feed + 1, at_ms };
}

/* --- encoded separately */

/* A device's main and its sub stream show the same, as they should. */
static bool
may_be_same(const struct duplicate_index *ix, uint32_t a, uint32_t b)
{
	const struct echoed *x = &ix->echoed[a], *y = &ix->echoed[b];

	return a != b && ix->feed[b].used &&
	       (ix->feed[a].device != ix->feed[b].device ||
		   (x->width == y->width && x->height == y->height));
}

static bool
compare(const struct duplicate_index *ix, const struct echo_ready *own,
    uint32_t other, int16_t least, struct echo_match *m)
{
	struct echo_ready r;

	echo_prepare(&ix->echoed[other].echo, &r);
	return echo_compare(own, &r, least, m);
}

/* Whether the other shows the same place, as far as one sees. */
static bool
looks_like(const struct duplicate_index *ix, uint32_t a, uint32_t b)
{
	return ix->sign[b] != 0 &&
	       __builtin_popcountll(ix->sign[a] ^ ix->sign[b]) <= SIGN_APART &&
	       may_be_same(ix, a, b) &&
	       echo_same_place(&ix->echoed[a].echo, &ix->echoed[b].echo);
}

/* Whether they are as alike as two encodings are. */
static bool
echoes(const struct duplicate_index *ix, const struct echo_ready *own,
    uint32_t other, struct echo_match *m)
{
	return compare(ix, own, other, ECHO_LIKE, m) &&
	       m->like * 100 >= m->aside * ECHO_ASIDE_PERCENT &&
	       m->share >= ECHO_SHARE;
}

/* The one most like it; the one of the last time while that is enough. */
static bool
find_echo(struct duplicate_index *ix, uint32_t feed,
    const struct echo_ready *own, struct echo_match *best, uint32_t *with)
{
	struct echoed *e = &ix->echoed[feed];
	unsigned tried = 0;

	if (e->hits > 0 && looks_like(ix, feed, e->with) &&
	    echoes(ix, own, e->with, best)) {
		*with = e->with;
		return true;
	}
	best->like = 0;
	for (uint32_t i = 0; i < ix->end && tried < TRIED_MOST; i++) {
		uint32_t other = (e->next + i) % ix->end;
		struct echo_match m;

		if (!looks_like(ix, feed, other))
			continue;
		if (++tried == TRIED_MOST)
			e->next = other; /* the others next time */
		if (!echoes(ix, own, other, &m) || m.like <= best->like)
			continue;
		*best = m;
		*with = other;
	}
	return best->like > 0;
}

static void
look_for_echo(struct duplicate_index *ix, uint32_t feed,
    const struct echo_ready *own)
{
	struct echoed *e = &ix->echoed[feed];
	struct echo_match best;
	uint32_t with = 0;

	if (!find_echo(ix, feed, own, &best, &with)) {
		e->hits = 0;
		return;
	}
	e->hits = (uint8_t)(e->hits > 0 && e->with == with ? e->hits + 1 : 1);
	e->with = with;
	e->like = best.like;
	e->called = e->hits >= ECHO_CALL;
	e->misses = 0;
	e->places = 0;
}

/* Whether it still holds: nothing may move for hours, but the place stays. */
static void
hold_echo(struct duplicate_index *ix, uint32_t feed,
    const struct echo_ready *own)
{
	struct echoed *e = &ix->echoed[feed];
	const struct echoed *o = &ix->echoed[e->with];
	struct echo_match m;

	if (!compare(ix, own, e->with, ECHO_LIKE_KEEP, &m)) {
		e->misses++;
	} else {
		e->misses = 0;
		e->like = m.like;
		e->hits = (uint8_t)(e->hits < 255 ? e->hits + 1 : 255);
	}
	e->places =
	    (uint8_t)(echo_same_place(&e->echo, &o->echo) ? 0 : e->places + 1);
	if (e->misses < ECHO_CLEAR && e->places < ECHO_PLACE_CLEAR)
		return;
	e->called = false;
	e->hits = 0;
}

static void
check_echo(struct duplicate_index *ix, uint32_t feed, const struct account *a)
{
	struct echoed *e = &ix->echoed[feed];
	struct echo_ready own;

	echo_on_account(&e->echo, a);
	if (a->width != 0) {
		e->width = a->width;
		e->height = a->height;
	}
	if (e->called && !may_be_same(ix, feed, e->with)) {
		e->called = false;
		e->hits = 0;
	}
	if (a->to_us / MS - e->checked_ms < CHECK_MS || ix->sign[feed] == 0)
		return;
	e->checked_ms = a->to_us / MS;
	echo_prepare(&e->echo, &own);
	if (e->called)
		hold_echo(ix, feed, &own);
	else
		look_for_echo(ix, feed, &own);
}

void
duplicate_on_account(struct duplicate_index *ix, const struct account *a)
{
	struct shared *k = shared_of(ix, a->ref.feed);

	if (k == NULL)
		return;
	expire(ix, k, a->to_us / MS);
	check_echo(ix, a->ref.feed, a);
	for (unsigned i = 0; i < ACCOUNT_PRINTS; i++)
		if (a->print[i] != 0)
			mark(ix, a->ref.feed, a->print[i],
			    a->to_us / MS - a->print_age_ms[i], 1);
}

/* A picture with something in it, that is another than the last. */
void
duplicate_on_sample(struct duplicate_index *ix, const struct sample *s)
{
	struct shared *k = shared_of(ix, s->ref.feed);
	uint64_t hash = s->measures.picture_hash;

	if (k == NULL || s->result != SAMPLE_OK || hash == k->picture ||
	    s->measures.sd_q8 < FLAT_SD_Q8)
		return;
	echo_on_picture(&ix->echoed[s->ref.feed].echo, &s->measures);
	ix->sign[s->ref.feed] =
	    echo_sign(&ix->echoed[s->ref.feed].echo) | SIGN_USED;
	k->picture = hash;
	mark(ix, s->ref.feed, (uint32_t)(hash ^ hash >> 32), s->at_us / MS,
	    PICTURE_HITS);
}

bool
duplicate_of(const struct duplicate_index *ix, uint32_t feed, struct twin *out)
{
	const struct shared *k = feed < LIMIT_FEEDS ? &ix->feed[feed] : NULL;
	const struct echoed *e = feed < LIMIT_FEEDS ? &ix->echoed[feed] : NULL;

	if (k != NULL && k->called) {
		*out = (struct twin){ .feed = k->with,
			.coded = k->coded,
			.matches = k->hits,
			.apart_ms = k->apart_ms };
		return true;
	}
	if (e == NULL || !e->called)
		return false;
	*out = (struct twin){ .feed = e->with,
		.matches = e->hits,
		.like = e->like };
	return true;
}
