/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_overlay.h: maintenance and mutes while the monitor runs. Part of
 * monitor.h; its rules hold, and its answers are given the same way.
 */
#ifndef MONITOR_MONITOR_OVERLAY_H
#define MONITOR_MONITOR_OVERLAY_H

#include "monitor/monitor.h"
#include "monitor/overlay.h"

/* The answer's text: its number; on a second line, if any, what to know. */
void monitor_overlay(struct monitor *m, const struct overlay_wish *wish,
    monitor_answer_fn *answer, void *arg);
/* Ends one now, if it is of that kind (enum store_overlay_kind; 0: of either);
 * who->reason says why. */
void monitor_overlay_end(struct monitor *m, int64_t id, int kind,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

#endif
