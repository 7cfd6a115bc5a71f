/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.h: what the reading side of the store shares between its files.
 * Private to this room. */
#ifndef MONITOR_STORE_READER_H
#define MONITOR_STORE_READER_H

#include "monitor/store/db.h"
#include "monitor/store/store_read.h"

struct store_reader {
	struct db db;
	struct store_now now; /* of the call under way */
	bool now_fixed; /* given by store_read_alive, not read from clocks */
	struct store_alive alive; /* as of the call under way */
	bool held;		  /* one transaction over several calls */
	store_holds_fn *holds;	  /* of weekly overlays; NULL = none does */
	void *holds_arg;
	const struct keys *keys; /* to open passwords with; NULL = none */
};

/* One read transaction around each call: begin also takes the time and the
 * heartbeat. end gives the call's return value. */
bool store_reader_begin(struct store_reader *r);
bool store_reader_end(struct store_reader *r);

/* Of the installation; zeros: there is none yet. */
void reader_origin(struct store_reader *r, uint8_t out[16]);

/* An incident's columns, and how they are read: the first of a row. */
#define READER_INCIDENT                                                        \
	"i.id, i.feed, i.site, i.since, i.at, i.good, i.closed,"               \
	" i.cause, i.alertable, i.acknowledged, i.acknowledged_by, i.note,"    \
	" i.text, i.before, i.after,"                                          \
	" coalesce(m.name, iif(f.id IS NULL, p.path,"                          \
	"  ifnull(p.path || '/', '') || f.name)), i.room, i.console"
#define READER_INCIDENT_COLUMNS 18
#define READER_INCIDENT_FROM                                                   \
	" FROM incident i LEFT JOIN feed f ON f.id = i.feed"                   \
	" LEFT JOIN room m ON m.id = i.room"                                   \
	" LEFT JOIN site p ON p.id = ifnull(i.site, f.site)"
void reader_incident(sqlite3_stmt *st, struct store_incident_row *row);

#endif
