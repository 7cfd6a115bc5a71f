/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/asks.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/http.h>

#include "common/channel.h"
#include "monitor/http/json_out.h"
#include "monitor/http/reply.h"
#include "monitor/http/server.h"

struct waiting {
	TAILQ_ENTRY(waiting) entry;
	struct asks *asks;
	struct evhttp_request *req; /* NULL: its client has gone */
	struct evhttp_connection *evcon;
	uint32_t id;
	uint8_t what;
};

TAILQ_HEAD(waiting_list, waiting);

struct asks {
	struct server *server;
	struct waiting_list list; /* oldest first */
	struct event *hung;	  /* the oldest's deadline */
	uint32_t count;
	uint32_t next_id;
};

static void
forget(struct waiting *w)
{
	if (w->req != NULL)
		evhttp_connection_set_closecb(w->evcon, NULL, NULL);
	TAILQ_REMOVE(&w->asks->list, w, entry);
	if (--w->asks->count == 0)
		evtimer_del(w->asks->hung);
	free(w);
}

/* The client went away first; the answer will be dropped. */
static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct waiting *w = arg;

	(void)evcon;
	if (evhttp_request_get_connection(w->req) == NULL)
		evhttp_send_reply(w->req, 503, NULL, NULL); /* frees it */
	w->req = NULL;
	forget(w);
}

void
asks_send(struct asks *a, struct evhttp_request *req, struct read_ask *ask)
{
	static const struct timeval deadline = { .tv_sec = ASKS_SECONDS };
	struct writer out = channel_scratch();
	struct waiting *w;

	if (a->server->reader == NULL || a->count >= ASKS_MOST ||
	    (w = calloc(1, sizeof(*w))) == NULL) {
		reply_header(req, "Retry-After", "1");
		reply_problem(req, 503, "the reader is busy; ask again");
		return;
	}
	w->asks = a;
	w->req = req;
	w->evcon = evhttp_request_get_connection(req);
	w->what = ask->what;
	w->id = ask->id = ++a->next_id;
	TAILQ_INSERT_TAIL(&a->list, w, entry);
	if (a->count++ == 0)
		evtimer_add(a->hung, &deadline);
	evhttp_connection_set_closecb(w->evcon, on_close, w);
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
	struct read_answer m;
	struct waiting *w;

	if (type != READ_ANSWER || !web_get_answer(body, &m))
		return false;
	TAILQ_FOREACH(w, &a->list, entry)
	if (w->id == m.id)
		break;
	if (w == NULL)
		return true; /* its client has gone */
	struct evhttp_request *req = w->req;
	uint8_t what = w->what;

	forget(w);
	answer(req, what, &m);
	return true;
}

void
asks_fail(struct asks *a)
{
	struct waiting *w;

	while ((w = TAILQ_FIRST(&a->list)) != NULL) {
		struct evhttp_request *req = w->req;

		forget(w);
		reply_problem(req, 503, "the reader was lost; ask again");
	}
}

static void
on_hung(evutil_socket_t fd, short what, void *arg)
{
	struct asks *a = arg;

	(void)fd;
	(void)what;
	server_reader_lost(a->server);
}

struct asks *
asks_new(struct server *s)
{
	struct asks *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->server = s;
	TAILQ_INIT(&a->list);
	a->hung = evtimer_new(s->base, on_hung, a);
	if (a->hung == NULL) {
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
	event_free(a->hung);
	free(a);
}
