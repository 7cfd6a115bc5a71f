/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_guest.h: what the monitor knows of feeds as somebody's guest: from
 * where they are fetched, what their lines bear, how far first tries are. Part
 * of monitor_parts.h, for the composition root's files.
 */
#ifndef MONITOR_MONITOR_GUEST_H
#define MONITOR_MONITOR_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"
#include "monitor/capacity/arrival.h"
#include "monitor/inventory/ration.h"

struct link_report;
struct monitor;
struct watched_feed;

/* Of a feed. */
struct guest {
	int64_t login_id;	  /* the device whose password is used */
	enum cause relay_blind;	  /* its relay doesn't serve it; or NONE .. */
	enum reason relay_reason; /* .. since */
	uint32_t line;		  /* in guests.lines; or none of them */
	uint32_t planned_kbps;	  /* its rate in the plan of visits; 0: any */
	const char *left_out; /* why it is not fetched at all; NULL: it is */
	uint8_t missed; /* visits in a row without a session free for it */
	bool relayed;	/* fetched from a relay, not from its camera */
	bool tried;	/* what came of its first try is known */
};

/* A site's line that has a ceiling. */
struct line {
	struct ration_site site;
	char path[LIMIT_NAME_BYTES];
	uint64_t measured_kbps; /* that of those below it included */
};

#define GUEST_LATE 256u

struct guests {
	struct line *lines; /* owned */
	uint32_t line_count;
	uint32_t planned_s; /* in the monitor's seconds */
	bool due;	    /* what is known is other than planned with */
	uint32_t late[GUEST_LATE]; /* devices that free sessions late */
	uint32_t late_count;
	struct arrival arrival; /* first tries, to this second */
	int64_t lingering_us;	/* devices may count a dead run's sessions */
};

/* --- monitor_feeds.c */
/* Each second: how many have had their first try. */
void monitor_feeds_second(struct monitor *m);

/* --- monitor_relay.c */
void monitor_relay_on_link(struct watched_feed *f, const struct link_report *r,
    int64_t now_us);
void monitor_relay_second(struct monitor *m, int64_t now_us);

/* --- monitor_ration.c */
void monitor_ration_on_link(struct monitor *m, struct watched_feed *f,
    const struct link_report *r);
/* Who is held and who is visited, by the rates last planned with; inv hears
 * which devices were seen to free sessions late. NULL: no memory. */
struct ration *monitor_ration_make(struct monitor *m, struct inventory *inv);
/* What lines will bear once the plan is carried out; given. */
char *monitor_ration_text(struct monitor *m, const struct inventory *now,
    const struct inventory_plan *plan);
/* It is in force. */
void monitor_ration_keep(struct monitor *m, const struct ration *r);
void monitor_ration_second(struct monitor *m);

#endif
