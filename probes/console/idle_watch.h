/* SPDX-License-Identifier: GPL-3.0-or-later */
/* idle_watch.h: "idle since T" and "active again" of several time-outs -> how
 * long nobody did anything. PURE. Called by source_wayland.c.
 */
#ifndef PROBES_CONSOLE_IDLE_WATCH_H
#define PROBES_CONSOLE_IDLE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define IDLE_WATCH_TIMEOUTS 3

struct idle_watch {
	/* Inhibitors (a player's) keep "idle" from being said: then that it
	 * isn't said means nothing. */
	bool inhibited;
	int64_t began_us;  /* of the watch */
	int64_t active_us; /* when it was said to be active again; 0 = never */
	int64_t quiet_us;  /* nothing was done since; 0 = it isn't idle */
};

/* In ms, the shortest first. */
extern const uint32_t idle_watch_timeouts_ms[IDLE_WATCH_TIMEOUTS];

void idle_watch_begin(struct idle_watch *w, bool inhibited, int64_t now_us);
void idle_watch_idled(struct idle_watch *w, uint32_t timeout_ms,
    int64_t now_us);
void idle_watch_resumed(struct idle_watch *w, int64_t now_us);
/* Never less than it truly is while nothing inhibits; HEARTBEAT_NOT_SAID where
 * it can't be told. */
uint32_t idle_watch_ms(const struct idle_watch *w, int64_t now_us);

#endif
