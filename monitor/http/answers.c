/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/site.h"
#include "monitor/capacity/arrival.h"
#include "monitor/http/json_out.h"
#include "monitor/http/server.h"

void
answers_narrow(const struct server *s, const char *scope, struct web_totals *t)
{
	if (scope[0] == '\0')
		return;
	t->feeds = t->flowing = t->held = t->tried = 0;
	memset(t->state, 0, sizeof(t->state));
	memset(t->cause, 0, sizeof(t->cause));
	for (const struct row *r = s->rows.oldest; r != NULL; r = r->newer) {
		if (r->gone || !site_within(r->site->path, scope))
			continue;
		t->feeds++;
		t->flowing += r->flowing;
		t->state[r->state]++;
		t->cause[r->cause]++;
	}
}

static void
add_states(const struct server *s, const struct web_totals *t,
    struct json_out *j)
{
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

/* Of the whole fleet, and only while first tries are under way. */
static void
add_arrival(const struct web_totals *t, struct json_out *j)
{
	json_out_key(j, "arrival");
	if (t->tried >= t->held) {
		json_out_null(j);
		return;
	}
	json_out_open(j, '{');
	json_out_key(j, "feeds");
	json_out_integer(j, t->held);
	json_out_key(j, "tried");
	json_out_integer(j, t->tried);
	json_out_key(j, "connected");
	json_out_integer(j, t->flowing);
	json_out_key(j, "left_s");
	if (t->arrival_left_s == ARRIVAL_NOBODY_KNOWS)
		json_out_null(j);
	else
		json_out_integer(j, t->arrival_left_s);
	json_out_close(j, '}');
}

static void
add_totals(const struct server *s, const char *scope, struct json_out *j)
{
	struct web_totals narrowed = s->totals;
	const struct web_totals *t = &narrowed;

	answers_narrow(s, scope, &narrowed);
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
	add_states(s, t, j);
	json_out_key(j, "flowing");
	json_out_integer(j, t->flowing);
	add_arrival(t, j);
	json_out_key(j, "loop_lag_max_us");
	json_out_integer(j, t->loop_lag_max_us);
	json_out_key(j, "store_lag_us");
	json_out_integer(j, t->store_lag_us);
	json_out_key(j, "capacity");
	json_out_string(j, capacity_level_name(t->health.level));
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

size_t
answers_pulse(const struct server *s, const char *scope, char *out, size_t size)
{
	struct json_out j;
	size_t length, n = 0;
	char *text;

	json_out_init(&j);
	json_out_open(&j, '{');
	add_totals(s, scope, &j);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	if (text != NULL)
		n = (size_t)snprintf(out, size, "event: pulse\ndata: %s\n\n",
		    text);
	free(text);
	return n < size ? n : 0;
}
