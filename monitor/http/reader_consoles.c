/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/http/reader_query.h"
#include "monitor/http/rows.h"
#include "monitor/inventory/floor.h"
#include "monitor/presence/unwatched.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/zones.h"

/* --- consoles and screens as they are now */

struct consoles {
	struct query *q;
	struct floor *floor; /* owned */
	struct zones *zones; /* borrowed */
	int64_t now_utc;
};

/* What it is held to now: its own, or that of its shifts. */
static void
put_force(const struct consoles *c, const struct store_console_row *row)
{
	struct json_out *j = &c->q->json;
	int64_t local_s =
	    c->now_utc / 1000000 + zones_ahead(c->zones, row->zone, c->now_utc);
	struct roster_force f =
	    store_console_force(c->floor, row->name, local_s);

	json_out_key(j, "in_force");
	json_out_open(j, '{');
	json_out_key(j, "idle_after_s");
	json_out_integer(j, f.idle_after_s);
	json_out_key(j, "prompt_after_s");
	json_out_integer(j, f.prompt_after_s);
	json_out_key(j, "shifts");
	json_out_integer(j, f.shifts);
	json_out_close(j, '}');
}

static bool
on_console(void *arg, const struct store_console_row *row)
{
	const struct consoles *c = arg;
	struct query *q = c->q;
	struct json_out *j = &q->json;

	json_out_open(j, '{');
	json_out_key(j, "id");
	json_out_integer(j, row->id);
	json_out_key(j, "console");
	json_out_string(j, row->name);
	json_out_key(j, "room");
	json_out_string(j, row->room);
	json_out_key(j, "site");
	json_out_string(j, row->site);
	json_out_key(j, "presence");
	json_out_string(j, presence_name(row->state));
	json_out_key(j, "why");
	json_out_string(j, presence_why_name(row->why));
	json_out_key(j, "help");
	json_out_string(j, presence_why_help(row->why));
	json_out_key(j, "since");
	json_out_time(j, row->since_utc);
	json_out_key(j, "at");
	json_out_time(j, row->at_utc);
	json_out_key(j, "evidence");
	json_out_raw(j, row->evidence, strlen(row->evidence));
	json_out_key(j, "screens");
	json_out_integer(j, row->screens);
	json_out_key(j, "tiles");
	json_out_integer(j, row->tiles);
	json_out_key(j, "tiles_counting");
	json_out_integer(j, row->tiles_counting);
	put_force(c, row);
	json_out_close(j, '}');
	return ++q->rows < q->ask->limit;
}

/* The names by which feeds are known outside. */
struct feed_name {
	int64_t id;
	char uuid[37];
};
struct screens {
	struct query *q;
	struct feed_name *names; /* by id; owned */
	size_t count, room;
};

static bool
on_name(void *arg, const struct store_feed_row *row)
{
	struct screens *s = arg;

	if (s->count == s->room) {
		size_t room = s->room * 2 + 256;
		void *names = realloc(s->names, room * sizeof(*s->names));

		if (names == NULL)
			return false;
		s->names = names;
		s->room = room;
	}
	s->names[s->count].id = row->id;
	memcpy(s->names[s->count++].uuid, row->uuid_text, 37);
	return true;
}

static int
by_id(const void *a, const void *b)
{
	const struct feed_name *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static void
put_tile(const struct screens *s, const struct store_tile *tile)
{
	struct json_out *j = &s->q->json;
	struct feed_name key = { .id = tile->feed };
	const struct feed_name *name =
	    bsearch(&key, s->names, s->count, sizeof(key), by_id);

	json_out_open(j, '{');
	json_out_key(j, "feed");
	if (name != NULL)
		json_out_string(j, name->uuid);
	else
		json_out_null(j); /* it left the inventory */
	json_out_key(j, "view");
	json_out_string(j, view_worth_name(tile->worth));
	json_out_close(j, '}');
}

static bool
on_screen(void *arg, const struct store_display_row *row)
{
	const struct screens *s = arg;
	struct json_out *j = &s->q->json;

	json_out_open(j, '{');
	json_out_key(j, "screen");
	json_out_string(j, row->name);
	json_out_key(j, "console");
	json_out_integer(j, row->console);
	json_out_key(j, "room");
	json_out_integer(j, row->room);
	json_out_key(j, "since");
	json_out_time(j, row->start_utc);
	json_out_key(j, "power");
	json_out_string(j, screen_power_name(row->power));
	json_out_key(j, "source");
	json_out_string(j, view_source_name(row->source));
	json_out_key(j, "tiles");
	json_out_open(j, '[');
	for (size_t i = 0; i < row->tile_count; i++)
		put_tile(s, &row->tiles[i]);
	json_out_close(j, ']');
	json_out_close(j, '}');
	return j->length < READ_BODY_BYTES / 2;
}

static bool
put_consoles(struct query *q)
{
	static struct zones *zones; /* for the process's life; one thread */
	const char *site = q->ask->site[0] != '\0' ? q->ask->site : NULL;
	struct consoles c = { .q = q,
		.floor = store_read_floor(q->store, NULL) };
	struct store_now now;
	bool read = false;

	store_now(&now);
	c.now_utc = now.utc_us;
	if (zones == NULL)
		zones = zones_new();
	c.zones = zones;
	json_out_open(&q->json, '[');
	if (c.floor != NULL && zones != NULL)
		read = store_read_consoles(q->store, site, on_console, &c);
	json_out_close(&q->json, ']');
	floor_free(&c.floor);
	return read;
}

bool
query_consoles(struct query *q)
{
	struct screens s = { .q = q };
	bool read;

	json_out_open(&q->json, '{');
	json_out_key(&q->json, "consoles");
	read = put_consoles(q);
	json_out_key(&q->json, "screens");
	json_out_open(&q->json, '[');
	read = read && store_read_feeds(q->store, NULL, NULL, on_name, &s);
	if (s.count > 1)
		qsort(s.names, s.count, sizeof(*s.names), by_id);
	read = read && store_read_screens(q->store, 0, on_screen, &s);
	free(s.names);
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return read;
}

/* --- who should be there */

static void
put_hours(struct json_out *j, const struct floor_span *span)
{
	char text[16];

	snprintf(text, sizeof(text), "%02u:%02u-%02u:%02u",
	    span->from / 60u % 24u, span->from % 60u, span->to / 60u % 24u,
	    span->to % 60u);
	json_out_string(j, text);
}

static void
put_shift(struct json_out *j, const struct floor_shift *s)
{
	char days[32];

	floor_days_print(s->days, days);
	json_out_open(j, '{');
	json_out_key(j, "id");
	json_out_integer(j, s->id);
	json_out_key(j, "room");
	json_out_string(j, s->room);
	json_out_key(j, "console");
	json_out_string(j, s->console);
	json_out_key(j, "days");
	json_out_string(j, days);
	json_out_key(j, "hours");
	put_hours(j, &s->hours);
	json_out_key(j, "at_least");
	json_out_integer(j, s->at_least);
	json_out_key(j, "breaks");
	json_out_open(j, '[');
	for (unsigned i = 0; i < s->break_count; i++)
		put_hours(j, &s->breaks[i]);
	json_out_close(j, ']');
	json_out_key(j, "idle_after_s");
	json_out_integer(j, s->idle_after_s);
	json_out_key(j, "prompt_after_s");
	json_out_integer(j, s->prompt_after_s);
	json_out_close(j, '}');
}

bool
query_roster(struct query *q)
{
	struct floor *f = store_read_floor(q->store, NULL);

	if (f == NULL)
		return false;
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "shifts");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < f->shift_count && i < q->ask->limit; i++)
		put_shift(&q->json, &f->shifts[i]);
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	floor_free(&f);
	return true;
}

/* --- time lines */

static bool
on_presence(void *arg, const struct store_presence_row *row)
{
	struct query *q = arg;
	struct json_out *j = &q->json;

	if (q->rows++ >= q->ask->limit)
		return false;
	json_out_open(j, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	json_out_key(j, "presence");
	json_out_string(j, presence_name(row->state));
	json_out_key(j, "why");
	json_out_string(j, presence_why_name(row->why));
	json_out_close(j, '}');
	return true;
}

bool
query_presence(struct query *q)
{
	struct store_now now;
	bool read;

	store_now(&now);
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "intervals");
	json_out_open(&q->json, '[');
	read = store_read_presence(q->store, q->ask->number,
	    q->ask->from_utc_us, now.utc_us, on_presence, q);
	query_end_list(q);
	return read;
}

static bool
on_watched(void *arg, const struct store_watched_row *row)
{
	struct query *q = arg;
	struct json_out *j = &q->json;

	if (q->rows++ >= q->ask->limit)
		return false;
	json_out_open(j, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	json_out_key(j, "watched");
	json_out_string(j, watched_name(row->watched));
	json_out_close(j, '}');
	return true;
}

bool
query_watched(struct query *q)
{
	struct store_now now;
	bool read;

	store_now(&now);
	if (!query_find_feed(q))
		return false;
	if (q->feed == 0) {
		q->answer.status = 404;
		return true;
	}
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "line");
	json_out_open(&q->json, '[');
	read = store_read_watched(q->store, q->feed, q->ask->from_utc_us,
	    now.utc_us, on_watched, q);
	query_end_list(q);
	return read;
}

/* --- the audit: worst first */

struct audited {
	int64_t feed, span_us, gap_us, sure_us, gap_from, us[WATCHED_COUNT];
	bool never;
	uint8_t uuid[16], criticality, windows;
	char site[LIMIT_NAME_BYTES], name[LIMIT_NAME_BYTES];
};
struct audit {
	struct audited *rows; /* owned */
	size_t count, room;
	bool full; /* memory was out */
};

static bool
on_unwatched(void *arg, const struct store_unwatched_row *row)
{
	struct audit *a = arg;
	const struct unwatched_feed *f = row->audit;
	struct audited *r;

	if (a->count == a->room) {
		size_t room = a->room * 2 + 64;
		void *rows = realloc(a->rows, room * sizeof(*a->rows));

		a->full = rows == NULL;
		if (a->full)
			return false;
		a->rows = rows;
		a->room = room;
	}
	r = &a->rows[a->count++];
	*r = (struct audited){ .feed = row->feed,
		.span_us = f->span_us,
		.gap_us = f->gap_low.end_us - f->gap_low.start_us,
		.gap_from = f->gap_low.start_us,
		.sure_us = f->gap_high.end_us - f->gap_high.start_us,
		.never = f->never_low,
		.criticality = row->criticality,
		.windows = f->window_count };
	memcpy(r->us, f->us, sizeof(r->us));
	memcpy(r->uuid, row->uuid, 16);
	snprintf(r->site, sizeof(r->site), "%s", row->site);
	snprintf(r->name, sizeof(r->name), "%s", row->name);
	return true;
}

static int
worst_first(const void *a, const void *b)
{
	const struct audited *x = a, *y = b;

	if (x->never != y->never)
		return x->never ? -1 : 1;
	if (x->gap_us != y->gap_us)
		return x->gap_us > y->gap_us ? -1 : 1;
	if (x->criticality != y->criticality)
		return x->criticality > y->criticality ? -1 : 1;
	return x->feed < y->feed ? -1 : x->feed > y->feed;
}

static void
put_unwatched(struct json_out *j, const struct audited *r)
{
	char uuid[37];

	rows_uuid_print(r->uuid, uuid);
	json_out_open(j, '{');
	json_out_key(j, "id");
	json_out_string(j, uuid);
	json_out_key(j, "site");
	json_out_string(j, r->site);
	json_out_key(j, "name");
	json_out_string(j, r->name);
	json_out_key(j, "criticality");
	json_out_integer(j, r->criticality);
	json_out_key(j, "span_us");
	json_out_integer(j, r->span_us);
	json_out_key(j, "us");
	json_out_open(j, '{');
	for (unsigned w = 0; w < WATCHED_COUNT; w++) {
		json_out_key(j, watched_name(w));
		json_out_integer(j, r->us[w]);
	}
	json_out_close(j, '}');
	json_out_key(j, "never");
	json_out_bool(j, r->never);
	json_out_key(j, "gap_us");
	json_out_integer(j, r->gap_us);
	json_out_key(j, "gap_from");
	json_out_time(j, r->gap_us > 0 ? r->gap_from : 0);
	json_out_key(j, "sure_gap_us");
	json_out_integer(j, r->sure_us);
	json_out_key(j, "blind_windows");
	json_out_integer(j, r->windows);
	json_out_close(j, '}');
}

static void
put_audit(struct query *q, struct audit *a)
{
	struct json_out *j = &q->json;
	size_t n = 0;

	if (a->count > 1)
		qsort(a->rows, a->count, sizeof(*a->rows), worst_first);
	json_out_open(j, '{');
	json_out_key(j, "feeds");
	json_out_integer(j, (int64_t)a->count);
	json_out_key(j, "worst_first");
	json_out_open(j, '[');
	for (; n < a->count && n < q->ask->limit &&
	       j->length < READ_BODY_BYTES - 4096;
	     n++)
		put_unwatched(j, &a->rows[n]);
	json_out_close(j, ']');
	json_out_key(j, "cut");
	json_out_bool(j, n < a->count);
	json_out_close(j, '}');
}

bool
query_unwatched(struct query *q)
{
	struct audit a = { 0 };
	struct store_unwatched_ask ask = { .from_utc = q->ask->from_utc_us,
		.site = q->ask->site[0] != '\0' ? q->ask->site : NULL };
	struct store_now now;
	bool read;

	store_now(&now);
	ask.to_utc = now.utc_us;
	read =
	    store_read_unwatched(q->store, &ask, on_unwatched, &a) && !a.full;
	if (read)
		put_audit(q, &a);
	free(a.rows);
	return read;
}
