/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_read.h: the database -> plain rows, read-only, while a monitor writes
 * or is dead. Called by the CLI, the reader process and the monitor's start.
 * A reader never writes, never checkpoints, has no statement open after a call.
 * Row callbacks get borrowed strings; returning false ends the call. Every call
 * gives false on an error (store_reader_error).
 * Truth: an open interval is true up to the last heartbeat; STORE_TRUE_US
 * later everything current is unknown: monitor-off (DESIGN.md 5).
 */
#ifndef MONITOR_STORE_STORE_READ_H
#define MONITOR_STORE_STORE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "monitor/store/store_overlay.h"

#define STORE_TRUE_US 3000000
#define STORE_OPEN INT64_MAX /* the end of what is still open */

struct store_reader;
struct inventory;

/* NULL: error_out (256 bytes) says why; no database yet is an error too. */
struct store_reader *store_reader_open(const char *dir, char error_out[256]);
void store_reader_close(struct store_reader **r);
const char *store_reader_error(const struct store_reader *r);

struct store_now { /* what the reader takes for now; boot: the kernel's id */
	char boot[40];
	int64_t mono_us, utc_us;
};
void store_now(struct store_now *out);
struct store_alive {
	bool alive;	       /* a monitor's heartbeat is fresh */
	int64_t heartbeat_utc; /* last committed; 0 = never ran */
	int64_t age_us;
	int64_t origin; /* row number of this installation */
	char origin_uuid[37];
	int64_t anchor_us; /* UTC - monotonic of the newest epoch */
	uint64_t revision; /* of the inventory */
	int64_t last_seq;  /* newest event */
};
/* now: NULL = the clocks. Also sets what the calls below take for now. */
bool store_read_alive(struct store_reader *r, const struct store_now *now,
    struct store_alive *out);

/* From now on passwords are opened with these; borrowed. */
struct keys;
void store_reader_keys(struct store_reader *r, const struct keys *keys);

/* The whole inventory (removed feeds left out), ids set; passwords only when
 * asked for, and "" where no key opens them. Caller frees (inventory_free).
 * NULL: error. */
struct inventory *store_read_inventory(struct store_reader *r, bool secrets,
    uint64_t *revision_out);

/* A feed with its verdict as a reader must show it. */
struct store_feed_row {
	int64_t id, site_id, device_id;
	uint8_t uuid[16];
	char uuid_text[37];
	const char *name, *site, *zone, *contact, *device, *url, *tags;
	uint8_t transport, criticality;
	uint32_t visit_s, visit_every_s, quirks, sessions;
	bool no_picture, enabled;
	enum state state;
	enum cause cause;
	uint64_t causes;
	uint8_t confidence;
	int64_t start_utc, since_utc, at_utc;
	const char *evidence;  /* JSON, "{}" */
	int64_t thumbnail_utc; /* newest CURRENT, 0 = none */
	int64_t reference_utc; /* approved then, 0 = it has none */
	bool ptz;
	const char *dark_hours, *relay;
	int64_t incident;		    /* the feed's open one, 0 = none */
	bool maintenance, mute;		    /* an overlay is in force now */
	uint32_t fps_milli, kbps, loss_ppm; /* last full ten minutes */
};
typedef bool store_feed_fn(void *arg, const struct store_feed_row *row);
/* site: path, with all below it; NULL = all. uuid: one feed; NULL = all. */
bool store_read_feeds(struct store_reader *r, const char *site,
    const uint8_t *uuid, store_feed_fn *fn, void *arg);

/* Of the devices that have a password. */
struct store_credential_row {
	int64_t device;
	const char *name;
	const void *sealed;
	size_t length;
	const char *password; /* gone with the call; NULL: no key opens it */
};
typedef bool store_credential_fn(void *arg,
    const struct store_credential_row *row);
/* origin_out: of the place that each is sealed for. */
bool store_read_credentials(struct store_reader *r, uint8_t origin_out[16],
    store_credential_fn *fn, void *arg);

/* For the monitor's start: what was learned of each feed. */
struct store_learned_row {
	int64_t feed;
	const void *judge, *wire; /* NULL = none */
	size_t judge_length, wire_length;
};
typedef bool store_learned_fn(void *arg, const struct store_learned_row *row);
bool store_read_learned(struct store_reader *r, store_learned_fn *fn,
    void *arg);

struct store_site_row {
	int64_t id, parent; /* 0 = top */
	const char *path, *zone, *contact;
	uint32_t feeds; /* enabled, of this site itself */
};
typedef bool store_site_fn(void *arg, const struct store_site_row *row);
bool store_read_sites(struct store_reader *r, store_site_fn *fn, void *arg);

/* Feeds that are no more, the last first. */
struct store_gone_row {
	const uint8_t *uuid; /* 16 bytes; borrowed, as tags is */
	const char *tags;
};
typedef bool store_gone_fn(void *arg, const struct store_gone_row *row);
bool store_read_gone_feeds(struct store_reader *r, uint32_t limit,
    store_gone_fn *fn, void *arg);

struct store_interval_row {
	int64_t feed, epoch;
	int64_t start_utc, end_utc; /* half-open; STORE_OPEN = still true */
	int64_t since_utc, at_utc;
	enum state state;
	enum cause cause;
	uint64_t causes;
	uint8_t confidence;
	const char *evidence;
};
typedef bool store_interval_fn(void *arg, const struct store_interval_row *row);

struct store_incident_row {
	int64_t id, feed, site;
	int64_t since_utc, at_utc;    /* opened: first sign, when called */
	int64_t good_utc, closed_utc; /* 0 = open: first proof, when called */
	enum cause cause;
	bool alertable;
	int64_t acknowledged_utc; /* 0 = not */
	const char *acknowledged_by, *note, *text;
	const char *place;     /* SITE/NAME, the site, or the room; "" = our own
				* network */
	int64_t before, after; /* thumbnails' ids: last good, first bad; 0 */
	int64_t room, console; /* people are missing there; 0 = a picture */
};
typedef bool store_incident_fn(void *arg, const struct store_incident_row *row);
/* open_only, or all that touch [from, to); newest first, at most limit. */
bool store_read_incidents(struct store_reader *r, bool open_only,
    int64_t from_utc, int64_t to_utc, uint32_t limit, store_incident_fn *fn,
    void *arg);

struct store_picture {
	int64_t id, feed, utc, incident;
	int kind; /* enum store_thumbnail_kind */
	uint16_t width, height;
	const void *png;
	size_t length;
};
typedef void store_picture_fn(void *arg, const struct store_picture *p);
/* The feed's newest of a kind, or (id > 0) that one. *found_out: fn was
 * called. A feed marked no-picture has none, whatever lies in the database. */
bool store_read_picture(struct store_reader *r, int64_t feed, int kind,
    int64_t id, store_picture_fn *fn, void *arg, bool *found_out);

/* An incident's: STORE_LAST_GOOD before it, FIRST_BAD in it, RECOVERED. */
bool store_read_evidence(struct store_reader *r, int64_t incident, int kind,
    store_picture_fn *fn, void *arg, bool *found_out);

struct store_rollup_row {
	int64_t slot_utc; /* start of its ten minutes */
	uint32_t fps_milli, kbps, loss_ppm;
};
typedef bool store_rollup_fn(void *arg, const struct store_rollup_row *row);
bool store_read_rollups(struct store_reader *r, int64_t feed, int64_t from_utc,
    int64_t to_utc, store_rollup_fn *fn, void *arg);

#endif
