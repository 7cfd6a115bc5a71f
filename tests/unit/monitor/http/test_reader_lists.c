/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of the reader: pages that neither lose nor repeat a row while others
 * are added, and what each row must say. */
#include "reader_world.h"

#include <time.h>

#include "monitor/ledger/hash.h"

static struct world *
world_of(void **state)
{
	struct world *w = *state;

	world_beat(w, 0);
	return w;
}

static int
setup(void **state)
{
	*state = world_new(3);
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* --- pages */

static void
put_incidents(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		world_sql(w,
		    "INSERT INTO incident(feed, since, at, closed, good, cause,"
		    " alertable, text) VALUES(%d, %lld, %lld, %lld, %lld, 1, 1,"
		    " '')",
		    1 + i % 6, w->now - HOUR - i / 3 * MINUTE - SECOND,
		    w->now - HOUR - i / 3 * MINUTE, w->now - MINUTE,
		    w->now - MINUTE);
}

/* All of it page by page; while that goes on another is added in front. */
static void
test_pages_are_stable(void **state)
{
	struct world *w = world_of(state);
	char after[READ_AFTER_BYTES] = "", words[READ_AFTER_BYTES + 64];
	int64_t last_at = INT64_MAX;
	unsigned seen = 0, pages = 0;
	bool had[200] = { false };

	put_incidents(w, 61);
	for (;;) {
		snprintf(words, sizeof(words), "limit=7&after=%s", after);
		json_t *j = world_get(w, READ_INCIDENTS, words);
		const char *next;

		for (size_t i = 0; i < items_of(j); i++) {
			json_t *one = item_of(j, i);
			int64_t n = number_of(one, "number"), at;

			assert_true(n > 0 && n < 200 && !had[n]);
			had[n] = true;
			seen++;
			assert_true(read_moment(text_of(one, "at"), &at));
			assert_true(at <= last_at);
			last_at = at;
		}
		pages++;
		next = json_string_value(json_object_get(j, "next"));
		if (next == NULL) {
			assert_true(json_is_null(json_object_get(j, "next")));
			json_decref(j);
			break;
		}
		assert_int_equal(items_of(j), 7);
		snprintf(after, sizeof(after), "%s", next);
		json_decref(j);
		world_sql(w,
		    "INSERT INTO incident(feed, since, at, cause, alertable,"
		    " text) VALUES(1, %lld, %lld, 1, 1, 'newer')",
		    w->now, w->now);
	}
	assert_int_equal(seen, 61);
	assert_int_equal(pages, 9);
}

static unsigned
pages_of(struct world *w, uint8_t what, const char *more, const char *key,
    char *all, size_t size)
{
	char after[READ_AFTER_BYTES] = "", words[READ_AFTER_BYTES + 128];
	unsigned pages = 0;

	all[0] = '\0';
	for (;; pages++) {
		snprintf(words, sizeof(words), "limit=1&after=%s&%s", after,
		    more);
		json_t *j = world_get(w, what, words);
		size_t n = strlen(all);

		assert_true(items_of(j) <= 1);
		if (items_of(j) == 1)
			snprintf(all + n, size - n, "%s;",
			    text_of(item_of(j, 0), key));
		if (json_is_null(json_object_get(j, "next"))) {
			pages += items_of(j) == 1;
			json_decref(j);
			return pages;
		}
		snprintf(after, sizeof(after), "%s", text_of(j, "next"));
		json_decref(j);
	}
}

/* Those that touch a span, also those that were called long before it: by
 * pages of any size the same, and none that was over. */
static void
test_span_of_incidents(void **state)
{
	struct world *w = world_of(state);
	char words[128], all[4096], whole[4096];
	int expected = 0;

	for (int i = 0; i < 60; i++) {
		int64_t at = w->now - (i + 1) * HOUR;
		int64_t closed = i % 3 == 0 ? 0 : at + (i % 7) * 5 * HOUR;

		if (closed > w->now)
			closed = 0;
		expected += at >= w->now - 20 * HOUR || closed == 0 ||
			    closed > w->now - 20 * HOUR;
		world_sql(w,
		    "INSERT INTO incident(feed, since, at, closed, cause,"
		    " alertable, text) VALUES(1, %lld, %lld, nullif(%lld, 0),"
		    " 1, 1, 'n%d')",
		    at, at, closed, i);
	}
	strftime(words, sizeof(words), "from=%Y-%m-%dT%H:%M:%SZ",
	    gmtime(&(time_t){ (w->now - 20 * HOUR) / SECOND }));
	assert_int_equal(pages_of(w, READ_INCIDENTS, words, "text", all,
			     sizeof(all)),
	    expected);
	snprintf(words + strlen(words), 32, "&limit=1000");
	json_t *j = world_get(w, READ_INCIDENTS, words);

	assert_int_equal(items_of(j), expected);
	whole[0] = '\0';
	for (size_t i = 0; i < items_of(j); i++)
		snprintf(whole + strlen(whole), 16, "%s;",
		    text_of(item_of(j, i), "text"));
	assert_string_equal(whole, all);
	json_decref(j);
}

/* The cursors of every list that has them: whatever they are, an answer. */
static void
test_bad_cursors(void **state)
{
	static const uint8_t lists[] = { READ_INCIDENTS, READ_OVERLAYS,
		READ_INTERVALS, READ_VIEWS, READ_SITES, READ_DEVICES,
		READ_BREACHES, READ_REPORTS, READ_USERS, READ_TOKENS,
		READ_LOGINS, READ_LEDGER_LINES, READ_ALERTS, READ_NOTICES,
		READ_DELIVERIES };
	static const char *const bad[] = { "x", "1.", ".1", "1.2.3", "-", ".",
		"99999999999999999999", "0.0", "00", "0041.", "4g.", "12.-99",
		"ffff.ff", "1", "41.42", "..", "9223372036854775807.1" };
	struct world *w = world_of(state);
	struct read_ask ask;

	for (size_t i = 0; i < sizeof(lists); i++) {
		world_fill(w, lists[i],
		    lists[i] == READ_INTERVALS
			? "feed=00000000-0000-4000-8000-000000000000"
			: "",
		    &ask);
		if (lists[i] == READ_INTERVALS)
			world_uuid(w, "cam1", ask.uuid);
		for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
			snprintf(ask.after, sizeof(ask.after), "%s", bad[k]);
			unsigned status = world_ask(w, &ask);

			assert_true(status == 200 || status == 400);
		}
		snprintf(ask.after, sizeof(ask.after), "x");
		assert_int_equal(world_ask(w, &ask), 400);
	}
}

static void
test_names_page_by_page(void **state)
{
	struct world *w = world_of(state);
	char all[512];

	pages_of(w, READ_SITES, "", "path", all, sizeof(all));
	assert_string_equal(all, "North;North/Gate;South;");
	pages_of(w, READ_DEVICES, "", "name", all, sizeof(all));
	assert_string_equal(all,
	    "north1.example;north2.example;north3.example;south1.example;"
	    "south2.example;south3.example;");
	pages_of(w, READ_DEVICES, "q=NORTH2", "name", all, sizeof(all));
	assert_string_equal(all, "north2.example;");
	world_sql(w,
	    "INSERT INTO user(name, role, site, hash, created, actor) VALUES"
	    "('Zoe', 1, '', '', 1, ''), ('anna', 1, '', '', 1, ''),"
	    "('Bo', 1, '', '', 1, '')");
	pages_of(w, READ_USERS, "", "name", all, sizeof(all));
	assert_string_equal(all, "anna;Bo;Zoe;");
}

/* --- a feed's intervals */

static void
test_intervals_tile(void **state)
{
	struct world *w = world_of(state);
	char after[READ_AFTER_BYTES] = "", end[40] = "";
	struct read_ask ask;
	unsigned n = 0;

	for (int i = 0; i < 20; i++)
		world_sql(w,
		    "INSERT INTO interval(feed, epoch, start, end, since, at,"
		    " state, cause, causes, confidence, evidence) VALUES(1, 1,"
		    " %lld, nullif(%lld, 0), 1, 1, %d, %d, 0, 90, '{}')",
		    w->now - (20 - i) * HOUR,
		    i == 19 ? 0 : w->now - (19 - i) * HOUR, i % 2 ? 1 : 3,
		    i % 2 ? 0 : 1);
	world_fill(w, READ_INTERVALS,
	    "limit=3&feed=00000000-0000-4000-8000-000000000000", &ask);
	world_uuid(w, "cam1", ask.uuid);
	for (;;) {
		snprintf(ask.after, sizeof(ask.after), "%s", after);
		json_t *j = world_json(w, &ask);

		for (size_t i = 0; i < items_of(j); i++, n++) {
			json_t *one = item_of(j, i);

			if (n > 0)
				assert_string_equal(text_of(one, "start"), end);
			snprintf(end, sizeof(end), "%s", text_of(one, "end"));
			assert_string_equal(text_of(one, "state"),
			    n % 2 ? "up" : "down");
		}
		if (json_is_null(json_object_get(j, "next"))) {
			assert_true(json_is_null(
			    json_object_get(item_of(j, items_of(j) - 1),
				"end")));
			json_decref(j);
			break;
		}
		snprintf(after, sizeof(after), "%s", text_of(j, "next"));
		json_decref(j);
	}
	assert_int_equal(n, 20);
	/* Dead for a minute: what was open ends there, unknown follows. */
	world_beat(w, MINUTE);
	ask.after[0] = '\0';
	ask.limit = 100;
	json_t *j = world_json(w, &ask);

	assert_int_equal(items_of(j), 21);
	assert_string_equal(text_of(item_of(j, 20), "state"), "unknown");
	assert_string_equal(text_of(item_of(j, 20), "cause"), "monitor-off");
	assert_string_equal(text_of(item_of(j, 19), "end"),
	    text_of(item_of(j, 20), "start"));
	json_decref(j);
}

/* A dead monitor: nothing is up anywhere. */
static void
test_dead_is_unknown(void **state)
{
	struct world *w = world_of(state);
	json_t *j;

	world_sql(w,
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) VALUES(1, 1, %lld, 1, 1, 1, 0, 0,"
	    " 90, '{}')",
	    w->now - HOUR);
	j = world_get(w, READ_SITES, "");
	assert_int_equal(number_of(json_object_get(item_of(j, 0), "states"),
			     "up"),
	    1);
	json_decref(j);
	world_beat(w, MINUTE);
	j = world_get(w, READ_SITES, "");
	for (size_t i = 0; i < items_of(j); i++) {
		const json_t *states = json_object_get(item_of(j, i), "states");

		assert_int_equal(number_of(states, "up"), 0);
		assert_int_equal(number_of(states, "unknown"),
		    number_of(item_of(j, i), "feeds"));
	}
	json_decref(j);
	j = world_get(w, READ_DEVICES, "");
	assert_int_equal(number_of(json_object_get(item_of(j, 0), "states"),
			     "unknown"),
	    1);
	json_decref(j);
	j = world_get(w, READ_ONBOARDING, "");
	assert_true(json_is_false(json_object_get(j, "settled")));
	assert_int_equal(number_of(json_object_get(j, "states"), "unknown"), 6);
	json_decref(j);
}

static void
test_sites_add_up(void **state)
{
	struct world *w = world_of(state);
	json_t *j;

	world_sql(w,
	    "INSERT INTO incident(feed, since, at, cause, alertable, text)"
	    " VALUES(1, 1, 1, 1, 1, '');"
	    "UPDATE site SET contact = 'Call 7', zone = 'Europe/Madrid', target"
	    " = 990000 WHERE path = 'North'");
	j = world_get(w, READ_SITES, "");
	assert_int_equal(number_of(item_of(j, 0), "feeds"), 3);
	assert_int_equal(number_of(item_of(j, 0), "incidents"), 1);
	assert_int_equal(number_of(item_of(j, 1), "feeds"), 3);
	assert_string_equal(text_of(item_of(j, 1), "contact"), "Call 7");
	assert_string_equal(text_of(item_of(j, 1), "zone"), "Europe/Madrid");
	assert_int_equal(number_of(item_of(j, 1), "target_ppm"), 990000);
	assert_string_equal(text_of(item_of(j, 2), "contact"), "");
	assert_true(json_is_null(json_object_get(item_of(j, 0), "line")));
	json_decref(j);
	j = world_get(w, READ_INCIDENTS, "");
	assert_string_equal(text_of(item_of(j, 0), "contact"), "Call 7");
	json_decref(j);
}

static void
test_line_of_a_site(void **state)
{
	struct world *w = world_of(state);
	const json_t *line;
	json_t *j;

	world_sql(w, "UPDATE site SET ceiling = 9000 WHERE path = 'North'");
	j = world_get(w, READ_SITES, "");
	line = json_object_get(item_of(j, 0), "line");
	assert_int_equal(number_of(line, "ceiling_kbps"), 9000);
	assert_int_equal(number_of(line, "held"), 3);
	assert_int_equal(number_of(line, "expected_kbps"), 6000);
	assert_int_equal(number_of(line, "visited"), 0);
	assert_int_equal(number_of(line, "left_out"), 0);
	assert_true(json_is_null(json_object_get(item_of(j, 1), "line")));
	json_decref(j);
}

/* --- incidents */

static void
test_incident_in_full(void **state)
{
	struct world *w = world_of(state);
	struct read_ask ask;
	json_t *j, *one;

	world_sql(w,
	    "INSERT INTO incident(id, feed, since, at, cause, alertable, text,"
	    " acknowledged, acknowledged_by, note) VALUES(900, 1, %lld, %lld,"
	    " 12, 1, 'frozen', %lld, 'nora', 'seen');"
	    "INSERT INTO comment(incident, created, actor, text) VALUES(900,"
	    " %lld, 'nora', 'first'), (900, %lld, 'bo', 'second');"
	    "INSERT INTO overlay(kind, site, starts, ends, actor, reason,"
	    " created) VALUES(2, (SELECT id FROM site WHERE path = 'North'),"
	    " %lld, %lld, 'x', 'y', 1);"
	    "INSERT INTO thumbnail(id, feed, kind, utc, incident, width,"
	    " height, sha256, png) VALUES(1, 1, 2, 5, 900, 1, 1, zeroblob(32),"
	    " X'89504e47'), (2, 1, 4, 6, 900, 1, 1, zeroblob(32), X'89');"
	    "UPDATE incident SET after = 1 WHERE id = 900",
	    w->now - HOUR, w->now - HOUR, w->now, w->now - 2, w->now - 1,
	    w->now - HOUR, w->now + HOUR);
	world_fill(w, READ_INCIDENT, "", &ask);
	ask.number = 900;
	one = world_json(w, &ask);
	assert_string_equal(text_of(one, "kind"), "feed");
	assert_string_equal(text_of(one, "place"), "North/Gate/cam1");
	assert_string_equal(text_of(one, "acknowledged_by"), "nora");
	assert_true(json_is_true(json_object_get(one, "muted")));
	assert_true(json_is_true(json_object_get(one, "after")));
	assert_true(json_is_false(json_object_get(one, "before")));
	assert_true(json_is_true(json_object_get(one, "recovered")));
	assert_int_equal(number_of(one, "criticality"), 2);
	j = json_object_get(one, "comments");
	assert_int_equal(json_array_size(j), 2);
	assert_string_equal(text_of(json_array_get(j, 0), "text"), "first");
	json_decref(one);
	j = world_get(w, READ_INCIDENTS, "");
	assert_int_equal(number_of(item_of(j, 0), "comments"), 2);
	json_decref(j);
	world_fill(w, READ_EVIDENCE, "", &ask);
	ask.number = 900;
	ask.kind = 2;
	assert_int_equal(world_ask(w, &ask), 200);
	assert_int_equal(w->type, READ_PNG);
	assert_int_equal(w->utc, 5);
	/* Marked no-picture: none is told of, and none is given. */
	world_sql(w, "UPDATE feed SET no_picture = 1 WHERE id = 1");
	assert_int_equal(world_ask(w, &ask), 404);
	j = world_get(w, READ_INCIDENTS, "");
	assert_true(json_is_false(json_object_get(item_of(j, 0), "after")));
	assert_true(json_is_false(json_object_get(item_of(j, 0), "recovered")));
	json_decref(j);
	ask.what = READ_INCIDENT;
	ask.number = 901;
	assert_int_equal(world_ask(w, &ask), 404);
}

static void
test_under_a_site(void **state)
{
	struct world *w = world_of(state);
	struct read_ask ask;
	json_t *j;

	world_sql(w,
	    "INSERT INTO incident(id, site, since, at, cause, alertable, text)"
	    " VALUES(500, (SELECT id FROM site WHERE path = 'North/Gate'),"
	    " %lld, %lld, 1, 1, 'all of it');"
	    "INSERT INTO incident(feed, since, at, cause, alertable, text)"
	    " SELECT id, %lld, %lld, 1, 1, '' FROM feed;"
	    /* Long before it: not a part. */
	    "INSERT INTO incident(feed, since, at, closed, cause, alertable,"
	    " text) SELECT id, %lld, %lld, %lld, 1, 1, '' FROM feed",
	    w->now - HOUR, w->now - HOUR, w->now - HOUR, w->now - HOUR,
	    w->now - DAY, w->now - DAY, w->now - DAY + MINUTE);
	world_fill(w, READ_INCIDENT, "", &ask);
	ask.number = 500;
	j = world_json(w, &ask);
	assert_string_equal(text_of(j, "kind"), "site");
	assert_int_equal(number_of(j, "feeds"), 3);
	assert_int_equal(json_array_size(json_object_get(j, "under")), 3);
	json_decref(j);
	/* Who went down with it, in any site below, has none of its own. */
	world_sql(w,
	    "DELETE FROM incident WHERE feed IS NOT NULL;"
	    "UPDATE incident SET site = (SELECT id FROM site WHERE path ="
	    " 'North') WHERE id = 500;"
	    "INSERT INTO interval(feed, epoch, start, since, at, state, cause,"
	    " causes, confidence, evidence) SELECT id, 1, %lld, %lld, %lld, %d,"
	    " 1, 2, 100, '{}' FROM feed",
	    w->now - HOUR + SECOND, w->now - HOUR, w->now - HOUR, STATE_DOWN);
	j = world_json(w, &ask);
	assert_int_equal(number_of(j, "feeds"), 3);
	json_decref(j);
	world_sql(w, "UPDATE interval SET state = %d", STATE_UP);
	j = world_json(w, &ask);
	assert_int_equal(number_of(j, "feeds"), 0);
	json_decref(j);
}

/* --- series */

static void
test_series(void **state)
{
	struct world *w = world_of(state);
	uint8_t slots[144 * 8];
	struct read_ask ask;
	sqlite3_stmt *st;
	json_t *j, *fps;
	size_t known = 0;

	/* 15 fps, 320 kbit/s each slot; the day's first is not known. */
	for (int k = 0; k < 144; k++) {
		const uint8_t slot[8] = { 1500 & 255, 1500 >> 8, 64, 1, 0, 9, 0,
			0 };

		memcpy(slots + 8 * k, slot, 8);
	}
	memset(slots, 0xff, 8);
	sqlite3_prepare_v2(w->sql,
	    "INSERT INTO rollup(id, feed, day, slots) VALUES(?1 << 24 | 1, 1,"
	    " ?1, ?2)",
	    -1, &st, NULL);
	for (int64_t day = w->now / DAY - 15; day <= w->now / DAY; day++) {
		sqlite3_bind_int64(st, 1, day);
		sqlite3_bind_blob(st, 2, slots, sizeof(slots), SQLITE_STATIC);
		assert_int_equal(sqlite3_step(st), SQLITE_DONE);
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	world_fill(w, READ_SERIES, "days=1", &ask);
	world_uuid(w, "cam1", ask.uuid);
	j = world_json(w, &ask);
	fps = json_object_get(j, "fps");
	assert_true(json_array_size(fps) >= 144 && json_array_size(fps) <= 146);
	for (size_t i = 0; i < json_array_size(fps); i++) {
		json_t *v = json_array_get(fps, i);

		known += !json_is_null(v);
		if (!json_is_null(v))
			assert_true(json_number_value(v) == 15.0);
	}
	assert_true(known >= 143);
	json_t *usual = json_object_get(json_object_get(j, "usual"), "kbps");

	assert_int_equal(json_array_size(usual), 24);
	assert_int_equal(json_integer_value(
			     json_array_get(json_array_get(usual, 12), 0)),
	    320);
	json_decref(j);
	/* Nothing known of another: no band at all, no zero. */
	world_uuid(w, "vault1", ask.uuid);
	j = world_json(w, &ask);
	assert_true(
	    json_is_null(json_object_get(json_object_get(j, "usual"), "fps")));
	assert_true(json_is_null(json_array_get(json_object_get(j, "fps"), 0)));
	json_decref(j);
}

/* --- files */

static void
put_report(struct world *w, const char *name, const char *bytes)
{
	char path[256], hex[2 * LEDGER_HASH + 1];
	uint8_t hash[LEDGER_HASH];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->b.dir, name);
	f = fopen(path, "w");
	fputs(bytes, f);
	fclose(f);
	hash_of(bytes, strlen(bytes), hash);
	for (int i = 0; i < LEDGER_HASH; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	world_sql(w,
	    "INSERT INTO event(seq, run, mono, utc, kind, actor, body, hash)"
	    " VALUES(5000, 1, 1, 1, 'report', 'camwarden', json_object("
	    "'file1', %Q, 'sha256_1', %Q, 'file2', '../camwarden.db',"
	    " 'sha256_2', %Q), zeroblob(32));"
	    "INSERT INTO report(id, starts, ends, made, path, sha256, seq)"
	    " VALUES(7, 1, 2, 3, %Q, zeroblob(32), 5000)",
	    name, hex, hex, path);
}

static unsigned
ask_file(struct world *w, int64_t number, const char *name)
{
	struct read_ask ask;

	world_fill(w, READ_REPORT_FILE, "", &ask);
	ask.number = number;
	snprintf(ask.name, sizeof(ask.name), "%s", name);
	return world_ask(w, &ask);
}

static void
test_report_files(void **state)
{
	struct world *w = world_of(state);
	char path[256];
	json_t *j;

	put_report(w, "report-2026-01-01.html", "<p>all is well</p>");
	j = world_get(w, READ_REPORTS, "");
	assert_string_equal(text_of(item_of(j, 0), "name"),
	    "report-2026-01-01.html");
	assert_int_equal(json_array_size(
			     json_object_get(item_of(j, 0), "files")),
	    2);
	json_decref(j);
	assert_int_equal(ask_file(w, 7, "report-2026-01-01.html"), 200);
	assert_int_equal(w->type, READ_HTML);
	assert_string_equal(w->text, "<p>all is well</p>");
	/* Neither others of the folder nor of any other, though named. */
	assert_int_equal(ask_file(w, 7, "camwarden.db"), 404);
	assert_int_equal(ask_file(w, 7, "../camwarden.db"), 404);
	assert_int_equal(ask_file(w, 7, "/etc/passwd"), 404);
	assert_int_equal(ask_file(w, 7, ".."), 404);
	assert_int_equal(ask_file(w, 7, ""), 404);
	assert_int_equal(ask_file(w, 8, "report-2026-01-01.html"), 404);
	/* What was changed since is not shown as what was recorded. */
	snprintf(path, sizeof(path), "%s/report-2026-01-01.html", w->b.dir);
	FILE *f = fopen(path, "a");

	fputs("!", f);
	fclose(f);
	assert_int_equal(ask_file(w, 7, "report-2026-01-01.html"), 409);
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(ask_file(w, 7, "report-2026-01-01.html"), 404);
}

/* --- what the database doesn't know */

static const struct read_facts facts = { .people_days = 400,
	.reports = true,
	.report_utc = 1774749598123999,
	.report_date = "2026-03-28",
	.witness_count = 2,
	.witnesses = { { "https://w.example/a", 1 }, { "file:///mnt/x", 4 } } };

static void
test_witnesses(void **state)
{
	struct world *w = world_of(state);
	json_t *j, *all;

	world_sql(w,
	    "INSERT INTO checkpoint(id, size, root, utc, note) VALUES(1, 1,"
	    " zeroblob(32), 5, 'x'); INSERT INTO receipt(checkpoint, witness,"
	    " kind, utc, text) VALUES(1, 'https://w.example/a', 1, 6, ''),"
	    "(1, 'https://was.example/b', 1, 6, '')");
	j = world_get(w, READ_LEDGER, "");
	assert_true(json_is_null(json_object_get(j, "retention_days")));
	assert_int_equal(json_array_size(json_object_get(j, "witnesses")), 2);
	json_decref(j);
	reading_tell(w->reading, &facts);
	j = world_get(w, READ_LEDGER, "");
	all = json_object_get(j, "witnesses");
	assert_int_equal(number_of(j, "retention_days"), 400);
	assert_int_equal(json_array_size(all), 2);
	assert_string_equal(text_of(json_array_get(all, 0), "state"), "good");
	assert_string_equal(text_of(json_array_get(all, 1), "name"),
	    "file:///mnt/x");
	assert_string_equal(text_of(json_array_get(all, 1), "kind"), "file");
	assert_string_equal(text_of(json_array_get(all, 1), "state"), "never");
	json_decref(j);
}

/* When each last worked, and failed: only of what it sent itself. */
static void
test_channels(void **state)
{
	static const struct read_facts two = { .channel_count = 2,
		.channels = { { "team", "webhook", "chief" },
		    { "chief", "mail", "" } } };
	struct world *w = world_of(state);
	struct read_ask ask;
	json_t *j = world_get(w, READ_CHANNELS, "");

	assert_int_equal(items_of(j), 0);
	json_decref(j);
	world_sql(w,
	    "INSERT INTO delivery(kind, target, subject, path, body, made, due,"
	    " done, tries, error) VALUES(3, 'team', 's', '', x'', 1, 1,"
	    " 1774749598123999, 1, ''), (3, 'team', 's', '', x'', 2, 2, NULL,"
	    " 0, ''), (3, 'other', 's', '', x'', 3, 3, NULL, 9, 'no');"
	    "INSERT INTO delivery(kind, target, subject, path, body, made, due,"
	    " gave_up, tries, error) VALUES(3, 'team', 's', '', x'', 1, 1,"
	    " 1774749598123999, 8, '503 busy')");
	reading_tell(w->reading, &two);
	j = world_get(w, READ_CHANNELS, "");
	assert_int_equal(items_of(j), 2);
	assert_string_equal(text_of(item_of(j, 0), "name"), "team");
	assert_string_equal(text_of(item_of(j, 0), "or_else"), "chief");
	assert_string_equal(text_of(item_of(j, 0), "said"), "503 busy");
	assert_string_equal(text_of(item_of(j, 0), "sent"),
	    "2026-03-29T01:59:58.123Z");
	assert_string_equal(text_of(item_of(j, 0), "failed"),
	    "2026-03-29T01:59:58.123Z");
	assert_true(json_is_null(json_object_get(item_of(j, 1), "sent")));
	json_decref(j);
	world_fill(w, READ_CHANNELS, "", &ask);
	snprintf(ask.scope, sizeof(ask.scope), "North");
	j = world_json(w, &ask);
	assert_int_equal(items_of(j), 0);
	json_decref(j);
}

static void
test_next_report(void **state)
{
	struct world *w = world_of(state);
	struct read_facts off = { .people_days = 400 };
	struct read_ask ask;
	json_t *j;

	j = world_get(w, READ_REPORTS, "");
	assert_true(json_is_null(json_object_get(j, "nightly")));
	json_decref(j);
	reading_tell(w->reading, &facts);
	j = world_get(w, READ_REPORTS, "");
	const json_t *n = json_object_get(j, "nightly");

	assert_true(json_is_true(json_object_get(n, "enabled")));
	assert_string_equal(text_of(n, "due"), "2026-03-29T01:59:58.123Z");
	assert_string_equal(text_of(n, "date"), "2026-03-28");
	json_decref(j);
	world_fill(w, READ_REPORTS, "", &ask);
	snprintf(ask.scope, sizeof(ask.scope), "North");
	j = world_json(w, &ask);
	assert_true(json_is_null(json_object_get(j, "nightly")));
	json_decref(j);
	reading_tell(w->reading, &off);
	j = world_get(w, READ_REPORTS, "");
	n = json_object_get(j, "nightly");
	assert_true(json_is_false(json_object_get(n, "enabled")));
	assert_true(json_is_null(json_object_get(n, "due")));
	json_decref(j);
}

static void
test_tables(void **state)
{
	struct world *w = world_of(state);
	struct read_ask ask;

	world_sql(w, "UPDATE feed SET name = '=1+1' WHERE id = 1");
	world_fill(w, READ_CSV, "", &ask);
	snprintf(ask.name, sizeof(ask.name), "feeds");
	assert_int_equal(world_ask(w, &ask), 200);
	assert_int_equal(w->type, READ_TEXT_CSV);
	assert_non_null(strstr(w->text, "cam2"));
	assert_null(strstr(w->text, ",=1+1"));
	assert_null(strstr(w->text, "hush"));
	snprintf(ask.name, sizeof(ask.name), "devices");
	assert_int_equal(world_ask(w, &ask), 200);
	assert_null(strstr(w->text, "hush"));
	assert_null(strstr(w->text, "nora"));
	snprintf(ask.name, sizeof(ask.name), "users");
	assert_int_equal(world_ask(w, &ask), 404);
}

/* --- the record */

static void
test_lines(void **state)
{
	struct world *w = world_of(state);
	struct read_ask ask;
	json_t *j;

	world_sql(w,
	    "DELETE FROM event; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
	    " SELECT i + 1 FROM n WHERE i < 300) INSERT INTO event(seq, run,"
	    " mono, utc, kind, feed, actor, body, hash) SELECT i, 1, 1, i,"
	    " iif(i %% 10, 'verdict', 'incident.open'), iif(i %% 3, NULL, 1),"
	    " 'judge', json_object('n', i), zeroblob(32) FROM n;"
	    "INSERT INTO event(seq, run, mono, utc, kind, digest, hash)"
	    " VALUES(301, 1, 1, 301, 'login', zeroblob(32), zeroblob(32))");
	j = world_get(w, READ_LEDGER_LINES, "limit=2");
	assert_int_equal(number_of(item_of(j, 0), "seq"), 301);
	assert_true(json_is_true(json_object_get(item_of(j, 0), "expired")));
	assert_true(json_is_null(json_object_get(item_of(j, 0), "body")));
	assert_int_equal(number_of(json_object_get(item_of(j, 1), "body"), "n"),
	    300);
	json_decref(j);
	j = world_get(w, READ_LEDGER_LINES, "kind=incident&limit=1000");
	assert_int_equal(items_of(j), 30);
	json_decref(j);
	j = world_get(w, READ_LEDGER_LINES, "kind=inc&limit=1000");
	assert_int_equal(items_of(j), 0);
	json_decref(j);
	j = world_get(w, READ_LEDGER_LINES, "q=:299");
	assert_int_equal(items_of(j), 1);
	json_decref(j);
	world_fill(w, READ_LEDGER_LINES, "limit=1000", &ask);
	world_uuid(w, "cam1", ask.uuid);
	j = world_json(w, &ask);
	assert_int_equal(items_of(j), 100);
	assert_string_equal(text_of(item_of(j, 0), "feed_name"),
	    "North/Gate/cam1");
	json_decref(j);
	char all[4096];

	pages_of(w, READ_LEDGER_LINES, "kind=incident.open", "kind", all,
	    sizeof(all));
	assert_int_equal(strlen(all), 30 * strlen("incident.open;"));
}

static void
test_handover(void **state)
{
	struct world *w = world_of(state);
	json_t *j;

	world_sql(w,
	    "INSERT INTO incident(id, feed, since, at, closed, good, cause,"
	    " alertable, text, acknowledged, acknowledged_by) VALUES"
	    "(1, 1, %lld, %lld, NULL, NULL, 1, 1, 'old and open', NULL, NULL),"
	    "(2, 1, %lld, %lld, %lld, %lld, 1, 1, 'old, closed since', NULL,"
	    " NULL), (3, 2, %lld, %lld, NULL, NULL, 1, 1, 'new', %lld, 'bo'),"
	    "(4, 2, %lld, %lld, %lld, %lld, 1, 1, 'over long ago', NULL,"
	    " NULL);"
	    "INSERT INTO handover(starts, ends, site, actor, text, created)"
	    " VALUES(%lld, %lld, '', 'nora', 'all quiet', %lld)",
	    w->now - 3 * DAY, w->now - 3 * DAY, w->now - 3 * DAY,
	    w->now - 3 * DAY, w->now - HOUR, w->now - HOUR, w->now - HOUR,
	    w->now - HOUR, w->now - MINUTE, w->now - 3 * DAY, w->now - 3 * DAY,
	    w->now - 2 * DAY, w->now - 2 * DAY, w->now - 20 * HOUR,
	    w->now - 12 * HOUR, w->now - 12 * HOUR);
	j = world_get(w, READ_HANDOVER, "");
	/* Since the last note. */
	assert_string_equal(text_of(j, "from"),
	    text_of(json_object_get(j, "last"), "to"));
	assert_string_equal(text_of(json_object_get(j, "last"), "note"),
	    "all quiet");
#define ONE(list, text)                                                        \
	assert_int_equal(json_array_size(json_object_get(j, list)), 1);        \
	assert_string_equal(text_of(json_array_get(json_object_get(j, list),   \
					0),                                    \
				"text"),                                       \
	    text)
	ONE("opened", "new");
	ONE("closed", "old, closed since");
	ONE("acknowledged", "new");
#undef ONE
	assert_int_equal(json_array_size(json_object_get(j, "still_open")), 2);
	assert_int_equal(json_array_size(json_object_get(j, "notes")), 1);
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(test_pages_are_stable),
		TEST(test_span_of_incidents),
		TEST(test_bad_cursors),
		TEST(test_names_page_by_page),
		TEST(test_intervals_tile),
		TEST(test_dead_is_unknown),
		TEST(test_sites_add_up),
		TEST(test_line_of_a_site),
		TEST(test_incident_in_full),
		TEST(test_under_a_site),
		TEST(test_series),
		TEST(test_report_files),
		TEST(test_tables),
		TEST(test_witnesses),
		TEST(test_channels),
		TEST(test_next_report),
		TEST(test_lines),
		TEST(test_handover),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
