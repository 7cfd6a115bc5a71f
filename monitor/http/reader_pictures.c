/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures out of the database: the newest of a feed, those of an incident. */
#include "monitor/http/reader_query.h"
#include "monitor/store/store_read_web.h"

/* The bytes are borrowed for the call: it answers at once. */
static void
on_picture(void *arg, const struct store_picture *p)
{
	struct query *q = arg;

	if (p->length > LIMIT_PNG_BYTES)
		return;
	q->answer.utc_us = p->utc;
	query_give(q, READ_PNG, p->png, p->length);
}

bool
query_thumbnail(struct query *q)
{
	int64_t feed;
	bool found;

	query_status(q, 404);
	if (!query_find_feed(q, &feed))
		return false;
	return feed == 0 || store_read_picture(q->store, feed, q->ask->kind, 0,
				on_picture, q, &found);
}

static bool
on_case(void *arg, const struct store_case_row *row)
{
	struct query *q = arg;

	if (query_may(q, row->site))
		query_status(q, 200);
	return false;
}

bool
query_evidence(struct query *q)
{
	struct store_case_ask ask = { .number = q->ask->number };
	bool found;

	query_status(q, 404);
	if (ask.number <= 0)
		return true;
	if (!store_read_cases(q->store, &ask, on_case, q))
		return false;
	if (q->answer.status == 404)
		return true;
	query_status(q, 404);
	return store_read_evidence(q->store, q->ask->number, q->ask->kind,
	    on_picture, q, &found);
}
