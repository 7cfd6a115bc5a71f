/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema.h: the tables, as a list of migrations; user_version counts those
 * applied. Private to this room. docs/formats.md tells what each column means.
 */
#ifndef MONITOR_STORE_SCHEMA_H
#define MONITOR_STORE_SCHEMA_H

#include <stdbool.h>

struct db;
struct store_progress;

/* The version this program writes. */
int schema_version(void);
#define SCHEMA_SEALED 6 /* passwords lay open in those before it */
/* Brings the connection's database up to it, all in one transaction. When it
 * holds an older version's data, first a copy of it is made and checked beside
 * `path`: path.v<old>, or with a date behind it when another copy is there;
 * none is ever written over. A copy holds no password that isn't sealed. False:
 * db->error; nothing was changed. */
struct schema_step {
	const char *path, *vfs;		       /* NULL = the system's */
	const struct store_progress *progress; /* NULL = nobody listens */
};
bool schema_migrate(struct db *db, const struct schema_step *step);
/* The same with a list of one's own (tests): list[v] leads from version v. */
bool schema_migrate_by(struct db *db, const struct schema_step *step,
    const char *const *list, int count);
/* The version it has, 0 = an empty file; perhaps a newer one. What another
 * program wrote is an error. */
int schema_of(struct db *db);
/* Refuses what another version or program wrote. */
bool schema_check(struct db *db);

#endif
