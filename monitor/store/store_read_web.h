/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_web.h: rows as pages list them, a page at a time and of some sites
 * only. Part of store_read.h (the reader's side); its rules hold: false on an
 * error, row callbacks get borrowed strings and end the call by false, what is
 * open is true only while the monitor's heartbeat is fresh.
 *
 * site: a path, with all below it; NULL = all, also what is of no site.
 */
#ifndef MONITOR_STORE_STORE_READ_WEB_H
#define MONITOR_STORE_STORE_READ_WEB_H

#include "camwarden/presence.h"
#include "monitor/store/store_read.h"

/* --- incidents */

struct store_case_ask {
	bool open_only, people_only; /* people: of rooms and consoles */
	int64_t number;		     /* that one; 0 = any */
	const uint8_t *uuid;	     /* of this feed; NULL = any */
	const char *site;
	int64_t from_utc, to_utc;   /* those that touch it; both 0 = all */
	int64_t after_at, after_id; /* older than that one; both 0 = newest */
};
struct store_case_row {
	struct store_incident_row incident;
	const uint8_t *uuid;	 /* 16 bytes; NULL: of no feed */
	const char *feed, *tags; /* "" = of no feed */
	const char *site;	 /* of the feed, room or itself; "" = our own */
	const char *room, *console, *contact;
	uint8_t criticality;	    /* of the feed; 0 = of none */
	bool no_picture, recovered; /* a picture of the recovery is kept */
	uint32_t comments;
	int64_t site_id;
	bool asks_again; /* acknowledged, and its alert is not: it grew worse */
};
typedef bool store_case_fn(void *arg, const struct store_case_row *row);
/* Newest first (by `at`, then number). */
bool store_read_cases(struct store_reader *r, const struct store_case_ask *ask,
    store_case_fn *fn, void *arg);
/* Feeds of that site and below it that went down with it, or were in trouble
 * of their own while it lasted (incident: 0 = of none); fn may be NULL. uuid:
 * 16 bytes. */
typedef bool store_case_feed_fn(void *arg, const uint8_t *uuid,
    const char *name, int64_t incident);
bool store_read_case_feeds(struct store_reader *r,
    const struct store_incident_row *incident, store_case_feed_fn *fn,
    void *arg, uint32_t *count_out);

/* --- feeds in short */

struct store_short_row {
	int64_t id, site_id, device_id;
	const uint8_t *uuid; /* 16 bytes */
	const char *name, *tags;
	uint8_t criticality;
	bool enabled;
	enum state state;
	enum cause cause;
	int64_t since_utc, created_utc;
	/* Since the moment that was asked about: judged at least once; added
	 * or changed in the inventory. */
	bool judged, changed;
};
typedef bool store_short_fn(void *arg, const struct store_short_row *row);
/* Those in the inventory, by number. since_utc: 0 = nobody asks. A feed counts
 * as judged when it is no more `learning`, or had some other verdict since. */
bool store_read_short(struct store_reader *r, const char *site,
    int64_t since_utc, store_short_fn *fn, void *arg);

struct store_site_place {
	int64_t id, parent;
	const char *path, *zone,
	    *contact;			  /* its own, or of the nearest above */
	uint32_t target_ppm;		  /* the same */
	uint32_t ceiling_kbps, incidents; /* its own; open, of itself */
};
typedef bool store_site_place_fn(void *arg, const struct store_site_place *row);
/* Those in the inventory, by path. */
bool store_read_site_places(struct store_reader *r, store_site_place_fn *fn,
    void *arg);

struct store_device_row {
	int64_t id;
	const char *name, *address;
	uint32_t sessions, quirks;
	uint32_t feeds, states[STATE_COUNT]; /* enabled ones, at those sites */
};
typedef bool store_device_fn(void *arg, const struct store_device_row *row);
/* Those with a feed at those sites (site NULL: all), by name, that are named
 * later than `after` and have `words` in name or address ("" = any). */
bool store_read_devices(struct store_reader *r, const char *site,
    const char *words, const char *after, store_device_fn *fn, void *arg);

/* --- a feed's line, paged */

/* Intervals that touch [from, to), oldest first by epoch and start, behind
 * that one; a dead monitor's open one ends at its heartbeat and an unknown:
 * monitor-off one follows. */
bool store_read_intervals(struct store_reader *r, int64_t feed,
    int64_t from_utc, int64_t to_utc, int64_t epoch, int64_t start,
    store_interval_fn *fn, void *arg);

/* --- what screens showed */

struct store_view_row {
	int64_t id, start_utc, end_utc;	     /* STORE_OPEN = still true */
	const char *screen, *console, *room; /* "" = none */
	const char *site;		     /* where that room is */
	enum screen_power power;
	enum view_source source;
	const struct store_tile *tiles;
	size_t tile_count;
};
typedef bool store_view_fn(void *arg, const struct store_view_row *row);
/* Displays that touch [from, to), by start and number, behind that one. screen:
 * its name, "" = all. */
struct store_view_ask {
	int64_t from_utc, to_utc, after_start, after_id;
	const char *screen;
};
bool store_read_views(struct store_reader *r, const struct store_view_ask *ask,
    store_view_fn *fn, void *arg);

/* --- presence, summed */

struct store_present_row {
	int64_t console;
	const char *name, *room, *site;
	int64_t us[PRESENCE_COUNT];
};
typedef bool store_present_fn(void *arg, const struct store_present_row *row);
/* Consoles of the inventory, by room and name; time of the span in which a
 * console was there and nothing is known is `unknown`. */
bool store_read_present(struct store_reader *r, const char *site,
    int64_t from_utc, int64_t to_utc, store_present_fn *fn, void *arg);

/* --- what was watched, hour by hour and site by site */

struct store_cell { /* microseconds of an hour, over the feeds of one site */
	int64_t us[WATCHED_COUNT];
};
struct store_cover_ask {
	int64_t from_utc, to_utc; /* whole hours; the future is left out */
	const char *site;
};
struct store_cover_row {
	int64_t site_id;
	const char *path, *zone; /* zone: its own or of the nearest above */
	uint32_t feeds;
	/* One an hour, from `from` on; all 0: nothing is there. */
	const struct store_cell *cells;
	size_t cell_count;
};
typedef bool store_cover_fn(void *arg, const struct store_cover_row *row);
bool store_read_cover(struct store_reader *r, const struct store_cover_ask *ask,
    store_cover_fn *fn, void *arg);
/* Stretches of [from, to) in which no console anywhere is known to have been
 * attended; sure: none was (else nobody can say). None before the first screen
 * was declared, nor where there are no consoles at all. */
typedef bool store_blind_fn(void *arg, int64_t from_utc, int64_t to_utc,
    bool sure);
bool store_read_blind(struct store_reader *r, int64_t from_utc, int64_t to_utc,
    store_blind_fn *fn, void *arg);

#endif
