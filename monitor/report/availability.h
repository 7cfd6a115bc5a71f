/* SPDX-License-Identifier: GPL-3.0-or-later */
/* availability.h: a feed's intervals x what excuses -> how long it was good,
 * how often and how long it was not. PURE; input is the monitor's own record.
 * Called by the report and by tests; one struct serves all feeds in turn.
 *
 * All times are microseconds UTC, all spans half-open.
 *
 * Every instant of a feed's span is exactly one of: good (up, or degraded by
 * stream causes only), bad (down, or degraded by the picture), unknown. An
 * instant that no interval covers is unknown: monitor-off. Where a clock was
 * set back the same UTC passes twice: the later epoch counts.
 *
 * Two bounds: unknown counted against (low), unknown counted for (high). Each
 * with maintenance counted like all other time, and with it taken out of both
 * the time and the span.
 *
 * An outage begins at a bad instant that follows none of the same outage, and
 * ends at the next good one: unknown time in between doesn't end it, since
 * nobody saw it recover. It reaches from its first to its last bad instant.
 */
#ifndef MONITOR_REPORT_AVAILABILITY_H
#define MONITOR_REPORT_AVAILABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"

/* What an instant counts as. */
enum counted {
	COUNTED_UNKNOWN = 0,
	COUNTED_GOOD = 1,
	COUNTED_BAD = 2,
};
#define COUNTED_COUNT 3

/* Sums; of a feed, or added up over the feeds of a site or of all. */
struct availability {
	int64_t span_us; /* in the inventory and enabled, within the ask */
	int64_t counted_us[COUNTED_COUNT];
	int64_t state_us[STATE_COUNT];
	int64_t cause_us[CAUSE_COUNT]; /* by the leading cause; NONE: up */
	int64_t
	    excused_us[COUNTED_COUNT]; /* of counted_us: under maintenance */
	uint32_t outages;	       /* that reach into the span */
	uint32_t began;		       /* of these: began in it */
	uint32_t ended;		       /* of these: good again in it */
	uint32_t open;		       /* of these: not over at its end */
	int64_t outage_us;	       /* length of all, within the span */
	int64_t repair_us;	       /* of those that ended: within it */
	int64_t longest_us;	       /* within the span, first of equals */
	int64_t longest_start_us;      /* 0 = there was none */
};

struct availability_bounds { /* parts per million, rounded down */
	uint32_t low, high;
	bool none; /* nothing to divide by: there was no such time */
};
struct availability_bounds availability_all(const struct availability *a);
/* The same with maintenance taken out. */
struct availability_bounds availability_kept(const struct availability *a);
/* Mean good time between two beginnings, mean length of what ended; 0: can't
 * be said (none began, none ended). */
int64_t availability_mtbf_us(const struct availability *a);
int64_t availability_mttr_us(const struct availability *a);
void availability_add(struct availability *sum, const struct availability *a);

enum target_word {
	TARGET_NONE = 0,      /* there is none, or no time to judge */
	TARGET_MET = 1,	      /* even with all unknown time against */
	TARGET_MISSED = 2,    /* even with all unknown time for it */
	TARGET_UNDECIDED = 3, /* hangs on what is unknown */
};
enum target_word availability_target(struct availability_bounds bounds,
    uint32_t target_ppm);

#endif
