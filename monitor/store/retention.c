/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is too old goes, in small steps; then, while the database is too large,
 * pictures of incidents, roll-ups, and intervals older than 30 days, oldest
 * first. Incidents, overlays and the inventory never go, but the names in them
 * do. Each step that deletes something is a line of the ledger, which says up
 * to where. */
#include "monitor/store/expiry.h"

#define DAY_US 86400000000LL

/* The moment before which something is too old; 0 = it is kept for ever. */
static int64_t
limit(int64_t now, uint32_t days)
{
	return days > 0 ? now - days * DAY_US : 0;
}

/* What is told of people goes when either says so. */
static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void
if_due(struct writer *w, enum expiry what, int64_t before, struct tally *t)
{
	if (before > 0)
		expiry_step(w, what, before, t);
}

static void
by_age(struct writer *w, int64_t now, struct tally *t)
{
	int64_t intervals = limit(now, w->keep_interval_days);
	int64_t people = limit(now, w->keep_people_days);
	int64_t events = limit(now, w->keep_event_days);
	int64_t both = later(intervals, people);

	if_due(w, EXPIRY_INTERVALS, intervals, t);
	if_due(w, EXPIRY_DISPLAYS, both, t);
	if_due(w, EXPIRY_PRESENCE, both, t);
	if_due(w, EXPIRY_PROMPTS, both, t);
	if_due(w, EXPIRY_WATCHED, intervals, t);
	/* An hour that can't be summed any more is not due either. */
	if (both > 0)
		db_run(&w->db, "DELETE FROM watched_due WHERE hour < ?", "i",
		    both);
	if_due(w, EXPIRY_DISPUTES, people, t);
	if_due(w, EXPIRY_NAMES, people, t);
	if_due(w, EXPIRY_CONTENTS, people, t);
	if_due(w, EXPIRY_DELIVERIES, people, t);
	if_due(w, EXPIRY_LOGINS, people, t);
	if_due(w, EXPIRY_USERS, people, t);
	if_due(w, EXPIRY_COMMENTS, people, t);
	if_due(w, EXPIRY_HANDOVERS, people, t);
	if_due(w, EXPIRY_ROLLUPS, limit(now, w->keep_rollup_days), t);
	if_due(w, EXPIRY_THUMBNAILS, limit(now, w->keep_thumbnail_days), t);
	if_due(w, EXPIRY_EVENTS, events, t);
	if_due(w, EXPIRY_OLD_EVENTS, events, t);
	if_due(w, EXPIRY_CHECKPOINTS, events, t);
	if_due(w, EXPIRY_REPORTS, events, t);
	if_due(w, EXPIRY_ALERTS, events, t);
	if_due(w, EXPIRY_DIGESTS, events, t);
}

static uint64_t
used_bytes(struct writer *w)
{
	int64_t pages = db_int(&w->db, 0, "PRAGMA page_count", "");
	int64_t unused = db_int(&w->db, 0, "PRAGMA freelist_count", "");
	int64_t size = db_int(&w->db, 0, "PRAGMA page_size", "");

	return (uint64_t)((pages - unused) * size);
}

static void
by_size(struct writer *w, int64_t now, struct tally *t)
{
	if (w->keep_bytes == 0 || used_bytes(w) <= w->keep_bytes)
		return;
	if (expiry_step(w, EXPIRY_THUMBNAILS, now, t) > 0 ||
	    expiry_step(w, EXPIRY_ROLLUPS, now - DAY_US, t) > 0)
		return;
	if (expiry_step(w, EXPIRY_INTERVALS, now - 30 * DAY_US, t) == 0)
		expiry_step(w, EXPIRY_DISPLAYS, now - 30 * DAY_US, t);
}

bool
retention_step(struct writer *w, int64_t mono_us)
{
	int64_t now = epoch_utc(w, mono_us);
	struct tally t = { 0 };
	struct stand before = w->at;
	struct json j = json_open(w->body, sizeof(w->body));

	db_script(&w->db, "BEGIN IMMEDIATE");
	by_age(w, now, &t);
	by_size(w, now, &t);
	if (expiry_some(&t)) {
		expiry_say(&t, &j);
		event_append(w, mono_us, "retention", "camwarden", 0,
		    json_close(&j));
	}
	if (db_script(&w->db, "COMMIT"))
		return expiry_some(&t);
	if (!sqlite3_get_autocommit(w->db.h))
		sqlite3_exec(w->db.h, "ROLLBACK", NULL, NULL, NULL);
	w->at = before;
	return false;
}
