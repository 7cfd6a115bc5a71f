/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another database in the place of this one. All that takes time or may fail
 * happens in a folder beside it: the copy, its check, the line that tells of
 * it. Then the old one gets a second name, and one rename does it. */
#include "monitor/store/store_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/disk.h"
#include "monitor/secrets/keys.h"
#include "monitor/store/copy.h"
#include "monitor/store/json.h"
#include "monitor/store/lock.h"
#include "monitor/store/schema.h"
#include "monitor/store/store.h"
#include "monitor/store/store_users.h"

#define STAGING "camwarden.restoring"
#define KEPT ".before-restore-"
#define DRAIN_MS 60000
#define BODY_BYTES 16384 /* paths of 4 KiB, a reason */
#define KEPT_TRIES 100

struct restore {
	const struct store_restore *what;
	struct store_restored *out;
	char *error;
	char live[4096];    /* the database */
	char staging[4096]; /* the folder beside it .. */
	char fresh[4096];   /* .. and what is made in it */
	bool told, done;    /* the line of it */
};

static bool
say(struct restore *r, const char *path, const char *why)
{
	snprintf(r->error, STORE_ERROR_BYTES, "%.140s: %.110s", path, why);
	return false;
}

static bool
has(const char *path, const char *ending)
{
	char name[4200];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, ending);
	return stat(name, &st) == 0 && st.st_size > 0;
}

/* --- the folder */

/* Of an earlier try, or of this one; it holds files only. */
static void
staging_clear(const struct restore *r)
{
	DIR *d = opendir(r->staging);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(r->staging);
}

static bool
staging_make(struct restore *r)
{
	staging_clear(r);
	int fd = mkdir(r->staging, 0700) == 0
		     ? open(r->staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
		     : -1;
	bool good = fd >= 0 && disk_give(fd, r->what->dir);

	if (!good)
		say(r, r->staging, strerror(errno));
	if (fd >= 0)
		close(fd);
	return good;
}

/* --- the copy */

/* A file that nobody writes is read as it stands, without locks and logs, so
 * that it may lie on what can't be written. */
static bool
open_source(struct db *db, const char *path)
{
	char uri[3 * 4096 + 32] = "file:";
	size_t n = strlen(uri);

	if (has(path, "-wal") || has(path, "-journal"))
		return db_open(db, path,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	for (const char *p = path; *p != '\0' && n < sizeof(uri) - 20; p++)
		n += (size_t)snprintf(uri + n, sizeof(uri) - n,
		    strchr("?#%", *p) != NULL ? "%%%02X" : "%c",
		    (unsigned char)*p);
	snprintf(uri + n, sizeof(uri) - n, "?immutable=1");
	return db_open(db, uri,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

/* Before anything is copied: is it one at all, and one that we can read? */
static bool
known(struct db *db, struct store_file *out)
{
	if (copy_look(db, out) && out->version > schema_version())
		db_fail(db, SQLITE_SCHEMA,
		    "it was written by a newer camwarden");
	return db->rc == SQLITE_OK;
}

static bool
copy_source(struct restore *r)
{
	struct db db;
	bool good = open_source(&db, r->what->from) &&
		    known(&db, &r->out->backup) &&
		    copy_pages(&db, r->fresh, NULL, &r->what->progress);

	if (!good)
		say(r, r->what->from, db.error);
	db_close(&db);
	return good;
}

/* What was really read, not what the file might say the next time. */
static bool
check_copy(struct restore *r)
{
	struct db db;
	bool good = db_open(&db, r->fresh,
			SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) &&
		    known(&db, &r->out->backup) &&
		    copy_check(&db, &r->what->progress);

	if (!good)
		say(r, r->what->from, db.error);
	db_close(&db);
	return good;
}

/* --- what was there */

/* All of it into one file, so that it can be kept by one name. Only a database
 * that can't be read at all may keep its log beside it. */
static bool
fold(struct restore *r)
{
	struct db db;
	int rc = SQLITE_OK;

	if (access(r->live, F_OK) != 0)
		return true;
	if (db_open(&db, r->live, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL))
		rc = sqlite3_wal_checkpoint_v2(db.h, NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc != SQLITE_OK)
		db_fail(&db, rc, sqlite3_errstr(rc));
	copy_look(&db, &r->out->was);
	rc = db.rc & 0xff;
	snprintf(r->out->unreadable, sizeof(r->out->unreadable), "%s",
	    db.error);
	db_close(&db);
	if (rc == SQLITE_OK && has(r->live, "-wal"))
		rc = SQLITE_BUSY;
	if (rc == SQLITE_BUSY)
		return say(r, r->live,
		    "another process reads it; try again when it is done");
	if (rc == SQLITE_OK)
		return true;
	memset(&r->out->was, 0, sizeof(r->out->was));
	return rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT ||
	       rc == SQLITE_ERROR || say(r, r->live, r->out->unreadable);
}

static bool
same_installation(struct restore *r)
{
	const struct store_file *was = &r->out->was, *b = &r->out->backup;

	if (r->what->other || was->version == 0 || was->origin[0] == '\0' ||
	    strcmp(was->origin, b->origin) == 0)
		return true;
	snprintf(r->error, STORE_ERROR_BYTES,
	    "%.100s is of another installation (%.8s.., this is %.8s..): "
	    "--other-installation if that is meant",
	    r->what->from, b->origin, was->origin);
	return false;
}

/* --- its line */

static void
on_line(void *arg, const struct store_result *result)
{
	struct restore *r = arg;

	r->told = true;
	r->done = result->ok;
	if (!result->ok)
		say(r, r->fresh, result->error);
}

static const char *
line_body(const struct restore *r, char *out, size_t size)
{
	const struct store_restored *s = r->out;
	struct json j = json_open(out, size);

	json_text(&j, "file", r->what->from);
	json_text(&j, "reason", r->what->reason);
	json_text(&j, "origin", s->backup.origin);
	json_number(&j, "size", s->backup.lines);
	json_number(&j, "seq", s->backup.seq);
	json_number(&j, "utc", s->backup.utc);
	json_text(&j, "head", s->backup.head);
	json_text(&j, "was_origin", s->was.origin);
	json_number(&j, "was_size", s->was.lines);
	json_number(&j, "was_seq", s->was.seq);
	json_number(&j, "was_utc", s->was.utc);
	json_text(&j, "was_head", s->was.head);
	if (s->unreadable[0] != '\0')
		json_text(&j, "was_unreadable", s->unreadable);
	json_text(&j, "kept", s->kept);
	return json_close(&j);
}

/* The new one says itself what happened, before it is in its place: there is no
 * moment in which it stands there as if it had always done so. */
static bool
append_line(struct restore *r)
{
	char key_file[KEYS_PATH];
	const struct store_config config = { .dir = r->staging,
		.tool = true,
		.key_file = key_file,
		.actor = r->what->actor,
		.progress = r->what->progress };
	const struct store_done done = { on_line, r };
	char body[BODY_BYTES];
	struct store *s;

	/* The folder's own, not one beside the copy. */
	keys_path(r->what->key_file, r->what->dir, key_file);
	s = store_open(&config, NULL, r->error);
	if (s == NULL)
		return false;
	snprintf(r->error, STORE_ERROR_BYTES, "%.200s: it takes no new line",
	    r->fresh);
	/* Who was logged out since is not to be in again. */
	store_login_end(s, 0, STORE_LOGIN_RESTORED, clock_mono_us(),
	    r->what->actor, "", NULL);
	if (store_event(s, clock_mono_us(), "restore", r->what->actor,
		line_body(r, body, sizeof(body)), &done))
		store_drain(s, DRAIN_MS);
	store_close(&s);
	return r->told && r->done &&
	       (!has(r->fresh, "-wal") ||
		   say(r, r->fresh, "its log could not be folded in"));
}

/* --- the exchange */

/* A name that nothing has, for what was there; with its log's. */
static void
choose_kept(struct restore *r)
{
	char date[24];

	copy_date(date);
	for (int n = 1; n < KEPT_TRIES; n++) {
		snprintf(r->out->kept, sizeof(r->out->kept),
		    n == 1 ? "%.4040s" KEPT "%s" : "%.4040s" KEPT "%s-%d",
		    r->live, date, n);
		if (access(r->out->kept, F_OK) != 0)
			return;
	}
}

static bool
keep(struct restore *r, const char *ending)
{
	char from[4200], to[4200];

	snprintf(from, sizeof(from), "%s%s", r->live, ending);
	snprintf(to, sizeof(to), "%s%s", r->out->kept, ending);
	return (ending[0] != '\0' && !has(from, "")) || link(from, to) == 0 ||
	       say(r, to, strerror(errno));
}

static void
drop(const struct restore *r, const char *ending)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s%s", r->live, ending);
	unlink(path);
}

/* The old one's log must be gone before the new one is there, which would take
 * it for its own. It is empty by now (fold), but of what can't be read. */
static bool
exchange(struct restore *r)
{
	if (r->out->kept[0] != '\0' &&
	    (!keep(r, "") || !keep(r, "-wal") || !keep(r, "-journal")))
		return false;
	if (!copy_sync(r->fresh))
		return say(r, r->fresh, strerror(errno));
	drop(r, "-wal");
	drop(r, "-journal");
	drop(r, "-shm");
	if (rename(r->fresh, r->live) != 0)
		return say(r, r->live, strerror(errno));
	return copy_sync(r->live) || say(r, r->live, strerror(errno));
}

/* A try that ended between its two names left the second one. */
static void
forget_second_names(const struct restore *r)
{
	DIR *d = opendir(r->what->dir);
	struct stat live, other;
	struct dirent *e;

	if (stat(r->live, &live) != 0)
		live.st_nlink = 1;
	while (d != NULL && live.st_nlink > 1 && (e = readdir(d)) != NULL)
		if (strncmp(e->d_name, STORE_FILE KEPT,
			strlen(STORE_FILE KEPT)) == 0 &&
		    fstatat(dirfd(d), e->d_name, &other, AT_SYMLINK_NOFOLLOW) ==
			0 &&
		    other.st_ino == live.st_ino && other.st_dev == live.st_dev)
			unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

static bool
restore(struct restore *r)
{
	forget_second_names(r);
	if (!staging_make(r) || !copy_source(r) || !check_copy(r) || !fold(r) ||
	    !same_installation(r))
		return false;
	if (access(r->live, F_OK) == 0)
		choose_kept(r);
	return append_line(r) && exchange(r) &&
	       store_file_look(r->live, &r->out->now, r->error);
}

bool
store_restore(const struct store_restore *what, struct store_restored *out,
    char error_out[STORE_ERROR_BYTES])
{
	struct restore *r = calloc(1, sizeof(*r));
	bool good = false;

	memset(out, 0, sizeof(*out));
	snprintf(error_out, STORE_ERROR_BYTES, "memory is out");
	if (r == NULL)
		return false;
	r->what = what;
	r->out = out;
	r->error = error_out;
	snprintf(r->live, sizeof(r->live), "%.4000s/%s", what->dir, STORE_FILE);
	snprintf(r->staging, sizeof(r->staging), "%.4000s/%s", what->dir,
	    STAGING);
	snprintf(r->fresh, sizeof(r->fresh), "%.4050s/%s", r->staging,
	    STORE_FILE);
	if (mkdir(what->dir, 0700) != 0 && errno != EEXIST) {
		say(r, what->dir, strerror(errno));
	} else {
		int lock = lock_take(what->dir, error_out);

		if (lock >= 0) {
			good = restore(r);
			staging_clear(r);
			close(lock);
		}
	}
	free(r);
	return good;
}

bool
store_file_look(const char *path, struct store_file *out,
    char error_out[STORE_ERROR_BYTES])
{
	struct db db;
	bool good = open_source(&db, path) && copy_look(&db, out);

	if (!good)
		snprintf(error_out, STORE_ERROR_BYTES, "%.140s: %.110s", path,
		    db.error);
	db_close(&db);
	return good;
}
