/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_verify.h: every row of the tables that the ledger's lines tell of, for
 * `ledger verify`. All that store_read.h says of readers holds. The database
 * may have been tampered with: wrong types and lengths give rows that say so,
 * never a crash.
 */
#ifndef MONITOR_STORE_STORE_VERIFY_H
#define MONITOR_STORE_STORE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_reader;

/* A reader on a file, be it damaged, hostile, or on a medium that can't be
 * written. With a -wal beside it, that is read too. NULL: error_out says why.
 */
struct store_reader *store_verify_open(const char *path, char error_out[256]);

struct store_verify_interval {
	int64_t id, feed, epoch, start, end; /* end 0 = open */
	int64_t since, at, confidence;
	const char *state, *cause; /* their words; "?" for none */
	const char *causes;	   /* JSON list */
	const char *evidence;
	size_t evidence_length;
};

enum store_verify_table {
	STORE_VERIFY_EPOCH,
	STORE_VERIFY_PRESENCE,
	STORE_VERIFY_DISPLAY,
	STORE_VERIFY_INCIDENT,
	STORE_VERIFY_OVERLAY,
	STORE_VERIFY_THUMBNAIL,
	STORE_VERIFY_FEED,
	STORE_VERIFY_SITE,
	STORE_VERIFY_ROOM,
	STORE_VERIFY_CONSOLE,
	STORE_VERIFY_SCREEN,
	STORE_VERIFY_PROMPT,
	STORE_VERIFY_DISPUTE,
	STORE_VERIFY_PATTERN,
	STORE_VERIFY_SHIFT,
	STORE_VERIFY_TOKEN,
	STORE_VERIFY_REFERENCE,
	STORE_VERIFY_REPORT,
	STORE_VERIFY_USER,
	STORE_VERIFY_LOGIN,
	STORE_VERIFY_COMMENT,
	STORE_VERIFY_HANDOVER,
};
#define STORE_VERIFY_TABLES 22
struct store_verify_row { /* borrowed */
	enum store_verify_table table;
	int64_t id;
	const char *json;  /* as the lines say it */
	const char *actor; /* or NULL */
	size_t length;
};

struct store_verify_calls {
	/* First of all: which epochs there are. */
	void (*on_epoch)(void *arg, int64_t id, int64_t run, int64_t anchor);
	void (*on_interval)(void *arg, const struct store_verify_interval *row);
	void (*on_row)(void *arg, const struct store_verify_row *row);
	/* What no database of ours has: a trigger, a view. */
	void (*on_stranger)(void *arg, const char *what, const char *name);
	/* The file contradicts itself: the first that is found. */
	void (*on_damage)(void *arg, const char *what);
	void *arg;
};
/* False: it could not be read; store_reader_error says why. */
bool store_verify_epochs(struct store_reader *r,
    const struct store_verify_calls *calls);
bool store_verify_rows(struct store_reader *r,
    const struct store_verify_calls *calls);
/* Whether each row is where all who ask look for it: a row that stands in its
 * table and not in an index is told by lines, and shown to nobody. */
bool store_verify_whole(struct store_reader *r,
    const struct store_verify_calls *calls);

/* The hourly sums of what was watched (watched_day) made anew. */
enum store_verify_sum_is {
	STORE_SUM_SAME,
	STORE_SUM_CHANGED,
	STORE_SUM_REMOVED, /* it should be there */
	STORE_SUM_INSERTED,
	STORE_SUM_UNPROVED, /* not all that it was made of is still there */
};
struct store_verify_sum {
	int64_t hour, feed;
	enum store_verify_sum_is is;
};
struct store_verify_sums {
	size_t most;   /* hours to look at, drawn by the seed; 0 = all */
	uint64_t seed; /* random */
	/* All that an hour is made of is there, by what retention says; its
	 * sums themselves are. */
	bool (*is_whole)(void *arg, int64_t hour);
	bool (*is_due)(void *arg, int64_t hour);
	void (*on_sum)(void *arg, const struct store_verify_sum *sum);
	void *arg;
};
struct store_verify_hours {
	size_t there, looked; /* hours of days with sums; looked at, of them */
	/* When a screen first showed something, if watching is said to be
	 * counted from a later hour on, or not at all; else 0. */
	int64_t hidden_from;
};
bool store_verify_sums(struct store_reader *r,
    const struct store_verify_sums *ask, struct store_verify_hours *hours_out);

#endif
