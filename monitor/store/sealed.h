/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sealed.h: passwords on their way into the table `credential`: sealed before
 * the database sees them. Private to this room; the writer's, on its thread.
 */
#ifndef MONITOR_STORE_SEALED_H
#define MONITOR_STORE_SEALED_H

#include "monitor/secrets/keys.h"
#include "monitor/store/writer.h"

struct inventory_device;

/* Before the tables are brought up to date, which needs it. The file of keys is
 * made where nothing is sealed yet. Without keys the rest works on: what they
 * lack is told to whoever brings a password (w->keys_error). */
void sealed_begin(struct writer *w, const char *key_file, const char *dir);
void sealed_end(struct writer *w);
/* No older version's password is left in the database or its log. */
void sealed_scrub(struct writer *w);

/* What a device logs in with; password: given, too. */
void sealed_put(struct writer *w, struct op *op, int64_t device,
    const struct inventory_device *d, bool password);

#endif
