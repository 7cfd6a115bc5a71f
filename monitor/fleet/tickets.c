/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/fleet/tickets.h"

#include <stddef.h>

#include "camwarden/wire.h"

_Static_assert(LIMIT_FEEDS == 1u << 14, "tickets hold 14 bits of a feed");

static bool
may_give_way(const struct ticket *k, int64_t now_us)
{
	return k->state == TICKET_RETIRED ||
	       now_us - k->asked_us >= TICKETS_LOST_US;
}

static struct ticket *
find_place(struct tickets *t, int64_t now_us)
{
	struct ticket *found = NULL;

	for (uint32_t i = 0; i < TICKETS_KEPT; i++) {
		struct ticket *k = &t->kept[i];

		if (k->state == TICKET_FREE)
			return k;
		if (may_give_way(k, now_us) &&
		    (found == NULL || k->asked_us < found->asked_us))
			found = k;
	}
	return found;
}

uint64_t
tickets_issue(struct tickets *t, uint32_t feed, uint64_t random, uint32_t flags,
    int64_t now_us)
{
	struct ticket *k = find_place(t, now_us);

	if (k == NULL)
		return 0;
	/* Feed 0 with 50 zero bits would be "no ticket". */
	if (random >> 14 == 0)
		random = 1ull << 14;
	k->number = (random & ~(uint64_t)(LIMIT_FEEDS - 1)) | feed;
	k->state = TICKET_OUT;
	k->flags = flags;
	k->asked_us = now_us;
	return k->number;
}

uint32_t
tickets_feed(uint64_t number)
{
	return (uint32_t)(number & (LIMIT_FEEDS - 1));
}

struct ticket *
tickets_find(struct tickets *t, uint64_t number)
{
	for (uint32_t i = 0; i < TICKETS_KEPT; i++)
		if (t->kept[i].state != TICKET_FREE &&
		    t->kept[i].number == number)
			return &t->kept[i];
	return NULL;
}

void
tickets_done(struct ticket *k)
{
	*k = (struct ticket){ 0 };
}

void
tickets_answer(struct ticket *k)
{
	if ((k->flags & WIRE_SAMPLE_PNG) != 0)
		k->state = TICKET_ANSWERED;
	else
		tickets_done(k);
}

uint32_t
tickets_retire(struct tickets *t)
{
	uint32_t out = 0;

	for (uint32_t i = 0; i < TICKETS_KEPT; i++) {
		out += t->kept[i].state == TICKET_OUT;
		if (t->kept[i].state != TICKET_FREE)
			t->kept[i].state = TICKET_RETIRED;
	}
	return out;
}

struct ticket *
tickets_pending(struct tickets *t)
{
	struct ticket *newest = NULL;

	for (uint32_t i = 0; i < TICKETS_KEPT; i++) {
		struct ticket *k = &t->kept[i];

		if (k->state == TICKET_OUT &&
		    (newest == NULL || k->asked_us > newest->asked_us))
			newest = k;
	}
	return newest;
}
