/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_agents.h: the monitor's consoles <-> the agents' listener, and the
 * relays that are asked. Part of
 * `run`, which wires the two; both are trusted.
 */
#ifndef MONITOR_CLI_RUN_AGENTS_H
#define MONITOR_CLI_RUN_AGENTS_H

#include <stdbool.h>

struct agents;
struct relays;
struct event_base;
struct monitor;
struct monitor_config;

struct run_agents {	       /* all NULL at first */
	struct agents *agents; /* NULL: not enabled */
	struct relays *relays; /* NULL: none is named */
};

/* What the configuration asks for. False with a sentence in error_out (given).
 */
bool run_agents_start(struct run_agents *r, struct event_base *base,
    const struct monitor_config *cfg, struct monitor *monitor,
    char **error_out);
void run_agents_reload(struct run_agents *r, const struct monitor_config *cfg);
/* Before monitor_free. */
void run_agents_stop(struct run_agents *r, struct monitor *monitor);

#endif
