/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/network/network_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <resolv.h>

#include <event2/event.h>

#include "common/address.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/network/network_routes.h"

#define ASK_SECONDS 2

/* A question under way to the target of the same number. */
struct question {
	int fd; /* of a connection; -1 = none */
	struct event *event;
	uint16_t sequence; /* of the last echo request */
	struct network_watch *watch;
};

struct network_watch {
	struct network facts;
	struct network_routes *routes;
	struct event_base *base;
	struct event *news, *timer;
	struct {
		int fd; /* -1 = not lent */
		struct event *event;
	} echo[2]; /* IPv4, IPv6 */
	struct question question[NETWORK_TARGETS];
	uint16_t sequence;
	uint32_t version;
	bool told; /* that echo requests can't be sent */
	struct network_watch_calls calls;
};

/* --- asking by echo request (RFC 792, RFC 4443) */

/* Both headers begin alike: type, code, checksum (the kernel's), identifier
 * (the kernel's), sequence. */
struct echo {
	uint8_t type, code;
	uint16_t check, id, sequence;
};

static bool
ask_echo(struct network_watch *w, uint32_t target)
{
	const struct network_target *t = &w->facts.target[target];
	struct question *q = &w->question[target];
	int fd = w->echo[t->address.family == 6].fd;
	struct echo m = { .type = t->address.family == 6 ? ICMP6_ECHO_REQUEST
							 : ICMP_ECHO };
	struct sockaddr_storage to;
	socklen_t length = address_to_socket(&t->address, 0,
	    w->facts.way[t->way].ifindex, &to);

	if (fd < 0) {
		if (!w->told)
			log_warn("network",
			    "no echo requests can be sent "
			    "(net.ipv4.ping_group_range): gateways are not "
			    "asked; give references with a port");
		w->told = true;
		return false;
	}
	q->sequence = m.sequence = htons(++w->sequence);
	sendto(fd, &m, sizeof(m), MSG_DONTWAIT, (struct sockaddr *)&to, length);
	return true;
}

static void
on_echo(evutil_socket_t fd, short what, void *arg)
{
	struct network_watch *w = arg;
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	uint8_t bytes[256];
	struct echo m;
	ssize_t n;

	(void)what;
	while ((n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &length)) >= 0) {
		if ((size_t)n < sizeof(m))
			continue;
		memcpy(&m, bytes, sizeof(m));
		for (uint32_t i = 0; i < w->facts.targets; i++)
			if (w->question[i].sequence == m.sequence &&
			    address_is_socket(&w->facts.target[i].address,
				&from))
				network_on_answer(&w->facts, i,
				    clock_mono_us());
		length = sizeof(from);
	}
}

static void
open_echo(struct network_watch *w, int place, int family, int protocol)
{
	int fd =
	    socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	w->echo[place].fd = fd;
	if (fd < 0)
		return;
	w->echo[place].event =
	    event_new(w->base, fd, EV_READ | EV_PERSIST, on_echo, w);
	if (w->echo[place].event != NULL)
		event_add(w->echo[place].event, NULL);
}

/* --- asking by connection */

static void
hang_up(struct question *q)
{
	if (q->event != NULL)
		event_free(q->event);
	if (q->fd >= 0)
		close(q->fd);
	q->event = NULL;
	q->fd = -1;
}

/* A refusal is an answer too. */
static void
on_connected(evutil_socket_t fd, short what, void *arg)
{
	struct question *q = arg;
	struct network_watch *w = q->watch;
	int error = 0;
	socklen_t length = sizeof(error);

	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 &&
	    (error == 0 || error == ECONNREFUSED))
		network_on_answer(&w->facts, (uint32_t)(q - w->question),
		    clock_mono_us());
	hang_up(q);
}

static bool
ask_port(struct network_watch *w, uint32_t target)
{
	const struct network_target *t = &w->facts.target[target];
	struct question *q = &w->question[target];
	struct sockaddr_storage to;
	socklen_t length = address_to_socket(&t->address, t->port,
	    w->facts.way[t->way].ifindex, &to);

	hang_up(q); /* the one before was not answered in time */
	q->fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (q->fd < 0)
		return false;
	if (connect(q->fd, (struct sockaddr *)&to, length) != 0 &&
	    errno != EINPROGRESS && errno != ECONNREFUSED)
		return true; /* no route: asked, and not answered */
	q->event = event_new(w->base, q->fd, EV_WRITE, on_connected, q);
	return q->event != NULL && event_add(q->event, NULL) == 0;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct network_watch *w = arg;

	(void)fd;
	(void)what;
	for (uint32_t i = 0; i < w->facts.targets; i++)
		if (w->facts.target[i].port != 0 ? ask_port(w, i)
						 : ask_echo(w, i))
			network_on_asked(&w->facts, i, clock_mono_us());
}

/* --- the kernel's news */

static void
on_link(void *arg, int ifindex, bool carrier)
{
	struct network_watch *w = arg;

	network_on_carrier(&w->facts, ifindex, carrier, clock_mono_us());
}

/* Which way a reference is asked depends on the routes as well. */
static void
place_references(struct network_watch *w)
{
	for (uint32_t i = 0; i < w->facts.targets; i++) {
		struct network_target *t = &w->facts.target[i];

		if (!t->gateway)
			t->way = (uint8_t)network_watch_way(w, &t->address);
	}
}

static void
on_news(evutil_socket_t fd, short what, void *arg)
{
	struct network_watch *w = arg;

	(void)fd;
	(void)what;
	if (!network_routes_read(w->routes))
		return;
	w->version++;
	place_references(w);
	w->calls.on_carrier(w->calls.arg);
}

/* --- faces */

uint32_t
network_watch_version(const struct network_watch *w)
{
	return w->version;
}

struct network *
network_watch_facts(struct network_watch *w)
{
	return &w->facts;
}

uint32_t
network_watch_way(struct network_watch *w, const struct wire_address *to)
{
	struct network_route route;
	uint32_t known = w->facts.ways, way;

	network_routes_find(w->routes, to, &route);
	if (route.kind == NETWORK_ROUTE_NONE)
		return NETWORK_NOWHERE;
	if (route.kind != NETWORK_ROUTE_WAY)
		return NETWORK_HERE;
	way = network_way_of(&w->facts, route.ifindex, route.name,
	    route.gateway.family != 0 ? &route.gateway : NULL, clock_mono_us());
	if (way < known)
		return way;
	log_info("network", "way=%u interface=%s", way, route.name);
	network_routes_list(w->routes);
	if (route.gateway.family != 0)
		network_target_add(&w->facts,
		    &(struct network_target){ .address = route.gateway,
			.way = (uint8_t)way,
			.gateway = true });
	return way;
}

uint32_t
network_watch_names_way(struct network_watch *w)
{
	/* RFC 5737: a host that is nowhere stands for all that are far. */
	struct wire_address to = { 4, { 192, 0, 2, 1 } };
	struct __res_state names = { 0 };
	bool asked = false;
	uint32_t way;

	if (res_ninit(&names) == 0 && names.nscount > 0 &&
	    names.nsaddr_list[0].sin_family == AF_INET) {
		uint32_t server = names.nsaddr_list[0].sin_addr.s_addr;

		asked = (ntohl(server) >> 24) != IN_LOOPBACKNET && server != 0;
		if (asked)
			memcpy(to.bytes, &server, sizeof(server));
	}
	res_nclose(&names);
	way = network_watch_way(w, &to);
	return asked || way != NETWORK_NOWHERE ? way : NETWORK_HERE;
}

struct network_watch *
network_watch_new(struct event_base *base,
    const struct wire_address *references, const uint16_t *ports,
    uint32_t count, const struct network_watch_calls *calls,
    const char **error_out)
{
	static const struct timeval period = { ASK_SECONDS, 0 };
	struct network_watch *w = calloc(1, sizeof(*w));

	*error_out = "memory is out";
	if (w == NULL)
		return NULL;
	w->base = base;
	w->calls = *calls;
	w->version = 1;
	w->echo[0].fd = w->echo[1].fd = -1;
	network_init(&w->facts, clock_mono_us());
	for (uint32_t i = 0; i < NETWORK_TARGETS; i++)
		w->question[i] = (struct question){ .fd = -1, .watch = w };
	w->routes = network_routes_new(on_link, w);
	if (w->routes == NULL) {
		*error_out = "the kernel tells nothing of its routes";
		network_watch_free(&w);
		return NULL;
	}
	open_echo(w, 0, AF_INET, IPPROTO_ICMP);
	open_echo(w, 1, AF_INET6, IPPROTO_ICMPV6);
	w->news = event_new(base, network_routes_fd(w->routes),
	    EV_READ | EV_PERSIST, on_news, w);
	w->timer = event_new(base, -1, EV_PERSIST, on_timer, w);
	if (w->news == NULL || w->timer == NULL ||
	    event_add(w->news, NULL) != 0 ||
	    event_add(w->timer, &period) != 0) {
		network_watch_free(&w);
		return NULL;
	}
	for (uint32_t i = 0; i < count; i++)
		network_target_add(&w->facts,
		    &(struct network_target){ .address = references[i],
			.port = ports[i] });
	place_references(w);
	return w;
}

void
network_watch_free(struct network_watch **wp)
{
	struct network_watch *w = *wp;

	*wp = NULL;
	if (w == NULL)
		return;
	for (uint32_t i = 0; i < NETWORK_TARGETS; i++)
		hang_up(&w->question[i]);
	for (int i = 0; i < 2; i++) {
		if (w->echo[i].event != NULL)
			event_free(w->echo[i].event);
		if (w->echo[i].fd >= 0)
			close(w->echo[i].fd);
	}
	if (w->news != NULL)
		event_free(w->news);
	if (w->timer != NULL)
		event_free(w->timer);
	network_routes_free(&w->routes);
	free(w);
}
