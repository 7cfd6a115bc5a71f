/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/witness_http.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include "monitor/http/gate.h"
#include "monitor/http/reply.h"
#include "monitor/http/tls.h"

#define HEADER_BYTES (8 << 10)
#define CONNECTIONS 256
#define PER_ADDRESS 16
#define IDLE_SECONDS 20

struct witness_http {
	struct evhttp *http;
	struct gate *gate;
	SSL_CTX *tls; /* NULL: without */
	struct witness_http_calls calls;
};

static void
answer(struct evhttp_request *req, const struct witness_http_answer *a)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);

	reply_headers(req, a->type, NULL);
	evbuffer_add(out, a->body, strlen(a->body));
	evhttp_send_reply(req, (int)a->status, NULL, NULL);
}

static bool
ends_with(const char *path, const char *end)
{
	size_t n = path != NULL ? strlen(path) : 0, m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0;
}

static void
add(struct witness_http *h, struct evhttp_request *req)
{
	struct witness_http_answer a = { .type = "text/plain" };
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	const char *body = (const char *)evbuffer_pullup(in, -1);

	h->calls.add(h->calls.arg, body != NULL ? body : "",
	    evbuffer_get_length(in), &a);
	answer(req, &a);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	struct witness_http *h = arg;
	struct witness_http_answer a = { .type = "text/plain; charset=utf-8" };
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	enum evhttp_cmd_type how = evhttp_request_get_command(req);
	char address[PEOPLE_ADDRESS_BYTES];

	gate_on_request(h->gate, req, address);
	if (ends_with(path, "/add-checkpoint")) {
		if (how == EVHTTP_REQ_POST)
			add(h, req);
		else
			reply_problem(req, 405, "expected POST");
	} else if (path != NULL && strcmp(path, "/healthz") == 0) {
		h->calls.health(h->calls.arg, &a);
		answer(req, &a);
	} else {
		reply_problem(req, 404, "expected /add-checkpoint or /healthz");
	}
}

static bool
start(struct witness_http *h, struct event_base *base, struct evconnlistener *l,
    size_t body_most)
{
	h->http = evhttp_new(base);
	if (h->http == NULL)
		return false;
	evhttp_set_max_headers_size(h->http, HEADER_BYTES);
	evhttp_set_max_body_size(h->http, (ev_ssize_t)body_most);
	evhttp_set_timeout(h->http, IDLE_SECONDS);
	evhttp_set_default_content_type(h->http, NULL);
	evhttp_set_allowed_methods(h->http, 0x1ff);
	evhttp_set_gencb(h->http, on_request, h);
	h->gate = gate_new(base, h->http, l);
	if (h->gate == NULL)
		return false;
	gate_tls(h->gate, h->tls);
	gate_limit(h->gate, CONNECTIONS, PER_ADDRESS);
	return evhttp_bind_listener(h->http, l) != NULL;
}

struct witness_http *
witness_http_new(struct event_base *base, int listen_fd, int certificate_fd,
    int key_fd, size_t body_most, const struct witness_http_calls *calls)
{
	struct witness_http *h = calloc(1, sizeof(*h));
	struct evconnlistener *l = evconnlistener_new(base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, listen_fd);
	bool good = h != NULL && l != NULL;

	if (good && certificate_fd >= 0) {
		h->tls = tls_server(certificate_fd, key_fd);
		good = h->tls != NULL;
	}
	if (good) {
		h->calls = *calls;
		good = start(h, base, l, body_most);
	}
	if (good)
		return h;
	witness_http_free(&h);
	return NULL;
}

void
witness_http_free(struct witness_http **hp)
{
	struct witness_http *h = *hp;

	if (h == NULL)
		return;
	*hp = NULL;
	if (h->http != NULL)
		evhttp_free(h->http);
	gate_free(&h->gate);
	SSL_CTX_free(h->tls);
	free(h);
}
