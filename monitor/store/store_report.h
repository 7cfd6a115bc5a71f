/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_report.h: the database -> rows of a report, as of a moment. Read-only;
 * each call is a short transaction of its own, so that the writer's checkpoints
 * never wait for a report; what was written after the moment, also between two
 * calls, is taken back from what is read (`seq`, `as_of_utc`), by the ledger's
 * lines where rows alone can't tell. Called by monitor/report; rows are
 * borrowed as in store_read.h.
 */
#ifndef MONITOR_STORE_STORE_REPORT_H
#define MONITOR_STORE_STORE_REPORT_H

#include "monitor/store/store_read.h"

/* The moment. */
struct store_stand {
	int64_t as_of_utc, seq; /* newest line then, 0 = none */
	bool alive;
	int64_t heartbeat_utc; /* up to which open intervals are true */
	int64_t oldest_utc;    /* before it nothing is known, or kept */
	int64_t base;	       /* lines of an older camwarden */
	char origin[37], head[65];
};
/* as_of 0: now (a running monitor's last heartbeat), and its newest line. */
bool store_read_stand(struct store_reader *r, int64_t as_of_utc, int64_t seq,
    struct store_stand *out);

struct store_epoch_row {
	int64_t id, start_utc,
	    end_utc; /* ends at the moment, or the heartbeat */
	const char *reason;
};
typedef bool store_epoch_fn(void *arg, const struct store_epoch_row *row);
bool store_read_epochs(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_epoch_fn *fn, void *arg);

struct store_place_row { /* a site, also one that was removed */
	int64_t id, parent;
	const char *path, *zone, *contact;
	uint32_t target_ppm; /* 0 = that of the site above */
	bool removed;
};
typedef bool store_place_fn(void *arg, const struct store_place_row *row);
bool store_read_places(struct store_reader *r, const struct store_stand *s,
    store_place_fn *fn, void *arg);

struct store_camera_row { /* a feed, also one that was removed */
	int64_t id, site;
	const uint8_t *uuid; /* 16 bytes */
	const char *name, *tags;
	uint8_t criticality;
	bool no_picture, enabled, removed;
	int64_t active_utc; /* last watched from */
};
typedef bool store_camera_fn(void *arg, const struct store_camera_row *row);
/* By site's path and name. */
bool store_read_cameras(struct store_reader *r, const struct store_stand *s,
    store_camera_fn *fn, void *arg);

struct store_span_row {
	int64_t start_utc, end_utc,
	    since_utc; /* end: of an open one see stand */
	enum state state;
	enum cause cause;
	uint64_t causes;
};
typedef bool store_span_fn(void *arg, const struct store_span_row *row);
/* A feed's intervals within these epochs (in order) that touch [from, to), in
 * the order in which they stand over each other: the later one counts. */
bool store_read_spans(struct store_reader *r, const struct store_stand *s,
    int64_t feed, const int64_t *epochs, size_t count, int64_t from_utc,
    int64_t to_utc, store_span_fn *fn, void *arg);

struct store_weekly_row { /* an overlay, as it was then */
	struct store_overlay_row overlay;
	int64_t seq;
	uint8_t days;
	uint16_t begin_minute, end_minute;
	const char *zone;
};
typedef bool store_weekly_fn(void *arg, const struct store_weekly_row *row);
bool store_read_weekly(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_weekly_fn *fn, void *arg);

struct store_shot { /* a picture; id 0: there is none */
	int64_t id, utc;
	char sha256[65];
};
struct store_trouble_row {
	struct store_incident_row incident; /* as it was then */
	const char *room_name;
	struct store_shot before, after, recovered;
};
typedef bool store_trouble_fn(void *arg, const struct store_trouble_row *row);
/* Incidents that touch [from, to), by since and number. */
bool store_read_troubles(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_trouble_fn *fn, void *arg);

struct store_deed_row {
	int64_t seq, utc, feed;
	const char *kind, *actor, *body;
	bool expired; /* actor and body were deleted by their age */
};
typedef bool store_deed_fn(void *arg, const struct store_deed_row *row);
/* Lines of [from, to) that are neither the judge's nor of those who watch. */
bool store_read_deeds(struct store_reader *r, const struct store_stand *s,
    int64_t from_utc, int64_t to_utc, store_deed_fn *fn, void *arg);
/* The newest line of such a kind (a glob) before from_utc, if there is one. */
bool store_read_deed_before(struct store_reader *r, const struct store_stand *s,
    const char *kind, int64_t from_utc, store_deed_fn *fn, void *arg);

struct store_past_row { /* what a line says of a feed, from then on */
	int64_t feed, utc;
	const char *tags, *site; /* NULL: it was deleted by its age */
};
typedef bool store_past_fn(void *arg, const struct store_past_row *row);
/* Feeds that were added or changed at from_utc or later, also after the moment:
 * of each the lines that say so, newest first, with the one before from_utc. */
bool store_read_pasts(struct store_reader *r, int64_t from_utc,
    store_past_fn *fn, void *arg);

struct store_witness_row {
	int64_t checkpoint_utc, checkpoint_size; /* 0 = none yet */
	uint8_t root[32];
	int64_t receipt_utc, receipt_size; /* 0 = not witnessed */
	int64_t covers_utc; /* when that receipt's checkpoint was made */
	int receipt_kind;
	const char *witness;
};
typedef void store_witness_fn(void *arg, const struct store_witness_row *row);
bool store_read_witness(struct store_reader *r, const struct store_stand *s,
    store_witness_fn *fn, void *arg);

#endif
