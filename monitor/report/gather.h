/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gather.h: a database -> a report's figures. Reads only, in short
 * transactions; a feed's intervals pass through once and aren't held. Called by
 * the command `report`.
 */
#ifndef MONITOR_REPORT_GATHER_H
#define MONITOR_REPORT_GATHER_H

#include "monitor/report/calendar.h"
#include "monitor/report/report.h"

struct store_reader;

struct gather_ask {
	/* What lies in the future, or before the oldest record that is kept, is
	 * cut off. */
	int64_t from_utc, to_utc;
	int64_t as_of_utc, seq; /* 0: now; else as of that moment and line */
	const char *zone;	/* of the span, for people; "" = UTC */
	const char *site;	/* with all below it; NULL = all */
	uint32_t target_ppm;	/* where no site promises one */
	const char *program;
	calendar_ahead_fn *ahead; /* NULL: every zone is UTC */
	void *ahead_arg;
	/* Told now and then: so much of the work is done; may be NULL. */
	void (*progress)(void *arg, uint32_t done, uint32_t all);
	void *progress_arg;
};

enum gather_result {
	GATHER_OK = 0,
	GATHER_FAILED,	/* the database, or memory */
	GATHER_NO_DATA, /* of a span of which nothing is known */
	GATHER_NO_SITE, /* there never was one of that path */
};
/* error_out: why, in a sentence for people. The report is given: report_free.
 */
enum gather_result gather(struct store_reader *r, const struct gather_ask *ask,
    struct report **out, char error_out[256]);

#endif
