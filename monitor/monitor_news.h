/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_news.h: what happens -> whoever follows live (monitor_news_watch).
 * For the composition root's files and for whoever carries out changes.
 */
#ifndef MONITOR_MONITOR_NEWS_H
#define MONITOR_MONITOR_NEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/store/store.h"

struct monitor;

/* Somebody follows: it is worth making. */
bool monitor_news_wanted(const struct monitor *m);
void monitor_news_say(struct monitor *m, const char *name, const char *site,
    const char *json);
/* change: "opened", "muted". */
void monitor_news_incident(struct monitor *m, int64_t incident,
    const char *change);
/* A store_calls.on_incident. */
void monitor_news_on_incident(void *monitor, int64_t incident,
    enum store_incident_news what);

#endif
