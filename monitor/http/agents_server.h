/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agents_server.h: the agents' listener as one struct, shared by its two
 * files. Its clients are hostile; the monitor on its channel is trusted.
 */
#ifndef MONITOR_HTTP_AGENTS_SERVER_H
#define MONITOR_HTTP_AGENTS_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/agents_wire.h"

struct event_base;
struct evhttp;
struct evhttp_request;
struct channel;
struct gate;
struct pending;
struct ssl_ctx_st;

struct agents_server {
	struct event_base *base;
	struct evhttp *http;
	struct ssl_ctx_st *tls; /* NULL: without */
	struct channel *monitor;
	struct gate *gate;
	struct pending *pending;
	/* Good tokens, and those of the telling under way. */
	struct agents_token *tokens, *next;
	uint32_t token_count, next_count, next_room;
	uint64_t requests, refused;
	uint32_t refused_untold;
	char refused_address[HEARTBEAT_ADDRESS_BYTES];
};

/* agents_routes.c: evhttp's callback; arg is the server. */
void agents_routes_on_request(struct evhttp_request *req, void *arg);
/* The monitor's answer to one of them. */
bool agents_routes_on_answer(struct agents_server *s, struct span body);

#endif
