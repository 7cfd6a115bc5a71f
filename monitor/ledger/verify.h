/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify.h: what a database holds of the ledger, and checkpoints that others
 * kept -> intact, or what was changed, removed, inserted, reordered, rewritten,
 * rolled back or cut off, and where first. PURE; everything given may be from a
 * database that somebody tampered with. docs/record.md says what this proves,
 * and what it can't.
 *
 * Order: tiles and checkpoints, then the lines in order, then (through
 * verify_replay) the tables' rows, then verify_end.
 */
#ifndef MONITOR_LEDGER_VERIFY_H
#define MONITOR_LEDGER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/line.h"
#include "monitor/ledger/replay.h"

struct verify;

enum verify_word {
	VERIFY_CHANGED,
	VERIFY_REMOVED,
	VERIFY_INSERTED,
	VERIFY_REORDERED,
	VERIFY_REWRITTEN,
	VERIFY_ROLLED_BACK,
	VERIFY_CUT_OFF,
	VERIFY_REPLACED, /* another ledger altogether */
};
#define VERIFY_WORDS 8
const char *verify_word_name(enum verify_word word);

#define VERIFY_TEXT 400
struct verify_finding {
	enum verify_word word;
	/* 0: of a line, 1: of what stands for many, 2: of a table's row. What
	 * was done to lines explains what else is wrong. */
	unsigned depth;
	int64_t seq;   /* of the line; 0 = of none */
	int64_t utc;   /* 0 = not known */
	char kind[48]; /* of the line, or the table's name */
	char text[VERIFY_TEXT];
};

struct verify_report {
	bool intact, failed; /* failed: no memory; nothing else counts */
	uint64_t lines, expired, findings, by_word[VERIFY_WORDS];
	int64_t first_seq, last_seq, first_utc, last_utc;
	uint64_t size; /* of the tree */
	uint8_t root[LEDGER_HASH];
	uint64_t checkpoints, witnessed; /* that agree */
	uint64_t witnessed_size;	 /* of the largest that agrees */
	int64_t witnessed_utc;
	struct replay_tally rows;
	/* The first of what was found, by line; at most so many are kept. */
#define VERIFY_KEPT 50
	size_t count;
	struct verify_finding list[VERIFY_KEPT];
};

/* key: random, of this run alone. NULL: no memory. */
struct verify *verify_new(const uint8_t key[16], const uint8_t origin[16],
    int64_t base);
void verify_free(struct verify **v);
/* Of the same database, for its rows. */
struct replay *verify_replay(struct verify *v);

void verify_tile(struct verify *v, unsigned level, uint64_t place,
    const uint8_t *hash);
struct verify_checkpoint {
	uint64_t size;
	int64_t utc;
	uint8_t root[LEDGER_HASH];
	bool has_head, witnessed;
	uint8_t head[LEDGER_HASH];
};
void verify_checkpoint(struct verify *v, const struct verify_checkpoint *c);
/* Something the edge found itself. */
void verify_say(struct verify *v, enum verify_word word, int64_t seq,
    int64_t utc, const char *kind, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

struct verify_line {
	int64_t seq, mono, utc, feed, run_id;
	const uint8_t *origin, *run, *salt, *digest, *hash; /* or NULL */
	struct ledger_bytes kind, actor, body; /* p NULL: not there */
	bool doubled;
};
/* The strings end in NUL (behind their length). */
void verify_line(struct verify *v, const struct verify_line *line);
void verify_end(struct verify *v, struct verify_report *out);

#endif
