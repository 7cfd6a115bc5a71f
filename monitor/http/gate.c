/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evhttp tells nobody when it frees a connection. The gate holds a reference
 * of its own to each bufferevent and finds those that evhttp has let go of
 * (bufferevent_free clears the callbacks) in a sweep every quarter second. The
 * descriptor closes with the gate's reference, so that its number is not used
 * again while the old bufferevent still stands in the loop. */
#include "monitor/http/gate.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/http/rights.h"
#include "monitor/http/strainer.h"

#define SWEEP_US 250000
#define OWN_FILES 32 /* descriptors that are no connections */
#define GATE_MOST 65536
#define INPUT_BYTES (128u << 10) /* above headers + body + one read */
#define LINGER_US US_PER_S	 /* who was refused may read why for so long */
/* Agreeing on keys is the dearest thing a stranger can ask for. */
#define HANDSHAKES_MOST 256
#define HANDSHAKE_US (5 * US_PER_S)
#define HANDSHAKE_CROWDED_US (US_PER_S / 2) /* when so many are at it */
#define TOLD_US (60 * US_PER_S)

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
	bool shaking;	    /* hands, over TLS */
	bool big;	    /* holds one of the places for large bodies */
	int64_t refused_us; /* 0 = wasn't told why it is shut */
	struct gate *gate;
	struct strainer *strainer; /* NULL = none */
};

struct gate {
	struct gate *next;
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
	uint32_t handshakes;
	uint32_t big;
	bool held;
	bool lacking;	 /* accept failed since the last sweep by the clock */
	int64_t told_us; /* of that, and not again before */
	struct gate_strain strain; /* big_path NULL: none */
};

/* What evhttp gives a listener's callbacks is itself, and it knows no gate. */
static struct gate *gates;

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

/* Says why before it shuts, where nothing stands in the way: the words of an
 * earlier answer, or TLS. Then what comes is thrown away for a moment, else a
 * reset would overtake the words. */
static void
refuse(struct gate *g, struct conn *c, enum strained why)
{
	static const char *const lines[] = {
		[STRAINED_BAD] = "400 Bad Request",
		[STRAINED_LENGTH] = "411 Length Required",
		[STRAINED_LONG_HEAD] = "431 Request Header Fields Too Large",
		[STRAINED_LONG_BODY] = "413 Content Too Large",
		[STRAINED_STRANGER] = "401 Unauthorized",
		[STRAINED_FORBIDDEN] = "403 Forbidden",
		[STRAINED_LATER] = "503 Service Unavailable",
	};
	char text[400], body[160];
	int fd = bufferevent_getfd(c->bev), n;

	n = snprintf(body, sizeof(body),
	    "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%.3s}",
	    lines[why] + 4, lines[why]);
	n = snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Type: application/problem+json\r\n"
	    "Content-Length: %d\r\nCache-Control: no-store\r\n"
	    "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n%s",
	    lines[why], n, body);
	if (fd < 0 || g->tls != NULL ||
	    evbuffer_get_length(bufferevent_get_output(c->bev)) > 0 ||
	    send(fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL) != n) {
		shut(g, c);
		return;
	}
	c->shut = true;
	c->refused_us = clock_mono_us();
	g->refused++;
	shutdown(fd, SHUT_WR);
}

static void
print_address(const struct conn *c, char out[PEOPLE_ADDRESS_BYTES])
{
	out[0] = '\0';
	if (!c->known)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&c->address))
		inet_ntop(AF_INET, &c->address.s6_addr[12], out,
		    PEOPLE_ADDRESS_BYTES);
	else
		inet_ntop(AF_INET6, &c->address, out, PEOPLE_ADDRESS_BYTES);
}

/* A large body has begun to come: it needs a place, and a credential. */
static enum strained
may_be_big(struct gate *g, struct conn *c)
{
	char address[PEOPLE_ADDRESS_BYTES];
	enum strained r;

	if (c->big)
		return STRAINED_WELL;
	if (!c->known)
		read_address(c);
	print_address(c, address);
	r = g->strain.may(g->strain.arg, c->strainer->letters, address);
	if (r == STRAINED_WELL && g->big >= GATE_BIG)
		r = STRAINED_LATER;
	if (r != STRAINED_WELL)
		return r;
	c->big = true;
	g->big++;
	/* evhttp takes a body once all of it lies there. */
	bufferevent_setwatermark(c->bev, EV_READ, 0,
	    RIGHTS_BIG_BYTES + INPUT_BYTES);
	return STRAINED_WELL;
}

static void
end_big(struct gate *g, struct conn *c)
{
	if (!c->big)
		return;
	g->big--;
	c->big = false;
	bufferevent_setwatermark(c->bev, EV_READ, 0, INPUT_BYTES);
}

static enum strained
strain_added(struct conn *c, struct evbuffer *in, size_t added)
{
	struct evbuffer_iovec v[4];
	enum strained r = STRAINED_WELL;
	struct evbuffer_ptr at;

	if (evbuffer_ptr_set(in, &at, evbuffer_get_length(in) - added,
		EVBUFFER_PTR_SET) != 0)
		return STRAINED_BAD;
	while (added > 0 && r == STRAINED_WELL) {
		int n = evbuffer_peek(in, (ev_ssize_t)added, &at, v, 4);
		size_t taken = 0;

		for (int i = 0; i < n && i < 4 && taken < added; i++) {
			size_t some = v[i].iov_len < added - taken
					  ? v[i].iov_len
					  : added - taken;

			if (r == STRAINED_WELL)
				r = strainer_take(c->strainer, v[i].iov_base,
				    some);
			taken += some;
		}
		added -= taken;
		if (taken == 0 || (added > 0 && evbuffer_ptr_set(in, &at, taken,
						    EVBUFFER_PTR_ADD) != 0))
			return STRAINED_BAD;
	}
	return r;
}

/* Before evhttp sees it. What is refused it never does. */
static void
on_input(struct evbuffer *in, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	enum strained r;

	if (info->n_added == 0)
		return;
	if (!c->shut) {
		r = strain_added(c, in, info->n_added);
		if (r == STRAINED_WELL && strainer_is_big(c->strainer))
			r = may_be_big(c->gate, c);
		if (r != STRAINED_WELL)
			refuse(c->gate, c, r);
	}
	if (c->shut)
		evbuffer_drain(in, evbuffer_get_length(in));
}

/* All places are taken, or there are descriptors for no more: those who said
 * who they are keep theirs, the oldest of the others make room, an eighth of
 * all at a time. */
static void
make_room(struct gate *g)
{
	uint32_t live = 0, unproven = 0, most = g->most, free_places;

	for (const struct conn *c = g->first; c != NULL; c = c->next) {
		live += !c->shut;
		unproven += !c->proven && !c->shut;
	}
	if (g->lacking && live < most)
		most = live;
	if (live < most)
		return;
	free_places = most / 8 + 1;
	for (struct conn *c = g->first; c != NULL; c = c->next)
		if (!c->proven && !c->shut &&
		    unproven-- <= live - most + free_places)
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
	int64_t patience =
	    c->big ? GATE_BIG_SECONDS * US_PER_S : g->patience_us;

	if (c->shaking)
		return now - c->made_us > HANDSHAKE_US ||
		       (g->handshakes >= HANDSHAKES_MOST &&
			   now - c->made_us > HANDSHAKE_CROWDED_US);
	if (c->unbounded)
		return false;
	return now - c->begun_us > patience ||
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
forget(struct gate *g, struct conn *c)
{
	if (c->strainer != NULL)
		evbuffer_remove_cb(bufferevent_get_input(c->bev), on_input, c);
	end_big(g, c);
	bufferevent_decref(c->bev);
	free(c->strainer);
	free(c);
	g->count--;
}

static void
look_at_handshake(struct gate *g, struct conn *c)
{
	SSL *ssl = c->shaking ? bufferevent_openssl_get_ssl(c->bev) : NULL;

	if (ssl != NULL && SSL_is_init_finished(ssl))
		c->shaking = false;
	g->handshakes += c->shaking && !c->shut;
}

static void
end_slow(struct gate *g, struct conn *c, int64_t now)
{
	int fd;

	if (!c->shut && too_slow(g, c, now))
		shut(g, c);
	if (c->refused_us == 0 || now - c->refused_us < LINGER_US)
		return;
	c->refused_us = 0;
	fd = bufferevent_getfd(c->bev);
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

static bool
has_room(const struct gate *g)
{
	return !g->held && !g->lacking &&
	       g->count < g->most + standing_room(g) &&
	       g->handshakes < HANDSHAKES_MOST;
}

static void
sweep(struct gate *g)
{
	int64_t now = clock_mono_us();
	struct conn **at = &g->first;

	g->handshakes = 0;
	for (struct conn *c = g->first; c != NULL; c = c->next)
		look_at_handshake(g, c);
	while (*at != NULL) {
		struct conn *c = *at;

		if (let_go(c)) {
			*at = c->next;
			forget(g, c);
			continue;
		}
		end_slow(g, c, now);
		at = &c->next;
	}
	if (g->proof_us > 0)
		make_room(g);
	if (has_room(g))
		evconnlistener_enable(g->listener);
}

static void
on_sweep(evutil_socket_t fd, short what, void *arg)
{
	struct gate *g = arg;

	(void)fd;
	(void)what;
	if (g->lacking && g->proof_us > 0)
		make_room(g);
	g->lacking = false;
	sweep(g);
}

/* accept failed. While somebody waits it would fail at once again, and the loop
 * spin: the next sweep lets it try. */
static void
on_accept_error(struct evconnlistener *l, void *http)
{
	struct gate *g = gates;
	int64_t now = clock_mono_us();
	int error = EVUTIL_SOCKET_ERROR();

	(void)http;
	evconnlistener_disable(l);
	while (g != NULL && g->listener != l)
		g = g->next;
	if (g == NULL)
		return;
	g->lacking = true;
	if (now < g->told_us)
		return;
	g->told_us = now + TOLD_US;
	log_warn("http", "whoever comes must wait: %s; %u connections stand",
	    strerror(error), g->count);
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

/* Without memory for one, all that comes is thrown away. */
static void
add_strainer(struct gate *g, struct conn *c, struct bufferevent *bev)
{
	c->strainer = malloc(sizeof(*c->strainer));
	c->shut =
	    c->strainer == NULL ||
	    evbuffer_add_cb(bufferevent_get_input(bev), on_input, c) == NULL;
	if (c->strainer != NULL)
		strainer_init(c->strainer, g->strain.body_most,
		    g->strain.big_path, g->strain.big_most);
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
	c->gate = g;
	c->shaking = g->tls != NULL;
	g->handshakes += c->shaking;
	if (g->strain.big_path != NULL)
		add_strainer(g, c, bev);
	bufferevent_setwatermark(bev, EV_READ, 0, INPUT_BYTES);
	bufferevent_incref(bev);
	c->bev = bev;
	c->made_us = c->begun_us = clock_mono_us();
	c->next = g->first;
	g->first = c;
	g->count++;
	if (!has_room(g))
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

bool
gate_on_request(struct gate *g, struct evhttp_request *req,
    char address_out[PEOPLE_ADDRESS_BYTES])
{
	struct conn *c = conn_of(g, req);

	address_out[0] = '\0';
	if (c == NULL)
		return false;
	c->begun_us = clock_mono_us();
	c->shaking = c->unbounded = false;
	end_big(g, c);
	if (!c->known)
		read_address(c);
	print_address(c, address_out);
	return !c->shut;
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

/* So many that there are descriptors for all. */
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
	g->next = gates;
	gates = g;
	evconnlistener_set_error_cb(listener, on_accept_error);
	evhttp_set_bevcb(http, on_new, g);
	return g;
}

void
gate_free(struct gate **gp)
{
	struct gate *g = *gp, **at = &gates;

	if (g == NULL)
		return;
	*gp = NULL;
	while (*at != NULL && *at != g)
		at = &(*at)->next;
	if (*at == g)
		*at = g->next;
	if (g->sweep != NULL)
		event_free(g->sweep);
	if (g->fresh != NULL)
		event_free(g->fresh);
	while (g->first != NULL) {
		struct conn *c = g->first;

		g->first = c->next;
		forget(g, c);
	}
	free(g);
}

void
gate_tls(struct gate *g, SSL_CTX *tls)
{
	g->tls = tls;
}

void
gate_strain(struct gate *g, const struct gate_strain *strain)
{
	g->strain = *strain;
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
gate_hold(struct gate *g, bool held)
{
	g->held = held;
	if (has_room(g))
		evconnlistener_enable(g->listener);
	else
		evconnlistener_disable(g->listener);
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

size_t
gate_unsent(const struct gate *g)
{
	size_t n = 0;

	for (const struct conn *c = g->first; c != NULL; c = c->next)
		n += evbuffer_get_length(bufferevent_get_output(c->bev));
	return n;
}

uint64_t
gate_refused(const struct gate *g)
{
	return g->refused;
}

uint32_t
gate_handshakes(const struct gate *g)
{
	return g->handshakes;
}
