/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gather_parts.h: what the files of gather share. Private to it. */
#ifndef MONITOR_REPORT_GATHER_PARTS_H
#define MONITOR_REPORT_GATHER_PARTS_H

#include "monitor/report/excuse.h"
#include "monitor/report/gather.h"
#include "monitor/report/keep.h"
#include "monitor/report/timeline.h"
#include "monitor/store/store_report.h"

#define GATHER_SETTLE_US INT64_C(900000000)

struct numbered { /* a row's number -> its place in the report */
	int64_t id;
	uint32_t index;
};

struct past { /* what a feed was in a part of the span */
	uint32_t feed;
	int64_t from_us, to_us;
	const char *tags, *site; /* NULL: as it is now */
};

struct scope { /* an overlay, while the report is made */
	struct excuse excuse;
	struct excuse_ranges in_force; /* what counts, within the span */
	struct excuse_ranges whole;    /* that before its own line too */
};

/* The report, and what it is made of. */
struct whole {
	struct report report; /* first: what the caller holds */
	struct keep keep;
	struct keep_list sites, feeds, days, still_bad, offenders, windows,
	    never, incidents, overlays, changes, consoles, gaps, clocks;
};

struct gather {
	struct store_reader *r;
	const struct gather_ask *ask;
	struct store_stand stand;
	struct whole *w;
	struct keep *keep; /* the report's */
	int64_t from, to;  /* the span, not beyond the moment */
	/* So far who watched is settled: an agent that died shortly before the
	 * monitor is found out when that starts again, and idle time is called
	 * when it has lasted. */
	int64_t settled;
	/* Epochs that matter: rows, and the same joined. */
	struct keep_list epochs;      /* int64_t */
	struct keep_list ran;	      /* struct timeline_range */
	struct keep_list site_index;  /* struct numbered, by id */
	struct keep_list feed_index;  /* the same */
	struct keep_list active;      /* int64_t of each feed, 0 = not now */
	struct keep_list scopes;      /* struct scope, as the overlays */
	struct keep_list pasts;	      /* struct past, by feed */
	struct excuse_ranges part;    /* of an overlay, of the feed under way */
	struct keep_list blind;	      /* struct blind */
	struct keep_list alarms;      /* int64_t: moments */
	struct timeline line;	      /* of the feed under way */
	struct excuse_ranges excused; /* the same */
};

struct blind { /* a stretch of a feed that we were blind for */
	int64_t start_us, end_us;
	enum cause cause;
};

#define SITE(g, i) (&((struct report_site *)(g)->w->sites.items)[i])
#define FEED(g, i) (&((struct report_feed *)(g)->w->feeds.items)[i])

/* REPORT_NONE: not in the report. */
uint32_t gather_find(const struct keep_list *index, int64_t id);
/* A row's number and its place; kept in order. */
void gather_index(struct gather *g, struct keep_list *index, int64_t id,
    uint32_t at);
/* Numbers all sites and feeds anew. */
void gather_number(struct gather *g);
struct calendar gather_calendar(const struct gather *g, const char *zone);
/* Is the site (an index) the other one or below it? */
bool gather_below(const struct gather *g, uint32_t site, uint32_t top);
/* Ever in the span; at that moment. */
bool gather_covers(const struct gather *g, const struct report_overlay *o,
    uint32_t feed);
bool gather_covers_at(const struct gather *g, const struct report_overlay *o,
    uint32_t feed, int64_t utc_us);
/* An overlay's ranges (of scope) for that feed: those in which it had the tag,
 * or stood at the site. NULL: no memory. */
const struct excuse_ranges *gather_ranges(struct gather *g,
    const struct report_overlay *o, const struct excuse_ranges *all,
    uint32_t feed);

/* Each false: the reader's error, or no memory. */
bool gather_overlays(struct gather *g);
bool gather_pasts(struct gather *g);
/* The feeds have other places now; those of REPORT_NONE go. */
void gather_pasts_move(struct gather *g, const uint32_t *to);
bool gather_figures(struct gather *g);
bool gather_incidents(struct gather *g);
bool gather_lines(struct gather *g);
bool gather_ledger(struct gather *g);
bool gather_watched(struct gather *g);
bool gather_consoles(struct gather *g);

#endif
