/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watched_hours.h: what was watched, summed feed by feed and hour by hour in
 * the background, so that a month of the whole fleet is answered at once. The
 * sums can always be made again from the intervals; what changes those marks
 * the hours it reaches into. Private to this room; on the writer thread.
 */
#ifndef MONITOR_STORE_WATCHED_HOURS_H
#define MONITOR_STORE_WATCHED_HOURS_H

#include <stdbool.h>
#include <stdint.h>

struct writer;

/* An hour is summed so long after its end: verdicts reach back. */
#define WATCHED_MARGIN_US 600000000LL

/* There is a screen: from now on hours are summed. */
void watched_begin(struct writer *w, int64_t utc);
/* At opening: where an earlier run had got to. */
void watched_recover(struct writer *w);
/* The feed's time line (0: everybody's) is another from utc on. */
void watched_mark(struct writer *w, int64_t feed, int64_t utc);
/* A clock is set: it shows utc now. Hours to come again are summed again. */
void watched_clock(struct writer *w, int64_t utc);
/* A bounded step of summing, a transaction of its own; true: more is due. */
bool watched_step(struct writer *w, int64_t mono_us);
void watched_end(struct writer *w);

#endif
