/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evhttp tells nobody when it frees a connection. The gate holds a reference
 * of its own to each bufferevent and finds those that evhttp has let go of
 * (bufferevent_free clears the callbacks) in a sweep every quarter second. The
 * descriptor closes with the gate's reference, so that its number is not used
 * again while the old bufferevent still stands in the loop. */
#include "monitor/http/gate.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "common/clock.h"

#define SWEEP_US 250000
#define OWN_FILES 32 /* descriptors that are no connections */
#define GATE_MOST 65536
#define INPUT_BYTES (128u << 10) /* above headers + body + one read */

struct conn {
	struct conn *next;
	struct bufferevent *bev; /* a reference is ours */
	struct in6_addr address; /* IPv4 as mapped */
	int64_t made_us;
	int64_t begun_us;
	bool known; /* address was read */
	bool shut;
	bool unbounded;
	bool proven;
};

struct gate {
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *sweep;
	struct event *fresh; /* looks at new connections, once they have fds */
	struct conn *first;
	SSL_CTX *tls; /* borrowed, NULL = none */
	int64_t patience_us;
	int64_t proof_us; /* 0: none is asked for */
	uint32_t count;
	uint32_t most, most_per_address;
	uint32_t room; /* by the limit on descriptors */
	uint64_t refused;
};

static void
read_address(struct conn *c)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t length = sizeof(ss);
	int fd = bufferevent_getfd(c->bev), on = 1;

	/* Else a first answer waits 40 ms for the client's word that it has
	 * what ended the handshake. */
	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (fd < 0 || getpeername(fd, (struct sockaddr *)&ss, &length) != 0)
		return;
	c->known = true;
	if (ss.ss_family == AF_INET6) {
		c->address = ((struct sockaddr_in6 *)&ss)->sin6_addr;
	} else {
		c->address.s6_addr[10] = c->address.s6_addr[11] = 0xff;
		memcpy(&c->address.s6_addr[12],
		    &((struct sockaddr_in *)&ss)->sin_addr, 4);
	}
}

/* evhttp then sees an end of file and frees it in its own time. */
static void
shut(struct gate *g, struct conn *c)
{
	int fd = bufferevent_getfd(c->bev);

	if (c->shut)
		return;
	c->shut = true;
	g->refused++;
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

/* All places are taken: those who said who they are keep theirs, the oldest of
 * the others make room, an eighth of all at a time. */
static void
make_room(struct gate *g)
{
	uint32_t live = 0, unproven = 0, free_places = g->most / 8 + 1;

	for (const struct conn *c = g->first; c != NULL; c = c->next) {
		live += !c->shut;
		unproven += !c->proven && !c->shut;
	}
	if (live < g->most)
		return;
	for (struct conn *c = g->first; c != NULL; c = c->next)
		if (!c->proven && !c->shut &&
		    unproven-- <= live - g->most + free_places)
			shut(g, c); /* the newest come first */
}

/* Where others make room, some come in before these have gone: who must wait
 * in the kernel's queue is dropped there together with those who flood it. */
static uint32_t
standing_room(const struct gate *g)
{
	return g->proof_us > 0 ? g->most / 4 : 0;
}

static bool
too_slow(const struct gate *g, const struct conn *c, int64_t now)
{
	if (c->unbounded)
		return false;
	return now - c->begun_us > g->patience_us ||
	       (g->proof_us > 0 && !c->proven &&
		   now - c->made_us > g->proof_us);
}

static bool
let_go(const struct conn *c)
{
	bufferevent_data_cb read_cb, write_cb;
	bufferevent_event_cb event_cb;
	void *arg;

	bufferevent_getcb(c->bev, &read_cb, &write_cb, &event_cb, &arg);
	return read_cb == NULL && write_cb == NULL && event_cb == NULL;
}

static void
sweep(struct gate *g)
{
	int64_t now = clock_mono_us();
	struct conn **at = &g->first;

	while (*at != NULL) {
		struct conn *c = *at;

		if (let_go(c)) {
			*at = c->next;
			bufferevent_decref(c->bev);
			free(c);
			g->count--;
			continue;
		}
		if (too_slow(g, c, now))
			shut(g, c);
		at = &c->next;
	}
	if (g->proof_us > 0)
		make_room(g);
	if (g->count < g->most + standing_room(g))
		evconnlistener_enable(g->listener);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	sweep(arg);
}

/* New connections have their descriptors now: count by address. */
static void
on_fresh(evutil_socket_t fd, short what, void *arg)
{
	struct gate *g = arg;

	(void)fd;
	(void)what;
	sweep(g);
	for (struct conn *c = g->first; c != NULL; c = c->next) {
		uint32_t same = 0;

		if (c->known || c->shut)
			continue;
		read_address(c);
		for (const struct conn *d = g->first; d != NULL; d = d->next)
			same += d->known && !d->shut &&
				memcmp(&d->address, &c->address, 16) == 0;
		if (!c->known || same > g->most_per_address)
			shut(g, c);
	}
}

static struct bufferevent *
make_bufferevent(struct gate *g, struct event_base *base)
{
	struct bufferevent *bev;
	SSL *ssl;

	if (g->tls == NULL)
		return bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	ssl = SSL_new(g->tls);
	if (ssl == NULL)
		return NULL;
	bev = bufferevent_openssl_socket_new(base, -1, ssl,
	    BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (bev == NULL)
		SSL_free(ssl);
	else
		bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

/* evhttp asks for the bufferevent of a connection it just accepted. */
static struct bufferevent *
on_new(struct event_base *base, void *arg)
{
	static const struct timeval at_once = { 0 };
	struct gate *g = arg;
	struct conn *c = calloc(1, sizeof(*c));
	struct bufferevent *bev = make_bufferevent(g, base);

	if (c == NULL || bev == NULL) {
		free(c);
		return bev; /* evhttp makes one itself when it is NULL */
	}
	bufferevent_setwatermark(bev, EV_READ, 0, INPUT_BYTES);
	bufferevent_incref(bev);
	c->bev = bev;
	c->made_us = c->begun_us = clock_mono_us();
	c->next = g->first;
	g->first = c;
	if (++g->count >= g->most + standing_room(g))
		evconnlistener_disable(g->listener);
	if (!evtimer_pending(g->fresh, NULL))
		evtimer_add(g->fresh, &at_once);
	return bev;
}

static struct conn *
conn_of(struct gate *g, struct evhttp_request *req)
{
	struct evhttp_connection *evcon = evhttp_request_get_connection(req);
	struct bufferevent *bev = evhttp_connection_get_bufferevent(evcon);
	struct conn *c = g->first;

	while (c != NULL && c->bev != bev)
		c = c->next;
	return c;
}

void
gate_on_request(struct gate *g, struct evhttp_request *req)
{
	struct conn *c = conn_of(g, req);

	if (c != NULL)
		c->begun_us = clock_mono_us();
}

void
gate_proven(struct gate *g, struct evhttp_request *req)
{
	struct conn *c = conn_of(g, req);

	if (c != NULL)
		c->proven = true;
}

void
gate_unbounded(struct gate *g, struct evhttp_request *req)
{
	struct conn *c = conn_of(g, req);

	if (c != NULL)
		c->unbounded = true;
}

/* Without a descriptor left, accept fails for as long as somebody waits, and
 * the loop would spin. */
static uint32_t
room_for_descriptors(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 ||
	    files.rlim_cur > OWN_FILES + 2 * GATE_MOST)
		return GATE_MOST;
	return files.rlim_cur > 2 * OWN_FILES
		   ? (uint32_t)(files.rlim_cur - OWN_FILES) * 4 / 5
		   : OWN_FILES / 2;
}

struct gate *
gate_new(struct event_base *base, struct evhttp *http,
    struct evconnlistener *listener)
{
	static const struct timeval period = { .tv_usec = SWEEP_US };
	struct gate *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->base = base;
	g->listener = listener;
	g->room = room_for_descriptors();
	g->most = g->most_per_address = 64;
	g->patience_us = GATE_SECONDS * US_PER_S;
	g->sweep = event_new(base, -1, EV_PERSIST, on_sweep, g);
	g->fresh = evtimer_new(base, on_fresh, g);
	if (g->sweep == NULL || g->fresh == NULL) {
		gate_free(&g);
		return NULL;
	}
	event_add(g->sweep, &period);
	evhttp_set_bevcb(http, on_new, g);
	return g;
}

void
gate_free(struct gate **gp)
{
	struct gate *g = *gp;

	if (g == NULL)
		return;
	*gp = NULL;
	if (g->sweep != NULL)
		event_free(g->sweep);
	if (g->fresh != NULL)
		event_free(g->fresh);
	while (g->first != NULL) {
		struct conn *c = g->first;

		g->first = c->next;
		bufferevent_decref(c->bev);
		free(c);
	}
	free(g);
}

void
gate_tls(struct gate *g, SSL_CTX *tls)
{
	g->tls = tls;
}

void
gate_patience(struct gate *g, unsigned seconds)
{
	g->patience_us = seconds * US_PER_S;
}

void
gate_proof(struct gate *g, unsigned seconds)
{
	g->proof_us = seconds * US_PER_S;
}

void
gate_limit(struct gate *g, uint32_t connections, uint32_t per_address)
{
	g->most = connections > 0 ? connections : 1;
	if (g->most > g->room)
		g->most = g->room;
	g->most_per_address = per_address > 0 ? per_address : 1;
}

uint32_t
gate_count(const struct gate *g)
{
	return g->count;
}

uint64_t
gate_refused(const struct gate *g)
{
	return g->refused;
}
