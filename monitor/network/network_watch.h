/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_watch.h: keeps struct network true: hears the kernel on interfaces
 * and routes, asks gateways and references every two seconds whether they are
 * there. Called by the monitor. Answers come from the network, but say no more
 * than "here"; one that was not asked counts for nothing.
 *
 * Where the kernel lends no echo sockets (net.ipv4.ping_group_range), a
 * gateway and a reference without port say nothing; the log says so once.
 */
#ifndef MONITOR_NETWORK_NETWORK_WATCH_H
#define MONITOR_NETWORK_NETWORK_WATCH_H

#include "monitor/network/network.h"

struct event_base;
struct network_watch;

struct network_watch_calls {
	void *arg;
	/* An interface came or went: step now, not in a second. */
	void (*on_carrier)(void *arg);
};

/* References: `count` addresses, each with its TCP port (0 = an echo request);
 * copied. NULL with a sentence: the kernel can't be asked. */
struct network_watch *network_watch_new(struct event_base *base,
    const struct wire_address *references, const uint16_t *ports,
    uint32_t count, const struct network_watch_calls *calls,
    const char **error_out);
void network_watch_free(struct network_watch **w);
struct network *network_watch_facts(struct network_watch *w);
/* The way to this address, now. */
uint32_t network_watch_way(struct network_watch *w,
    const struct wire_address *to);
/* The way to whom this machine asks for names: that of a camera whose name has
 * no address yet. With a resolver of its own, or none: the way to anywhere,
 * NETWORK_HERE when there is none. */
uint32_t network_watch_names_way(struct network_watch *w);
/* Raised whenever routes changed: ways must be asked anew. */
uint32_t network_watch_version(const struct network_watch *w);

#endif
