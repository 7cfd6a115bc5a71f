/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/idle_watch.h"

#include "camwarden/heartbeat.h"

#define US_PER_MS 1000

const uint32_t idle_watch_timeouts_ms[IDLE_WATCH_TIMEOUTS] = { 10000, 60000,
	300000 };

void
idle_watch_begin(struct idle_watch *w, bool inhibited, int64_t now_us)
{
	*w = (struct idle_watch){ .inhibited = inhibited, .began_us = now_us };
}

void
idle_watch_idled(struct idle_watch *w, uint32_t timeout_ms, int64_t now_us)
{
	int64_t since = now_us - (int64_t)timeout_ms * US_PER_MS;

	if (w->quiet_us == 0 || since < w->quiet_us)
		w->quiet_us = since > 0 ? since : 1;
}

void
idle_watch_resumed(struct idle_watch *w, int64_t now_us)
{
	w->quiet_us = 0;
	w->active_us = now_us;
}

static uint32_t
ms(int64_t us)
{
	int64_t v = us > 0 ? us / US_PER_MS : 0;

	return v < HEARTBEAT_NOT_SAID ? (uint32_t)v : HEARTBEAT_NOT_SAID - 1;
}

uint32_t
idle_watch_ms(const struct idle_watch *w, int64_t now_us)
{
	uint32_t shortest = idle_watch_timeouts_ms[0];

	if (w->quiet_us != 0)
		return ms(now_us - w->quiet_us);
	if (w->inhibited)
		return HEARTBEAT_NOT_SAID;
	if (w->active_us != 0 && ms(now_us - w->active_us) < shortest)
		return ms(now_us - w->active_us);
	/* Not idle for so long: something was done within the time-out. */
	return ms(now_us - w->began_us) >= shortest ? shortest
						    : HEARTBEAT_NOT_SAID;
}
