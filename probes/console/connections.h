/* SPDX-License-Identifier: GPL-3.0-or-later */
/* connections.h: whom this machine holds TCP connections to, from /proc/net,
 * as far as the options let it be told. What is left out: other network
 * namespaces (containers), UDP without a TCP connection beside it. Called by
 * agent.c.
 */
#ifndef PROBES_CONSOLE_CONNECTIONS_H
#define PROBES_CONSOLE_CONNECTIONS_H

#include "camwarden/heartbeat.h"
#include "probes/console/proc_net.h"

void connections_fill(const struct proc_net_ranges *may_be_told,
    struct heartbeat *hb);

#endif
