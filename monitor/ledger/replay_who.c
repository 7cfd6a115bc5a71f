/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is who: feeds, sites, rooms, consoles, screens, as lines tell of them. A
 * thing's digest 0 is of its columns; times: 0 active, 1 inactive, 2 removed (0
 * = not), 3 created, 4 enabled (of a site: its target). What the lines that are
 * left never told is not known. */
#include <string.h>

#include "monitor/ledger/replay_declared.h"

const char *const replay_feed_keys[REPLAY_FEED_KEYS] = { "feed", "name", "site",
	"device", "url", "transport", "visit_s", "visit_every_s", "no_picture",
	"criticality", "tags", "ptz", "dark_hours", "relay", "enabled" };
const char *const replay_console_keys[REPLAY_CONSOLE_KEYS] = { "console",
	"room", "idle_after_s", "prompt_after_s", "remote_input", "max_tiles",
	"desk_still_s" };
const char *const replay_screen_keys[REPLAY_SCREEN_KEYS] = { "screen",
	"console", "room", "output", "confirmed_by" };

/* A console's desk camera, or a screen's layout, by numbers of feeds. */
struct body_value
replay_extra(const char *body, size_t length)
{
	static const char *const keys[] = { "feeds", "desk" };
	struct body_value v[2];

	if (!body_get(body, length, keys, 2, v))
		return (struct body_value){ NULL, 0 };
	return v[0].p != NULL ? v[0] : v[1];
}

#define FEED_RELAY 13 /* of replay_feed_keys */

enum verb { ADD, CHANGE, REMOVE };

static enum verb
verb_of(const char *kind)
{
	const char *dot = strrchr(kind, '.');

	return strcmp(dot, ".add") == 0	     ? ADD
	       : strcmp(dot, ".remove") == 0 ? REMOVE
					     : CHANGE;
}

static bool
is_true(const struct body_value *v)
{
	return v->n == 4 && memcmp(v->p, "true", 4) == 0;
}

/* From the first line on that names it nothing of it is unknown. */
static void
begins_here(const struct replay *r, struct track *t)
{
	if (!r->complete || t->sure || t->vague)
		return;
	t->sure = true;
	t->known_epoch = 0;
	t->known_start = INT64_MIN;
}

/* --- sites: made by the feeds that stand in them, with all above */

static void
site_live(struct replay *r, const struct replay_line *l, const char *path,
    size_t n)
{
	char raw[1200];

	if (n + 2 > sizeof(raw) || n == 0)
		return;
	raw[0] = '"';
	memcpy(raw + 1, path, n);
	raw[n + 1] = '"';
	struct body_value v = { raw, n + 2 }, none = { "0", 1 },
			  empty[2] = { { "\"\"", 2 }, { "\"\"", 2 } };
	struct thing *t = thing_get(r, REPLAY_SITE, replay_fields(r, &v, 1));
	bool is_new;

	if (t == NULL)
		return;
	is_new = t->seq == 0;
	bool there = (t->known & KNOWS_TIME(2)) && t->time[2] == 0;

	t->seq = (uint32_t)l->seq;
	t->utc = l->utc;
	if (there)
		return;
	/* Where it may have been there before, nothing is known of it. */
	if (is_new && !r->complete)
		return;
	thing_set_digest(t, 0, replay_fields(r, empty, 2));
	thing_set_time(t, 2, 0);
	thing_set_time(t, 4, 0);			    /* its target */
	thing_set_digest(t, 1, replay_fields(r, &none, 1)); /* its ceiling */
	for (size_t k = n; k-- > 0;)
		if (path[k] == '/') {
			site_live(r, l, path, k);
			return;
		}
}

static void
site_line(struct replay *r, const struct replay_line *l)
{
	static const char *const keys[] = { "site", "zone", "contact",
		"target_ppm", "ceiling_kbps" };
	struct body_value v[5];
	enum verb verb = verb_of(l->kind);

	if (l->body == NULL || !body_get(l->body, l->body_length, keys, 5, v) ||
	    v[0].p == NULL || v[0].n < 2) {
		r->blank_utc[REPLAY_SITE] = l->utc;
		things_forget(r, REPLAY_SITE);
		return;
	}
	if (verb == ADD)
		site_live(r, l, v[0].p + 1, v[0].n - 2);
	struct thing *t = thing_get(r, REPLAY_SITE, replay_fields(r, v, 1));

	if (t == NULL)
		return;
	t->seq = (uint32_t)l->seq;
	t->utc = l->utc;
	if (verb == REMOVE) {
		thing_set_time(t, 2, l->utc);
		return;
	}
	thing_set_digest(t, 0, replay_fields(r, &v[1], 2));
	thing_set_time(t, 2, 0);
	if (v[3].p != NULL)
		thing_set_time(t, 4, body_number(&v[3], 0));
	if (v[4].p != NULL)
		thing_set_digest(t, 1, replay_fields(r, &v[4], 1));
}

/* --- feeds */

static void
feed_said(struct replay *r, const struct replay_line *l, struct track *t,
    struct thing *f, enum verb verb, const struct body_value *v)
{
	bool is = is_true(&v[REPLAY_FEED_KEYS - 1]);
	bool was = t->there == THERE_YES;

	thing_set_digest(f, 0, replay_fields(r, v, REPLAY_FEED_KEYS - 1));
	thing_set_time(f, 4, is);
	thing_set_time(f, 2, 0);
	if (verb == ADD) {
		was = false;
		begins_here(r, t);
		if (t->there == THERE_UNKNOWN) { /* its row is new, if lines
						    don't lack */
			t->active = t->inactive = l->utc;
			if (r->complete)
				f->known |= KNOWS_TIME(0) | KNOWS_TIME(1);
			t->there = THERE_NO;
		}
	} else if (t->there == THERE_UNKNOWN) {
		t->there = is ? THERE_YES : THERE_UNKNOWN;
		if (!is)
			track_remove(r, t, l->utc);
		return;
	}
	if (is && !was) {
		track_add(r, t, l->utc, (uint32_t)l->seq);
		f->known |= KNOWS_TIME(0) | KNOWS_TIME(1);
	} else if (!is && was) {
		track_remove(r, t, l->utc);
		f->known |= KNOWS_TIME(1);
	}
}

bool
who_feed(struct replay *r, const struct replay_line *l)
{
	struct body_value v[REPLAY_FEED_KEYS];
	enum verb verb = verb_of(l->kind);
	bool readable = l->body != NULL &&
			body_get(l->body, l->body_length, replay_feed_keys,
			    REPLAY_FEED_KEYS, v) &&
			v[0].p != NULL;

	if (readable && verb != REMOVE && v[2].n > 2)
		site_live(r, l, v[2].p + 1, v[2].n - 2);
	struct track *t =
	    track_get(r, REPLAY_INTERVAL, (uint64_t)l->feed, NULL);
	struct thing *f = thing_get(r, REPLAY_FEED, (uint64_t)l->feed);

	if (t == NULL || f == NULL)
		return false;
	if (f->seq == 0 && verb == ADD && r->complete)
		thing_set_time(f, 3, l->utc);
	f->seq = (uint32_t)l->seq;
	f->utc = l->utc;
	f->id = l->feed;
	if (verb == REMOVE) {
		if (t->there == THERE_YES || t->there == THERE_UNKNOWN)
			track_remove(r, t, l->utc);
		thing_set_time(f, 2, l->utc);
		thing_set_time(f, 4, 0);
		f->known |= KNOWS_TIME(1);
		return true;
	}
	if (!readable) {
		f->known = 0;
		track_forget(t);
		return false;
	}
	if (v[FEED_RELAY].p == NULL) /* a line from before there were any */
		v[FEED_RELAY] = (struct body_value){ "\"\"", 2 };
	feed_said(r, l, t, f, verb, v);
	return is_true(&v[8]); /* no picture of it may be kept */
}

/* --- the floor */

/* Nothing is known of whose lines can't be read; the tracks neither. */
static void
floor_blank(struct replay *r, const struct replay_line *l,
    enum replay_table table)
{
	r->blank_utc[table] = l->utc;
	things_forget(r, table);
	if (table == REPLAY_ROOM)
		return;
	if (table == REPLAY_CONSOLE && verb_of(l->kind) == REMOVE)
		tokens_leave(r, NULL, 0);
	enum replay_table tracks =
	    table == REPLAY_CONSOLE ? REPLAY_PRESENCE : REPLAY_DISPLAY;

	r->blank_utc[tracks] = l->utc;
	tracks_forget(r, tracks);
}

static void
placed(struct replay *r, const struct replay_line *l, struct thing *x,
    enum replay_table tracks, const struct body_value *v)
{
	bool presence = tracks == REPLAY_PRESENCE;
	struct track *t =
	    track_get(r, tracks, replay_digest(r, v[0].p, v[0].n), &v[0]);
	uint64_t belongs = replay_fields(r, &v[1], presence ? 1 : 2);
	enum verb verb = verb_of(l->kind);

	if (t == NULL)
		return;
	if (verb == REMOVE) {
		track_remove(r, t, l->utc);
		thing_set_time(x, 1, l->utc);
	} else if (verb == ADD) {
		begins_here(r, t);
		t->belongs = belongs;
		t->belongs_known = true;
		track_add(r, t, l->utc, (uint32_t)l->seq);
		thing_set_time(x, 0, l->utc);
		thing_set_time(x, 1, 0);
	} else {
		track_move(r, t, belongs, l->utc, (uint32_t)l->seq);
	}
}

static void
floor_line(struct replay *r, const struct replay_line *l,
    enum replay_table table, const char *const keys[], size_t count)
{
	struct body_value v[REPLAY_CONSOLE_KEYS];
	enum verb verb = verb_of(l->kind);

	if (l->body == NULL ||
	    !body_get(l->body, l->body_length, keys, count, v) ||
	    v[0].p == NULL) {
		floor_blank(r, l, table);
		return;
	}
	struct thing *x = thing_get(r, table, replay_fields(r, v, 1));

	if (x == NULL)
		return;
	if (x->seq == 0 && verb == ADD && r->complete)
		thing_set_time(x, 3, l->utc);
	x->seq = (uint32_t)l->seq;
	x->utc = l->utc;
	thing_set_time(x, 2, verb == REMOVE ? l->utc : 0);
	if (verb != REMOVE) {
		struct body_value extra = replay_extra(l->body, l->body_length);

		thing_set_digest(x, 0, replay_fields(r, &v[1], count - 1));
		x->digest[1] = replay_fields(r, &extra, 1);
		x->known &= (uint16_t)~KNOWS_DIGEST(1);
		if (extra.p != NULL)
			x->known |= (uint16_t)KNOWS_DIGEST(1);
	} else if (table == REPLAY_CONSOLE) {
		tokens_leave(r, v, l->utc);
	}
	if (table != REPLAY_ROOM)
		placed(r, l, x,
		    table == REPLAY_CONSOLE ? REPLAY_PRESENCE : REPLAY_DISPLAY,
		    v);
}

void
who_line(struct replay *r, const struct replay_line *l)
{
	static const char *const room_keys[] = { "room", "site" };

	switch (l->kind[0]) {
	case 'r':
		floor_line(r, l, REPLAY_ROOM, room_keys, 2);
		break;
	case 'c':
		floor_line(r, l, REPLAY_CONSOLE, replay_console_keys,
		    REPLAY_CONSOLE_KEYS);
		break;
	default:
		if (l->kind[1] == 'i')
			site_line(r, l);
		else
			floor_line(r, l, REPLAY_SCREEN, replay_screen_keys,
			    REPLAY_SCREEN_KEYS);
	}
}
