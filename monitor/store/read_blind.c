/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When nobody anywhere attended: all consoles' presence, joined. */
#include <stdlib.h>
#include <string.h>

#include "monitor/presence/watched.h"
#include "monitor/store/reader.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"

struct seat { /* a console's line */
	int64_t console;
	struct watched_span *spans; /* owned */
	size_t count, room;
};
struct seats {
	struct seat *rows; /* owned */
	size_t count, room;
	int64_t from, to;
	bool no_memory;
};

static bool
grow(void **items, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return true;
	size_t grown_room = *room * 2 + 16;
	void *grown = realloc(*items, grown_room * size);

	if (grown == NULL)
		return false;
	*items = grown;
	*room = grown_room;
	return true;
}

static struct seat *
seat_of(struct seats *s, int64_t console)
{
	if (s->count > 0 && s->rows[s->count - 1].console == console)
		return &s->rows[s->count - 1];
	if (!grow((void **)(void *)&s->rows, &s->room, s->count,
		sizeof(*s->rows)))
		return NULL;
	s->rows[s->count] = (struct seat){ .console = console };
	return &s->rows[s->count++];
}

static bool
span_add(struct seat *t, int64_t from, int64_t to, enum presence state)
{
	if (from >= to)
		return true;
	if (!grow((void **)(void *)&t->spans, &t->room, t->count,
		sizeof(*t->spans)))
		return false;
	t->spans[t->count++] =
	    (struct watched_span){ from, to, (uint8_t)state };
	return true;
}

/* Rows come by console, epoch and start. Where a clock was set back the later
 * epoch counts. */
static bool
on_presence(void *arg, const struct store_presence_row *row)
{
	struct seats *s = arg;
	struct seat *t = seat_of(s, row->console);
	int64_t from = row->start_utc > s->from ? row->start_utc : s->from;
	int64_t to = row->end_utc < s->to ? row->end_utc : s->to;
	bool good = t != NULL;

	while (good && t->count > 0 && t->spans[t->count - 1].start_us >= from)
		t->count--;
	if (good && t->count > 0 && t->spans[t->count - 1].end_us > from)
		t->spans[t->count - 1].end_us = from;
	/* Before its first row there was no such console: nobody sat there. */
	if (good && t->count == 0)
		good = span_add(t, s->from, from, PRESENCE_IDLE);
	good = good && span_add(t, from, to, row->state);
	s->no_memory = !good;
	return good;
}

/* After its last row it was taken away; all rows of what is there reach `to`.
 */
static bool
end_all(struct seats *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct seat *t = &s->rows[i];
		int64_t end =
		    t->count > 0 ? t->spans[t->count - 1].end_us : s->from;

		if (!span_add(t, end, s->to, PRESENCE_IDLE))
			return false;
	}
	return true;
}

static struct watched_span *
joined(const struct seats *s, size_t *count_out)
{
	struct watched_line *lines = calloc(s->count + 1, sizeof(*lines));
	struct watched_span *out = NULL;
	size_t most = 1;

	for (size_t i = 0; lines != NULL && i < s->count; i++) {
		lines[i] =
		    (struct watched_line){ s->rows[i].spans, s->rows[i].count };
		most += 2 * s->rows[i].count;
	}
	if (lines != NULL)
		out = malloc(most * sizeof(*out));
	*count_out = out == NULL ? 0
				 : watched_attendance(lines, s->count, s->from,
				       s->to, out, most);
	if (*count_out > most) {
		free(out);
		out = NULL;
	}
	free(lines);
	return out;
}

static bool
give(const struct seats *s, store_blind_fn *fn, void *arg)
{
	size_t count;
	struct watched_span *spans = joined(s, &count);

	for (size_t i = 0; spans != NULL && i < count; i++)
		if (spans[i].value != ATTEND_YES &&
		    !fn(arg, spans[i].start_us, spans[i].end_us,
			spans[i].value == ATTEND_NO))
			break;
	free(spans);
	return spans != NULL;
}

bool
store_read_blind(struct store_reader *r, int64_t from_utc, int64_t to_utc,
    store_blind_fn *fn, void *arg)
{
	struct seats s = { .from = from_utc, .to = to_utc };
	bool read;

	store_reader_begin(r);
	int64_t since = db_int(&r->db, INT64_MAX,
	    "SELECT value FROM meta WHERE key = 'watched_since'", "");

	if (s.from < since)
		s.from = since;
	if (r->alive.alive && s.to > r->alive.heartbeat_utc)
		s.to = r->alive.heartbeat_utc;
	if (!store_reader_end(r) || s.from >= s.to)
		return r->db.rc == SQLITE_OK;
	read = store_read_presence(r, 0, s.from, s.to, on_presence, &s) &&
	       !s.no_memory && end_all(&s) &&
	       (s.count == 0 || give(&s, fn, arg));
	for (size_t i = 0; i < s.count; i++)
		free(s.rows[i].spans);
	free(s.rows);
	return read;
}
