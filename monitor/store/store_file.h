/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_file.h: whole databases as files: what stands in one, a copy of one
 * that is being written to, and one put in the place of another. Files may be
 * damaged, of another program or of another installation; nothing in them is
 * believed before it was checked. Blocking; for a command's own process.
 */
#ifndef MONITOR_STORE_STORE_FILE_H
#define MONITOR_STORE_STORE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/store/store.h"

/* What a database says of itself, of any version. */
struct store_file {
	int version;
	char origin[37]; /* uuid of the installation; "" = none yet */
	int64_t seq;	 /* of the newest line; 0 = none */
	int64_t lines;	 /* of the ledger, without what preceded it */
	int64_t utc;	 /* of the newest line */
	char head[65];	 /* its hash */
	char kind[32];	 /* its kind */
	uint64_t bytes;
};
/* Reads it; changes nothing. False: it is none, or can't be read. */
bool store_file_look(const char *path, struct store_file *out,
    char error_out[STORE_ERROR_BYTES]);

/* The database of `dir` as it is at one moment, into `to`, while others write.
 * It gets its name only when it is whole, on the disk, checked, and holds line
 * `seq`; 0600. */
struct store_backup {
	const char *dir;
	const char *to;
	int64_t seq;	     /* of its `backup` line */
	bool replace;	     /* a file of that name, which may then not be .. */
	bool no_credentials; /* .. the database; without the devices' */
	struct store_progress progress;
};
/* Whether it could be begun, before anybody is told of it. */
bool store_backup_may(const struct store_backup *what,
    char error_out[STORE_ERROR_BYTES]);
bool store_backup(const struct store_backup *what, struct store_file *out,
    char error_out[STORE_ERROR_BYTES]);

/* The body of the `backup` line, to be written first. Given; NULL: memory. */
char *store_backup_body(const char *file, bool credentials);

/* `from` becomes the database of `dir`, which nobody may have open. Whatever
 * ends it midway leaves the old one or the new. The new one holds a `restore`
 * line; the old one is kept beside it. */
struct store_restore {
	const char *dir, *from;
	const char *actor, *reason;
	bool other;	      /* of another installation */
	const char *key_file; /* as in store_config */
	struct store_progress progress;
};
struct store_restored {
	struct store_file was; /* version 0: there was none, or .. */
	char unreadable[STORE_ERROR_BYTES]; /* .. why; "" = it could be read */
	struct store_file backup;	    /* what was in `from` */
	struct store_file now;
	char kept[4096]; /* where the old one is; "" = there was none */
};
bool store_restore(const struct store_restore *what, struct store_restored *out,
    char error_out[STORE_ERROR_BYTES]);

#endif
