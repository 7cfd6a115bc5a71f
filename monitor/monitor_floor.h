/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_floor.h: what people change of those who watch, while the monitor
 * runs: consoles, screens, patterns, rosters; tokens; disputes. Part of
 * monitor.h; its rules hold, and its answers are given the same way.
 */
#ifndef MONITOR_MONITOR_FLOOR_H
#define MONITOR_MONITOR_FLOOR_H

#include "camwarden/people.h"
#include "camwarden/presence.h"
#include "monitor/inventory/floor.h"
#include "monitor/monitor.h"

struct monitor_floor_import {
	const char *file; /* what mistakes call it; NULL = "-" */
	enum floor_kind kind;
	const char *csv; /* with header line */
	size_t length;
	bool dry_run;
	bool complete;
	const char *scope; /* as of struct monitor_import */
};
void monitor_floor_import(struct monitor *m,
    const struct monitor_floor_import *what, const struct monitor_actor *who,
    monitor_answer_fn *answer, void *arg);
/* One out, by name. */
void monitor_floor_remove(struct monitor *m, enum floor_kind kind,
    const char *name, const struct monitor_actor *who,
    monitor_answer_fn *answer, void *arg);

/* The token itself is never told: its maker shows it, and sends its SHA-256. */
struct monitor_token {
	const char
	    *console; /* name; "" = the VMS's; or an API or kiosk token's own */
	enum console_token kind;
	uint8_t hash[32];
	/* Of an API token (NONE: supervisor, as those of older clients) or a
	 * kiosk's; site: a path, "" or NULL = all. */
	enum role role;
	const char *site;
};
/* The answer's text names its number. */
void monitor_token_add(struct monitor *m, const struct monitor_token *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);
void monitor_token_revoke(struct monitor *m, int64_t id,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

struct monitor_dispute {
	const char *console; /* name */
	int64_t from_utc_us, to_utc_us;
	const char *text;
};
void monitor_dispute(struct monitor *m, const struct monitor_dispute *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

#endif
