/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interval.h: a new verdict + the feed's latest intervals -> which borders
 * move. PURE arithmetic of DESIGN.md 5; called by the store's writer only.
 *
 * Intervals of a feed tile an epoch, half-open [start, end). A new verdict
 * begins at its `at`, unless the evidence reaches back to its `since`:
 * - trouble begins at the last good evidence: it takes the time back from good
 *   intervals, and from unknown ones in which the feed was merely not judged;
 * - what we were blind for (probe-lost, network-lost, over-capacity,
 *   monitor-off) stays unknown, whatever is learned later;
 * - good begins at the first proof, within the trouble it ends, but no earlier
 *   than that trouble was called; unknown time never becomes good;
 * - unknown takes good time back to the last good evidence, never trouble.
 */
#ifndef MONITOR_STORE_INTERVAL_H
#define MONITOR_STORE_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"

#define INTERVAL_BACK 32 /* how many past intervals a verdict may reach */

struct interval_verdict {
	enum state state;
	enum cause cause;
	uint64_t causes; /* bit n = cause n in force */
};

struct interval_past {
	int64_t start_utc, at_utc;
	struct interval_verdict verdict;
};

struct interval_plan {
	bool same;	/* nothing new: state, cause and causes as they were */
	size_t swallow; /* so many of the newest rows go altogether */
	bool clip;	/* the next older one now ends at start_utc */
	int64_t start_utc; /* of the new open interval */
};

/* past: the feed's intervals of this epoch, newest (the open one) first, at
 * least one. Never fails: times out of order are clamped so that the tiling
 * stands. */
struct interval_plan interval_plan(const struct interval_past *past,
    size_t count, const struct interval_verdict *verdict, int64_t since_utc,
    int64_t at_utc);

/* Good (DESIGN.md 1): up, or degraded by stream causes only. */
bool interval_good(const struct interval_verdict *v);

#endif
