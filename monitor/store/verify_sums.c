/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hourly sums of what was watched, made anew from the intervals: as
 * watched_hours.c makes them, and by the same means. */
#include <stdlib.h>
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/sight.h"
#include "monitor/store/store_verify.h"

#define DAY_US (WATCHED_DAY_HOURS * WATCHED_HOUR_US)
#define DAYS_MOST 40000 /* a century: a database may say anything */

struct sums {
	struct store_reader *r;
	const struct store_verify_sums *ask;
	int64_t since, frontier; /* hours between them were summed */
	int64_t alive;
	int64_t *hours;
	size_t count, room;
};

static void
hour_add(struct sums *s, int64_t hour)
{
	if (s->count >= (size_t)DAYS_MOST * WATCHED_DAY_HOURS)
		return;
	if (s->count == s->room) {
		size_t room = s->room * 2 + 256;
		int64_t *grown = realloc(s->hours, room * sizeof(*grown));

		if (grown == NULL) {
			db_fail(&s->r->db, SQLITE_NOMEM, "out of memory");
			return;
		}
		s->hours = grown;
		s->room = room;
	}
	s->hours[s->count++] = hour;
}

static bool
lived(struct sums *s, int64_t hour)
{
	return db_int(&s->r->db, 0,
	    "SELECT EXISTS(SELECT 1 FROM epoch WHERE start < ?1"
	    " AND (end IS NULL OR end > ?2) AND reason <> 'monitor-off')",
	    "ii", hour + WATCHED_HOUR_US, hour);
}

static bool
summed(const struct sums *s, int64_t hour)
{
	return hour >= s->since && hour < s->frontier;
}

/* Hours of which a sum is there, and those of which one should be. */
static void
hours_find(struct sums *s)
{
	struct db *db = &s->r->db;
	sqlite3_stmt *st = db_query(db,
	    "SELECT day FROM watched_day WHERE day BETWEEN 0 AND 2900000"
	    " GROUP BY day LIMIT 40000",
	    "");

	while (db_step(db, st))
		for (int k = 0; k < WATCHED_DAY_HOURS; k++)
			hour_add(s, sqlite3_column_int64(st, 0) * DAY_US +
					k * WATCHED_HOUR_US);
	size_t days = s->count;

	for (int64_t day = s->since / DAY_US;
	     day * DAY_US < s->frontier && day - s->since / DAY_US < DAYS_MOST;
	     day++) {
		size_t k = 0;

		while (k < days && s->hours[k] != day * DAY_US)
			k += WATCHED_DAY_HOURS;
		for (int i = 0; k >= days && i < WATCHED_DAY_HOURS; i++) {
			int64_t hour = day * DAY_US + i * WATCHED_HOUR_US;

			if (summed(s, hour) && lived(s, hour))
				hour_add(s, hour);
		}
	}
}

/* Which of them, if not all: at random, so that nobody knows. */
static void
hours_draw(struct sums *s)
{
	uint64_t x = s->ask->seed | 1;

	if (s->ask->most == 0 || s->count <= s->ask->most)
		return;
	for (size_t i = 0; i < s->ask->most; i++) {
		x ^= x << 13; /* xorshift64, Marsaglia 2003 */
		x ^= x >> 7;
		x ^= x << 17;
		size_t k = i + (size_t)(x % (s->count - i));
		int64_t swap = s->hours[i];

		s->hours[i] = s->hours[k];
		s->hours[k] = swap;
	}
	s->count = s->ask->most;
}

static bool
is_due(struct sums *s, int64_t hour, int64_t feed)
{
	return db_int(&s->r->db, 0,
	    "SELECT EXISTS(SELECT 1 FROM watched_due WHERE hour = ?"
	    " AND (feed = 0 OR feed = ?))",
	    "ii", hour, feed);
}

static bool
sum_read(struct sums *s, int64_t hour, int64_t feed, struct watched_day *day)
{
	struct db *db = &s->r->db;
	int64_t n = hour / WATCHED_HOUR_US;
	sqlite3_stmt *st = db_query(db,
	    "SELECT hours FROM watched_day WHERE day = ? AND feed = ?", "ii",
	    n / WATCHED_DAY_HOURS, feed);
	bool there = false;

	if (!db_step(db, st))
		return false;
	if (watched_unpack(sqlite3_column_blob(st, 0),
		(size_t)sqlite3_column_bytes(st, 0), day))
		there = day->present >> (n % WATCHED_DAY_HOURS) & 1;
	db_done(st);
	return there;
}

static void
feed_compare(struct sums *s, struct sight *sight, int64_t hour, int64_t feed,
    struct watched_day *day, bool expected)
{
	struct store_verify_sum sum = { hour, feed, STORE_SUM_SAME };
	struct watched_hour is;
	struct sight_line line;

	if (!sight_feed(sight, &s->r->db, feed, &line))
		return;
	bool due = line.from_utc < line.to_utc;
	bool there = sum_read(s, hour, feed, day);
	unsigned place = (unsigned)(hour / WATCHED_HOUR_US % WATCHED_DAY_HOURS);

	if (!there && (!due || !expected))
		return;
	if (hour >= s->frontier || is_due(s, hour, feed)) {
		/* It will be made (again): the clock went back, or the past
		 * was changed. */
		sum.is = STORE_SUM_UNPROVED;
	} else if (!there) {
		sum.is = STORE_SUM_REMOVED;
	} else if (!due) {
		sum.is = STORE_SUM_INSERTED;
	} else {
		memset(&is, 0, sizeof(is));
		watched_sum(&line.line, hour, line.from_utc, line.to_utc, &is);
		if (memcmp(&is, &day->hours[place], sizeof(is)) != 0)
			sum.is = STORE_SUM_CHANGED;
	}
	s->ask->on_sum(s->ask->arg, &sum);
}

static void
hour_compare(struct sums *s, int64_t hour, const int64_t *feeds, size_t count,
    struct watched_day *day)
{
	struct sight_ask ask = { hour, hour + WATCHED_HOUR_US, s->alive, 0 };
	bool expected = summed(s, hour) && lived(s, hour) &&
			s->ask->is_due(s->ask->arg, hour);
	bool whole = s->ask->is_whole(s->ask->arg, hour);
	struct sight *sight = whole ? sight_new(&s->r->db, &ask) : NULL;

	for (size_t i = 0; i < count && s->r->db.rc == SQLITE_OK; i++) {
		if (whole && sight != NULL) {
			feed_compare(s, sight, hour, feeds[i], day, expected);
		} else if (!whole && sum_read(s, hour, feeds[i], day)) {
			struct store_verify_sum sum = { hour, feeds[i],
				STORE_SUM_UNPROVED };

			s->ask->on_sum(s->ask->arg, &sum);
		}
	}
	sight_free(&sight);
}

/* Sums of a feed that never was. */
static void
nobodys(struct sums *s)
{
	struct db *db = &s->r->db;
	sqlite3_stmt *st = db_query(db,
	    "SELECT day, feed FROM watched_day WHERE feed NOT IN (SELECT id"
	    " FROM feed) OR day NOT BETWEEN 0 AND 2900000",
	    "");

	while (db_step(db, st)) {
		int64_t day = sqlite3_column_int64(st, 0);
		struct store_verify_sum sum = { day >= 0 && day <= 2900000
						    ? day * DAY_US
						    : 0,
			sqlite3_column_int64(st, 1), STORE_SUM_INSERTED };

		s->ask->on_sum(s->ask->arg, &sum);
	}
}

static int64_t *
feeds_read(struct db *db, size_t *count_out)
{
	int64_t n = db_int(db, 0, "SELECT count(*) FROM feed", "");
	int64_t *feeds = calloc((size_t)n + 1, sizeof(*feeds));
	sqlite3_stmt *st = db_query(db, "SELECT id FROM feed", "");
	size_t count = 0;

	if (feeds == NULL)
		db_fail(db, SQLITE_NOMEM, "out of memory");
	while (feeds != NULL && count < (size_t)n && db_step(db, st))
		feeds[count++] = sqlite3_column_int64(st, 0);
	db_done(st);
	*count_out = count;
	return feeds;
}

static int64_t
meta(struct db *db, const char *key)
{
	int64_t v =
	    db_int(db, 0, "SELECT value FROM meta WHERE key = ?", "s", key);

	return v > 0 && v < 2900000 * DAY_US ? v : 0;
}

/* No line says since when watching is counted; who moves that on makes all
 * before it neither watched nor unwatched. It is the first screen's beginning,
 * and its displays tile from there on. (A clock that is set back within an hour
 * leaves it.) */
static int64_t
hidden_from(struct sums *s)
{
	int64_t first =
	    db_int(&s->r->db, 0, "SELECT min(start) FROM display", "");

	return first > 0 && (s->since == 0 ||
				s->since > first - first % WATCHED_HOUR_US)
		   ? first
		   : 0;
}

bool
store_verify_sums(struct store_reader *r, const struct store_verify_sums *ask,
    struct store_verify_hours *hours_out)
{
	struct sums s = { .r = r, .ask = ask };
	struct watched_day *day = malloc(sizeof(*day));
	size_t count;
	int64_t *feeds = feeds_read(&r->db, &count);

	s.frontier = meta(&r->db, "watched_hour");
	s.since = meta(&r->db, "watched_since");
	s.since -= s.since % WATCHED_HOUR_US;
	s.alive = db_int(&r->db, 0, "SELECT utc FROM heartbeat", "");
	hours_out->hidden_from = hidden_from(&s);
	nobodys(&s);
	hours_find(&s);
	hours_out->there = s.count;
	hours_draw(&s);
	hours_out->looked = s.count;
	for (size_t i = 0; i < s.count && day != NULL && feeds != NULL; i++)
		hour_compare(&s, s.hours[i], feeds, count, day);
	free(s.hours);
	free(feeds);
	free(day);
	return day != NULL && r->db.rc == SQLITE_OK;
}
