/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Incidents as pages list them. */
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_web.h"

/* A site's zone, contact and promise are its own or the nearest above. */
#define PLACES                                                                 \
	"WITH RECURSIVE place(id, path, contact) AS ("                         \
	" SELECT id, path, contact FROM site WHERE parent IS NULL"             \
	" UNION ALL SELECT s.id, s.path,"                                      \
	"  iif(s.contact = '', p.contact, s.contact)"                          \
	"  FROM site s JOIN place p ON s.parent = p.id) "
#define CASES                                                                  \
	PLACES "SELECT " READER_INCIDENT                                       \
	       ", f.uuid, f.name, f.tags, q.path, m.name, c.name, q.contact,"  \
	       " f.criticality, f.no_picture, EXISTS(SELECT 1 FROM thumbnail"  \
	       "  n WHERE n.feed = i.feed AND n.kind = 4 AND n.incident ="     \
	       "  i.id), " COMMENTS ", q.id, i.acknowledged IS NOT NULL AND"   \
	       " EXISTS(SELECT 1 FROM alert a WHERE a.id = i.alert"            \
	       "  AND a.closed IS NULL AND a.acknowledged = "                  \
	       "0)" READER_INCIDENT_FROM                                       \
	       " LEFT JOIN console c ON c.id = i.console"                      \
	       " LEFT JOIN place q ON q.id = coalesce(i.site, f.site, m.site)" \
	       " WHERE "
#define COMMENTS "(SELECT count(*) FROM comment o WHERE o.incident = i.id)"
/* ?1, ?2: newest that is wanted, and the number below which it lies. */
#define CASES_REST                                                             \
	" AND i.at <= ?1 AND (i.at < ?1 OR i.id < ?2)"                         \
	" AND (?3 IS NULL OR q.path = ?3"                                      \
	"  OR substr(q.path, 1, length(?3) + 1) = ?3 || '/')"                  \
	" AND (?4 = 0 OR i.room IS NOT NULL)"                                  \
	" AND (?5 = 0 OR i.closed IS NULL)"                                    \
	" AND (?9 = 0 OR i.id = ?9) AND (?10 IS NULL OR f.uuid = ?10)"         \
	" AND (?6 = 0 OR ((i.closed IS NULL OR i.closed > ?7)"                 \
	"  AND i.since < ?8)) ORDER BY i.at DESC, i.id DESC"

enum {
	UUID = READER_INCIDENT_COLUMNS,
	NAME,
	TAGS,
	SITE,
	ROOM,
	CONSOLE,
	CONTACT,
	CRITICALITY,
	NO_PICTURE,
	RECOVERED,
	COUNT,
	SITE_ID,
	ASKS_AGAIN
};

static void
case_row(sqlite3_stmt *st, struct store_case_row *row)
{
	memset(row, 0, sizeof(*row));
	reader_incident(st, &row->incident);
	if (sqlite3_column_bytes(st, UUID) == 16)
		row->uuid = sqlite3_column_blob(st, UUID);
	row->feed = db_text(st, NAME);
	row->tags = db_text(st, TAGS);
	row->site = db_text(st, SITE);
	row->room = db_text(st, ROOM);
	row->console = db_text(st, CONSOLE);
	row->contact = db_text(st, CONTACT);
	row->criticality = (uint8_t)sqlite3_column_int(st, CRITICALITY);
	row->no_picture = sqlite3_column_int(st, NO_PICTURE);
	row->recovered = sqlite3_column_int(st, RECOVERED) && !row->no_picture;
	row->comments = (uint32_t)sqlite3_column_int64(st, COUNT);
	row->site_id = sqlite3_column_int64(st, SITE_ID);
	row->asks_again = sqlite3_column_int(st, ASKS_AGAIN);
	if (!row->no_picture)
		return;
	row->incident.before = 0;
	row->incident.after = 0;
}

static bool
is_span(const struct store_case_ask *ask)
{
	return ask->from_utc != 0 || ask->to_utc != 0;
}

/* The narrowest index first: that is what the outer table is read by. older: of
 * a span, those that were called before it; all of them come after the rest. */
static const char *
cases_sql(const struct store_case_ask *ask, bool older)
{
	if (ask->number != 0)
		return CASES "i.id = ?9" CASES_REST;
	if (ask->open_only)
		return CASES "i.closed IS NULL" CASES_REST;
	if (ask->uuid != NULL)
		return CASES "i.feed = (SELECT id FROM feed WHERE uuid = "
			     "?10)" CASES_REST;
	if (is_span(ask))
		return older ? CASES
			   "i.id IN (SELECT id FROM incident WHERE closed IS "
			   "NULL"
			   "  AND at < ?7 UNION SELECT id FROM incident"
			   "  WHERE closed > ?7 AND at < ?7)" CASES_REST
			     : CASES "i.at >= ?7" CASES_REST;
	return CASES "1" CASES_REST;
}

static sqlite3_stmt *
cases_query(struct store_reader *r, const struct store_case_ask *ask,
    bool older)
{
	bool newest = ask->after_at == 0 && ask->after_id == 0;

	return db_query(&r->db, cases_sql(ask, older), "iisiiiiiib",
	    newest ? INT64_MAX : ask->after_at,
	    newest ? INT64_MAX : ask->after_id, ask->site,
	    (int64_t)ask->people_only, (int64_t)ask->open_only,
	    (int64_t)is_span(ask), ask->from_utc,
	    ask->to_utc != 0 ? ask->to_utc : INT64_MAX, ask->number, ask->uuid,
	    (size_t)(ask->uuid != NULL ? 16 : 0));
}

/* False: enough. */
static bool
cases_give(struct store_reader *r, sqlite3_stmt *st, store_case_fn *fn,
    void *arg)
{
	struct store_case_row row;

	while (db_step(&r->db, st)) {
		case_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			return false;
		}
	}
	return true;
}

bool
store_read_cases(struct store_reader *r, const struct store_case_ask *ask,
    store_case_fn *fn, void *arg)
{
	bool parts = is_span(ask) && ask->number == 0 && !ask->open_only &&
		     ask->uuid == NULL;

	store_reader_begin(r);
	if (cases_give(r, cases_query(r, ask, false), fn, arg) && parts)
		cases_give(r, cases_query(r, ask, true), fn, arg);
	return store_reader_end(r);
}

bool
store_read_case_feeds(struct store_reader *r,
    const struct store_incident_row *incident, store_case_feed_fn *fn,
    void *arg, uint32_t *count_out)
{
	bool on = fn != NULL;

	*count_out = 0;
	store_reader_begin(r);
	/* Who goes down with a place has no incident of its own; who was called
	 * before the place was, within seconds of it, has: by `at`. */
	sqlite3_stmt *st = db_query(&r->db,
	    "WITH RECURSIVE place(id) AS (VALUES(?1)"
	    " UNION ALL SELECT s.id FROM site s JOIN place p ON s.parent ="
	    "  p.id)"
	    " SELECT f.uuid, f.name, ifnull((SELECT max(n.id) FROM incident n"
	    "  WHERE n.feed = f.id AND n.at >= ?2 - 60000000 AND n.at <= ?3"
	    "  AND n.since < ?3 AND (n.closed IS NULL OR n.closed > ?2)), 0)"
	    "  AS own FROM place p JOIN feed f ON f.site = p.id"
	    " WHERE own > 0 OR EXISTS(SELECT 1 FROM epoch e CROSS JOIN"
	    "  interval v WHERE (e.end IS NULL OR e.end > ?2) AND e.start < ?3"
	    "  AND v.feed = f.id AND v.epoch = e.id AND v.state = ?4"
	    "  AND v.start >= ?2 - 60000000 AND v.start < ?3)"
	    " ORDER BY f.name",
	    "iiii", incident->site, incident->since_utc,
	    incident->good_utc != 0 ? incident->good_utc : INT64_MAX,
	    (int64_t)STATE_DOWN);

	while (db_step(&r->db, st)) {
		(*count_out)++;
		if (on && sqlite3_column_bytes(st, 0) == 16)
			on = fn(arg, sqlite3_column_blob(st, 0), db_text(st, 1),
			    sqlite3_column_int64(st, 2));
	}
	return store_reader_end(r);
}
