/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the tables of intervals, against what the lines tell. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/replay_inside.h"

/* Index of the first row at or behind (epoch, start). */
static size_t
lower(const struct track *t, int64_t epoch, int64_t start)
{
	size_t lo = 0, hi = t->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct row *row = &t->rows[mid];

		if (row->epoch < epoch ||
		    (row->epoch == epoch && row->start < start))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* "feed 12", "console \"North 1\"" */
static const char *
owner(const struct replay *r, const struct track *t, char out[160])
{
	const char *what = t->table == REPLAY_INTERVAL	 ? "feed"
			   : t->table == REPLAY_PRESENCE ? "console"
							 : "screen";

	if (t->name != NONE)
		snprintf(out, 160, "%s %.140s", what, r->names[t->name]);
	else
		snprintf(out, 160, "%s %llu", what, (unsigned long long)t->key);
	return out;
}

static const char *
end_of(int64_t end, char out[32])
{
	if (end != OPEN)
		return replay_when(end, out);
	snprintf(out, 32, "still open");
	return out;
}

static uint64_t
content_of(const struct row *row, const struct told *told)
{
	return told->content + (row->loose ? 0 : told->belongs);
}

static void
compare(struct replay *r, struct track *t, struct row *row,
    const struct told *told)
{
	char who[160], when[32], a[32], b[32];

	row->seen = 1;
	if (row->end == told->end && row->content == content_of(row, told)) {
		r->tally.proved[t->table]++;
		return;
	}
	owner(r, t, who);
	replay_when(told->start, when);
	if (row->end != told->end)
		replay_say(r, REPLAY_CHANGED, t->table, row->seq, told->start,
		    "%s of %s from %s ends %s; the lines say %s",
		    replay_table_name(t->table), who, when,
		    end_of(told->end, a), end_of(row->end, b));
	else
		replay_say(r, REPLAY_CHANGED, t->table, row->seq, told->start,
		    "what %s of %s from %s says is not what the lines say",
		    replay_table_name(t->table), who, when);
}

/* Told by lines that are gone, or whose content is. */
static bool
is_older(const struct track *t, const struct told *told)
{
	return !t->sure || told->epoch < t->known_epoch ||
	       (told->epoch == t->known_epoch && told->start < t->known_start);
}

void
track_compare(struct replay *r, enum replay_table table, uint64_t key,
    const struct body_value *name, const struct told *told)
{
	struct track *t = track_get(r, table, key, name);

	if (t == NULL)
		return;
	size_t k = lower(t, told->epoch, told->start);
	struct row *row = k < t->count ? &t->rows[k] : NULL;

	if (row != NULL && row->epoch == told->epoch &&
	    row->start == told->start && !row->seen) {
		compare(r, t, row, told);
		return;
	}
	/* Of something that no line ever named it can only be so when lines
	 * are missing, or what they said of it expired. */
	bool unknown = !t->sure && r->complete &&
		       r->blank_utc[table] == INT64_MIN &&
		       t->there == THERE_UNKNOWN && !t->vague;

	if (!unknown && is_older(t, told)) {
		r->tally.unproved[table]++;
		return;
	}
	if (r->stray_count < STRAYS)
		r->strays[r->stray_count] = (struct stray){ t, told->id,
			told->epoch, told->start, told->end, told->content };
	r->stray_count++;
}

void
replay_interval(struct replay *r, const struct replay_interval *row)
{
	char state[64], cause[64], confidence[24];
	int ns = snprintf(state, sizeof(state), "\"%s\"", row->state);
	int nc = snprintf(cause, sizeof(cause), "\"%s\"", row->cause);
	int nf = snprintf(confidence, sizeof(confidence), "%lld",
	    (long long)row->confidence);
	struct body_value words[5] = { { state, (size_t)ns },
		{ cause, (size_t)nc }, { row->causes, strlen(row->causes) },
		{ confidence, (size_t)nf },
		{ row->evidence, row->evidence_length } };
	struct told told = { .id = row->id,
		.epoch = row->epoch,
		.start = row->start,
		.end = row->end != 0 ? row->end : OPEN,
		.content = track_when(r, row->since, row->at) +
			   replay_fields(r, words, 5) };

	track_compare(r, REPLAY_INTERVAL, (uint64_t)row->feed, NULL, &told);
}

/* {"console","room","epoch","start","end","since","at","state","why",
 * "evidence"} */
static void
presence_row(struct replay *r, const struct replay_row *row)
{
	static const char *const keys[] = { "console", "room", "epoch", "start",
		"end", "since", "at", "state", "why", "evidence" };
	struct body_value v[10];

	body_get(row->json, row->length, keys, 10, v);
	struct told told = { .id = row->id,
		.epoch = body_number(&v[2], 0),
		.start = body_number(&v[3], 0),
		.end = body_number(&v[4], OPEN),
		.content = track_when(r, body_number(&v[5], 0),
			       body_number(&v[6], 0)) +
			   replay_fields(r, &v[7], 3),
		.belongs = replay_fields(r, &v[1], 1) };

	track_compare(r, REPLAY_PRESENCE, replay_digest(r, v[0].p, v[0].n),
	    &v[0], &told);
}

/* {"screen","console","room","epoch","start","end","power","source","tiles"}
 */
static void
display_row(struct replay *r, const struct replay_row *row)
{
	static const char *const keys[] = { "screen", "console", "room",
		"epoch", "start", "end", "power", "source", "tiles" };
	struct body_value v[9];

	body_get(row->json, row->length, keys, 9, v);
	struct told told = { .id = row->id,
		.epoch = body_number(&v[3], 0),
		.start = body_number(&v[4], 0),
		.end = body_number(&v[5], OPEN),
		.content = replay_fields(r, &v[6], 3),
		.belongs = replay_fields(r, &v[1], 2) };

	track_compare(r, REPLAY_DISPLAY, replay_digest(r, v[0].p, v[0].n),
	    &v[0], &told);
}

void
replay_row(struct replay *r, const struct replay_row *row)
{
	if (row->table == REPLAY_PRESENCE)
		presence_row(r, row);
	else if (row->table == REPLAY_DISPLAY)
		display_row(r, row);
	else
		things_row(r, row);
}

/* --- the end */

/* A row that was moved: another one ends as it does, or says the same, and no
 * row holds that one. */
static struct row *
moved_from(struct track *t, const struct stray *s)
{
	for (size_t i = 0; i < t->count; i++) {
		struct row *row = &t->rows[i];

		if (!row->seen && row->epoch == s->epoch &&
		    (row->end == s->end || row->content == s->content))
			return row;
	}
	return NULL;
}

static void
stray_say(struct replay *r, const struct stray *s)
{
	struct track *t = s->track;
	struct row *row = moved_from(t, s);
	char who[160], when[32], other[32];

	owner(r, t, who);
	replay_when(s->start, when);
	if (row == NULL) {
		replay_say(r, REPLAY_INSERTED, t->table, 0, s->start,
		    "no line tells of the %s of %s from %s",
		    replay_table_name(t->table), who, when);
		return;
	}
	row->seen = 1;
	replay_say(r, REPLAY_CHANGED, t->table, row->seq, s->start,
	    "%s of %s begins %s; the lines say %s", replay_table_name(t->table),
	    who, when, replay_when(row->start, other));
}

static void
unseen(struct replay *r, struct track *t)
{
	char who[160], when[32];

	for (size_t i = 0; i < t->count; i++) {
		const struct row *row = &t->rows[i];

		if (row->seen || row->end <= r->gone_to[t->table])
			continue;
		replay_say(r, REPLAY_REMOVED, t->table, row->seq, row->start,
		    "the %s of %s from %s is not there",
		    replay_table_name(t->table), owner(r, t, who),
		    replay_when(row->start, when));
	}
}

void
tracks_end(struct replay *r)
{
	size_t n = r->stray_count < STRAYS ? r->stray_count : STRAYS;

	for (size_t i = 0; i < n; i++)
		stray_say(r, &r->strays[i]);
	for (size_t i = 0; i < r->track_count; i++)
		unseen(r, r->tracks[i]);
}
