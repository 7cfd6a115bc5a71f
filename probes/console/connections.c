/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/connections.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

static bool
told_before(const struct heartbeat *hb, const struct heartbeat_connection *c)
{
	for (size_t i = 0; i < hb->connection_count; i++)
		if (hb->connections[i].port == c->port &&
		    strcmp(hb->connections[i].address, c->address) == 0)
			return true;
	return false;
}

static void
tell(struct heartbeat *hb, const struct proc_net_peer *peer)
{
	struct heartbeat_connection c = { .port = 0 };

	proc_net_write(peer, &c);
	if (told_before(hb, &c))
		return;
	if (hb->connection_count == HEARTBEAT_CONNECTIONS)
		hb->connections_more = true;
	else
		hb->connections[hb->connection_count++] = c;
}

static bool
read_table(const char *path, const struct proc_net_ranges *ranges,
    struct heartbeat *hb)
{
	FILE *f = fopen(path, "re");
	struct proc_net_peer peer;
	char line[512];

	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL)
		if (proc_net_line(line, BYTE_ORDER == LITTLE_ENDIAN, &peer) &&
		    proc_net_within(ranges, &peer))
			tell(hb, &peer);
	fclose(f);
	return true;
}

void
connections_fill(const struct proc_net_ranges *may_be_told,
    struct heartbeat *hb)
{
	if (may_be_told->count == 0)
		return;
	/* No tcp6: a kernel without IPv6. */
	if (!read_table("/proc/net/tcp", may_be_told, hb))
		return;
	read_table("/proc/net/tcp6", may_be_told, hb);
	hb->sees_connections = HEARTBEAT_KERNEL;
}
