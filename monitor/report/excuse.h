/* SPDX-License-Identifier: GPL-3.0-or-later */
/* excuse.h: maintenance, one-off or weekly -> the time it excuses. PURE. What
 * it excuses begins at its own ledger line (`created`): what was entered
 * afterwards is a note and excuses nothing. Mutes excuse nothing ever: only
 * their time in force is asked for.
 *
 * A weekly one holds whenever the clocks of its zone show a minute from `begin`
 * up to `end` on one of its days; `end` <= `begin`: past midnight, and the day
 * is that on which it begins (equal: 24 hours). Where the clocks skip such
 * minutes they are not; where they show them twice, they hold twice.
 */
#ifndef MONITOR_REPORT_EXCUSE_H
#define MONITOR_REPORT_EXCUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/report/calendar.h"
#include "monitor/report/timeline.h"

struct excuse {
	int64_t from_us, to_us;		   /* in force; ended early: that end */
	int64_t created_us;		   /* 0: all of it counts */
	uint8_t days;			   /* bit 0 = Monday; 0 = one-off */
	uint16_t begin_minute, end_minute; /* 0..1440, local */
	struct calendar calendar;
};

struct excuse_ranges {
	struct timeline_range *list; /* owned; in order, disjoint */
	size_t count, room;
};
void excuse_fini(struct excuse_ranges *r);
/* Appends its time within [from, to); whole: also that before its own line.
 * False: no memory. */
bool excuse_ranges(const struct excuse *e, int64_t from_us, int64_t to_us,
    bool whole, struct excuse_ranges *out);
/* Appends all of them as they are. */
bool excuse_join(struct excuse_ranges *out, const struct excuse_ranges *more);
/* Appends what of them lies within [from, to). */
bool excuse_cut(struct excuse_ranges *out, const struct excuse_ranges *all,
    int64_t from_us, int64_t to_us);
/* Is it in force at that moment, its own line being written? */
bool excuse_holds(const struct excuse *e, int64_t utc_us);

#endif
