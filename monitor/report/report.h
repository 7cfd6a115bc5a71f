/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h: what a report says, as plain data: made by gather from a database,
 * turned into JSON, CSV, HTML and text by the renderers, which compute nothing
 * of their own. Two reports of the same span as of the same moment are equal.
 *
 * Times: microseconds UTC, spans half-open, 0 = never or not (unless said
 * otherwise). Strings are never NULL, UTF-8, valid until report_free, and come
 * from people and cameras: every renderer escapes them. Indexes: into `feeds`,
 * `sites`, `consoles`; REPORT_NONE = none.
 */
#ifndef MONITOR_REPORT_REPORT_H
#define MONITOR_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/presence.h"
#include "camwarden/words.h"
#include "monitor/presence/unwatched.h"
#include "monitor/report/availability.h"
#include "monitor/report/report_rows.h"

#define REPORT_FORMAT                                                          \
	1 /* of the JSON; raised when a member changes meaning                 \
	   */

/* --- a feed's bar: its span in `bar_steps` equal steps, equal ones joined */

enum report_bar {    /* of a step: the highest of what was in it */
	BAR_OFF = 0, /* not in the inventory, or not yet */
	BAR_UP = 1,
	BAR_STREAM = 2, /* degraded by stream causes only: good */
	BAR_UNKNOWN = 3,
	BAR_POOR = 4, /* degraded by the picture */
	BAR_DOWN = 5,
};
#define BAR_COUNT 6
#define BAR_STEPS 1440 /* at most; a minute of a day */
struct report_piece {
	uint16_t from, to; /* steps, half-open; pieces tile [0, bar_steps) */
	uint8_t bar;	   /* enum report_bar */
	bool excused;	   /* maintenance was in force somewhere in it */
};

/* --- figures */

/* Incidents by who answered, and when; from `since`, not from `at`. */
struct report_answers {
	uint32_t incidents;    /* alertable, begun in the span */
	uint32_t acknowledged; /* of these, by the moment of the report */
	int64_t sum_us, longest_us;
};

/* Was it watched: enum watched, added up; bounds as in unwatched.h. */
struct report_watched {
	int64_t span_us, us[WATCHED_COUNT];
	/* By local hour of the day, as in struct unwatched_feed: the heat
	 * strip of the pages. */
	int64_t hour_us[24], hour_low_us[24], hour_high_us[24];
	uint32_t never_surely, never_perhaps; /* feeds */
};

struct report_feed {
	int64_t id;
	char uuid[37];
	const char *name, *tags;
	uint32_t site; /* index; REPORT_NONE: at the top */
	uint8_t criticality;
	bool no_picture;
	bool removed; /* no longer in the inventory, or disabled, by then */
	int64_t from_utc, to_utc; /* its part of the span; equal: none */
	struct availability a;
	struct report_answers answers;
	struct report_watched watched; /* span 0: no screen was declared */
	struct unwatched_gap gap_low, gap_high;	  /* longest unwatched */
	uint32_t target_ppm;			  /* that of its site */
	enum target_word target_all, target_kept; /* see availability.h */
	/* As of the report's moment: */
	enum state state;
	enum cause cause;
	int64_t since_utc;
	const struct report_piece *bar;
	uint32_t bar_count;
};

struct report_site {
	int64_t id;
	const char *path, *zone, *contact; /* zone: its own or inherited */
	uint32_t parent, feeds;		   /* feeds: with all below */
	struct availability a;		   /* with all below */
	struct report_answers answers;
	struct report_watched watched;
	uint32_t target_ppm; /* its own, inherited, or report.target */
	enum target_word target_all, target_kept;
};

struct report {
	/* The ask */
	int64_t from_utc, to_utc, as_of_utc;
	const char *zone; /* of the span, "" = UTC */
	const char *site; /* with all below it; "" = all */
	const char *program;
	uint32_t bar_steps;
	/* By path; by site's path and name */
	const struct report_site *sites;
	const struct report_feed *feeds;
	uint32_t site_count, feed_count;
	struct availability fleet;
	struct report_answers answers;
	struct report_watched watched;
	uint32_t target_ppm;
	enum target_word target_all, target_kept;
	/* sites by enum target_word, maintenance taken out */
	uint32_t targets[4];
	const struct report_day *days; /* none when the span is one */
	uint32_t day_count;

	/* What needs a person today */
	const uint32_t *still_bad; /* feeds: bad as of then; worst first */
	uint32_t still_bad_count;
	const struct report_offender *offenders; /* most first */
	uint32_t offender_count;
	const struct report_window *windows; /* most feeds first */
	uint32_t window_count;
	const uint32_t *never; /* feeds: never watched, surely or perhaps; by
				* criticality, then name */
	uint32_t never_count;

	/* By `since`, then number */
	const struct report_incident *incidents;
	uint32_t incident_count;
	const struct report_overlay *overlays; /* by kind, start, number */
	uint32_t overlay_count;
	const struct report_change *changes; /* by seq */
	uint32_t change_count;
	const struct report_console *consoles; /* by room and name */
	uint32_t console_count;
	struct report_alarms alarms;
	const struct report_gap *gaps; /* by start */
	uint32_t gap_count;
	const struct report_clock *clocks; /* the first may lie before from */
	uint32_t clock_count;
	struct report_ledger ledger;
};

void report_free(struct report **r);

#endif
