/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_coverage.h: the audit of all feeds that who asks may see, kept for a
 * query that sorts it. Of the reader process. */
#ifndef MONITOR_HTTP_READER_COVERAGE_H
#define MONITOR_HTTP_READER_COVERAGE_H

#include "camwarden/presence.h"
#include "monitor/http/reader_query.h"

struct audited {
	int64_t feed, from_utc, to_utc, last_utc; /* last watched; 0 = never */
	int64_t span_us, gap_us, sure_us, gap_from, us[WATCHED_COUNT];
	bool never;
	uint8_t uuid[16], criticality, windows;
	char site[LIMIT_NAME_BYTES], name[LIMIT_NAME_BYTES];
};
struct audit {
	struct audited *rows; /* owned */
	size_t count, room;
	bool no_memory;
};
/* False: the database can't be read, or memory is out; free it all the same. */
bool audit_read(struct query *q, int64_t from_utc, int64_t to_utc,
    struct audit *out);
void audit_free(struct audit *a);
/* When the newest of the feeds was last there: others left the inventory. */
int64_t audit_end(const struct audit *a);
/* Never watched first, then the longest gap. */
void audit_sort(struct audit *a);

#endif
