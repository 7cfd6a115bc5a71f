/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightly.h: a local time of day, and the spans that were reported -> which
 * days are to be reported now, and when the next one is. PURE: zones come in by
 * a calendar, time by arguments. Called by the monitor; the spans come from the
 * database.
 *
 * The report of a day that exists (Samoa had no 30 December 2011) is due on the
 * next day that exists, once the clocks there show that time or a later one:
 * where they skip it, when they are set; where they show it twice, the first
 * time; where that day ends before they show it, when it ends. What was made
 * decides, not what a clock said when: a clock that is set back by up to two
 * days makes nothing twice. By more, and it had run ahead: what it made there
 * was of days that weren't yet, and they are reported once they were.
 */
#ifndef MONITOR_NIGHTLY_NIGHTLY_H
#define MONITOR_NIGHTLY_NIGHTLY_H

#include <stdint.h>

#include "monitor/report/calendar.h"

#define NIGHTLY_BACK 7 /* days that are made up for */

struct nightly_span { /* a report of all sites, half-open */
	int64_t from_utc, to_utc;
	int64_t made_utc; /* by the clock of then */
};

struct nightly {
	struct calendar calendar;
	unsigned minute;   /* of the local day, 0..1439 */
	int64_t since_utc; /* nothing is known of days that end by then */
	const struct nightly_span *made; /* as they were made; borrowed */
	uint32_t made_count;
};

/* When the report of that local day is due; INT64_MAX: there was no such day.
 */
int64_t nightly_due(const struct nightly *n, int64_t day);
/* Days whose report is due by now and was not made, oldest first: how many. A
 * span of at most two days is the report of the day whose middle it holds, so
 * that another zone's days count. */
unsigned nightly_days(const struct nightly *n, int64_t now_utc,
    int64_t out[NIGHTLY_BACK]);
/* The first moment after now at which one is due that was not made; and its
 * day. */
int64_t nightly_next(const struct nightly *n, int64_t now_utc,
    int64_t *day_out);

/* "2026-11-21"; out of 16 bytes. */
const char *nightly_date(int64_t day, char out[16]);
/* How long to wait after the n-th failure in a row (from 1), in us. */
int64_t nightly_pause(unsigned failures);

#endif
