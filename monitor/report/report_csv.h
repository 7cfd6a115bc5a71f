/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_csv.h: struct report -> one table for a spreadsheet: a row of all,
 * one of each site, one of each feed. PURE. UTF-8 with a byte order mark (or
 * spreadsheets take it for Windows-1252), CRLF, cells that would be run as
 * formulas made harmless. Times are UTC, durations seconds.
 */
#ifndef MONITOR_REPORT_REPORT_CSV_H
#define MONITOR_REPORT_REPORT_CSV_H

#include "monitor/report/ink.h"
#include "monitor/report/report.h"

/* False: no memory. */
bool report_csv(const struct report *r, struct ink *out);

#endif
