/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows.h: every feed's latest row, as ready JSON, and the order in which rows
 * changed, so that any number of browsers can follow without a queue of their
 * own: each holds a sequence number and is owed the rows changed after it. What
 * a slow one misses in between is the row's older states, never its last.
 * PURE. The web process fills it from the monitor's (checked) messages.
 */
#ifndef MONITOR_HTTP_ROWS_H
#define MONITOR_HTTP_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/http/web_wire.h"

#define ROWS_GONE_KEPT 4096 /* removed feeds that a follower still hears of */

/* As pages know them (WallRow). */
#define ROW_MAINTENANCE 1u
#define ROW_MUTED 2u
#define ROW_NO_PICTURE 4u
#define ROW_PTZ 8u
#define ROW_REFERENCE 16u
#define ROW_SUSPECT 32u

#define ROW_WALL_ID 40u /* letters of a wall's row before the site's number */

struct rows_site {
	struct rows_site *next;
	uint64_t stamp; /* of the list that numbered it last */
	uint32_t number;
	char path[];
};

struct row {
	uint8_t uuid[16];
	uint64_t seq;		   /* of its last change, from 1 */
	struct row *older, *newer; /* order of change */
	struct row *chain;	   /* of the hash bucket */
	struct rows_site *site;	   /* a tombstone's: the last */
	struct rows_site *was;	   /* before it moved, or NULL */
	uint64_t moved;		   /* seq of that */
	uint32_t place;		   /* in rows_sorted */
	uint32_t name_end;	   /* in wall: where the state begins */
	uint8_t state, cause, criticality, flags;
	bool flowing; /* media arrives */
	bool no_picture;
	bool gone; /* a tombstone: uuid and seq only */
	bool news; /* what followers are told is other than before */
	int64_t thumb_utc_us;
	int64_t wanted_us; /* when a fresh picture was last asked for */
	int64_t told_us;   /* when this account of it came, by who put it */
	int64_t asked_us;  /* when another was asked for; 0: none is awaited */
	char *head;	   /* {"id":..,"site":..,"name":.. : what never lies */
	char *tail;   /* ,"state":.. } : true only while the monitor lives */
	char *detail; /* the rest of the one-feed answer, after tail */
	char *wall;   /* ["id", name,state,..] : the site's number goes after
		       * the id */
	char *find;   /* name, line feed, device, in small letters */
	char *tags;   /* by comma */
	size_t head_length, tail_length, detail_length, wall_length;
};

struct rows {
	struct row **bucket;
	uint32_t buckets; /* power of two */
	uint32_t count;	  /* without tombstones */
	uint32_t gone;
	struct row *oldest, *newest; /* by seq */
	uint64_t seq;		     /* of the newest change */
	struct rows_site *sites;
	struct row **sorted; /* by site, name; valid unless resort */
	bool resort;
	uint64_t stamp;	    /* of the last list that numbered sites */
	uint64_t forgotten; /* a follower before it must start afresh */
};

/* False when memory is out. */
bool rows_init(struct rows *t);
void rows_fini(struct rows *t);
/* Adds or replaces; NULL when memory is out or the table is full. What only
 * the one-feed answer shows is no change that followers are owed. */
struct row *rows_put(struct rows *t, const struct web_row *m);
void rows_remove(struct rows *t, const uint8_t uuid[16]);
/* NULL when it is not there. */
struct row *rows_find(const struct rows *t, const uint8_t uuid[16]);
/* The first row (or tombstone) changed after seq, oldest change first; then
 * follow `newer`. NULL when there is none. */
struct row *rows_after(const struct rows *t, uint64_t seq);
/* A follower at seq can be told all that changed since. */
bool rows_can_follow(const struct rows *t, uint64_t seq);

/* All rows that are there, t->count of them, by site and name; NULL: memory is
 * out. Valid until the next change of rows. */
struct row *const *rows_sorted(struct rows *t);

#endif
