/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jot.h: values -> the text of a JSON document, as they come. PURE; texts may
 * be hostile: what isn't UTF-8 becomes U+FFFD. Called by report_json. A report
 * of thousands of feeds is written without a tree of it in memory.
 */
#ifndef MONITOR_REPORT_JOT_H
#define MONITOR_REPORT_JOT_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/report/ink.h"

struct jot {
	struct ink *out;
	bool some; /* the object or list under way has a member */
};

/* key NULL: an item of a list. bracket: '{' or '['. */
void jot_open(struct jot *j, const char *key, char bracket);
void jot_close(struct jot *j, char bracket); /* '}' or ']' */
void jot_text(struct jot *j, const char *key, const char *text);
void jot_number(struct jot *j, const char *key, int64_t v);
void jot_real(struct jot *j, const char *key, double v);
void jot_bool(struct jot *j, const char *key, bool v);
void jot_null(struct jot *j, const char *key);
/* Microseconds as seconds, exactly. */
void jot_seconds(struct jot *j, const char *key, int64_t us);
/* "2026-03-29T01:59:58.123456Z"; null for 0. */
void jot_time(struct jot *j, const char *key, int64_t utc_us);

#endif
