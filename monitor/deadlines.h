/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deadlines.h: which of many feeds is due next. PURE: a binary heap over feed
 * numbers with a place for each, so that moving one costs O(log n). Used by
 * the monitor; input trusted.
 */
#ifndef MONITOR_DEADLINES_H
#define MONITOR_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

struct deadlines {
	struct deadline {
		int64_t at_us;
		uint32_t feed;
	} * heap; /* owned */
	uint32_t
	    *place; /* of each feed in the heap + 1; 0 = not in it; owned */
	uint32_t count;
	uint32_t feeds; /* numbers are below this */
};

bool deadlines_init(struct deadlines *d, uint32_t feeds);
void deadlines_fini(struct deadlines *d);
/* INT64_MAX takes the feed out. */
void deadlines_set(struct deadlines *d, uint32_t feed, int64_t at_us);
/* INT64_MAX when none is due ever. */
int64_t deadlines_first(const struct deadlines *d, uint32_t *feed_out);

#endif
