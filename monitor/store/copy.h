/* SPDX-License-Identifier: GPL-3.0-or-later */
/* copy.h: copies of databases, page by page and checked. Private to this room.
 */
#ifndef MONITOR_STORE_COPY_H
#define MONITOR_STORE_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/store/db.h"
#include "monitor/store/store_file.h"

/* All of `from` as it is at one moment into the file `to` (made, 0600, what it
 * held is lost), as one file without log. False: from->error. */
bool copy_pages(struct db *from, const char *to, const char *vfs,
    const struct store_progress *progress);
/* From here to the end, progress is told of what db does, as seconds of `what`;
 * when it says stop, that fails with db->error. w stays until then. */
struct copy_watch {
	const struct store_progress *progress;
	const char *what;
	int64_t began_us;
};
void copy_watch_begin(struct copy_watch *w, struct db *db, const char *what,
    const struct store_progress *progress);
void copy_watch_end(struct db *db);
/* Every page and every row is in its place, or db->error says what is not. */
bool copy_check(struct db *db, const struct store_progress *progress);
/* Its content and its name are on the disk; false: errno. */
bool copy_sync(const char *path);
/* What it says of itself. False: db->error. */
bool copy_look(struct db *db, struct store_file *out);
/* "20261122T203000Z" */
void copy_date(char out[24]);

#endif
