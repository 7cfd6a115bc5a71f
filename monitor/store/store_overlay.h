/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_overlay.h: maintenance and mutes, written and read. Part of store.h
 * and store_read.h; their rules hold.
 */
#ifndef MONITOR_STORE_STORE_OVERLAY_H
#define MONITOR_STORE_STORE_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

struct store;
struct store_done;
struct store_reader;

/* --- written */

enum store_overlay_kind { STORE_MAINTENANCE = 1, STORE_MUTE = 2 };
struct store_overlay {
	enum store_overlay_kind kind;
	int64_t feed, site; /* one of them, or both 0 with a tag */
	const char *tag;
	int64_t from_utc, to_utc;
	const char *actor, *reason; /* neither empty */
	/* Weekly: days, bit 0 = Monday (0: one-off); minutes of the local day
	 * of that zone, end <= begin: past midnight. */
	uint8_t days;
	uint16_t begin_minute, end_minute;
	const char *zone; /* NULL = "" */
};
bool store_overlay(struct store *s, const struct store_overlay *o,
    const struct store_done *done);
/* kind: it must be one of these; 0 = either. */
bool store_overlay_end(struct store *s, int64_t id, int kind, int64_t to_utc,
    const char *actor, const char *reason, const struct store_done *done);

/* --- read */

struct store_overlay_row {
	int64_t id, feed, site;
	int kind; /* enum store_overlay_kind */
	const char *tag, *actor, *reason;
	int64_t from_utc, to_utc, created_utc;
	int64_t seq;			   /* its ledger line; 0 = an old one */
	uint8_t days;			   /* weekly: bit 0 = Monday */
	uint16_t begin_minute, end_minute; /* local, of zone */
	const char *zone;
	const char *feed_name, *site_path; /* SITE/NAME; "" = not that */
	const char *feed_site, *feed_uuid; /* of the feed; "" = of none */
};
/* Whether one is in force at that moment. */
typedef bool store_holds_fn(void *arg, const struct store_overlay_row *row,
    int64_t utc_us);
/* How store_read_feeds tells which weekly ones are in force; until it is said,
 * none is. */
void store_reader_holds(struct store_reader *r, store_holds_fn *fn, void *arg);
typedef bool store_overlay_fn(void *arg, const struct store_overlay_row *row);
bool store_read_overlays(struct store_reader *r, int64_t from_utc,
    int64_t to_utc, store_overlay_fn *fn, void *arg);

#endif
