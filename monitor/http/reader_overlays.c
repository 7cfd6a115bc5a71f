/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reader_query.h"
#include "monitor/overlay.h"

struct overlays {
	struct query *q;
	struct zones *zones; /* borrowed */
	int64_t now_utc;
};

static void
put_words(struct json_out *j, const struct store_overlay_row *row)
{
	char weekly[64];

	json_out_key(j, "kind");
	json_out_string(j, row->kind == STORE_MUTE ? "mute" : "maintenance");
	json_out_key(j, row->feed != 0	 ? "feed"
			: row->site != 0 ? "site"
					 : "tag");
	json_out_string(j, row->feed != 0   ? row->feed_name
			   : row->site != 0 ? row->site_path
					    : row->tag);
	json_out_key(j, "by");
	json_out_string(j, row->actor);
	json_out_key(j, "reason");
	json_out_string(j, row->reason);
	if (row->days == 0)
		return;
	overlay_weekly_print(row->days, row->begin_minute, row->end_minute,
	    weekly);
	json_out_key(j, "weekly");
	json_out_string(j, weekly);
	json_out_key(j, "zone");
	json_out_string(j, row->zone);
}

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	const struct overlays *o = arg;
	struct json_out *j = &o->q->json;

	if (o->q->rows++ >= o->q->ask->limit ||
	    j->length > READ_BODY_BYTES - 8192)
		return false;
	json_out_open(j, '{');
	json_out_key(j, "number");
	json_out_integer(j, row->id);
	put_words(j, row);
	json_out_key(j, "from");
	json_out_time(j, row->from_utc);
	json_out_key(j, "to");
	json_out_time(j, row->to_utc);
	json_out_key(j, "entered");
	json_out_time(j, row->created_utc);
	json_out_key(j, "in_force");
	json_out_bool(j, overlay_holds(o->zones, row, o->now_utc));
	json_out_close(j, '}');
	return true;
}

bool
query_overlays(struct query *q)
{
	static struct zones *zones; /* for the process's life; one thread */
	struct store_now now;
	struct overlays o = { .q = q };
	bool read;

	if (zones == NULL)
		zones = zones_new();
	store_now(&now);
	o.zones = zones;
	o.now_utc = now.utc_us;
	json_out_open(&q->json, '{');
	json_out_key(&q->json, "overlays");
	json_out_open(&q->json, '[');
	read = zones != NULL &&
	       store_read_overlays(q->store, q->ask->open_only ? now.utc_us : 0,
		   INT64_MAX, on_overlay, &o);
	query_end_list(q);
	return read;
}
