/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _agents [tls]`: its descriptors are the monitor's channel, the
 * listening socket and, for TLS, certificate and key; it opens nothing itself.
 */
#include "monitor/http/agents.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <jansson.h>
#include <openssl/ssl.h>

#include "common/channel.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/http/agents_server.h"
#include "monitor/http/gate.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/tls.h"

#define HEADER_BYTES (8 << 10)
#define IDLE_SECONDS 60	 /* an agent keeps its connection between heartbeats */
#define PROOF_SECONDS 10 /* for handshake and first request with a token */
#define QUEUE_BYTES (8u << 20)
#define PENDING_MOST 1024
#define PENDING_SECONDS 5
#define MEMORY_BYTES ((size_t)1 << 30)

static const struct confine role = { .may = CONFINE_ACCEPT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES };

static bool
on_token(struct agents_server *s, struct span body)
{
	if (s->next_count == s->next_room) {
		uint32_t room = s->next_room * 2 + 16;
		void *grown = realloc(s->next, room * sizeof(*s->next));

		if (grown == NULL)
			return false;
		s->next = grown;
		s->next_room = room;
	}
	return agents_get_token(body, &s->next[s->next_count++]);
}

static void
take_tokens(struct agents_server *s)
{
	free(s->tokens);
	s->tokens = s->next;
	s->token_count = s->next_count;
	s->next = NULL;
	s->next_count = s->next_room = 0;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct agents_server *s = arg;
	struct agents_configure m;

	switch (type) {
	case AGENTS_CONFIGURE:
		if (!agents_get_configure(body, &m))
			return false;
		gate_limit(s->gate, m.connections, m.per_address);
		return true;
	case AGENTS_TOKEN:
		return on_token(s, body);
	case AGENTS_TOKENS:
		take_tokens(s);
		return body.n == 0;
	case AGENTS_ANSWER:
		return agents_routes_on_answer(s, body);
	default:
		return false;
	}
}

/* Without the monitor nothing can be taken: agents see the connection end and
 * keep what they have counted. */
static void
on_closed(void *arg, const char *why)
{
	struct agents_server *s = arg;

	(void)why;
	event_base_loopbreak(s->base);
}

static void
on_hung(void *arg)
{
	struct agents_server *s = arg;
	struct evhttp_request *req;

	while ((req = pending_take_first(s->pending)) != NULL) {
		reply_header(req, "Retry-After", "5");
		reply_problem(req, 503, "the monitor is busy; come again");
	}
}

static void
tell_refused(struct agents_server *s)
{
	struct agents_refused m = { .count = s->refused_untold };
	struct writer w = channel_scratch();

	memcpy(m.address, s->refused_address, sizeof(m.address));
	agents_put_refused(&w, &m);
	channel_send(s->monitor, AGENTS_REFUSED, w.start, writer_length(&w));
	s->refused_untold = 0;
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct agents_server *s = arg;
	struct agents_alive m = { gate_count(s->gate), s->requests,
		s->refused };
	struct writer w = channel_scratch();

	(void)fd;
	(void)what;
	agents_put_alive(&w, &m);
	channel_send(s->monitor, AGENTS_ALIVE, w.start, writer_length(&w));
	if (s->refused_untold > 0)
		tell_refused(s);
}

bool
agents_material_good(int certificate_fd, int key_fd)
{
	SSL_CTX *ctx = tls_server(certificate_fd, key_fd);

	SSL_CTX_free(ctx);
	return ctx != NULL;
}

static bool
start_tls(struct agents_server *s)
{
	s->tls = tls_server(AGENTS_FD_CERTIFICATE, AGENTS_FD_KEY);
	if (s->tls == NULL)
		log_error("agents",
		    "agents.certificate, agents.key: not a certificate and "
		    "its key in PEM");
	return s->tls != NULL;
}

static bool
start_http(struct agents_server *s)
{
	evutil_make_socket_nonblocking(AGENTS_FD_LISTEN);
	struct evconnlistener *l = evconnlistener_new(s->base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, AGENTS_FD_LISTEN);

	s->http = evhttp_new(s->base);
	if (l == NULL || s->http == NULL)
		return false;
	evhttp_set_max_headers_size(s->http, HEADER_BYTES);
	evhttp_set_max_body_size(s->http, HEARTBEAT_BODY_BYTES);
	evhttp_set_timeout(s->http, IDLE_SECONDS);
	evhttp_set_default_content_type(s->http, NULL);
	/* All known methods come through, so that each gets a 405. */
	evhttp_set_allowed_methods(s->http, 0x1ff);
	evhttp_set_gencb(s->http, agents_routes_on_request, s);
	s->gate = gate_new(s->base, s->http, l);
	if (s->gate == NULL)
		return false;
	gate_tls(s->gate, s->tls);
	gate_patience(s->gate, IDLE_SECONDS + 30);
	gate_proof(s->gate, PROOF_SECONDS);
	return evhttp_bind_listener(s->http, l) != NULL;
}

static bool
start(struct agents_server *s, bool tls)
{
	struct channel_calls calls = { on_message, on_closed, s };
	struct pending_config pending = { PENDING_MOST, PENDING_SECONDS,
		on_hung, s };

	s->base = event_base_new();
	if (s->base == NULL || (tls && !start_tls(s)) || !start_http(s))
		return false;
	s->pending = pending_new(s->base, &pending);
	s->monitor =
	    channel_new(s->base, AGENTS_FD_CHANNEL, QUEUE_BYTES, &calls);
	return s->pending != NULL && s->monitor != NULL;
}

int
agents_process_main(int argc, char **argv)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct agents_server s = { 0 };

	bool tls = argc > 1 && strcmp(argv[1], "tls") == 0;

	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL); /* the monitor ends us */
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-agent");
	json_object_seed(0); /* random, while that can be had */
	if (!start(&s, tls)) {
		log_error("agents", "the agents' listener can't start");
		_exit(2); /* what it holds ends with it */
	}
	if (!confine_enter(&role, "agents"))
		_exit(2); /* what it holds ends with it */
	struct event *tick = event_new(s.base, -1, EV_PERSIST, on_second, &s);

	if (tick != NULL)
		event_add(tick, &second);
	event_base_dispatch(s.base);
	_exit(0);
}
