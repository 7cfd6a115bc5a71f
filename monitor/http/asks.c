/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/asks.h"

#include <stdlib.h>

#include "common/channel.h"
#include "monitor/http/json_out.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/server.h"

struct asks {
	struct server *server;
	struct pending *pending;
};

void
asks_send(struct asks *a, struct evhttp_request *req, struct read_ask *ask)
{
	struct writer out = channel_scratch();

	ask->id = a->server->reader != NULL
		      ? pending_add(a->pending, req, ask->what)
		      : 0;
	if (ask->id == 0) {
		reply_header(req, "Retry-After", "1");
		reply_problem(req, 503, "the reader is busy; ask again");
		return;
	}
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

static void
answer(struct evhttp_request *req, uint8_t what, const struct read_answer *m)
{
	if (m->status == 404)
		reply_problem(req, 404,
		    is_picture(what) ? "no such picture" : "no such feed");
	else if (m->status != 200)
		reply_problem(req, 503, "the database can't be read");
	else if (is_picture(what))
		answer_picture(req, m);
	else
		reply_bytes(req, "application/json", NULL, m->body.p,
		    m->body.n);
}

bool
asks_on_message(struct asks *a, unsigned type, struct span body)
{
	struct evhttp_request *req;
	struct read_answer m;
	uint8_t what;

	if (type != READ_ANSWER || !web_get_answer(body, &m))
		return false;
	req = pending_take(a->pending, m.id, &what);
	if (req != NULL)
		answer(req, what, &m);
	return true;
}

void
asks_fail(struct asks *a)
{
	struct evhttp_request *req;

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
	if (a->pending == NULL) {
		free(a);
		return NULL;
	}
	return a;
}

void
asks_free(struct asks **ap)
{
	struct asks *a = *ap;

	if (a == NULL)
		return;
	*ap = NULL;
	pending_free(&a->pending);
	free(a);
}
