/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gate.h: how many connections, from where, for how long. evhttp has no such
 * limits: the gate makes every connection's bufferevent, knows each by it, and
 * shuts those that are too many or too slow. Of the web process; clients are
 * hostile.
 */
#ifndef MONITOR_HTTP_GATE_H
#define MONITOR_HTTP_GATE_H

#include <stdint.h>

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
/* New connections begin with a TLS handshake; tls is borrowed, NULL = not. */
void gate_tls(struct gate *g, struct ssl_ctx_st *tls);
/* In place of GATE_SECONDS: for clients that rest between requests. */
void gate_patience(struct gate *g, unsigned seconds);
/* A connection must be proven within so long, whatever comes on it, and when
 * all places are taken those that are not make room. 0, the default: not so. */
void gate_proof(struct gate *g, unsigned seconds);
/* The request says who it comes from, and it was believed. */
void gate_proven(struct gate *g, struct evhttp_request *req);
void gate_limit(struct gate *g, uint32_t connections, uint32_t per_address);
/* A request came whole: its connection's time begins anew. */
void gate_on_request(struct gate *g, struct evhttp_request *req);
/* This one answers for hours (an event stream): no absolute time. */
void gate_unbounded(struct gate *g, struct evhttp_request *req);
uint32_t gate_count(const struct gate *g);
/* Shut for a limit so far. */
uint64_t gate_refused(const struct gate *g);

#endif
