/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor as it is declared, and the tokens. */
#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/inventory/floor.h"
#include "monitor/store/reader.h"
#include "monitor/store/store_read_consoles.h"

#define LAYOUT_BYTES 4000 /* a cell holds so much; longer: by UUID */

static void
no_memory(struct store_reader *r)
{
	db_fail(&r->db, SQLITE_NOMEM, "out of memory");
}

static const char *
kept(struct store_reader *r, struct floor *f, const char *s)
{
	const char *copy = floor_string(f, s);

	if (copy == NULL)
		no_memory(r);
	return copy != NULL ? copy : "";
}

static const char *
column(struct store_reader *r, struct floor *f, sqlite3_stmt *st, int n)
{
	return kept(r, f, db_text(st, n));
}

/* How people name the feed in columns n (uuid), n + 1 (site), n + 2 (name). */
static void
feed_name(sqlite3_stmt *st, int n, bool by_uuid, char out[600])
{
	const char *site = db_text(st, n + 1), *name = db_text(st, n + 2);

	out[0] = '\0';
	if (sqlite3_column_bytes(st, n) != 16)
		return;
	snprintf(out, 600, "%s%s%s", site, site[0] != '\0' ? "/" : "", name);
	if (by_uuid || strchr(out, ';') != NULL)
		uuid_print(sqlite3_column_blob(st, n), out);
}

static void
rooms_load(struct store_reader *r, struct floor *f)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT m.id, m.name, s.path FROM room m LEFT JOIN site s"
	    " ON s.id = m.site WHERE m.removed IS NULL ORDER BY m.name",
	    "");

	while (db_step(&r->db, st)) {
		struct floor_room *m = floor_add_room(f);

		if (m == NULL) {
			no_memory(r);
			break;
		}
		m->id = sqlite3_column_int64(st, 0);
		m->name = column(r, f, st, 1);
		m->site = column(r, f, st, 2);
	}
	db_done(st);
}

static void
consoles_load(struct store_reader *r, struct floor *f)
{
	char feed[600];
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT c.id, c.name, m.name, s.path, c.idle_after_s,"
	    " c.prompt_after_s, c.remote_input, c.max_tiles, d.id, d.uuid,"
	    " p.path, d.name, c.desk_still_s FROM console c JOIN room m ON "
	    "m.id = c.room"
	    " LEFT JOIN site s ON s.id = m.site"
	    " LEFT JOIN feed d ON d.id = c.desk_feed AND d.removed IS NULL"
	    " LEFT JOIN site p ON p.id = d.site"
	    " WHERE c.removed IS NULL ORDER BY m.name, c.name",
	    "");

	while (db_step(&r->db, st)) {
		struct floor_console *c = floor_add_console(f);

		if (c == NULL) {
			no_memory(r);
			break;
		}
		c->id = sqlite3_column_int64(st, 0);
		c->name = column(r, f, st, 1);
		c->room = column(r, f, st, 2);
		c->site = column(r, f, st, 3);
		c->idle_after_s = (uint32_t)sqlite3_column_int64(st, 4);
		c->prompt_after_s = (uint32_t)sqlite3_column_int64(st, 5);
		c->remote_input = sqlite3_column_int(st, 6);
		c->max_tiles = (uint8_t)sqlite3_column_int(st, 7);
		c->desk_feed_id = sqlite3_column_int64(st, 8);
		feed_name(st, 9, false, feed);
		c->desk_feed = kept(r, f, feed);
		c->desk_still_s = (uint32_t)sqlite3_column_int64(st, 12);
	}
	db_done(st);
}

static void
layout_load(struct store_reader *r, struct floor *f, struct floor_screen *s,
    bool by_uuid)
{
	char text[FLOOR_LAYOUT_MAX * 600], feed[600];
	int64_t ids[FLOOR_LAYOUT_MAX];
	size_t n = 0, count = 0;
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT f.id, f.uuid, p.path, f.name FROM screen_feed l"
	    " JOIN feed f ON f.id = l.feed AND f.removed IS NULL"
	    " LEFT JOIN site p ON p.id = f.site"
	    " WHERE l.screen = ? ORDER BY l.place LIMIT 64",
	    "i", s->id);

	text[0] = '\0';
	while (db_step(&r->db, st)) {
		ids[count] = sqlite3_column_int64(st, 0);
		feed_name(st, 1, by_uuid, feed);
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    count > 0 ? ";" : "", feed);
		count++;
	}
	if (n >= LAYOUT_BYTES && !by_uuid) {
		layout_load(r, f, s, true);
		return;
	}
	s->layout = kept(r, f, text);
	s->feeds = floor_numbers(f, ids, count);
	s->feed_count = count;
	if (s->feeds == NULL)
		no_memory(r);
}

static void
screens_load(struct store_reader *r, struct floor *f)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT s.id, s.name, c.name, m.name, s.output, s.confirmed_by"
	    " FROM screen s LEFT JOIN console c ON c.id = s.console"
	    " LEFT JOIN room m ON m.id = s.room WHERE s.removed IS NULL"
	    " ORDER BY s.name",
	    "");

	while (db_step(&r->db, st)) {
		struct floor_screen *s = floor_add_screen(f);

		if (s == NULL) {
			no_memory(r);
			break;
		}
		s->id = sqlite3_column_int64(st, 0);
		s->name = column(r, f, st, 1);
		s->console = column(r, f, st, 2);
		s->room = column(r, f, st, 3);
		s->output = column(r, f, st, 4);
		s->confirmed_by = column(r, f, st, 5);
	}
	db_done(st);
	for (size_t i = 0; i < f->screen_count; i++)
		layout_load(r, f, &f->screens[i], false);
}

static void
patterns_load(struct store_reader *r, struct floor *f)
{
	char feed[600];
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT p.id, p.name, p.class, p.title, p.shows, p.tiles, f.id,"
	    " f.uuid, s.path, f.name FROM pattern p"
	    " LEFT JOIN feed f ON f.id = p.feed AND f.removed IS NULL"
	    " LEFT JOIN site s ON s.id = f.site"
	    " WHERE p.removed IS NULL ORDER BY p.name",
	    "");

	while (db_step(&r->db, st)) {
		struct floor_pattern *p = floor_add_pattern(f);

		if (p == NULL) {
			no_memory(r);
			break;
		}
		p->id = sqlite3_column_int64(st, 0);
		p->name = column(r, f, st, 1);
		p->class_ = column(r, f, st, 2);
		p->title = column(r, f, st, 3);
		p->shows = (enum floor_shows)sqlite3_column_int(st, 4);
		p->tiles = (uint8_t)sqlite3_column_int(st, 5);
		p->feed_id = sqlite3_column_int64(st, 6);
		feed_name(st, 7, false, feed);
		p->feed = kept(r, f, feed);
	}
	db_done(st);
}

/* "600-615;720-750", as the writer wrote it. */
static void
breaks_read(const char *text, struct floor_shift *s)
{
	unsigned from, to;
	int n = 0;

	while (s->break_count < FLOOR_BREAKS_MAX &&
	       sscanf(text, "%4u-%4u%n", &from, &to, &n) == 2) {
		s->breaks[s->break_count++] =
		    (struct floor_span){ (uint16_t)(from % 1440),
			    (uint16_t)(to % 1440) };
		text += n;
		text += *text == ';';
	}
}

static void
shifts_load(struct store_reader *r, struct floor *f)
{
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT h.id, m.name, c.name, h.days, h.starts, h.ends,"
	    " h.at_least, h.breaks, h.idle_after_s, h.prompt_after_s"
	    " FROM shift h JOIN room m ON m.id = h.room"
	    " LEFT JOIN console c ON c.id = h.console"
	    " WHERE h.removed IS NULL"
	    " ORDER BY m.name, c.name, h.days, h.starts",
	    "");

	while (db_step(&r->db, st)) {
		struct floor_shift *s = floor_add_shift(f);

		if (s == NULL) {
			no_memory(r);
			break;
		}
		s->id = sqlite3_column_int64(st, 0);
		s->room = column(r, f, st, 1);
		s->console = column(r, f, st, 2);
		s->days = (uint8_t)sqlite3_column_int(st, 3);
		s->hours.from = (uint16_t)sqlite3_column_int(st, 4);
		s->hours.to = (uint16_t)sqlite3_column_int(st, 5);
		s->at_least = (uint8_t)sqlite3_column_int(st, 6);
		breaks_read(db_text(st, 7), s);
		s->idle_after_s = (uint32_t)sqlite3_column_int64(st, 8);
		s->prompt_after_s = (uint32_t)sqlite3_column_int64(st, 9);
	}
	db_done(st);
}

struct floor *
store_read_floor(struct store_reader *r, uint64_t *revision_out)
{
	struct floor *f = floor_new();

	store_reader_begin(r);
	if (f == NULL)
		no_memory(r);
	else {
		rooms_load(r, f);
		consoles_load(r, f);
		screens_load(r, f);
		patterns_load(r, f);
		shifts_load(r, f);
	}
	uint64_t revision = (uint64_t)db_int(&r->db, 0,
	    "SELECT value FROM meta WHERE key = 'floor_revision'", "");

	if (!store_reader_end(r)) {
		floor_free(&f);
		return NULL;
	}
	if (revision_out != NULL)
		*revision_out = revision;
	return f;
}

bool
store_read_tokens(struct store_reader *r, bool all, store_token_fn *fn,
    void *arg)
{
	store_reader_begin(r);
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT t.id, t.console, ifnull(c.name, ''), t.kind, t.hash,"
	    " t.created, t.revoked, t.actor, t.name, t.role, t.site,"
	    " t.claimed, t.address, t.claim, t.seen FROM token t"
	    " LEFT JOIN console c ON c.id = t.console"
	    " WHERE ? OR t.revoked IS NULL ORDER BY t.id",
	    "i", (int64_t)all);

	while (db_step(&r->db, st)) {
		struct store_token_row row = {
			.id = sqlite3_column_int64(st, 0),
			.console = sqlite3_column_int64(st, 1),
			.console_name = db_text(st, 2),
			.kind = (enum console_token)sqlite3_column_int(st, 3),
			.hash = sqlite3_column_blob(st, 4),
			.created_utc = sqlite3_column_int64(st, 5),
			.revoked_utc = sqlite3_column_int64(st, 6),
			.actor = db_text(st, 7),
			.name = db_text(st, 8),
			.role = (enum role)sqlite3_column_int(st, 9),
			.site = db_text(st, 10),
			.claimed_utc = sqlite3_column_int64(st, 11),
			.address = db_text(st, 12),
			.seen_utc = sqlite3_column_int64(st, 14),
		};

		if (sqlite3_column_bytes(st, 13) == STORE_HASH_BYTES)
			row.claim = sqlite3_column_blob(st, 13);

		if (row.hash != NULL &&
		    sqlite3_column_bytes(st, 4) == STORE_HASH_BYTES &&
		    !fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
