/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record: intervals, incidents, pictures, overlays, events. */
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/store/reader.h"
#include "monitor/store/reference.h"
#include "monitor/store/store_read_web.h"

struct span_ask {
	int64_t from, to;
	int64_t epoch, start; /* behind this one */
	store_interval_fn *fn;
	void *arg;
	bool on; /* fn wants more */
};

static void
interval_row(const struct store_reader *r, sqlite3_stmt *st,
    struct store_interval_row *row)
{
	bool open = sqlite3_column_type(st, 2) == SQLITE_NULL;

	row->epoch = sqlite3_column_int64(st, 0);
	row->start_utc = sqlite3_column_int64(st, 1);
	row->end_utc = sqlite3_column_int64(st, 2);
	if (open)
		row->end_utc =
		    r->alive.alive ? STORE_OPEN : r->alive.heartbeat_utc;
	row->since_utc = sqlite3_column_int64(st, 3);
	row->at_utc = sqlite3_column_int64(st, 4);
	row->state = (enum state)sqlite3_column_int(st, 5);
	row->cause = (enum cause)sqlite3_column_int(st, 6);
	row->causes = (uint64_t)sqlite3_column_int64(st, 7);
	row->confidence = (uint8_t)sqlite3_column_int(st, 8);
	row->evidence = db_text(st, 9);
}

/* From the last heartbeat on a dead monitor knows nothing of a feed. */
static void
dead_tail(struct store_reader *r, int64_t feed, struct span_ask *ask)
{
	if (r->alive.alive || r->alive.heartbeat_utc == 0)
		return;
	int64_t active = db_int(&r->db, INT64_MAX,
	    "SELECT active FROM feed WHERE id = ? AND enabled AND removed IS"
	    " NULL",
	    "i", feed);
	int64_t start = r->alive.heartbeat_utc;
	int64_t epoch = db_int(&r->db, 0, "SELECT max(id) FROM epoch", "");

	if (active > start)
		start = active;
	if (start >= ask->to || active == INT64_MAX || ask->epoch > epoch)
		return;
	struct store_interval_row row = { .feed = feed,
		.epoch = epoch + 1,
		.start_utc = start,
		.end_utc = STORE_OPEN,
		.since_utc = start,
		.at_utc = start,
		.state = STATE_UNKNOWN,
		.cause = CAUSE_MONITOR_OFF,
		.causes = (uint64_t)1 << CAUSE_MONITOR_OFF,
		.confidence = 100,
		.evidence = "{}" };

	ask->on = ask->fn(ask->arg, &row);
}

static void
intervals_of(struct store_reader *r, int64_t feed, struct span_ask *ask)
{
	struct store_interval_row row = { .feed = feed };
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT epoch, start, end, since, at, state, cause, causes,"
	    " confidence, evidence FROM interval WHERE feed = ?1"
	    " AND start < ?2 AND (end IS NULL OR end > ?3)"
	    " AND (epoch, start) > (?4, ?5) ORDER BY epoch, start",
	    "iiiii", feed, ask->to, ask->from, ask->epoch, ask->start);

	while (db_step(&r->db, st)) {
		interval_row(r, st, &row);
		if (row.end_utc <= row.start_utc || row.end_utc <= ask->from)
			continue;
		ask->on = ask->fn(ask->arg, &row);
		if (!ask->on) {
			db_done(st);
			return;
		}
	}
	dead_tail(r, feed, ask);
}

bool
store_read_intervals(struct store_reader *r, int64_t feed, int64_t from_utc,
    int64_t to_utc, int64_t epoch, int64_t start, store_interval_fn *fn,
    void *arg)
{
	struct span_ask ask = { from_utc, to_utc, epoch, start, fn, arg, true };

	store_reader_begin(r);
	intervals_of(r, feed, &ask);
	return store_reader_end(r);
}

void
reader_incident(sqlite3_stmt *st, struct store_incident_row *row)
{
	row->id = sqlite3_column_int64(st, 0);
	row->feed = sqlite3_column_int64(st, 1);
	row->site = sqlite3_column_int64(st, 2);
	row->since_utc = sqlite3_column_int64(st, 3);
	row->at_utc = sqlite3_column_int64(st, 4);
	row->good_utc = sqlite3_column_int64(st, 5);
	row->closed_utc = sqlite3_column_int64(st, 6);
	row->cause = (enum cause)sqlite3_column_int(st, 7);
	row->alertable = sqlite3_column_int(st, 8);
	row->acknowledged_utc = sqlite3_column_int64(st, 9);
	row->acknowledged_by = db_text(st, 10);
	row->note = db_text(st, 11);
	row->text = db_text(st, 12);
	row->before = sqlite3_column_int64(st, 13);
	row->after = sqlite3_column_int64(st, 14);
	row->place = db_text(st, 15);
	row->room = sqlite3_column_int64(st, 16);
	row->console = sqlite3_column_int64(st, 17);
}

bool
store_read_incidents(struct store_reader *r, bool open_only, int64_t from_utc,
    int64_t to_utc, uint32_t limit, store_incident_fn *fn, void *arg)
{
	struct store_incident_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT " READER_INCIDENT READER_INCIDENT_FROM
	    " WHERE iif(?1, i.closed IS NULL,"
	    "  i.since < ?3 AND (i.closed IS NULL OR i.closed > ?2))"
	    " ORDER BY i.at DESC, i.id DESC LIMIT ?4",
	    "iiii", (int64_t)open_only, from_utc, to_utc, (int64_t)limit);

	while (db_step(&r->db, st)) {
		reader_incident(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* Gives the statement's one row, if there is one. */
static bool
picture_give(struct store_reader *r, sqlite3_stmt *st, store_picture_fn *fn,
    void *arg)
{
	if (!db_step(&r->db, st))
		return false;
	struct store_picture p = {
		.id = sqlite3_column_int64(st, 0),
		.feed = sqlite3_column_int64(st, 1),
		.utc = sqlite3_column_int64(st, 2),
		.incident = sqlite3_column_int64(st, 3),
		.kind = sqlite3_column_int(st, 4),
		.width = (uint16_t)sqlite3_column_int(st, 5),
		.height = (uint16_t)sqlite3_column_int(st, 6),
		.png = sqlite3_column_blob(st, 7),
		.length = (size_t)sqlite3_column_bytes(st, 7),
	};

	fn(arg, &p);
	db_done(st);
	return true;
}

/* What may be shown at all: the columns of picture_give, and the rule. */
#define PICTURES                                                               \
	"SELECT t.id, t.feed, t.utc, t.incident, t.kind, t.width,"             \
	" t.height, t.png FROM thumbnail t JOIN feed f ON f.id = t.feed"       \
	" WHERE f.no_picture = 0 AND "

bool
store_read_picture(struct store_reader *r, int64_t feed, int kind, int64_t id,
    store_picture_fn *fn, void *arg, bool *found_out)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    PICTURES
	    "((?1 > 0 AND t.id = ?1) OR (?1 = 0"
	    " AND t.feed = ?2 AND t.kind = ?3)) ORDER BY t.utc DESC LIMIT 1",
	    "iii", id, feed, (int64_t)kind);

	*found_out = picture_give(r, st, fn, arg);
	return store_reader_end(r);
}

bool
store_read_evidence(struct store_reader *r, int64_t incident, int kind,
    store_picture_fn *fn, void *arg, bool *found_out)
{
	store_reader_begin(r);
	/* The picture before may be of an older trouble too: named by number.
	 */
	sqlite3_stmt *st = db_query(&r->db,
	    PICTURES
	    "t.id = (SELECT CASE ?2"
	    "  WHEN 1 THEN i.before WHEN 2 THEN i.after"
	    "  WHEN 4 THEN (SELECT max(n.id) FROM thumbnail n WHERE"
	    "   n.feed = i.feed AND n.kind = 4 AND n.incident = i.id) END"
	    "  FROM incident i WHERE i.id = ?1)",
	    "ii", incident, (int64_t)kind);

	*found_out = picture_give(r, st, fn, arg);
	return store_reader_end(r);
}

static void
reference_row(sqlite3_stmt *st, struct store_reference_row *row)
{
	memset(row, 0, sizeof(*row));
	row->feed = sqlite3_column_int64(st, 0);
	if (sqlite3_column_bytes(st, 1) == 16)
		uuid_print(sqlite3_column_blob(st, 1), row->uuid);
	row->site = db_text(st, 2);
	row->name = db_text(st, 3);
	row->utc = sqlite3_column_int64(st, 4);
	row->actor = db_text(st, 5);
	row->reason = db_text(st, 6);
	row->picture_utc = sqlite3_column_int64(st, 7);
	row->no_picture = sqlite3_column_int(st, 8);
}

bool
store_read_references(struct store_reader *r, const char *site,
    store_reference_fn *fn, void *arg)
{
	struct store_reference_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT f.id, f.uuid, s.path, f.name, r.utc, r.actor, r.reason,"
	    " t.utc, f.no_picture FROM feed f LEFT JOIN site s ON s.id = f.site"
	    " LEFT JOIN reference r ON r.feed = f.id"
	    " LEFT JOIN thumbnail t ON t.feed = f.id AND t.kind = 5"
	    "  AND t.incident IS NULL AND NOT f.no_picture"
	    " WHERE f.removed IS NULL AND f.enabled AND (?1 IS NULL"
	    "  OR s.path = ?1 OR substr(s.path, 1, length(?1) + 1) = ?1 || '/')"
	    " ORDER BY s.path, f.name",
	    "s", site);

	while (db_step(&r->db, st)) {
		reference_row(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

static void
overlay_row(sqlite3_stmt *st, char name[600], char uuid[37],
    struct store_overlay_row *row)
{
	*row = (struct store_overlay_row){
		.id = sqlite3_column_int64(st, 0),
		.feed = sqlite3_column_int64(st, 1),
		.site = sqlite3_column_int64(st, 2),
		.kind = sqlite3_column_int(st, 3),
		.tag = db_text(st, 4),
		.actor = db_text(st, 5),
		.reason = db_text(st, 6),
		.from_utc = sqlite3_column_int64(st, 7),
		.to_utc = sqlite3_column_int64(st, 8),
		.created_utc = sqlite3_column_int64(st, 9),
		.seq = sqlite3_column_int64(st, 10),
		.days = (uint8_t)sqlite3_column_int(st, 11),
		.begin_minute = (uint16_t)sqlite3_column_int(st, 12),
		.end_minute = (uint16_t)sqlite3_column_int(st, 13),
		.zone = db_text(st, 14),
		.site_path = db_text(st, 17),
		.feed_name = name,
		.feed_site = db_text(st, 15),
		.feed_uuid = uuid,
	};
	name[0] = '\0';
	uuid[0] = '\0';
	if (sqlite3_column_bytes(st, 18) == 16)
		uuid_print(sqlite3_column_blob(st, 18), uuid);
	if (row->feed != 0)
		snprintf(name, 600, "%s/%s", db_text(st, 15), db_text(st, 16));
}

bool
store_read_overlays(struct store_reader *r, int64_t from_utc, int64_t to_utc,
    store_overlay_fn *fn, void *arg)
{
	struct store_overlay_row row;
	char name[600], uuid[37];

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT o.id, o.feed, o.site, o.kind, o.tag, o.actor, o.reason,"
	    " o.starts, o.ends, o.created, o.seq, o.days, o.begin_minute,"
	    " o.end_minute, o.zone, p.path, f.name, s.path, f.uuid FROM "
	    "overlay o"
	    " LEFT JOIN feed f ON f.id = o.feed"
	    " LEFT JOIN site p ON p.id = f.site"
	    " LEFT JOIN site s ON s.id = o.site"
	    " WHERE o.starts < ? AND o.ends > ? ORDER BY o.starts, o.id",
	    "ii", to_utc, from_utc);

	while (db_step(&r->db, st)) {
		overlay_row(st, name, uuid, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
