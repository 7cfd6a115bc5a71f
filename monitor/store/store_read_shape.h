/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_shape.h: how large the database is, and nothing of what is in it:
 * for support. Part of store_read.h; its rules hold.
 */
#ifndef MONITOR_STORE_STORE_READ_SHAPE_H
#define MONITOR_STORE_STORE_READ_SHAPE_H

#include "monitor/store/store_read.h"

struct store_shape {
	int version; /* of the schema */
	int64_t pages, free_pages, page_bytes;
	int64_t oldest_event_utc, newest_event_utc; /* 0 = none */
	char sqlite[16];			    /* the library's version */
};
typedef bool store_table_fn(void *arg, const char *table, int64_t rows);
/* Tables by name; counts every row, which takes its time. */
bool store_read_shape(struct store_reader *r, struct store_shape *out,
    store_table_fn *fn, void *arg);

#endif
