/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What screens showed, and sums of who was there. */
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"
#include "monitor/store/tiles.h"

static void
view_row(const struct store_reader *r, sqlite3_stmt *st,
    struct store_tile tiles[STORE_TILES], struct store_view_row *row)
{
	*row = (struct store_view_row){
		.id = sqlite3_column_int64(st, 0),
		.start_utc = sqlite3_column_int64(st, 1),
		.end_utc = sqlite3_column_int64(st, 2),
		.power = (enum screen_power)sqlite3_column_int(st, 3),
		.source = (enum view_source)sqlite3_column_int(st, 4),
		.tiles = tiles,
		.tile_count = tiles_unpack(sqlite3_column_blob(st, 5),
		    (size_t)sqlite3_column_bytes(st, 5), tiles),
		.screen = db_text(st, 6),
		.console = db_text(st, 7),
		.room = db_text(st, 8),
		.site = db_text(st, 9),
	};
	if (sqlite3_column_type(st, 2) == SQLITE_NULL)
		row->end_utc =
		    r->alive.alive ? STORE_OPEN : r->alive.heartbeat_utc;
}

bool
store_read_views(struct store_reader *r, const struct store_view_ask *ask,
    store_view_fn *fn, void *arg)
{
	struct store_tile tiles[STORE_TILES];
	struct store_view_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT d.id, d.start, d.end, d.power, d.source, d.tiles, s.name,"
	    " c.name, m.name, p.path FROM display d"
	    " JOIN screen s ON s.id = d.screen"
	    " LEFT JOIN console c ON c.id = d.console"
	    " LEFT JOIN room m ON m.id = ifnull(d.room, c.room)"
	    " LEFT JOIN site p ON p.id = m.site"
	    " WHERE d.id IN (SELECT id FROM display WHERE end > ?1"
	    "  UNION ALL SELECT id FROM display WHERE end IS NULL)"
	    " AND d.start < ?2 AND (d.start, d.id) > (?3, ?4)"
	    " AND length(d.tiles) > 0 AND (?5 = '' OR s.name = ?5)"
	    " ORDER BY d.start, d.id",
	    "iiiis", ask->from_utc, ask->to_utc, ask->after_start,
	    ask->after_id, ask->screen);

	while (db_step(&r->db, st)) {
		view_row(r, st, tiles, &row);
		if (row.end_utc <= row.start_utc ||
		    row.end_utc <= ask->from_utc)
			continue;
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- presence */

/* Time of the console that no row tells of, from when it was there on. */
static void
fill_unknown(struct store_present_row *row, int64_t from, int64_t to)
{
	int64_t known = 0;

	for (unsigned i = 0; i < PRESENCE_COUNT; i++)
		known += row->us[i];
	if (to - from > known)
		row->us[PRESENCE_UNKNOWN] += to - from - known;
}

static void
present_sum(struct store_reader *r, struct store_present_row *row, int64_t from,
    int64_t to)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT state, sum(max(0, min(ifnull(end, ?4), ?3) -"
	    "  max(start, ?2))) FROM presence WHERE console = ?1"
	    " AND start < ?3 AND (end IS NULL OR end > ?2) GROUP BY state",
	    "iiii", row->console, from, to, r->alive.heartbeat_utc);

	while (db_step(&r->db, st)) {
		int64_t state = sqlite3_column_int64(st, 0);

		if (state >= 0 && state < PRESENCE_COUNT)
			row->us[state] = sqlite3_column_int64(st, 1);
	}
}

bool
store_read_present(struct store_reader *r, const char *site, int64_t from_utc,
    int64_t to_utc, store_present_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT c.id, c.name, m.name, s.path, c.created FROM console c"
	    " JOIN room m ON m.id = c.room LEFT JOIN site s ON s.id = m.site"
	    " WHERE c.removed IS NULL AND (?1 IS NULL OR s.path = ?1 OR"
	    "  substr(s.path, 1, length(?1) + 1) = ?1 || '/')"
	    " ORDER BY m.name, c.name",
	    "s", site);

	if (r->alive.alive && to_utc > r->alive.heartbeat_utc)
		to_utc = r->alive.heartbeat_utc;
	while (db_step(&r->db, st)) {
		struct store_present_row row = {
			.console = sqlite3_column_int64(st, 0),
			.name = db_text(st, 1),
			.room = db_text(st, 2),
			.site = db_text(st, 3),
		};
		int64_t from = sqlite3_column_int64(st, 4);

		if (from < from_utc)
			from = from_utc;
		present_sum(r, &row, from_utc, to_utc);
		fill_unknown(&row, from, to_utc);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
