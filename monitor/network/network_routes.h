/* SPDX-License-Identifier: GPL-3.0-or-later */
/* network_routes.h: what the kernel knows of interfaces and routes, over
 * rtnetlink(7). The kernel is trusted. For network_watch alone.
 */
#ifndef MONITOR_NETWORK_NETWORK_ROUTES_H
#define MONITOR_NETWORK_NETWORK_ROUTES_H

#include <stdbool.h>

#include "camwarden/wire.h"

struct network_routes;

/* An interface as it is now; carrier: it is up and its other end is there. */
typedef void network_link_fn(void *arg, int ifindex, bool carrier);

/* NULL with errno: no such sockets here. */
struct network_routes *network_routes_new(network_link_fn *on_link, void *arg);
void network_routes_free(struct network_routes **r);
/* Readable when the kernel has news. */
int network_routes_fd(const struct network_routes *r);
/* Takes all news; true when routes or addresses changed (or may have). */
bool network_routes_read(struct network_routes *r);
/* Asks for every interface: on_link is called for each. */
void network_routes_list(struct network_routes *r);

enum network_route_kind {
	NETWORK_ROUTE_UNKNOWN, /* the kernel did not answer */
	NETWORK_ROUTE_LOCAL,   /* this machine itself */
	NETWORK_ROUTE_NONE,
	NETWORK_ROUTE_WAY,
};
struct network_route {
	enum network_route_kind kind;
	int ifindex;
	char name[16];
	struct wire_address gateway; /* family 0 = none, it is on the link */
};
void network_routes_find(struct network_routes *r,
    const struct wire_address *to, struct network_route *out);

#endif
