/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan of the floor, applied as one. What was removed stays as a row (its
 * history is still reported on); added again, it lives on. */
#include <stdio.h>

#include "monitor/inventory/floor.h"
#include "monitor/store/json.h"
#include "monitor/store/tiled.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"

struct change {
	struct op *op;
	const struct floor_change *c;
	int64_t utc;
	int64_t id; /* of the row */
};

static void
say(struct writer *w, const struct change *x, const char *what, struct json *j)
{
	static const char *const verbs[] = { "add", "change", "remove" };
	char kind[32];

	snprintf(kind, sizeof(kind), "%s.%s", what, verbs[x->c->change]);
	json_number(j, "when", x->utc);
	json_text(j, "reason", x->op->floor.reason);
	x->op->result.seq = event_append(w, x->op->stamp_us, kind,
	    x->op->floor.actor, 0, json_close(j));
}

/* Of what is there; 0 for "", and with a fault for what is not. */
static int64_t
id_of(struct writer *w, struct change *x, const char *sql, const char *name)
{
	if (name[0] == '\0')
		return 0;
	int64_t id = db_int(&w->db, 0, sql, "s", name);

	if (id == 0 && w->db.rc == SQLITE_OK)
		apply_fault(x->op, "there is no %s any more", name);
	return id;
}

#define ROOM_ID "SELECT id FROM room WHERE name = ? AND removed IS NULL"
#define CONSOLE_ID "SELECT id FROM console WHERE name = ? AND removed IS NULL"

/* --- rooms */

static void
room_write(struct writer *w, struct change *x)
{
	const struct floor_room *r = &x->c->room;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t site = id_of(w, x,
	    "SELECT id FROM site WHERE path = ? AND removed IS NULL", r->site);

	db_run(&w->db,
	    "INSERT INTO room(name, site) VALUES(?1, ?2)"
	    " ON CONFLICT(name) DO UPDATE SET site = ?2, removed = NULL",
	    "s?", r->name, site);
	x->id = id_of(w, x, ROOM_ID, r->name);
	json_text(&j, "room", r->name);
	json_text(&j, "site", r->site);
	say(w, x, "room", &j);
}

static void
room_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->id;
	if (db_int(&w->db, 0,
		"SELECT EXISTS(SELECT 1 FROM console WHERE room = ?1 AND"
		" removed IS NULL) + EXISTS(SELECT 1 FROM screen WHERE"
		" room = ?1 AND removed IS NULL) + EXISTS(SELECT 1 FROM shift"
		" WHERE room = ?1 AND removed IS NULL)",
		"i", x->id) > 0) {
		apply_fault(x->op, "room %s is still in use", x->c->room.name);
		return;
	}
	db_run(&w->db, "UPDATE room SET removed = ? WHERE id = ?", "ii", x->utc,
	    x->id);
	json_text(&j, "room", x->c->room.name);
	say(w, x, "room", &j);
}

/* --- consoles */

static void
console_json(struct json *j, const struct floor_console *c)
{
	json_text(j, "console", c->name);
	json_text(j, "room", c->room);
	json_number(j, "idle_after_s", c->idle_after_s);
	json_number(j, "prompt_after_s", c->prompt_after_s);
	json_bool(j, "remote_input", c->remote_input);
	json_number(j, "max_tiles", c->max_tiles);
	json_text(j, "desk_feed", c->desk_feed);
	json_number(j, "desk", c->desk_feed_id);
	json_number(j, "desk_still_s", c->desk_still_s);
}

static int64_t
console_insert(struct writer *w, struct change *x, int64_t room)
{
	const char *name = x->c->console.name;

	if (db_int(&w->db, 0, CONSOLE_ID, "s", name) != 0) {
		apply_fault(x->op, "console %s exists already", name);
		return 0;
	}
	db_run(&w->db,
	    "INSERT INTO console(name, room, idle_after_s, prompt_after_s,"
	    " remote_input, max_tiles, desk_still_s, created, active)"
	    " VALUES(?1, ?2, 0, 0, 0, 0, 0, ?3, ?3) ON CONFLICT(name) DO UPDATE"
	    " SET active = ?3, inactive = NULL, removed = NULL",
	    "sii", name, room, x->utc);
	return db_int(&w->db, 0, CONSOLE_ID, "s", name);
}

static void
console_write(struct writer *w, struct change *x)
{
	const struct floor_console *c = &x->c->console;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t room = id_of(w, x, ROOM_ID, c->room);
	bool add = x->c->change == INVENTORY_ADD;

	if (!x->op->result.ok)
		return;
	x->id = add ? console_insert(w, x, room) : x->c->id;
	int64_t before = db_int(&w->db, 0,
	    "SELECT room FROM console WHERE id = ?", "i", x->id);

	db_run(&w->db,
	    "UPDATE console SET room = ?, idle_after_s = ?,"
	    " prompt_after_s = ?, remote_input = ?, max_tiles = ?,"
	    " desk_feed = ?, desk_still_s = ? WHERE id = ?",
	    "iiiii?ii", room, (int64_t)c->idle_after_s,
	    (int64_t)c->prompt_after_s, (int64_t)c->remote_input,
	    (int64_t)c->max_tiles, c->desk_feed_id, (int64_t)c->desk_still_s,
	    x->id);
	if (add)
		tiled_open_console(w, x->id, x->utc);
	else if (before != room)
		tiled_move_console(w, x->id, x->utc);
	console_json(&j, c);
	say(w, x, "console", &j);
}

static void
console_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->id;
	db_run(&w->db,
	    "UPDATE console SET removed = ?1, inactive = ?1 WHERE id = ?2",
	    "ii", x->utc, x->id);
	db_run(&w->db,
	    "UPDATE token SET revoked = ? WHERE console = ? AND revoked IS"
	    " NULL",
	    "ii", x->utc, x->id);
	tiled_close_console(w, x->id, x->utc);
	json_text(&j, "console", x->c->console.name);
	say(w, x, "console", &j);
}

/* --- screens */

static void
layout_write(struct writer *w, int64_t screen, const struct floor_screen *s)
{
	db_run(&w->db, "DELETE FROM screen_feed WHERE screen = ?", "i", screen);
	for (size_t i = 0; i < s->feed_count; i++)
		db_run(&w->db,
		    "INSERT INTO screen_feed(screen, place, feed)"
		    " VALUES(?, ?, ?)",
		    "iii", screen, (int64_t)i, s->feeds[i]);
}

/* It belongs to something else now: what it showed there has ended. */
static void
screen_move(struct writer *w, struct change *x, int64_t console, int64_t room)
{
	bool same = db_int(&w->db, 0,
	    "SELECT ifnull(console, 0) = ? AND ifnull(room, 0) = ?"
	    " FROM screen WHERE id = ?",
	    "iii", console, room, x->id);

	if (same)
		return;
	db_run(&w->db, "UPDATE screen SET console = ?, room = ? WHERE id = ?",
	    "??i", console, room, x->id);
	tiled_close_screen(w, x->id, x->utc);
	tiled_open_screen(w, x->id, x->utc);
}

static void
screen_insert(struct writer *w, struct change *x, int64_t console, int64_t room)
{
	const char *name = x->c->screen.name;

	db_run(&w->db,
	    "INSERT INTO screen(name, console, room, output, confirmed_by,"
	    " active) VALUES(?1, ?2, ?3, '', '', ?4) ON CONFLICT(name)"
	    " DO UPDATE SET console = ?2, room = ?3, active = ?4,"
	    " inactive = NULL, removed = NULL",
	    "s??i", name, console, room, x->utc);
	x->id = db_int(&w->db, 0, "SELECT id FROM screen WHERE name = ?", "s",
	    name);
	tiled_open_screen(w, x->id, x->utc);
	watched_begin(w, x->utc);
}

static void
screen_write(struct writer *w, struct change *x)
{
	const struct floor_screen *s = &x->c->screen;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t console = id_of(w, x, CONSOLE_ID, s->console);
	int64_t room = id_of(w, x, ROOM_ID, s->room);

	if (!x->op->result.ok)
		return;
	x->id = x->c->id;
	if (x->c->change == INVENTORY_ADD)
		screen_insert(w, x, console, room);
	else
		screen_move(w, x, console, room);
	db_run(&w->db,
	    "UPDATE screen SET output = ?, confirmed_by = ? WHERE id = ?",
	    "ssi", s->output, s->confirmed_by, x->id);
	layout_write(w, x->id, s);
	json_text(&j, "screen", s->name);
	json_text(&j, "console", s->console);
	json_text(&j, "room", s->room);
	json_text(&j, "output", s->output);
	json_text(&j, "layout", s->layout);
	json_text(&j, "confirmed_by", s->confirmed_by);
	json_list_open(&j, "feeds");
	for (size_t i = 0; i < s->feed_count; i++)
		json_item_number(&j, s->feeds[i]);
	json_list_close(&j);
	say(w, x, "screen", &j);
}

static void
screen_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	x->id = x->c->id;
	db_run(&w->db,
	    "UPDATE screen SET removed = ?1, inactive = ?1 WHERE id = ?2", "ii",
	    x->utc, x->id);
	tiled_close_screen(w, x->id, x->utc);
	json_text(&j, "screen", x->c->screen.name);
	say(w, x, "screen", &j);
}

/* --- patterns */

static void
pattern_write(struct writer *w, struct change *x)
{
	const struct floor_pattern *p = &x->c->pattern;
	struct json j = json_open(w->body, sizeof(w->body));

	db_run(&w->db,
	    "INSERT INTO pattern(name, class, title, shows, feed, tiles)"
	    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(name) DO UPDATE SET"
	    " class = ?2, title = ?3, shows = ?4, feed = ?5, tiles = ?6,"
	    " removed = NULL",
	    "sssi?i", p->name, p->class_, p->title, (int64_t)p->shows,
	    p->feed_id, (int64_t)p->tiles);
	json_text(&j, "pattern", p->name);
	json_text(&j, "class", p->class_);
	json_text(&j, "title", p->title);
	json_text(&j, "shows",
	    p->shows == FLOOR_SHOWS_LAYOUT	  ? "layout"
	    : p->shows == FLOOR_SHOWS_CONNECTIONS ? "connections"
						  : p->feed);
	json_number(&j, "tiles", p->tiles);
	json_number(&j, "feed", p->feed_id);
	say(w, x, "pattern", &j);
}

static void
pattern_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));

	db_run(&w->db, "UPDATE pattern SET removed = ? WHERE id = ?", "ii",
	    x->utc, x->c->id);
	json_text(&j, "pattern", x->c->pattern.name);
	say(w, x, "pattern", &j);
}

/* --- the roster */

static void
breaks_text(const struct floor_shift *s, char out[FLOOR_BREAKS_MAX * 12])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < s->break_count; i++)
		n += (size_t)snprintf(out + n, FLOOR_BREAKS_MAX * 12 - n,
		    "%s%u-%u", i > 0 ? ";" : "", s->breaks[i].from,
		    s->breaks[i].to);
}

static void
shift_write(struct writer *w, struct change *x)
{
	const struct floor_shift *s = &x->c->shift;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t room = id_of(w, x, ROOM_ID, s->room);
	int64_t console = id_of(w, x, CONSOLE_ID, s->console);
	char breaks[FLOOR_BREAKS_MAX * 12], text[600];

	if (!x->op->result.ok)
		return;
	breaks_text(s, breaks);
	x->id = x->c->id;
	if (x->c->change == INVENTORY_ADD)
		db_run(&w->db,
		    "INSERT INTO shift(room, console, days, starts, ends,"
		    " at_least, breaks, idle_after_s, prompt_after_s)"
		    " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "i?iiiisii", room, console, (int64_t)s->days,
		    (int64_t)s->hours.from, (int64_t)s->hours.to,
		    (int64_t)s->at_least, breaks, (int64_t)s->idle_after_s,
		    (int64_t)s->prompt_after_s);
	else
		db_run(&w->db,
		    "UPDATE shift SET at_least = ?, breaks = ?,"
		    " idle_after_s = ?, prompt_after_s = ? WHERE id = ?",
		    "isiii", (int64_t)s->at_least, breaks,
		    (int64_t)s->idle_after_s, (int64_t)s->prompt_after_s,
		    x->c->id);
	if (x->c->change == INVENTORY_ADD)
		x->id = sqlite3_last_insert_rowid(w->db.h);
	floor_shift_text(s, text, sizeof(text));
	json_number(&j, "number", x->id);
	json_text(&j, "shift", text);
	json_text(&j, "room", s->room);
	json_text(&j, "console", s->console);
	json_number(&j, "days", s->days);
	json_number(&j, "from", s->hours.from);
	json_number(&j, "to", s->hours.to);
	json_number(&j, "at_least", s->at_least);
	json_text(&j, "breaks", breaks);
	json_number(&j, "idle_after_s", s->idle_after_s);
	json_number(&j, "prompt_after_s", s->prompt_after_s);
	say(w, x, "shift", &j);
}

static void
shift_remove(struct writer *w, struct change *x)
{
	struct json j = json_open(w->body, sizeof(w->body));
	char text[600];

	db_run(&w->db, "UPDATE shift SET removed = ? WHERE id = ?", "ii",
	    x->utc, x->c->id);
	floor_shift_text(&x->c->shift, text, sizeof(text));
	json_number(&j, "number", x->c->id);
	json_text(&j, "shift", text);
	say(w, x, "shift", &j);
}

void
apply_floor(struct writer *w, struct op *op)
{
	typedef void change_fn(struct writer *, struct change *);
	static change_fn *const fns[5][2] = {
		[FLOOR_CONSOLES] = { console_write, console_remove },
		[FLOOR_SCREENS] = { screen_write, screen_remove },
		[FLOOR_PATTERNS] = { pattern_write, pattern_remove },
		[FLOOR_ROSTER] = { shift_write, shift_remove },
		[FLOOR_ROOMS] = { room_write, room_remove },
	};
	const struct op_floor *f = &op->floor;

	if (f->revision != w->at.floor_revision) {
		apply_fault(op,
		    "the consoles were changed meanwhile; try again");
		return;
	}
	for (size_t k = 0; k < f->plan->count; k++) {
		const struct floor_change *c = &f->plan->changes[k];
		struct change x = { op, c, epoch_utc(w, op->stamp_us), 0 };

		fns[c->kind][c->change == INVENTORY_REMOVE](w, &x);
		if (!op->result.ok || w->db.rc != SQLITE_OK)
			return;
		op->result.id = x.id;
	}
	op->result.changes = (uint32_t)f->plan->count;
	if (f->plan->count == 0)
		return;
	w->at.floor_revision++;
	w->at.floor_changed = true;
	db_run(&w->db, "UPDATE meta SET value = ? WHERE key = 'floor_revision'",
	    "i", (int64_t)w->at.floor_revision);
}
