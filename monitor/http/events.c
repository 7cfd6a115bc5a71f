/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/events.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>

#include "common/hex.h"
#include "common/site.h"
#include "monitor/http/answers.h"
#include "monitor/http/gate.h"
#include "monitor/http/reply.h"
#include "monitor/http/request.h"
#include "monitor/http/server.h"
#include "monitor/http/sessions.h"

#define GATHER_US 20000 /* changes of so long go out together */
#define BATCH_BYTES (32u << 10)

struct follower {
	TAILQ_ENTRY(follower) entry;
	struct events *events;
	struct evhttp_request *req;
	struct bufferevent *bev; /* borrowed from evhttp */
	struct session *session; /* whose; it outlives the stream */
	uint64_t seq;		 /* told so far */
	bool ended;
};

TAILQ_HEAD(follower_list, follower);

struct events {
	struct server *server;
	struct follower_list followers;
	struct event *gather;
	struct event *pulse;
	uint32_t count;
};

static size_t
unsent(const struct follower *f)
{
	return evbuffer_get_length(bufferevent_get_output(f->bev));
}

static bool
sees(const struct follower *f, const struct rows_site *site)
{
	return site_within(site->path, f->session->who.site);
}

static void
add_row(const struct server *s, struct evbuffer *out, const struct row *r,
    bool gone)
{
	char uuid[37];

	evbuffer_add_printf(out,
	    "id: %016" PRIx64 "-%" PRIu64 "\nevent: %s\n"
	    "data: ",
	    s->epoch, r->seq, gone ? "gone" : "feed");
	if (gone) {
		uuid_print(r->uuid, uuid);
		evbuffer_add_printf(out, "{\"id\":\"%s\"}", uuid);
	} else {
		evbuffer_add(out, r->head, r->head_length);
		evbuffer_add(out, r->tail, r->tail_length);
		evbuffer_add(out, "}", 1);
	}
	evbuffer_add(out, "\n\n", 2);
}

/* What this follower may know of it: a feed that moved out of its sites is
 * gone. */
static void
add_owed(const struct follower *f, struct evbuffer *out, const struct row *r)
{
	if (sees(f, r->site))
		add_row(f->events->server, out, r, r->gone);
	else if (r->was != NULL && r->moved > f->seq && sees(f, r->was))
		add_row(f->events->server, out, r, true);
}

static void on_drained(struct evhttp_connection *evcon, void *arg);

static void
give_text(struct follower *f, const char *text, size_t length)
{
	struct evbuffer *out = evbuffer_new();

	if (out == NULL)
		return;
	evbuffer_add(out, text, length);
	evhttp_send_reply_chunk_with_cb(f->req, out, on_drained, f);
	evbuffer_free(out);
}

/* It is to ask for all rows anew, and is told what changes from now on. */
static size_t
put_reset(struct follower *f, char *text, size_t size)
{
	const struct server *s = f->events->server;

	f->seq = s->rows.seq;
	return (size_t)snprintf(text, size,
	    "id: %016" PRIx64 "-%" PRIu64 "\nevent: reset\n"
	    "data: {}\n\n",
	    s->epoch, f->seq);
}

/* As much of what it is owed as it may have now. */
static void
give(struct follower *f)
{
	const struct rows *rows = &f->events->server->rows;
	const struct row *r = rows_after(rows, f->seq);
	struct evbuffer *out;
	char text[100];

	if (r == NULL || f->ended || unsent(f) > EVENTS_AHEAD_BYTES)
		return;
	if (!rows_can_follow(rows, f->seq)) {
		give_text(f, text, put_reset(f, text, sizeof(text)));
		return;
	}
	out = evbuffer_new();
	if (out == NULL)
		return;
	for (; r != NULL && evbuffer_get_length(out) < BATCH_BYTES;
	     r = r->newer) {
		add_owed(f, out, r);
		f->seq = r->seq;
	}
	if (evbuffer_get_length(out) > 0)
		evhttp_send_reply_chunk_with_cb(f->req, out, on_drained, f);
	evbuffer_free(out);
}

static void
on_drained(struct evhttp_connection *evcon, void *arg)
{
	(void)evcon;
	give(arg);
}

static void
leave(struct follower *f)
{
	TAILQ_REMOVE(&f->events->followers, f, entry);
	f->events->count--;
	f->session->streams--;
	f->ended = true;
}

/* The connection is going. evhttp has let go of the request when an error
 * took it; then ending the reply frees it. */
static void
on_close(struct evhttp_connection *evcon, void *arg)
{
	struct follower *f = arg;

	(void)evcon;
	leave(f);
	if (evhttp_request_get_connection(f->req) == NULL)
		evhttp_send_reply_end(f->req);
	free(f);
}

static void
on_gather(evutil_socket_t fd, short what, void *arg)
{
	struct events *e = arg;
	struct follower *f, *next;

	(void)fd;
	(void)what;
	for (f = TAILQ_FIRST(&e->followers); f != NULL; f = next) {
		next = TAILQ_NEXT(f, entry);
		give(f);
	}
}

void
events_changed(struct events *e)
{
	static const struct timeval soon = { .tv_usec = GATHER_US };

	if (e->count > 0 && !evtimer_pending(e->gather, NULL))
		evtimer_add(e->gather, &soon);
}

void
events_pulse(struct events *e)
{
	static const struct timeval period = { .tv_usec = 0,
		.tv_sec = EVENTS_PULSE_US / 1000000 };
	struct follower *f, *next;
	const char *scope = "";
	char text[2048];
	size_t n = answers_pulse(e->server, scope, text, sizeof(text));

	for (f = TAILQ_FIRST(&e->followers); f != NULL; f = next) {
		next = TAILQ_NEXT(f, entry);
		if (f->ended || unsent(f) > EVENTS_AHEAD_BYTES)
			continue;
		if (strcmp(scope, f->session->who.site) != 0) {
			scope = f->session->who.site;
			n = answers_pulse(e->server, scope, text, sizeof(text));
		}
		give_text(f, text, n);
	}
	evtimer_add(e->pulse, &period);
}

/* Those who watch, and who is told of what, are known to fewer people than
 * feeds are: by what one would ask for the same. */
static enum right
right_of(const struct web_event *m)
{
	if (strcmp(m->name, "console") == 0)
		return RIGHT_CONSOLES;
	return strcmp(m->name, "alert") == 0 ? RIGHT_NOTICES : RIGHT_EVENTS;
}

static bool
may_hear(const struct follower *f, const struct web_event *m)
{
	enum role role = (enum role)f->session->who.role;

	if (f->ended || !site_within(m->site, f->session->who.site))
		return false;
	return rights_may(right_of(m), role, false);
}

void
events_tell(struct events *e, const struct web_event *m)
{
	struct follower *f, *next;
	char text[WEB_EVENT_BYTES + 64];
	int n = snprintf(text, sizeof(text), "event: %s\ndata: %s\n\n", m->name,
	    m->json);

	for (f = TAILQ_FIRST(&e->followers); f != NULL; f = next) {
		next = TAILQ_NEXT(f, entry);
		if (may_hear(f, m) && unsent(f) <= EVENTS_AHEAD_BYTES)
			give_text(f, text, (size_t)n);
	}
}

static void
tell_session(struct follower *f, bool reset)
{
	char text[200];
	size_t n = (size_t)snprintf(text, sizeof(text),
	    "event: session\ndata: {}\n\n");

	if (reset)
		n += put_reset(f, text + n, sizeof(text) - n);
	give_text(f, text, n);
}

void
events_session(struct events *e, const struct session *session, bool moved)
{
	struct follower *f, *next;

	for (f = TAILQ_FIRST(&e->followers); f != NULL; f = next) {
		next = TAILQ_NEXT(f, entry);
		if (f->session == session && !f->ended)
			tell_session(f, moved);
	}
}

void
events_end(struct events *e, const struct session *session)
{
	struct follower *f, *next;

	for (f = TAILQ_FIRST(&e->followers); f != NULL; f = next) {
		next = TAILQ_NEXT(f, entry);
		if (f->session != session || f->ended)
			continue;
		tell_session(f, false);
		leave(f);
		evhttp_connection_set_closecb(evhttp_request_get_connection(
						  f->req),
		    NULL, NULL);
		evhttp_send_reply_end(f->req);
		free(f);
	}
}

static void
on_pulse(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	events_pulse(arg);
}

/* "epoch-number" -> the number; false when it is not of this life or too old.
 */
static bool
parse_after(const struct server *s, const char *after, uint64_t *seq_out)
{
	uint64_t epoch, seq;
	int n = 0;

	if (strlen(after) > 40 ||
	    sscanf(after, "%16" SCNx64 "-%19" SCNu64 "%n", &epoch, &seq, &n) !=
		2 ||
	    after[n] != '\0' || epoch != s->epoch ||
	    !rows_can_follow(&s->rows, seq))
		return false;
	*seq_out = seq;
	return true;
}

static void
greet(struct follower *f, bool reset)
{
	const struct server *s = f->events->server;
	char text[2300];
	size_t n = (size_t)snprintf(text, sizeof(text), "retry: 1000\n");

	if (reset)
		n += put_reset(f, text + n, sizeof(text) - n);
	n += answers_pulse(s, f->session->who.site, text + n, sizeof(text) - n);
	give_text(f, text, n);
}

void
events_follow(struct events *e, struct request *r, const char *after)
{
	static const struct timeval stuck = { .tv_sec = EVENTS_STUCK_SECONDS };
	struct evhttp_connection *evcon = evhttp_request_get_connection(r->req);
	struct follower *f;

	if (r->session->streams >= EVENTS_EACH) {
		reply_later(r->req, 429, 5,
		    "too many event streams of one log-in are open");
		return;
	}
	f = calloc(1, sizeof(*f));
	if (f == NULL) {
		reply_problem(r->req, 503, "memory is out");
		return;
	}
	f->events = e;
	f->req = r->req;
	f->session = r->session;
	f->session->streams++;
	f->bev = evhttp_connection_get_bufferevent(evcon);
	bool reset = after != NULL && !parse_after(e->server, after, &f->seq);

	if (after == NULL || reset)
		f->seq = e->server->rows.seq;
	TAILQ_INSERT_TAIL(&e->followers, f, entry);
	e->count++;
	gate_unbounded(e->server->gate, r->req);
	evhttp_connection_set_closecb(evcon, on_close, f);
	reply_headers(r->req, "text/event-stream", NULL);
	reply_header(r->req, "X-Accel-Buffering", "no");
	reply_header(r->req, "Connection", "close"); /* when it ends */
	evhttp_send_reply_start(r->req, 200, "OK");
	/* A browser says nothing more: only what it doesn't take counts. */
	bufferevent_set_timeouts(f->bev, NULL, &stuck);
	greet(f, reset);
}

struct events *
events_new(struct server *s)
{
	struct events *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->server = s;
	TAILQ_INIT(&e->followers);
	e->gather = evtimer_new(s->base, on_gather, e);
	e->pulse = evtimer_new(s->base, on_pulse, e);
	if (e->gather == NULL || e->pulse == NULL) {
		events_free(&e);
		return NULL;
	}
	events_pulse(e);
	return e;
}

void
events_free(struct events **ep)
{
	struct events *e = *ep;

	if (e == NULL)
		return;
	*ep = NULL;
	if (e->gather != NULL)
		event_free(e->gather);
	if (e->pulse != NULL)
		event_free(e->pulse);
	free(e);
}

uint32_t
events_count(const struct events *e)
{
	return e->count;
}
