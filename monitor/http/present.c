/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/present.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/site.h"
#include "monitor/http/lists.h"
#include "monitor/http/pending.h"
#include "monitor/http/reply.h"
#include "monitor/http/request.h"
#include "monitor/http/server.h"

struct looker {
	TAILQ_ENTRY(looker) entry;
	uint32_t id; /* in pending, which knows whether the client is there */
	uint8_t uuid[16];
	char scope[LIMIT_NAME_BYTES];
};

TAILQ_HEAD(looker_list, looker);

struct present {
	struct server *server;
	struct pending *pending;
	struct looker_list lookers;
	uint32_t count;
};

static void
answer(struct server *s, struct evhttp_request *req, const uint8_t uuid[16],
    const char *scope)
{
	const struct row *row = rows_find(&s->rows, uuid);
	const struct lists_view v = { .scope = scope,
		.late = s->late,
		.now_utc_us = clock_utc_us(),
		.heard_utc_us = s->totals.now_utc_us,
		.event = "" };
	struct json_out j;

	if (row == NULL || !site_within(row->site->path, scope)) {
		reply_problem(req, 404, "no such feed");
		return;
	}
	json_out_init(&j);
	lists_feed(row, &v, true, &j);
	reply_json(req, &j);
}

static void
answer_looker(struct present *p, struct looker *l)
{
	struct evhttp_request *req;
	uint8_t what;

	TAILQ_REMOVE(&p->lookers, l, entry);
	p->count--;
	req = pending_take(p->pending, l->id, &what);
	if (req != NULL)
		answer(p->server, req, l->uuid, l->scope);
	free(l);
}

void
present_told(struct present *p, const uint8_t uuid[16])
{
	struct looker *l, *next;

	for (l = TAILQ_FIRST(&p->lookers); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (memcmp(l->uuid, uuid, 16) == 0)
			answer_looker(p, l);
	}
}

/* The monitor takes too long: what is known must do. */
static void
on_hung(void *arg)
{
	struct present *p = arg;
	struct looker *l;

	while ((l = TAILQ_FIRST(&p->lookers)) != NULL)
		answer_looker(p, l);
}

static bool
is_awaited(const struct row *row, int64_t now)
{
	return row->asked_us != 0 &&
	       now - row->asked_us < PRESENT_SECONDS * US_PER_S;
}

/* False: it can't wait. */
static bool
wait_for(struct present *p, struct request *r, struct row *row)
{
	int64_t now = clock_mono_us();
	struct looker *l;

	if (p->count >= PRESENT_MOST || (l = calloc(1, sizeof(*l))) == NULL)
		return false;
	l->id = pending_add(p->pending, r->req, 0);
	if (l->id == 0) {
		free(l);
		return false;
	}
	memcpy(l->uuid, row->uuid, 16);
	strncpy(l->scope, request_scope(r), sizeof(l->scope) - 1);
	TAILQ_INSERT_TAIL(&p->lookers, l, entry);
	p->count++;
	if (is_awaited(row, now))
		return true;
	row->asked_us = now;
	channel_send(p->server->monitor, WEB_WANT_ROW, row->uuid, 16);
	return true;
}

void
present_answer(struct present *p, struct request *r)
{
	struct server *s = p->server;
	struct row *row = rows_find(&s->rows, r->match.uuid);

	if (row != NULL && !s->late &&
	    site_within(row->site->path, request_scope(r)) &&
	    clock_mono_us() - row->told_us >= PRESENT_FRESH_US &&
	    wait_for(p, r, row))
		return;
	answer(s, r->req, r->match.uuid, request_scope(r));
}

struct present *
present_new(struct server *s)
{
	struct present *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	struct pending_config config = { PRESENT_MOST, PRESENT_SECONDS, on_hung,
		p };

	p->server = s;
	TAILQ_INIT(&p->lookers);
	p->pending = pending_new(s->base, &config);
	if (p->pending != NULL)
		return p;
	free(p);
	return NULL;
}
