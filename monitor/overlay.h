/* SPDX-License-Identifier: GPL-3.0-or-later */
/* overlay.h: what a person wishes of maintenance and mutes -> an overlay that
 * the store takes, or why not; and which are in force now. A wish is a person's
 * or a client's and may be anything. Called by the monitor, by the CLI without
 * one, and by the reader. Whether one is in force is report/excuse's word, the
 * same that the report goes by, so that the two can't differ.
 */
#ifndef MONITOR_OVERLAY_H
#define MONITOR_OVERLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/store/store.h"
#include "monitor/store/store_read.h"
#include "monitor/zones.h"

#define OVERLAY_DAYS_MOST 90 /* one-off */
#define OVERLAY_WEEKLY_DAYS_MOST 400
#define OVERLAY_REASON_BYTES 500u
#define OVERLAY_TEXT_BYTES 300u

struct overlay_wish {
	bool mute; /* else maintenance */
	/* One of them, the others "". feed: SITE/NAME or UUID. */
	const char *feed, *site, *tag;
	int64_t from_utc, to_utc;	   /* from 0: now */
	uint8_t days;			   /* bit 0 = Monday; 0: one-off */
	uint16_t begin_minute, end_minute; /* local; end <= begin: next day */
	const char *actor, *reason;
};

struct overlay_plan {
	struct store_overlay overlay; /* borrows from the wish and from zone */
	char zone[ZONES_NAME_BYTES];
	char text[OVERLAY_TEXT_BYTES]; /* refused: why; else what to know, or
					* "" */
};

/* True: p->overlay may be posted. agency: the zone of tags, "" = UTC. */
bool overlay_plan(struct store_reader *r, const struct overlay_wish *wish,
    const char *agency, int64_t now_utc, struct overlay_plan *p);
/* Only where it is: in p->overlay.feed, .site and p->zone. */
bool overlay_place(struct store_reader *r, const struct overlay_wish *wish,
    const char *agency, struct overlay_plan *p);

/* "mon-fri 22:00-23:00" */
bool overlay_weekly_parse(const char *text, struct overlay_wish *wish);
/* The same back; out of 64 bytes. */
void overlay_weekly_print(uint8_t days, unsigned begin_minute,
    unsigned end_minute, char out[64]);

/* In force at that moment. A store_holds_fn; zones: struct zones. */
bool overlay_holds(void *zones, const struct store_overlay_row *row,
    int64_t utc_us);
/* Of what it is: "North/Gate 3", "site North", "tag night"; out. */
void overlay_of(const struct store_overlay_row *row, char *out, size_t size);

#endif
