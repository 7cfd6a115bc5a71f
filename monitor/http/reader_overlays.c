/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reader_overlays.h"

#include <stdio.h>
#include <string.h>

#include "common/site.h"
#include "monitor/overlay.h"
#include "monitor/store/store_read_web.h"

bool
overlay_covers(const struct store_overlay_row *row, int64_t feed,
    const char *site, const char *tags)
{
	if (row->feed != 0)
		return row->feed == feed;
	if (row->site != 0)
		return site[0] != '\0' && site_within(site, row->site_path);
	return tags_have(tags, row->tag);
}

/* --- which are of somebody's sites */

struct tag_look {
	const char *tag;
	bool found;
};

static bool
on_short(void *arg, const struct store_short_row *row)
{
	struct tag_look *t = arg;

	t->found = tags_have(row->tags, t->tag);
	return !t->found;
}

bool
overlay_touches(struct query *q, const struct store_overlay_row *row,
    const char *site, bool *good_out)
{
	struct tag_look look = { row->tag, false };

	if (site == NULL || site[0] == '\0')
		return true;
	if (row->feed != 0)
		return site_within(row->feed_site, site);
	/* Of a site above it covers what is here, too. */
	if (row->site != 0)
		return site_within(row->site_path, site) ||
		       site_within(site, row->site_path);
	*good_out =
	    *good_out && store_read_short(q->store, site, 0, on_short, &look);
	return look.found;
}

/* --- as JSON */

static void
put_place(struct query *q, const struct store_overlay_row *row)
{
	if (row->feed != 0) {
		query_put_text(q, "feed", row->feed_name);
		query_put_text(q, "feed_id", row->feed_uuid);
	} else if (row->site != 0) {
		query_put_text(q, "site", row->site_path);
	} else {
		query_put_text(q, "tag", row->tag);
	}
}

void
overlay_put(struct query *q, const struct store_overlay_row *row)
{
	char weekly[64];

	json_out_open(&q->json, '{');
	query_put_number(q, "number", row->id);
	query_put_text(q, "kind",
	    row->kind == STORE_MUTE ? "mute" : "maintenance");
	put_place(q, row);
	query_put_text(q, "by", row->actor);
	query_put_text(q, "reason", row->reason);
	if (row->days != 0) {
		overlay_weekly_print(row->days, row->begin_minute,
		    row->end_minute, weekly);
		query_put_text(q, "weekly", weekly);
		query_put_text(q, "zone", row->zone);
	}
	query_put_time(q, "from", row->from_utc);
	query_put_time(q, "to", row->to_utc);
	query_put_time(q, "entered", row->created_utc);
	query_put_bool(q, "in_force", overlay_holds(q->zones, row, q->now_utc));
	json_out_close(&q->json, '}');
}

/* --- the list */

struct overlays {
	struct query *q;
	int64_t after_from, after_id; /* the last of the page before */
	int64_t feed;		      /* covering this one; 0 = any */
	char feed_site[LIMIT_NAME_BYTES], feed_tags[1024];
	bool good;
};

static bool
is_wanted(struct overlays *o, const struct store_overlay_row *row)
{
	struct query *q = o->q;

	if (row->from_utc < o->after_from ||
	    (row->from_utc == o->after_from && row->id <= o->after_id))
		return false;
	if (q->ask->kind != 0 && row->kind != q->ask->kind)
		return false;
	if (o->feed != 0 &&
	    !overlay_covers(row, o->feed, o->feed_site, o->feed_tags))
		return false;
	return overlay_touches(q, row, q->site, &o->good);
}

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	struct overlays *o = arg;
	struct query *q = o->q;

	if (!is_wanted(o, row))
		return o->good;
	if (!query_more(q))
		return false;
	overlay_put(q, row);
	query_mark_numbers(q, row->from_utc, row->id);
	return true;
}

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct overlays *o = arg;

	if (!query_may(o->q, row->site))
		return false;
	o->feed = row->id;
	snprintf(o->feed_site, sizeof(o->feed_site), "%s", row->site);
	snprintf(o->feed_tags, sizeof(o->feed_tags), "%s", row->tags);
	return false;
}

bool
query_overlays(struct query *q)
{
	struct overlays o = { .q = q, .good = true };
	bool read = true;

	if (query_after_numbers(q, &o.after_from, &o.after_id) % 2 != 0)
		return query_status(q, 400);
	if (query_names_feed(q)) {
		if (!store_read_feeds(q->store, NULL, q->ask->uuid, on_feed,
			&o))
			return false;
		if (o.feed == 0)
			return query_status(q, 404);
	}
	query_list(q);
	if (!q->nowhere)
		read =
		    store_reader_hold(q->store) &&
		    store_read_overlays(q->store, q->ask->flag ? 0 : q->now_utc,
			INT64_MAX, on_overlay, &o) &&
		    o.good;
	store_reader_release(q->store);
	query_list_end(q);
	json_out_close(&q->json, '}');
	return read;
}
