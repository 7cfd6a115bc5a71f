/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inventory.h: CSV of sites, devices and feeds -> desired records -> the plan
 * of changes that makes the current inventory look so; and back to CSV. PURE;
 * the CSV is hostile (anybody's spreadsheet). Called by the CLI, the control
 * socket and the store (which applies a plan). docs/formats.md, "CSV".
 *
 * Identity of a feed: its uuid if the row gives one; else site and name; else,
 * when no feed has that name, device and url (so a renamed row is a change and
 * keeps its history). A site is its path ("North/Gate 3"), a device its name
 * (by default the host of the URL).
 */
#ifndef MONITOR_INVENTORY_INVENTORY_H
#define MONITOR_INVENTORY_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "monitor/inventory/inventory_url.h"

enum inventory_kind { INVENTORY_SITES, INVENTORY_DEVICES, INVENTORY_FEEDS };

/* A column that a row gave (a bit in `given`); what it did not give stays as
 * it is. Also the fields a change changes. */
#define INVENTORY_NAME 1u
#define INVENTORY_SITE 2u /* of a feed; for a site: its path */
#define INVENTORY_DEVICE 4u
#define INVENTORY_URL 8u
#define INVENTORY_USER 16u
#define INVENTORY_PASSWORD 32u
#define INVENTORY_TRANSPORT 64u
#define INVENTORY_VISIT 128u
#define INVENTORY_NO_PICTURE 256u
#define INVENTORY_CRITICALITY 512u
#define INVENTORY_TAGS 1024u
#define INVENTORY_ENABLED 2048u
#define INVENTORY_UUID 4096u
#define INVENTORY_ZONE 8192u
#define INVENTORY_CONTACT 16384u
#define INVENTORY_ADDRESS 32768u
#define INVENTORY_SESSIONS 65536u
#define INVENTORY_QUIRKS 131072u
#define INVENTORY_PTZ 262144u
#define INVENTORY_DARK_HOURS 524288u
#define INVENTORY_TARGET 1048576u
#define INVENTORY_RELAY 2097152u
#define INVENTORY_CEILING 4194304u

/* Strings below are never NULL and borrowed from the inventory. `id` is the
 * store's number, 0 when not stored yet. `line` is the CSV's, 0 otherwise. */
struct inventory_site {
	int64_t id;
	uint32_t given, line;
	const char *path;      /* "Region/Site", no empty part */
	const char *zone;      /* IANA time zone, "" = the parent's or UTC */
	const char *contact;   /* whom to call */
	uint32_t target_ppm;   /* of good time that is promised; 0 = that of the
				* site above */
	uint32_t ceiling_kbps; /* what its feeds may take in all; 0 = any */
};

struct inventory_device {
	int64_t id;
	uint32_t given, line;
	const char *name, *address;  /* its host */
	const char *user, *password; /* secret: never logged or listed */
	uint32_t sessions;	     /* most at once, 0 = no limit */
	uint32_t quirks;	     /* WIRE_QUIRK_ */
	bool frees_late;	     /* was seen to; no column */
};

struct inventory_feed {
	int64_t id;
	uint32_t given, line;
	uint8_t uuid[16];		  /* all 0 = none given */
	const char *name, *site, *device; /* device: "" = the url's host */
	const char *url;		  /* without credentials */
	const char *relay; /* fetched from there instead; "" = from url */
	const char *tags;  /* sorted, comma-separated */
	uint8_t transport; /* enum wire_transport */
	uint32_t visit_s, visit_every_s; /* 0, 0 = held */
	bool no_picture, enabled;
	bool ptz; /* it is turned and zoomed: another view is no fault */
	const char *dark_hours; /* of the site's day, as dark_hours.h prints */
	uint8_t criticality;	/* 1 low .. 5 vital, 3 by default */
};

struct inventory {
	struct inventory_site *sites;
	struct inventory_device *devices;
	struct inventory_feed *feeds;
	size_t site_count, device_count, feed_count;
	struct inventory_arena *arena; /* owns the strings */
};

/* Mistakes as text, one "file:line:column: what, expected what" a line. Bytes
 * from the file are shown escaped; passwords never. Beyond 200 only counted. */
struct inventory_mistakes {
	char *text; /* owned, NULL = none */
	size_t length, count, listed;
	struct inventory_mistake { /* line, column: 0 = not known; at: of the */
		size_t line, column, at, length; /* sentence, in text */
	} * list;				 /* owned; `listed` of them */
};

struct inventory *inventory_new(void); /* NULL: no memory */
void inventory_free(struct inventory **inv);
void inventory_mistakes_fini(struct inventory_mistakes *m);
/* A copy that lives as long as inv; NULL: no memory. */
const char *inventory_string(struct inventory *inv, const char *s);
/* Append one record with defaults; NULL: no memory. Valid until the next. */
struct inventory_site *inventory_add_site(struct inventory *inv);
struct inventory_device *inventory_add_device(struct inventory *inv);
struct inventory_feed *inventory_add_feed(struct inventory *inv);

/* Reads a whole CSV into inv (feeds also yield their sites and devices). `file`
 * is what mistakes call it. False: inv is not to be used. */
bool inventory_read(struct inventory *inv, enum inventory_kind kind,
    const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes_out);

/* The device of that name, NULL when there is none; both readers sort devices
 * by name. */
const struct inventory_device *inventory_device_of(const struct inventory *inv,
    const char *name);

/* One CSV, malloc'ed and NUL-terminated, that reads back the same. Passwords
 * only when asked for. NULL: no memory. */
char *inventory_write(const struct inventory *inv, enum inventory_kind kind,
    bool secrets);
/* One value quoted as CSV asks, and safe from formulas; snprintf's return. */
size_t inventory_quote(const char *value, char *out, size_t size);

enum inventory_change_kind {
	INVENTORY_ADD,
	INVENTORY_CHANGE,
	INVENTORY_REMOVE
};
struct inventory_change {
	enum inventory_change_kind change;
	enum inventory_kind kind;
	uint32_t fields; /* INVENTORY_*, of a CHANGE */
	int64_t id;	 /* of CHANGE, REMOVE */
	/* The record as it shall be (ADD, CHANGE: complete) or was (REMOVE). */
	struct inventory_site site;
	struct inventory_device device;
	struct inventory_feed feed;
};

struct inventory_plan {
	struct inventory_change *changes; /* in an order that can be applied */
	size_t count;
	size_t added, changed, removed, unchanged; /* of the kind asked for */
	struct inventory_arena *arena;
};

/* Fills 16 random bytes (the caller's source). */
typedef void inventory_random_fn(void *arg, uint8_t out[16]);

struct inventory_options {
	enum inventory_kind kind; /* what the file was: --prune concerns it */
	bool prune;		  /* remove what the file does not name */
	inventory_random_fn *random; /* UUIDs of new feeds */
	void *random_arg;
	const char *file; /* for mistakes */
};

/* Both inventories as inventory_read or the store's reader give them: sites by
 * path, devices by name; `current` with passwords, or each counts as new.
 * NULL when memory is out or, with mistakes_out->count > 0, when the wish
 * contradicts the current inventory (a uuid unknown here is added as given).*/
struct inventory_plan *inventory_plan_new(const struct inventory *current,
    const struct inventory *wanted, const struct inventory_options *opt,
    struct inventory_mistakes *mistakes_out);
/* The plan that removes one: a feed by uuid or "site/name", a site by path, a
 * device by name, with_feeds: and all that it serves. NULL + mistake: no such,
 * or still in use. */
struct inventory_plan *inventory_plan_remove(const struct inventory *current,
    enum inventory_kind kind, const char *what, bool with_feeds,
    struct inventory_mistakes *mistakes_out);
void inventory_plan_free(struct inventory_plan **plan);
/* Whether it is the one of that UUID or SITE/NAME. */
bool inventory_feed_is(const struct inventory_feed *f, const char *what);
/* "changed feed North/Gate 3/Cam 1: url, tags": no credentials. */
size_t inventory_change_text(const struct inventory_change *c, char *out,
    size_t size);

/* The device that is asked for the feed, whose login and limits count: its own,
 * or the one named as its relay's host is. */
void inventory_feed_asks(const struct inventory_feed *f,
    char out[LIMIT_NAME_BYTES]);
/* Random bytes -> a version 4 UUID. */
void inventory_uuid_make(const uint8_t random[16], uint8_t uuid_out[16]);
/* Exactly a UUID's letters, and not the one of zeros; else uuid_out stays. */
bool inventory_uuid_parse(const char *text, uint8_t uuid_out[16]);
/* The word for an enum wire_transport; "auto" for what is none. */
const char *inventory_transport(unsigned transport);

#endif
