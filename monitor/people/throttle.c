/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/people/throttle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/people.h"

#define PAIRS 1024u
#define ADDRESSES 256u
#define US_PER_S 1000000

struct budget {
	int64_t since_us; /* when it was empty, as far as is known */
	bool used;
};

struct place { /* an address */
	char address[PEOPLE_ADDRESS_BYTES];
	struct budget budget;
	int64_t served_us, touched_us;
	unsigned count; /* of its in the queue */
};

struct pair {
	char user[PEOPLE_NAME_BYTES], address[PEOPLE_ADDRESS_BYTES];
	unsigned wrong;
	struct budget right;
	int64_t not_before_us, touched_us;
};

struct waiting {
	uint64_t ticket; /* 0 = free */
	uint64_t order;
	uint32_t lot;
	bool known, trying;
	struct place *place;
	char user[PEOPLE_NAME_BYTES];
};

struct throttle {
	struct place places[ADDRESSES];
	struct pair pairs[PAIRS];
	struct waiting queue[THROTTLE_QUEUE];
	struct budget all;
	uint64_t order, lot;
	size_t count;
};

struct throttle *
throttle_new(uint64_t seed)
{
	struct throttle *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->lot = seed | 1;
	return t;
}

/* Xorshift (Marsaglia, 2003). */
static uint32_t
draw(struct throttle *t)
{
	t->lot ^= t->lot << 13;
	t->lot ^= t->lot >> 7;
	t->lot ^= t->lot << 17;
	return (uint32_t)(t->lot >> 32);
}

void
throttle_free(struct throttle **t)
{
	free(*t);
	*t = NULL;
}

/* --- budgets: `burst` at once, then one in every_us */

/* When one may be spent. */
static int64_t
budget_due(const struct budget *b, int64_t every_us)
{
	return b->used ? b->since_us + every_us : INT64_MIN;
}

static void
budget_spend(struct budget *b, int burst, int64_t every_us, int64_t now_us)
{
	int64_t full = now_us - burst * every_us;

	if (!b->used || b->since_us < full)
		b->since_us = full;
	b->used = true;
	b->since_us += every_us;
}

/* --- whose is what */

static struct place *
place_find(struct throttle *t, const char *address)
{
	for (unsigned i = 0; i < ADDRESSES; i++)
		if (t->places[i].touched_us != 0 &&
		    strncmp(t->places[i].address, address,
			PEOPLE_ADDRESS_BYTES - 1) == 0)
			return &t->places[i];
	return NULL;
}

/* The one that rested longest makes room; in the queue nobody does. There are
 * more places than the queue is long. */
static struct place *
place_get(struct throttle *t, const char *address, int64_t now_us)
{
	struct place *p = place_find(t, address);

	for (unsigned i = 0; p == NULL && i < ADDRESSES; i++)
		if (t->places[i].count == 0)
			p = &t->places[i];
	for (unsigned i = 0; i < ADDRESSES; i++)
		if (t->places[i].count == 0 && p->count == 0 &&
		    strncmp(p->address, address, PEOPLE_ADDRESS_BYTES - 1) !=
			0 &&
		    t->places[i].touched_us < p->touched_us)
			p = &t->places[i];
	if (strncmp(p->address, address, PEOPLE_ADDRESS_BYTES - 1) != 0 ||
	    p->touched_us == 0) {
		*p = (struct place){ 0 };
		snprintf(p->address, sizeof(p->address), "%s", address);
	}
	p->touched_us = now_us != 0 ? now_us : 1;
	return p;
}

static bool
is_pair(const struct pair *p, const char *user, const char *address)
{
	return (p->wrong != 0 || p->right.used) &&
	       strncmp(p->user, user, PEOPLE_NAME_BYTES - 1) == 0 &&
	       strncmp(p->address, address, PEOPLE_ADDRESS_BYTES - 1) == 0;
}

static struct pair *
pair_find(struct throttle *t, const char *user, const char *address)
{
	for (unsigned i = 0; i < PAIRS; i++)
		if (is_pair(&t->pairs[i], user, address))
			return &t->pairs[i];
	return NULL;
}

static struct waiting *
waiting_of(struct throttle *t, uint64_t ticket)
{
	for (unsigned i = 0; i < THROTTLE_QUEUE; i++)
		if (t->queue[i].ticket == ticket)
			return &t->queue[i];
	return NULL;
}

static void
leave(struct throttle *t, struct waiting *w)
{
	w->place->count--;
	t->count--;
	*w = (struct waiting){ 0 };
}

/* --- into the queue */

static bool
same_is_in(const struct throttle *t, const struct place *p, const char *user)
{
	for (unsigned i = 0; i < THROTTLE_QUEUE; i++) {
		const struct waiting *w = &t->queue[i];

		if (w->ticket != 0 && w->place == p &&
		    strncmp(w->user, user, PEOPLE_NAME_BYTES - 1) == 0)
			return true;
	}
	return false;
}

/* Whom a newcomer may push out: of the address that has most (of its own, if
 * that is full) who drew the highest lot; never one that is tried; a known one
 * only for a known one. Between addresses that have as many the lot decides:
 * who comes first when a place is free would be the one who comes most often.
 */
static struct waiting *
victim(struct throttle *t, const struct place *own, const struct waiting *n)
{
	bool own_full = own->count >= THROTTLE_OF_ADDRESS;
	struct waiting *v = NULL;

	for (unsigned i = 0; i < THROTTLE_QUEUE; i++) {
		struct waiting *w = &t->queue[i];
		bool over = n->known && !w->known;
		bool less =
		    w->place == NULL || own_full || w->known ||
		    w->place->count < own->count + 1 ||
		    (w->place->count == own->count + 1 && w->lot < n->lot);

		if (w->ticket == 0 || w->trying ||
		    (own_full && w->place != own) || (!over && less))
			continue;
		if (v == NULL || w->place->count > v->place->count ||
		    (w->place->count == v->place->count && w->lot > v->lot))
			v = w;
	}
	return v;
}

static unsigned
seconds_to(int64_t due_us, int64_t now_us)
{
	return due_us <= now_us
		   ? 1
		   : (unsigned)((due_us - now_us + US_PER_S - 1) / US_PER_S);
}

/* 0, or when to come again. */
static unsigned
refusal(struct throttle *t, const struct throttle_ask *ask, struct place *p,
    int64_t now_us)
{
	const struct pair *pair = pair_find(t, ask->user, ask->address);
	int64_t due = budget_due(&p->budget, THROTTLE_EVERY_US);
	int64_t again = pair == NULL
			    ? INT64_MIN
			    : budget_due(&pair->right, THROTTLE_RIGHT_EVERY_US);

	if (again > now_us)
		return seconds_to(again, now_us);
	if (pair != NULL && pair->not_before_us > now_us)
		return seconds_to(pair->not_before_us, now_us);
	if (same_is_in(t, p, ask->user))
		return 1;
	if (!ask->known && due > now_us)
		return seconds_to(due, now_us);
	return 0;
}

unsigned
throttle_ask(struct throttle *t, const struct throttle_ask *ask, int64_t now_us,
    uint64_t *dropped_out)
{
	struct place *p = place_get(t, ask->address, now_us);
	unsigned later = refusal(t, ask, p, now_us);

	*dropped_out = 0;
	if (later != 0)
		return later;
	struct waiting n = { .ticket = ask->ticket,
		.order = ++t->order,
		.lot = draw(t),
		.known = ask->known,
		.place = p };

	if (p->count >= THROTTLE_OF_ADDRESS || t->count >= THROTTLE_QUEUE) {
		struct waiting *v = victim(t, p, &n);

		if (v == NULL)
			return 2;
		*dropped_out = v->ticket;
		leave(t, v);
	}
	struct waiting *w = waiting_of(t, 0);

	if (w == NULL)
		return 2;
	*w = n;
	snprintf(w->user, sizeof(w->user), "%s", ask->user);
	p->count++;
	t->count++;
	if (!ask->known)
		budget_spend(&p->budget, THROTTLE_BURST, THROTTLE_EVERY_US,
		    now_us);
	return 0;
}

/* --- out of it */

static bool
goes_before(const struct waiting *a, const struct waiting *b)
{
	if (a->place != b->place)
		return a->place->served_us != b->place->served_us
			   ? a->place->served_us < b->place->served_us
			   : a->order < b->order;
	if (a->known != b->known)
		return a->known;
	return a->order < b->order;
}

uint64_t
throttle_next(struct throttle *t, int64_t now_us, int64_t *due_out)
{
	int64_t due = budget_due(&t->all, THROTTLE_ALL_EVERY_US);
	struct waiting *best = NULL;

	*due_out = 0;
	for (unsigned i = 0; i < THROTTLE_QUEUE; i++) {
		struct waiting *w = &t->queue[i];

		if (w->ticket == 0 || w->trying)
			continue;
		if (!w->known && due > now_us) {
			*due_out = due;
			continue;
		}
		if (best == NULL || goes_before(w, best))
			best = w;
	}
	if (best == NULL)
		return 0;
	if (!best->known)
		budget_spend(&t->all, THROTTLE_ALL_BURST, THROTTLE_ALL_EVERY_US,
		    now_us);
	best->trying = true;
	best->place->served_us = now_us;
	return best->ticket;
}

/* --- what came of it */

/* Those that were never wrong make room first, of each the oldest. */
static bool
goes_first(const struct pair *a, const struct pair *b)
{
	if ((a->wrong != 0) != (b->wrong != 0))
		return a->wrong == 0;
	return a->touched_us < b->touched_us;
}

static struct pair *
pair_get(struct throttle *t, const char *user, const char *address)
{
	struct pair *p = pair_find(t, user, address);

	if (p != NULL)
		return p;
	p = &t->pairs[0];
	for (unsigned i = 0; i < PAIRS; i++)
		if (goes_first(&t->pairs[i], p))
			p = &t->pairs[i];
	*p = (struct pair){ 0 };
	snprintf(p->user, sizeof(p->user), "%s", user);
	snprintf(p->address, sizeof(p->address), "%s", address);
	return p;
}

static int64_t
wait_after(unsigned wrong)
{
	int64_t wait = US_PER_S;

	if (wrong < THROTTLE_FREE)
		return 0;
	for (unsigned i = THROTTLE_FREE; i < wrong && wait < THROTTLE_WAIT_US;
	     i++)
		wait *= 2;
	return wait < THROTTLE_WAIT_US ? wait : THROTTLE_WAIT_US;
}

void
throttle_done(struct throttle *t, uint64_t ticket, enum throttle_result result,
    int64_t now_us)
{
	struct waiting *w = ticket != 0 ? waiting_of(t, ticket) : NULL;

	if (w == NULL)
		return;
	if (result == THROTTLE_UNTRIED) {
		leave(t, w);
		return;
	}
	struct pair *p = pair_get(t, w->user, w->place->address);

	p->touched_us = now_us;
	if (result == THROTTLE_RIGHT) {
		p->wrong = 0;
		p->not_before_us = 0;
		budget_spend(&p->right, THROTTLE_RIGHT_BURST,
		    THROTTLE_RIGHT_EVERY_US, now_us);
	} else {
		p->wrong++;
		p->not_before_us = now_us + wait_after(p->wrong);
	}
	leave(t, w);
}

size_t
throttle_count(const struct throttle *t)
{
	return t->count;
}
