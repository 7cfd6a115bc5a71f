/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_inside.h: what the files of replay share: tracks (the intervals of one
 * feed, console or screen), things (rows known by their fields' digests), and
 * the place in the lines. PURE. Private to replay*.c.
 */
#ifndef MONITOR_LEDGER_REPLAY_INSIDE_H
#define MONITOR_LEDGER_REPLAY_INSIDE_H

#include "camwarden/presence.h"
#include "camwarden/words.h"
#include "monitor/ledger/body.h"
#include "monitor/ledger/replay.h"
#include "monitor/ledger/replay_index.h"
#define OPEN INT64_MAX
/* --- tracks */
struct row {		    /* an interval, as the lines tell it */
	int64_t start, end; /* end OPEN */
	uint64_t content;   /* digest of all but start and end */
	uint32_t seq;	    /* of the line that made it */
	uint32_t epoch : 24;
	uint32_t state : 4; /* of presence */
	uint32_t seen : 1;
	uint32_t loose : 1; /* whose room or console it was is not known */
};
struct more { /* of a presence row: what its digest is made of */
	int64_t since, at;
	uint64_t words;
};
enum there { THERE_NO, THERE_YES, THERE_UNKNOWN };
struct track {
	uint64_t key;
	enum replay_table table;
	enum there there;
	bool sure; /* its rows from known_* on are all known */
	uint32_t known_epoch;
	int64_t known_start;
	int64_t active, inactive; /* 0 = ever, never */
	uint64_t belongs;	  /* digest of its room or console */
	bool belongs_known;
	bool vague;    /* a line named it, but what it said can't be read */
	int64_t asked; /* a console's open question, or 0 */
	uint64_t reference; /* a feed's picture of kind 5, or 0 */
	uint32_t name;	    /* in r->names; NONE = the key is its number */
	struct row *rows;
	struct more *more; /* presence: beside rows */
	size_t count, room;
};

/* --- things */
#define THING_DIGESTS 4
#define THING_TIMES 5
struct thing {
	uint64_t key; /* with its table */
	uint64_t digest[THING_DIGESTS];
	int64_t time[THING_TIMES];
	int64_t id;	     /* for people */
	uint64_t picture[2]; /* of an incident: keys of before, after; 0 none */
	int64_t feed;
	uint32_t seq;
	uint16_t known; /* bit n digest n, bit 8+n time n */
	uint8_t table;
	bool seen, gone;
	uint32_t times; /* so many equal ones are due */
	int64_t utc;
};
#define KNOWS_DIGEST(n) (1u << (n))
#define KNOWS_TIME(n) (1u << (8 + (n)))

struct stray { /* a row no line tells of, until the end says why */
	struct track *track;
	int64_t id, epoch, start, end;
	uint64_t content;
};
#define STRAYS 10000

struct hint {
	int64_t epoch, run, anchor;
};

struct replay {
	uint8_t key[16];
	replay_finding_fn *fn;
	void *arg;
	bool failed;
	struct replay_tally tally;

	struct track **tracks; /* none moves when others come */
	size_t track_count, track_room;
	struct index track_index;
	struct thing **things;
	size_t thing_count, thing_room;
	struct index thing_index;
	struct thing **open_incidents;
	size_t open_count, open_room;
	char **names;
	size_t name_count, name_room;
	struct stray *strays;
	size_t stray_count;
	struct hint *hints;
	size_t hint_count, hint_room;

	/* the place in the lines */
	uint32_t epoch; /* open now; 0 = none, or not known */
	uint32_t epoch_max;
	int64_t epoch_thing;
	int64_t run;   /* of the last line */
	bool complete; /* the first line of all is there */
	int64_t first_seq, first_utc;
	uint64_t epoch_least;		/* of which a line tells; 0 = of none */
	int64_t gone_to[REPLAY_TABLES]; /* retention: ends up to here went */
	int64_t names_to;		/* retention: names up to here went */
	/* Content of this table's lines up to here is not there. */
	int64_t blank_utc[REPLAY_TABLES];
};

/* replay.c */
uint64_t replay_digest(const struct replay *r, const void *p, size_t n);
/* Of these fields, each by itself; a missing one counts as NULL. */
uint64_t replay_fields(const struct replay *r, const struct body_value v[],
    size_t count);
uint64_t replay_text(const struct replay *r, const char *text);
void replay_say(struct replay *r, enum replay_wrong wrong,
    enum replay_table table, int64_t seq, int64_t utc, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Grows an array of `size`-byte items to hold one more; NULL: failed. */
void *replay_grow(struct replay *r, void *array, size_t *room, size_t count,
    size_t size);
/* "2026-11-22 06:00:00Z" */
const char *replay_when(int64_t utc_us, char out[32]);

/* replay_tracks.c: what lines do to intervals. Keys of consoles and screens
 * are digests of their raw names. */
struct track *track_find(struct replay *r, enum replay_table table,
    uint64_t key);
struct track *track_get(struct replay *r, enum replay_table table, uint64_t key,
    const struct body_value *name);
void track_forget(struct track *t);
void tracks_forget(struct replay *r, enum replay_table table);
void track_add(struct replay *r, struct track *t, int64_t utc, uint32_t seq);
void track_remove(struct replay *r, struct track *t, int64_t utc);
void track_move(struct replay *r, struct track *t, uint64_t belongs,
    int64_t utc, uint32_t seq);
/* A new row begins at start and ends what lay there. */
struct row *track_begin(struct replay *r, struct track *t, int64_t start,
    uint64_t content, uint32_t seq);
void track_presence(struct replay *r, struct track *t, int64_t start,
    const struct more *say, unsigned state, uint32_t seq);
uint64_t track_when(const struct replay *r, int64_t since, int64_t at);
/* All of them */
void tracks_cut(struct replay *r, uint32_t epoch, int64_t utc);
void tracks_gap(struct replay *r, int64_t from, int64_t to, uint32_t seq);
void tracks_lost(struct replay *r, int64_t utc, uint32_t seq);
void tracks_step(struct replay *r, int64_t before, int64_t after,
    uint32_t epoch, uint32_t seq);
void tracks_off(struct replay *r, uint32_t epoch, int64_t from, int64_t to,
    uint32_t seq);
void tracks_start(struct replay *r, uint32_t epoch, int64_t utc, uint32_t seq);
void tracks_doubt(struct replay *r, uint32_t epoch, int64_t end, uint32_t seq);

/* replay_rows.c: rows of tables against tracks. */
struct told { /* a row of a table */
	int64_t id, epoch, start, end;
	uint64_t content, belongs; /* content without belongs */
};
void track_compare(struct replay *r, enum replay_table table, uint64_t key,
    const struct body_value *name, const struct told *row);
void tracks_end(struct replay *r);

/* replay_things.c: of all other rows. */
struct thing *thing_get(struct replay *r, enum replay_table table,
    uint64_t key);
struct thing *thing_find(struct replay *r, enum replay_table table,
    uint64_t key);
void things_line(struct replay *r, const struct replay_line *line);
/* Of a picture of the record. */
uint64_t replay_picture_key(const struct replay *r, int64_t feed,
    const char *what, int64_t incident, int64_t taken,
    const struct body_value *sha);

uint64_t replay_prompt_key(const struct replay *r,
    const struct body_value *console,
    const int64_t asked_answered_right_latency[4]);

/* replay_who.c: who is who. True (of a feed): its pictures go. */
#define REPLAY_FEED_KEYS 15
#define REPLAY_CONSOLE_KEYS 7
#define REPLAY_SCREEN_KEYS 5
extern const char *const replay_feed_keys[REPLAY_FEED_KEYS];
extern const char *const replay_console_keys[REPLAY_CONSOLE_KEYS];
extern const char *const replay_screen_keys[REPLAY_SCREEN_KEYS];
bool who_feed(struct replay *r, const struct replay_line *l);
void who_line(struct replay *r, const struct replay_line *l);

/* replay_things_rows.c: rows of tables against things. */
void things_row(struct replay *r, const struct replay_row *row);
void things_end(struct replay *r);
/* Nothing is known of any of them any more. */
void things_forget(struct replay *r, enum replay_table table);

#endif
