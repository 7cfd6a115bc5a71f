/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proc_net.h: lines of /proc/net/tcp and tcp6 -> whom this machine is
 * connected to, and which of them may be told. PURE; any line is borne.
 * Called by connections.c.
 */
#ifndef PROBES_CONSOLE_PROC_NET_H
#define PROBES_CONSOLE_PROC_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"

/* Addresses as 16 bytes, IPv4 as ::ffff:a.b.c.d. */
struct proc_net_peer {
	uint8_t address[16];
	uint16_t port;
};

#define PROC_NET_RANGES 32
struct proc_net_ranges {
	struct {
		uint8_t address[16];
		uint8_t bits; /* of 128 */
	} at[PROC_NET_RANGES];
	size_t count;
};

/* True when the line is an established connection. little: the kernel writes
 * each 32 bits of an address in the machine's own order. */
bool proc_net_line(const char *line, bool little, struct proc_net_peer *out);
/* "10.0.0.0/8,fd00::/8", "private" (where cameras live: RFC 1918, 6598, 3927,
 * 4193, link-local) or "none"; adds to r. False: not understood, or too many.
 */
bool proc_net_ranges_add(struct proc_net_ranges *r, const char *text);
bool proc_net_within(const struct proc_net_ranges *r,
    const struct proc_net_peer *peer);
/* As a heartbeat has it: numeric, IPv6 in brackets. */
void proc_net_write(const struct proc_net_peer *peer,
    struct heartbeat_connection *out);

#endif
