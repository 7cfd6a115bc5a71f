/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/sight.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/store/interval.h"
#include "monitor/store/tiles.h"

struct piece { /* what of an epoch lies in the stretch */
	int64_t epoch, from, to;
};

struct stay { /* one presence interval */
	struct watched_span span;
	int64_t console, room;
};

struct who { /* of a console, or of a room, who attends it */
	int64_t console, room;
	struct watched_line line; /* spans owned */
};

struct seen { /* one tile of one display */
	int64_t feed;
	struct watched_view view;
};

struct numbers {
	int64_t *v;
	size_t count, room;
};

struct sight {
	struct sight_ask ask;
	struct piece *pieces; /* by time */
	size_t piece_count;
	struct stay *stays; /* by console, then time */
	size_t stay_count, stay_room;
	struct who **who; /* one by one: views point at them */
	struct numbers consoles;
	size_t who_count;
	struct seen *seen; /* by feed */
	size_t seen_count, seen_room;
	struct watched_view *views; /* the same, side by side */
	struct watched_span *picture, *line;
	size_t picture_count, picture_room, line_room;
};

/* Room for one more of an array; false: no memory, said in db. */
static bool
more(struct db *db, void **items, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t grown_room = *room < 32 ? 32 : *room * 2;
	void *grown = realloc(*items, grown_room * size);

	if (grown == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		return false;
	}
	*items = grown;
	*room = grown_room;
	return true;
}

#define MORE(db, a, room, count)                                               \
	more(db, (void **)(void *)&(a), &(room), count, sizeof(*(a)))

static void
numbers_read(struct db *db, const char *sql, struct numbers *out)
{
	sqlite3_stmt *st = db_query(db, sql, "");

	out->count = 0;
	while (db_step(db, st)) {
		if (!MORE(db, out->v, out->room, out->count)) {
			db_done(st);
			return;
		}
		out->v[out->count++] = sqlite3_column_int64(st, 0);
	}
}

/* --- epochs */

/* Puts [from, to) of an epoch into what the pieces, which are later epochs',
 * leave free; they stay in order. */
static bool
piece_add(struct sight *s, struct db *db, size_t *room, struct piece p)
{
	int64_t at = p.from;

	for (size_t i = 0; at < p.to; i++) {
		struct piece *next = i < s->piece_count ? &s->pieces[i] : NULL;
		int64_t until =
		    next != NULL && next->from < p.to ? next->from : p.to;

		if (at < until) {
			if (!MORE(db, s->pieces, *room, s->piece_count))
				return false;
			next = &s->pieces[i];
			memmove(next + 1, next,
			    (s->piece_count++ - i) * sizeof(*next));
			*next = (struct piece){ p.epoch, at, until };
			at = until;
		} else if (next != NULL && next->to > at) {
			at = next->to;
		}
	}
	return true;
}

/* Where no later epoch runs: a clock that was set back for a while hides what
 * passed at those hours, and nothing of what came after them. */
static void
pieces_read(struct sight *s, struct db *db)
{
	size_t room = 0;
	sqlite3_stmt *st = db_query(db,
	    "SELECT id, max(start, ?2), min(ifnull(end, ?3), ?1) FROM epoch"
	    " WHERE start < ?1 AND (end IS NULL OR end > ?2) ORDER BY id DESC",
	    "iii", s->ask.to_utc, s->ask.from_utc, s->ask.alive_utc);

	while (db_step(db, st)) {
		const struct piece p = { sqlite3_column_int64(st, 0),
			sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2) };

		if (!piece_add(s, db, &room, p)) {
			db_done(st);
			return;
		}
	}
}

/* [start, end) of the row under st (columns 0 and 1; NULL = open) within p;
 * false: nothing of it. *on_out: older rows may still reach into p. */
static bool
clip(const struct sight *s, sqlite3_stmt *st, const struct piece *p,
    struct watched_span *out, bool *on_out)
{
	int64_t start = sqlite3_column_int64(st, 0);
	int64_t end = sqlite3_column_type(st, 1) == SQLITE_NULL
			  ? s->ask.alive_utc
			  : sqlite3_column_int64(st, 1);

	*on_out = start > p->from;
	out->start_us = start > p->from ? start : p->from;
	out->end_us = end < p->to ? end : p->to;
	return out->start_us < out->end_us;
}

/* --- presence */

static void
stays_of(struct sight *s, struct db *db, int64_t console, const struct piece *p)
{
	size_t first = s->stay_count;
	bool on = true;
	sqlite3_stmt *st = db_query(db,
	    "SELECT start, end, state, room FROM presence WHERE console = ?"
	    " AND epoch = ? AND start < ? ORDER BY start DESC",
	    "iii", console, p->epoch, p->to);

	while (on && db_step(db, st)) {
		struct stay stay = { .console = console,
			.room = sqlite3_column_int64(st, 3) };

		stay.span.value = (uint8_t)sqlite3_column_int(st, 2);
		if (!clip(s, st, p, &stay.span, &on))
			continue;
		if (!MORE(db, s->stays, s->stay_room, s->stay_count))
			break;
		s->stays[s->stay_count++] = stay;
	}
	db_done(st);
	for (size_t a = first, b = s->stay_count; a + 1 < b; a++) {
		struct stay swap = s->stays[a];

		s->stays[a] = s->stays[--b];
		s->stays[b] = swap;
	}
}

/* The line of a console, as its room sees it: where it stood elsewhere or was
 * not there at all, nobody sat at it here. */
static struct watched_line
line_of(const struct sight *s, struct db *db, int64_t console, int64_t room)
{
	struct watched_span *spans =
	    malloc((2 * s->stay_count + 1) * sizeof(*spans));
	size_t n = 0;
	int64_t at = s->ask.from_utc;

	if (spans == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		return (struct watched_line){ NULL, 0 };
	}
	for (size_t i = 0; i < s->stay_count; i++) {
		const struct stay *y = &s->stays[i];

		if (y->console != console || (room != 0 && y->room != room))
			continue;
		if (room != 0 && y->span.start_us > at)
			spans[n++] = (struct watched_span){ at,
				y->span.start_us, PRESENCE_IDLE };
		spans[n++] = y->span;
		at = y->span.end_us;
	}
	if (room != 0 && at < s->ask.to_utc)
		spans[n++] =
		    (struct watched_span){ at, s->ask.to_utc, PRESENCE_IDLE };
	return (struct watched_line){ spans, n };
}

/* Lines of presence -> one of attendance; spans NULL: no memory. */
static struct watched_line
attendance_line(const struct sight *s, const struct watched_line *lines,
    size_t count)
{
	size_t most = 64, n;
	struct watched_span *out = NULL;

	for (;;) {
		free(out);
		out = malloc(most * sizeof(*out));
		if (out == NULL)
			return (struct watched_line){ NULL, 0 };
		n = watched_attendance(lines, count, s->ask.from_utc,
		    s->ask.to_utc, out, most);
		if (n <= most)
			return (struct watched_line){ out, n };
		most = n;
	}
}

/* Takes the lines. */
static const struct watched_line *
who_add(struct sight *s, struct db *db, int64_t console, int64_t room,
    struct watched_line *lines, size_t count)
{
	struct who *w = malloc(sizeof(*w));
	struct who **grown =
	    realloc(s->who, (s->who_count + 1) * sizeof(*grown));

	if (grown != NULL)
		s->who = grown;
	if (w != NULL)
		*w = (struct who){ console, room,
			attendance_line(s, lines, count) };
	for (size_t i = 0; i < count; i++)
		free((void *)(uintptr_t)lines[i].spans);
	if (grown == NULL || w == NULL || w->line.spans == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		free(w);
		return NULL;
	}
	s->who[s->who_count++] = w;
	return &w->line;
}

static bool
stands_in(const struct sight *s, int64_t console, int64_t room)
{
	for (size_t i = 0; i < s->stay_count; i++)
		if (s->stays[i].console == console && s->stays[i].room == room)
			return true;
	return false;
}

static const struct watched_line *
room_attended(struct sight *s, struct db *db, int64_t room)
{
	struct watched_line *lines =
	    calloc(s->consoles.count + 1, sizeof(*lines));
	const struct watched_line *who = NULL;
	size_t n = 0;

	if (lines == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < s->consoles.count; i++)
		if (stands_in(s, s->consoles.v[i], room))
			lines[n++] = line_of(s, db, s->consoles.v[i], room);
	who = who_add(s, db, 0, room, lines, n);
	free(lines);
	return who;
}

static void
presence_read(struct sight *s, struct db *db)
{
	numbers_read(db, "SELECT id FROM console ORDER BY id", &s->consoles);
	for (size_t i = 0; i < s->consoles.count; i++)
		for (size_t k = 0; k < s->piece_count; k++)
			stays_of(s, db, s->consoles.v[i], &s->pieces[k]);
}

/* Who attends a screen of that console, or of that room; made when the first
 * display asks for it. */
static const struct watched_line *
who_find(struct sight *s, struct db *db, int64_t console, int64_t room)
{
	for (size_t i = 0; i < s->who_count; i++)
		if (s->who[i]->console == console &&
		    (console != 0 || s->who[i]->room == room))
			return &s->who[i]->line;
	if (console == 0)
		return room_attended(s, db, room);
	struct watched_line line = line_of(s, db, console, 0);

	return who_add(s, db, console, 0, &line, 1);
}

/* --- displays */

static void
tiles_add(struct sight *s, struct db *db, sqlite3_stmt *st,
    const struct watched_span *span)
{
	struct store_tile tiles[STORE_TILES];
	size_t count = tiles_unpack(sqlite3_column_blob(st, 5),
	    (size_t)sqlite3_column_bytes(st, 5), tiles);
	int64_t console = sqlite3_column_int64(st, 3);
	int64_t room = sqlite3_column_int64(st, 4);
	struct watched_view view = { span->start_us, span->end_us, 0,
		(uint8_t)sqlite3_column_int(st, 2),
		who_find(s, db, console, room) };

	for (size_t i = 0; i < count; i++) {
		if (s->ask.feed != 0 && tiles[i].feed != s->ask.feed)
			continue;
		if (!MORE(db, s->seen, s->seen_room, s->seen_count))
			return;
		view.worth = (uint8_t)tiles[i].worth;
		s->seen[s->seen_count++] = (struct seen){ tiles[i].feed, view };
	}
}

static void
screen_read(struct sight *s, struct db *db, int64_t screen,
    const struct piece *p)
{
	bool on = true;
	sqlite3_stmt *st = db_query(db,
	    "SELECT start, end, power, console, room, tiles FROM display"
	    " WHERE screen = ? AND epoch = ? AND start < ?"
	    " ORDER BY start DESC",
	    "iii", screen, p->epoch, p->to);

	while (on && db_step(db, st)) {
		struct watched_span span;

		if (clip(s, st, p, &span, &on))
			tiles_add(s, db, st, &span);
	}
	db_done(st);
}

static int
by_feed(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (x->feed > y->feed) - (x->feed < y->feed);
}

static void
displays_read(struct sight *s, struct db *db)
{
	struct numbers screens = { 0 };

	numbers_read(db, "SELECT id FROM screen ORDER BY id", &screens);
	for (size_t i = 0; i < screens.count; i++)
		for (size_t k = 0; k < s->piece_count; k++)
			screen_read(s, db, screens.v[i], &s->pieces[k]);
	free(screens.v);
	if (s->seen_count > 0)
		qsort(s->seen, s->seen_count, sizeof(*s->seen), by_feed);
	s->views = malloc((s->seen_count + 1) * sizeof(*s->views));
	if (s->views == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		return;
	}
	for (size_t i = 0; i < s->seen_count; i++)
		s->views[i] = s->seen[i].view;
}

struct sight *
sight_new(struct db *db, const struct sight_ask *ask)
{
	struct sight *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		db_fail(db, SQLITE_NOMEM, "out of memory");
		return NULL;
	}
	s->ask = *ask;
	pieces_read(s, db);
	presence_read(s, db);
	displays_read(s, db);
	if (db->rc != SQLITE_OK)
		sight_free(&s);
	return s;
}

static void
who_free(struct who *w)
{
	free((void *)(uintptr_t)w->line.spans);
	free(w);
}

void
sight_free(struct sight **sp)
{
	struct sight *s = *sp;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->who_count; i++)
		who_free(s->who[i]);
	free(s->consoles.v);
	free(s->pieces);
	free(s->stays);
	free(s->who);
	free(s->seen);
	free(s->views);
	free(s->picture);
	free(s->line);
	free(s);
	*sp = NULL;
}

/* --- a feed */

static uint8_t
picture_of(const struct interval_verdict *v)
{
	if (v->state == STATE_UNKNOWN)
		return v->cause == CAUSE_MONITOR_OFF ? PICTURE_OFF
						     : PICTURE_UNKNOWN;
	return interval_good(v) ? PICTURE_GOOD : PICTURE_BAD;
}

static void
picture_read(struct sight *s, struct db *db, int64_t feed,
    const struct piece *p)
{
	size_t first = s->picture_count;
	bool on = true;
	sqlite3_stmt *st = db_query(db,
	    "SELECT start, end, state, cause, causes FROM interval"
	    " WHERE feed = ? AND epoch = ? AND start < ? ORDER BY start DESC",
	    "iii", feed, p->epoch, p->to);

	while (on && db_step(db, st)) {
		const struct interval_verdict v = {
			(enum state)sqlite3_column_int(st, 2),
			(enum cause)sqlite3_column_int(st, 3),
			(uint64_t)sqlite3_column_int64(st, 4)
		};
		struct watched_span span = { .value = picture_of(&v) };

		if (!clip(s, st, p, &span, &on))
			continue;
		if (!MORE(db, s->picture, s->picture_room, s->picture_count))
			break;
		s->picture[s->picture_count++] = span;
	}
	db_done(st);
	for (size_t a = first, b = s->picture_count; a + 1 < b; a++) {
		struct watched_span swap = s->picture[a];

		s->picture[a] = s->picture[--b];
		s->picture[b] = swap;
	}
}

static size_t
first_of(const struct sight *s, int64_t feed)
{
	size_t low = 0, high = s->seen_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->seen[mid].feed < feed)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
sight_feed(struct sight *s, struct db *db, int64_t feed, struct sight_line *out)
{
	size_t first = first_of(s, feed), last = first, n;

	while (last < s->seen_count && s->seen[last].feed == feed)
		last++;
	s->picture_count = 0;
	for (size_t i = 0; i < s->piece_count; i++)
		picture_read(s, db, feed, &s->pieces[i]);
	struct watched_line picture = { s->picture, s->picture_count };

	for (;;) {
		n = watched_join(&picture, s->views + first, last - first,
		    s->ask.from_utc, s->ask.to_utc, s->line, s->line_room);
		if (n == SIZE_MAX || n <= s->line_room)
			break;
		if (!MORE(db, s->line, s->line_room, n))
			break;
	}
	if (n == SIZE_MAX)
		db_fail(db, SQLITE_NOMEM, "out of memory");
	if (db->rc != SQLITE_OK)
		return false;
	out->line = (struct watched_line){ s->line, n };
	out->from_utc = out->to_utc = s->ask.from_utc;
	if (picture.count > 0) {
		out->from_utc = picture.spans[0].start_us;
		out->to_utc = picture.spans[picture.count - 1].end_us;
	}
	return true;
}
