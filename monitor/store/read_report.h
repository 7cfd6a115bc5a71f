/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_report.h: what the files behind store_report.h share. Private to this
 * room; all within a transaction that the caller began.
 */
#ifndef MONITOR_STORE_READ_REPORT_H
#define MONITOR_STORE_READ_REPORT_H

#include "monitor/store/db.h"
#include "monitor/store/store_report.h"

/* 32 bytes as hexadecimal; "" when the column holds no such hash. */
void report_hash(sqlite3_stmt *st, int column, char out[65]);
/* Where the verdicts that were written right after the moment, though called
 * before it, begin to change the feed's intervals; INT64_MAX: none. */
int64_t report_late_from(struct store_reader *r, const struct store_stand *s,
    int64_t feed);
/* The feed's intervals from there to the moment as they stood then, replayed
 * from the lines of its verdicts. */
void report_spans_then(struct store_reader *r, const struct store_stand *s,
    int64_t feed, int64_t from_utc, store_span_fn *fn, void *arg);

#endif
