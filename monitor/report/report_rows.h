/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_rows.h: the rows of a report's lists (report.h says what holds for
 * all of them). Plain data, no functions.
 */
#ifndef MONITOR_REPORT_REPORT_ROWS_H
#define MONITOR_REPORT_REPORT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/presence.h"
#include "camwarden/words.h"
#include "monitor/report/availability.h"

#define REPORT_NONE UINT32_MAX /* of an index */

/* --- what happened */

struct report_picture {
	int64_t id;	 /* for store_read_picture; 0 = there is none */
	char sha256[65]; /* of the PNG; "" = none was kept */
	int64_t utc;
};
struct report_incident {
	int64_t id;
	uint32_t feed, site; /* site: the feed's own, or the whole site */
	bool whole_site;
	uint32_t console; /* with `room`: people are missing there */
	const char *room; /* "" = it is of a feed, a site or the network */
	const char *place, *text, *note, *acknowledged_by;
	enum cause cause;
	bool alertable; /* no: an interruption, recorded only */
	bool muted;	/* a mute was in force when it was called */
	bool excused;	/* maintenance was in force when it began */
	int64_t since_utc, at_utc, good_utc, closed_utc, acknowledged_utc;
	struct report_picture before, after, recovered;
};

enum report_overlay_kind { REPORT_MAINTENANCE = 1, REPORT_MUTE = 2 };
struct report_overlay {
	int64_t id, seq; /* of its ledger line; 0 = from before there was one */
	enum report_overlay_kind kind;
	uint32_t feed, site; /* both REPORT_NONE: a tag, or what is no more */
	const char *tag, *actor, *reason;
	int64_t created_utc, from_utc, to_utc;
	uint8_t days; /* weekly: bit 0 = Monday; 0 = one-off */
	uint16_t begin_minute, end_minute; /* local, of `zone` */
	const char *zone;
	uint32_t feeds; /* of the report that it covers */
	/* Feed time within the span: what it excused (a mute: nothing), by
	 * what that time was; and what it names before its own line, which it
	 * doesn't excuse. */
	int64_t excused_us[COUNTED_COUNT], note_us;
	uint32_t incidents; /* called while it was in force */
};

/* A change by a person, or of the settings; equal ones in a row as one. */
struct report_change {
	int64_t seq, utc; /* the first's */
	const char *kind, *actor, *what, *reason;
	uint32_t count;
	bool expired; /* who and what was deleted by its age */
};

/* --- the monitor itself */

enum report_gap_kind {
	GAP_OFF = 1,   /* no monitor ran, or it stood still */
	GAP_STEP = 2,  /* the clock was set; from..to: before, after */
	GAP_STORE = 3, /* nothing could be written */
	GAP_BLIND = 4, /* probes lost, capacity, network: feeds' time, joined */
};
struct report_gap {
	enum report_gap_kind kind;
	int64_t from_utc, to_utc;
	const char *why;
	enum cause cause; /* of GAP_BLIND */
	uint32_t feeds;	  /* of GAP_BLIND: most at once, at least one */
};

/* The system clock against the outside, from that moment on. */
struct report_clock {
	int64_t utc;
	bool synchronised;
	int64_t offset_us, error_us; /* estimated, and at most */
	const char *text;
};

struct report_ledger {
	const char *origin; /* UUID */
	int64_t size, seq;  /* lines, and the last of them, as of then */
	char head[65];	    /* its hash; "" = no line */
	int64_t checkpoint_utc, checkpoint_size;
	const char *checkpoint_root; /* base64; "" = none yet */
	/* The last receipt from outside; 0 = NOT WITNESSED. */
	int64_t receipt_utc, receipt_size;
	/* When what it is for was signed: a receipt may come late, for a
	 * checkpoint that waited. What came after that is not witnessed. */
	int64_t covers_utc;
	const char *witness, *receipt_kind;
};

/* --- those who watch */

struct report_console {
	int64_t id;
	const char *name, *room, *zone;
	int64_t presence_us[PRESENCE_COUNT];
	int64_t idle_longest_us, idle_start_us; /* idle or away */
	uint32_t prompts, right, wrong, missed;
	int64_t latency_ms; /* mean of those answered */
	uint32_t breaches, disputes;
};

/* Alarms (alertable incidents, when called) per operator (attended console)
 * in windows of ten minutes; EEMUA 191: 1 is steady, 10 a flood. */
#define REPORT_ALARM_WINDOW_US 600000000LL
#define REPORT_ALARM_STEADY 1
#define REPORT_ALARM_FLOOD 10
struct report_alarms {
	uint32_t windows, alarms;
	bool consoles; /* false: none declared; all counted as one operator */
	double mean;   /* per operator and window */
	double worst;  /* in the worst window */
	int64_t worst_utc;
	uint32_t worst_alarms, worst_operators;
	uint32_t over, floods; /* windows above steady; at flood or above */
	uint32_t unattended;   /* alarms while nobody was attended */
};

/* Hours of the local week in which so many feeds are blind week after week. */
struct report_window {
	uint8_t hour, hours; /* of the week, 0 = Monday 00:00 local */
	uint8_t weeks, of;
	uint32_t feeds, sure; /* sure: even if all unknown was watched */
	uint8_t criticality;  /* the highest of them */
	uint32_t first;	      /* such a feed, of the highest criticality */
};

struct report_offender { /* REPORT_REPEATS outages in REPORT_REPEAT_DAYS */
	uint32_t feed, count;
	int64_t down_us;
	enum cause cause; /* of most of them */
};
#define REPORT_REPEATS 3
#define REPORT_REPEAT_DAYS 7

struct report_day { /* of a span of several: each local day of all feeds */
	int64_t from_utc, to_utc;
	struct availability a; /* without outages: they cross midnight */
};

#endif
