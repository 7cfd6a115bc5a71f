/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/pending.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/http.h>

#include "common/clock.h"

struct waiting {
	TAILQ_ENTRY(waiting) entry;
	struct pending *pending;
	struct evhttp_request *req;
	struct evhttp_connection *evcon;
	int64_t begun_us;
	uint64_t mark;
	uint32_t id;
	uint8_t what;
};

TAILQ_HEAD(waiting_list, waiting);

struct pending {
	struct pending_config config;
	struct waiting_list list; /* oldest first */
	struct event *hung;	  /* the oldest's deadline */
	uint32_t count;
	uint32_t next_id;
};

static void
rearm(struct pending *p)
{
	struct waiting *oldest = TAILQ_FIRST(&p->list);
	struct timeval left = { 0 };
	int64_t us;

	if (oldest == NULL) {
		evtimer_del(p->hung);
		return;
	}
	us = oldest->begun_us + (int64_t)p->config.seconds * US_PER_S -
	     clock_mono_us();
	if (us > 0) {
		left.tv_sec = (time_t)(us / US_PER_S);
		left.tv_usec = (suseconds_t)(us % US_PER_S);
	}
	evtimer_add(p->hung, &left);
}

static struct evhttp_request *
forget(struct waiting *w)
{
	struct pending *p = w->pending;
	struct evhttp_request *req = w->req;
	bool oldest = w == TAILQ_FIRST(&p->list);

	if (req != NULL)
		evhttp_connection_set_closecb(w->evcon, NULL, NULL);
	TAILQ_REMOVE(&p->list, w, entry);
	p->count--;
	free(w);
	if (oldest)
		rearm(p);
	return req;
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

uint32_t
pending_add(struct pending *p, struct evhttp_request *req, uint8_t what)
{
	struct waiting *w;

	if (p->count >= p->config.most || (w = calloc(1, sizeof(*w))) == NULL)
		return 0;
	w->pending = p;
	w->req = req;
	w->evcon = evhttp_request_get_connection(req);
	w->begun_us = clock_mono_us();
	w->what = what;
	if (++p->next_id == 0)
		p->next_id = 1;
	w->id = p->next_id;
	TAILQ_INSERT_TAIL(&p->list, w, entry);
	if (p->count++ == 0)
		rearm(p);
	evhttp_connection_set_closecb(w->evcon, on_close, w);
	return w->id;
}

void
pending_mark(struct pending *p, uint32_t id, uint64_t mark)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &p->list, entry)
	{
		if (w->id == id)
			w->mark = mark;
	}
}

uint32_t
pending_marked(const struct pending *p, uint64_t mark)
{
	const struct waiting *w;
	uint32_t n = 0;

	TAILQ_FOREACH(w, &p->list, entry)
	{
		n += w->mark == mark;
	}
	return n;
}

uint32_t
pending_count(const struct pending *p)
{
	return p->count;
}

struct evhttp_request *
pending_take(struct pending *p, uint32_t id, uint8_t *what_out)
{
	struct waiting *w;

	TAILQ_FOREACH(w, &p->list, entry)
	{
		if (w->id != id)
			continue;
		*what_out = w->what;
		return forget(w);
	}
	return NULL;
}

struct evhttp_request *
pending_take_first(struct pending *p)
{
	struct waiting *w = TAILQ_FIRST(&p->list);

	return w != NULL ? forget(w) : NULL;
}

static void
on_hung(evutil_socket_t fd, short what, void *arg)
{
	struct pending *p = arg;

	(void)fd;
	(void)what;
	p->config.on_hung(p->config.arg);
}

struct pending *
pending_new(struct event_base *base, const struct pending_config *config)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->config = *config;
	TAILQ_INIT(&p->list);
	p->hung = evtimer_new(base, on_hung, p);
	if (p->hung == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

void
pending_free(struct pending **pp)
{
	struct pending *p = *pp;

	if (p == NULL)
		return;
	*pp = NULL;
	event_free(p->hung);
	free(p);
}
