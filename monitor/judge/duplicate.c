/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/duplicate.h"

#include <stdlib.h>
#include <string.h>

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

struct duplicate_index {
	struct mark mark[MARKS];
	struct shared feed[LIMIT_FEEDS];
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
	return true;
}

void
duplicate_remove(struct duplicate_index *ix, uint32_t feed)
{
	if (feed < LIMIT_FEEDS)
		ix->feed[feed] = (struct shared){ 0 };
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

void
duplicate_on_account(struct duplicate_index *ix, const struct account *a)
{
	struct shared *k = shared_of(ix, a->ref.feed);

	if (k == NULL)
		return;
	expire(ix, k, a->to_us / MS);
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
	k->picture = hash;
	mark(ix, s->ref.feed, (uint32_t)(hash ^ hash >> 32), s->at_us / MS,
	    PICTURE_HITS);
}

bool
duplicate_of(const struct duplicate_index *ix, uint32_t feed, struct twin *out)
{
	const struct shared *k = feed < LIMIT_FEEDS ? &ix->feed[feed] : NULL;

	if (k == NULL || !k->called)
		return false;
	*out = (struct twin){ .feed = k->with,
		.coded = k->coded,
		.matches = k->hits,
		.apart_ms = k->apart_ms };
	return true;
}
