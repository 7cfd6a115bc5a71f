/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay.h: the lines of a ledger, in order -> what the database's tables must
 * hold -> which of their rows say something else. PURE. Lines and rows may come
 * from a database that somebody tampered with; bodies that can't be read make
 * what they tell of unknown, never a crash. Called by verify's edge.
 *
 * Three kinds of intervals (of feeds, consoles, screens) are replayed as the
 * store writes them: docs/record.md, "What lines say of tables". All other rows
 * are compared by their fields' digests. Kept per row: 32 bytes.
 *
 * What no line says (rows older than the first line that is left, or told by
 * content that has expired) is counted as unproved, never accused.
 */
#ifndef MONITOR_LEDGER_REPLAY_H
#define MONITOR_LEDGER_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay;

enum replay_table {
	REPLAY_INTERVAL, /* of feeds */
	REPLAY_PRESENCE,
	REPLAY_DISPLAY,
	REPLAY_EPOCH,
	REPLAY_INCIDENT,
	REPLAY_OVERLAY,
	REPLAY_THUMBNAIL,
	REPLAY_FEED,
	REPLAY_SITE,
	REPLAY_ROOM,
	REPLAY_CONSOLE,
	REPLAY_SCREEN,
	REPLAY_PROMPT,
	REPLAY_DISPUTE,
	REPLAY_PATTERN,
	REPLAY_SHIFT,
	REPLAY_TOKEN,
	REPLAY_REFERENCE,
	REPLAY_REPORT,
	REPLAY_USER,
	REPLAY_LOGIN,
	REPLAY_COMMENT,
	REPLAY_HANDOVER,
	REPLAY_WATCHED, /* sums: replay_sum */
};
#define REPLAY_TABLES 24
const char *replay_table_name(enum replay_table table);

enum replay_wrong {
	REPLAY_CHANGED,	 /* the row is not as the lines say */
	REPLAY_REMOVED,	 /* the lines tell of a row that is not there */
	REPLAY_INSERTED, /* no line tells of this row */
};
struct replay_finding {
	enum replay_wrong wrong;
	enum replay_table table;
	int64_t seq;	  /* of the line that tells of it; 0 = there is none */
	int64_t utc;	  /* where in time */
	const char *text; /* for a person; borrowed */
};
typedef void replay_finding_fn(void *arg, const struct replay_finding *f);

/* key: random, of this run alone, so that nobody can make digests meet. NULL:
 * no memory. */
struct replay *replay_new(const uint8_t key[16], replay_finding_fn *fn,
    void *arg);
void replay_free(struct replay **r);
/* Out of memory somewhere: nothing that follows counts. */
bool replay_failed(const struct replay *r);

/* Before the lines: an epoch as the table has it. Used for one thing alone:
 * which one is open where the lines that are left begin. */
void replay_epoch_hint(struct replay *r, int64_t epoch, int64_t run,
    int64_t anchor);

struct replay_line {
	int64_t seq, run, mono, utc, feed;
	const char *kind;
	const char *actor, *body; /* NULL: the content is not there */
	size_t body_length;
	int64_t anchor; /* private to replay */
};
/* The next line that is left. */
void replay_line(struct replay *r, const struct replay_line *line);

/* Then the tables, each row once, in any order. */
struct replay_interval {
	int64_t id, feed, epoch, start, end; /* end 0 = open */
	int64_t since, at, confidence;
	const char *state, *cause; /* their words */
	const char *causes;	   /* JSON list of words */
	const char *evidence;
	size_t evidence_length;
};
void replay_interval(struct replay *r, const struct replay_interval *row);

/* Any other table's row as a JSON object in the words of the lines (the store's
 * edge makes it, replay_things.c lists the fields). id: as the table numbers
 * it. actor: whose row it is, or NULL. */
struct replay_row {
	enum replay_table table;
	int64_t id;
	const char *json, *actor;
	size_t length;
};
void replay_row(struct replay *r, const struct replay_row *row);

/* Sums of what was watched are made of intervals, presence and displays: the
 * edge makes them anew (store_verify.h). Whether all that an hour is made of is
 * still there, as the retention lines say; and whether its sums are. */
bool replay_whole_from(const struct replay *r, int64_t utc);
bool replay_sums_from(const struct replay *r, int64_t utc);
/* So many feeds' sums of an hour: made anew, or of what is not there. */
void replay_sum(struct replay *r, bool proved, uint64_t count);

/* What lines tell of and no row held. */
void replay_end(struct replay *r);

struct replay_tally {
	uint64_t proved[REPLAY_TABLES], unproved[REPLAY_TABLES];
};
void replay_tally(const struct replay *r, struct replay_tally *out);

#endif
