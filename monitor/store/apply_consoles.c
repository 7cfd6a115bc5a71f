/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is there, what screens show, prompts, disputes: one operation each, with
 * its event. */
#include <stdio.h>
#include <string.h>

#include "monitor/store/json.h"
#include "monitor/store/tiled.h"
#include "monitor/store/tiles.h"
#include "monitor/store/watched_hours.h"
#include "monitor/store/writer.h"

#define BACK 64 /* past intervals that a worse one may reach */

/* The name of what has this number, into out; "" with a fault if none has. */
static void
name_of(struct writer *w, struct op *op, const char *sql, int64_t id,
    char out[256])
{
	sqlite3_stmt *st = db_query(&w->db, sql, "i", id);

	out[0] = '\0';
	if (!db_step(&w->db, st)) {
		if (w->db.rc == SQLITE_OK)
			apply_fault(op, "there is no %lld (any more)",
			    (long long)id);
		return;
	}
	snprintf(out, 256, "%s", db_text(st, 0));
	db_done(st);
}

static void
console_name(struct writer *w, struct op *op, int64_t id, char out[256])
{
	name_of(w, op, "SELECT name FROM console WHERE id = ?", id, out);
}

/* --- presence */

/* What is worse takes back time that was taken for better; what nobody knew
 * stays so, and nothing gets better afterwards. */
static bool
reaches(unsigned state, unsigned over)
{
	static const uint8_t over_bits[PRESENCE_COUNT] = {
		[PRESENCE_UNKNOWN] = 1u << PRESENCE_ATTENDED,
		[PRESENCE_ATTENDED] = 0,
		[PRESENCE_IDLE] = 1u << PRESENCE_ATTENDED,
		[PRESENCE_AWAY] = 1u << PRESENCE_ATTENDED | 1u << PRESENCE_IDLE,
		[PRESENCE_SUSPECT] = 1u << PRESENCE_ATTENDED |
				     1u << PRESENCE_IDLE | 1u << PRESENCE_AWAY,
	};

	return over_bits[state] >> over & 1;
}

struct past {
	int64_t id[BACK], start[BACK];
	unsigned state[BACK];
	unsigned why; /* of the newest */
	int64_t room;
	size_t count;
	bool open;
};

static void
past_read(struct writer *w, int64_t console, struct past *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT id, start, state, why, end IS NULL, room FROM presence"
	    " WHERE console = ? AND epoch = ? ORDER BY start DESC LIMIT 64",
	    "ii", console, w->at.epoch);

	memset(out, 0, sizeof(*out));
	while (db_step(&w->db, st)) {
		size_t n = out->count++;

		out->id[n] = sqlite3_column_int64(st, 0);
		out->start[n] = sqlite3_column_int64(st, 1);
		out->state[n] = (unsigned)sqlite3_column_int(st, 2);
		if (n > 0)
			continue;
		out->why = (unsigned)sqlite3_column_int(st, 3);
		out->open = sqlite3_column_int(st, 4);
		out->room = sqlite3_column_int64(st, 5);
	}
}

struct taken { /* where rows begin that were taken behind others */
	int64_t start[BACK];
	size_t count;
};

/* Behind time that stays as it is (nobody can say), what is worse takes the
 * rest of [since, at) all the same. kept: the first row that stays. */
static void
take_behind(struct writer *w, const struct past *past, size_t kept,
    const struct store_presence *p, int64_t since, int64_t at,
    const char *evidence, struct taken *out)
{
	out->count = 0;
	for (size_t i = kept + 1; i < past->count && past->start[i - 1] > since;
	     i++) {
		if (!reaches((unsigned)p->state, past->state[i]))
			continue;
		out->start[out->count++] =
		    past->start[i] < since ? since : past->start[i];
		if (past->start[i] < since) {
			db_run(&w->db,
			    "INSERT INTO presence(console, room, epoch, start,"
			    " end, since, at, state, why, evidence) SELECT"
			    " console, room, epoch, ?2, end, ?2, ?3, ?4, ?5,"
			    " ?6 FROM presence WHERE id = ?1",
			    "iiiiis", past->id[i], since, at, (int64_t)p->state,
			    (int64_t)p->why, evidence);
			db_run(&w->db,
			    "UPDATE presence SET end = ? WHERE id = ?", "ii",
			    since, past->id[i]);
		} else {
			db_run(&w->db,
			    "UPDATE presence SET since = ?, at = ?, state = ?,"
			    " why = ?, evidence = ? WHERE id = ?",
			    "iiiisi", since, at, (int64_t)p->state,
			    (int64_t)p->why, evidence, past->id[i]);
		}
		watched_mark(w, 0, since);
	}
}

/* Where it begins; the rows that it swallows go, the next is clipped. */
static int64_t
border(struct writer *w, const struct past *past, unsigned state, int64_t since,
    int64_t at, size_t *kept_out)
{
	int64_t start = at > past->start[0] ? at : past->start[0];
	size_t i = 0;

	for (; i < past->count && start > since; i++) {
		if (!reaches(state, past->state[i]))
			break;
		start = past->start[i] > since ? past->start[i] : since;
	}
	*kept_out = i;
	for (i = 0; i < past->count && past->start[i] >= start; i++)
		db_run(&w->db, "DELETE FROM presence WHERE id = ?", "i",
		    past->id[i]);
	if (i < past->count)
		db_run(&w->db, "UPDATE presence SET end = ? WHERE id = ?", "ii",
		    start, past->id[i]);
	return start;
}

static void
presence_say(struct writer *w, struct op *op, const char *name, int64_t start,
    const char *evidence, const struct taken *taken)
{
	const struct store_presence *p = &op->presence;
	struct json j = json_open(w->body, sizeof(w->body));

	json_number(&j, "number", p->console);
	json_text(&j, "console", name);
	json_text(&j, "state", presence_name(p->state));
	json_text(&j, "why", presence_why_name(p->why));
	json_number(&j, "start", start);
	json_number(&j, "since", epoch_utc(w, p->since_us));
	json_number(&j, "at", epoch_utc(w, p->at_us));
	json_list_open(&j, "taken");
	for (size_t i = 0; i < taken->count; i++)
		json_item_number(&j, taken->start[i]);
	json_list_close(&j);
	json_raw(&j, "evidence", evidence);
	op->result.seq = event_append(w, p->at_us, "presence", "camwarden", 0,
	    json_close(&j));
}

void
apply_presence(struct writer *w, struct op *op)
{
	const struct store_presence *p = &op->presence;
	const char *evidence = apply_evidence(w, p->evidence);
	int64_t since = epoch_utc(w, p->since_us);
	int64_t at = epoch_utc(w, p->at_us);
	struct past past;
	char name[256];

	console_name(w, op, p->console, name);
	past_read(w, p->console, &past);
	if (!past.open || (unsigned)p->state >= PRESENCE_COUNT) {
		apply_fault(op, "console %lld is not watched",
		    (long long)p->console);
		return;
	}
	if (past.state[0] == p->state && past.why == p->why)
		return;
	struct taken taken;
	size_t kept;
	int64_t start = border(w, &past, p->state, since, at, &kept);

	watched_mark(w, 0, start);
	db_run(&w->db,
	    "INSERT INTO presence(console, room, epoch, start, since, at,"
	    " state, why, evidence) VALUES(?,?,?,?,?,?,?,?,?)",
	    "iiiiiiiis", p->console, past.room, w->at.epoch, start, since, at,
	    (int64_t)p->state, (int64_t)p->why, evidence);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	take_behind(w, &past, kept, p, since, at, evidence, &taken);
	presence_say(w, op, name, start, evidence, &taken);
}

/* --- displays */

struct shown { /* what a screen shows, as the database has it */
	int64_t id, start;
	unsigned power, source;
	uint8_t tiles[TILES_BYTES];
	size_t length;
};

static bool
shown_read(struct writer *w, int64_t screen, struct shown *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT id, start, power, source, tiles FROM display"
	    " WHERE screen = ? AND epoch = ? AND end IS NULL",
	    "ii", screen, w->at.epoch);

	if (!db_step(&w->db, st))
		return false;
	out->id = sqlite3_column_int64(st, 0);
	out->start = sqlite3_column_int64(st, 1);
	out->power = (unsigned)sqlite3_column_int(st, 2);
	out->source = (unsigned)sqlite3_column_int(st, 3);
	out->length = (size_t)sqlite3_column_bytes(st, 4);
	if (out->length > sizeof(out->tiles))
		out->length = sizeof(out->tiles);
	if (out->length > 0)
		memcpy(out->tiles, sqlite3_column_blob(st, 4), out->length);
	db_done(st);
	return true;
}

static bool
is_lit(unsigned power)
{
	return power == SCREEN_ON || power == SCREEN_DIMMED;
}

static bool
counts_in(const struct store_tile *tiles, size_t count, int64_t feed)
{
	for (size_t i = 0; i < count; i++)
		if (tiles[i].feed == feed && tiles[i].worth == VIEW_COUNTS)
			return true;
	return false;
}

/* Some view is sure that wasn't before. */
static bool
gains(const struct store_display *d, const struct shown *was)
{
	struct store_tile before[STORE_TILES];
	size_t count = tiles_unpack(was->tiles, was->length, before);

	if (!is_lit(was->power))
		count = 0;
	for (size_t i = 0; is_lit(d->power) && i < d->tile_count; i++)
		if (d->tiles[i].worth == VIEW_COUNTS &&
		    !counts_in(before, count, d->tiles[i].feed))
			return true;
	return false;
}

static void
json_tiles(struct json *j, const uint8_t *packed, size_t length)
{
	char text[TILES_JSON];

	tiles_json(packed, length, text);
	json_raw(j, "tiles", text);
}

static void
display_say(struct writer *w, struct op *op, const char *name,
    const struct shown *now)
{
	struct json j = json_open(w->body, sizeof(w->body));

	json_number(&j, "number", op->display.screen);
	json_text(&j, "screen", name);
	json_text(&j, "power", screen_power_name(now->power));
	json_text(&j, "source", view_source_name(now->source));
	json_number(&j, "start", now->start);
	json_number(&j, "at", epoch_utc(w, op->display.at_us));
	json_tiles(&j, now->tiles, now->length);
	op->result.seq = event_append(w, op->display.at_us, "display",
	    "camwarden", 0, json_close(&j));
}

/* The new display takes over from the open one at now->start. */
static void
display_write(struct writer *w, int64_t screen, const struct shown *was,
    const struct shown *now)
{
	if (now->start <= was->start)
		db_run(&w->db, "DELETE FROM display WHERE id = ?", "i",
		    was->id);
	else
		db_run(&w->db, "UPDATE display SET end = ? WHERE id = ?", "ii",
		    now->start, was->id);
	db_run(&w->db,
	    "INSERT INTO display(screen, console, room, epoch, start, power,"
	    " source, tiles) SELECT id, console, room, ?, ?, ?, ?, ?"
	    " FROM screen WHERE id = ?",
	    "iiiibi", w->at.epoch, now->start, (int64_t)now->power,
	    (int64_t)now->source, now->tiles, now->length, screen);
}

void
apply_display(struct writer *w, struct op *op)
{
	const struct store_display *d = &op->display;
	int64_t at = epoch_utc(w, d->at_us);
	int64_t since = epoch_utc(w, d->since_us);
	struct shown was, now = { .power = d->power, .source = d->source };
	char name[256];

	name_of(w, op, "SELECT name FROM screen WHERE id = ?", d->screen, name);
	if (!shown_read(w, d->screen, &was) ||
	    now.power >= SCREEN_POWER_COUNT ||
	    now.source >= VIEW_SOURCE_COUNT) {
		apply_fault(op, "screen %lld is not watched",
		    (long long)d->screen);
		return;
	}
	now.length = tiles_pack(d->tiles, d->tile_count, now.tiles);
	if (now.power == was.power && now.source == was.source &&
	    now.length == was.length &&
	    memcmp(now.tiles, was.tiles, now.length) == 0)
		return;
	now.start = since > at || gains(d, &was) ? at : since;
	if (now.start < was.start)
		now.start = was.start;
	watched_mark(w, 0, now.start);
	display_write(w, d->screen, &was, &now);
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	display_say(w, op, name, &now);
}

/* --- prompts, disputes */

/* A console has one question at a time: the newest. False: that isn't open. */
static bool
prompt_end(struct writer *w, const struct store_prompt *p, int64_t answered)
{
	int64_t id = db_int(&w->db, 0,
	    "SELECT max(id) FROM prompt WHERE console = ?", "i", p->console);

	db_run(&w->db,
	    "UPDATE prompt SET answered = ?, right = ?, latency_ms = ?"
	    " WHERE id = ? AND right = ?",
	    "?iiii", answered, (int64_t)p->right, (int64_t)p->latency_ms, id,
	    (int64_t)PROMPT_OPEN);
	return sqlite3_changes(w->db.h) > 0;
}

static void
prompt_begin(struct writer *w, const struct store_prompt *p, int64_t asked,
    int64_t answered)
{
	db_run(&w->db,
	    "INSERT INTO prompt(console, asked, answered, right, latency_ms)"
	    " VALUES(?, ?, ?, ?, ?)",
	    "ii?ii", p->console, asked, answered,
	    p->open ? (int64_t)PROMPT_OPEN : (int64_t)p->right,
	    (int64_t)p->latency_ms);
}

void
apply_prompt(struct writer *w, struct op *op)
{
	const struct store_prompt *p = &op->prompt;
	struct json j = json_open(w->body, sizeof(w->body));
	int64_t asked = epoch_utc(w, p->asked_us), answered = 0;
	char name[256];

	console_name(w, op, p->console, name);
	if (!op->result.ok)
		return;
	if (p->answered_us != 0)
		answered = epoch_utc(w, p->answered_us);
	if (p->open || !prompt_end(w, p, answered))
		prompt_begin(w, p, asked, answered);
	json_text(&j, "console", name);
	json_number(&j, "asked", asked);
	if (answered != 0)
		json_number(&j, "answered", answered);
	if (!p->open) {
		json_bool(&j, "right", p->right);
		json_number(&j, "latency_ms", p->latency_ms);
	}
	op->result.seq =
	    event_append(w, p->at_us, p->open ? "prompt.asked" : "prompt",
		"camwarden", 0, json_close(&j));
}

void
apply_dispute(struct writer *w, struct op *op)
{
	const struct store_dispute *d = &op->dispute;
	struct json j = json_open(w->body, sizeof(w->body));
	char name[256];

	console_name(w, op, d->console, name);
	if (!op->result.ok)
		return;
	if (d->to_utc <= d->from_utc || d->text[0] == '\0') {
		apply_fault(op, "%s",
		    d->text[0] == '\0' ? "what is disputed must be said"
				       : "its end is not after its start");
		return;
	}
	db_run(&w->db,
	    "INSERT INTO dispute(console, starts, ends, actor, text, created)"
	    " VALUES(?, ?, ?, ?, ?, ?)",
	    "iiissi", d->console, d->from_utc, d->to_utc, d->actor, d->text,
	    epoch_utc(w, op->stamp_us));
	op->result.id = sqlite3_last_insert_rowid(w->db.h);
	json_text(&j, "console", name);
	json_number(&j, "from", d->from_utc);
	json_number(&j, "to", d->to_utc);
	json_text(&j, "text", d->text);
	json_number(&j, "when", epoch_utc(w, op->stamp_us));
	op->result.seq = event_append(w, op->stamp_us, "dispute", d->actor, 0,
	    json_close(&j));
}
