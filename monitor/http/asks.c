/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/asks.h"

#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "common/channel.h"
#include "monitor/http/json_out.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/request.h"
#include "monitor/http/server.h"

struct asks {
	struct server *server;
	struct pending *pending;
	/* Parts of the answer that is being told; the reader answers one ask
	 * after the other. */
	struct evbuffer *parts;
	uint32_t parts_id;
};

void
asks_send(struct asks *a, const struct request *r, struct read_ask *ask)
{
	struct writer out = channel_scratch();
	struct evhttp_request *req = r->req;
	uint64_t mark = request_mark(r);

	if (pending_marked(a->pending, mark) >= ASKS_EACH) {
		reply_later(req, 429, 1, "the reader is busy; ask again");
		return;
	}
	ask->id = a->server->reader != NULL
		      ? pending_add(a->pending, req, ask->what)
		      : 0;
	if (ask->id == 0) {
		reply_later(req, 503, 1, "the reader is busy; ask again");
		return;
	}
	pending_mark(a->pending, ask->id, mark);
	web_put_ask(&out, ask);
	channel_send(a->server->reader, READ_ASK, out.start,
	    writer_length(&out));
}

static bool
is_picture(uint8_t what)
{
	return what == READ_THUMBNAIL || what == READ_EVIDENCE;
}

static void
answer_picture(struct evhttp_request *req, const struct read_answer *m)
{
	char taken[32];

	json_out_iso(m->utc_us, taken);
	reply_header(req, "X-Camwarden-Taken", taken);
	reply_bytes(req, "image/png", NULL, m->body.p, m->body.n);
}

/* Not 200. What is outside of the asker's sites is "not found", too. */
static void
answer_problem(struct evhttp_request *req, uint8_t what,
    const struct read_answer *m)
{
	if (m->status == 404)
		reply_problem(req, 404,
		    is_picture(what) ? "no such picture" : "not found");
	else if (m->status == 400)
		reply_problem(req, 400, "after: expected what `next` was");
	else if (m->status == 409)
		reply_problem(req, 409,
		    "the file is not the one that was recorded");
	else if (m->status == 413)
		reply_problem(req, 413,
		    "the answer is too large: ask for less");
	else if (m->status == 503)
		reply_problem(req, 503, "the reader was lost; ask again");
	else
		reply_problem(req, 503, "the database can't be read");
}

/* A report is somebody's file: shown on its own, without a script, and without
 * what a page of ours may do. */
static void
answer_page(struct evhttp_request *req, const struct read_answer *m)
{
	static const struct reply page = { .type = "text/html; charset=utf-8",
		.policy = "sandbox; default-src 'none'; img-src data:; "
			  "style-src 'unsafe-inline'; frame-ancestors 'none'",
		.pack = true };
	struct evbuffer *body = evbuffer_new();

	if (body != NULL && evbuffer_add(body, m->body.p, m->body.n) == 0)
		reply_body(req, &page, body);
	else
		reply_problem(req, 503, "memory is out");
	if (body != NULL)
		evbuffer_free(body);
}

static void
answer(struct evhttp_request *req, uint8_t what, const struct read_answer *m)
{
	static const char *const types[] = { "application/json", "image/png",
		"text/csv; charset=utf-8", "text/html; charset=utf-8",
		"text/plain; charset=utf-8" };

	if (m->status != 200)
		answer_problem(req, what, m);
	else if (is_picture(what))
		answer_picture(req, m);
	else if (m->type == READ_HTML)
		answer_page(req, m);
	else
		reply_bytes(req, types[m->type], NULL, m->body.p, m->body.n);
}

/* Puts the message behind the parts before it. False: it belongs to none, or
 * the whole is longer than an answer may be. */
static bool
put_together(struct asks *a, struct read_answer *m)
{
	size_t had = evbuffer_get_length(a->parts);

	if ((had > 0 && (m->id != a->parts_id || m->status != 200)) ||
	    had + m->body.n > READ_ANSWER_BYTES)
		return false;
	if (had == 0 && !m->more)
		return true;
	a->parts_id = m->id;
	if (m->body.n > 0 && evbuffer_add(a->parts, m->body.p, m->body.n) != 0)
		return false;
	if (!m->more) {
		m->body.n = evbuffer_get_length(a->parts);
		m->body.p = evbuffer_pullup(a->parts, -1);
	}
	return m->more || m->body.p != NULL;
}

bool
asks_on_message(struct asks *a, unsigned type, struct span body)
{
	struct evhttp_request *req;
	struct read_answer m;
	uint8_t what;

	if (type != READ_ANSWER || !web_get_answer(body, &m) ||
	    !put_together(a, &m))
		return false;
	if (m.more)
		return true;
	req = pending_take(a->pending, m.id, &what);
	if (req != NULL)
		answer(req, what, &m);
	evbuffer_drain(a->parts, evbuffer_get_length(a->parts));
	return true;
}

void
asks_fail(struct asks *a)
{
	struct evhttp_request *req;

	evbuffer_drain(a->parts, evbuffer_get_length(a->parts));
	while ((req = pending_take_first(a->pending)) != NULL)
		reply_problem(req, 503, "the reader was lost; ask again");
}

static void
on_hung(void *arg)
{
	struct asks *a = arg;

	server_reader_lost(a->server);
}

struct asks *
asks_new(struct server *s)
{
	struct asks *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	struct pending_config config = { ASKS_MOST, ASKS_SECONDS, on_hung, a };

	a->server = s;
	a->pending = pending_new(s->base, &config);
	a->parts = evbuffer_new();
	if (a->pending == NULL || a->parts == NULL)
		asks_free(&a);
	return a;
}

void
asks_free(struct asks **ap)
{
	struct asks *a = *ap;

	if (a == NULL)
		return;
	*ap = NULL;
	if (a->pending != NULL)
		pending_free(&a->pending);
	if (a->parts != NULL)
		evbuffer_free(a->parts);
	free(a);
}
