/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_search.h: the record as pages search it, and the reports that were
 * made. Part of store_read.h (the reader's side); its rules hold.
 */
#ifndef MONITOR_STORE_STORE_READ_SEARCH_H
#define MONITOR_STORE_STORE_READ_SEARCH_H

#include "monitor/store/store_read.h"

/* --- the ledger's lines, newest first */

struct store_search {
	int64_t before;	     /* seq below it; 0 = from the newest */
	uint32_t looked;     /* lines looked at, at most */
	const uint8_t *uuid; /* of this feed; NULL = any */
	const char *site;    /* lines of feeds there; NULL = all */
	const char *kind;    /* exact, or the beginning with a '.'; "" = any */
	const char *words;   /* in kind, actor or body; "" = any */
};
struct store_found_row {
	int64_t seq, utc;
	const char *kind, *actor, *body; /* "" when they expired */
	const uint8_t *uuid;		 /* NULL: of no feed */
	const char *site, *feed;
	const uint8_t *hash; /* 32 bytes, or NULL */
	bool expired;
};
typedef bool store_found_fn(void *arg, const struct store_found_row *row);
/* *next_out: where to go on when lines are left, else 0. */
bool store_read_search(struct store_reader *r, const struct store_search *ask,
    store_found_fn *fn, void *arg, int64_t *next_out);

/* --- reports, newest first */

#define STORE_PAPER_FILES 8
struct store_paper_file {
	const char *name, *sha256; /* without folder; 64 letters */
};
struct store_paper_row {
	int64_t id, from_utc, to_utc, made_utc;
	const char *site;	   /* its path; "" = the fleet */
	const char *path, *sha256; /* of its main file */
	struct store_paper_file files[STORE_PAPER_FILES];
	unsigned file_count; /* 0: the line that named them is gone by age */
};
typedef bool store_paper_fn(void *arg, const struct store_paper_row *row);
/* Numbers below that one; number: that one alone, 0 = any. */
bool store_read_papers(struct store_reader *r, int64_t below, int64_t number,
    store_paper_fn *fn, void *arg);

#endif
