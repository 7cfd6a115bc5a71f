/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/disk.h"
#include "common/hex.h"
#include "monitor/store/schema.h"

#define STEP_PAGES 2048	 /* 8 MiB between two words of progress */
#define STEP_OPS 2000000 /* the same of other work */
#define STOPPED "stopped; nothing was changed"

static bool
told(const struct store_progress *p, const char *what, uint64_t done,
    uint64_t all)
{
	return p == NULL || p->call == NULL || p->call(p->arg, what, done, all);
}

/* Readable by its owner alone from the first byte. */
static bool
make_private(struct db *db, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
	    0600);

	if (fd >= 0 && fchmod(fd, 0600) == 0 && close(fd) == 0)
		return true;
	db_fail(db, SQLITE_CANTOPEN, strerror(errno));
	return false;
}

/* Steps until all is copied. The reader's moment stands still: `from` is within
 * a transaction, so that writers never make it begin again. */
static void
pump(struct db *from, struct db *to, const struct store_progress *progress)
{
	sqlite3_backup *b = sqlite3_backup_init(to->h, "main", from->h, "main");
	int rc = b != NULL ? SQLITE_OK : sqlite3_errcode(to->h);

	while (rc == SQLITE_OK && from->rc == SQLITE_OK) {
		uint64_t all = b ? (uint64_t)sqlite3_backup_pagecount(b) : 0;
		uint64_t left = b ? (uint64_t)sqlite3_backup_remaining(b) : 0;

		if (told(progress, "copying", all - left, all))
			rc = sqlite3_backup_step(b, STEP_PAGES);
		else
			db_fail(from, SQLITE_INTERRUPT, STOPPED);
	}
	if (b != NULL)
		sqlite3_backup_finish(b);
	if (rc != SQLITE_OK && rc != SQLITE_DONE)
		db_fail(from, rc,
		    (rc & 0xff) == SQLITE_FULL	  ? "the disk is full"
		    : (rc & 0xff) == SQLITE_IOERR ? "reading or writing failed "
						    "(is the disk full?)"
						  : sqlite3_errstr(rc));
}

/* The copy is nobody's yet: no journal, no syncs on the way; copy_sync at the
 * end. Its own log is switched off, so that it is one file anywhere. */
bool
copy_pages(struct db *from, const char *to, const char *vfs,
    const struct store_progress *progress)
{
	struct db out;

	db_script(from, "BEGIN");
	/* The moment is that of the first look. */
	db_int(from, 0, "SELECT count(*) FROM sqlite_master", "");
	if (from->rc == SQLITE_OK && make_private(from, to)) {
		if (db_open(&out, to,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, vfs) &&
		    db_script(&out, "PRAGMA journal_mode = OFF;"
				    "PRAGMA synchronous = OFF;"
				    "PRAGMA locking_mode = EXCLUSIVE"))
			pump(from, &out, progress);
		if (from->rc == SQLITE_OK)
			db_script(&out, "PRAGMA locking_mode = NORMAL;"
					"PRAGMA journal_mode = DELETE");
		if (out.rc != SQLITE_OK)
			db_fail(from, out.rc, out.error);
		db_close(&out);
	}
	if (!sqlite3_get_autocommit(from->h))
		sqlite3_exec(from->h, "COMMIT", NULL, NULL, NULL);
	return from->rc == SQLITE_OK;
}

/* No end is in sight; the seconds are. */
static int
on_ops(void *arg)
{
	const struct copy_watch *w = arg;

	return !told(w->progress, w->what,
	    (uint64_t)((clock_mono_us() - w->began_us) / US_PER_S), 0);
}

void
copy_watch_begin(struct copy_watch *w, struct db *db, const char *what,
    const struct store_progress *progress)
{
	*w = (struct copy_watch){ progress, what, clock_mono_us() };
	sqlite3_progress_handler(db->h, STEP_OPS, on_ops, w);
}

void
copy_watch_end(struct db *db)
{
	sqlite3_progress_handler(db->h, 0, NULL, NULL);
	if (db->rc == SQLITE_INTERRUPT)
		snprintf(db->error, sizeof(db->error), STOPPED);
}

bool
copy_check(struct db *db, const struct store_progress *progress)
{
	struct copy_watch w;

	copy_watch_begin(&w, db, "checking", progress);

	sqlite3_stmt *st = db_query(db, "PRAGMA quick_check(1)", "");

	if (db_step(db, st)) {
		char why[DB_ERROR_BYTES];

		snprintf(why, sizeof(why), "it is damaged: %s", db_text(st, 0));
		if (strcmp(db_text(st, 0), "ok") != 0)
			db_fail(db, SQLITE_CORRUPT, why);
		db_done(st);
	} else if (db->rc == SQLITE_OK) {
		db_fail(db, SQLITE_CORRUPT, "it can't be checked");
	}
	copy_watch_end(db);
	return db->rc == SQLITE_OK;
}

bool
copy_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[4096] = ".";

	if (slash != NULL)
		snprintf(dir, sizeof(dir), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	return disk_sync(path) && disk_sync(dir);
}

static void
look_origin(struct db *db, struct store_file *out)
{
	sqlite3_stmt *st =
	    db_query(db, "SELECT uuid FROM origin ORDER BY id LIMIT 1", "");

	if (!db_step(db, st))
		return;
	if (sqlite3_column_bytes(st, 0) == 16)
		uuid_print(sqlite3_column_blob(st, 0), out->origin);
	db_done(st);
}

static void
look_head(struct db *db, struct store_file *out)
{
	sqlite3_stmt *st = db_query(db,
	    "SELECT seq, utc, kind, hash FROM event ORDER BY seq DESC LIMIT 1",
	    "");

	if (!db_step(db, st))
		return;
	const uint8_t *hash = sqlite3_column_blob(st, 3);
	int n = sqlite3_column_bytes(st, 3);

	out->seq = sqlite3_column_int64(st, 0);
	out->utc = sqlite3_column_int64(st, 1);
	snprintf(out->kind, sizeof(out->kind), "%s", db_text(st, 2));
	hex_print(hash, n < 32 ? (size_t)n : 32, out->head);
	db_done(st);
	out->lines =
	    out->seq - db_int(db, 0,
			   "SELECT value FROM meta WHERE key = 'ledger_base'",
			   "");
}

bool
copy_look(struct db *db, struct store_file *out)
{
	memset(out, 0, sizeof(*out));
	out->version = schema_of(db);
	if (db->rc == SQLITE_OK && out->version == 0)
		db_fail(db, SQLITE_NOTADB, "not a camwarden database");
	look_origin(db, out);
	look_head(db, out);
	out->bytes = (uint64_t)db_int(db, 0,
	    "SELECT page_count * page_size FROM pragma_page_count,"
	    " pragma_page_size",
	    "");
	return db->rc == SQLITE_OK;
}

void
copy_date(char out[24])
{
	time_t now = (time_t)(clock_utc_us() / US_PER_S);
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(out, 24, "%Y%m%dT%H%M%SZ", &tm) == 0)
		snprintf(out, 24, "undated");
}
