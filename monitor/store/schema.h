/* SPDX-License-Identifier: GPL-3.0-or-later */
/* schema.h: the tables, as a list of migrations; user_version counts those
 * applied. Private to this room. docs/formats.md tells what each column means.
 */
#ifndef MONITOR_STORE_SCHEMA_H
#define MONITOR_STORE_SCHEMA_H

#include <stdbool.h>

struct db;

/* The version this program writes. */
int schema_version(void);
/* Brings the connection's database up to it, all in one transaction, after a
 * copy beside `path` (path.v<old>) when it holds an older version's data.
 * False: db->error; nothing was changed. */
bool schema_migrate(struct db *db, const char *path);
/* The same with a list of one's own (tests): list[v] leads from version v. */
bool schema_migrate_by(struct db *db, const char *path, const char *const *list,
    int count);
/* Refuses what another version or program wrote. */
bool schema_check(struct db *db);

#endif
