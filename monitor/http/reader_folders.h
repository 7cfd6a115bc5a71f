/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_folders.h: the folders in which reports lie that were made: all that
 * the reader may read beside the database. They are found before it locks
 * itself in and can't grow afterwards: where they fall short, it ends, and the
 * next one finds more.
 */
#ifndef MONITOR_HTTP_READER_FOLDERS_H
#define MONITOR_HTTP_READER_FOLDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/confine.h"
#include "monitor/store/store_read.h"

#define READER_FOLDERS 8 /* that reports lay in last */

struct reader_folders {
	int64_t newest; /* report that was known; 0 = none */
	int64_t found_us;
	unsigned count;
	struct {
		bool let; /* it answers, and holds no keys */
		char path[4096];
	} of[READER_FOLDERS];
};

/* A folder that holds the state directory, or what systemd handed over, isn't
 * let, which is logged; nor is one that doesn't answer at once. */
void reader_folders_find(struct reader_folders *f, struct store_reader *r,
    const char *state_dir);
bool reader_folders_let(const struct reader_folders *f, struct confine *role);
/* Of a report since: its folder is not among them. */
bool reader_folders_outgrown(const struct reader_folders *f,
    struct store_reader *r);
/* That one's file may not be read; another process might be let, and it isn't
 * that one was begun a moment ago for just that. */
bool reader_folders_stale(const struct reader_folders *f, int64_t number);

#endif
