/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_query.h: a query under way in the reader process, shared by its
 * files. What asks is hostile and can name no SQL.
 */
#ifndef MONITOR_HTTP_READER_QUERY_H
#define MONITOR_HTTP_READER_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/json_out.h"
#include "monitor/http/read_wire.h"
#include "monitor/store/store_read.h"

struct reader_process;

struct query {
	struct reader_process *rp;
	struct store_reader *store;
	const struct read_ask *ask;
	struct read_answer answer;
	struct json_out json;
	int64_t feed; /* the store's number, 0 = not found */
	uint32_t rows;
};

/* Sets q->feed by the ask's UUID. False: the database can't be read. */
bool query_find_feed(struct query *q);
/* "start" and "end" (null: still so) of a row. */
void query_put_span(struct query *q, int64_t start_utc, int64_t end_utc);
/* Ends a list that was cut at the ask's limit, and says whether it was. */
void query_end_list(struct query *q);

/* reader_consoles.c: those who watch. Each fills q->json. */
bool query_consoles(struct query *q);
bool query_presence(struct query *q);
bool query_watched(struct query *q);
bool query_roster(struct query *q);
bool query_unwatched(struct query *q);

/* reader_overlays.c: maintenance and mutes. */
bool query_overlays(struct query *q);

#endif
