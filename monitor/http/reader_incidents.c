/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Incidents: lists of them, and one with all that belongs to it. */
#include "monitor/http/reader_incidents.h"

#include <string.h>

#include "monitor/http/refusals.h"
#include "monitor/store/store_read_users.h"

#define INCIDENT_BYTES (2u << 20)
#define UNDER_MOST 500u /* feeds told of a site's incident */

static const char *
kind_of(const struct store_incident_row *i)
{
	if (i->feed != 0)
		return "feed";
	if (i->console != 0)
		return "console";
	if (i->room != 0)
		return "room";
	return i->site != 0 ? "site" : "own";
}

static const char *
name_of(const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	if (i->feed != 0)
		return row->feed;
	if (i->console != 0)
		return row->console;
	if (i->room != 0)
		return row->room;
	return i->site != 0 ? row->site : "";
}

static void
put_people(struct query *q, const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	query_put_time(q, "acknowledged", i->acknowledged_utc);
	json_out_key(&q->json, "acknowledged_by");
	if (i->acknowledged_utc != 0)
		json_out_string(&q->json, i->acknowledged_by);
	else
		json_out_null(&q->json);
	query_put_text(q, "note", i->note);
	query_put_bool(q, "asks_again", row->asks_again);
}

void
incident_put(struct query *q, const struct force *force,
    const struct store_case_row *row, uint32_t under)
{
	const struct store_incident_row *i = &row->incident;

	json_out_open(&q->json, '{');
	query_put_number(q, "number", i->id);
	if (row->uuid != NULL) {
		query_put_uuid(q, "feed", row->uuid);
	} else {
		json_out_key(&q->json, "feed");
		json_out_null(&q->json);
	}
	query_put_text(q, "site", row->site);
	query_put_text(q, "name", name_of(row));
	query_put_text(q, "place", i->place);
	query_put_text(q, "kind", kind_of(i));
	query_put_text(q, "cause", cause_name(i->cause));
	query_put_text(q, "text", i->text);
	refusals_put(&q->json, i->text);
	query_put_text(q, "help",
	    i->cause != CAUSE_NONE ? cause_help(i->cause) : "");
	query_put_text(q, "contact", row->contact);
	query_put_time(q, "since", i->since_utc);
	query_put_time(q, "at", i->at_utc);
	query_put_time(q, "until", i->good_utc);
	query_put_time(q, "closed", i->closed_utc);
	query_put_bool(q, "alert", i->alertable);
	put_people(q, row);
	query_put_bool(q, "muted",
	    force_on(force, STORE_MUTE, i->feed, row->site, row->tags));
	query_put_bool(q, "before", i->before != 0);
	query_put_bool(q, "after", i->after != 0);
	query_put_bool(q, "recovered", row->recovered);
	query_put_number(q, "feeds", under);
	/* A whole site, a room or our own: as grave as it gets. */
	query_put_number(q, "criticality",
	    row->criticality != 0 ? row->criticality : 5);
}

bool
incident_may(const struct query *q, const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	return query_may(q, row->site) &&
	       ((i->room == 0 && i->console == 0) || query_sees_people(q));
}

static bool
is_of_site(const struct store_incident_row *i)
{
	return i->feed == 0 && i->room == 0 && i->site != 0;
}

/* Other statements may run while the list's is open. */
uint32_t
incident_under(struct query *q, const struct store_incident_row *i,
    bool *good_out)
{
	uint32_t n = 0;

	if (is_of_site(i) &&
	    !store_read_case_feeds(q->store, i, NULL, NULL, &n))
		*good_out = false;
	return n;
}

struct listing {
	struct query *q;
	struct force *force;
	bool good;
};

static bool
on_case(void *arg, const struct store_case_row *row)
{
	struct listing *l = arg;
	struct query *q = l->q;

	if (!incident_may(q, row))
		return true;
	if (!query_more(q))
		return false;
	incident_put(q, l->force, row,
	    incident_under(q, &row->incident, &l->good));
	query_put_number(q, "comments", row->comments);
	json_out_close(&q->json, '}');
	query_mark_numbers(q, row->incident.at_utc, row->incident.id);
	return l->good;
}

static bool
list(struct query *q, struct store_case_ask *ask)
{
	struct listing l = { q, NULL, true };
	bool read = true;

	if (query_after_numbers(q, &ask->after_at, &ask->after_id) % 2 != 0)
		return query_status(q, 400);
	ask->site = q->site;
	query_list(q);
	if (!q->nowhere) {
		l.force = force_read(q);
		read = l.force != NULL && store_reader_hold(q->store) &&
		       store_read_cases(q->store, ask, on_case, &l) && l.good;
		store_reader_release(q->store);
	}
	query_list_end(q);
	json_out_close(&q->json, '}');
	force_free(&l.force);
	return read;
}

bool
query_incidents(struct query *q)
{
	struct store_case_ask ask = { .open_only = q->ask->flag,
		.from_utc = q->ask->from_utc_us,
		.to_utc = q->ask->to_utc_us,
		.uuid = query_names_feed(q) ? q->ask->uuid : NULL };
	int64_t feed = 0;

	if (ask.uuid != NULL && !query_find_feed(q, &feed))
		return false;
	if (ask.uuid != NULL && feed == 0)
		return query_status(q, 404);
	return list(q, &ask);
}

bool
query_breaches(struct query *q)
{
	struct store_case_ask ask = { .people_only = true,
		.from_utc = q->ask->from_utc_us,
		.to_utc = q->ask->to_utc_us };

	return list(q, &ask);
}

/* --- one */

static bool
on_under(void *arg, const uint8_t *uuid, const char *name, int64_t incident)
{
	struct query *q = arg;

	if (q->rows++ >= UNDER_MOST)
		return false;
	json_out_open(&q->json, '{');
	query_put_uuid(q, "id", uuid);
	query_put_text(q, "name", name);
	query_put_number(q, "incident", incident);
	json_out_close(&q->json, '}');
	return true;
}

static void
put_under(struct listing *l, const struct store_incident_row *i)
{
	struct query *q = l->q;
	uint32_t n;

	json_out_key(&q->json, "under");
	json_out_open(&q->json, '[');
	if (is_of_site(i))
		l->good = l->good &&
			  store_read_case_feeds(q->store, i, on_under, q, &n);
	json_out_close(&q->json, ']');
}

static bool
on_comment(void *arg, const struct store_comment_row *row)
{
	struct query *q = arg;

	json_out_open(&q->json, '{');
	query_put_time(q, "at", row->created_utc);
	query_put_text(q, "by", row->actor);
	query_put_text(q, "text", row->text);
	json_out_close(&q->json, '}');
	return q->json.length < INCIDENT_BYTES;
}

static void
put_comments(struct listing *l, const struct store_incident_row *i)
{
	struct query *q = l->q;

	json_out_key(&q->json, "comments");
	json_out_open(&q->json, '[');
	l->good =
	    l->good && store_read_comments(q->store, i->id, on_comment, q);
	json_out_close(&q->json, ']');
}

static bool
on_one(void *arg, const struct store_case_row *row)
{
	struct listing *l = arg;
	struct query *q = l->q;

	if (!incident_may(q, row))
		return false;
	query_status(q, 200);
	incident_put(q, l->force, row,
	    incident_under(q, &row->incident, &l->good));
	put_comments(l, &row->incident);
	put_under(l, &row->incident);
	json_out_close(&q->json, '}');
	return false;
}

bool
query_incident(struct query *q)
{
	struct listing l = { q, force_read(q), true };
	struct store_case_ask ask = { .number = q->ask->number };
	bool read = l.force != NULL;

	query_status(q, 404);
	if (ask.number > 0) {
		read = read && store_reader_hold(q->store) &&
		       store_read_cases(q->store, &ask, on_one, &l) && l.good;
		store_reader_release(q->store);
	}
	force_free(&l.force);
	return read;
}
