/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lines say of all rows but intervals: incidents, overlays, pictures,
 * epochs, and who is who. Each is a thing with digests of groups of its fields
 * and its moments; a group no line (that can be read) tells of isn't known. */
#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/replay_declared.h"

#define DAY_US (86400 * INT64_C(1000000))

static uint64_t
key_of(enum replay_table table, uint64_t key)
{
	return key * 37 + ((uint64_t)table + 1) * 0xa0761d6478bd642full;
}

struct thing *
thing_find(struct replay *r, enum replay_table table, uint64_t key)
{
	uint32_t k = index_find(&r->thing_index, key_of(table, key));

	return k == NONE ? NULL : r->things[k];
}

struct thing *
thing_get(struct replay *r, enum replay_table table, uint64_t key)
{
	struct thing *t = thing_find(r, table, key);

	if (t != NULL)
		return t;
	struct thing **grown = replay_grow(r, r->things, &r->thing_room,
	    r->thing_count, sizeof(*r->things));

	if (grown == NULL)
		return NULL;
	r->things = grown;
	t = malloc(sizeof(*t));
	if (t == NULL || !index_add(&r->thing_index, key_of(table, key),
			     (uint32_t)r->thing_count)) {
		r->failed = true;
		free(t);
		return NULL;
	}
	*t = (struct thing){ .key = key, .table = (uint8_t)table };
	r->things[r->thing_count++] = t;
	return t;
}

static void
made_by(struct thing *t, const struct replay_line *l, int64_t id)
{
	t->seq = (uint32_t)l->seq;
	t->utc = l->utc;
	t->id = id;
}

/* --- epochs */

/* digest 0: run, reason, anchor; times: 0 start, 1 end (0 = open) */
static void
epoch_open(struct replay *r, const struct replay_line *l, int64_t id,
    const char *reason, size_t n, int64_t start, int64_t end)
{
	struct thing *t = thing_get(r, REPLAY_EPOCH, (uint64_t)id);
	int64_t own[2] = { l->run, l->anchor };

	if (t == NULL || id == 0)
		return;
	if (r->epoch_least == 0 || (uint64_t)id < r->epoch_least)
		r->epoch_least = (uint64_t)id;
	made_by(t, l, id);
	thing_set_digest(t, 0,
	    replay_digest(r, own, sizeof(own)) + replay_digest(r, reason, n));
	thing_set_time(t, 0, start);
	thing_set_time(t, 1, end);
}

static void
epoch_close(struct replay *r, int64_t id, int64_t end)
{
	struct thing *t = thing_find(r, REPLAY_EPOCH, (uint64_t)id);

	if (t == NULL)
		return;
	thing_set_time(t, 1, end);
}

static void
epochs_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "epoch", "reason", "from", "to", "before", "after",
	    "end");
	if (!readable)
		return;
	int64_t id = body_number(&v[0], 0), end = body_number(&v[6], 0);

	if (strcmp(l->kind, "store.open") == 0) {
		epoch_open(r, l, id, "\"start\"", 7, l->utc, 0);
		r->epoch_thing = id;
	} else if (strcmp(l->kind, "monitor.off") == 0) {
		epoch_open(r, l, id, "\"monitor-off\"", 13,
		    body_number(&v[2], 0), body_number(&v[3], 0));
	} else if (strcmp(l->kind, "epoch") == 0 && v[1].p != NULL) {
		epoch_close(r, r->epoch_thing, body_number(&v[4], 0));
		epoch_open(r, l, id, v[1].p, v[1].n, body_number(&v[5], 0), 0);
		r->epoch_thing = id;
	} else if (strcmp(l->kind, "store.left") == 0) {
		struct thing *t = thing_find(r, REPLAY_EPOCH, (uint64_t)id);

		if (t != NULL)
			epoch_close(r, id, end > t->time[0] ? end : t->time[0]);
		r->epoch_thing = 0;
	}
}

/* --- incidents. digest 0: of what, since when; 1: cause, alertable, text;
 * 2: who acknowledged, and how. times: 0 good, 1 closed, 2 acknowledged (0 =
 * not), 3 since, 4 at. pictures: before, after. */

static uint64_t
number_digest(const struct replay *r, int64_t number)
{
	return replay_digest(r, &number, sizeof(number));
}

uint64_t
replay_picture_key(const struct replay *r, int64_t feed, const char *what,
    int64_t incident, int64_t taken, const struct body_value *sha)
{
	bool before = strcmp(what, "before") == 0;
	int64_t own[3] = { feed, before ? 0 : incident, before ? 0 : taken };

	return replay_digest(r, own, sizeof(own)) + replay_text(r, what) +
	       replay_fields(r, sha, 1);
}

static uint64_t
picture_add(struct replay *r, const struct replay_line *l, const char *what,
    int64_t incident, int64_t taken, const struct body_value *sha)
{
	uint64_t key =
	    replay_picture_key(r, l->feed, what, incident, taken, sha);
	struct thing *t = thing_get(r, REPLAY_THUMBNAIL, key);

	if (t == NULL)
		return 0;
	made_by(t, l, incident);
	t->gone = 0;
	/* Equal ones of before several troubles are one: the oldest goes
	 * first. */
	if (!(t->known & KNOWS_TIME(0)) || taken < t->time[0])
		thing_set_time(t, 0, taken);
	t->time[1] = l->feed;
	return key;
}

static void
incident_open(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "incident", "site", "room", "console", "cause",
	    "since", "at", "alertable", "text", "before_sha256",
	    "before_taken");
	int64_t id = readable ? body_number(&v[0], 0) : 0;
	struct thing *t =
	    id != 0 ? thing_get(r, REPLAY_INCIDENT, (uint64_t)id) : NULL;

	if (t == NULL)
		return;
	struct body_value say[3] = { v[4], v[7], v[8] };
	int64_t since = body_number(&v[5], 0), at = body_number(&v[6], 0);

	made_by(t, l, id);
	thing_set_digest(t, 0,
	    number_digest(r, l->feed) + replay_fields(r, &v[1], 3));
	thing_set_digest(t, 1, replay_fields(r, say, 3));
	thing_set_digest(t, 2, 0);
	for (unsigned i = 0; i < 3; i++)
		thing_set_time(t, i, 0);
	thing_set_time(t, 3, since);
	thing_set_time(t, 4, at);
	t->feed = l->feed;
	struct thing **open = replay_grow(r, r->open_incidents, &r->open_room,
	    r->open_count, sizeof(*open));

	if (open == NULL)
		return;
	r->open_incidents = open;
	open[r->open_count++] = t;
	if (v[9].p == NULL)
		return;
	/* Lines of an earlier camwarden don't say when it was taken: before
	 * anything that age has deleted, for all we know. */
	t->picture[0] =
	    picture_add(r, l, "before", 0, body_number(&v[10], 0), &v[9]);
}

static void
incident_shut(struct replay *r, struct thing *t, int64_t good, int64_t closed)
{
	thing_set_time(t, 0, good > t->time[3] ? good : t->time[3]);
	thing_set_time(t, 1, closed > t->time[4] ? closed : t->time[4]);
	for (size_t i = 0; i < r->open_count; i++)
		if (r->open_incidents[i] == t)
			r->open_incidents[i--] =
			    r->open_incidents[--r->open_count];
}

/* A feed that leaves the inventory takes its open incidents with it. */
static void
incidents_leave(struct replay *r, int64_t feed, int64_t utc)
{
	for (size_t i = r->open_count; i-- > 0;) {
		if (i >= r->open_count)
			continue;
		struct thing *t = r->open_incidents[i];

		if (t->feed == feed)
			incident_shut(r, t, utc, utc);
	}
}

static void
incident_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "incident", "cause", "alertable", "text", "good",
	    "at", "note");
	const char *what = strrchr(l->kind, '.') + 1;
	struct thing *t = readable ? thing_find(r, REPLAY_INCIDENT,
					 (uint64_t)body_number(&v[0], 0))
				   : NULL;

	if (strcmp(what, "acknowledge") == 0 && !readable)
		r->blank_utc[REPLAY_INCIDENT] = l->utc;
	if (t == NULL)
		return;
	if (strcmp(what, "change") == 0) {
		thing_set_digest(t, 1, replay_fields(r, &v[1], 3));
	} else if (strcmp(what, "close") == 0) {
		incident_shut(r, t, body_number(&v[4], 0),
		    body_number(&v[5], 0));
	} else if (strcmp(what, "acknowledge") == 0) {
		thing_set_time(t, 2, l->utc);
		thing_set_digest(t, 2,
		    replay_text(r, l->actor) + replay_fields(r, &v[6], 1));
	}
}

/* --- pictures */

static void
thumbnail_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "incident", "what", "taken", "sha256");
	char what[32];

	if (!readable || v[3].p == NULL)
		return;
	body_text(&v[1], what, sizeof(what));
	int64_t incident = body_number(&v[0], 0);
	uint64_t key =
	    picture_add(r, l, what, incident, body_number(&v[2], 0), &v[3]);
	struct thing *t = thing_find(r, REPLAY_INCIDENT, (uint64_t)incident);

	if (t != NULL && strcmp(what, "first-bad") == 0 && t->picture[1] == 0)
		t->picture[1] = key;
	if (strcmp(what, "reference") == 0) {
		struct track *f =
		    track_get(r, REPLAY_INTERVAL, (uint64_t)l->feed, NULL);
		struct thing *old =
		    f != NULL && f->reference != 0
			? thing_find(r, REPLAY_THUMBNAIL, f->reference)
			: NULL;

		if (old != NULL && old->key != key)
			old->gone = 1;
		if (f != NULL)
			f->reference = key;
	}
}

static void
reference_line(struct replay *r, const struct replay_line *l)
{
	struct track *f = track_find(r, REPLAY_INTERVAL, (uint64_t)l->feed);
	struct thing *old = f != NULL && f->reference != 0
				? thing_find(r, REPLAY_THUMBNAIL, f->reference)
				: NULL;

	if (old != NULL)
		old->gone = 1;
	if (f != NULL)
		f->reference = 0;
}

/* standing: the reference alone, not those of incidents. */
static void
pictures_leave(struct replay *r, int64_t feed, bool standing)
{
	for (size_t i = 0; i < r->thing_count && !standing; i++)
		if (r->things[i]->table == REPLAY_THUMBNAIL &&
		    r->things[i]->time[1] == feed)
			r->things[i]->gone = 1;
	reference_line(r, &(struct replay_line){ .feed = feed });
	reference_leaves(r, feed);
}

/* --- overlays. digest 0: of what; 1: by whom, why; times: 0 end, 1 start, 2
 * created, 3 its line */

static void
overlay_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "overlay", "site", "tag", "from", "days", "begin",
	    "end", "zone", "reason", "to");
	bool add = strcmp(strrchr(l->kind, '.'), ".add") == 0;
	int64_t id = readable ? body_number(&v[0], 0) : 0;

	if (!readable) { /* which of them it was can't be told */
		r->blank_utc[REPLAY_OVERLAY] = l->utc;
		for (size_t i = 0; i < r->thing_count; i++)
			if (r->things[i]->table == REPLAY_OVERLAY)
				r->things[i]->known &= (uint16_t)~KNOWS_TIME(0);
		return;
	}
	struct thing *t = add ? thing_get(r, REPLAY_OVERLAY, (uint64_t)id)
			      : thing_find(r, REPLAY_OVERLAY, (uint64_t)id);
	int64_t to = body_number(&v[9], 0);

	if (t == NULL)
		return;
	if (!add) {
		thing_set_time(t, 0, to > t->time[1] ? to : t->time[1]);
		return;
	}
	bool mute = strncmp(l->kind, "mute.", 5) == 0;

	made_by(t, l, id);
	thing_set_digest(t, 0,
	    number_digest(r, l->feed) + replay_fields(r, &v[1], 7) +
		(mute ? 1 : 0));
	thing_set_digest(t, 1,
	    replay_text(r, l->actor) + replay_fields(r, &v[8], 1));
	thing_set_time(t, 0, to);
	thing_set_time(t, 1, body_number(&v[3], 0));
	thing_set_time(t, 2, l->utc);
	thing_set_time(t, 3, l->seq);
}

/* --- prompts, disputes: equal ones are counted */

/* right: -1 while nobody answered, and nobody can say that nobody did. */
uint64_t
replay_prompt_key(const struct replay *r, const struct body_value *console,
    const int64_t asked_answered_right_latency[4])
{
	return replay_fields(r, console, 1) + replay_digest(r,
						  asked_answered_right_latency,
						  4 * sizeof(int64_t));
}

static void
prompt_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "console", "asked", "answered", "right",
	    "latency_ms");
	bool asked = strcmp(l->kind, "prompt.asked") == 0;

	if (!readable || v[0].p == NULL) {
		r->blank_utc[REPLAY_PROMPT] = l->utc;
		return;
	}
	struct track *c = track_get(r, REPLAY_PRESENCE,
	    replay_digest(r, v[0].p, v[0].n), &v[0]);
	int64_t open[4] = { body_number(&v[1], 0), 0, -1, 0 };
	int64_t over[4] = { open[0], body_number(&v[2], 0),
		v[3].n == 4 /* true */, body_number(&v[4], 0) };
	struct thing *t;

	if (c == NULL)
		return;
	if (!asked && c->asked != 0) { /* that row is over now */
		open[0] = over[0] = c->asked;
		t = thing_find(r, REPLAY_PROMPT, replay_prompt_key(r, v, open));
		if (t != NULL && t->times > 0)
			t->times--;
	}
	c->asked = asked ? open[0] : 0;
	t = thing_get(r, REPLAY_PROMPT,
	    replay_prompt_key(r, v, asked ? open : over));
	if (t == NULL)
		return;
	made_by(t, l, 0);
	thing_set_time(t, 0, open[0]);
	t->times++;
}

static void
dispute_line(struct replay *r, const struct replay_line *l)
{
	LINE_FIELDS(l, v, "console", "from", "to", "text");
	if (!readable) {
		r->blank_utc[REPLAY_DISPUTE] = l->utc;
		return;
	}
	struct thing *t = thing_get(r, REPLAY_DISPUTE,
	    replay_fields(r, v, 4) + replay_text(r, l->actor) +
		number_digest(r, l->utc));

	if (t == NULL)
		return;
	int64_t to = body_number(&v[2], 0);

	made_by(t, l, 0);
	thing_set_time(t, 0, to > l->utc ? to : l->utc);
	t->times++;
}

/* --- retention */

static void
retention_line(struct replay *r, const struct replay_line *l)
{
	static const enum replay_table tables[] = { REPLAY_INTERVAL,
		REPLAY_THUMBNAIL, REPLAY_PRESENCE, REPLAY_DISPLAY,
		REPLAY_PROMPT, REPLAY_DISPUTE, REPLAY_REPORT, REPLAY_USER,
		REPLAY_LOGIN, REPLAY_COMMENT, REPLAY_HANDOVER };
	enum { TABLES = sizeof(tables) / sizeof(tables[0]) };
	LINE_FIELDS(l, v, "intervals_to", "thumbnails_to", "presence_to",
	    "displays_to", "prompts_to", "disputes_to", "reports_to",
	    "users_to", "logins_to", "comments_to", "handovers_to", "names_to",
	    "watched_to");

	for (size_t i = 0; readable && i < TABLES; i++) {
		int64_t to = body_number(&v[i], INT64_MIN);

		if (to > r->gone_to[tables[i]])
			r->gone_to[tables[i]] = to;
	}
	if (!readable)
		return;
	if (body_number(&v[TABLES], INT64_MIN) > r->names_to)
		r->names_to = body_number(&v[TABLES], INT64_MIN);
	if (v[TABLES + 1].p != NULL) { /* a day, all of it */
		int64_t to = (body_number(&v[TABLES + 1], -1) + 1) * DAY_US;

		if (to > r->gone_to[REPLAY_WATCHED])
			r->gone_to[REPLAY_WATCHED] = to;
	}
}

static bool
begins(const char *kind, const char *with)
{
	return strncmp(kind, with, strlen(with)) == 0;
}

/* Something is declared, and not merely told of (`console.refused`). */
static bool
declares(const char *kind)
{
	const char *dot = strrchr(kind, '.');

	return dot != NULL &&
	       (strcmp(dot, ".add") == 0 || strcmp(dot, ".change") == 0 ||
		   strcmp(dot, ".remove") == 0);
}

void
things_line(struct replay *r, const struct replay_line *l)
{
	const char *k = l->kind;

	declared_line(r, l);
	if (begins(k, "incident.")) {
		if (strcmp(k, "incident.open") == 0)
			incident_open(r, l);
		else
			incident_line(r, l);
	} else if (strcmp(k, "thumbnail") == 0) {
		thumbnail_line(r, l);
	} else if (begins(k, "reference.")) {
		reference_line(r, l);
	} else if (begins(k, "maintenance.") || begins(k, "mute.")) {
		overlay_line(r, l);
	} else if (strcmp(k, "prompt.asked") == 0 || strcmp(k, "prompt") == 0) {
		prompt_line(r, l);
	} else if (strcmp(k, "dispute") == 0) {
		dispute_line(r, l);
	} else if (strcmp(k, "retention") == 0) {
		retention_line(r, l);
	} else if (begins(k, "feed.")) {
		if (declares(k) && who_feed(r, l)) {
			if (strcmp(k, "feed.remove") == 0)
				incidents_leave(r, l->feed, l->utc);
			pictures_leave(r, l->feed,
			    strcmp(k, "feed.remove") == 0);
		}
	} else if (begins(k, "site.") || begins(k, "room.") ||
		   begins(k, "console.") || begins(k, "screen.")) {
		if (declares(k))
			who_line(r, l);
	} else {
		epochs_line(r, l);
	}
}
