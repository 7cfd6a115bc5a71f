/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "common/channel.h"
#include "common/heartbeat_json.h"
#include "monitor/http/agents_server.h"
#include "monitor/http/assets.h"
#include "monitor/http/gate.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/views_json.h"

#define BIT(kind) (1u << (kind))
#define OF_CONSOLE (BIT(CONSOLE_TOKEN_AGENT) | BIT(CONSOLE_TOKEN_BROWSER))
#define TOKEN_BYTES 64 /* hex digits */
#define PROMPT "/agent/v1/prompt"
#define HOURS_MOST (31 * 24)

/* A request whose token is good. */
struct asked {
	struct agents_server *s;
	struct evhttp_request *req;
	const char *path;
	struct agents_from from;
};

static const struct agents_token *
token_of(const struct agents_server *s, const char *text)
{
	static const char bearer[] = "Bearer ";
	uint8_t sha256[32];

	if (text == NULL || strncmp(text, bearer, sizeof(bearer) - 1) != 0)
		return NULL;
	text += sizeof(bearer) - 1;
	if (strlen(text) != TOKEN_BYTES ||
	    !EVP_Digest(text, TOKEN_BYTES, sha256, NULL, EVP_sha256(), NULL))
		return NULL;
	for (uint32_t i = 0; i < s->token_count; i++)
		if (CRYPTO_memcmp(s->tokens[i].sha256, sha256, 32) == 0)
			return &s->tokens[i];
	return NULL;
}

/* The number under which the monitor's answer will find it; false: it was
 * answered already. */
static bool
park(struct asked *a)
{
	a->from.request = pending_add(a->s->pending, a->req, 0);
	if (a->from.request != 0)
		return true;
	reply_header(a->req, "Retry-After", "5");
	reply_problem(a->req, 503, "too many wait; come again");
	return false;
}

static void
forward(struct asked *a, unsigned type, struct writer *out)
{
	channel_send(a->s->monitor, type, out->start, writer_length(out));
}

/* The body as one piece; length_out its bytes. */
static const char *
body_of(struct asked *a, size_t *length_out)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(a->req);
	const char *p = (const char *)evbuffer_pullup(in, -1);

	*length_out = evbuffer_get_length(in);
	return p != NULL ? p : "";
}

static void
post_heartbeat(struct asked *a)
{
	static struct heartbeat hb; /* large; one thread */
	char fault[HEARTBEAT_FAULT_BYTES];
	struct writer out = channel_scratch();
	size_t length;
	const char *body = body_of(a, &length);

	if (!heartbeat_read(body, length, &hb, fault)) {
		reply_problem(a->req, 400, fault);
		return;
	}
	if (!park(a))
		return;
	agents_put_heartbeat(&out, &a->from, &hb);
	forward(a, AGENTS_HEARTBEAT, &out);
}

static void
post_views(struct asked *a)
{
	static struct agents_views views; /* large; one thread */
	char fault[VIEWS_FAULT_BYTES];
	struct writer out = channel_scratch();
	size_t length;
	const char *body = body_of(a, &length);

	if (!views_json_read(body, length, &views, fault)) {
		reply_problem(a->req, 400, fault);
		return;
	}
	if (!park(a))
		return;
	agents_put_views(&out, &a->from, &views);
	forward(a, AGENTS_VIEWS, &out);
}

static void
ask_monitor(struct asked *a, const struct agents_ask *ask)
{
	struct writer out = channel_scratch();

	if (!park(a))
		return;
	agents_put_ask(&out, &a->from, ask);
	forward(a, AGENTS_ASK, &out);
}

static void
get_prompt(struct asked *a)
{
	struct agents_ask ask = { .want = AGENTS_WANT_PROMPT };

	ask_monitor(a, &ask);
}

/* "/0123456789abcdef/2.png" behind PROMPT. */
static void
get_picture(struct asked *a)
{
	struct agents_ask ask = { .want = AGENTS_WANT_PICTURE };
	char *end;

	ask.prompt = strtoull(a->path + strlen(PROMPT "/"), &end, 16);
	if (*end == '/' && end[1] >= '0' && end[1] <= '9' &&
	    strcmp(end + 2, ".png") == 0) {
		ask.number = (uint8_t)(end[1] - '0');
		ask_monitor(a, &ask);
		return;
	}
	reply_problem(a->req, 404, "no such picture");
}

static void
post_prompt(struct asked *a)
{
	char fault[VIEWS_FAULT_BYTES];
	struct writer out = channel_scratch();
	struct agents_reply reply;
	size_t length;
	const char *body = body_of(a, &length);

	if (!views_json_reply(body, length, &reply, fault)) {
		reply_problem(a->req, 400, fault);
		return;
	}
	if (!park(a))
		return;
	agents_put_reply(&out, &a->from, &reply);
	forward(a, AGENTS_REPLY, &out);
}

static void
post_dispute(struct asked *a)
{
	char fault[VIEWS_FAULT_BYTES];
	struct writer out = channel_scratch();
	struct agents_dispute dispute;
	size_t length;
	const char *body = body_of(a, &length);

	if (!views_json_dispute(body, length, &dispute, fault)) {
		reply_problem(a->req, 400, fault);
		return;
	}
	if (!park(a))
		return;
	agents_put_dispute(&out, &a->from, &dispute);
	forward(a, AGENTS_DISPUTE, &out);
}

static void
get_record(struct asked *a)
{
	struct agents_ask ask = { .want = AGENTS_WANT_RECORD, .hours = 24 };
	const char *query =
	    evhttp_uri_get_query(evhttp_request_get_evhttp_uri(a->req));
	unsigned long hours = 0;

	if (query != NULL && strncmp(query, "hours=", 6) == 0)
		hours = strtoul(query + 6, NULL, 10);
	if (hours > 0)
		ask.hours = (uint16_t)(hours < HOURS_MOST ? hours : HOURS_MOST);
	ask_monitor(a, &ask);
}

static const struct route {
	const char *path;
	bool prefix;
	enum evhttp_cmd_type method;
	unsigned kinds; /* of tokens that may */
	void (*run)(struct asked *a);
} routes[] = {
	{ "/agent/v1/heartbeat", false, EVHTTP_REQ_POST, OF_CONSOLE,
	    post_heartbeat },
	{ "/agent/v1/record", false, EVHTTP_REQ_GET, OF_CONSOLE, get_record },
	{ "/agent/v1/dispute", false, EVHTTP_REQ_POST, OF_CONSOLE,
	    post_dispute },
	{ PROMPT, false, EVHTTP_REQ_GET, OF_CONSOLE, get_prompt },
	{ PROMPT, false, EVHTTP_REQ_POST, OF_CONSOLE, post_prompt },
	{ PROMPT "/", true, EVHTTP_REQ_GET, OF_CONSOLE, get_picture },
	{ "/api/v1/views", false, EVHTTP_REQ_POST, BIT(CONSOLE_TOKEN_VMS),
	    post_views },
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

static bool
fits(const struct route *r, const char *path)
{
	return r->prefix ? strncmp(path, r->path, strlen(r->path)) == 0
			 : strcmp(path, r->path) == 0;
}

/* NULL: no such path; *methods_out tells those of others that fit it. */
static const struct route *
find(const char *path, enum evhttp_cmd_type method, const char **methods_out)
{
	*methods_out = NULL;
	for (size_t i = 0; i < ROUTES; i++) {
		if (!fits(&routes[i], path))
			continue;
		if (routes[i].method == method)
			return &routes[i];
		*methods_out = *methods_out != NULL ? "GET, POST"
			       : routes[i].method == EVHTTP_REQ_GET ? "GET"
								    : "POST";
	}
	return NULL;
}

static bool
page(struct evhttp_request *req, const char *path)
{
	const struct asset *asset = assets_find_console(path);

	if (asset == NULL || evhttp_request_get_command(req) != EVHTTP_REQ_GET)
		return false;
	reply_bytes(req, asset->type, "no-cache", asset->bytes, asset->length);
	return true;
}

static void
note_address(struct evhttp_request *req, char out[HEARTBEAT_ADDRESS_BYTES])
{
	char *address = NULL;
	uint16_t port;

	evhttp_connection_get_peer(evhttp_request_get_connection(req), &address,
	    &port);
	snprintf(out, HEARTBEAT_ADDRESS_BYTES, "%.55s",
	    address != NULL ? address : "?");
}

static void
refuse_token(struct agents_server *s, struct evhttp_request *req)
{
	s->refused++;
	s->refused_untold++;
	note_address(req, s->refused_address);
	reply_header(req, "WWW-Authenticate", "Bearer");
	reply_problem(req, 401,
	    "the token is missing, wrong or revoked: 'camwarden consoles "
	    "token NAME' makes a new one");
}

static void
run(struct agents_server *s, struct evhttp_request *req, const char *path)
{
	struct asked a = { .s = s, .req = req, .path = path };
	const char *methods;
	const struct route *r =
	    find(path, evhttp_request_get_command(req), &methods);
	const struct agents_token *t;

	if (r == NULL && methods != NULL) {
		reply_header(req, "Allow", methods);
		reply_problem(req, 405, "not by this method");
		return;
	}
	if (r == NULL) {
		reply_problem(req, 404, "no such page");
		return;
	}
	t = token_of(s,
	    evhttp_find_header(evhttp_request_get_input_headers(req),
		"Authorization"));
	if (t == NULL) {
		refuse_token(s, req);
		return;
	}
	gate_proven(s->gate, req);
	if ((r->kinds & BIT(t->kind)) == 0) {
		reply_problem(req, 403, "this kind of token may not do that");
		return;
	}
	a.from.token = t->id;
	note_address(req, a.from.address);
	r->run(&a);
}

void
agents_routes_on_request(struct evhttp_request *req, void *arg)
{
	struct agents_server *s = arg;
	const char *path =
	    evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));

	char address[PEOPLE_ADDRESS_BYTES];

	s->requests++;
	gate_on_request(s->gate, req, address);
	if (path == NULL)
		path = "";
	if (!page(req, path))
		run(s, req, path);
}

static void
answer_problem(struct evhttp_request *req, const struct agents_answer *m)
{
	char text[400];

	snprintf(text, sizeof(text), "%.*s", (int)m->body.n,
	    (const char *)m->body.p);
	if (m->status == 429 || m->status == 503)
		reply_header(req, "Retry-After", "5");
	reply_problem(req, m->status, text);
}

bool
agents_routes_on_answer(struct agents_server *s, struct span body)
{
	struct evhttp_request *req;
	struct agents_answer m;
	uint8_t what;

	if (!agents_get_answer(body, &m))
		return false;
	req = pending_take(s->pending, m.request, &what);
	if (req == NULL)
		return true; /* its client has gone */
	if (m.status == 200)
		reply_bytes(req, m.picture ? "image/png" : "application/json",
		    NULL, m.body.p, m.body.n);
	else
		answer_problem(req, &m);
	return true;
}
