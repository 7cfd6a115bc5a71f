/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is there, and what screens show: now and over time. */
#include <stdlib.h>
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/tiles.h"

/* Every statement that may be left early is reset by db_done. */

static int64_t
end_of(const struct store_reader *r, sqlite3_stmt *st, int column)
{
	if (sqlite3_column_type(st, column) != SQLITE_NULL)
		return sqlite3_column_int64(st, column);
	return r->alive.alive ? STORE_OPEN : r->alive.heartbeat_utc;
}

/* --- consoles now */

static void
tiles_count(struct store_reader *r, struct store_console_row *row)
{
	struct store_tile tiles[STORE_TILES];
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT d.tiles, d.power FROM screen s LEFT JOIN display d"
	    " ON d.screen = s.id AND d.end IS NULL"
	    " WHERE s.console = ? AND s.removed IS NULL",
	    "i", row->id);

	while (db_step(&r->db, st)) {
		int power = sqlite3_column_int(st, 1);
		bool lit = power == SCREEN_ON || power == SCREEN_DIMMED;
		size_t n = tiles_unpack(sqlite3_column_blob(st, 0),
		    (size_t)sqlite3_column_bytes(st, 0), tiles);

		row->screens++;
		if (!r->alive.alive)
			continue;
		row->tiles += (uint32_t)n;
		for (size_t i = 0; i < n; i++)
			row->tiles_counting +=
			    lit && tiles[i].worth == VIEW_COUNTS;
	}
	row->tokens = (uint32_t)db_int(&r->db, 0,
	    "SELECT count(*) FROM token WHERE console = ? AND revoked IS NULL",
	    "i", row->id);
}

static void
console_row(const struct store_reader *r, sqlite3_stmt *st,
    struct store_console_row *row)
{
	memset(row, 0, sizeof(*row));
	row->id = sqlite3_column_int64(st, 0);
	row->room_id = sqlite3_column_int64(st, 1);
	row->site_id = sqlite3_column_int64(st, 2);
	row->name = db_text(st, 3);
	row->room = db_text(st, 4);
	row->site = db_text(st, 5);
	row->zone = db_text(st, 6);
	if (r->alive.alive) {
		row->state = (enum presence)sqlite3_column_int(st, 7);
		row->why = (enum presence_why)sqlite3_column_int(st, 8);
		row->start_utc = sqlite3_column_int64(st, 9);
		row->since_utc = sqlite3_column_int64(st, 10);
		row->at_utc = sqlite3_column_int64(st, 11);
		row->evidence = db_text(st, 12);
	} else {
		row->state = PRESENCE_UNKNOWN;
		row->why = PRESENCE_WHY_MONITOR_OFF;
		row->start_utc = row->since_utc = row->at_utc =
		    r->alive.heartbeat_utc;
		row->evidence = "{}";
	}
	if (row->evidence[0] == '\0')
		row->evidence = "{}";
}

bool
store_read_consoles(struct store_reader *r, const char *site,
    store_console_fn *fn, void *arg)
{
	return store_read_consoles_since(r, site, INT64_MAX, fn, arg);
}

bool
store_read_consoles_since(struct store_reader *r, const char *site,
    int64_t since_utc, store_console_fn *fn, void *arg)
{
	struct store_console_row row;

	store_reader_begin(r);
	/* A site without a zone has that of the nearest one above it. */
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT c.id, m.id, s.id, c.name, m.name, s.path,"
	    " (WITH RECURSIVE up(id, parent, zone, depth) AS ("
	    "   SELECT id, parent, zone, 0 FROM site WHERE id = m.site"
	    "   UNION ALL SELECT t.id, t.parent, t.zone, up.depth + 1"
	    "   FROM site t JOIN up ON t.id = up.parent)"
	    "  SELECT zone FROM up WHERE zone <> '' ORDER BY depth LIMIT 1),"
	    " p.state, p.why, p.start, p.since, p.at, p.evidence"
	    " FROM console c JOIN room m ON m.id = c.room"
	    " LEFT JOIN site s ON s.id = m.site"
	    " LEFT JOIN presence p ON p.console = c.id AND p.end IS NULL"
	    " WHERE (c.removed IS NULL OR c.removed > ?2) AND (?1 IS NULL OR"
	    "  s.path = ?1 OR substr(s.path, 1, length(?1) + 1) = ?1 || '/')"
	    " ORDER BY m.name, c.name",
	    "si", site, since_utc);

	while (db_step(&r->db, st)) {
		console_row(r, st, &row);
		tiles_count(r, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- displays */

static void
display_row(const struct store_reader *r, sqlite3_stmt *st,
    struct store_tile tiles[STORE_TILES], struct store_display_row *row)
{
	*row = (struct store_display_row){
		.screen = sqlite3_column_int64(st, 0),
		.console = sqlite3_column_int64(st, 1),
		.room = sqlite3_column_int64(st, 2),
		.name = db_text(st, 3),
		.epoch = sqlite3_column_int64(st, 4),
		.start_utc = sqlite3_column_int64(st, 5),
		.end_utc = end_of(r, st, 6),
		.power = (enum screen_power)sqlite3_column_int(st, 7),
		.source = (enum view_source)sqlite3_column_int(st, 8),
		.tiles = tiles,
		.tile_count = tiles_unpack(sqlite3_column_blob(st, 9),
		    (size_t)sqlite3_column_bytes(st, 9), tiles),
	};
}

bool
store_read_screens(struct store_reader *r, int64_t console,
    store_display_fn *fn, void *arg)
{
	struct store_tile tiles[STORE_TILES];
	struct store_display_row row;

	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT s.id, s.console, s.room, s.name, ifnull(d.epoch, 0),"
	    " ifnull(d.start, 0), d.end, ifnull(d.power, 0),"
	    " ifnull(d.source, 0), d.tiles FROM screen s"
	    " LEFT JOIN display d ON d.screen = s.id AND d.end IS NULL"
	    " WHERE s.removed IS NULL AND (?1 = 0 OR s.console = ?1)"
	    " ORDER BY s.name",
	    "i", console);

	while (db_step(&r->db, st)) {
		display_row(r, st, tiles, &row);
		if (!r->alive.alive) {
			row.start_utc = r->alive.heartbeat_utc;
			row.end_utc = STORE_OPEN;
			row.power = SCREEN_UNKNOWN;
			row.source = VIEW_FROM_NONE;
			row.tile_count = 0;
		}
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- presence over time */

/* From the last heartbeat on a dead monitor knows nothing of a console. */
static bool
dead_tail(struct store_reader *r, int64_t console, int64_t to_utc,
    store_presence_fn *fn, void *arg)
{
	if (r->alive.alive || r->alive.heartbeat_utc == 0)
		return true;
	int64_t start = r->alive.heartbeat_utc;
	int64_t active = db_int(&r->db, INT64_MAX,
	    "SELECT active FROM console WHERE id = ? AND removed IS NULL", "i",
	    console);

	if (active > start)
		start = active;
	if (start >= to_utc)
		return true;
	struct store_presence_row row = { .console = console,
		.epoch = db_int(&r->db, 0, "SELECT max(id) FROM epoch", "") + 1,
		.start_utc = start,
		.end_utc = STORE_OPEN,
		.since_utc = start,
		.at_utc = start,
		.state = PRESENCE_UNKNOWN,
		.why = PRESENCE_WHY_MONITOR_OFF,
		.evidence = "{}" };

	return fn(arg, &row);
}

static bool
presence_of(struct store_reader *r, int64_t console, int64_t from_utc,
    int64_t to_utc, store_presence_fn *fn, void *arg)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT epoch, start, end, since, at, state, why, evidence"
	    " FROM presence WHERE console = ?1 AND start < ?2"
	    " AND (end IS NULL OR end > ?3) ORDER BY epoch, start",
	    "iii", console, to_utc, from_utc);

	while (db_step(&r->db, st)) {
		struct store_presence_row row = { .console = console,
			.epoch = sqlite3_column_int64(st, 0),
			.start_utc = sqlite3_column_int64(st, 1),
			.end_utc = end_of(r, st, 2),
			.since_utc = sqlite3_column_int64(st, 3),
			.at_utc = sqlite3_column_int64(st, 4),
			.state = (enum presence)sqlite3_column_int(st, 5),
			.why = (enum presence_why)sqlite3_column_int(st, 6),
			.evidence = db_text(st, 7) };

		if (row.end_utc <= row.start_utc || row.end_utc <= from_utc)
			continue;
		if (!fn(arg, &row)) {
			db_done(st);
			return false;
		}
	}
	return dead_tail(r, console, to_utc, fn, arg);
}

bool
store_read_presence(struct store_reader *r, int64_t console, int64_t from_utc,
    int64_t to_utc, store_presence_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT id FROM console WHERE ?1 = 0 OR id = ?1 ORDER BY id", "i",
	    console);

	while (db_step(&r->db, st))
		if (!presence_of(r, sqlite3_column_int64(st, 0), from_utc,
			to_utc, fn, arg)) {
			db_done(st);
			break;
		}
	return store_reader_end(r);
}

/* --- prompts, disputes */

bool
store_read_prompts(struct store_reader *r, int64_t console, int64_t from_utc,
    int64_t to_utc, store_prompt_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT console, asked, answered, right, latency_ms FROM prompt"
	    " WHERE (?1 = 0 OR console = ?1) AND asked >= ?2 AND asked < ?3"
	    " ORDER BY asked, id",
	    "iii", console, from_utc, to_utc);

	while (db_step(&r->db, st)) {
		struct store_prompt_row row = {
			.console = sqlite3_column_int64(st, 0),
			.asked_utc = sqlite3_column_int64(st, 1),
			.answered_utc = sqlite3_column_int64(st, 2),
			.right = sqlite3_column_int(st, 3) == 1,
			.lost = sqlite3_column_int(st, 3) == PROMPT_OPEN,
			.latency_ms = (uint32_t)sqlite3_column_int64(st, 4),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

bool
store_read_disputes(struct store_reader *r, int64_t console, int64_t from_utc,
    int64_t to_utc, store_dispute_fn *fn, void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT d.id, d.console, d.starts, d.ends, d.created, c.name,"
	    " d.actor, d.text FROM dispute d JOIN console c ON c.id ="
	    " d.console WHERE (?1 = 0 OR d.console = ?1) AND d.starts < ?2"
	    " AND d.ends > ?3 ORDER BY d.starts, d.id",
	    "iii", console, to_utc, from_utc);

	while (db_step(&r->db, st)) {
		struct store_dispute_row row = {
			.id = sqlite3_column_int64(st, 0),
			.console = sqlite3_column_int64(st, 1),
			.from_utc = sqlite3_column_int64(st, 2),
			.to_utc = sqlite3_column_int64(st, 3),
			.created_utc = sqlite3_column_int64(st, 4),
			.console_name = db_text(st, 5),
			.actor = db_text(st, 6),
			.text = db_text(st, 7),
		};

		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}

/* --- what could be seen at best */

/* Microseconds that consoles were attended; of one, or of those of a room (at
 * most all the time). */
static int64_t
attended(struct store_reader *r, int64_t console, int64_t room,
    const struct store_staffing *s, int64_t from_utc)
{
	int64_t to = from_utc + s->span_us;
	int64_t us = db_int(&r->db, 0,
	    "SELECT sum(min(ifnull(end, ?5), ?4) - max(start, ?3))"
	    " FROM presence WHERE state = 1 AND (console = ?1 OR room = ?2)"
	    " AND start < ?4 AND ifnull(end, ?5) > ?3",
	    "iiiii", console, room, from_utc, to,
	    r->alive.heartbeat_utc > to ? to : r->alive.heartbeat_utc);

	return us < s->span_us ? us : s->span_us;
}

bool
store_read_staffing(struct store_reader *r, int64_t from_utc, int64_t to_utc,
    struct store_staffing *out)
{
	memset(out, 0, sizeof(*out));
	store_reader_begin(r);
	out->span_us = to_utc > from_utc ? to_utc - from_utc : 0;
	out->rooms = (uint32_t)db_int(&r->db, 0,
	    "SELECT count(*) FROM room WHERE removed IS NULL", "");
	out->consoles = (uint32_t)db_int(&r->db, 0,
	    "SELECT count(*) FROM console WHERE removed IS NULL", "");
	out->feeds = (uint32_t)db_int(&r->db, 0,
	    "SELECT count(*) FROM feed WHERE removed IS NULL AND enabled", "");
	/* A room's screen may be as full as the fullest of its consoles'. */
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT s.console, s.room, coalesce(c.max_tiles, (SELECT"
	    "  max(max_tiles) FROM console WHERE room = s.room), 0)"
	    " FROM screen s LEFT JOIN console c ON c.id = s.console"
	    " WHERE s.removed IS NULL",
	    "");

	while (db_step(&r->db, st)) {
		int64_t tiles = sqlite3_column_int64(st, 2);
		int64_t us = attended(r, sqlite3_column_int64(st, 0),
		    sqlite3_column_int64(st, 1), out, from_utc);

		out->screens++;
		out->tiles += (uint32_t)tiles;
		out->screen_us += us;
		out->tile_us += us * tiles;
	}
	return store_reader_end(r);
}
