/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/network/outage.h"

#include <stdlib.h>
#include <string.h>

#define HASH 4096u
#define NOBODY 0u /* in here feeds and groups count from 1 */
#define ROOM (LIMIT_FEEDS + 1)

enum word { WORD_NONE, WORD_FLOWS, WORD_SILENT };

/* A feed. */
struct member {
	uint16_t group;	     /* NOBODY = it has no place */
	uint16_t next, prev; /* ring of its group */
	uint8_t word;	     /* enum word: the last one */
	uint8_t role, told;  /* enum outage_role */
	bool queued;	     /* waits in the queue of orders */
};

/* Those who are near one another. */
struct group {
	struct wire_address net; /* address without its last bits */
	uint32_t site;
	uint16_t chain; /* next of the same hash, or next free one */
	uint16_t first; /* any member; NOBODY = the group is unused */
	uint32_t flowing, silent;
	uint16_t scout;	 /* NOBODY = they are not out */
	int64_t turn_us; /* when it took the role */
};

struct outage {
	struct outage_config cfg;
	uint32_t count[OUTAGE_HELD + 1];
	uint16_t hash[HASH];
	uint16_t unused; /* first of those that were used once */
	uint16_t used;	 /* none beyond was ever used */
	uint32_t queue_from, queue_count;
	uint16_t queue[LIMIT_FEEDS]; /* a feed stands in it once at most */
	struct group groups[ROOM];
	struct member members[ROOM];
};

struct outage *
outage_new(const struct outage_config *config)
{
	struct outage *o = calloc(1, sizeof(*o));

	if (o != NULL)
		o->cfg = *config;
	return o;
}

void
outage_free(struct outage **o)
{
	free(*o);
	*o = NULL;
}

/* --- orders */

static void
set_role(struct outage *o, uint32_t feed, enum outage_role role)
{
	struct member *m = &o->members[feed];

	o->count[m->role]--;
	o->count[role]++;
	m->role = (uint8_t)role;
	if (m->queued || m->told == role)
		return;
	m->queued = true;
	o->queue[(o->queue_from + o->queue_count++) % LIMIT_FEEDS] =
	    (uint16_t)feed;
}

bool
outage_next(struct outage *o, struct outage_order *out)
{
	while (o->queue_count > 0) {
		uint32_t feed = o->queue[o->queue_from];
		struct member *m = &o->members[feed];

		o->queue_from = (o->queue_from + 1) % LIMIT_FEEDS;
		o->queue_count--;
		m->queued = false;
		if (m->role == m->told)
			continue;
		m->told = m->role;
		*out = (struct outage_order){ feed - 1, m->role };
		return true;
	}
	return false;
}

/* --- groups */

static struct wire_address
net_of(const struct outage *o, const struct wire_address *a)
{
	uint32_t bits = a->family == 4 ? o->cfg.prefix4 : o->cfg.prefix6;
	struct wire_address net = { .family = a->family };
	uint32_t size = a->family == 4 ? 4 : sizeof(net.bytes);

	for (uint32_t i = 0; i < size; i++, bits -= bits < 8 ? bits : 8)
		net.bytes[i] =
		    (uint8_t)(a->bytes[i] & (bits < 8 ? 0xff00 >> bits : 0xff));
	return net;
}

static bool
is_of(const struct group *g, uint32_t site, const struct wire_address *net)
{
	return g->site == site && memcmp(&g->net, net, sizeof(*net)) == 0;
}

static uint16_t *
bucket_of(struct outage *o, uint32_t site, const struct wire_address *net)
{
	uint32_t h = (2166136261u ^ site) * 16777619u;

	for (size_t i = 0; i < sizeof(net->bytes); i++)
		h = (h ^ net->bytes[i]) * 16777619u;
	return &o->hash[(h ^ h >> 15) % HASH];
}

/* There are as many groups as feeds, so that one is free for each. */
static uint16_t
group_get(struct outage *o, uint32_t site, const struct wire_address *net)
{
	uint16_t *bucket = bucket_of(o, site, net), i;

	for (i = *bucket; i != NOBODY; i = o->groups[i].chain)
		if (is_of(&o->groups[i], site, net))
			return i;
	i = o->unused;
	if (i != NOBODY)
		o->unused = o->groups[i].chain;
	else
		i = ++o->used;
	o->groups[i] =
	    (struct group){ .net = *net, .site = site, .chain = *bucket };
	return *bucket = i;
}

static void
group_drop(struct outage *o, uint16_t group)
{
	struct group *g = &o->groups[group];
	uint16_t *at = bucket_of(o, g->site, &g->net);

	while (*at != group)
		at = &o->groups[*at].chain;
	*at = g->chain;
	g->chain = o->unused;
	o->unused = group;
}

static struct group *
group_of(struct outage *o, uint32_t feed)
{
	return &o->groups[o->members[feed].group];
}

static void
set_word(struct outage *o, uint32_t feed, enum word word)
{
	struct member *m = &o->members[feed];
	struct group *g = group_of(o, feed);

	g->flowing -= m->word == WORD_FLOWS;
	g->silent -= m->word == WORD_SILENT;
	g->flowing += word == WORD_FLOWS;
	g->silent += word == WORD_SILENT;
	m->word = (uint8_t)word;
}

static bool
is_out(const struct outage *o, const struct group *g)
{
	return o->cfg.feeds > 0 && g->flowing == 0 && g->silent > 0 &&
	       g->silent >= o->cfg.feeds;
}

/* All of them try anew: what was silent before says nothing any more. */
static void
release(struct outage *o, struct group *g)
{
	uint32_t i = g->first;

	if (g->scout == NOBODY)
		return;
	g->scout = NOBODY;
	do {
		set_role(o, i, OUTAGE_FREE);
		if (o->members[i].word == WORD_SILENT)
			set_word(o, i, WORD_NONE);
		i = o->members[i].next;
	} while (i != g->first);
}

/* The first silent one from this one on (there is one). */
static void
appoint(struct outage *o, struct group *g, uint32_t from, int64_t now_us)
{
	while (o->members[from].word != WORD_SILENT)
		from = o->members[from].next;
	g->scout = (uint16_t)from;
	g->turn_us = now_us;
	set_role(o, from, OUTAGE_SCOUT);
}

static void
go_out(struct outage *o, struct group *g, uint32_t feed, int64_t now_us)
{
	uint32_t i = g->first;

	do {
		if (o->members[i].word == WORD_SILENT)
			set_role(o, i, OUTAGE_HELD);
		i = o->members[i].next;
	} while (i != g->first);
	appoint(o, g, feed, now_us);
}

/* A member has no role any more; the others go on without it, if they may. */
static void
stand_down(struct outage *o, uint32_t feed, int64_t now_us)
{
	struct group *g = group_of(o, feed);

	set_word(o, feed, WORD_NONE);
	set_role(o, feed, OUTAGE_FREE);
	if (g->scout == NOBODY)
		return;
	if (!is_out(o, g))
		release(o, g);
	else if (g->scout == feed)
		appoint(o, g, feed, now_us);
}

/* --- places */

static void
join(struct outage *o, uint32_t feed, uint16_t group)
{
	struct group *g = &o->groups[group];
	struct member *m = &o->members[feed];

	m->group = group;
	m->next = m->prev = (uint16_t)feed;
	if (g->first == NOBODY) {
		g->first = (uint16_t)feed;
		return;
	}
	m->next = g->first;
	m->prev = o->members[g->first].prev;
	o->members[m->prev].next = o->members[m->next].prev = (uint16_t)feed;
}

static void
leave(struct outage *o, uint32_t feed, int64_t now_us)
{
	struct member *m = &o->members[feed];
	struct group *g = group_of(o, feed);

	stand_down(o, feed, now_us);
	o->members[m->prev].next = m->next;
	o->members[m->next].prev = m->prev;
	if (g->first == feed)
		g->first = m->next;
	if (g->first == feed) {
		g->first = NOBODY;
		group_drop(o, m->group);
	}
	m->group = NOBODY;
}

static bool
has_place(const struct outage *o, uint32_t feed)
{
	return feed < LIMIT_FEEDS && o->members[feed + 1].group != NOBODY;
}

void
outage_place(struct outage *o, uint32_t feed, uint32_t site,
    const struct wire_address *address, int64_t now_us)
{
	struct wire_address net = net_of(o, address);
	bool known = has_place(o, feed);

	if (feed >= LIMIT_FEEDS)
		return;
	feed++;
	if (known && is_of(group_of(o, feed), site, &net))
		return;
	if (known)
		leave(o, feed, now_us);
	else
		o->count[OUTAGE_FREE]++;
	join(o, feed, group_get(o, site, &net));
}

void
outage_remove(struct outage *o, uint32_t feed, int64_t now_us)
{
	if (!has_place(o, feed))
		return;
	leave(o, ++feed, now_us);
	o->count[OUTAGE_FREE]--;
	o->members[feed].told = OUTAGE_FREE; /* nobody is left to be told */
}

/* --- what feeds tell */

void
outage_on_silent(struct outage *o, uint32_t feed, int64_t now_us)
{
	struct group *g;

	if (!has_place(o, feed))
		return;
	g = group_of(o, ++feed);
	set_word(o, feed, WORD_SILENT);
	if (g->scout == NOBODY && is_out(o, g))
		go_out(o, g, feed, now_us);
	else if (g->scout != NOBODY && g->scout != feed)
		set_role(o, feed, OUTAGE_HELD);
}

void
outage_on_answer(struct outage *o, uint32_t feed, bool flows)
{
	if (!has_place(o, feed))
		return;
	set_word(o, ++feed, flows ? WORD_FLOWS : WORD_NONE);
	release(o, group_of(o, feed));
}

void
outage_on_lost(struct outage *o, uint32_t feed, int64_t now_us)
{
	if (!has_place(o, feed))
		return;
	stand_down(o, ++feed, now_us);
	o->members[feed].told = OUTAGE_FREE;
}

void
outage_step(struct outage *o, int64_t now_us)
{
	for (uint32_t i = 1; i <= o->used; i++) {
		struct group *g = &o->groups[i];
		uint32_t scout = g->scout;

		if (scout == NOBODY || now_us - g->turn_us < o->cfg.turn_us)
			continue;
		set_role(o, scout, OUTAGE_HELD);
		appoint(o, g, o->members[scout].next, now_us);
	}
}

enum outage_role
outage_role(const struct outage *o, uint32_t feed)
{
	return has_place(o, feed) ? (enum outage_role)o->members[feed + 1].role
				  : OUTAGE_FREE;
}

uint32_t
outage_count(const struct outage *o, enum outage_role role)
{
	return o->count[role];
}
