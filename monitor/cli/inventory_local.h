/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inventory_local.h: the inventory without a monitor: lists from the database
 * read-only, and changes it under the store's own lock while no monitor runs.
 * Answers look as the monitor's do. The CSV is hostile.
 */
#ifndef MONITOR_CLI_INVENTORY_LOCAL_H
#define MONITOR_CLI_INVENTORY_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "monitor/config/config.h"
#include "monitor/inventory/inventory.h"

struct inventory_local {
	const struct monitor_config *config;
	enum inventory_kind kind;
	const char *remove; /* a name; NULL: an import */
	bool with_feeds;    /* of a device that is removed */
	const char *file;   /* what faults call the CSV */
	const char *csv;
	size_t csv_length;
	const char *reason;
	bool dry_run, prune;
};

/* {"ok", "added", .., "text"} or {"ok": false, "error"}; given. */
json_t *inventory_local_change(const struct inventory_local *what);
/* The inventory as it is; an empty one where there is no database yet. What no
 * key opens counts as no password. NULL: error says why. */
struct inventory *inventory_local_current(const struct monitor_config *config,
    bool secrets, uint64_t *revision_out, char error[256]);
/* The inventory without passwords; NULL after saying why. Freed by the caller
 * (inventory_free). */
struct inventory *inventory_local_read(const struct monitor_config *config);
/* Prints feeds, or anything as CSV; exit code. */
int inventory_local_list(const struct monitor_config *config,
    enum inventory_kind kind, bool json, bool csv);
/* A sentence when these feeds need more demux capacity than there is, else
 * NULL; given. */
char *inventory_local_capacity(const struct monitor_config *config,
    const struct inventory *inv);

#endif
