/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lines do to the intervals of feeds, consoles and screens: as the store's
 * writer does it (monitor/store/apply.c, apply_consoles.c, tiled.c, recover.c),
 * but from what the lines say alone. */
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/replay_inside.h"

#define DOUBT_US (15 * INT64_C(1000000)) /* recover.c */
#define BACK 64				 /* apply_consoles.c */

static struct body_value
word(const char *text)
{
	return (struct body_value){ text, strlen(text) };
}

uint64_t
track_when(const struct replay *r, int64_t since, int64_t at)
{
	int64_t both[2] = { since, at };

	return replay_digest(r, both, sizeof(both));
}

/* What the store writes itself, of each table: while it was off, at the start
 * of a run. */
static uint64_t
own_words(const struct replay *r, enum replay_table table, bool off)
{
	struct body_value interval[5] = { word("\"unknown\""),
		word(off ? "\"monitor-off\"" : "\"learning\""),
		word(off ? "[\"monitor-off\"]" : "[\"learning\"]"), word("100"),
		word("{}") };
	struct body_value presence[3] = { word("\"unknown\""),
		word(off ? "\"monitor-off\"" : "\"never-heard\""), word("{}") };
	struct body_value display[3] = { word("\"unknown\""), word("\"none\""),
		word("[]") };

	if (table == REPLAY_INTERVAL)
		return replay_fields(r, interval, 5);
	return table == REPLAY_PRESENCE ? replay_fields(r, presence, 3)
					: replay_fields(r, display, 3);
}

/* --- tracks by key */

static uint64_t
key_of(enum replay_table table, uint64_t key)
{
	return key * 31 + (uint64_t)table * 0xd6e8feb86659fd93ull;
}

struct track *
track_find(struct replay *r, enum replay_table table, uint64_t key)
{
	uint32_t k = index_find(&r->track_index, key_of(table, key));

	return k == NONE ? NULL : r->tracks[k];
}

static uint32_t
name_keep(struct replay *r, const struct body_value *name)
{
	char **grown = replay_grow(r, r->names, &r->name_room, r->name_count,
	    sizeof(*r->names));

	if (grown == NULL)
		return NONE;
	r->names = grown;
	grown[r->name_count] = strndup(name->p != NULL ? name->p : "", name->n);
	if (grown[r->name_count] == NULL) {
		r->failed = true;
		return NONE;
	}
	return (uint32_t)r->name_count++;
}

struct track *
track_get(struct replay *r, enum replay_table table, uint64_t key,
    const struct body_value *name)
{
	struct track *t = track_find(r, table, key);

	if (t != NULL)
		return t;
	struct track **grown = replay_grow(r, r->tracks, &r->track_room,
	    r->track_count, sizeof(*r->tracks));

	if (grown == NULL)
		return NULL;
	r->tracks = grown;
	t = malloc(sizeof(*t));
	if (t == NULL || !index_add(&r->track_index, key_of(table, key),
			     (uint32_t)r->track_count)) {
		r->failed = true;
		free(t);
		return NULL;
	}
	*t = (struct track){ .key = key,
		.table = table,
		.there = THERE_UNKNOWN,
		.name = name != NULL ? name_keep(r, name) : NONE };
	r->tracks[r->track_count++] = t;
	return t;
}

/* What it holds now, and what it held, is not known (any more). */
void
track_forget(struct track *t)
{
	t->sure = false;
	t->vague = true;
	t->count = 0;
	t->there = THERE_UNKNOWN;
}

void
tracks_forget(struct replay *r, enum replay_table table)
{
	for (size_t i = 0; i < r->track_count; i++) {
		if (r->tracks[i]->table != table)
			continue;
		track_forget(r->tracks[i]);
		r->tracks[i]->belongs_known = false;
	}
}

static void
make_sure(struct track *t, uint32_t epoch, int64_t start)
{
	if (t->sure)
		return;
	t->sure = true;
	t->known_epoch = epoch;
	t->known_start = start;
	t->count = 0;
}

/* --- rows */

static struct row *
last(struct track *t)
{
	return t->count > 0 ? &t->rows[t->count - 1] : NULL;
}

static struct row *
push(struct replay *r, struct track *t, const struct row *row,
    const struct more *more)
{
	size_t room = t->room;
	struct row *rows =
	    replay_grow(r, t->rows, &room, t->count, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	t->rows = rows;
	if (t->table == REPLAY_PRESENCE && room != t->room) {
		struct more *grown = realloc(t->more, room * sizeof(*t->more));

		if (grown == NULL) {
			r->failed = true;
			return NULL;
		}
		t->more = grown;
	}
	t->room = room;
	if (t->table == REPLAY_PRESENCE)
		t->more[t->count] = *more;
	t->rows[t->count] = *row;
	return &t->rows[t->count++];
}

/* A row's content with whose it is, as far as that is known. */
static void
content_set(const struct track *t, struct row *row, uint64_t content)
{
	row->loose = !t->belongs_known;
	row->content = content + (t->belongs_known ? t->belongs : 0);
}

/* One of the store's own. at: of an interval that was called at its end. */
static void
push_own(struct replay *r, struct track *t, uint32_t epoch, int64_t start,
    int64_t end, int64_t at, bool off, uint32_t seq)
{
	struct row row = { .start = start,
		.end = end,
		.seq = seq,
		.epoch = epoch & 0xffffff,
		.state = PRESENCE_UNKNOWN };
	struct more more = { start, at, own_words(r, t->table, off) };
	uint64_t when =
	    t->table == REPLAY_DISPLAY ? 0 : track_when(r, start, at);

	content_set(t, &row, when + more.words);
	push(r, t, &row, &more);
}

static bool
is_open(const struct row *row, uint32_t epoch)
{
	return row != NULL && row->epoch == epoch && row->end == OPEN;
}

static void
cut(struct track *t, uint32_t epoch, int64_t utc)
{
	struct row *row;

	while ((row = last(t)) != NULL && row->epoch == epoch &&
	       row->end > utc && row->start >= utc)
		t->count--;
	if (row != NULL && row->epoch == epoch && row->end > utc)
		row->end = utc;
}

void
tracks_cut(struct replay *r, uint32_t epoch, int64_t utc)
{
	for (size_t i = 0; i < r->track_count; i++)
		cut(r->tracks[i], epoch, utc);
}

/* --- one of them comes, goes, moves */

void
track_add(struct replay *r, struct track *t, int64_t utc, uint32_t seq)
{
	make_sure(t, r->epoch != 0 ? r->epoch : r->epoch_max + 1, utc);
	if (r->epoch == 0)
		t->known_start = INT64_MIN;
	t->there = THERE_YES;
	t->active = utc;
	t->inactive = 0;
	if (r->epoch != 0)
		push_own(r, t, r->epoch, utc, OPEN, utc, false, seq);
}

static void
close_open(struct replay *r, struct track *t, int64_t utc)
{
	struct row *row = last(t);

	if (!is_open(row, r->epoch))
		return;
	if (row->start >= utc)
		t->count--;
	else
		row->end = utc;
}

void
track_remove(struct replay *r, struct track *t, int64_t utc)
{
	make_sure(t, r->epoch != 0 ? r->epoch : r->epoch_max + 1, utc);
	close_open(r, t, utc);
	t->there = THERE_NO;
	t->inactive = utc;
}

void
track_move(struct replay *r, struct track *t, uint64_t belongs, int64_t utc,
    uint32_t seq)
{
	uint64_t before = t->belongs_known ? t->belongs : 0;
	struct row *row = last(t);

	if (t->belongs_known && t->belongs == belongs)
		return;
	bool known = t->belongs_known;

	t->belongs = belongs;
	t->belongs_known = true;
	if (!known) /* whether it moved can't be told */
		return track_forget(t);
	if (!is_open(row, r->epoch) || r->epoch == 0)
		return;
	struct row held = *row;
	struct more more = { 0 };

	if (t->table == REPLAY_PRESENCE)
		more = t->more[t->count - 1];
	close_open(r, t, utc);
	if (t->table == REPLAY_DISPLAY) {
		push_own(r, t, r->epoch, utc, OPEN, utc, false, seq);
		return;
	}
	held.start = utc;
	held.end = OPEN;
	held.seq = seq;
	held.content += belongs - before;
	push(r, t, &held, &more);
}

/* --- what is said of one */

struct row *
track_begin(struct replay *r, struct track *t, int64_t start, uint64_t content,
    uint32_t seq)
{
	struct row row = { .start = start,
		.end = OPEN,
		.seq = seq,
		.epoch = r->epoch & 0xffffff },
		   *was;
	struct more more = { 0 };

	if (r->epoch == 0) { /* which one is open is not known */
		track_forget(t);
		return NULL;
	}
	make_sure(t, r->epoch, start);
	t->there = THERE_YES;
	while ((was = last(t)) != NULL && was->epoch == r->epoch &&
	       was->start >= start)
		t->count--;
	if (was != NULL && was->epoch == r->epoch)
		was->end = start;
	content_set(t, &row, content);
	return push(r, t, &row, &more);
}

/* What is worse takes back time that was taken for better (docs/formats.md). */
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

/* Row k says from now on what `say` says; whose it was stays. */
static void
overwrite(struct replay *r, struct track *t, size_t k, const struct more *say,
    unsigned state, uint32_t seq)
{
	struct row *row = &t->rows[k];
	const struct more *was = &t->more[k];

	row->content += track_when(r, say->since, say->at) + say->words -
			track_when(r, was->since, was->at) - was->words;
	row->state = state & 0xf;
	row->seq = seq;
	t->more[k] = *say;
}

/* The row splits at `at`; the later part is k + 1. */
static bool
split(struct replay *r, struct track *t, size_t k, int64_t at)
{
	struct row row = t->rows[k];
	struct more more = t->more[k];

	if (push(r, t, &row, &more) == NULL)
		return false;
	memmove(&t->rows[k + 1], &t->rows[k],
	    (t->count - 1 - k) * sizeof(*t->rows));
	memmove(&t->more[k + 1], &t->more[k],
	    (t->count - 1 - k) * sizeof(*t->more));
	t->rows[k].end = at;
	t->rows[k + 1].start = at;
	return true;
}

/* How many of the newest rows of this epoch a line can reach. */
static size_t
within_reach(const struct replay *r, const struct track *t)
{
	size_t n = 0;

	while (n < t->count && n < BACK &&
	       t->rows[t->count - 1 - n].epoch == r->epoch)
		n++;
	return n;
}

/* apply_consoles.c: border(), take_behind(). */
void
track_presence(struct replay *r, struct track *t, int64_t start,
    const struct more *say, unsigned state, uint32_t seq)
{
	size_t past = within_reach(r, t), newest = t->count;
	int64_t was[BACK], from = say->at;
	unsigned states[BACK];
	size_t kept = 0;

	for (size_t i = 0; i < past; i++) {
		was[i] = t->rows[newest - 1 - i].start;
		states[i] = t->rows[newest - 1 - i].state;
	}
	if (past > 0 && from < was[0])
		from = was[0];
	for (; kept < past && from > say->since; kept++) {
		if (!reaches(state, states[kept]))
			break;
		from = was[kept] > say->since ? was[kept] : say->since;
	}
	/* Behind what stays, it takes the rest of [since, at) all the same. */
	for (size_t i = kept + 1; i < past && was[i - 1] > say->since; i++) {
		size_t k = newest - 1 - i;

		if (!reaches(state, states[i]))
			continue;
		struct more taken = { say->since, say->at, say->words };

		if (was[i] < say->since) {
			if (!split(r, t, k, say->since))
				return;
			k++;
		}
		overwrite(r, t, k, &taken, state, seq);
	}
	struct row *row = track_begin(r, t, start,
	    track_when(r, say->since, say->at) + say->words, seq);

	if (row == NULL)
		return;
	row->state = state & 0xf;
	t->more[row - t->rows] = *say;
}

/* --- of all */

void
tracks_gap(struct replay *r, int64_t from, int64_t to, uint32_t seq)
{
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];
		struct row *row = last(t), held;
		struct more more = { 0 };
		bool open = is_open(row, r->epoch);

		if (open) {
			held = *row;
			if (t->table == REPLAY_PRESENCE)
				more = t->more[t->count - 1];
		}
		cut(t, r->epoch, from);
		if (!open)
			continue;
		push_own(r, t, r->epoch, from, to, to, true, seq);
		held.start = to;
		held.seq = seq;
		push(r, t, &held, &more);
	}
}

void
tracks_lost(struct replay *r, int64_t utc, uint32_t seq)
{
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];
		bool open = is_open(last(t), r->epoch);

		cut(t, r->epoch, utc);
		if (open)
			push_own(r, t, r->epoch, utc, OPEN, utc, true, seq);
	}
}

static void
epoch_set(struct replay *r, uint32_t epoch)
{
	r->epoch = epoch;
	if (epoch > r->epoch_max)
		r->epoch_max = epoch;
}

void
tracks_step(struct replay *r, int64_t before, int64_t after, uint32_t epoch,
    uint32_t seq)
{
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];
		struct row *row = last(t), held;
		struct more more = { 0 };

		if (!is_open(row, r->epoch)) {
			cut(t, r->epoch, before);
			continue;
		}
		held = *row;
		if (t->table == REPLAY_PRESENCE)
			more = t->more[t->count - 1];
		cut(t, r->epoch, before);
		held.start = after;
		held.seq = seq;
		held.epoch = epoch & 0xffffff;
		push(r, t, &held, &more);
	}
	epoch_set(r, epoch);
}

void
tracks_off(struct replay *r, uint32_t epoch, int64_t from, int64_t to,
    uint32_t seq)
{
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];
		int64_t lo = t->active > from ? t->active : from;
		int64_t hi =
		    t->inactive != 0 && t->inactive < to ? t->inactive : to;

		if (t->sure && lo < hi)
			push_own(r, t, epoch, lo, hi, to, true, seq);
	}
	if (epoch > r->epoch_max)
		r->epoch_max = epoch;
}

void
tracks_start(struct replay *r, uint32_t epoch, int64_t utc, uint32_t seq)
{
	epoch_set(r, epoch);
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];

		if (t->there == THERE_UNKNOWN)
			continue;
		make_sure(t, epoch, utc);
		if (t->there == THERE_YES)
			push_own(r, t, epoch, utc, OPEN, utc, false, seq);
	}
}

void
tracks_doubt(struct replay *r, uint32_t epoch, int64_t end, uint32_t seq)
{
	for (size_t i = 0; i < r->track_count; i++) {
		struct track *t = r->tracks[i];
		struct row *row = last(t);
		int64_t from = end - DOUBT_US;

		if (t->table != REPLAY_PRESENCE || row == NULL ||
		    row->epoch != epoch || row->end != end ||
		    row->state != PRESENCE_ATTENDED)
			continue;
		size_t k = t->count - 1;
		struct more say = t->more[k];

		say.words = own_words(r, REPLAY_PRESENCE, true);
		if (row->start < from) {
			say.since = from;
			say.at = end;
			if (!split(r, t, k++, from))
				return;
		}
		overwrite(r, t, k, &say, PRESENCE_UNKNOWN, seq);
	}
}
