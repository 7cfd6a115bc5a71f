/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is too old goes, in small steps; then, while the database is too large,
 * pictures of incidents, roll-ups, and intervals older than 30 days, oldest
 * first. Incidents, overlays and the inventory never go. Each step that
 * deletes something is an event. */
#include <stdio.h>

#include "monitor/store/json.h"
#include "monitor/store/writer.h"

#define STEP 500
#define DAY_US 86400000000LL

struct tally {
	int64_t intervals, events, rollups, thumbnails;
	int64_t presence, displays, watched, prompts;
};

static int64_t
changed(struct writer *w)
{
	return w->db.rc == SQLITE_OK ? sqlite3_changes(w->db.h) : 0;
}

static int64_t
drop_intervals(struct writer *w, int64_t before)
{
	db_run(&w->db,
	    "DELETE FROM interval WHERE id IN (SELECT id FROM interval"
	    " WHERE end < ? ORDER BY end LIMIT 500)",
	    "i", before);
	return changed(w);
}

static int64_t
drop_displays(struct writer *w, int64_t before)
{
	db_run(&w->db,
	    "DELETE FROM display WHERE id IN (SELECT id FROM display"
	    " WHERE end < ? ORDER BY end LIMIT 500)",
	    "i", before);
	return changed(w);
}

/* What is told of people, and the sums made of it, goes with the intervals. */
static void
drop_people(struct writer *w, int64_t before, struct tally *t)
{
	t->displays += drop_displays(w, before);
	db_run(&w->db,
	    "DELETE FROM presence WHERE id IN (SELECT id FROM presence"
	    " WHERE end < ? ORDER BY end LIMIT 500)",
	    "i", before);
	t->presence += changed(w);
	db_run(&w->db,
	    "DELETE FROM prompt WHERE id IN (SELECT id FROM prompt"
	    " WHERE asked < ? ORDER BY asked LIMIT 500)",
	    "i", before);
	t->prompts += changed(w);
	db_run(&w->db,
	    "DELETE FROM watched_day WHERE (day, feed) IN (SELECT day, feed"
	    " FROM watched_day WHERE day < ? ORDER BY day LIMIT 500)",
	    "i", before / DAY_US);
	t->watched += changed(w);
	/* An hour that can't be summed any more is not due either. */
	db_run(&w->db, "DELETE FROM watched_due WHERE hour < ?", "i", before);
}

static int64_t
drop_rollups(struct writer *w, int64_t before)
{
	db_run(&w->db,
	    "DELETE FROM rollup WHERE id IN (SELECT id FROM rollup"
	    " WHERE id < ? ORDER BY id LIMIT 500)",
	    "i", before / DAY_US << 24);
	return changed(w);
}

static int64_t
drop_thumbnails(struct writer *w, int64_t before)
{
	db_run(&w->db,
	    "DELETE FROM thumbnail WHERE id IN (SELECT id FROM thumbnail"
	    " WHERE incident IS NOT NULL AND utc < ? ORDER BY utc LIMIT 50)",
	    "i", before);
	return changed(w);
}

/* The chain is only ever shortened at its old end. */
static int64_t
drop_events(struct writer *w, int64_t before)
{
	int64_t first = db_int(&w->db, 0, "SELECT min(seq) FROM event", "");
	int64_t kept = db_int(&w->db, first,
	    "SELECT seq FROM event WHERE seq < ?1 + 500 AND utc >= ?2"
	    " ORDER BY seq LIMIT 1",
	    "ii", first, before);

	if (kept == first &&
	    db_int(&w->db, before, "SELECT utc FROM event WHERE seq = ?", "i",
		first) < before)
		kept = first + STEP;
	if (kept > w->at.seq) /* the newest stays: the chain goes on from it */
		kept = w->at.seq;
	db_run(&w->db, "DELETE FROM event WHERE seq < ?", "i", kept);
	return changed(w);
}

static void
by_age(struct writer *w, int64_t now, struct tally *t)
{
	if (w->keep_interval_days > 0) {
		int64_t before = now - w->keep_interval_days * DAY_US;

		t->intervals += drop_intervals(w, before);
		drop_people(w, before, t);
	}
	if (w->keep_rollup_days > 0)
		t->rollups +=
		    drop_rollups(w, now - w->keep_rollup_days * DAY_US);
	if (w->keep_thumbnail_days > 0)
		t->thumbnails +=
		    drop_thumbnails(w, now - w->keep_thumbnail_days * DAY_US);
	if (w->keep_event_days > 0)
		t->events += drop_events(w, now - w->keep_event_days * DAY_US);
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
	int64_t n;

	if (w->keep_bytes == 0 || used_bytes(w) <= w->keep_bytes)
		return;
	t->thumbnails += n = drop_thumbnails(w, now);
	if (n > 0)
		return;
	t->rollups += n = drop_rollups(w, now - DAY_US);
	if (n > 0)
		return;
	t->intervals += n = drop_intervals(w, now - 30 * DAY_US);
	if (n == 0)
		t->displays += drop_displays(w, now - 30 * DAY_US);
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
	bool some = t.intervals + t.events + t.rollups + t.thumbnails +
			t.presence + t.displays + t.watched + t.prompts >
		    0;

	if (some) {
		json_number(&j, "intervals", t.intervals);
		json_number(&j, "events", t.events);
		json_number(&j, "rollups", t.rollups);
		json_number(&j, "thumbnails", t.thumbnails);
		json_number(&j, "presence", t.presence);
		json_number(&j, "displays", t.displays);
		json_number(&j, "watched", t.watched);
		json_number(&j, "prompts", t.prompts);
		event_append(w, mono_us, "retention", "camwarden", 0,
		    json_close(&j));
	}
	if (db_script(&w->db, "COMMIT"))
		return some;
	if (!sqlite3_get_autocommit(w->db.h))
		sqlite3_exec(w->db.h, "ROLLBACK", NULL, NULL, NULL);
	w->at = before;
	return false;
}
