/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tickets.h: the one-time tickets of one feed's samples. PURE; random bits
 * come as an argument. A ticket is 50 random bits above the feed's number, so
 * that a message which carries nothing else still names its feed, and nobody
 * but the two probes it was given to can know it. Tickets arrive from probes:
 * hostile. Called by the fleet only.
 *
 * Life: free -> out (asked) -> answered (its PNG may follow) -> free; or
 * out -> retired (given up by us: a late answer is dropped, not punished).
 */
#ifndef MONITOR_FLEET_TICKETS_H
#define MONITOR_FLEET_TICKETS_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"

#define TICKETS_KEPT 4u /* of one feed */
/* One that was out for so long is lost: it may give way to another. A sooner
 * one may not, or its answer, which is late because we are, would pass for a
 * lie. */
#define TICKETS_LOST_US 60000000ll

enum ticket_state {
	TICKET_FREE = 0, /* nobody's: who names it lies */
	TICKET_OUT = 1,
	TICKET_ANSWERED = 2,
	TICKET_RETIRED = 3,
};

struct ticket {
	uint64_t number; /* 0 while free */
	enum ticket_state state;
	uint32_t flags; /* WIRE_SAMPLE_ */
	int64_t asked_us;
};

struct tickets { /* all zero is empty */
	struct ticket kept[TICKETS_KEPT];
};

/* A fresh ticket for `feed`. A free place is taken, or that of the oldest
 * retired or lost one, which is forgotten. 0: there is none, too many answers
 * are owed; ask later. */
uint64_t tickets_issue(struct tickets *t, uint32_t feed, uint64_t random,
    uint32_t flags, int64_t now_us);
/* The feed a ticket names, whether or not it is one of ours. */
uint32_t tickets_feed(uint64_t number);
/* NULL when it is none of ours (or 0). */
struct ticket *tickets_find(struct tickets *t, uint64_t number);
/* The sample came: kept only while its PNG may follow. */
void tickets_answer(struct ticket *k);
void tickets_done(struct ticket *k);
/* Gives up every ticket; returns how many of them were out. */
uint32_t tickets_retire(struct tickets *t);
/* The newest that is out, NULL when none is. */
struct ticket *tickets_pending(struct tickets *t);

#endif
