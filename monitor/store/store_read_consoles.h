/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read_consoles.h: those who watch, and what was watched, out of the
 * database. Part of store_read.h (the reader's side); its rules hold: false on
 * an error, row callbacks get borrowed strings and end the call by false, what
 * is open is true only while the monitor's heartbeat is fresh.
 */
#ifndef MONITOR_STORE_STORE_READ_CONSOLES_H
#define MONITOR_STORE_STORE_READ_CONSOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/people.h"
#include "camwarden/presence.h"
#include "monitor/presence/roster.h"
#include "monitor/presence/unwatched.h"
#include "monitor/store/store_consoles.h" /* struct store_tile */
#include "monitor/store/store_read.h"

struct floor;
struct floor_shift;

/* The whole floor (removed ones left out), ids set. Caller frees (floor_free).
 * NULL: error. */
struct floor *store_read_floor(struct store_reader *r, uint64_t *revision_out);

struct store_token_row {
	int64_t id, console; /* console 0 = the VMS's or the API's */
	const char *console_name, *name; /* name: of an API or kiosk token */
	enum console_token kind;
	const uint8_t *hash;		  /* STORE_HASH_BYTES */
	int64_t created_utc, revoked_utc; /* 0 = in force */
	int64_t seen_utc; /* used, give or take minutes; 0 = never */
	const char *actor;
	enum role role; /* of an API or kiosk token; else NONE */
	const char *site;
	/* Of a kiosk's that a machine claimed: since when, whose address, and
	 * the hash of its own secret (NULL = nobody did). */
	int64_t claimed_utc;
	const char *address;
	const uint8_t *claim;
};
typedef bool store_token_fn(void *arg, const struct store_token_row *row);
/* In force only, or all that ever were. */
bool store_read_tokens(struct store_reader *r, bool all, store_token_fn *fn,
    void *arg);

/* A declared shift as the roster weighs it; without numbers of room and
 * console. */
struct roster_shift store_roster_shift(const struct floor_shift *s);
/* What the console of that name is held to when its site's clock shows
 * local_s. */
struct roster_force store_console_force(const struct floor *f,
    const char *console, int64_t local_s);

/* A console as a reader must show it now. */
struct store_console_row {
	int64_t id, room_id, site_id;
	const char *name, *room, *site, *zone;
	enum presence state;
	enum presence_why why;
	int64_t start_utc, since_utc, at_utc;
	const char *evidence;
	uint32_t screens, tiles, tiles_counting; /* on them now */
	uint32_t tokens; /* in force: agents' and browsers' */
};
typedef bool store_console_fn(void *arg, const struct store_console_row *row);
/* By room and name; site: with all below it, NULL = all. */
bool store_read_consoles(struct store_reader *r, const char *site,
    store_console_fn *fn, void *arg);
/* With those that were taken away after that moment. */
bool store_read_consoles_since(struct store_reader *r, const char *site,
    int64_t since_utc, store_console_fn *fn, void *arg);

struct store_display_row {
	int64_t screen, console, room; /* one of console, room is 0 */
	const char *name;	       /* the screen's */
	int64_t epoch;
	int64_t start_utc, end_utc; /* half-open; STORE_OPEN = still true */
	enum screen_power power;
	enum view_source source;
	const struct store_tile *tiles;
	size_t tile_count;
};
typedef bool store_display_fn(void *arg, const struct store_display_row *row);
/* What each screen shows now; console 0 = all screens. */
bool store_read_screens(struct store_reader *r, int64_t console,
    store_display_fn *fn, void *arg);

struct store_presence_row {
	int64_t console, epoch;
	int64_t start_utc, end_utc; /* half-open; STORE_OPEN = still true */
	int64_t since_utc, at_utc;
	enum presence state;
	enum presence_why why;
	const char *evidence;
};
typedef bool store_presence_fn(void *arg, const struct store_presence_row *row);
/* Those that touch [from, to), in order; a dead monitor's open one ends at its
 * heartbeat and an unknown: monitor-off one follows. console 0 = all. */
bool store_read_presence(struct store_reader *r, int64_t console,
    int64_t from_utc, int64_t to_utc, store_presence_fn *fn, void *arg);

/* A feed's exact time line over [from, to), computed from the intervals:
 * spans that tile it, equal neighbours joined. */
struct store_watched_row {
	int64_t start_utc, end_utc;
	enum watched watched;
};
typedef bool store_watched_fn(void *arg, const struct store_watched_row *row);
bool store_read_watched(struct store_reader *r, int64_t feed, int64_t from_utc,
    int64_t to_utc, store_watched_fn *fn, void *arg);

/* One feed over [from, to): the audit. */
struct store_unwatched_row {
	int64_t feed;
	const uint8_t *uuid; /* 16 bytes */
	const char *name, *site;
	uint8_t criticality;
	/* The part of the question in which it was in the inventory, and some
	 * screen was declared. */
	int64_t from_utc, to_utc;
	int64_t last_utc; /* end of the last watched time in it; 0 = never */
	const struct unwatched_feed *audit; /* monitor/presence/unwatched.h */
};
typedef bool store_unwatched_fn(void *arg,
    const struct store_unwatched_row *row);
/* Seconds that the local time of a zone (a site's, "" = none) is ahead of UTC
 * at that moment. */
typedef int32_t store_ahead_fn(void *arg, const char *zone, int64_t utc_us);
struct store_unwatched_ask {
	int64_t from_utc, to_utc;
	const char *site;      /* with all below it; NULL = all */
	int64_t feed;	       /* 0 = all */
	store_ahead_fn *ahead; /* of each site's days; NULL = UTC */
	void *ahead_arg;
};
/* From the hourly sums where they exist, from the intervals where they don't
 * (yet); by site and name. What lies in the future, or before the first screen
 * was declared, is no part of it. */
bool store_read_unwatched(struct store_reader *r,
    const struct store_unwatched_ask *ask, store_unwatched_fn *fn, void *arg);

/* What could be seen at best: had every screen been lit and full of tiles
 * whenever its console, or some console of its room, was attended. */
struct store_staffing {
	int64_t span_us;
	int64_t screen_us; /* of attended screens, summed */
	int64_t tile_us;   /* the same times their most tiles */
	uint32_t rooms, consoles, screens, tiles, feeds; /* now */
};
bool store_read_staffing(struct store_reader *r, int64_t from_utc,
    int64_t to_utc, struct store_staffing *out);

struct store_prompt_row {
	int64_t console, asked_utc, answered_utc; /* 0 = missed */
	bool right;
	bool lost; /* what came of it is unknown; it is not missed */
	uint32_t latency_ms;
};
typedef bool store_prompt_fn(void *arg, const struct store_prompt_row *row);
bool store_read_prompts(struct store_reader *r, int64_t console,
    int64_t from_utc, int64_t to_utc, store_prompt_fn *fn, void *arg);

struct store_dispute_row {
	int64_t id, console, from_utc, to_utc, created_utc;
	const char *console_name, *actor, *text;
};
typedef bool store_dispute_fn(void *arg, const struct store_dispute_row *row);
bool store_read_disputes(struct store_reader *r, int64_t console,
    int64_t from_utc, int64_t to_utc, store_dispute_fn *fn, void *arg);

#endif
