/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent.h: sources -> heartbeats -> server, until it is told to stop. One
 * thread, one poll; neither the network nor a source keeps another waiting.
 * Called by main.c.
 */
#ifndef PROBES_CONSOLE_AGENT_H
#define PROBES_CONSOLE_AGENT_H

#include "probes/console/options.h"

struct agent;

/* token: copied. NULL with a line in the log: it can't be. */
struct agent *agent_new(const struct options *o, const char *token);
/* Returns the exit code; stop_fd becomes readable when it is to end. */
int agent_serve(struct agent *a, int stop_fd);
/* One heartbeat, printed or sent. */
int agent_once(struct agent *a);
void agent_free(struct agent **a);

#endif
