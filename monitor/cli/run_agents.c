/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/run_agents.h"

#include <stddef.h>

#include "monitor/http/agents.h"
#include "monitor/http/relays.h"
#include "monitor/monitor.h"

static struct agents_settings
settings_of(const struct monitor_config *cfg)
{
	return (struct agents_settings){ .address = cfg->agents_address,
		.port = cfg->agents_port,
		.certificate = cfg->agents_certificate,
		.key = cfg->agents_key,
		.connections = cfg->agents_connections,
		.per_address = cfg->agents_per_address };
}

static void
on_list(void *arg, unsigned n, const char *url,
    const struct relays_reader *list, size_t count)
{
	monitor_relays_on_list(arg, n, url, list, count);
}

bool
run_agents_start(struct run_agents *r, struct event_base *base,
    const struct monitor_config *cfg, struct monitor *monitor, char **error_out)
{
	struct agents_settings set = settings_of(cfg);
	struct agents_calls calls;

	if (cfg->agents_relays[0] != '\0')
		r->relays =
		    relays_new(base, cfg->agents_relays, on_list, monitor);
	if (!cfg->agents_enabled)
		return true;
	monitor_agents_calls(monitor, &calls);
	r->agents = agents_new(base, &set, &calls, error_out);
	if (r->agents != NULL)
		monitor_agents_set(monitor, r->agents);
	return r->agents != NULL;
}

void
run_agents_reload(struct run_agents *r, const struct monitor_config *cfg)
{
	struct agents_settings set = settings_of(cfg);

	if (r->agents != NULL)
		agents_reload(r->agents, &set);
}

void
run_agents_stop(struct run_agents *r, struct monitor *monitor)
{
	relays_free(&r->relays);
	if (r->agents == NULL)
		return;
	monitor_agents_set(monitor, NULL);
	agents_free(&r->agents);
}
