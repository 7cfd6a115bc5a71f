/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: `camwarden probe URL|FILE`: examines one feed without a daemon. The
 * arguments are a person's. See DESIGN in docs/architecture.md, "Faces".
 */
#ifndef MONITOR_CLI_PROBE_H
#define MONITOR_CLI_PROBE_H

/* argv[0] is the command's word. Returns the exit status: 0 up, 1 degraded or
 * down, 2 unknown or not examined. */
int command_probe(int argc, char **argv);

/* The hidden role `_resolver` (monitor/fleet/resolver.h). */
int command_resolver(int argc, char **argv);

#endif
