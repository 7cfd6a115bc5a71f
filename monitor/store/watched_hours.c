/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/watched_hours.h"

#include "common/clock.h"
#include "monitor/presence/watched.h"
#include "monitor/store/sight.h"
#include "monitor/store/writer.h"

#define STEP_US 12000 /* of the writer's time */
#define FEEDS_AT_ONCE 16
#define DAY_US (WATCHED_DAY_HOURS * WATCHED_HOUR_US)

static int64_t
hour_of(int64_t utc)
{
	return utc - utc % WATCHED_HOUR_US;
}

static void
meta_set(struct writer *w, const char *key, int64_t value)
{
	db_run(&w->db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)",
	    "si", key, value);
}

static void
frontier_set(struct writer *w, int64_t hour)
{
	w->at.watched_hour = hour;
	meta_set(w, "watched_hour", hour);
}

/* A clock was set back: hours before `top` were summed, and are to be again
 * only where this epoch or a later one runs. */
static void
again_set(struct writer *w, int64_t top, int64_t epoch)
{
	if (w->at.watched_top == top && w->at.watched_epoch == epoch)
		return;
	w->at.watched_top = top;
	w->at.watched_epoch = epoch;
	meta_set(w, "watched_top", top);
	meta_set(w, "watched_epoch", epoch);
}

void
watched_begin(struct writer *w, int64_t utc)
{
	if (w->at.watched_hour != 0)
		return;
	frontier_set(w, hour_of(utc));
	meta_set(w, "watched_since", utc);
}

void
watched_recover(struct writer *w)
{
	w->at.watched_hour = db_int(&w->db, 0,
	    "SELECT value FROM meta WHERE key = 'watched_hour'", "");
	w->at.watched_top = db_int(&w->db, 0,
	    "SELECT value FROM meta WHERE key = 'watched_top'", "");
	w->at.watched_epoch = db_int(&w->db, 0,
	    "SELECT value FROM meta WHERE key = 'watched_epoch'", "");
}

void
watched_mark(struct writer *w, int64_t feed, int64_t utc)
{
	if (utc >= w->at.watched_hour || w->at.watched_hour == 0)
		return;
	/* What is held in memory was read before. */
	if (feed == 0)
		sight_free(&w->sight);
	for (int64_t h = hour_of(utc); h < w->at.watched_hour;
	     h += WATCHED_HOUR_US)
		db_run(&w->db,
		    "INSERT OR REPLACE INTO watched_due(hour, feed, after)"
		    " VALUES(?, ?, 0)",
		    "ii", h, feed);
}

void
watched_clock(struct writer *w, int64_t utc)
{
	if (w->at.watched_hour == 0 || hour_of(utc) >= w->at.watched_hour)
		return;
	sight_free(&w->sight);
	if (w->at.watched_hour > w->at.watched_top)
		again_set(w, w->at.watched_hour,
		    w->at.watched_top != 0 ? w->at.watched_epoch : w->at.epoch);
	frontier_set(w, hour_of(utc));
	/* What a wrong clock put into the future has begun by now. */
	db_run(&w->db,
	    "UPDATE meta SET value = min(value, ?) WHERE key ="
	    " 'watched_since'",
	    "i", utc);
}

/* Where nobody lived there is nothing to sum (clocks jump by years), and an
 * hour without a sum is unknown; but one that has a sum of before the clock was
 * set back is unknown only when it was summed again. */
#define RUNS_IN                                                                \
	" FROM epoch WHERE id >= ?3 AND start < ?1"                            \
	" AND (end IS NULL OR end > ?2)"                                       \
	" AND (reason <> 'monitor-off' OR EXISTS(SELECT 1 FROM watched_day"    \
	"  WHERE ?3 > 0 AND day = ?4))"
#define BEGINS_FROM                                                            \
	"SELECT min(at) FROM (SELECT start AS at FROM epoch WHERE id >= ?2"    \
	" AND start >= ?1 AND reason <> 'monitor-off' UNION ALL"               \
	" SELECT max(?1, ?3 * (SELECT min(day) FROM watched_day"               \
	"  WHERE day >= ?1 / ?3)) WHERE ?2 > 0 AND EXISTS(SELECT 1 FROM epoch" \
	"  WHERE id >= ?2 AND end > ?1 AND reason = 'monitor-off'))"

/* The hour after the frontier is due. */
static void
frontier_move(struct writer *w)
{
	int64_t hour = w->at.watched_hour, next = hour + WATCHED_HOUR_US;
	int64_t top = w->at.watched_top;
	int64_t since = hour < top ? w->at.watched_epoch : 0;

	if (db_int(&w->db, 0, "SELECT EXISTS(SELECT 1" RUNS_IN ")", "iiii",
		next, hour, since, hour / DAY_US) != 0) {
		db_run(&w->db,
		    "INSERT OR REPLACE INTO watched_due(hour, feed, after)"
		    " VALUES(?, 0, 0)",
		    "i", hour);
	} else {
		int64_t start = db_int(&w->db, next, BEGINS_FROM, "iii", next,
		    since, DAY_US);

		next = hour_of(start);
		if (since > 0 && next > top)
			next = top;
	}
	if (top != 0 && next >= top)
		again_set(w, 0, 0);
	frontier_set(w, next);
}

struct due {
	int64_t hour, feed, after;
};

static bool
due_next(struct writer *w, int64_t now, struct due *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT hour, feed, after FROM watched_due WHERE hour <= ?"
	    " ORDER BY hour, feed LIMIT 1",
	    "i", now - WATCHED_HOUR_US - WATCHED_MARGIN_US);

	if (!db_step(&w->db, st))
		return false;
	out->hour = sqlite3_column_int64(st, 0);
	out->feed = sqlite3_column_int64(st, 1);
	out->after = sqlite3_column_int64(st, 2);
	db_done(st);
	return true;
}

static void
day_read(struct writer *w, int64_t day, int64_t feed, struct watched_day *out)
{
	sqlite3_stmt *st = db_query(&w->db,
	    "SELECT hours FROM watched_day WHERE day = ? AND feed = ?", "ii",
	    day, feed);

	out->present = 0;
	if (!db_step(&w->db, st))
		return;
	if (!watched_unpack(sqlite3_column_blob(st, 0),
		(size_t)sqlite3_column_bytes(st, 0), out))
		out->present = 0;
	db_done(st);
}

static void
sum_feed(struct writer *w, int64_t hour, int64_t feed)
{
	int64_t n = hour / WATCHED_HOUR_US;
	int64_t day = n / WATCHED_DAY_HOURS;
	unsigned place = (unsigned)(n % WATCHED_DAY_HOURS);
	uint8_t packed[WATCHED_DAY_BYTES];
	struct watched_day d;
	struct sight_line line;

	if (!sight_feed(w->sight, &w->db, feed, &line))
		return;
	day_read(w, day, feed, &d);
	bool there = line.from_utc < line.to_utc;

	if (!there && !(d.present >> place & 1))
		return;
	d.present &= ~((uint32_t)1 << place);
	if (there) {
		d.present |= (uint32_t)1 << place;
		watched_sum(&line.line, hour, line.from_utc, line.to_utc,
		    &d.hours[place]);
	}
	db_run(&w->db,
	    "INSERT OR REPLACE INTO watched_day(day, feed, hours)"
	    " VALUES(?, ?, ?)",
	    "iib", day, feed, packed, watched_pack(&d, packed));
}

/* Feeds from `after` on, while there is time; gives the last one done, or
 * INT64_MAX when that was all. */
static int64_t
sum_feeds(struct writer *w, const struct due *due, int64_t until_us)
{
	int64_t ids[FEEDS_AT_ONCE], after = due->after;
	size_t count;

	do {
		sqlite3_stmt *st = db_query(&w->db,
		    "SELECT id FROM feed WHERE id > ? ORDER BY id LIMIT 16",
		    "i", after);

		for (count = 0; db_step(&w->db, st); count++)
			ids[count] = sqlite3_column_int64(st, 0);
		for (size_t i = 0; i < count; i++) {
			sum_feed(w, due->hour, ids[i]);
			after = ids[i];
		}
		if (count < FEEDS_AT_ONCE)
			return INT64_MAX;
	} while (w->db.rc == SQLITE_OK && clock_mono_us() < until_us);
	return after;
}

/* The hour as everybody could see it, once for all its feeds. */
static bool
sight_ready(struct writer *w, const struct due *due)
{
	struct sight_ask ask = { due->hour, due->hour + WATCHED_HOUR_US,
		epoch_utc(w, w->at.alive_us), due->feed };

	if (w->sight != NULL && w->sight_hour == due->hour && due->feed == 0)
		return true;
	sight_free(&w->sight);
	w->sight = sight_new(&w->db, &ask);
	w->sight_hour = due->hour;
	return w->sight != NULL;
}

static void
due_do(struct writer *w, const struct due *due, int64_t until_us)
{
	int64_t after = INT64_MAX;

	if (!sight_ready(w, due))
		return;
	if (due->feed != 0) {
		sum_feed(w, due->hour, due->feed);
		sight_free(&w->sight);
	} else {
		after = sum_feeds(w, due, until_us);
	}
	if (after != INT64_MAX)
		db_run(&w->db,
		    "UPDATE watched_due SET after = ? WHERE hour = ?"
		    " AND feed = 0",
		    "ii", after, due->hour);
	else
		db_run(&w->db,
		    "DELETE FROM watched_due WHERE hour = ? AND feed = ?", "ii",
		    due->hour, due->feed);
}

bool
watched_step(struct writer *w, int64_t mono_us)
{
	int64_t now = epoch_utc(w, mono_us), until = clock_mono_us() + STEP_US;
	struct stand before = w->at;
	struct due due;

	if (w->at.epoch == 0 || w->at.watched_hour == 0)
		return false;
	bool over =
	    w->at.watched_hour + WATCHED_HOUR_US + WATCHED_MARGIN_US <= now;

	if (!over && !due_next(w, now, &due))
		return false;
	db_script(&w->db, "BEGIN IMMEDIATE");
	if (over)
		frontier_move(w);
	while (w->db.rc == SQLITE_OK && due_next(w, now, &due)) {
		due_do(w, &due, until);
		if (clock_mono_us() >= until)
			break;
	}
	if (db_script(&w->db, "COMMIT"))
		return over || due_next(w, now, &due);
	if (!sqlite3_get_autocommit(w->db.h))
		sqlite3_exec(w->db.h, "ROLLBACK", NULL, NULL, NULL);
	w->at = before;
	sight_free(&w->sight);
	return false;
}

void
watched_end(struct writer *w)
{
	sight_free(&w->sight);
}
