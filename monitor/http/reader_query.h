/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader_query.h: a query under way in the reader process, shared by its
 * files. What asks is hostile and can name no SQL. Each query obeys the ask's
 * scope: what lies outside of it is not found, or left out.
 */
#ifndef MONITOR_HTTP_READER_QUERY_H
#define MONITOR_HTTP_READER_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/confine.h"
#include "monitor/http/json_out.h"
#include "monitor/http/read_query.h"
#include "monitor/http/read_wire.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/zones.h"

/* --- the reader, apart from its process */

struct reading; /* the database and the zones, opened when first asked for */

/* dir: the state directory, borrowed. NULL: memory is out. */
struct reading *reading_new(const char *dir);
void reading_free(struct reading **r);
/* What it must be able to open from now on, beside what is open. False: it is
 * too much. */
bool reading_role(struct reading *r, struct confine *role);
/* Its role falls short: what is to be read wasn't there when it began, and
 * another process is to take its place. */
bool reading_outgrown(struct reading *r);
/* From now on these; before that, nothing is known. */
void reading_tell(struct reading *r, const struct read_facts *facts);
/* Gives every answer to one ask: one, always. body is borrowed. */
typedef void reading_fn(void *arg, const struct read_answer *answer);
void reading_answer(struct reading *r, const struct read_ask *ask,
    reading_fn *fn, void *arg);

/* --- a query */

struct query {
	struct reading *reading;
	struct store_reader *store;
	struct zones *zones;
	const struct read_ask *ask;
	const struct read_facts *facts;
	const char *dir; /* the state directory */
	/* The narrower of the ask's scope and site; NULL = all. Nothing lies
	 * in both: `nowhere`, and a path that no site has. */
	const char *site;
	bool nowhere;
	int64_t now_utc; /* of the clock */
	struct store_alive alive;
	struct read_answer answer;
	struct json_out json;
	/* A list: rows given, whether it is to end, where the next begins. */
	uint32_t rows;
	bool full;
	char next[READ_AFTER_BYTES];
	reading_fn *fn;
	void *arg;
};

/* Fills q->json, or sets q->answer.status. False: the database can't be read,
 * or memory is out. */
typedef bool query_fn(struct query *q);

query_fn query_watched, query_info, query_series, query_intervals,
    query_views;			  /* reader_feeds*.c */
query_fn query_thumbnail, query_evidence; /* reader_pictures.c */
query_fn query_incidents, query_incident, query_breaches; /* _incidents.c */
query_fn query_sites, query_devices, query_onboarding;	  /* _sites.c */
query_fn query_consoles, query_console_presence, query_presence,
    query_roster;				      /* reader_consoles.c */
query_fn query_unwatched, query_debt, query_coverage; /* _coverage.c */
query_fn query_overlays;			      /* _overlays.c */
query_fn query_handover;			      /* _handover.c */
query_fn query_reports, query_report_file, query_inventory; /* _reports.c */
query_fn query_ledger, query_lines;			    /* _ledger.c */
query_fn query_users, query_tokens, query_logins;	    /* _people.c */
query_fn query_alerts, query_alert, query_notices, query_deliveries,
    query_channels; /* _alerts.c */

/* A status without a body: 400, 404. Gives true. */
bool query_status(struct query *q, unsigned status);
/* A report's file is there but may not be read: 503 where another process might
 * be let. Gives true. */
bool query_shut_out(struct query *q);
/* Answers at once, with bytes that are borrowed for the call: 200, or 413. */
void query_give(struct query *q, enum read_type type, const void *bytes,
    size_t n);
/* Whether a thing at that site's path is within the scope (not the site asked
 * for). path "" or NULL: of no site; seen by those who may see all. */
bool query_may(const struct query *q, const char *path);
/* Whether who asks may see those who watch: consoles, rooms, who is missing. */
bool query_sees_people(const struct query *q);
/* The ask has a feed's UUID. */
bool query_names_feed(const struct query *q);
/* The feed of the ask's UUID, if it is there and within the scope: its number,
 * else 0. False: the database can't be read. */
bool query_find_feed(struct query *q, int64_t *feed_out);
/* The span that was asked for, up to now at most; from 0 if it wasn't said. */
void query_span(const struct query *q, int64_t *from_out, int64_t *to_out);

/* --- lists: {"items":[...],"next":...} */

void query_list(struct query *q);
/* Before each row: there is room for it. False: the list ends here, and another
 * page follows. */
bool query_more(struct query *q);
/* After each row: where a page that ends with it goes on. */
void query_mark_numbers(struct query *q, int64_t a, int64_t b);
void query_mark_names(struct query *q, const char *a, const char *b);
/* "]" and "next"; the object stays open. */
void query_list_end(struct query *q);
/* The ask's cursor: how many of the two it has; -1: it is none. */
int query_after_numbers(const struct query *q, int64_t *a, int64_t *b);
int query_after_names(const struct query *q, char a[LIMIT_NAME_BYTES],
    char b[LIMIT_NAME_BYTES]);
/* Ends a list that has "cut" in place of "next", and its object. */
void query_cut(struct query *q);

/* --- parts of answers */

/* "start" and "end" (null: still so) of a row. */
void query_put_span(struct query *q, int64_t start_utc, int64_t end_utc);
void query_put_uuid(struct query *q, const char *key, const uint8_t uuid[16]);
void query_put_text(struct query *q, const char *key, const char *text);
void query_put_number(struct query *q, const char *key, int64_t v);
void query_put_time(struct query *q, const char *key, int64_t utc_us);
void query_put_bool(struct query *q, const char *key, bool v);
/* {"up": n, ...} */
void query_put_states(struct query *q, const uint32_t states[STATE_COUNT]);

#endif
