/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_ledger.h: the record, read: lines, tiles, checkpoints, receipts,
 * deliveries, reports. All that store_read.h says of readers holds. Rows may
 * come from a database that somebody spoiled: lengths are given, what has not
 * the length it must have is NULL (or 0), and nothing is believed.
 */
#ifndef MONITOR_STORE_STORE_READ_LEDGER_H
#define MONITOR_STORE_STORE_READ_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/ledger/tree.h"
#include "monitor/store/store_read.h"

/* A reader on any file, for example a copy; not only a state directory. */
struct store_reader *store_reader_open_file(const char *path,
    char error_out[256]);
/* All calls until store_reader_release see one and the same moment. */
bool store_reader_hold(struct store_reader *r);
void store_reader_release(struct store_reader *r);

struct store_ledger {
	uint8_t origin[16]; /* uuid of this installation */
	char origin_uuid[37];
	int64_t base;	     /* seq before the first line: leaf = seq-1-base */
	int64_t first, last; /* seq of the oldest and newest line; 0 = none */
	uint64_t size;	     /* lines in the tree: last - base */
	uint8_t head[LEDGER_HASH]; /* hash of the newest line; zeros = none */
};
bool store_read_ledger(struct store_reader *r, struct store_ledger *out);

struct store_text { /* borrowed bytes; p NULL = SQL NULL */
	const char *p;
	size_t n;
};
struct store_line {
	int64_t seq, mono, utc, feed; /* feed 0 = none */
	int64_t run_id;
	const uint8_t *origin, *run; /* uuids, 16 bytes; NULL = not there */
	struct store_text kind;
	struct store_text actor, body; /* NULL = expired, or removed */
	const uint8_t *salt;	       /* 16 bytes; NULL = public, or expired */
	const uint8_t *digest;	       /* 32 bytes; NULL = public */
	const uint8_t *hash;	       /* 32 bytes */
	/* Both stand there though only one may: content in the line and in
	 * `private`. */
	bool doubled;
};
typedef bool store_line_fn(void *arg, const struct store_line *line);
/* Those with from <= seq <= to, in order. */
bool store_read_lines(struct store_reader *r, int64_t from, int64_t to,
    store_line_fn *fn, void *arg);
/* Rows of `private` that belong to no line: how many. */
bool store_read_stray_contents(struct store_reader *r, uint64_t *out);

/* Leaves (level 0) and tiles (level 8, 16, 24) from `place` on, as tree.h wants
 * them: false when one is not there. */
bool store_read_nodes(struct store_reader *r, unsigned level, uint64_t place,
    unsigned count, uint8_t (*out)[LEDGER_HASH]);
/* That as a source for tree.h; borrows r. */
struct tree_source store_read_tree(struct store_reader *r);
typedef bool store_tile_fn(void *arg, unsigned level, uint64_t place,
    const uint8_t *hash /* 32 bytes, or NULL */);
/* All tiles, by level and place. */
bool store_read_tiles(struct store_reader *r, store_tile_fn *fn, void *arg);

struct store_checkpoint_row {
	int64_t id, utc;
	uint64_t size;
	const uint8_t *root; /* 32 bytes */
	struct store_text note;
};
typedef bool store_checkpoint_fn(void *arg,
    const struct store_checkpoint_row *row);
/* Those with id > after, oldest first, at most limit; or newest first. */
bool store_read_checkpoints(struct store_reader *r, int64_t after,
    uint32_t limit, store_checkpoint_fn *fn, void *arg);
bool store_read_newest_checkpoints(struct store_reader *r, uint32_t limit,
    store_checkpoint_fn *fn, void *arg);

struct store_receipt_row {
	int64_t id, checkpoint, utc;
	int kind; /* enum store_witness_kind */
	struct store_text witness, text;
	/* of its checkpoint */
	uint64_t size;
	int64_t checkpoint_utc;
	const uint8_t *root;
	struct store_text note;
};
typedef bool store_receipt_fn(void *arg, const struct store_receipt_row *row);
/* Of one checkpoint (0 = all), newest first, at most limit. */
bool store_read_receipts(struct store_reader *r, int64_t checkpoint,
    uint32_t limit, store_receipt_fn *fn, void *arg);
/* The newest receipt of each witness. */
bool store_read_last_receipts(struct store_reader *r, store_receipt_fn *fn,
    void *arg);

struct store_delivery_row {
	int64_t id;
	int kind; /* enum store_delivery_kind */
	struct store_text target, subject, path;
	struct store_text said;	   /* by the server, or what went wrong */
	struct store_text told_by; /* the other way that was sent; NULL: none */
	const void *body;
	size_t length;
	int64_t made_utc, due_utc;
	uint32_t tries;
	int64_t done_utc, gave_up_utc; /* 0 = not */
	int64_t notice, instead;       /* store_ledger.h */
};
typedef bool store_delivery_fn(void *arg, const struct store_delivery_row *row);
/* Those that still wait, the most urgent first; or the log, newest first. */
bool store_read_deliveries(struct store_reader *r, bool waiting_only,
    uint32_t limit, store_delivery_fn *fn, void *arg);

/* Of a channel's notices those whose turn it is: of each alert the oldest that
 * still waits; tests first, then the most urgent. channel NULL: of mails (kinds
 * 1, 2). */
bool store_read_due(struct store_reader *r, const char *channel,
    int64_t now_utc, uint32_t limit, store_delivery_fn *fn, void *arg);
/* .. those that ask for another way, and have none yet: failed so many times,
 * made before then, or an earlier one of the alert was told by another way. */
struct store_stuck_ask {
	const char *channel, *or_else; /* that way */
	uint32_t tries;
	int64_t made_utc;
	uint32_t limit;
};
bool store_read_stuck(struct store_reader *r, const struct store_stuck_ask *ask,
    store_delivery_fn *fn, void *arg);
/* .. the last that was sent there of each alert that is open. */
bool store_read_open_there(struct store_reader *r, const char *channel,
    uint32_t limit, store_delivery_fn *fn, void *arg);
/* .. all that wait, of whatever channel, oldest first. */
bool store_read_waiting_notices(struct store_reader *r, uint32_t limit,
    store_delivery_fn *fn, void *arg);

struct store_made_row {
	int64_t id, from_utc, to_utc, site, made_utc, seq;
	struct store_text path;
	const uint8_t *sha256; /* 32 bytes, of its main file */
};
typedef bool store_made_fn(void *arg, const struct store_made_row *row);
/* Newest first. */
bool store_read_reports(struct store_reader *r, uint32_t limit,
    store_made_fn *fn, void *arg);

#endif
