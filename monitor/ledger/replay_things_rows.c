/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of all other tables, against what the lines tell. The fields of each
 * row's JSON are listed where it is read. */
#include <stdio.h>
#include <string.h>

#include "monitor/ledger/replay_declared.h"

void
things_forget(struct replay *r, enum replay_table table)
{
	for (size_t i = 0; i < r->thing_count; i++)
		if (r->things[i]->table == table)
			r->things[i]->known = 0;
}

static void
inserted(struct replay *r, const struct replay_row *row, const struct said *s)
{
	enum replay_table t = row->table;
	bool older = !r->complete && (s->utc == 0 || s->utc <= r->first_utc);
	char when[32];

	if (older || r->blank_utc[t] != INT64_MIN) {
		if (older || s->utc == 0 || s->utc <= r->blank_utc[t]) {
			r->tally.unproved[t]++;
			return;
		}
	}
	replay_say(r, REPLAY_INSERTED, t, 0, s->utc,
	    "no line tells of %s %s%s%s", replay_table_name(t), s->name,
	    s->utc != 0 ? " of " : "",
	    s->utc != 0 ? replay_when(s->utc, when) : "");
}

/* The first that differs is told. True: nothing does. */
static bool
agrees(struct replay *r, const struct replay_row *row, const struct thing *t,
    const struct said *s)
{
	const char *what = NULL;

	for (unsigned i = 0; i < THING_DIGESTS && what == NULL; i++)
		if (s->digest_of[i] != NULL && (t->known & KNOWS_DIGEST(i)) &&
		    s->digest[i] != t->digest[i])
			what = s->digest_of[i];
	for (unsigned i = 0; i < THING_TIMES && what == NULL; i++)
		if (s->time_of[i] != NULL && (t->known & KNOWS_TIME(i)) &&
		    s->time[i] != t->time[i])
			what = s->time_of[i];
	if (what == NULL)
		return true;
	replay_say(r, REPLAY_CHANGED, row->table, t->seq,
	    s->utc != 0 ? s->utc : t->utc,
	    "%s of %s %s is not what the lines say", what,
	    replay_table_name(row->table), s->name);
	return false;
}

void
thing_compare(struct replay *r, const struct replay_row *row, uint64_t key,
    const struct said *s)
{
	struct thing *t = thing_find(r, row->table, key);

	if (t == NULL || t->seen ||
	    (t->gone && row->table == REPLAY_REFERENCE)) {
		inserted(r, row, s);
		return;
	}
	t->seen = true;
	if (!agrees(r, row, t, s))
		return;
	if (t->known != 0)
		r->tally.proved[row->table]++;
	else
		r->tally.unproved[row->table]++;
}

static void
epoch_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "run", "reason", "anchor", "start", "end");
	int64_t own[2] = { body_number(&v[0], 0), body_number(&v[2], 0) };
	struct said s = { .digest = { replay_digest(r, own, sizeof(own)) +
				      replay_digest(r, v[1].p, v[1].n) },
		.time = { body_number(&v[3], 0), body_number(&v[4], 0) },
		.digest_of = { "the clock or reason" },
		.time_of = { "the start", "the end" },
		.utc = body_number(&v[3], 0) };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	/* Older than the lines that are left, by its number: its clock may
	 * have been ahead, and what was written by it then is older too. */
	if (!r->complete && (uint64_t)row->id < r->epoch_least) {
		if (s.time[1] > r->first_utc)
			r->first_utc = s.time[1];
		r->tally.unproved[REPLAY_EPOCH]++;
		return;
	}
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* That a picture is gone is in order. */
static bool
may_lack(const struct replay *r, const struct thing *t)
{
	return t->gone || t->time[0] <= r->gone_to[REPLAY_THUMBNAIL];
}

static bool
picture_fits(struct replay *r, uint64_t due, uint64_t is)
{
	if (due == is)
		return true;
	const struct thing *t =
	    due != 0 ? thing_find(r, REPLAY_THUMBNAIL, due) : NULL;

	return is == 0 && t != NULL && may_lack(r, t);
}

static int64_t
feed_of(const struct body_value *v)
{
	return body_number(v, 0);
}

/* A name that retention took out, as it says in a line. */
static bool
expired(const struct replay *r, const struct replay_row *row,
    const struct body_value *words, int64_t utc)
{
	return utc <= r->names_to && words->n == 2 && row->actor != NULL &&
	       row->actor[0] == '\0';
}

static void
incident_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "feed", "site", "room", "console", "since", "at",
	    "cause", "alertable", "text", "good", "closed", "acknowledged",
	    "note", "before_sha256", "after_sha256", "after_taken");
	int64_t feed = feed_of(&v[0]), acknowledged = body_number(&v[11], 0);
	struct said s = {
		.digest = { replay_digest(r, &feed, sizeof(feed)) +
				replay_fields(r, &v[1], 3),
		    replay_fields(r, &v[6], 3),
		    acknowledged != 0 ? replay_text(r, row->actor) +
					    replay_fields(r, &v[12], 1)
				      : 0 },
		.time = { body_number(&v[9], 0), body_number(&v[10], 0),
		    acknowledged, body_number(&v[4], 0),
		    body_number(&v[5], 0) },
		.digest_of = { "the place", "the cause or text",
		    "who acknowledged it, or the note," },
		.time_of = { "the recovery", "the close", "the acknowledgement",
		    "the beginning", "the moment of calling" },
		.utc = body_number(&v[5], 0),
	};
	struct thing *t = thing_find(r, REPLAY_INCIDENT, (uint64_t)row->id);
	bool unread =
	    acknowledged != 0 && acknowledged <= r->blank_utc[REPLAY_INCIDENT];

	if (unread)
		s.digest_of[2] = s.time_of[2] = NULL;
	if (expired(r, row, &v[12], acknowledged))
		s.digest_of[2] = NULL;
	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	if (t != NULL && !t->seen && (t->known & KNOWS_DIGEST(0))) {
		uint64_t before = v[13].p == NULL ? 0
						  : replay_picture_key(r, feed,
							"before", 0, 0, &v[13]);
		uint64_t after =
		    v[14].p == NULL
			? 0
			: replay_picture_key(r, feed, "first-bad", row->id,
			      body_number(&v[15], 0), &v[14]);

		/* A digest of its own, known at once. */
		t->known |= KNOWS_DIGEST(3);
		t->digest[3] = 1;
		s.digest[3] = picture_fits(r, t->picture[0], before) &&
			      picture_fits(r, t->picture[1], after);
		s.digest_of[3] = "a picture";
	}
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* As overlay_line adds it up; a kind that there isn't is neither, and no reader
 * shows it. */
static uint64_t
overlay_kind(const struct body_value *what)
{
	return body_is(what, "mute") ? 1 : body_is(what, "maintenance") ? 0 : 2;
}

static void
overlay_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "feed", "site", "tag", "from", "days", "begin",
	    "end", "zone", "reason", "to", "created", "what", "line");
	int64_t feed = feed_of(&v[0]), to = body_number(&v[9], 0);
	int64_t created = body_number(&v[10], 0);
	struct said s = { .digest = { replay_digest(r, &feed, sizeof(feed)) +
					  replay_fields(r, &v[1], 7) +
					  overlay_kind(&v[11]),
			      replay_text(r, row->actor) +
				  replay_fields(r, &v[8], 1) },
		.time = { to, body_number(&v[3], 0), created,
		    body_number(&v[12], 0) },
		.digest_of = { "of what, or when in the week,",
		    "who declared it, or the reason," },
		.time_of = { "the end", "the start", "when it was entered",
		    "the line" },
		.utc = created };

	if (expired(r, row, &v[8], to > created ? to : created))
		s.digest_of[1] = NULL;
	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	thing_compare(r, row, (uint64_t)row->id, &s);
}

static void
thumbnail_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "feed", "what", "incident", "taken", "sha256", "is");
	int64_t feed = feed_of(&v[0]), taken = body_number(&v[3], 0);
	struct said s = { .utc = taken };
	char what[32];

	snprintf(s.name, sizeof(s.name), "%lld of feed %lld",
	    (long long)row->id, (long long)feed);
	if (v[4].p == NULL || v[4].n != v[5].n ||
	    memcmp(v[4].p, v[5].p, v[4].n) != 0) {
		replay_say(r, REPLAY_CHANGED, REPLAY_THUMBNAIL, 0, taken,
		    "the picture of thumbnail %s is another one", s.name);
		s.utc = 0;
	}
	body_text(&v[1], what, sizeof(what));
	if (strcmp(what, "standing") == 0) {
		r->tally.unproved[REPLAY_THUMBNAIL]++;
		return;
	}
	uint64_t key = replay_picture_key(r, feed, what, body_number(&v[2], 0),
	    taken, &v[4]);
	struct thing *t = thing_find(r, REPLAY_THUMBNAIL, key);

	if (t != NULL && t->seen && strcmp(what, "before") != 0)
		t = NULL;
	if (t != NULL) {
		t->seen = true;
		r->tally.proved[REPLAY_THUMBNAIL]++;
	} else {
		inserted(r, row, &s);
	}
}

#define LIFE "active", "inactive", "removed", "created"

static void
life(const struct body_value v[4], struct said *s)
{
	static const char *const names[4] = { "when it was first watched",
		"when it was last watched", "the removal", "the beginning" };

	for (unsigned i = 0; i < 4; i++) {
		if (v[i].p == NULL)
			continue;
		s->time[i] = body_number(&v[i], 0);
		s->time_of[i] = names[i];
	}
	s->utc = body_number(&v[3], 0);
}

static void
named(const struct body_value *v, struct said *s)
{
	snprintf(s->name, sizeof(s->name), "%.*s", v->n < 150 ? (int)v->n : 150,
	    v->p != NULL ? v->p : "");
}

static void
feed_row(struct replay *r, const struct replay_row *row)
{
	static const char *const keys[] = { LIFE };
	struct body_value v[REPLAY_FEED_KEYS], t[4];
	struct said s = { .digest_of = { "what is declared" } };
	const struct track *track =
	    track_find(r, REPLAY_INTERVAL, (uint64_t)row->id);
	struct thing *f = thing_find(r, REPLAY_FEED, (uint64_t)row->id);

	body_get(row->json, row->length, replay_feed_keys, REPLAY_FEED_KEYS, v);
	body_get(row->json, row->length, keys, 4, t);
	if (f != NULL && track != NULL) { /* its track knows when */
		f->time[0] = track->active;
		f->time[1] = track->inactive;
	}
	s.digest[0] = replay_fields(r, v, REPLAY_FEED_KEYS - 1);
	s.time[4] = body_number(&v[REPLAY_FEED_KEYS - 1], 0);
	s.time_of[4] = "whether it is watched";
	life(t, &s);
	snprintf(s.name, sizeof(s.name), "%lld %.*s", (long long)row->id,
	    v[1].n < 120 ? (int)v[1].n : 120, v[1].p != NULL ? v[1].p : "");
	thing_compare(r, row, (uint64_t)row->id, &s);
}

/* No line says where a site lies: its path does. What lies below another takes
 * its zone, its target and its maintenance. */
static bool
lies_there(const struct body_value *path, const struct body_value *above)
{
	const char *slash =
	    path->p != NULL ? memrchr(path->p, '/', path->n) : NULL;
	size_t n = slash != NULL ? (size_t)(slash - path->p) : 0;

	if (slash == NULL)
		return above->p == NULL;
	/* Both are in quotes; n has the one before. */
	return above->p != NULL && above->n == n + 1 &&
	       memcmp(above->p, path->p, n) == 0;
}

static void
site_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "site", "zone", "contact", "removed", "target",
	    "ceiling", "above");
	struct said s = { .digest = { replay_fields(r, &v[1], 2),
			      replay_fields(r, &v[5], 1) },
		.digest_of = { "zone or contact", "the ceiling" },
		.time = { [2] = body_number(&v[3], 0),
		    [4] = body_number(&v[4], 0) },
		.time_of = { [2] = "the removal", [4] = "the target" } };

	named(&v[0], &s);
	if (!lies_there(&v[0], &v[6]))
		replay_say(r, REPLAY_CHANGED, REPLAY_SITE, 0, 0,
		    "site %s lies in another one than its path says", s.name);
	thing_compare(r, row, replay_fields(r, v, 1), &s);
}

/* A row of the floor: the columns of its lines, then LIFE. */
static void
floor_row(struct replay *r, const struct replay_row *row,
    const char *const keys[], size_t count)
{
	static const char *const when[] = { LIFE };
	struct body_value v[REPLAY_CONSOLE_KEYS], t[4];
	struct said s = { .digest_of = { "what is declared" } };

	body_get(row->json, row->length, keys, count, v);
	body_get(row->json, row->length, when, 4, t);
	struct body_value extra = replay_extra(row->json, row->length);

	s.digest[0] = replay_fields(r, &v[1], count - 1);
	if (extra.p != NULL) {
		s.digest[1] = replay_fields(r, &extra, 1);
		s.digest_of[1] = row->table == REPLAY_CONSOLE
				     ? "the desk camera"
				     : "the layout";
	}
	life(t, &s);
	named(&v[0], &s);
	thing_compare(r, row, replay_fields(r, v, 1), &s);
}

/* Of prompts and disputes so many equal ones are due. */
static void
counted(struct replay *r, const struct replay_row *row, uint64_t key,
    int64_t utc)
{
	struct thing *t = thing_find(r, row->table, key);
	struct said s = { .utc = utc };

	snprintf(s.name, sizeof(s.name), "%lld", (long long)row->id);
	if (t == NULL || t->times == 0) {
		inserted(r, row, &s);
		return;
	}
	t->times--;
	r->tally.proved[row->table]++;
}

static void
prompt_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "console", "asked", "answered", "right",
	    "latency_ms");
	int64_t n[4] = { body_number(&v[1], 0), body_number(&v[2], 0),
		body_number(&v[3], 0), body_number(&v[4], 0) };

	if (n[2] != 0 && n[2] != 1) { /* open, or lost */
		n[1] = n[3] = 0;
		n[2] = -1;
	}
	counted(r, row, replay_prompt_key(r, v, n), n[0]);
}

static void
dispute_row(struct replay *r, const struct replay_row *row)
{
	ROW_FIELDS(row, v, "console", "from", "to", "text", "created");
	int64_t created = body_number(&v[4], 0);

	counted(r, row,
	    replay_fields(r, v, 4) + replay_text(r, row->actor) +
		replay_digest(r, &created, sizeof(created)),
	    created);
}

void
things_row(struct replay *r, const struct replay_row *row)
{
	static const char *const room_keys[] = { "room", "site" };

	switch (row->table) {
	case REPLAY_EPOCH:
		epoch_row(r, row);
		break;
	case REPLAY_INCIDENT:
		incident_row(r, row);
		break;
	case REPLAY_OVERLAY:
		overlay_row(r, row);
		break;
	case REPLAY_THUMBNAIL:
		thumbnail_row(r, row);
		break;
	case REPLAY_FEED:
		feed_row(r, row);
		break;
	case REPLAY_SITE:
		site_row(r, row);
		break;
	case REPLAY_ROOM:
		floor_row(r, row, room_keys, 2);
		break;
	case REPLAY_CONSOLE:
		floor_row(r, row, replay_console_keys, REPLAY_CONSOLE_KEYS);
		break;
	case REPLAY_SCREEN:
		floor_row(r, row, replay_screen_keys, REPLAY_SCREEN_KEYS);
		break;
	case REPLAY_PROMPT:
		prompt_row(r, row);
		break;
	case REPLAY_DISPUTE:
		dispute_row(r, row);
		break;
	default:
		declared_row(r, row);
	}
}

void
things_end(struct replay *r)
{
	for (size_t i = 0; i < r->thing_count; i++) {
		const struct thing *t = r->things[i];
		enum replay_table table = (enum replay_table)t->table;
		char when[32];

		bool counts = table == REPLAY_PROMPT || table == REPLAY_DISPUTE;

		if ((counts ? t->times == 0 : t->seen) ||
		    (table == REPLAY_THUMBNAIL && may_lack(r, t)) ||
		    (table == REPLAY_REFERENCE && t->gone) ||
		    people_may_lack(r, t) ||
		    ((counts || table == REPLAY_REPORT) &&
			t->time[0] <= r->gone_to[table]))
			continue;
		replay_say(r, REPLAY_REMOVED, table, t->seq, t->utc,
		    "the %s of line %lu (%s) is not there",
		    replay_table_name(table), (unsigned long)t->seq,
		    replay_when(t->utc, when));
	}
}
