/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/db.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
db_fail(struct db *db, int rc, const char *text)
{
	if (db->rc != SQLITE_OK)
		return;
	db->rc = rc;
	snprintf(db->error, sizeof(db->error), "%s", text);
}

static void
fail(struct db *db, int rc)
{
	const char *text = sqlite3_errstr(rc);

	if (db->h != NULL && sqlite3_errcode(db->h) != SQLITE_OK) {
		rc = sqlite3_extended_errcode(db->h);
		text = sqlite3_errmsg(db->h);
	}
	db_fail(db, rc, text);
}

bool
db_open(struct db *db, const char *path, int flags, const char *vfs)
{
	memset(db, 0, sizeof(*db));
	int rc = sqlite3_open_v2(path, &db->h, flags, vfs);

	if (rc != SQLITE_OK)
		fail(db, rc);
	if (db->h != NULL) {
		sqlite3_extended_result_codes(db->h, 1);
		sqlite3_busy_timeout(db->h, 5000);
		sqlite3_wal_autocheckpoint(db->h, 0);
	}
	return db->rc == SQLITE_OK;
}

void
db_close(struct db *db)
{
	for (size_t i = 0; i < DB_STATEMENTS; i++)
		sqlite3_finalize(db->cached[i].st);
	sqlite3_close(db->h);
	memset(db, 0, sizeof(*db));
}

void
db_forgive(struct db *db)
{
	db->rc = SQLITE_OK;
	db->error[0] = '\0';
}

bool
db_script(struct db *db, const char *sql)
{
	if (db->rc != SQLITE_OK)
		return false;
	int rc = sqlite3_exec(db->h, sql, NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		fail(db, rc);
	return db->rc == SQLITE_OK;
}

/* A literal's address is its identity: no statement is compiled twice. */
static sqlite3_stmt *
prepared(struct db *db, const char *sql)
{
	size_t at = ((uintptr_t)sql * 0x9e3779b97f4a7c15ull) >>
		    (64 - DB_STATEMENTS_BITS);

	for (size_t i = 0; i < DB_STATEMENTS; i++) {
		size_t k = (at + i) & (DB_STATEMENTS - 1);

		if (db->cached[k].sql == sql)
			return db->cached[k].st;
		if (db->cached[k].sql != NULL)
			continue;
		int rc = sqlite3_prepare_v3(db->h, sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &db->cached[k].st, NULL);

		if (rc != SQLITE_OK) {
			fail(db, rc);
			return NULL;
		}
		db->cached[k].sql = sql;
		return db->cached[k].st;
	}
	db_fail(db, SQLITE_ERROR, "too many kinds of statements");
	return NULL;
}

static int
bind_one(sqlite3_stmt *st, int k, char kind, va_list *ap)
{
	switch (kind) {
	case 'i':
		return sqlite3_bind_int64(st, k, va_arg(*ap, int64_t));
	case '?': {
		int64_t v = va_arg(*ap, int64_t);

		return v != 0 ? sqlite3_bind_int64(st, k, v)
			      : sqlite3_bind_null(st, k);
	}
	case 's':
		return sqlite3_bind_text(st, k, va_arg(*ap, const char *), -1,
		    SQLITE_TRANSIENT);
	case 'b': {
		const void *p = va_arg(*ap, const void *);
		size_t n = va_arg(*ap, size_t);

		return sqlite3_bind_blob64(st, k, p, n, SQLITE_TRANSIENT);
	}
	default:
		return sqlite3_bind_null(st, k);
	}
}

static sqlite3_stmt *
query(struct db *db, const char *sql, const char *format, va_list *ap)
{
	if (db->rc != SQLITE_OK)
		return NULL;
	sqlite3_stmt *st = prepared(db, sql);

	if (st == NULL)
		return NULL;
	for (int k = 1; format[k - 1] != '\0'; k++) {
		int rc = bind_one(st, k, format[k - 1], ap);

		if (rc != SQLITE_OK) {
			fail(db, rc);
			sqlite3_reset(st);
			return NULL;
		}
	}
	return st;
}

sqlite3_stmt *
db_query(struct db *db, const char *sql, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	sqlite3_stmt *st = query(db, sql, format, &ap);

	va_end(ap);
	return st;
}

bool
db_step(struct db *db, sqlite3_stmt *st)
{
	if (st == NULL)
		return false;
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		fail(db, rc);
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
	return false;
}

void
db_done(sqlite3_stmt *st)
{
	if (st == NULL)
		return;
	sqlite3_reset(st);
	sqlite3_clear_bindings(st);
}

bool
db_run(struct db *db, const char *sql, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	sqlite3_stmt *st = query(db, sql, format, &ap);

	va_end(ap);
	while (db_step(db, st))
		;
	return db->rc == SQLITE_OK;
}

int64_t
db_int(struct db *db, int64_t otherwise, const char *sql, const char *format,
    ...)
{
	va_list ap;
	int64_t v = otherwise;

	va_start(ap, format);
	sqlite3_stmt *st = query(db, sql, format, &ap);

	va_end(ap);
	if (db_step(db, st)) {
		if (sqlite3_column_type(st, 0) != SQLITE_NULL)
			v = sqlite3_column_int64(st, 0);
		db_done(st);
	}
	return v;
}

const char *
db_text(sqlite3_stmt *st, int column)
{
	const char *s = (const char *)sqlite3_column_text(st, column);

	return s != NULL ? s : "";
}

bool
db_environment(const struct db *db)
{
	switch (db->rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_RANGE:
	case SQLITE_ERROR:
		return false;
	}
	return true;
}
