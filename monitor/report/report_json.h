/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_json.h: struct report -> JSON (docs/report.schema.json). PURE. The
 * same report gives the same bytes: --check compares them. Times are RFC 3339
 * with microseconds, durations seconds, shares parts per million of time.
 */
#ifndef MONITOR_REPORT_REPORT_JSON_H
#define MONITOR_REPORT_REPORT_JSON_H

#include "monitor/report/ink.h"
#include "monitor/report/report.h"

/* False: no memory. */
bool report_json(const struct report *r, struct ink *out);

#endif
