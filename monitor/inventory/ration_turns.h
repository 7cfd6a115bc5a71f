/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ration_turns.h: those who share a line or a device -> who of them is held and
 * who is visited, in which turn. PURE. The inner part of ration.h; for ration.c
 * alone.
 */
#ifndef MONITOR_INVENTORY_RATION_TURNS_H
#define MONITOR_INVENTORY_RATION_TURNS_H

#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration.h"

/* What the feeds of one device take that are on one line and in one kind of
 * probe: its sessions are shared out among such parts. */
struct ration_part {
	uint32_t device; /* in the inventory */
	bool demux;
	bool late;	   /* it frees a session late: between two visits .. */
	uint32_t apart;	   /* .. are so many turns of others, or nobody's */
	uint32_t count;	   /* feeds */
	uint32_t sessions; /* that are theirs */
	uint32_t held;	   /* of these, for good */
	uint32_t turn, in_turn; /* the last that is given out, and to how many
				 */
	const struct inventory_feed *best;
};

struct ration_sharer {
	const struct inventory_feed *feed;
	struct ration_feed *out;
	struct ration_part *part; /* NULL: its device sets no limit */
	uint64_t group;		  /* what they are sorted by */
	bool held;
};

/* Turns there may be of n feeds: each is at least a stay and a gap. */
#define RATION_TURNS_APART (RATION_LATE_S / (RATION_STAY_S + RATION_GAP_S) + 1u)
#define RATION_TURNS_MOST(n) (((n) + 1) * (RATION_TURNS_APART + 1))

struct ration_group {
	struct ration_sharer *list; /* the most worthy first */
	size_t count;
	uint64_t room;	       /* kbit/s */
	const char *why;       /* of those for whom no turn is left */
	uint32_t *fill, *next; /* RATION_TURNS_MOST of count, each */
};

/* Of one group: which of two is the more critical, as qsort asks. */
int ration_turns_order(const struct inventory_feed *a,
    const struct inventory_feed *b);
/* Each alone is within the room, and has a part of one session or more. */
void ration_turns_share(struct ration_group *g);

#endif
