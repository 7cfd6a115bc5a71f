/* SPDX-License-Identifier: GPL-3.0-or-later */
/* db.h: one SQLite connection with cached statements and a sticky error, so
 * that a run of statements is checked once at its end (as common/cursor does).
 * Private to this room. After the first failure every call does nothing and
 * gives "no row" until db_forgive.
 *
 * Binds are named by a format, one letter each: i int64_t, s text (NULL = SQL
 * NULL), b blob (pointer, size_t), n NULL, ? a following int64_t or NULL if 0.
 */
#ifndef MONITOR_STORE_DB_H
#define MONITOR_STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

/* About 250 kinds are written in this room; a connection that meets more than
 * there is room for fails, so there are to be twice as many places. */
#define DB_STATEMENTS_BITS 9
#define DB_STATEMENTS (1 << DB_STATEMENTS_BITS)
#define DB_ERROR_BYTES 256

struct db {
	sqlite3 *h;
	int rc; /* SQLITE_OK, or the first failure's extended code */
	char error[DB_ERROR_BYTES];
	struct {
		const char *sql; /* compared by address: literals only */
		sqlite3_stmt *st;
	} cached[DB_STATEMENTS];
};

bool db_open(struct db *db, const char *path, int flags, const char *vfs);
void db_close(struct db *db);
void db_forgive(struct db *db);
/* Several statements, no result. */
bool db_script(struct db *db, const char *sql);
/* One statement to its end; rows are ignored. sql must be a literal. */
bool db_run(struct db *db, const char *sql, const char *format, ...);
/* Binds; step it with db_step. NULL after a failure. */
sqlite3_stmt *db_query(struct db *db, const char *sql, const char *format, ...);
/* True on a row. False resets the statement: at the end, or on failure. */
bool db_step(struct db *db, sqlite3_stmt *st);
/* Leaves a query before its end. NULL is fine. */
void db_done(sqlite3_stmt *st);
/* First column of the first row, or `otherwise`. */
int64_t db_int(struct db *db, int64_t otherwise, const char *sql,
    const char *format, ...);
/* "" for NULL. */
const char *db_text(sqlite3_stmt *st, int column);
/* The failure says the environment is to blame (disk, memory), not the
 * statement: worth a retry. */
bool db_environment(const struct db *db);
void db_fail(struct db *db, int rc, const char *text);

#endif
