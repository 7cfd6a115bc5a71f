/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether the monitor is well: the facts for capacity/health.h. */
#include "monitor/monitor_setup.h"

#include "common/clock.h"

static int64_t
longest_unheard(const struct monitor *m, int64_t now_us)
{
	int64_t longest = 0;

	for (uint32_t i = 0; i < fleet_probe_count(m->fleet); i++) {
		struct fleet_probe p;

		fleet_probe_at(m->fleet, i, &p);
		if (now_us - p.heard_us > longest)
			longest = now_us - p.heard_us;
	}
	return longest;
}

struct health
monitor_health(const struct monitor *m)
{
	const struct clock_state clock = monitor_setup_clock(m);
	int64_t now = clock_mono_us();
	struct store_health store;
	struct health_facts f;

	store_health(m->store, &store);
	f = (struct health_facts){ .loop_lag_us = health_worst(&m->lag_worst),
		.committed_us = now - store.last_commit_us,
		.writer_us = now - store.last_try_us,
		.failing = store.failing,
		.low_space = store.low_space,
		.probe_us = longest_unheard(m, now),
		.clock_synchronised = clock.known && clock.synchronised,
		.clock_required = m->config.clock_required,
		.level = capacity_level(&m->capacity) };
	return health_of(&f);
}
