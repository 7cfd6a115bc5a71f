/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate.h: how many connections, from where, for how long, and whether what
 * comes on them is HTTP that can't be misunderstood (strainer.h). evhttp has no
 * such limits: the gate makes every connection's bufferevent, knows each by it,
 * and shuts those that are too many, too slow or too odd. Of the web process
 * and the agents' listener; clients are hostile.
 */
#ifndef MONITOR_HTTP_GATE_H
#define MONITOR_HTTP_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/people.h"
#include "monitor/http/strainer.h"

struct gate;
struct event_base;
struct evhttp;
struct evhttp_request;
struct evconnlistener;
struct ssl_ctx_st;

#define GATE_SECONDS                                                           \
	30 /* from the connection, or the answer before, to the                \
	    * end of the next answer */

/* Takes over the making of http's connections. listener is borrowed; it rests
 * while all places are taken. */
struct gate *gate_new(struct event_base *base, struct evhttp *http,
    struct evconnlistener *listener);
void gate_free(struct gate **g);
/* New connections begin with a TLS handshake; tls is borrowed, NULL = not.
 * Those that stand keep what they began with. */
void gate_tls(struct gate *g, struct ssl_ctx_st *tls);
/* What comes must pass a strainer: bodies of at most body_most, but big_most to
 * big_path, on no more than GATE_BIG connections at once and only with a
 * credential that `may` knows. Texts are borrowed. */
#define GATE_BIG 2
#define GATE_BIG_SECONDS 120 /* for such a body to come in */
struct gate_strain {
	uint32_t body_most, big_most;
	const char *big_path;
	/* STRAINED_WELL, or why not. */
	enum strained (
	    *may)(void *arg, const char *letters, const char *address);
	void *arg;
};
void gate_strain(struct gate *g, const struct gate_strain *strain);
/* In place of GATE_SECONDS: for clients that rest between requests. */
void gate_patience(struct gate *g, unsigned seconds);
/* A connection must be proven within so long, whatever comes on it, and when
 * all places are taken those that are not make room. 0, the default: not so. */
void gate_proof(struct gate *g, unsigned seconds);
/* The request says who it comes from, and it was believed. */
void gate_proven(struct gate *g, struct evhttp_request *req);
/* While held, nobody comes in: they wait in the kernel's queue. */
void gate_hold(struct gate *g, bool held);
void gate_limit(struct gate *g, uint32_t connections, uint32_t per_address);
/* A request came whole: its connection's time begins anew. False: it was
 * refused already, do not do what it says. address_out: of the client, in
 * numbers; IPv4 as such. */
bool gate_on_request(struct gate *g, struct evhttp_request *req,
    char address_out[PEOPLE_ADDRESS_BYTES]);
/* This one answers for hours (an event stream): no absolute time. */
void gate_unbounded(struct gate *g, struct evhttp_request *req);
uint32_t gate_count(const struct gate *g);
/* Bytes of answers that clients have not taken yet, of all together. */
size_t gate_unsent(const struct gate *g);
/* Shut for a limit so far. */
uint64_t gate_refused(const struct gate *g);
/* TLS: connections that have not yet agreed on keys. */
uint32_t gate_handshakes(const struct gate *g);

#endif
