/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/ration_turns.h"

#include <string.h>

#define DAY_S 86400u

static bool
is_visited(const struct inventory_feed *f)
{
	return f->visit_every_s != 0;
}

int
ration_turns_order(const struct inventory_feed *a,
    const struct inventory_feed *b)
{
	if (is_visited(a) != is_visited(b))
		return is_visited(a) ? 1 : -1;
	if (a->criticality != b->criticality)
		return b->criticality - a->criticality;
	return memcmp(a->uuid, b->uuid, sizeof(a->uuid));
}

static bool
is_tight(const struct ration_part *p)
{
	return p != NULL && p->count > p->sessions;
}

/* The largest of those from there on: what one at a time takes. None is larger
 * than `bound`, so that it needs no look at all where all are alike. */
static uint32_t
widest(const struct ration_group *g, size_t from, uint32_t bound)
{
	uint32_t most = 0;

	for (size_t i = from; i < g->count && most < bound; i++)
		if (!g->list[i].held && g->list[i].out->kbps > most)
			most = g->list[i].out->kbps;
	return most;
}

/* Each that is held leaves room for any one of those that are not, on its line
 * and at its device. What they take in all. */
static uint64_t
hold(struct ration_group *g)
{
	uint64_t used = 0;
	uint32_t wide = UINT32_MAX, passed = 0;

	for (size_t i = 0; i < g->count && !is_visited(g->list[i].feed); i++) {
		struct ration_sharer *s = &g->list[i];
		uint32_t kbps = s->out->kbps;

		wide = widest(g, i + 1, wide);
		if (used + kbps + (wide > passed ? wide : passed) > g->room)
			break;
		if (is_tight(s->part) &&
		    s->part->held + 1 >= s->part->sessions) {
			passed = kbps > passed ? kbps : passed;
			continue;
		}
		s->held = true;
		if (s->part != NULL)
			s->part->held++;
		used += kbps;
	}
	return used;
}

static uint32_t
longest_stay(const struct ration_group *g)
{
	uint32_t stay = RATION_STAY_S;

	for (size_t i = 0; i < g->count; i++)
		if (!g->list[i].held && g->list[i].feed->visit_s > stay)
			stay = g->list[i].feed->visit_s;
	return stay;
}

/* The first turn from there on in which a lane is free. */
static uint32_t
free_turn(const struct ration_group *g, uint32_t turn)
{
	uint32_t found = turn;

	while (g->next[found] != found)
		found = g->next[found];
	while (g->next[turn] != turn) {
		uint32_t next = g->next[turn];

		g->next[turn] = found;
		turn = next;
	}
	return found;
}

/* In one turn there are no more of a part than it has sessions for them, and
 * none in those in which its device may still count earlier ones. */
static uint32_t
give_turn(struct ration_group *g, struct ration_part *p, uint64_t lanes)
{
	uint32_t turn = 0;

	if (is_tight(p) && p->in_turn < p->sessions - p->held)
		turn = p->turn;
	else if (is_tight(p))
		turn = p->turn + 1 + p->apart;
	turn = free_turn(g, turn);
	if (is_tight(p)) {
		p->in_turn = turn == p->turn ? p->in_turn + 1 : 1;
		p->turn = turn;
	}
	if (++g->fill[turn] >= lanes)
		g->next[turn] = turn + 1;
	return turn;
}

static void
visit(const struct ration_group *g, const struct ration_sharer *s,
    uint32_t slot, uint32_t turns)
{
	uint32_t round = turns * slot, turn = s->out->visit_phase_s;
	uint32_t rounds = s->feed->visit_every_s / round;

	s->out->left_out = turn >= turns ? g->why : NULL;
	s->out->rationed = true;
	s->out->visit_s =
	    s->feed->visit_s > 0 ? s->feed->visit_s : slot - RATION_GAP_S;
	s->out->visit_every_s = round * (rounds > 1 ? rounds : 1);
	s->out->visit_phase_s = turn * slot;
}

static void
clear(struct ration_group *g, uint32_t slot)
{
	for (uint32_t i = 0; i < RATION_TURNS_MOST(g->count); i++) {
		g->fill[i] = 0;
		g->next[i] = i;
	}
	for (size_t i = 0; i < g->count; i++) {
		struct ration_part *p = g->list[i].part;

		if (p != NULL && p->late)
			p->apart = (RATION_LATE_S + slot - 1) / slot;
	}
}

/* The rest in turn: `lanes` at once, each lane one after the other. A turn that
 * would come less than once a day comes never. */
static void
take_turns(struct ration_group *g, uint64_t lanes)
{
	uint32_t slot = longest_stay(g) + RATION_GAP_S, turns = 0;

	if (slot > DAY_S) /* a stay of nearly all day: the one turn there is */
		slot = DAY_S;
	clear(g, slot);
	for (size_t i = 0; i < g->count; i++) {
		struct ration_sharer *s = &g->list[i];
		uint32_t turn, end;

		if (s->held)
			continue;
		turn = give_turn(g, s->part, lanes);
		end = turn + 1 + (is_tight(s->part) ? s->part->apart : 0);
		s->out->visit_phase_s = turn;
		if (end > turns)
			turns = end;
	}
	if (turns > DAY_S / slot)
		turns = DAY_S / slot;
	for (size_t i = 0; i < g->count; i++)
		if (!g->list[i].held)
			visit(g, &g->list[i], slot, turns);
}

void
ration_turns_share(struct ration_group *g)
{
	uint64_t used = hold(g);
	uint32_t wide = widest(g, 0, UINT32_MAX);

	if (wide > 0)
		take_turns(g, (g->room - used) / wide);
}
