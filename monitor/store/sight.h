/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sight.h: everything that could be seen on all screens in a stretch of time,
 * and by whom, read once; then feed by feed the time line of what was watched.
 * For the writer's hourly sums and for readers: both compute the same.
 * Private to this room.
 *
 * Where a clock was set back the same UTC passes twice: the later epoch counts.
 */
#ifndef MONITOR_STORE_SIGHT_H
#define MONITOR_STORE_SIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "monitor/presence/watched.h"
#include "monitor/store/db.h"

struct sight;

struct sight_ask {
	int64_t from_utc, to_utc;
	int64_t alive_utc; /* what is open is true up to here */
	int64_t feed;	   /* this one alone; 0 = any */
};
/* NULL: out of memory, or db->rc says why. */
struct sight *sight_new(struct db *db, const struct sight_ask *ask);
void sight_free(struct sight **s);

struct sight_line {
	/* Tile the stretch; borrowed until the next call. */
	struct watched_line line;
	/* The feed was in the inventory from the first to the last of its
	 * intervals in the stretch; equal: not at all. */
	int64_t from_utc, to_utc;
};
/* False: out of memory, or db->rc says why. */
bool sight_feed(struct sight *s, struct db *db, int64_t feed,
    struct sight_line *out);

#endif
