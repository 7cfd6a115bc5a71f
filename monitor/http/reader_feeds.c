/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One feed: what is declared of it, its measures and its time lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/http/reader_overlays.h"
#include "monitor/http/usual.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/quirks.h"
#include "monitor/store/reference.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

#define SLOT_US 600000000LL
#define DAY_US (24 * 6 * SLOT_US)

/* --- time lines */

static bool
on_watched(void *arg, const struct store_watched_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	query_put_text(q, "watched", watched_name(row->watched));
	json_out_close(&q->json, '}');
	return true;
}

bool
query_watched(struct query *q)
{
	int64_t feed, from, to;

	if (!query_find_feed(q, &feed))
		return false;
	if (feed == 0)
		return query_status(q, 404);
	query_span(q, &from, &to);
	json_out_open(&q->json, '{');
	query_put_time(q, "from", from);
	query_put_time(q, "to", to);
	json_out_key(&q->json, "line");
	json_out_open(&q->json, '[');
	bool read = store_read_watched(q->store, feed, from, to, on_watched, q);

	query_cut(q);
	return read;
}

static bool
on_interval(void *arg, const struct store_interval_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_span(q, row->start_utc, row->end_utc);
	query_put_text(q, "state", state_name(row->state));
	query_put_text(q, "cause", cause_name(row->cause));
	query_put_time(q, "since", row->since_utc);
	query_put_time(q, "at", row->at_utc);
	query_put_number(q, "confidence", row->confidence);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->epoch, row->start_utc);
	return true;
}

bool
query_intervals(struct query *q)
{
	int64_t feed, from, to, epoch, start;

	if (query_after_numbers(q, &epoch, &start) % 2 != 0)
		return query_status(q, 400);
	if (!query_find_feed(q, &feed))
		return false;
	if (feed == 0)
		return query_status(q, 404);
	query_span(q, &from, &to);
	query_list(q);
	bool read = store_read_intervals(q->store, feed, from, to, epoch,
	    q->ask->after[0] != '\0' ? start : INT64_MIN, on_interval, q);

	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}

/* --- measures */

struct series {
	struct query *q;
	struct usual *usual;	       /* owned */
	struct store_rollup_row *slot; /* owned; slot_utc 0: nothing known */
	size_t count;
	int64_t feed, from_utc, to_utc;
	char zone[ZONES_NAME_BYTES];
};

static bool
on_rollup(void *arg, const struct store_rollup_row *row)
{
	struct series *s = arg;
	const uint32_t v[USUAL_WHATS] = { row->fps_milli, row->kbps,
		row->loss_ppm };
	int64_t local_s = row->slot_utc / 1000000 +
			  zones_ahead(s->q->zones, s->zone, row->slot_utc);
	int64_t of_day = (local_s % 86400 + 86400) % 86400;

	if (row->slot_utc >= s->to_utc - USUAL_DAYS * DAY_US)
		usual_add(s->usual, (unsigned)(of_day / 3600), v);
	if (row->slot_utc >= s->from_utc &&
	    (size_t)((row->slot_utc - s->from_utc) / SLOT_US) < s->count)
		s->slot[(row->slot_utc - s->from_utc) / SLOT_US] = *row;
	return true;
}

static void
put_value(struct query *q, enum usual_what what, uint32_t v)
{
	if (what == USUAL_FPS)
		json_out_milli(&q->json, v);
	else
		json_out_integer(&q->json, v);
}

static void
put_slots(const struct series *s, const char *key, enum usual_what what)
{
	struct json_out *j = &s->q->json;

	json_out_key(j, key);
	json_out_open(j, '[');
	for (size_t i = 0; i < s->count; i++) {
		const struct store_rollup_row *r = &s->slot[i];

		if (r->slot_utc == 0)
			json_out_null(j);
		else
			put_value(s->q, what,
			    what == USUAL_FPS	 ? r->fps_milli
			    : what == USUAL_KBPS ? r->kbps
						 : r->loss_ppm);
	}
	json_out_close(j, ']');
}

/* An hour of which too little is known is null; all of them: so is the list. */
static void
put_usual(const struct series *s, const char *key, enum usual_what what)
{
	struct json_out *j = &s->q->json;
	uint32_t low, high;
	unsigned known = 0;

	json_out_key(j, key);
	for (unsigned h = 0; h < USUAL_HOURS; h++)
		known += usual_band(s->usual, h, what, &low, &high);
	if (known == 0) {
		json_out_null(j);
		return;
	}
	json_out_open(j, '[');
	for (unsigned h = 0; h < USUAL_HOURS; h++) {
		if (!usual_band(s->usual, h, what, &low, &high)) {
			json_out_null(j);
			continue;
		}
		json_out_open(j, '[');
		put_value(s->q, what, low);
		put_value(s->q, what, high);
		json_out_close(j, ']');
	}
	json_out_close(j, ']');
}

static void
put_series(const struct series *s)
{
	static const char *const keys[] = { "fps", "kbps", "loss_ppm" };
	struct query *q = s->q;

	json_out_open(&q->json, '{');
	query_put_time(q, "from", s->from_utc);
	query_put_number(q, "step_s", SLOT_US / 1000000);
	query_put_text(q, "zone", s->zone[0] != '\0' ? s->zone : "UTC");
	for (unsigned i = 0; i < USUAL_WHATS; i++)
		put_slots(s, keys[i], (enum usual_what)i);
	json_out_key(&q->json, "usual");
	json_out_open(&q->json, '{');
	for (unsigned i = 0; i < USUAL_WHATS; i++)
		put_usual(s, keys[i], (enum usual_what)i);
	json_out_close(&q->json, '}');
	json_out_close(&q->json, '}');
}

static bool
on_series_feed(void *arg, const struct store_feed_row *row)
{
	struct series *s = arg;

	if (!query_may(s->q, row->site))
		return false;
	s->feed = row->id;
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	return false;
}

bool
query_series(struct query *q)
{
	struct series s = { .q = q };
	int64_t usual_from;
	bool read = true;

	query_span(q, &s.from_utc, &s.to_utc);
	s.from_utc -= s.from_utc % SLOT_US;
	s.count = (size_t)((s.to_utc - s.from_utc + SLOT_US - 1) / SLOT_US);
	if (!store_read_feeds(q->store, NULL, q->ask->uuid, on_series_feed, &s))
		return false;
	if (s.feed == 0)
		return query_status(q, 404);
	s.slot = calloc(s.count + 1, sizeof(*s.slot));
	s.usual = malloc(sizeof(*s.usual));
	if (s.slot != NULL && s.usual != NULL) {
		usual_begin(s.usual);
		usual_from = s.to_utc - USUAL_DAYS * DAY_US;
		read = store_read_rollups(q->store, s.feed,
		    usual_from < s.from_utc ? usual_from : s.from_utc, s.to_utc,
		    on_rollup, &s);
		put_series(&s);
	} else {
		q->json.bad = true;
	}
	free(s.slot);
	free(s.usual);
	return read;
}

/* --- what is declared */

struct info {
	struct query *q;
	int64_t feed;
	char site[LIMIT_NAME_BYTES], tags[1024], uuid[37];
};

static void
put_words(struct query *q, const char *key, const char *list, char between)
{
	char word[LIMIT_NAME_BYTES];

	json_out_key(&q->json, key);
	json_out_open(&q->json, '[');
	for (const char *p = list; *p != '\0';) {
		const char *end = strchr(p, between);
		size_t n = end != NULL ? (size_t)(end - p) : strlen(p);

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		if (n > 0)
			json_out_string(&q->json, word);
		p += n + (end != NULL);
	}
	json_out_close(&q->json, ']');
}

static bool
on_info(void *arg, const struct store_feed_row *row)
{
	struct info *i = arg;
	struct query *q = i->q;
	char quirks[QUIRKS_BYTES];

	if (!query_may(q, row->site))
		return false;
	i->feed = row->id;
	snprintf(i->site, sizeof(i->site), "%s", row->site);
	snprintf(i->tags, sizeof(i->tags), "%s", row->tags);
	snprintf(i->uuid, sizeof(i->uuid), "%s", row->uuid_text);
	query_put_text(q, "id", row->uuid_text);
	query_put_text(q, "zone", row->zone);
	query_put_text(q, "contact", row->contact);
	put_words(q, "tags", row->tags, ',');
	query_put_text(q, "transport", inventory_transport(row->transport));
	quirks_print(row->quirks, quirks);
	put_words(q, "quirks", quirks, ' ');
	query_put_number(q, "sessions", row->sessions);
	query_put_text(q, "dark_hours", row->dark_hours);
	query_put_text(q, "relay", row->relay);
	query_put_number(q, "visit_s", row->visit_s);
	query_put_number(q, "visit_every_s", row->visit_every_s);
	json_out_key(&q->json, "incident");
	if (row->incident != 0)
		json_out_integer(&q->json, row->incident);
	else
		json_out_null(&q->json);
	return false;
}

static bool
on_reference(void *arg, const struct store_reference_row *row)
{
	struct info *i = arg;
	struct query *q = i->q;

	if (row->feed != i->feed)
		return true;
	if (row->utc == 0)
		return false;
	json_out_key(&q->json, "reference");
	json_out_open(&q->json, '{');
	query_put_time(q, "approved", row->utc);
	query_put_text(q, "by", row->actor);
	query_put_text(q, "reason", row->reason);
	json_out_close(&q->json, '}');
	i->feed = -1; /* said */
	return false;
}

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	struct info *i = arg;

	if (i->q->rows < i->q->ask->limit &&
	    overlay_covers(row, i->feed, i->site, i->tags)) {
		overlay_put(i->q, row);
		i->q->rows++;
	}
	return true;
}

bool
query_info(struct query *q)
{
	struct info i = { .q = q };
	int64_t feed;
	bool read;

	json_out_open(&q->json, '{');
	if (!store_read_feeds(q->store, NULL, q->ask->uuid, on_info, &i))
		return false;
	if (i.feed == 0)
		return query_status(q, 404);
	feed = i.feed;
	read = store_read_references(q->store,
	    i.site[0] != '\0' ? i.site : NULL, on_reference, &i);
	if (i.feed != -1) {
		json_out_key(&q->json, "reference");
		json_out_null(&q->json);
	}
	i.feed = feed;
	json_out_key(&q->json, "overlays");
	json_out_open(&q->json, '[');
	read = read && store_read_overlays(q->store, q->now_utc, INT64_MAX,
			   on_overlay, &i);
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return read;
}
