/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A copy of the database while the monitor writes on. It is made under another
 * name and gets its own when nothing is left that could go wrong. Meanwhile the
 * writer's log can't begin again at its start: it grows by what is written. */
#include "monitor/store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "monitor/store/copy.h"
#include "monitor/store/json.h"
#include "monitor/store/schema.h"

#define BODY_BYTES 28000 /* 4 KiB of a name, each byte escaped */

char *
store_backup_body(const char *file, bool credentials)
{
	char *body = malloc(BODY_BYTES);

	if (body == NULL)
		return NULL;

	struct json j = json_open(body, BODY_BYTES);

	json_text(&j, "file", file);
	json_bool(&j, "credentials", credentials);
	json_close(&j);
	return body;
}

struct backup {
	const struct store_backup *what;
	struct store_file *out;
	char *error;
	char live[4096], part[4096];
	int part_fd;
	bool mine; /* it is locked: one backup to one name */
};

static bool
say(struct backup *b, const char *path, const char *why)
{
	snprintf(b->error, STORE_ERROR_BYTES, "%.140s: %.110s", path, why);
	return false;
}

static bool
name_is_free(struct backup *b)
{
	const char *to = b->what->to;
	struct stat there, live;

	if (stat(b->live, &live) != 0)
		return say(b, b->live, strerror(errno));
	if (lstat(to, &there) != 0)
		return errno == ENOENT || say(b, to, strerror(errno));
	if (!b->what->replace)
		return say(b, to, "is there already (--replace overwrites it)");
	if (there.st_ino == live.st_ino && there.st_dev == live.st_dev)
		return say(b, to, "is the database itself");
	return S_ISREG(there.st_mode) || say(b, to, "is no ordinary file");
}

static bool
take_part(struct backup *b)
{
	b->part_fd =
	    open(b->part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (b->part_fd < 0)
		return say(b, b->part, strerror(errno));
	b->mine = flock(b->part_fd, LOCK_EX | LOCK_NB) == 0;
	return b->mine || say(b, b->part, "another backup is writing it");
}

static bool
room_for(struct backup *b, uint64_t bytes)
{
	struct statvfs disk;
	char why[110];

	if (fstatvfs(b->part_fd, &disk) != 0)
		return true; /* it will show */
	uint64_t there = (uint64_t)disk.f_bavail * disk.f_frsize;

	if (there >= bytes)
		return true;
	snprintf(why, sizeof(why),
	    "the disk is too full: %llu MiB are needed, %llu MiB are free",
	    (unsigned long long)(bytes >> 20) + 1,
	    (unsigned long long)(there >> 20));
	return say(b, b->what->to, why);
}

static bool
open_live(struct backup *b, struct db *db)
{
	struct store_file live;

	if (!db_open(db, b->live, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
		NULL))
		return say(b, b->live, db->error);
	/* Only the writer moves its log into the database. */
	sqlite3_db_config(db->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (!copy_look(db, &live))
		return say(b, b->live, db->error);
	return room_for(b, live.bytes);
}

static bool
copy_live(struct backup *b)
{
	struct db db;
	bool good = open_live(b, &db);

	if (good && !copy_pages(&db, b->part, NULL, &b->what->progress))
		good = say(b, b->what->to, db.error);
	db_close(&db);
	return good;
}

/* What a deleted row leaves in its page, and in pages that are free, goes too.
 */
static bool
forget_credentials(struct backup *b)
{
	struct db db;
	bool good = true;

	if (!b->what->no_credentials)
		return true;
	if (!db_open(&db, b->part, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) ||
	    !db_script(&db, "PRAGMA journal_mode = OFF;"
			    "PRAGMA synchronous = OFF;"
			    "PRAGMA secure_delete = ON;"
			    "DELETE FROM credential;"
			    "UPDATE user SET hash = ''; VACUUM"))
		good = say(b, b->what->to, db.error);
	db_close(&db);
	return good;
}

/* The line that announced it is in it, as asked for. */
static bool
holds_line(struct db *db, int64_t seq)
{
	if (seq == 0 ||
	    db_int(db, 0,
		"SELECT count(*) FROM event WHERE seq = ? AND kind = 'backup'",
		"i", seq) == 1)
		return true;
	db_fail(db, SQLITE_CORRUPT, "the newest lines are not in it");
	return false;
}

static bool
check(struct backup *b)
{
	struct db db;
	bool good = db_open(&db, b->part,
			SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) &&
		    copy_check(&db, &b->what->progress) && schema_check(&db) &&
		    copy_look(&db, b->out) && holds_line(&db, b->what->seq);

	if (!good)
		say(b, b->what->to, db.error);
	db_close(&db);
	return good;
}

static bool
name_it(struct backup *b)
{
	const char *to = b->what->to;

	if (!copy_sync(b->part))
		return say(b, to, strerror(errno));
	/* A hard link fails where somebody has made that name meanwhile. */
	if (b->what->replace ? rename(b->part, to) != 0
			     : link(b->part, to) != 0)
		return say(b, to, strerror(errno));
	if (!b->what->replace)
		unlink(b->part);
	return copy_sync(to) || say(b, to, strerror(errno));
}

static bool
begin(struct backup *b)
{
	const struct store_backup *what = b->what;

	if (snprintf(b->live, sizeof(b->live), "%s/%s", what->dir,
		STORE_FILE) >= (int)sizeof(b->live) ||
	    snprintf(b->part, sizeof(b->part), "%s.part", what->to) >=
		(int)sizeof(b->part))
		return say(b, what->to, "the name is too long");
	return name_is_free(b) && take_part(b);
}

static void
end(struct backup *b, bool good)
{
	if (!good && b->part_fd >= 0 && b->mine)
		unlink(b->part);
	if (b->part_fd >= 0)
		close(b->part_fd);
}

bool
store_backup_may(const struct store_backup *what,
    char error_out[STORE_ERROR_BYTES])
{
	struct backup b = { .what = what, .error = error_out, .part_fd = -1 };
	struct db db = { 0 };
	bool good = begin(&b) && open_live(&b, &db);

	db_close(&db);
	end(&b, false);
	return good;
}

bool
store_backup(const struct store_backup *what, struct store_file *out,
    char error_out[STORE_ERROR_BYTES])
{
	struct backup b = { .what = what,
		.out = out,
		.error = error_out,
		.part_fd = -1 };

	memset(out, 0, sizeof(*out));
	bool good = begin(&b) && copy_live(&b) && forget_credentials(&b) &&
		    check(&b) && name_it(&b);

	end(&b, good);
	return good;
}
