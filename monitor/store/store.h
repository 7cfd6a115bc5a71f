/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store.h: facts -> the database. The writer's side: typed operations posted by
 * the main thread to one writer thread that owns the only writing connection
 * and commits batches (every 250 ms or 500 operations; at once when one asks
 * for confirmation), each change with its event row in one transaction.
 *
 * All functions are for one thread (the main one). None blocks on the disk
 * except store_open, store_drain and store_close. Times *_us are
 * CLOCK_MONOTONIC of this boot; the store turns them into UTC with the epoch's
 * anchor. Every argument is copied. docs/formats.md describes the schema.
 */
#ifndef MONITOR_STORE_STORE_H
#define MONITOR_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "monitor/store/store_incident.h"

struct store;
struct store_head; /* store_ledger.h */
struct inventory_plan;

#define STORE_FILE "camwarden.db" /* in the state directory */
#define STORE_ERROR_BYTES 256

/* Of long work, told now and then; all 0 = the end is not known, done counts
 * seconds. False: stop, leave nothing (where that is possible). */
typedef bool store_progress_fn(void *arg, const char *what, uint64_t done,
    uint64_t all);
struct store_progress { /* call may be NULL */
	store_progress_fn *call;
	void *arg;
};

struct store_config {
	const char *dir; /* state directory; made when missing, mode 0700 */
	bool tool;	 /* CLI while no monitor runs: no epoch, no heartbeat */
	const char *actor;	 /* who starts it, for the events */
	const char *vfs;	 /* NULL = the system's (tests inject faults) */
	int64_t mono_us, utc_us; /* now; both 0 = read the clocks */
	uint32_t queue_ops;	 /* bound of the queue, 0 = 65536 */
	/* retention, 0 = for ever */
	uint32_t keep_interval_days, keep_event_days, keep_rollup_days;
	uint32_t keep_thumbnail_days, keep_people_days;
	uint64_t keep_bytes; /* whole database; thumbnails go first */
	/* Of the keys that seal passwords; NULL, "": found (secrets/keys.h). */
	const char *key_file;
	struct store_progress progress; /* of a database brought up to date */
};

/* What came of an operation that asked. */
struct store_result {
	bool ok;
	bool later;	   /* only the disk is to blame: ask again */
	const char *error; /* for a person; borrowed; "" when ok */
	int64_t id;	   /* row made or changed, 0 = none */
	int64_t seq;	   /* of its (last) event */
	uint32_t changes;  /* rows of an inventory plan applied */
	const struct store_head *head; /* of store_head; else NULL */
};
typedef void store_done_fn(void *arg, const struct store_result *r);
struct store_done {	     /* NULL pointer = no confirmation wanted */
	store_done_fn *call; /* from store_dispatch or store_drain */
	void *arg;
};

struct store_calls { /* any may be NULL; called from store_dispatch */
	/* Inventory committed: reload what you hold of it. */
	void (*on_inventory)(void *arg, uint64_t revision);
	/* Verdicts were lost (queue full): post every feed's verdict again. */
	void (*on_resync)(void *arg);
	/* Health changed (first failure, recovery). */
	void (*on_health)(void *arg);
	void *arg;
	/* The floor, or a token, is committed: likewise. */
	void (*on_floor)(void *arg);
	/* This became of an incident, and is committed. */
	void (*on_incident)(void *arg, int64_t incident,
	    enum store_incident_news what);
	/* A user, a log-in, or a token: likewise. */
	void (*on_people)(void *arg);
};

/* Somebody has this directory open for writing. */
bool store_in_use(const char *dir);
/* Takes the lock, opens, migrates, closes what an earlier run left open at its
 * last heartbeat and fills the time since with unknown: monitor-off; then (not
 * as tool) opens an epoch in which every enabled feed is unknown: learning.
 * NULL: error_out says why in a sentence. */
struct store *store_open(const struct store_config *config,
    const struct store_calls *calls, char error_out[STORE_ERROR_BYTES]);
/* When the run before was last alive, if it was not stopped in order; else 0.
 */
int64_t store_left_utc(const struct store *s);
/* Waits for what is posted, writes a last heartbeat (readers show monitor-off
 * from here on), frees. */
void store_close(struct store **s);
/* Readable when store_dispatch has work. */
int store_fd(const struct store *s);
void store_dispatch(struct store *s);
/* Waits until all posted is committed or timeout; dispatches. False: not all.*/
bool store_drain(struct store *s, uint32_t timeout_ms);

struct store_health {
	bool failing;	/* the last commit failed; being retried */
	bool low_space; /* little is left on the disk: no thumbnails are kept */
	char error[STORE_ERROR_BYTES]; /* the last one */
	uint64_t failures, commits, events;
	uint64_t ops_dropped, thumbnails_dropped;
	uint32_t queued; /* operations waiting */
	int64_t last_commit_us;
	int64_t last_try_us; /* when a commit last ended, well or not */
	uint64_t wal_pages;
};
void store_health(struct store *s, struct store_health *out);

/* All operations below: false = not accepted (queue full, or no memory); then
 * done is not called. */

struct store_verdict {
	int64_t feed;
	enum state state;
	enum cause cause;
	uint64_t causes; /* bit n = cause n */
	uint8_t confidence;
	int64_t since_us, at_us;
	const char *evidence; /* JSON */
};
bool store_verdict(struct store *s, const struct store_verdict *v,
    const struct store_done *done);

enum store_thumbnail_kind {
	STORE_LAST_GOOD = 1,
	STORE_FIRST_BAD = 2,
	STORE_CURRENT = 3,
	STORE_RECOVERED = 4,
	STORE_REFERENCE = 5 /* of a feed that has one; else refused */
};
struct store_thumbnail {
	int64_t feed;
	enum store_thumbnail_kind kind;
	int64_t at_us;	  /* arrival of the picture */
	int64_t incident; /* FIRST_BAD, RECOVERED; else 0 */
	uint16_t width, height;
	const void *png;
	size_t length;
};
/* One CURRENT, REFERENCE and free LAST_GOOD are kept per feed, the newest.
 * Refused for a feed marked no-picture. Dropped first when the disk fails. */
bool store_thumbnail(struct store *s, const struct store_thumbnail *t,
    const struct store_done *done);

/* Maintenance and mutes: store_overlay.h. */

/* A ten-minute slot of the feed, named by any time within it. */
struct store_rollup {
	int64_t feed;
	int64_t at_us;
	uint32_t fps_milli, kbps, loss_ppm;
};
bool store_rollup(struct store *s, const struct store_rollup *r);

enum store_learned_kind { STORE_LEARNED_JUDGE = 1, STORE_LEARNED_WIRE = 2 };
bool store_learned(struct store *s, int64_t feed, enum store_learned_kind kind,
    const void *bytes, size_t length);

/* Every second: proof that the main loop lives. More than STORE_GAP_US since
 * the last committed one: that time becomes unknown: monitor-off. */
#define STORE_GAP_US 3000000
bool store_heartbeat(struct store *s, int64_t mono_us);

/* A clock step: every interval is closed and opened again in a new epoch.
 * UTC = anchor + monotonic from mono_us on. */
bool store_epoch(struct store *s, int64_t anchor_us, int64_t mono_us,
    const char *reason, const struct store_done *done);

/* Applies the plan as one change, or nothing of it. `revision` is that of the
 * inventory the plan was made against (store_read_revision); another one now
 * is an error, so that two imports never mix. The plan is given. */
bool store_inventory(struct store *s, struct inventory_plan *plan,
    uint64_t revision, const char *actor, const char *reason,
    const struct store_done *done);

/* The file of keys is read anew. actor: "" = nothing more; else all that its
 * first key did not seal is sealed with it (`changes`), but for what none of
 * them opens (`id` counts them). */
bool store_keys(struct store *s, const char *actor, const char *reason,
    const struct store_done *done);

/* A plain event: start, stop, reload, login. body: a JSON object. */
bool store_event(struct store *s, int64_t at_us, const char *kind,
    const char *actor, const char *body, const struct store_done *done);

#endif
