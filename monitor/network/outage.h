/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outage.h: which cameras that stand near one another are all silent -> who of
 * them keeps trying, and who waits for that one. PURE: time comes with each
 * call. Input is what the monitor made of checked link reports. Called by the
 * monitor alone, which hands the orders to the probes.
 *
 * Near is: of one site, and in one small subnet. When none of them flows and
 * several were tried in vain, they are *out*: one is the *scout*, the others
 * are *held*, which means tried rarely. The role goes round, so that a scout
 * that is broken itself hides nobody. Any answer of any of them, were it a
 * refusal, sets all free at once.
 *
 * Always: who has a role was tried in vain since he was last set free; there
 * is one scout where there is anybody held. Nobody is told to wait who was not
 * tried.
 */
#ifndef MONITOR_NETWORK_OUTAGE_H
#define MONITOR_NETWORK_OUTAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"

struct outage_config {
	uint32_t feeds;	  /* so many silent ones make it; 0 = nobody is held */
	uint32_t prefix4; /* bits of an address that are near: 28 */
	uint32_t prefix6; /* 124 */
	int64_t turn_us;  /* so long one is the scout: a pause and a try */
};

enum outage_role {
	OUTAGE_FREE, /* as it likes */
	OUTAGE_SCOUT,
	OUTAGE_HELD,
};

struct outage_order {
	uint32_t feed;
	enum outage_role role;
};

struct outage;

/* NULL: no memory; none is taken later. */
struct outage *outage_new(const struct outage_config *config);
void outage_free(struct outage **o);

/* Where a feed (below LIMIT_FEEDS) is; again when that changes. What is said
 * below of a feed that has no place counts for nothing. */
void outage_place(struct outage *o, uint32_t feed, uint32_t site,
    const struct wire_address *address, int64_t now_us);
void outage_remove(struct outage *o, uint32_t feed, int64_t now_us);

/* Tried, or listened to, in vain. */
void outage_on_silent(struct outage *o, uint32_t feed, int64_t now_us);
/* Media, or any other answer. */
void outage_on_answer(struct outage *o, uint32_t feed, bool flows);
/* Its probe is another one: orders are forgotten, what it knew too. */
void outage_on_lost(struct outage *o, uint32_t feed, int64_t now_us);
/* Each second: roles go round. */
void outage_step(struct outage *o, int64_t now_us);

/* The next feed whose role is another than it was last told; false: none.
 * Drain it after the calls above. */
bool outage_next(struct outage *o, struct outage_order *out);
enum outage_role outage_role(const struct outage *o, uint32_t feed);
/* How many have that role now. */
uint32_t outage_count(const struct outage *o, enum outage_role role);

#endif
