/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds in short, sites and devices, as pages list and count them. */
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_web.h"

#define AT_SITE                                                                \
	" (?1 IS NULL OR s.path = ?1"                                          \
	"  OR substr(s.path, 1, length(?1) + 1) = ?1 || '/') "

/* What a feed's open interval says now; without one nobody can say. */
static void
state_now(const struct store_reader *r, sqlite3_stmt *st, int column,
    struct store_short_row *row)
{
	bool known = row->enabled && r->alive.alive &&
		     sqlite3_column_type(st, column) != SQLITE_NULL;

	row->state = STATE_UNKNOWN;
	row->cause = row->enabled ? CAUSE_MONITOR_OFF : CAUSE_NOT_SAMPLED;
	row->since_utc = row->enabled ? r->alive.heartbeat_utc : 0;
	if (!known)
		return;
	row->state = (enum state)sqlite3_column_int(st, column);
	row->cause = (enum cause)sqlite3_column_int(st, column + 1);
	row->since_utc = sqlite3_column_int64(st, column + 2);
	if ((unsigned)row->state >= STATE_COUNT ||
	    (unsigned)row->cause >= CAUSE_COUNT) {
		row->state = STATE_UNKNOWN;
		row->cause = CAUSE_MONITOR_OFF;
	}
}

/* Where lines since that moment begin, or a little before: checkpoints are
 * signed every few minutes. */
static int64_t
lines_since(struct store_reader *r, int64_t utc)
{
	if (utc <= 0)
		return INT64_MAX;
	return db_int(&r->db, 0,
		   "SELECT size FROM checkpoint WHERE utc <= ?"
		   " ORDER BY utc DESC LIMIT 1",
		   "i", utc) +
	       db_int(&r->db, 0,
		   "SELECT value FROM meta WHERE key = 'ledger_base'", "");
}

bool
store_read_short(struct store_reader *r, const char *site, int64_t since_utc,
    store_short_fn *fn, void *arg)
{
	store_reader_begin(r);
	int64_t seq = lines_since(r, since_utc);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT f.id, f.site, f.device, f.uuid, f.name, f.tags,"
	    " f.criticality, f.enabled, f.created, i.state, i.cause, i.since,"
	    " i.cause NOT IN (30, 35) OR EXISTS(SELECT 1 FROM interval k"
	    "  WHERE k.feed = f.id AND k.end > ?2 AND k.cause NOT IN (30, 35)),"
	    " f.created >= ?2 OR f.id IN (SELECT feed FROM event WHERE seq >"
	    "  ?3 AND utc >= ?2 AND kind IN ('feed.add', 'feed.change'))"
	    " FROM feed f LEFT JOIN site s ON s.id = f.site"
	    " LEFT JOIN interval i ON i.feed = f.id AND i.end IS NULL"
	    " WHERE f.removed IS NULL AND" AT_SITE "ORDER BY f.id",
	    "sii", site, since_utc, seq);

	while (db_step(&r->db, st)) {
		struct store_short_row row = {
			.id = sqlite3_column_int64(st, 0),
			.site_id = sqlite3_column_int64(st, 1),
			.device_id = sqlite3_column_int64(st, 2),
			.name = db_text(st, 4),
			.tags = db_text(st, 5),
			.criticality = (uint8_t)sqlite3_column_int(st, 6),
			.enabled = sqlite3_column_int(st, 7),
			.created_utc = sqlite3_column_int64(st, 8),
		};

		if (sqlite3_column_bytes(st, 3) == 16)
			row.uuid = sqlite3_column_blob(st, 3);
		state_now(r, st, 9, &row);
		row.changed = sqlite3_column_int(st, 13);
		row.judged = r->alive.alive && sqlite3_column_int(st, 12) == 1;
		if (row.uuid != NULL && !fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_site_places(struct store_reader *r, store_site_place_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "WITH RECURSIVE place(id, parent, path, zone, contact, target,"
	    "  ceiling, removed) AS ("
	    " SELECT id, parent, path, zone, contact, target, ceiling, removed"
	    "  FROM site WHERE parent IS NULL"
	    " UNION ALL SELECT s.id, s.parent, s.path,"
	    "  iif(s.zone = '', p.zone, s.zone),"
	    "  iif(s.contact = '', p.contact, s.contact),"
	    "  iif(s.target = 0, p.target, s.target), s.ceiling, s.removed"
	    "  FROM site s JOIN place p ON s.parent = p.id),"
	    " open(site, n) AS (SELECT coalesce(i.site, f.site, m.site),"
	    "  count(*) FROM incident i LEFT JOIN feed f ON f.id = i.feed"
	    "  LEFT JOIN room m ON m.id = i.room WHERE i.closed IS NULL"
	    "  GROUP BY 1)"
	    "SELECT p.id, p.parent, p.path, p.zone, p.contact, p.target,"
	    " p.ceiling, (SELECT n FROM open o WHERE o.site = p.id)"
	    " FROM place p"
	    " WHERE p.removed IS NULL ORDER BY p.path",
	    "");

	while (db_step(&r->db, st)) {
		struct store_site_place row = {
			.id = sqlite3_column_int64(st, 0),
			.parent = sqlite3_column_int64(st, 1),
			.path = db_text(st, 2),
			.zone = db_text(st, 3),
			.contact = db_text(st, 4),
			.target_ppm = (uint32_t)sqlite3_column_int64(st, 5),
			.ceiling_kbps = (uint32_t)sqlite3_column_int64(st, 6),
			.incidents = (uint32_t)sqlite3_column_int64(st, 7),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- devices */

/* A device's row, one for each of its feeds, side by side. */
static void
device_add(const struct store_reader *r, sqlite3_stmt *st,
    struct store_device_row *row)
{
	struct store_short_row feed = { .enabled = sqlite3_column_int(st, 6) };

	if (!feed.enabled)
		return;
	state_now(r, st, 7, &feed);
	row->feeds++;
	row->states[feed.state]++;
}

struct device_take {
	struct store_device_row row;
	char name[512], address[512];
	store_device_fn *fn;
	void *arg;
};

static bool
device_give(struct device_take *t)
{
	bool on = t->row.id == 0 || t->fn(t->arg, &t->row);

	memset(&t->row, 0, sizeof(t->row));
	return on;
}

static void
device_begin(sqlite3_stmt *st, struct device_take *t)
{
	t->row.id = sqlite3_column_int64(st, 0);
	sqlite3_snprintf(sizeof(t->name), t->name, "%s", db_text(st, 1));
	sqlite3_snprintf(sizeof(t->address), t->address, "%s", db_text(st, 2));
	t->row.name = t->name;
	t->row.address = t->address;
	t->row.sessions = (uint32_t)sqlite3_column_int64(st, 3);
	t->row.quirks = (uint32_t)sqlite3_column_int64(st, 4);
}

bool
store_read_devices(struct store_reader *r, const char *site, const char *words,
    const char *after, store_device_fn *fn, void *arg)
{
	struct device_take t = { .fn = fn, .arg = arg };
	bool on = true;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT d.id, d.name, d.address, d.sessions, d.quirks, f.id,"
	    " f.enabled, i.state, i.cause, i.since FROM device d"
	    " LEFT JOIN feed f ON f.device = d.id AND f.removed IS NULL"
	    " LEFT JOIN site s ON s.id = f.site"
	    " LEFT JOIN interval i ON i.feed = f.id AND i.end IS NULL"
	    " WHERE d.removed IS NULL AND" AT_SITE
	    "AND d.name > ?3 AND (?2 = '' OR"
	    "  instr(lower(d.name), lower(?2)) OR"
	    "  instr(lower(d.address), lower(?2))) ORDER BY d.name",
	    "sss", site, words, after);

	while (on && db_step(&r->db, st)) {
		if (sqlite3_column_int64(st, 0) != t.row.id) {
			on = device_give(&t);
			if (on)
				device_begin(st, &t);
		}
		if (on && sqlite3_column_type(st, 5) != SQLITE_NULL)
			device_add(r, st, &t.row);
	}
	if (on)
		device_give(&t);
	else
		db_done(st);
	return store_reader_end(r);
}
