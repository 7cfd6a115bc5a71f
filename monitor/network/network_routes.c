/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/network/network_routes.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct network_routes {
	int news; /* multicast groups */
	int asks; /* question and answer */
	uint32_t sequence;
	network_link_fn *on_link;
	void *arg;
};

/* Aligned as netlink wants it. */
union reply {
	struct nlmsghdr head;
	uint8_t bytes[16384];
};

static int
open_socket(uint32_t groups, int flags)
{
	const struct sockaddr_nl to = { .nl_family = AF_NETLINK,
		.nl_groups = groups };
	const struct timeval patience = { 0, 200000 };
	int fd =
	    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | flags, NETLINK_ROUTE);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		sizeof(patience)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

struct network_routes *
network_routes_new(network_link_fn *on_link, void *arg)
{
	struct network_routes *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->on_link = on_link;
	r->arg = arg;
	r->news =
	    open_socket(RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE |
			    RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
		SOCK_NONBLOCK);
	r->asks = open_socket(0, 0);
	if (r->news < 0 || r->asks < 0)
		network_routes_free(&r);
	return r;
}

void
network_routes_free(struct network_routes **rp)
{
	struct network_routes *r = *rp;

	*rp = NULL;
	if (r == NULL)
		return;
	if (r->news >= 0)
		close(r->news);
	if (r->asks >= 0)
		close(r->asks);
	free(r);
}

int
network_routes_fd(const struct network_routes *r)
{
	return r->news;
}

static void
tell_link(struct network_routes *r, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = NLMSG_DATA(h);
	bool up = (m->ifi_flags & IFF_UP) && (m->ifi_flags & IFF_RUNNING);

	r->on_link(r->arg, m->ifi_index, h->nlmsg_type == RTM_NEWLINK && up);
}

static bool
is_link(const struct nlmsghdr *h)
{
	return h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK;
}

bool
network_routes_read(struct network_routes *r)
{
	static union reply reply;
	bool changed = false;
	ssize_t n;

	while ((n = recv(r->news, &reply, sizeof(reply), 0)) != 0) {
		if (n < 0 && errno == ENOBUFS) { /* news were lost */
			network_routes_list(r);
			changed = true;
			continue;
		}
		if (n < 0)
			break;
		for (struct nlmsghdr *h = &reply.head; NLMSG_OK(h, n);
		     h = NLMSG_NEXT(h, n)) {
			if (is_link(h))
				tell_link(r, h);
			changed = true;
		}
	}
	return changed;
}

/* The next message that answers our last question; NULL: none comes. */
static ssize_t
answer(struct network_routes *r, union reply *reply)
{
	for (;;) {
		ssize_t n = recv(r->asks, reply, sizeof(*reply), 0);

		if (n < (ssize_t)sizeof(reply->head))
			return -1;
		if (reply->head.nlmsg_seq == r->sequence)
			return n;
	}
}

void
network_routes_list(struct network_routes *r)
{
	static union reply reply;
	struct {
		struct nlmsghdr head;
		struct ifinfomsg body;
	} ask = { .head = { .nlmsg_len = sizeof(ask),
		      .nlmsg_type = RTM_GETLINK,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		      .nlmsg_seq = ++r->sequence },
		.body = { .ifi_family = AF_UNSPEC } };
	ssize_t n;

	if (send(r->asks, &ask, sizeof(ask), 0) < 0)
		return;
	while ((n = answer(r, &reply)) > 0)
		for (struct nlmsghdr *h = &reply.head; NLMSG_OK(h, n);
		     h = NLMSG_NEXT(h, n)) {
			if (h->nlmsg_type == NLMSG_DONE ||
			    h->nlmsg_type == NLMSG_ERROR)
				return;
			if (is_link(h))
				tell_link(r, h);
		}
}

static void
take_route(struct nlmsghdr *h, struct network_route *out)
{
	struct rtmsg *m = NLMSG_DATA(h);
	int left = (int)RTM_PAYLOAD(h);

	out->kind = m->rtm_type == RTN_LOCAL	 ? NETWORK_ROUTE_LOCAL
		    : m->rtm_type == RTN_UNICAST ? NETWORK_ROUTE_WAY
						 : NETWORK_ROUTE_NONE;
	for (struct rtattr *a = RTM_RTA(m); RTA_OK(a, left);
	     a = RTA_NEXT(a, left)) {
		if (a->rta_type == RTA_OIF)
			memcpy(&out->ifindex, RTA_DATA(a),
			    sizeof(out->ifindex));
		if (a->rta_type != RTA_GATEWAY || RTA_PAYLOAD(a) > 16)
			continue;
		out->gateway.family = m->rtm_family == AF_INET ? 4 : 6;
		memcpy(out->gateway.bytes, RTA_DATA(a), RTA_PAYLOAD(a));
	}
	if (out->kind == NETWORK_ROUTE_WAY &&
	    if_indextoname((unsigned)out->ifindex, out->name) == NULL)
		out->name[0] = '\0';
}

void
network_routes_find(struct network_routes *r, const struct wire_address *to,
    struct network_route *out)
{
	static union reply reply;
	unsigned size = to->family == 4 ? 4 : 16;
	struct {
		struct nlmsghdr head;
		struct rtmsg body;
		struct rtattr destination;
		uint8_t bytes[16];
	} ask = { .head = { .nlmsg_len =
				(uint32_t)(offsetof(__typeof__(ask), bytes) +
					   size),
		      .nlmsg_type = RTM_GETROUTE,
		      .nlmsg_flags = NLM_F_REQUEST,
		      .nlmsg_seq = ++r->sequence },
		.body = { .rtm_family = to->family == 4 ? AF_INET : AF_INET6,
		    .rtm_dst_len = (uint8_t)(8 * size) },
		.destination = { .rta_len = (uint16_t)RTA_LENGTH(size),
		    .rta_type = RTA_DST } };

	*out = (struct network_route){ 0 };
	memcpy(ask.bytes, to->bytes, size);
	if (send(r->asks, &ask, ask.head.nlmsg_len, 0) < 0 ||
	    answer(r, &reply) < 0)
		return;
	if (reply.head.nlmsg_type == RTM_NEWROUTE)
		take_route(&reply.head, out);
	else if (reply.head.nlmsg_type == NLMSG_ERROR)
		out->kind = NETWORK_ROUTE_NONE;
}
