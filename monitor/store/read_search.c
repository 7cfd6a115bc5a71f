/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger's lines as pages search them, and what reports were made. */
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_ledger.h"
#include "monitor/store/store_read_search.h"

/* ?1, ?2: below and from which seq; what is left is filtered here, so that one
 * call looks at so many lines and no more. */
#define FOUND                                                                  \
	"SELECT e.seq, e.utc, e.kind, coalesce(e.actor, p.actor, ''),"         \
	" coalesce(e.body, p.body, ''), f.uuid, s.path, f.name, e.hash,"       \
	" e.body IS NULL AND p.body IS NULL,"                                  \
	" json_valid(coalesce(e.body, p.body, '')) FROM event e"               \
	" LEFT JOIN private p ON p.seq = e.seq"                                \
	" LEFT JOIN feed f ON f.id = e.feed LEFT JOIN site s ON s.id = f.site" \
	" WHERE e.seq < ?1 AND e.seq >= ?2"                                    \
	" AND (?3 = '' OR e.kind = ?3"                                         \
	"  OR substr(e.kind, 1, length(?3) + 1) = ?3 || '.')"                  \
	" AND (?4 IS NULL OR s.path = ?4"                                      \
	"  OR substr(s.path, 1, length(?4) + 1) = ?4 || '/')"                  \
	" AND (?5 = '' OR instr(lower(e.kind), lower(?5))"                     \
	"  OR instr(lower(coalesce(e.actor, p.actor, '')), lower(?5))"         \
	"  OR instr(lower(coalesce(e.body, p.body, '')), lower(?5))"           \
	"  OR instr(lower(ifnull(f.name, '')), lower(?5)))"

static void
found_row(sqlite3_stmt *st, struct store_found_row *row)
{
	bool valid = sqlite3_column_int(st, 10);

	*row = (struct store_found_row){
		.seq = sqlite3_column_int64(st, 0),
		.utc = sqlite3_column_int64(st, 1),
		.kind = db_text(st, 2),
		.actor = db_text(st, 3),
		.body = valid ? db_text(st, 4) : "",
		.site = db_text(st, 6),
		.feed = db_text(st, 7),
		.expired = sqlite3_column_int(st, 9),
	};
	if (sqlite3_column_bytes(st, 5) == 16)
		row->uuid = sqlite3_column_blob(st, 5);
	if (sqlite3_column_bytes(st, 8) == LEDGER_HASH)
		row->hash = sqlite3_column_blob(st, 8);
}

bool
store_read_search(struct store_reader *r, const struct store_search *ask,
    store_found_fn *fn, void *arg, int64_t *next_out)
{
	struct store_found_row row;

	*next_out = 0;
	store_reader_begin(r);
	int64_t first = db_int(&r->db, 0, "SELECT min(seq) FROM event", "");
	int64_t below =
	    ask->before != 0
		? ask->before
		: db_int(&r->db, 0, "SELECT max(seq) FROM event", "") + 1;
	int64_t from = below > first + ask->looked ? below - ask->looked : 0;
	sqlite3_stmt *st;

	/* A feed's own lines stand in an index: all of them are looked at. */
	if (ask->uuid != NULL) {
		from = 0;
		st = db_query(&r->db,
		    FOUND " AND e.feed = (SELECT id FROM feed WHERE uuid ="
			  " ?6) ORDER BY e.seq DESC",
		    "iisssb", below, from, ask->kind, ask->site, ask->words,
		    ask->uuid, (size_t)16);
	} else {
		st = db_query(&r->db, FOUND " ORDER BY e.seq DESC", "iisss",
		    below, from, ask->kind, ask->site, ask->words);
	}
	while (db_step(&r->db, st)) {
		found_row(st, &row);
		if (!fn(arg, &row)) {
			*next_out = row.seq + 1;
			db_done(st);
			return store_reader_end(r);
		}
	}
	if (from > first)
		*next_out = from;
	return store_reader_end(r);
}

/* --- reports */

#define FILE_OF(n)                                                             \
	", json_extract(l.body, '$.file" n "'), json_extract(l.body,"          \
	" '$.sha256_" n "')"

static void
file_row(sqlite3_stmt *st, int column, struct store_paper_row *row)
{
	struct store_paper_file *f = &row->files[row->file_count];

	f->name = (const char *)sqlite3_column_text(st, column);
	f->sha256 = db_text(st, column + 1);
	if (f->name != NULL && strlen(f->sha256) == 2 * LEDGER_HASH)
		row->file_count++;
}

bool
store_read_papers(struct store_reader *r, int64_t below, int64_t number,
    store_paper_fn *fn, void *arg)
{
	store_reader_begin(r);
	/* The files are told by the line that says that it was made. */
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT t.id, t.starts, t.ends, s.path, t.made, t.path,"
	    " lower(hex(t.sha256)), t.site" FILE_OF("1") FILE_OF("2") FILE_OF(
		"3") FILE_OF("4") FILE_OF("5") FILE_OF("6") FILE_OF("7")
		FILE_OF("8") " FROM report t LEFT JOIN site s ON s.id = t.site"
			     " LEFT JOIN (SELECT e.seq, coalesce(e.body, "
			     "p.body) AS body"
			     "  FROM event e LEFT JOIN private p ON p.seq = "
			     "e.seq) l"
			     "  ON l.seq = t.seq AND json_valid(l.body)"
			     " WHERE t.id < ?1 AND (?2 = 0 OR t.id = ?2) ORDER "
			     "BY t.id DESC",
	    "ii", below, number);

	while (db_step(&r->db, st)) {
		struct store_paper_row row = {
			.id = sqlite3_column_int64(st, 0),
			.from_utc = sqlite3_column_int64(st, 1),
			.to_utc = sqlite3_column_int64(st, 2),
			.site = db_text(st, 3),
			.made_utc = sqlite3_column_int64(st, 4),
			.path = db_text(st, 5),
			.sha256 = db_text(st, 6),
		};

		for (int k = 0; k < STORE_PAPER_FILES; k++)
			file_row(st, 8 + 2 * k, &row);
		if (!fn(arg, &row)) {
			db_done(st);
			break;
		}
	}
	return store_reader_end(r);
}
