/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/answers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "common/clock.h"
#include "monitor/http/json_out.h"
#include "monitor/http/server.h"

#define SHARED_US 200000

/* A finished list; lives while the server or a connection holds it. */
struct snapshot {
	unsigned holders;
	uint64_t seq;
	bool late;
	int64_t made_us;
	char *text;
	size_t length;
};

static void
release(const void *data, size_t length, void *arg)
{
	struct snapshot *snap = arg;

	(void)data;
	(void)length;
	if (--snap->holders > 0)
		return;
	free(snap->text);
	free(snap);
}

/* What a row says while nobody can vouch for it. */
static void
add_unknown(const struct server *s, struct json_out *j)
{
	json_out_key(j, "state");
	json_out_string(j, state_name(STATE_UNKNOWN));
	json_out_key(j, "cause");
	json_out_string(j, cause_name(CAUSE_MONITOR_OFF));
	json_out_key(j, "causes");
	json_out_open(j, '[');
	json_out_string(j, cause_name(CAUSE_MONITOR_OFF));
	json_out_close(j, ']');
	json_out_key(j, "confidence");
	json_out_integer(j, 0);
	json_out_key(j, "since");
	json_out_time(j, s->totals.now_utc_us);
	json_out_key(j, "at");
	json_out_time(j, s->totals.now_utc_us);
	json_out_key(j, "picture");
	json_out_null(j);
	json_out_key(j, "maintenance");
	json_out_bool(j, false);
	json_out_key(j, "muted");
	json_out_bool(j, false);
}

static void
add_row(const struct server *s, struct json_out *j, const struct row *r,
    bool detail)
{
	json_out_raw(j, r->head, r->head_length);
	if (s->late) {
		add_unknown(s, j);
	} else {
		j->comma = false;
		json_out_raw(j, r->tail, r->tail_length);
	}
	j->comma = false;
	if (detail)
		json_out_raw(j, r->detail, r->detail_length);
	json_out_close(j, '}');
}

static void
add_states(const struct server *s, struct json_out *j)
{
	const struct web_totals *t = &s->totals;

	json_out_key(j, "states");
	json_out_open(j, '{');
	for (unsigned i = 0; i < STATE_COUNT; i++) {
		uint32_t n = t->state[i];

		if (s->late)
			n = i == STATE_UNKNOWN ? t->feeds : 0;
		json_out_key(j, state_name(i));
		json_out_integer(j, n);
	}
	json_out_close(j, '}');
}

static void
add_totals(const struct server *s, struct json_out *j)
{
	const struct web_totals *t = &s->totals;

	json_out_key(j, "now");
	json_out_time(j, clock_utc_us());
	json_out_key(j, "late");
	json_out_bool(j, s->late);
	json_out_key(j, "heartbeat");
	json_out_time(j, t->now_utc_us);
	json_out_key(j, "started");
	json_out_time(j, t->started_utc_us);
	json_out_key(j, "feeds_total");
	json_out_integer(j, t->feeds);
	add_states(s, j);
	json_out_key(j, "flowing");
	json_out_integer(j, t->flowing);
	json_out_key(j, "loop_lag_max_us");
	json_out_integer(j, t->loop_lag_max_us);
	json_out_key(j, "store_lag_us");
	json_out_integer(j, t->store_lag_us);
	json_out_key(j, "record");
	json_out_open(j, '{');
	json_out_key(j, "witnessed");
	json_out_bool(j, t->witnessed && !s->late);
	json_out_key(j, "last");
	json_out_time(j, t->witnessed_utc_us);
	json_out_key(j, "contradicted");
	json_out_bool(j, t->contradicted);
	json_out_close(j, '}');
}

static struct snapshot *
snapshot_new(const struct server *s)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));
	struct json_out j;
	char event[48];

	if (snap == NULL)
		return NULL;
	json_out_init(&j);
	json_out_open(&j, '{');
	add_totals(s, &j);
	snprintf(event, sizeof(event), "%016" PRIx64 "-%" PRIu64, s->epoch,
	    s->rows.seq);
	json_out_key(&j, "event");
	json_out_string(&j, event);
	json_out_key(&j, "feeds");
	json_out_open(&j, '[');
	for (const struct row *r = s->rows.oldest; r != NULL; r = r->newer)
		if (!r->gone)
			add_row(s, &j, r, false);
	json_out_close(&j, ']');
	json_out_close(&j, '}');
	snap->text = json_out_take(&j, &snap->length);
	if (snap->text == NULL) {
		free(snap);
		return NULL;
	}
	snap->holders = 1;
	snap->seq = s->rows.seq;
	snap->late = s->late;
	snap->made_us = clock_mono_us();
	return snap;
}

bool
answers_feeds(struct server *s, struct evbuffer *out)
{
	struct snapshot *snap = s->snapshot;

	if (snap == NULL || snap->late != s->late ||
	    clock_mono_us() - snap->made_us > SHARED_US) {
		struct snapshot *made = snapshot_new(s);

		if (made == NULL)
			return false;
		if (snap != NULL)
			release(NULL, 0, snap);
		s->snapshot = snap = made;
	}
	snap->holders++;
	if (evbuffer_add_reference(out, snap->text, snap->length, release,
		snap) == 0)
		return true;
	snap->holders--;
	return false;
}

void
answers_fini(struct server *s)
{
	if (s->snapshot != NULL)
		release(NULL, 0, s->snapshot);
	s->snapshot = NULL;
}

void
answers_feed(const struct server *s, const struct row *r, struct evbuffer *out)
{
	struct json_out j;
	size_t length;
	char *text;

	json_out_init(&j);
	add_row(s, &j, r, true);
	text = json_out_take(&j, &length);
	if (text != NULL)
		evbuffer_add(out, text, length);
	free(text);
}

size_t
answers_pulse(const struct server *s, char *out, size_t size)
{
	struct json_out j;
	size_t length, n = 0;
	char *text;

	json_out_init(&j);
	json_out_open(&j, '{');
	add_totals(s, &j);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		n = (size_t)snprintf(out, size, "event: pulse\ndata: %s\n\n",
		    text);
	free(text);
	return n < size ? n : 0;
}
