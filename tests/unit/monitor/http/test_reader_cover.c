/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Coverage, hour by hour and site by site, against the exact time lines of each
 * feed, second by second: in made worlds in which some hours have sums, some
 * are due again, and some have none. */
#include "reader_world.h"

#include "monitor/presence/watched.h"
#include "monitor/store/store_consoles.h"
#include "monitor/store/store_read_consoles.h"
#include "monitor/store/store_read_web.h"
#include "monitor/store/tiles.h"

#define FEEDS 6 /* three of each site */
#define HOURS 30

struct made {
	struct world *w;
	int64_t from, to; /* whole hours; to: now */
	unsigned seed;
};

static int
draw(struct made *m, int below)
{
	return rand_r(&m->seed) % below;
}

/* Pieces of a random length that tile [from, to); the last one is open. */
typedef void piece_fn(struct made *m, int64_t id, int64_t start, int64_t end);

static void
tile(struct made *m, int64_t id, piece_fn *fn)
{
	int64_t at = m->from - HOUR * draw(m, 3);

	while (at < m->to) {
		int64_t end = at + (1 + draw(m, 9000)) * SECOND;

		fn(m, id, at, end < m->to ? end : 0);
		at = end;
	}
}

static void
put_interval(struct made *m, int64_t id, int64_t start, int64_t end)
{
	static const int causes[] = { 0, 0, 0, 1, 12, 25, 30, 35 };
	static const int states[] = { 1, 1, 1, 3, 3, 2, 0, 0 };
	int k = draw(m, 8);

	world_sql(m->w,
	    "INSERT INTO interval(feed, epoch, start, end, since, at, state,"
	    " cause, causes, confidence, evidence) VALUES(%lld, 1, %lld,"
	    " nullif(%lld, 0), 1, 1, %d, %d, %lld, 90, '{}')",
	    id, start, end, states[k], causes[k],
	    causes[k] ? 1LL << causes[k] : 0LL);
}

static void
put_presence(struct made *m, int64_t id, int64_t start, int64_t end)
{
	world_sql(m->w,
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence) VALUES(%lld, 1, 1, %lld, nullif(%lld, 0),"
	    " 1, 1, %d, 6, '{}')",
	    id, start, end, draw(m, 3) ? 1 : draw(m, PRESENCE_COUNT));
}

static void
put_display(struct made *m, int64_t id, int64_t start, int64_t end)
{
	struct store_tile tiles[FEEDS];
	uint8_t bytes[TILES_BYTES];
	char hex[2 * TILES_BYTES + 1] = "";
	size_t n = 0, length;

	for (int64_t f = 1; f <= FEEDS; f++)
		if (draw(m, 2))
			tiles[n++] = (struct store_tile){ f,
				draw(m, 4) ? VIEW_COUNTS
					   : draw(m, VIEW_WORTH_COUNT) };
	length = tiles_pack(tiles, n, bytes);
	for (size_t i = 0; i < length; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	world_sql(m->w,
	    "INSERT INTO display(screen, console, epoch, start, end, power,"
	    " source, tiles) VALUES(%lld, %lld, 1, %lld, nullif(%lld, 0), %d,"
	    " 1, X'%s')",
	    id, id, start, end, draw(m, 5) ? 1 : draw(m, 4), hex);
}

static void
make(struct made *m)
{
	world_sql(m->w,
	    "DELETE FROM interval; DELETE FROM presence; DELETE FROM display;"
	    "DELETE FROM watched_day; DELETE FROM watched_due;"
	    "DELETE FROM console; DELETE FROM screen; DELETE FROM room;"
	    "INSERT INTO room(id, name) VALUES(1, 'r');"
	    "INSERT INTO console(id, name, room, idle_after_s, prompt_after_s,"
	    " remote_input, max_tiles, desk_still_s, created, active)"
	    " VALUES(1, 'a', 1, 300, 0, 0, 16, 600, 1, 1),"
	    " (2, 'b', 1, 300, 0, 0, 16, 600, 1, 1);"
	    "INSERT INTO screen(id, name, console, output, confirmed_by,"
	    " active) VALUES(1, 's1', 1, '', '', 1), (2, 's2', 2, '', '', 1);"
	    "BEGIN");
	for (int64_t f = 1; f <= FEEDS; f++)
		tile(m, f, put_interval);
	for (int64_t c = 1; c <= 2; c++) {
		tile(m, c, put_presence);
		tile(m, c, put_display);
	}
	/* One was added on the way, one since the first screen was declared. */
	world_sql(m->w,
	    "UPDATE feed SET created = %lld WHERE id = 2;"
	    "DELETE FROM interval WHERE feed = 2 AND start < %lld;"
	    "UPDATE meta SET value = %lld WHERE key = 'watched_since';"
	    "COMMIT",
	    m->from + 7 * HOUR + 1234 * SECOND,
	    m->from + 7 * HOUR + 1234 * SECOND,
	    m->from - draw(m, 2) * DAY + draw(m, 5) * HOUR / 3);
}

/* --- sums, as the writer makes them: of some hours, for all or some feeds */

struct line {
	struct watched_span spans[4000];
	size_t count;
};

static bool
on_span(void *arg, const struct store_watched_row *row)
{
	struct line *l = arg;

	assert_true(l->count < 4000);
	l->spans[l->count++] = (struct watched_span){ row->start_utc,
		row->end_utc, (uint8_t)row->watched };
	return true;
}

static void
read_line(struct store_reader *r, int64_t feed, int64_t from, int64_t to,
    struct line *out)
{
	out->count = 0;
	assert_true(store_read_watched(r, feed, from, to, on_span, out));
}

static int64_t
there_from(const struct made *m, int64_t feed)
{
	return feed == 2 ? m->from + 7 * HOUR + 1234 * SECOND
			 : m->from - 40 * DAY;
}

static void
put_day(struct made *m, int64_t day, int64_t feed,
    const struct watched_day *sums)
{
	uint8_t bytes[WATCHED_DAY_BYTES];
	size_t n = watched_pack(sums, bytes);
	sqlite3_stmt *st;

	sqlite3_prepare_v2(m->w->sql,
	    "INSERT INTO watched_day(day, feed, hours) VALUES(?, ?, ?)", -1,
	    &st, NULL);
	sqlite3_bind_int64(st, 1, day);
	sqlite3_bind_int64(st, 2, feed);
	sqlite3_bind_blob(st, 3, bytes, (int)n, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

static void
sum_feed(struct made *m, struct store_reader *r, int64_t feed, int64_t frontier)
{
	static struct line line;

	for (int64_t day = m->from / DAY; day * DAY < m->to; day++) {
		struct watched_day sums = { 0 };

		for (unsigned h = 0; h < 24; h++) {
			int64_t hour = day * DAY + h * HOUR;
			int64_t from = there_from(m, feed);

			if (hour + HOUR > frontier || hour < m->from - HOUR)
				continue;
			from = from > hour ? from : hour;
			if (from >= hour + HOUR)
				continue;
			read_line(r, feed, hour, hour + HOUR, &line);
			watched_sum(&(struct watched_line){ line.spans,
					line.count },
			    hour, from, hour + HOUR, &sums.hours[h]);
			sums.present |= 1u << h;
		}
		put_day(m, day, feed, &sums);
	}
}

static void
sum_some(struct made *m, struct store_reader *r)
{
	int64_t frontier = m->from + draw(m, HOURS) * HOUR;

	for (int64_t f = 1; f <= FEEDS; f++)
		sum_feed(m, r, f, frontier);
	world_sql(m->w,
	    "UPDATE meta SET value = %lld WHERE key = 'watched_hour';"
	    "INSERT OR IGNORE INTO watched_due VALUES(%lld, 0, 0),"
	    " (%lld, 3, 0)",
	    frontier, m->from + draw(m, HOURS) * HOUR,
	    m->from + draw(m, HOURS) * HOUR);
	/* A due hour's old sum may be anything. */
	world_sql(m->w, "DELETE FROM watched_day WHERE feed = 5 AND %d",
	    draw(m, 2));
	if (sqlite3_changes(m->w->sql) > 0)
		world_sql(m->w,
		    "WITH RECURSIVE h(t) AS (SELECT %lld UNION ALL SELECT t +"
		    " %lld FROM h WHERE t < %lld) INSERT OR IGNORE INTO"
		    " watched_due SELECT t, 5, 0 FROM h",
		    m->from - m->from % DAY, HOUR, m->to);
}

/* --- the comparison */

struct cells {
	int64_t us[2][HOURS + 2][WATCHED_COUNT]; /* North, South */
};

static bool
on_cover(void *arg, const struct store_cover_row *row)
{
	struct cells *c = arg;
	int site = strcmp(row->path, "South") == 0;

	assert_int_equal(row->feeds, 3);
	for (size_t i = 0; i < row->cell_count && i < HOURS + 2; i++)
		for (int k = 0; k < WATCHED_COUNT; k++)
			c->us[site][i][k] += row->cells[i].us[k];
	return true;
}

static void
slow_cover(struct made *m, struct store_reader *r, int64_t from, int64_t to,
    struct cells *out)
{
	static struct line line;
	int64_t since = 0;
	sqlite3_stmt *st;

	sqlite3_prepare_v2(m->w->sql,
	    "SELECT value FROM meta WHERE key = 'watched_since'", -1, &st,
	    NULL);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	since = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	for (int64_t f = 1; f <= FEEDS; f++) {
		int64_t begin = there_from(m, f);
		int site;

		begin = begin > since ? begin : since;
		sqlite3_prepare_v2(m->w->sql,
		    "SELECT name LIKE 'vault%' FROM feed WHERE id = ?", -1, &st,
		    NULL);
		sqlite3_bind_int64(st, 1, f);
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		site = sqlite3_column_int(st, 0);
		sqlite3_finalize(st);
		read_line(r, f, from, to, &line);
		for (size_t i = 0; i < line.count; i++)
			for (int64_t at = line.spans[i].start_us;
			     at < line.spans[i].end_us;) {
				int64_t hour = at - at % HOUR;
				int64_t end = hour + HOUR < line.spans[i].end_us
						  ? hour + HOUR
						  : line.spans[i].end_us;
				int64_t low = at > begin ? at : begin;

				if (low < end)
					out->us[site][(hour - from) / HOUR]
					       [line.spans[i].value] +=
					    end - low;
				at = end;
			}
	}
}

static unsigned met[WATCHED_COUNT]; /* hours that had some of it */

static void
compare(struct made *m, struct store_reader *r)
{
	static struct cells fast, slow;
	struct store_alive alive;
	struct store_now now;

	memset(&fast, 0, sizeof(fast));
	memset(&slow, 0, sizeof(slow));
	world_beat(m->w, 0);
	store_now(&now);
	assert_true(store_read_alive(r, &now, &alive));
	struct store_cover_ask ask = { m->from, now.utc_us, NULL };

	assert_true(store_read_cover(r, &ask, on_cover, &fast));
	slow_cover(m, r, m->from, alive.heartbeat_utc, &slow);
	for (int s = 0; s < 2; s++)
		for (int h = 0; h < HOURS + 2; h++)
			for (int k = 0; k < WATCHED_COUNT; k++) {
				met[k] += slow.us[s][h][k] > 0;
				if (fast.us[s][h][k] != slow.us[s][h][k])
					fail_msg("seed %u site %d hour %d %s: "
						 "%lld, and it was %lld",
					    m->seed, s, h, watched_name(k),
					    (long long)fast.us[s][h][k],
					    (long long)slow.us[s][h][k]);
			}
}

static void
test_cover_is_exact(void **state)
{
	struct made m = { .w = world_new(3) };
	char error[256];

	(void)state;
	m.to = clock_utc_us() / SECOND * SECOND;
	m.from = m.to - m.to % HOUR - (HOURS - 1) * HOUR;
	for (unsigned round = 1; round <= 60; round++) {
		struct store_reader *r = store_reader_open(m.w->b.dir, error);

		assert_non_null(r);
		m.seed = round;
		make(&m);
		world_sql(m.w,
		    "UPDATE meta SET value = 0 WHERE key = 'watched_hour'");
		compare(&m, r); /* no sums at all */
		sum_some(&m, r);
		compare(&m, r);
		store_reader_close(&r);
	}
	for (int k = 0; k < WATCHED_COUNT; k++)
		assert_true(met[k] > 100);
	world_free(m.w);
}

/* The same in the answer: seconds in the order that is promised, an hour before
 * anything was declared is null, and what is blind is said. */
static void
test_answer(void **state)
{
	struct world *w = world_new(1);
	json_t *j, *site, *cell;
	int64_t sum = 0;

	(void)state;
	world_sql(w,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT id, 1, %lld, 1, 1, 1, 0, 0,"
	    " 90, '{}' FROM feed;"
	    "INSERT INTO room(id, name) VALUES(1, 'r');"
	    "INSERT INTO console(id, name, room, idle_after_s, prompt_after_s,"
	    " remote_input, max_tiles, desk_still_s, created, active) VALUES(1,"
	    " 'a', 1, 300, 0, 0, 16, 600, 1, 1);"
	    "INSERT INTO presence(console, room, epoch, start, end, since, at,"
	    " state, why, evidence) VALUES(1, 1, 1, %lld, %lld, 1, 1, 1, 6,"
	    " '{}'), (1, 1, 1, %lld, NULL, 1, 1, 2, 8, '{}');"
	    "UPDATE meta SET value = %lld WHERE key = 'watched_since'",
	    w->now - 40 * DAY, w->now - 10 * HOUR, w->now - 2 * HOUR,
	    w->now - 2 * HOUR, w->now - 5 * HOUR);
	world_beat(w, 0);
	j = world_get(w, READ_COVERAGE, "hours=24");
	site = json_array_get(json_object_get(j, "sites"), 0);
	assert_string_equal(text_of(site, "site"), "North/Gate");
	assert_string_equal(text_of(site, "zone"), "UTC");
	cell = json_array_get(json_object_get(site, "cells"), 0);
	assert_true(json_is_null(cell));
	cell = json_array_get(json_object_get(site, "cells"), 22);
	assert_int_equal(json_array_size(cell), WATCHED_COUNT);
	for (size_t k = 0; k < WATCHED_COUNT; k++)
		sum += json_integer_value(json_array_get(cell, k));
	assert_int_equal(sum, 3600);
	assert_int_equal(json_integer_value(json_array_get(cell, 3)), 3600);
	json_t *blind = json_object_get(j, "blind");

	assert_int_equal(json_array_size(blind), 1);
	assert_string_equal(text_of(json_array_get(blind, 0), "why"),
	    "unattended");
	json_decref(j);
	/* While nobody recorded nobody can say. */
	world_beat(w, 30 * MINUTE);
	j = world_get(w, READ_COVERAGE, "hours=24");
	blind = json_object_get(j, "blind");
	assert_int_equal(json_array_size(blind), 2);
	assert_string_equal(text_of(json_array_get(blind, 1), "why"),
	    "unknown");
	json_decref(j);
	/* The debt of one that nobody ever saw, and how grave it is. */
	world_beat(w, 0);
	j = world_get(w, READ_DEBT, "");
	assert_int_equal(items_of(j), 2);
	int64_t gap = number_of(item_of(j, 0), "gap_s");

	assert_true(gap >= 5 * 3600 - 2 && gap <= 5 * 3600 + 60);
	assert_int_equal(number_of(item_of(j, 0), "debt"),
	    gap * number_of(item_of(j, 0), "criticality"));
	assert_true(json_is_true(json_object_get(item_of(j, 0), "never")));
	json_decref(j);
	world_free(w);
}

/* Who asks may be compromised: what its own side would refuse is made small. */
static void
test_span_is_bounded(void **state)
{
	static const uint8_t asked[] = { READ_COVERAGE, READ_UNWATCHED,
		READ_HANDOVER, READ_PRESENCES, READ_VIEWS };
	struct world *w = world_new(1);
	struct read_ask ask;
	int64_t from;

	(void)state;
	for (size_t i = 0; i < sizeof(asked); i++) {
		world_fill(w, asked[i], "", &ask);
		ask.from_utc_us = 1;
		ask.to_utc_us = READ_UTC_MOST;
		json_t *j = world_json(w, &ask);

		assert_non_null(j);
		if (read_moment(text_of(j, "from"), &from))
			assert_true(from > w->now - 32 * DAY);
		json_decref(j);
	}
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cover_is_exact),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_span_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
