/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/store_read_target.h"

#include <stdio.h>
#include <string.h>

#include "monitor/store/reader.h"

/* The first columns of both: path, feed's UUID, feed, site. */
static void
take_place(sqlite3_stmt *st, struct store_target *out)
{
	out->found = true;
	snprintf(out->site, sizeof(out->site), "%s", db_text(st, 0));
	if (sqlite3_column_bytes(st, 1) == 16)
		memcpy(out->feed, sqlite3_column_blob(st, 1), 16);
	out->of_feed = sqlite3_column_int64(st, 2) != 0;
	out->of_site = sqlite3_column_int64(st, 3) != 0;
}

bool
store_read_target_incident(struct store_reader *r, int64_t number,
    struct store_target *out)
{
	*out = (struct store_target){ 0 };
	store_reader_begin(r);
	/* A room's or console's is of the site where the room is. */
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT coalesce(p.path, q.path, ''), f.uuid, i.feed, i.site,"
	    " i.acknowledged, i.acknowledged_by, i.closed"
	    " FROM incident i LEFT JOIN feed f ON f.id = i.feed"
	    " LEFT JOIN site p ON p.id = ifnull(i.site, f.site)"
	    " LEFT JOIN console c ON c.id = i.console"
	    " LEFT JOIN room m ON m.id = ifnull(i.room, c.room)"
	    " LEFT JOIN site q ON q.id = m.site WHERE i.id = ?",
	    "i", number);

	if (db_step(&r->db, st)) {
		take_place(st, out);
		out->acknowledged_utc = sqlite3_column_int64(st, 4);
		snprintf(out->acknowledged_by, sizeof(out->acknowledged_by),
		    "%s", db_text(st, 5));
		out->closed = sqlite3_column_int64(st, 6) != 0;
		db_done(st);
	}
	return store_reader_end(r);
}

bool
store_read_target_overlay(struct store_reader *r, int64_t number,
    struct store_target *out)
{
	*out = (struct store_target){ 0 };
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT coalesce(p.path, s.path, ''), f.uuid, o.feed, o.site,"
	    " o.kind FROM overlay o LEFT JOIN feed f ON f.id = o.feed"
	    " LEFT JOIN site p ON p.id = f.site"
	    " LEFT JOIN site s ON s.id = o.site WHERE o.id = ?",
	    "i", number);

	if (db_step(&r->db, st)) {
		take_place(st, out);
		out->overlay = sqlite3_column_int(st, 4);
		db_done(st);
	}
	return store_reader_end(r);
}

static bool
read_site(struct store_reader *r, const char *sql, int64_t number,
    struct store_target *out)
{
	*out = (struct store_target){ 0 };
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db, sql, "i", number);

	if (db_step(&r->db, st)) {
		out->found = true;
		snprintf(out->site, sizeof(out->site), "%s", db_text(st, 0));
		db_done(st);
	}
	return store_reader_end(r);
}

bool
store_read_target_user(struct store_reader *r, int64_t number,
    struct store_target *out)
{
	return read_site(r,
	    "SELECT site FROM user WHERE id = ? AND removed IS NULL", number,
	    out);
}

bool
store_read_target_token(struct store_reader *r, int64_t number,
    struct store_target *out)
{
	return read_site(r, "SELECT site FROM token WHERE id = ?", number, out);
}

bool
store_read_target_login(struct store_reader *r, int64_t number,
    struct store_target *out)
{
	return read_site(r,
	    "SELECT u.site FROM login l JOIN user u ON u.id = l.user"
	    " WHERE l.id = ?",
	    number, out);
}
