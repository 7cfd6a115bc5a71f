/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How large the database is. */
#include <stdio.h>
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_shape.h"

/* Its name is in the schema, not in a literal: so not by db_query. */
static int64_t
rows_of(struct store_reader *r, const char *table)
{
	char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", table);
	sqlite3_stmt *st = NULL;
	int64_t rows = -1;

	if (sql == NULL)
		return -1;
	if (sqlite3_prepare_v2(r->db.h, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		rows = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_free(sql);
	return rows;
}

bool
store_read_shape(struct store_reader *r, struct store_shape *out,
    store_table_fn *fn, void *arg)
{
	char name[128];

	*out = (struct store_shape){ 0 };
	snprintf(out->sqlite, sizeof(out->sqlite), "%s", sqlite3_libversion());
	store_reader_begin(r);
	out->version = (int)db_int(&r->db, 0, "PRAGMA user_version", "");
	out->pages = db_int(&r->db, 0, "PRAGMA page_count", "");
	out->free_pages = db_int(&r->db, 0, "PRAGMA freelist_count", "");
	out->page_bytes = db_int(&r->db, 0, "PRAGMA page_size", "");
	out->oldest_event_utc =
	    db_int(&r->db, 0, "SELECT utc FROM event ORDER BY seq LIMIT 1", "");
	out->newest_event_utc = db_int(&r->db, 0,
	    "SELECT utc FROM event ORDER BY seq DESC LIMIT 1", "");
	sqlite3_stmt *st = db_query(&r->db,
	    "SELECT name FROM sqlite_schema WHERE type = 'table'"
	    " AND name NOT LIKE 'sqlite%' ORDER BY name",
	    "");

	while (db_step(&r->db, st)) {
		snprintf(name, sizeof(name), "%s", db_text(st, 0));
		if (fn(arg, name, rows_of(r, name)))
			continue;
		db_done(st);
		break;
	}
	return store_reader_end(r);
}
