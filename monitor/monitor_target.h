/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_target.h: where lies what somebody asks to change. Part of monitor.h;
 * its rules hold.
 */
#ifndef MONITOR_MONITOR_TARGET_H
#define MONITOR_MONITOR_TARGET_H

#include "monitor/monitor.h"
#include "monitor/store/store_read_target.h"

/* out->found: there is one. False: the database can't be read. */
bool monitor_target_incident(struct monitor *m, int64_t number,
    struct store_target *out);
bool monitor_target_overlay(struct monitor *m, int64_t number,
    struct store_target *out);
/* A feed by its UUID or as SITE/NAME. */
void monitor_target_feed(struct monitor *m, const char *name,
    struct store_target *out);

#endif
