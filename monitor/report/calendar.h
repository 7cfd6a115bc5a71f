/* SPDX-License-Identifier: GPL-3.0-or-later */
/* calendar.h: local days of a time zone -> moments of UTC. PURE: what a zone's
 * clocks show comes in by a function. Called by the report and its command.
 *
 * A day begins at the first moment from which on the clocks show that date or
 * a later one: where the clock is set forward at midnight that is 1 o'clock,
 * and where it is set back over midnight, the second time. So days tile, and
 * have 23, 24, 25 or any number of hours.
 */
#ifndef MONITOR_REPORT_CALENDAR_H
#define MONITOR_REPORT_CALENDAR_H

#include <stdint.h>

/* Seconds that local time is ahead of UTC then. */
typedef int32_t calendar_ahead_fn(void *arg, const char *zone, int64_t utc_us);
struct calendar {
	calendar_ahead_fn *ahead; /* NULL: UTC */
	void *arg;
	const char *zone;
};

#define CALENDAR_DAY_US 86400000000LL

int32_t calendar_ahead(const struct calendar *c, int64_t utc_us);
/* Local days since 1970-01-01 (a Thursday). */
int64_t calendar_day(const struct calendar *c, int64_t utc_us);
/* Its beginning. */
int64_t calendar_start(const struct calendar *c, int64_t day);
/* 0 = Monday. */
unsigned calendar_weekday(int64_t day);
/* The first moment after utc_us, before end_us, at which the clocks are set;
 * end_us: they aren't. Looks from one quarter of a day to the next, so that two
 * within six hours that undo each other are not seen. */
int64_t calendar_next_change(const struct calendar *c, int64_t utc_us,
    int64_t end_us);

#endif
