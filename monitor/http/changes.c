/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <openssl/evp.h>

#include "common/channel.h"
#include "monitor/http/change_wire.h"
#include "monitor/http/headers.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/request.h"
#include "monitor/http/server.h"
#include "monitor/http/sessions.h"

#define KIOSK_SECONDS "34560000" /* 400 days: what browsers keep at most */

struct changes {
	struct server *server;
	struct pending *pending; /* of those who are known */
	struct pending *logins;	 /* of strangers */
	struct changes_logins counts;
};

void
changes_set_cookie(struct evhttp_request *req, const char *letters,
    enum credential kind)
{
	char text[256];

	snprintf(text, sizeof(text),
	    SESSIONS_COOKIE "=%s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
	    letters,
	    kind == CREDENTIAL_KIOSK ? "; Max-Age=" KIOSK_SECONDS : "");
	reply_header(req, "Set-Cookie", text);
}

void
changes_clear_cookie(struct evhttp_request *req)
{
	reply_header(req, "Set-Cookie",
	    SESSIONS_COOKIE
	    "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

/* --- the question */

/* What a page of elsewhere could make a browser send is refused: a stranger's
 * requests, too, or somebody would be logged in as another. */
static bool
refused(const struct changes *c, const struct request *r)
{
	struct evhttp_request *req = r->req;
	const char *own = reply_asked(req, "X-Camwarden");

	if (!headers_origin(reply_asked(req, "Origin"),
		reply_asked(req, "Host"), &c->server->configure) ||
	    !headers_same_site(reply_asked(req, "Sec-Fetch-Site"))) {
		reply_problem(req, 403, "not from other sites' pages");
	} else if (r->session != NULL && r->cookie &&
		   !(r->row->flags & RIGHT_ANYONE) &&
		   (own == NULL || strcmp(own, "1") != 0)) {
		reply_problem(req, 403,
		    "with a cookie, expected the header X-Camwarden: 1");
	} else if (!headers_json(reply_asked(req, "Content-Type"))) {
		reply_problem(req, 415,
		    "Content-Type: expected application/json");
	} else if (evbuffer_get_length(evhttp_request_get_input_buffer(req)) ==
		   0) {
		reply_problem(req, 400, "expected a JSON object");
	} else {
		return false;
	}
	return true;
}

/* Of an IPv6 address its network (/64): who has one has all in it. */
static uint64_t
mark_of(const char *address)
{
	uint64_t h = 14695981039346656037u; /* FNV-1a */
	size_t n = strlen(address);
	const char *p = address;
	uint8_t six[16];

	if (inet_pton(AF_INET6, address, six) == 1) {
		p = (const char *)six;
		n = 8;
	}
	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)p[i]) * 1099511628211u;
	return h | 1;
}

/* Its number; 0: answered. */
static uint32_t
wait_for_answer(struct changes *c, const struct request *r)
{
	bool stranger = (r->row->flags & RIGHT_ANYONE) != 0;
	struct pending *p = stranger ? c->logins : c->pending;
	uint64_t mark = stranger ? mark_of(r->address) : request_mark(r);
	uint32_t id;

	if (stranger && pending_marked(p, mark) >= CHANGES_LOGINS_ADDRESS) {
		c->counts.throttled++;
		reply_later(r->req, 429, 2,
		    "your machine is trying to log in already; wait");
		return 0;
	}
	if (!stranger && pending_marked(p, mark) >= CHANGES_EACH) {
		reply_later(r->req, 429, 1,
		    "too many at once are changing something; try again");
		return 0;
	}
	id = pending_add(p, r->req, (uint8_t)r->match.right);
	if (id == 0)
		reply_later(r->req, 503, 2,
		    "too many at once are changing something; try again");
	else
		pending_mark(p, id, mark);
	/* Two lists, one space of numbers. */
	return id == 0 ? 0 : id * 2 + stranger;
}

static void
send_parts(struct changes *c, struct web_change *m)
{
	while (m->body.n > WEB_CHANGE_PART_BYTES) {
		struct writer out = channel_scratch();

		writer_le32(&out, m->id);
		writer_bytes(&out, m->body.p, WEB_CHANGE_PART_BYTES);
		channel_send(c->server->monitor, WEB_CHANGE_PART, out.start,
		    writer_length(&out));
		m->body.p += WEB_CHANGE_PART_BYTES;
		m->body.n -= WEB_CHANGE_PART_BYTES;
	}
}

static void
fill_change(const struct request *r, struct web_change *m)
{
	const char *agent = reply_asked(r->req, "User-Agent");

	m->verb = (uint8_t)r->match.right;
	if (r->session != NULL)
		memcpy(m->sha256, r->sha256, sizeof(m->sha256));
	memcpy(m->address, r->address, sizeof(m->address));
	if (agent != NULL)
		snprintf(m->agent, sizeof(m->agent), "%s", agent);
	m->number = r->match.number;
	memcpy(m->uuid, r->match.uuid, sizeof(m->uuid));
	memcpy(m->name, r->match.name, sizeof(m->name));
}

void
changes_ask(struct changes *c, struct request *r)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(r->req);
	size_t length = evbuffer_get_length(in);
	struct web_change m = { 0 };
	unsigned char *body;
	struct writer out;

	if (refused(c, r))
		return;
	body = evbuffer_pullup(in, -1);
	if (body == NULL) {
		reply_problem(r->req, 503, "memory is out");
		return;
	}
	m.id = wait_for_answer(c, r);
	if (m.id == 0)
		return;
	m.body = (struct span){ body, length };
	fill_change(r, &m);
	send_parts(c, &m);
	out = channel_scratch();
	web_put_change(&out, &m);
	channel_send(c->server->monitor, WEB_CHANGE, out.start,
	    writer_length(&out));
	/* Passwords stay in memory no longer than they must. */
	explicit_bzero(body, length);
	explicit_bzero(out.start, writer_length(&out));
}

/* --- the answer */

static void
count(struct changes *c, unsigned status)
{
	if (status == 200)
		c->counts.in++;
	else if (status == 401)
		c->counts.refused++;
	else if (status == 429)
		c->counts.throttled++;
}

static void
answer_let_in(struct changes *c, struct evhttp_request *req,
    const struct web_changed *m)
{
	uint8_t sha256[32];
	struct session *s = NULL;

	if (EVP_Digest(m->token, strlen(m->token), sha256, NULL, EVP_sha256(),
		NULL) == 1)
		s = sessions_find(&c->server->sessions, sha256);
	if (s == NULL) { /* ended again at once, or memory is out */
		reply_problem(req, 503, "try again");
		return;
	}
	changes_set_cookie(req, m->token, (enum credential)s->who.kind);
	request_answer_session(c->server, req, s);
}

static void
answer(struct changes *c, struct evhttp_request *req,
    const struct web_changed *m)
{
	char wait[16];

	if (m->cookie == COOKIE_SET) {
		answer_let_in(c, req, m);
		return;
	}
	if (m->cookie == COOKIE_CLEAR)
		changes_clear_cookie(req);
	if (m->status < 300) {
		reply_done(req, m->status, m->body.p, m->body.n);
		return;
	}
	if (m->retry_s > 0) {
		snprintf(wait, sizeof(wait), "%u", m->retry_s);
		reply_header(req, "Retry-After", wait);
	}
	reply_problem_bytes(req, m->status, m->body.p, m->body.n);
}

bool
changes_on_message(struct changes *c, struct span body)
{
	struct evhttp_request *req;
	struct web_changed m;
	uint8_t verb = 0;
	bool stranger;

	if (!web_get_changed(body, &m))
		return false;
	stranger = m.id & 1;
	req = pending_take(stranger ? c->logins : c->pending, m.id / 2, &verb);
	if (stranger)
		count(c, m.status);
	if (req != NULL)
		answer(c, req, &m);
	explicit_bzero(m.token, sizeof(m.token));
	return true;
}

struct changes_logins
changes_logins(const struct changes *c)
{
	struct changes_logins counts = c->counts;

	counts.waiting = pending_count(c->logins);
	return counts;
}

/* The monitor is slow: nobody knows whether it will be done. */
static void
fail(struct pending *p)
{
	struct evhttp_request *req = pending_take_first(p);

	if (req != NULL) /* each has its own time */
		reply_later(req, 503, 5,
		    "the monitor did not answer in time; look whether it was "
		    "done before asking again");
}

static void
on_hung(void *arg)
{
	fail(((struct changes *)arg)->pending);
}

static void
on_logins_hung(void *arg)
{
	fail(((struct changes *)arg)->logins);
}

struct changes *
changes_new(struct server *s)
{
	struct changes *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	struct pending_config known = { CHANGES_MOST, CHANGES_SECONDS, on_hung,
		c };
	struct pending_config logins = { CHANGES_LOGINS, CHANGES_SECONDS,
		on_logins_hung, c };

	c->server = s;
	c->pending = pending_new(s->base, &known);
	c->logins = pending_new(s->base, &logins);
	if (c->pending == NULL || c->logins == NULL)
		changes_free(&c);
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
	pending_free(&c->logins);
	free(c);
}
