/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unwatched.h: the hours of a feed, one after the other -> the audit: how much
 * of the time it was watched, its longest gap, the hours of the week in which
 * nobody ever sees it. PURE. Called by readers and reports, feed by feed; one
 * struct serves all of them in turn.
 *
 * Every figure has two bounds: `low` counts unknown time as not watched,
 * `high` as watched.
 */
#ifndef MONITOR_PRESENCE_UNWATCHED_H
#define MONITOR_PRESENCE_UNWATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/presence/watched.h"

#define WEEK_HOURS 168
#define UNWATCHED_WINDOWS 168
#define UNWATCHED_WEEKS 4 /* the last so many tell what returns */

struct unwatched_gap {
	int64_t start_us, end_us; /* equal: there is none */
};
/* Hours of the local week in which it was blind (nothing of the hour watched)
 * in at least three of the last four weeks, or in all of fewer. Neighbouring
 * hours are one window; it may pass the end of the week. */
struct unwatched_window {
	uint8_t hour;	   /* of the week, 0 = Monday 00:00 local */
	uint8_t hours;	   /* 1..168 */
	uint8_t weeks, of; /* blind in so many of so many, at its worst hour */
	bool sure;	   /* blind even if all that is unknown was watched */
};
struct unwatched_feed {
	int64_t span_us; /* from .. to */
	int64_t us[WATCHED_COUNT];
	struct unwatched_gap gap_low,
	    gap_high;	 /* longest; the first of equals */
	bool never_low;	 /* nothing of it known to be watched */
	bool never_high; /* surely never */
	/* By local hour of the day: span and watched, both bounds. */
	int64_t hour_us[24], hour_low_us[24], hour_high_us[24];
	uint8_t weeks; /* whole or begun weeks looked at, at most four */
	uint8_t window_count;
	struct unwatched_window windows[UNWATCHED_WINDOWS];
};

struct unwatched { /* private */
	int64_t from_us, to_us, at_us;
	int64_t seen_us[2]; /* end of the last watched, low and high */
	uint8_t had[WEEK_HOURS], blind[2][WEEK_HOURS];
	struct unwatched_feed feed;
};

/* [from, to): whole microseconds UTC. */
void unwatched_begin(struct unwatched *u, int64_t from_us, int64_t to_us);
/* The hour that begins at hour_us (UTC), in order; what lies outside of
 * [from, to) is left out, so a part of an hour must come from a sum over that
 * part alone (watched_sum). NULL: nothing is known of it. Hours left out are
 * unknown. local_s: how far local time is ahead of UTC then. */
void unwatched_hour(struct unwatched *u, int64_t hour_us,
    const struct watched_hour *hour, int32_t local_s);
/* local_s: of each of its hours, since clocks are set in the midst of a day. */
void unwatched_day(struct unwatched *u, int64_t day_us,
    const struct watched_day *day, const int32_t local_s[WATCHED_DAY_HOURS]);
/* Ends it; what is given is u's own. */
const struct unwatched_feed *unwatched_end(struct unwatched *u);

/* At best: so much of all feeds' time can be watched by so many screens that
 * are lit and attended for so long, max_tiles each; parts per million, at most
 * a million; 0 feeds: a million. */
struct staffing {
	int64_t screen_us; /* attended and lit, summed over the screens */
	int64_t span_us;
	uint32_t max_tiles, feeds;
};
uint32_t staffing_best_ppm(const struct staffing *s);

#endif
