/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_local.h: what is changed of those who watch while no monitor runs:
 * under the store's own lock. Answers look as the monitor's do. The CSV is
 * hostile.
 */
#ifndef MONITOR_CLI_FLOOR_LOCAL_H
#define MONITOR_CLI_FLOOR_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "camwarden/people.h"
#include "camwarden/presence.h"
#include "monitor/config/config.h"
#include "monitor/inventory/floor.h"

enum floor_local_verb {
	FLOOR_LOCAL_IMPORT,
	FLOOR_LOCAL_REMOVE,
	FLOOR_LOCAL_TOKEN,
	FLOOR_LOCAL_REVOKE,
	FLOOR_LOCAL_DISPUTE
};
struct floor_local {
	const struct monitor_config *config;
	enum floor_local_verb verb;
	const char *reason; /* of a dispute: what is said */
	/* import, remove */
	enum floor_kind kind;
	const char *file, *csv;
	size_t csv_length;
	bool dry_run, complete;
	const char *name; /* removed; or the console, "" = the VMS's */
	/* token, revoke */
	enum console_token token;
	uint8_t hash[32];
	enum role role;	  /* of a program's or kiosk's */
	const char *site; /* likewise; NULL = all */
	int64_t id;
	/* dispute */
	int64_t from_utc, to_utc;
};

/* {"ok", "added", .., "text"} or {"ok": false, "error"}; given. */
json_t *floor_local_change(const struct floor_local *what);

#endif
