/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who should be there, who was, and what screens showed. */
#include <stdio.h>
#include <string.h>

#include "common/site.h"
#include "monitor/http/reader_uuids.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

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
put_shift(struct query *q, const struct floor_shift *s, const char *site)
{
	char days[32];

	floor_days_print(s->days, days);
	json_out_open(&q->json, '{');
	query_put_number(q, "id", s->id);
	query_put_text(q, "room", s->room);
	query_put_text(q, "console", s->console);
	query_put_text(q, "site", site);
	query_put_text(q, "days", days);
	json_out_key(&q->json, "hours");
	put_hours(&q->json, &s->hours);
	query_put_number(q, "at_least", s->at_least);
	json_out_key(&q->json, "breaks");
	json_out_open(&q->json, '[');
	for (unsigned i = 0; i < s->break_count; i++)
		put_hours(&q->json, &s->breaks[i]);
	json_out_close(&q->json, ']');
	query_put_number(q, "idle_after_s", s->idle_after_s);
	query_put_number(q, "prompt_after_s", s->prompt_after_s);
	json_out_close(&q->json, '}');
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
	for (size_t i = 0; i < f->shift_count && !q->nowhere; i++) {
		const char *site = floor_site_of_room(f, f->shifts[i].room);

		if (q->site != NULL && !site_within(site, q->site))
			continue;
		if (!query_more(q))
			break;
		put_shift(q, &f->shifts[i], site);
	}
	query_cut(q);
	floor_free(&f);
	return true;
}

/* --- one console's time line */

struct console_look {
	struct query *q;
	bool found;
};

static bool
on_console(void *arg, const struct store_console_row *row)
{
	struct console_look *c = arg;

	c->found = row->id == c->q->ask->number;
	return !c->found;
}

static bool
on_presence(void *arg, const struct store_presence_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	query_put_text(q, "presence", presence_name(row->state));
	query_put_text(q, "why", presence_why_name(row->why));
	json_out_close(&q->json, '}');
	return true;
}

#define DISPUTES_MOST 100

/* What whoever sat there said about it: never a name. */
struct disputes {
	struct query *q;
	unsigned count;
};

static bool
on_dispute(void *arg, const struct store_dispute_row *row)
{
	struct disputes *d = arg;

	json_out_open(&d->q->json, '{');
	query_put_time(d->q, "from", row->from_utc);
	query_put_time(d->q, "to", row->to_utc);
	query_put_time(d->q, "at", row->created_utc);
	query_put_text(d->q, "text", row->text);
	json_out_close(&d->q->json, '}');
	return ++d->count < DISPUTES_MOST;
}

static bool
put_disputes(struct query *q, int64_t from, int64_t to)
{
	struct disputes d = { q, 0 };

	json_out_key(&q->json, "disputes");
	json_out_open(&q->json, '[');
	bool read = store_read_disputes(q->store, q->ask->number, from, to,
	    on_dispute, &d);

	json_out_close(&q->json, ']');
	return read;
}

bool
query_console_presence(struct query *q)
{
	const char *scope = q->ask->scope[0] != '\0' ? q->ask->scope : NULL;
	struct console_look look = { q, false };
	int64_t from, to;

	if (!store_read_consoles(q->store, scope, on_console, &look))
		return false;
	if (!look.found || q->ask->number <= 0)
		return query_status(q, 404);
	query_span(q, &from, &to);
	json_out_open(&q->json, '{');
	query_put_time(q, "from", from);
	query_put_time(q, "to", to);
	bool read = put_disputes(q, from, to);

	json_out_key(&q->json, "intervals");
	json_out_open(&q->json, '[');
	read = read && store_read_presence(q->store, q->ask->number, from, to,
			   on_presence, q);

	query_cut(q);
	return read;
}

/* --- sums of all */

static bool
on_present(void *arg, const struct store_present_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_number(q, "id", row->console);
	query_put_text(q, "console", row->name);
	query_put_text(q, "name", row->name);
	query_put_text(q, "room", row->room);
	query_put_text(q, "site", row->site);
	json_out_key(&q->json, "seconds");
	json_out_open(&q->json, '{');
	for (unsigned i = 0; i < PRESENCE_COUNT; i++)
		query_put_number(q, presence_name(i), row->us[i] / 1000000);
	json_out_close(&q->json, '}');
	json_out_close(&q->json, '}');
	return true;
}

bool
query_presence(struct query *q)
{
	int64_t from, to;
	bool read = true;

	query_span(q, &from, &to);
	json_out_open(&q->json, '{');
	query_put_time(q, "from", from);
	query_put_time(q, "to", to);
	json_out_key(&q->json, "items");
	json_out_open(&q->json, '[');
	if (!q->nowhere)
		read = store_read_present(q->store, q->site, from, to,
		    on_present, q);
	query_list_end(q);
	query_put_bool(q, "cut", q->full);
	json_out_close(&q->json, '}');
	return read;
}

/* --- what screens showed */

struct views {
	struct query *q;
	struct uuids *names; /* owned */
	int64_t feed;	     /* of this one; 0 = of all in the scope */
};

/* Names of screens elsewhere are not told; that the feed was shown is. */
static void
put_view(struct views *v, const struct store_view_row *row, bool here,
    const struct store_tile *tile)
{
	struct query *q = v->q;

	json_out_open(&q->json, '{');
	query_put_text(q, "screen", here ? row->screen : "");
	query_put_text(q, "console", here ? row->console : "");
	query_put_text(q, "room", here ? row->room : "");
	query_put_span(q, row->start_utc, row->end_utc);
	query_put_text(q, "source", view_source_name(row->source));
	query_put_text(q, "power", screen_power_name(row->power));
	uuids_put(q, v->names, tile->feed);
	query_put_text(q, "view", view_worth_name(tile->worth));
	json_out_close(&q->json, '}');
}

static bool
on_view(void *arg, const struct store_view_row *row)
{
	struct views *v = arg;
	struct query *q = v->q;
	bool here = query_may(q, row->site), begun = false;

	if (!here && (v->feed == 0 || q->ask->name[0] != '\0'))
		return true;
	for (size_t i = 0; i < row->tile_count; i++) {
		const struct store_tile *tile = &row->tiles[i];

		if ((v->feed != 0 && tile->feed != v->feed) ||
		    uuids_of(v->names, tile->feed) == NULL)
			continue;
		if (!begun && !query_more(q))
			return false;
		begun = true;
		put_view(v, row, here, tile);
	}
	if (begun)
		query_mark_numbers(q, row->start_utc, row->id);
	return true;
}

bool
query_views(struct query *q)
{
	struct views v = { .q = q };
	struct store_view_ask ask = { .screen = q->ask->name };
	bool read;

	if (query_after_numbers(q, &ask.after_start, &ask.after_id) % 2 != 0)
		return query_status(q, 400);
	if (query_names_feed(q)) {
		if (!query_find_feed(q, &v.feed))
			return false;
		if (v.feed == 0)
			return query_status(q, 404);
	}
	query_span(q, &ask.from_utc, &ask.to_utc);
	v.names = uuids_read(q);
	query_list(q);
	read = v.names != NULL && store_read_views(q->store, &ask, on_view, &v);
	query_list_end(q);
	json_out_close(&q->json, '}');
	uuids_free(&v.names);
	return read;
}
