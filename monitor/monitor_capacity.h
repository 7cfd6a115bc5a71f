/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_capacity.h: whether our own work is on time, and what is left undone
 * while it isn't (capacity/capacity.h); whether the monitor is well
 * (capacity/health.h). Of the composition root; nobody else includes it.
 */
#ifndef MONITOR_MONITOR_CAPACITY_H
#define MONITOR_MONITOR_CAPACITY_H

#include "monitor/monitor_parts.h"

/* What is counted: how late the loop is, a sample that came or was lost (before
 * the judge hears of it), what a probe says of itself. */
void monitor_capacity_on_lag(struct monitor *m, uint32_t lag_us);
void monitor_capacity_on_sample(struct monitor *m, struct watched_feed *f,
    const struct sample *s, int64_t now_us);
void monitor_capacity_on_pong(struct monitor *m, enum probe_role role,
    const struct wire_pong *pong);
/* Each second: a step up or down, and the incident that says so. */
void monitor_capacity_second(struct monitor *m, int64_t now_us);

/* PICTURE_ bits for which a picture may be asked now. */
uint32_t monitor_capacity_wants(const struct monitor *m);
/* One was asked for these. */
void monitor_capacity_asked(struct monitor *m, uint32_t want);
/* When the feed, which wants a sample at due_us, is to be asked. */
int64_t monitor_capacity_due(const struct monitor *m,
    const struct watched_feed *f, int64_t due_us, int64_t now_us);
/* Before the judge weighs it: it is told what we owe the feed. */
void monitor_capacity_owe(const struct monitor *m, struct watched_feed *f,
    int64_t now_us);

#endif
