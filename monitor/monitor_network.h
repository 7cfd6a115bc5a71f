/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_network.h: what a silence may come from that is not the feed's own:
 * our own network (monitor_network.c), or its neighbours' (monitor_outage.c:
 * who keeps trying while they are silent). For the composition root alone.
 */
#ifndef MONITOR_MONITOR_NETWORK_H
#define MONITOR_MONITOR_NETWORK_H

#include "camwarden/observation.h"

struct monitor;
struct watched_feed;

/* --- monitor_network.c */
void monitor_network_start(struct monitor *m);
/* Before the judge hears of it: whether our own network explains it. */
void monitor_network_on_link(struct monitor *m, struct watched_feed *f,
    const struct link_report *r, int64_t now_us);
void monitor_network_on_account(struct monitor *m, struct watched_feed *f,
    const struct account *a, int64_t now_us);
/* Every second or so, from each probe. */
void monitor_network_on_pong(struct monitor *m, int64_t now_us);
void monitor_network_second(struct monitor *m, int64_t now_us);
/* One that was open when an earlier run ended. */
void monitor_network_restore(struct monitor *m, int64_t incident);
/* Tells the judge what our own side says of the feed now. */
void monitor_blind_apply(struct watched_feed *f, int64_t now_us);

/* --- monitor_outage.c */
bool monitor_outage_start(struct monitor *m);
/* It was tried in vain, or fell silent; it answered somehow (f->phase); its
 * probe is lost; it is another one from now on, or none. */
void monitor_outage_on_silent(struct monitor *m, const struct watched_feed *f,
    int64_t now_us);
void monitor_outage_on_answer(struct monitor *m, const struct watched_feed *f,
    int64_t now_us);
void monitor_outage_on_lost(struct monitor *m, const struct watched_feed *f,
    int64_t now_us);
void monitor_outage_remove(struct monitor *m, const struct watched_feed *f,
    int64_t now_us);
void monitor_outage_second(struct monitor *m, int64_t now_us);

#endif
