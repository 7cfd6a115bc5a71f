/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeline.h: a feed's intervals, epoch by epoch -> one line of UTC without
 * overlap. PURE; called by the report. One line serves all feeds in turn.
 *
 * Intervals tile an epoch. Where a clock was set back, the same UTC passes
 * twice: what is painted later (the later epoch) stands. What no interval
 * covers is no part of the feed's time while an epoch runs (it was disabled,
 * or not there yet); where none runs (UTC that a clock skipped) it is unknown,
 * if the feed was watched on either side of it.
 */
#ifndef MONITOR_REPORT_TIMELINE_H
#define MONITOR_REPORT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "monitor/report/availability.h"
#include "monitor/report/report.h"

struct timeline_span {
	int64_t start_us, end_us;
	uint8_t state, cause; /* enum state, enum cause */
	uint8_t counted;      /* enum counted */
	uint8_t bar;	      /* enum report_bar */
};
struct timeline {
	struct timeline_span *spans; /* in order, no overlap; owned */
	size_t count, room;
};

void timeline_fini(struct timeline *t);
void timeline_clear(struct timeline *t);
/* What such a verdict counts as. */
enum counted timeline_counted(enum state state, enum cause cause,
    uint64_t causes);
/* Over whatever lies there. causes: bit n = cause n. False: no memory. */
bool timeline_paint(struct timeline *t, int64_t start_us, int64_t end_us,
    enum state state, enum cause cause, uint64_t causes);

/* The same, of whatever the caller means by it; start < end. */
bool timeline_put(struct timeline *t, const struct timeline_span *s);

struct timeline_range {
	int64_t start_us, end_us;
};
/* What counts of the holes between: see above. epochs: in order, without
 * overlap (timeline_union). */
bool timeline_fill(struct timeline *t, const struct timeline_range *epochs,
    size_t count);
/* Any ranges -> in order, joined, in place; gives how many are left. */
size_t timeline_union(struct timeline_range *ranges, size_t count);

/* Sums of [from, to). excused: in order, joined. */
void timeline_sum(const struct timeline *t,
    const struct timeline_range *excused, size_t excused_count, int64_t from_us,
    int64_t to_us, struct availability *out);
/* The bar of [from, to) in `steps` steps, at most BAR_STEPS: gives how many
 * pieces; out has room for `steps`. */
size_t timeline_bar(const struct timeline *t,
    const struct timeline_range *excused, size_t excused_count, int64_t from_us,
    int64_t to_us, uint32_t steps, struct report_piece *out);

#endif
