/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "common/clock.h"
#include "monitor/http/answers.h"
#include "monitor/http/assets.h"
#include "monitor/http/changes.h"
#include "monitor/http/events.h"
#include "monitor/http/gate.h"
#include "monitor/http/metrics.h"
#include "monitor/http/present.h"
#include "monitor/http/reply.h"
#include "monitor/http/server.h"
#include "monitor/http/sessions.h"
#include "monitor/http/snapshots.h"

const char *
request_find(void *r, const char *key)
{
	return evhttp_find_header(&((struct request *)r)->query, key);
}

const char *
request_word(struct request *r, const char *key)
{
	const char *v = request_find(r, key);

	return v != NULL ? v : "";
}

enum role
request_role(const struct request *r)
{
	return r->session != NULL ? (enum role)r->session->who.role : ROLE_NONE;
}

const char *
request_scope(const struct request *r)
{
	return r->session != NULL ? r->session->who.site : "";
}

uint64_t
request_mark(const struct request *r)
{
	const struct principal *who = &r->session->who;
	bool person = who->kind == CREDENTIAL_LOGIN;

	return (uint64_t)(person ? who->user : who->id) << 3 | who->kind;
}

/* What is true now, for lists. event: 48 letters of room. */
static struct lists_view
view_now(const struct request *r, char event[48])
{
	const struct server *s = r->s;

	snprintf(event, 48, "%016" PRIx64 "-%" PRIu64, s->epoch, s->rows.seq);
	return (struct lists_view){ .scope = request_scope(r),
		.late = s->late,
		.now_utc_us = clock_utc_us(),
		.heard_utc_us = s->totals.now_utc_us,
		.event = event };
}

/* --- who asks */

static void
put_text(struct json_out *j, const char *key, const char *text)
{
	json_out_key(j, key);
	if (text != NULL)
		json_out_string(j, text);
	else
		json_out_null(j);
}

static void
put_rights(struct json_out *j, const struct principal *who)
{
	json_out_key(j, "rights");
	json_out_open(j, '[');
	for (unsigned i = RIGHT_NONE + 1; i < RIGHT_COUNT; i++) {
		const struct right_row *row = rights_row((enum right)i);

		if (who != NULL && (row->roles >> who->role & 1) &&
		    rights_may((enum right)i, (enum role)who->role,
			who->kind == CREDENTIAL_LOGIN))
			json_out_string(j, row->id);
	}
	json_out_close(j, ']');
}

void
request_answer_session(struct server *s, struct evhttp_request *req,
    const struct session *session)
{
	const struct principal *who = session != NULL ? &session->who : NULL;
	struct json_out j;

	json_out_init(&j);
	json_out_open(&j, '{');
	put_text(&j, "user", who != NULL ? who->name : NULL);
	put_text(&j, "role", who != NULL ? role_name(who->role) : NULL);
	put_text(&j, "site", who != NULL ? who->site : "");
	put_text(&j, "kind", who != NULL ? credential_name(who->kind) : NULL);
	json_out_key(&j, "setup");
	json_out_bool(&j, s->configure.setup);
	put_text(&j, "version", CAMWARDEN_VERSION);
	json_out_key(&j, "ends");
	json_out_time(&j, who != NULL ? who->ends_utc_us : 0);
	put_text(&j, "language", s->configure.language);
	put_rights(&j, who);
	json_out_close(&j, '}');
	reply_json(req, &j);
}

static void
get_session(struct request *r)
{
	/* A wall's cookie lasts: browsers cap it at 400 days. */
	if (r->session != NULL && r->cookie &&
	    r->session->who.kind == CREDENTIAL_KIOSK)
		changes_set_cookie(r->req, r->letters, CREDENTIAL_KIOSK);
	/* What is no good is not sent again. */
	if (r->session == NULL && r->cookie)
		changes_clear_cookie(r->req);
	request_answer_session(r->s, r->req, r->session);
}

/* --- feeds */

static bool
is_loaded(const struct request *r)
{
	if (r->s->loaded)
		return true;
	reply_later(r->req, 503, 1, "the monitor is starting");
	return false;
}

static void
get_wall(struct request *r)
{
	char event[48];
	struct lists_view v = view_now(r, event);

	if (is_loaded(r))
		snapshots_wall(r->s->snapshots, r->req, &r->s->rows, &v);
}

static void
list_feeds(struct request *r, bool evidence)
{
	char event[48];
	struct lists_view v = view_now(r, event);
	struct lists_ask ask;
	const char *fault = lists_ask_fill(request_find, r, &ask);
	struct json_out j;

	if (fault != NULL) {
		reply_problem(r->req, 400, fault);
		return;
	}
	if (!is_loaded(r))
		return;
	json_out_init(&j);
	if (lists_feeds(&r->s->rows, &ask, &v, evidence, &j)) {
		reply_json(r->req, &j);
		return;
	}
	json_out_fini(&j);
	reply_problem(r->req, 400, "after: that is no longer in the list");
}

static void
get_feeds(struct request *r)
{
	list_feeds(r, false);
}

static void
get_verdicts(struct request *r)
{
	list_feeds(r, true);
}

static void
get_feed(struct request *r)
{
	if (is_loaded(r))
		present_answer(r->s->present, r);
}

static void
get_events(struct request *r)
{
	const char *after = reply_asked(r->req, "Last-Event-ID");

	if (after == NULL)
		after = evhttp_find_header(&r->query, "after");
	if (evhttp_request_get_command(r->req) == EVHTTP_REQ_HEAD)
		reply_bytes(r->req, "text/event-stream", NULL, "", 0);
	else if (is_loaded(r))
		events_follow(r->s->events, r, after);
}

/* --- of the server itself */

/* What the monitor said of itself, and what only we can know. */
static struct health
health_now(const struct server *s)
{
	struct health h = s->totals.health;

	if (s->late)
		h = (struct health){ .faults = HEALTH_BIT(HEALTH_MONITOR) };
	else if (!s->loaded)
		h.faults |= HEALTH_BIT(HEALTH_STARTING);
	if (s->reader == NULL &&
	    clock_mono_us() - s->reader_us > SERVER_LATE_US)
		h.faults |= HEALTH_BIT(HEALTH_READER);
	return h;
}

static void
get_metrics(struct request *r)
{
	struct server *s = r->s;
	char event[48];
	struct lists_view v = view_now(r, event);
	struct metrics m = { .totals = s->totals,
		.configure = s->configure,
		.late = s->late,
		.connections = gate_count(s->gate),
		.handshakes = gate_handshakes(s->gate),
		.streams = events_count(s->events),
		.requests = s->requests,
		.refused = gate_refused(s->gate),
		.strangers = s->strangers,
		.view = &v };
	struct changes_logins logins = changes_logins(s->changes);
	size_t length;
	char *made;

	/* What it said last is no sign of health once it says nothing. */
	m.totals.health = health_now(s);
	answers_narrow(s, v.scope, &m.totals);
	m.logins.in = logins.in;
	m.logins.refused = logins.refused;
	m.logins.throttled = logins.throttled;
	m.logins.waiting = logins.waiting;
	if (strcmp(request_word(r, "sites"), "1") == 0)
		m.rows = &s->rows;
	made = metrics_print(&m, &length);
	if (made == NULL)
		reply_problem(r->req, 503, "memory is out");
	else
		reply_bytes(r->req, "text/plain; version=0.0.4; charset=utf-8",
		    NULL, made, length);
	free(made);
}

static void
put_faults(struct json_out *j, const char *key, uint32_t bits)
{
	json_out_key(j, key);
	json_out_open(j, '[');
	for (unsigned i = 0; i < HEALTH_FAULTS; i++)
		if (bits >> i & 1)
			json_out_string(j, health_name((enum health_fault)i));
	json_out_close(j, ']');
}

static void
put_details(struct json_out *j, const struct server *s)
{
	const struct web_totals *t = &s->totals;
	const struct {
		const char *key;
		int64_t value;
	} numbers[] = { { "loop_lag_max_us", t->loop_lag_max_us },
		{ "loop_lag_p99_us", t->loop_lag_p99_us },
		{ "store_lag_us", t->store_lag_us },
		{ "store_queue", t->store_queue },
		{ "probe_restarts", (int64_t)t->restarts },
		{ "clock_error_us", t->clock_error_us },
		{ "heard_us", clock_mono_us() - s->heard_us } };

	json_out_key(j, "details");
	json_out_open(j, '{');
	put_text(j, "capacity", capacity_level_name(t->health.level));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		json_out_key(j, numbers[i].key);
		json_out_integer(j, numbers[i].value);
	}
	json_out_close(j, '}');
}

/* Words for anybody; numbers for those who are logged in. */
static void
get_health(struct request *r)
{
	struct health h = health_now(r->s);
	struct json_out j;
	size_t length;
	char *text;

	json_out_init(&j);
	json_out_open(&j, '{');
	if (h.faults == 0)
		put_text(&j, "status", "ok"); /* a problem has a number there */
	put_faults(&j, "reasons", h.faults);
	put_faults(&j, "warnings", h.warnings);
	if (r->session != NULL)
		put_details(&j, r->s);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text == NULL)
		reply_problem(r->req, 503, "memory is out");
	else if (h.faults != 0)
		reply_problem_bytes(r->req, 503, text, length);
	else
		reply_bytes(r->req, REPLY_JSON, NULL, text, length);
	free(text);
}

static void
get_openapi(struct request *r)
{
	const struct asset *a = assets_openapi();

	reply_bytes(r->req, a->type, "no-cache", a->bytes, a->length);
}

void
request_answer(struct request *r)
{
	static const struct {
		enum right right;
		void (*get)(struct request *r);
	} handlers[] = {
		{ RIGHT_SESSION, get_session },
		{ RIGHT_HEALTH, get_health },
		{ RIGHT_OPENAPI, get_openapi },
		{ RIGHT_METRICS, get_metrics },
		{ RIGHT_WALL, get_wall },
		{ RIGHT_EVENTS, get_events },
		{ RIGHT_FEEDS, get_feeds },
		{ RIGHT_FEED, get_feed },
		{ RIGHT_VERDICTS, get_verdicts },
	};

	for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
		if (handlers[i].right != r->match.right)
			continue;
		handlers[i].get(r);
		return;
	}
	reply_problem(r->req, 404, "no such page");
}
