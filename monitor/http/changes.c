/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <openssl/evp.h>

#include "common/channel.h"
#include "common/clock.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/server.h"

#define TOKEN_BYTES 64

struct changes {
	struct server *server;
	struct pending *pending;
	int64_t wrong_us; /* how far the wrong tokens reach */
};

static const char *
in_header(struct evhttp_request *req, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req), name);
}

/* A page may send one only to where it came from; programs send none. */
static bool
origin_is_ours(struct evhttp_request *req)
{
	const char *origin = in_header(req, "Origin");
	const char *host = in_header(req, "Host");
	const char *site = in_header(req, "Sec-Fetch-Site");

	if (site != NULL && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0)
		return false;
	return origin == NULL ||
	       (host != NULL && strncmp(origin, "http://", 7) == 0 &&
		   strcasecmp(origin + 7, host) == 0);
}

static bool
is_json(struct evhttp_request *req)
{
	const char *type = in_header(req, "Content-Type");
	size_t n = strlen("application/json");

	return type != NULL && strncasecmp(type, "application/json", n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* A form's types need no leave of the browser's: only JSON is read. */
static bool
hash_token(struct evhttp_request *req, uint8_t out[32])
{
	static const char bearer[] = "Bearer ";
	const char *text = in_header(req, "Authorization");

	if (text == NULL || strncmp(text, bearer, sizeof(bearer) - 1) != 0)
		return false;
	text += sizeof(bearer) - 1;
	return strlen(text) == TOKEN_BYTES &&
	       EVP_Digest(text, TOKEN_BYTES, out, NULL, EVP_sha256(), NULL);
}

static void
refuse_token(struct evhttp_request *req)
{
	reply_header(req, "WWW-Authenticate", "Bearer");
	reply_problem(req, 401,
	    "no token, or not one that may do this; `camwarden user token add` "
	    "makes one");
}

static bool
is_throttled(const struct changes *c, struct evhttp_request *req)
{
	int64_t most =
	    (int64_t)CHANGES_WRONG * CHANGES_WRONG_SECONDS * US_PER_S;
	char wait[8];

	if (c->wrong_us < clock_mono_us() + most)
		return false;
	snprintf(wait, sizeof(wait), "%d", CHANGES_WRONG_SECONDS);
	reply_header(req, "Retry-After", wait);
	reply_problem(req, 429, "too many wrong tokens; wait");
	return true;
}

static void
count_wrong(struct changes *c)
{
	int64_t now = clock_mono_us();

	if (c->wrong_us < now)
		c->wrong_us = now;
	c->wrong_us += CHANGES_WRONG_SECONDS * US_PER_S;
}

static bool
refused(struct changes *c, struct evhttp_request *req, struct web_change *m)
{
	size_t n = evbuffer_get_length(evhttp_request_get_input_buffer(req));

	if (!origin_is_ours(req)) {
		reply_problem(req, 403, "not from other sites' pages");
	} else if (is_throttled(c, req)) {
		return true;
	} else if (!hash_token(req, m->sha256)) {
		count_wrong(c);
		refuse_token(req);
	} else if (!is_json(req)) {
		reply_problem(req, 400,
		    "Content-Type: expected application/json");
	} else if (n == 0 || n > 8192) {
		reply_problem(req, 400,
		    "expected a JSON object of at most "
		    "8192 bytes");
	} else {
		return false;
	}
	return true;
}

void
changes_ask(struct changes *c, struct evhttp_request *req, enum right verb,
    int64_t number)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	struct web_change m = { .verb = (uint8_t)verb, .number = number };
	struct writer out;

	if (refused(c, req, &m))
		return;
	m.body.n = evbuffer_get_length(in);
	m.body.p = evbuffer_pullup(in, -1);
	m.id = m.body.p != NULL ? pending_add(c->pending, req, m.verb) : 0;
	if (m.id == 0) {
		reply_header(req, "Retry-After", "1");
		reply_problem(req, 503, "too many changes at once; ask again");
		return;
	}
	out = channel_scratch();
	web_put_change(&out, &m);
	channel_send(c->server->monitor, WEB_CHANGE, out.start,
	    writer_length(&out));
}

static void
answer(struct changes *c, struct evhttp_request *req,
    const struct web_changed *m)
{
	char detail[512];

	if (m->status == 200 || m->status == 201) {
		reply_headers(req, "application/json", NULL);
		evbuffer_add(evhttp_request_get_output_buffer(req), m->body.p,
		    m->body.n);
		evhttp_send_reply(req, m->status, NULL, NULL);
		return;
	}
	if (m->status == 401) {
		count_wrong(c);
		refuse_token(req);
		return;
	}
	snprintf(detail, sizeof(detail), "%.*s", (int)m->body.n,
	    (const char *)m->body.p);
	reply_problem(req, m->status, detail);
}

bool
changes_on_message(struct changes *c, struct span body)
{
	struct evhttp_request *req;
	struct web_changed m;
	uint8_t verb;

	if (!web_get_changed(body, &m))
		return false;
	req = pending_take(c->pending, m.id, &verb);
	if (req != NULL)
		answer(c, req, &m);
	return true;
}

/* The monitor is slow: nobody knows whether it will be done. */
static void
on_hung(void *arg)
{
	struct changes *c = arg;
	struct evhttp_request *req;

	while ((req = pending_take_first(c->pending)) != NULL)
		reply_problem(req, 503,
		    "the monitor did not answer in time; look whether it was "
		    "done before asking again");
}

struct changes *
changes_new(struct server *s)
{
	struct changes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	struct pending_config config = { CHANGES_MOST, CHANGES_SECONDS, on_hung,
		c };

	c->server = s;
	c->pending = pending_new(s->base, &config);
	if (c->pending == NULL) {
		free(c);
		return NULL;
	}
	return c;
}

void
changes_free(struct changes **cp)
{
	struct changes *c = *cp;

	if (c == NULL)
		return;
	*cp = NULL;
	pending_free(&c->pending);
	free(c);
}
