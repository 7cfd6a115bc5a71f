/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was watched of all feeds: the audit, what to look at next, and hour by
 * hour of each site. */
#include "monitor/http/reader_coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/presence/debt.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

#define HOUR_US 3600000000LL
#define DAY_US (24 * HOUR_US)
#define DEBT_DAYS 7
#define BLIND_US 60000000LL /* shorter ones are not listed */
#define BLIND_MOST 500u

/* --- the audit, kept */

static bool
on_unwatched(void *arg, const struct store_unwatched_row *row)
{
	struct audit *a = arg;
	const struct unwatched_feed *f = row->audit;
	struct audited *r;

	if (a->count == a->room) {
		size_t room = a->room * 2 + 64;
		void *rows = realloc(a->rows, room * sizeof(*a->rows));

		a->no_memory = rows == NULL;
		if (a->no_memory)
			return false;
		a->rows = rows;
		a->room = room;
	}
	r = &a->rows[a->count++];
	*r = (struct audited){ .feed = row->feed,
		.span_us = f->span_us,
		.from_utc = row->from_utc,
		.to_utc = row->to_utc,
		.last_utc = row->last_utc,
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

bool
audit_read(struct query *q, int64_t from_utc, int64_t to_utc, struct audit *out)
{
	struct store_unwatched_ask ask = { .from_utc = from_utc,
		.to_utc = to_utc,
		.site = q->site,
		.ahead = zones_ahead,
		.ahead_arg = q->zones };

	memset(out, 0, sizeof(*out));
	return q->nowhere ||
	       (store_read_unwatched(q->store, &ask, on_unwatched, out) &&
		   !out->no_memory);
}

void
audit_free(struct audit *a)
{
	free(a->rows);
	memset(a, 0, sizeof(*a));
}

int64_t
audit_end(const struct audit *a)
{
	int64_t to = 0;

	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i].to_utc > to)
			to = a->rows[i].to_utc;
	return to;
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

void
audit_sort(struct audit *a)
{
	if (a->count > 1)
		qsort(a->rows, a->count, sizeof(*a->rows), worst_first);
}

static void
put_unwatched(struct query *q, const struct audited *r)
{
	json_out_open(&q->json, '{');
	query_put_uuid(q, "id", r->uuid);
	query_put_text(q, "site", r->site);
	query_put_text(q, "name", r->name);
	query_put_number(q, "criticality", r->criticality);
	query_put_number(q, "span_us", r->span_us);
	json_out_key(&q->json, "us");
	json_out_open(&q->json, '{');
	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		query_put_number(q, watched_name(i), r->us[i]);
	json_out_close(&q->json, '}');
	query_put_bool(q, "never", r->never);
	query_put_number(q, "gap_us", r->gap_us);
	query_put_time(q, "gap_from", r->gap_us > 0 ? r->gap_from : 0);
	query_put_number(q, "sure_gap_us", r->sure_us);
	query_put_number(q, "blind_windows", r->windows);
	json_out_close(&q->json, '}');
}

bool
query_unwatched(struct query *q)
{
	struct audit a;
	int64_t from, to;

	query_span(q, &from, &to);
	if (!audit_read(q, from, to, &a)) {
		audit_free(&a);
		return false;
	}
	audit_sort(&a);
	json_out_open(&q->json, '{');
	query_put_number(q, "feeds", (int64_t)a.count);
	json_out_key(&q->json, "worst_first");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < a.count && query_more(q); i++)
		put_unwatched(q, &a.rows[i]);
	query_cut(q);
	audit_free(&a);
	return true;
}

/* --- what to look at next */

struct now { /* a feed's state, by number */
	int64_t id;
	enum state state;
};
struct debts {
	struct query *q;
	struct audit audit;
	struct debt *list; /* owned; feed: place in the audit */
	struct now *now;   /* by id; owned */
	size_t now_count, now_room;
	bool no_memory;
};

static bool
on_now(void *arg, const struct store_short_row *row)
{
	struct debts *d = arg;

	if (d->now_count == d->now_room) {
		size_t room = d->now_room * 2 + 256;
		void *rows = realloc(d->now, room * sizeof(*d->now));

		d->no_memory = rows == NULL;
		if (d->no_memory)
			return false;
		d->now = rows;
		d->now_room = room;
	}
	if (row->enabled)
		d->now[d->now_count++] = (struct now){ row->id, row->state };
	return true;
}

static int
by_number(const void *a, const void *b)
{
	const struct now *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* NULL: it isn't in the inventory any more, or not enabled. */
static const struct now *
now_of(const struct debts *d, int64_t feed)
{
	struct now key = { .id = feed };

	return d->now_count > 0
		   ? bsearch(&key, d->now, d->now_count, sizeof(key), by_number)
		   : NULL;
}

/* What lies before the first screen or feed was declared is not counted. */
static int64_t
counted_from(const struct audit *a, int64_t to)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i].from_utc < to)
			to = a->rows[i].from_utc;
	return to;
}

static size_t
debts_make(struct debts *d, int64_t *since_out, int64_t *to_out)
{
	const struct audit *a = &d->audit;

	*to_out = audit_end(a);
	*since_out = counted_from(a, *to_out);
	d->list = calloc(a->count + 1, sizeof(*d->list));
	d->no_memory = d->list == NULL;
	if (d->list == NULL)
		return 0;
	for (size_t i = 0; i < a->count; i++) {
		const struct audited *r = &a->rows[i];
		const struct now *now = now_of(d, r->feed);

		/* Watched to the very end: it is being watched. What left the
		 * inventory is owed nothing. */
		d->list[i] = (struct debt){ .feed = i,
			.seen_us = r->last_utc != 0 ? r->last_utc : INT64_MIN,
			.criticality = r->criticality,
			.shown = now == NULL || r->to_utc < *to_out ||
				 (r->last_utc != 0 &&
				     r->last_utc >= r->to_utc - 1000000),
			.good = now != NULL && now->state == STATE_UP };
	}
	return debt_sort(d->list, a->count, *since_out, *to_out);
}

static void
put_debt(const struct debts *d, const struct debt *owed, int64_t since,
    int64_t to)
{
	struct query *q = d->q;
	const struct audited *r = &d->audit.rows[owed->feed];
	int64_t seen = r->last_utc > since ? r->last_utc : since;

	json_out_open(&q->json, '{');
	query_put_uuid(q, "id", r->uuid);
	query_put_text(q, "site", r->site);
	query_put_text(q, "name", r->name);
	query_put_number(q, "criticality", r->criticality);
	query_put_text(q, "state", state_name(now_of(d, r->feed)->state));
	query_put_time(q, "last_watched", r->last_utc);
	query_put_number(q, "gap_s", (to - seen) / 1000000);
	query_put_number(q, "debt", (int64_t)owed->owed);
	query_put_number(q, "blind_windows", r->windows);
	query_put_bool(q, "never", r->last_utc == 0);
	json_out_close(&q->json, '}');
}

bool
query_debt(struct query *q)
{
	struct debts d = { .q = q };
	int64_t since = 0, to = 0;
	size_t owing = 0;
	bool read =
	    audit_read(q, q->now_utc - DEBT_DAYS * DAY_US, q->now_utc,
		&d.audit) &&
	    (q->nowhere || store_read_short(q->store, q->site, 0, on_now, &d));

	if (read && !d.no_memory)
		owing = debts_make(&d, &since, &to);
	json_out_open(&q->json, '{');
	query_put_number(q, "feeds", (int64_t)d.now_count);
	query_put_time(q, "from", since);
	query_put_number(q, "owing", (int64_t)owing);
	json_out_key(&q->json, "items");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < owing && query_more(q); i++)
		put_debt(&d, &d.list[i], since, to);
	query_cut(q);
	audit_free(&d.audit);
	free(d.list);
	free(d.now);
	return read && !d.no_memory;
}

/* --- hour by hour */

static const enum watched cell_order[WATCHED_COUNT] = { WATCHED_WATCHED,
	WATCHED_UNATTENDED, WATCHED_BAD_PICTURE, WATCHED_NOT_ON_SCREEN,
	WATCHED_UNKNOWN };

/* Seconds; nothing at all (no feed was there) is null. */
static void
put_cell(struct query *q, const struct store_cell *cell)
{
	int64_t all = 0;

	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		all += cell->us[i];
	if (all == 0) {
		json_out_null(&q->json);
		return;
	}
	json_out_open(&q->json, '[');
	for (unsigned i = 0; i < WATCHED_COUNT; i++)
		json_out_integer(&q->json,
		    (cell->us[cell_order[i]] + 500000) / 1000000);
	json_out_close(&q->json, ']');
}

static bool
on_cover(void *arg, const struct store_cover_row *row)
{
	struct query *q = arg;

	if (!query_more(q))
		return false;
	json_out_open(&q->json, '{');
	query_put_text(q, "site", row->path);
	query_put_number(q, "feeds", row->feeds);
	query_put_text(q, "zone", row->zone[0] != '\0' ? row->zone : "UTC");
	json_out_key(&q->json, "cells");
	json_out_open(&q->json, '[');
	for (size_t i = 0; i < row->cell_count; i++)
		put_cell(q, &row->cells[i]);
	json_out_close(&q->json, ']');
	json_out_close(&q->json, '}');
	return true;
}

struct blind {
	struct query *q;
	unsigned count;
};

static bool
on_blind(void *arg, int64_t from_utc, int64_t to_utc, bool sure)
{
	struct blind *b = arg;
	struct query *q = b->q;

	if (to_utc - from_utc < BLIND_US)
		return true;
	json_out_open(&q->json, '{');
	query_put_time(q, "from", from_utc);
	query_put_time(q, "to", to_utc);
	query_put_text(q, "why", sure ? "unattended" : "unknown");
	json_out_close(&q->json, '}');
	return ++b->count < BLIND_MOST;
}

static void
put_hours(struct query *q, int64_t from, int64_t to)
{
	json_out_key(&q->json, "hours");
	json_out_open(&q->json, '[');
	for (int64_t at = from; at < to; at += HOUR_US)
		json_out_time(&q->json, at);
	json_out_close(&q->json, ']');
}

bool
query_coverage(struct query *q)
{
	struct store_cover_ask ask = { .site = q->site };
	struct blind b = { q, 0 };
	bool read = true;

	query_span(q, &ask.from_utc, &ask.to_utc);
	ask.from_utc -= ask.from_utc % HOUR_US;
	json_out_open(&q->json, '{');
	query_put_time(q, "from", ask.from_utc);
	query_put_time(q, "to", ask.to_utc);
	put_hours(q, ask.from_utc, ask.to_utc);
	json_out_key(&q->json, "sites");
	json_out_open(&q->json, '[');
	if (!q->nowhere)
		read = store_read_cover(q->store, &ask, on_cover, q);
	json_out_close(&q->json, ']');
	json_out_key(&q->json, "blind");
	json_out_open(&q->json, '[');
	read = read && store_read_blind(q->store, ask.from_utc, ask.to_utc,
			   on_blind, &b);
	query_cut(q);
	return read;
}
