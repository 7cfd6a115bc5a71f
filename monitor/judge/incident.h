/* SPDX-License-Identifier: GPL-3.0-or-later */
/* incident.h: verdict changes of many feeds -> incidents: one continuous
 * trouble of a feed, from its first sign (the verdict's `since`) to proven
 * recovery (`up`), or one of a whole place, when many of its feeds go down at
 * once. PURE: time comes with each call. Called by the monitor alone; input
 * is the judge's, so trusted. What happened comes out as a queue of changes.
 *
 * `down` and `degraded` open one; `unknown` neither opens nor closes one. A
 * trouble that is over before confirm_us is an interruption: recorded, but no
 * alert: only INCIDENT_CONFIRMED may alert.
 *
 * Where a place may be struck, a feed that goes down is told of gather_us
 * later: by then it is known whether it is the feed or the place. A place is a
 * site with all below it; the incident is of the lowest that is struck, or of
 * one above when nearly all beside it is, too. Who goes down with it has no
 * incident of its own, though it be back before that is known. It ends with its
 * last feed's recovery; when so few are left that they would not have made it,
 * they get settle_us, then incidents of their own.
 */
#ifndef MONITOR_JUDGE_INCIDENT_H
#define MONITOR_JUDGE_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/judge.h"

enum incident_severity {
	INCIDENT_LOW = 1,      /* degraded by the stream only: still good */
	INCIDENT_MEDIUM = 2,   /* degraded picture */
	INCIDENT_HIGH = 3,     /* down */
	INCIDENT_CRITICAL = 4, /* a whole site, or a picture replayed */
};

enum incident_event {
	INCIDENT_OPENED = 1,
	INCIDENT_CONFIRMED = 2, /* outlived confirm_us: may alert now */
	INCIDENT_CHANGED =
	    3, /* other cause or severity; a site's: more feeds */
	INCIDENT_CLOSED = 4,
};

struct incident_change {
	enum incident_event event;
	uint64_t id;   /* counts up from first_id; never used twice */
	uint32_t feed; /* meaningless in a site's incident */
	uint32_t site;
	bool whole_site;
	bool interruption; /* CLOSED before it was confirmed */
	enum cause cause;  /* leading now; in CLOSED the last one */
	enum incident_severity severity; /* worst so far */
	uint32_t feeds;	  /* of a site's incident: members so far */
	int64_t since_us; /* first sign */
	int64_t at_us;	  /* when this change was seen */
	int64_t until_us; /* CLOSED: first proof of good; else 0 */
};

struct incident_config {
	int64_t confirm_us;	/* 5 s */
	int64_t gather_us;	/* 3 s */
	int64_t site_window_us; /* 10 s */
	int64_t settle_us;	/* 90 s */
	uint32_t site_feeds;	/* at least so many, 5 */
	uint32_t site_percent;	/* and this share of the site's, 20 */
	uint32_t above_percent; /* of what lies above it: this share, 80 */
};

struct incident_book;

void incident_config_defaults(struct incident_config *config_out);
/* first_id: one more than the highest id in the store. NULL: no memory. */
struct incident_book *incident_book_new(const struct incident_config *cfg,
    uint64_t first_id);
void incident_book_free(struct incident_book **b);

/* A site lies below another one (0 = below none); sites never lie in a ring.
 * False: out of memory. */
bool incident_site_put(struct incident_book *b, uint32_t site, uint32_t above);
/* A feed is known and belongs to `site` (again when it moves). feed is below
 * LIMIT_FEEDS, site any number. False: out of memory or out of range. */
bool incident_feed_add(struct incident_book *b, uint32_t feed, uint32_t site);
/* The feed is no more; its open incident closes at now_us. */
void incident_feed_remove(struct incident_book *b, uint32_t feed,
    int64_t now_us);
/* An incident that was open when the monitor stopped; kept open until the
 * feed proves good; a site's takes in again who is found down within settle_us.
 * event: INCIDENT_OPENED where a feed's had not been confirmed: it is when the
 * feed is bad again. Call between feed_add and the first verdict. */
void incident_restore(struct incident_book *b,
    const struct incident_change *open);

/* Each verdict change of a feed. */
void incident_on_verdict(struct incident_book *b, uint32_t feed,
    const struct verdict *v, int64_t now_us);
/* Time passes: tells, confirms, groups, ends. Each second. */
void incident_step(struct incident_book *b, int64_t now_us);

/* Takes the oldest change out of the queue; false when it is empty. Drain it
 * after each call above. */
bool incident_next(struct incident_book *b, struct incident_change *out);
/* .. which stays there. */
bool incident_peek(struct incident_book *b, struct incident_change *out);
/* The feeds that are down with a site now, into feeds (at most `most`); gives
 * how many there are. */
uint32_t incident_place_feeds(const struct incident_book *b, uint32_t site,
    uint32_t *feeds, uint32_t most);
/* A number for an incident of nobody here (the whole network's). */
uint64_t incident_number_take(struct incident_book *b);

#endif
