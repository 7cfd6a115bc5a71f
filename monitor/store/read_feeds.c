/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds, sites, devices and counts, as they are to be shown now. */
#include <string.h>

#include "common/hex.h"
#include "monitor/store/reader.h"

#define SLOT_US 600000000LL
#define SLOTS 144

/* A site's zone and contact are its own or the nearest above. An overlay is in
 * force on a feed by its own number, its site or one above, or a tag. */
static const char feeds_sql[] =
    "WITH RECURSIVE place(id, path, zone, contact) AS ("
    " SELECT id, path, iif(zone = '', 'UTC', zone), contact FROM site"
    "  WHERE parent IS NULL"
    " UNION ALL SELECT s.id, s.path, iif(s.zone = '', p.zone, s.zone),"
    "  iif(s.contact = '', p.contact, s.contact)"
    "  FROM site s JOIN place p ON s.parent = p.id),"
    " above(site, up) AS (SELECT id, id FROM site UNION ALL"
    "  SELECT a.site, s.parent FROM above a JOIN site s ON s.id = a.up"
    "  WHERE s.parent IS NOT NULL),"
    " resting(id) AS (SELECT value FROM json_each(?6)),"
    " covered(feed, kind) AS ("
    "  SELECT f.id, o.kind FROM overlay o JOIN feed f ON f.id = o.feed"
    "   WHERE o.starts <= ?1 AND o.ends > ?1 AND o.id NOT IN resting"
    "  UNION SELECT f.id, o.kind FROM overlay o JOIN above a ON a.up = o.site"
    "   JOIN feed f ON f.site = a.site WHERE o.starts <= ?1 AND o.ends > ?1"
    "   AND o.id NOT IN resting"
    "  UNION SELECT f.id, o.kind FROM overlay o JOIN feed f"
    "   ON instr(',' || f.tags || ',', ',' || o.tag || ',')"
    "   WHERE o.tag <> '' AND o.starts <= ?1 AND o.ends > ?1"
    "   AND o.id NOT IN resting)"
    "SELECT f.id, f.site, f.device, f.uuid, f.name, p.path, p.zone,"
    " p.contact, d.name, f.url, f.tags, f.transport, f.criticality,"
    " f.visit_s, f.visit_every_s, d.quirks, d.sessions, f.no_picture,"
    " f.enabled, i.state, i.cause, i.causes, i.confidence, i.start, i.since,"
    " i.at, i.evidence, t.utc, n.id,"
    " EXISTS(SELECT 1 FROM covered c WHERE c.feed = f.id AND c.kind = 1),"
    " EXISTS(SELECT 1 FROM covered c WHERE c.feed = f.id AND c.kind = 2),"
    " substr(r.slots, ?3, 8), f.ptz, f.dark_hours, x.utc, f.relay"
    " FROM feed f LEFT JOIN place p ON p.id = f.site"
    " LEFT JOIN device d ON d.id = f.device"
    " LEFT JOIN interval i ON i.feed = f.id AND i.end IS NULL"
    " LEFT JOIN thumbnail t ON t.feed = f.id AND t.kind = 3"
    "  AND t.incident IS NULL AND NOT f.no_picture"
    " LEFT JOIN (SELECT feed, max(id) AS id FROM incident"
    "  WHERE closed IS NULL AND feed IS NOT NULL GROUP BY feed) n"
    "  ON n.feed = f.id"
    " LEFT JOIN rollup r ON r.id = (?2 << 24) | f.id"
    " LEFT JOIN reference x ON x.feed = f.id"
    " WHERE f.removed IS NULL AND (?4 IS NULL OR p.path = ?4"
    "  OR substr(p.path, 1, length(?4) + 1) = ?4 || '/')"
    " AND (?5 IS NULL OR f.uuid = ?5) ORDER BY p.path, f.name";

static void
row_inventory(sqlite3_stmt *st, struct store_feed_row *f)
{
	const void *uuid = sqlite3_column_blob(st, 3);

	f->id = sqlite3_column_int64(st, 0);
	f->site_id = sqlite3_column_int64(st, 1);
	f->device_id = sqlite3_column_int64(st, 2);
	if (uuid != NULL && sqlite3_column_bytes(st, 3) == 16)
		memcpy(f->uuid, uuid, 16);
	uuid_print(f->uuid, f->uuid_text);
	f->name = db_text(st, 4);
	f->site = db_text(st, 5);
	f->zone = db_text(st, 6);
	f->contact = db_text(st, 7);
	f->device = db_text(st, 8);
	f->url = db_text(st, 9);
	f->tags = db_text(st, 10);
	f->transport = (uint8_t)sqlite3_column_int(st, 11);
	f->criticality = (uint8_t)sqlite3_column_int(st, 12);
	f->visit_s = (uint32_t)sqlite3_column_int64(st, 13);
	f->visit_every_s = (uint32_t)sqlite3_column_int64(st, 14);
	f->quirks = (uint32_t)sqlite3_column_int64(st, 15);
	f->sessions = (uint32_t)sqlite3_column_int64(st, 16);
	f->no_picture = sqlite3_column_int(st, 17);
	f->enabled = sqlite3_column_int(st, 18);
}

static void
row_unknown(struct store_feed_row *f, enum cause cause, int64_t utc)
{
	f->state = STATE_UNKNOWN;
	f->cause = cause;
	f->causes = (uint64_t)1 << cause;
	f->confidence = 100;
	f->start_utc = f->since_utc = f->at_utc = utc;
	f->evidence = "{}";
}

static void
row_verdict(const struct store_reader *r, sqlite3_stmt *st,
    struct store_feed_row *f)
{
	bool open = sqlite3_column_type(st, 19) != SQLITE_NULL;

	if (!f->enabled) {
		row_unknown(f, CAUSE_NOT_SAMPLED, 0);
		return;
	}
	if (!r->alive.alive || !open) {
		row_unknown(f, CAUSE_MONITOR_OFF, r->alive.heartbeat_utc);
		return;
	}
	f->state = (enum state)sqlite3_column_int(st, 19);
	f->cause = (enum cause)sqlite3_column_int(st, 20);
	f->causes = (uint64_t)sqlite3_column_int64(st, 21);
	f->confidence = (uint8_t)sqlite3_column_int(st, 22);
	f->start_utc = sqlite3_column_int64(st, 23);
	f->since_utc = sqlite3_column_int64(st, 24);
	f->at_utc = sqlite3_column_int64(st, 25);
	f->evidence = db_text(st, 26);
}

/* False: nothing is known of that slot. */
static bool
slot_unpack(const uint8_t *p, struct store_rollup_row *out)
{
	if (p[0] == 0xff && p[1] == 0xff)
		return false;
	out->fps_milli = (uint32_t)(p[0] | p[1] << 8) * 10;
	out->kbps = p[2] | (uint32_t)p[3] << 8 | (uint32_t)p[4] << 16;
	out->loss_ppm = p[5] | (uint32_t)p[6] << 8 | (uint32_t)p[7] << 16;
	return true;
}

static void
row_rest(sqlite3_stmt *st, struct store_feed_row *f)
{
	struct store_rollup_row last;

	f->thumbnail_utc = sqlite3_column_int64(st, 27);
	f->incident = sqlite3_column_int64(st, 28);
	f->maintenance = sqlite3_column_int(st, 29);
	f->mute = sqlite3_column_int(st, 30);
	f->ptz = sqlite3_column_int(st, 32);
	f->dark_hours = db_text(st, 33);
	f->relay = db_text(st, 35);
	f->reference_utc = sqlite3_column_int64(st, 34);
	if (sqlite3_column_bytes(st, 31) == 8 &&
	    slot_unpack(sqlite3_column_blob(st, 31), &last)) {
		f->fps_milli = last.fps_milli;
		f->kbps = last.kbps;
		f->loss_ppm = last.loss_ppm;
	}
}

void
store_reader_holds(struct store_reader *r, store_holds_fn *fn, void *arg)
{
	r->holds = fn;
	r->holds_arg = arg;
}

/* "[3,7]": the weekly overlays that are not in force at this hour. Given; NULL
 * after a failure. */
static char *
resting(struct store_reader *r)
{
	sqlite3_str *text = sqlite3_str_new(r->db.h);
	const char *between = "";
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id, starts, ends, created, days, begin_minute, end_minute,"
	    " zone FROM overlay WHERE days <> 0 AND starts <= ?1 AND ends > ?1",
	    "i", r->now.utc_us);

	sqlite3_str_appendall(text, "[");
	while (db_step(&r->db, st)) {
		struct store_overlay_row row = {
			.id = sqlite3_column_int64(st, 0),
			.from_utc = sqlite3_column_int64(st, 1),
			.to_utc = sqlite3_column_int64(st, 2),
			.created_utc = sqlite3_column_int64(st, 3),
			.days = (uint8_t)sqlite3_column_int(st, 4),
			.begin_minute = (uint16_t)sqlite3_column_int(st, 5),
			.end_minute = (uint16_t)sqlite3_column_int(st, 6),
			.zone = db_text(st, 7),
		};

		if (r->holds != NULL &&
		    r->holds(r->holds_arg, &row, r->now.utc_us))
			continue;
		sqlite3_str_appendf(text, "%s%lld", between, row.id);
		between = ",";
	}
	sqlite3_str_appendall(text, "]");

	char *out = sqlite3_str_finish(text);

	if (out == NULL)
		db_fail(&r->db, SQLITE_NOMEM, "out of memory");
	return out;
}

bool
store_read_feeds(struct store_reader *r, const char *site, const uint8_t *uuid,
    store_feed_fn *fn, void *arg)
{
	store_reader_begin(r);
	int64_t slot = r->now.utc_us / SLOT_US - 1;
	char *rest = resting(r);
	sqlite3_stmt *st = db_query(&r->db, feeds_sql, "iiisbs", r->now.utc_us,
	    slot / SLOTS, slot % SLOTS * 8 + 1, site, uuid,
	    (size_t)(uuid != NULL ? 16 : 0), rest);

	while (db_step(&r->db, st)) {
		struct store_feed_row row = { 0 };

		row_inventory(st, &row);
		row_verdict(r, st, &row);
		row_rest(st, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	sqlite3_free(rest);
	return store_reader_end(r);
}

bool
store_read_sites(struct store_reader *r, store_site_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT s.id, s.parent, s.path, s.zone, s.contact,"
	    " (SELECT count(*) FROM feed f WHERE f.site = s.id AND f.enabled"
	    "  AND f.removed IS NULL)"
	    " FROM site s WHERE s.removed IS NULL ORDER BY s.path",
	    "");

	while (db_step(&r->db, st)) {
		struct store_site_row row = {
			.id = sqlite3_column_int64(st, 0),
			.parent = sqlite3_column_int64(st, 1),
			.path = db_text(st, 2),
			.zone = db_text(st, 3),
			.contact = db_text(st, 4),
			.feeds = (uint32_t)sqlite3_column_int64(st, 5),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_gone_feeds(struct store_reader *r, uint32_t limit, store_gone_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT uuid, tags FROM feed WHERE removed IS NOT NULL"
	    " ORDER BY removed DESC LIMIT ?",
	    "i", (int64_t)limit);

	while (db_step(&r->db, st)) {
		struct store_gone_row row = {
			.uuid = sqlite3_column_blob(st, 0),
			.tags = db_text(st, 1),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* The slots of one day's row that begin within [from, to). False: enough. */
static bool
day_slots(const uint8_t *slots, int64_t day, int64_t from, int64_t to,
    store_rollup_fn *fn, void *arg)
{
	struct store_rollup_row row;

	for (int64_t k = 0; k < SLOTS; k++) {
		row.slot_utc = (day * SLOTS + k) * SLOT_US;
		if (row.slot_utc < from || row.slot_utc >= to ||
		    !slot_unpack(slots + 8 * k, &row))
			continue;
		if (!fn(arg, &row))
			return false;
	}
	return true;
}

bool
store_read_rollups(struct store_reader *r, int64_t feed, int64_t from_utc,
    int64_t to_utc, store_rollup_fn *fn, void *arg)
{
	int64_t day_us = SLOT_US * SLOTS;

	store_reader_begin(r);
	for (int64_t day = from_utc / day_us; day * day_us < to_utc; day++) {
		sqlite3_stmt *st =
		    db_query(&r->db, "SELECT slots FROM rollup WHERE id = ?",
			"i", day << 24 | (feed & 0xffffff));

		if (!db_step(&r->db, st)) {
			if (r->db.rc != SQLITE_OK)
				break;
			continue;
		}
		bool on = sqlite3_column_bytes(st, 0) != SLOTS * 8 ||
			  day_slots(sqlite3_column_blob(st, 0), day, from_utc,
			      to_utc, fn, arg);

		db_done(st);
		if (!on)
			break;
	}
	return store_reader_end(r);
}
