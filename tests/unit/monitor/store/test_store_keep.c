/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Retention, and databases of other versions. */
#include "bench.h"

#include <dirent.h>

#include "monitor/store/schema.h"
#include "monitor/store/writer.h"

#define DAY (86400 * S)

/* The writer itself, without its thread. */
static struct writer *
writer_of_bench(struct bench *b)
{
	struct writer *w = calloc(1, sizeof(*w));
	char path[128];

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&w->db, path, SQLITE_OPEN_READWRITE, NULL));
	recover_settings(w);
	recover_begin_run(w, b->mono, T0 + b->mono);
	assert_int_equal(w->db.rc, SQLITE_OK);
	return w;
}

static void
fill(struct writer *w, int days, int64_t now)
{
	struct op *op = calloc(1, sizeof(*op));
	struct store_verdict v = { .feed = 1, .evidence = "{}" };

	db_script(&w->db, "BEGIN");
	for (int d = days; d > 0; d--) {
		int64_t at = now - d * DAY;

		v.state = d % 2 ? STATE_UP : STATE_DOWN;
		v.cause = d % 2 ? CAUSE_NONE : CAUSE_BLACK;
		v.since_us = v.at_us = at;
		op->verdict = v;
		op->result.ok = true;
		apply_verdict(w, op);
		assert_true(op->result.ok);
		memset(op, 0, sizeof(*op));
		op->rollup = (struct store_rollup){ 1, at, 15000, 300, 0 };
		apply_rollup(w, op);
		memset(op, 0, sizeof(*op));
		op->result.ok = true;
		op->thumbnail = (struct store_thumbnail){ 1, STORE_FIRST_BAD,
			at, d, 320, 180, w->body, 20000 };
		apply_thumbnail(w, op);
		assert_true(op->result.ok);
		memset(op, 0, sizeof(*op));
	}
	assert_true(db_script(&w->db, "COMMIT"));
	free(op);
}

static int64_t
count(struct writer *w, const char *sql)
{
	return db_int(&w->db, -1, sql, "");
}

static void
test_by_age(void **state)
{
	struct bench *b = *state;

	b->mono = 100 * DAY; /* so that the fill lies within the epoch */
	struct writer *w = writer_of_bench(b);
	int64_t now = b->mono + 60 * DAY;

	fill(w, 50, now);
	w->keep_interval_days = 30;
	w->keep_rollup_days = 20;
	w->keep_thumbnail_days = 10;
	w->keep_event_days = 25;
	int64_t events = count(w, "SELECT count(*) FROM event");

	for (int i = 0; i < 20 && retention_step(w, now); i++)
		;
	assert_int_equal(w->db.rc, SQLITE_OK);
	assert_int_equal(count(w, "SELECT count(*) FROM thumbnail"), 10);
	assert_int_equal(count(w, "SELECT count(*) FROM rollup"), 20);
	/* The open one, and those that ended within 30 days. */
	assert_int_equal(count(w,
			     "SELECT count(*) FROM interval WHERE feed = 1"),
	    31);
	/* Lines go by whole tiles: these are fewer (test_store_ledger.c). */
	assert_true(count(w, "SELECT count(*) FROM event") > events);
	assert_true(count(w, "SELECT count(*) FROM event WHERE kind ="
			     " 'retention'") > 0);
	/* What is left of the chain still hangs together. */
	assert_true(bench_chain(b) > 0);
	assert_false(retention_step(w, now));
	db_close(&w->db);
	free(w);
}

/* What is told of people goes with the intervals; what is declared stays. */
static void
test_people_by_age(void **state)
{
	struct bench *b = *state;

	b->mono = 100 * DAY;
	struct writer *w = writer_of_bench(b);
	int64_t now = b->mono + 60 * DAY;

	fill(w, 1, now);
	assert_true(db_script(&w->db,
	    "INSERT INTO room(id, name) VALUES(1, 'R');"
	    "INSERT INTO console VALUES(1, 'C', 1, 300, 0, 0, 16, NULL, 600, 0,"
	    " 0, NULL, NULL);"
	    "INSERT INTO screen VALUES(1, 'S', 1, NULL, '', '', 0, NULL,"
	    " NULL);"
	    "INSERT INTO token(console, kind, hash, created, actor)"
	    " VALUES(1, 1, zeroblob(32), 0, '');"
	    "INSERT INTO dispute(console, starts, ends, actor, text, created)"
	    " VALUES(1, 0, 1, '', '', 0);"));
	for (int d = 1; d <= 50; d++) {
		int64_t end = T0 + now - d * DAY;

		db_run(&w->db,
		    "INSERT INTO presence(console, room, epoch, start, end,"
		    " since, at, state, why, evidence)"
		    " VALUES(1, 1, ?1, ?2 - 1, ?2, 0, 0, 1, 6, '{}')",
		    "ii", w->at.epoch, end);
		db_run(&w->db,
		    "INSERT INTO display(screen, console, epoch, start, end,"
		    " power, source, tiles)"
		    " VALUES(1, 1, ?1, ?2 - 1, ?2, 1, 1, x'')",
		    "ii", w->at.epoch, end);
		db_run(&w->db,
		    "INSERT INTO watched_day VALUES(?1 / 86400000000, 1, x'')",
		    "i", end);
		db_run(&w->db,
		    "INSERT INTO prompt(console, asked, right, latency_ms)"
		    " VALUES(1, ?1, 1, 0)",
		    "i", end);
	}
	assert_int_equal(w->db.rc, SQLITE_OK);
	w->keep_interval_days = 30;
	for (int i = 0; i < 20 && retention_step(w, now); i++)
		;
	assert_int_equal(w->db.rc, SQLITE_OK);
	assert_int_equal(count(w, "SELECT count(*) FROM presence"), 30);
	assert_int_equal(count(w, "SELECT count(*) FROM display"), 30);
	assert_int_equal(count(w, "SELECT count(*) FROM watched_day"), 30);
	assert_int_equal(count(w, "SELECT count(*) FROM prompt"), 30);
	assert_int_equal(count(w, "SELECT count(*) FROM token"), 1);
	assert_int_equal(count(w, "SELECT count(*) FROM dispute"), 1);
	assert_int_equal(count(w, "SELECT count(*) FROM console"), 1);
	db_close(&w->db);
	free(w);
}

static void
test_by_size(void **state)
{
	struct bench *b = *state;

	b->mono = 100 * DAY;
	struct writer *w = writer_of_bench(b);
	int64_t now = b->mono + 60 * DAY;

	fill(w, 50, now);
	int64_t intervals = count(w, "SELECT count(*) FROM interval");

	w->keep_bytes = 700 << 10;
	for (int i = 0; i < 50 && retention_step(w, now); i++)
		;
	/* Pictures went, the record did not have to. */
	assert_true(count(w, "SELECT count(*) FROM thumbnail") < 50);
	assert_int_equal(count(w, "SELECT count(*) FROM interval"), intervals);
	/* Whatever is asked for, the last 30 days and the inventory stay. */
	w->keep_bytes = 1;
	for (int i = 0; i < 50 && retention_step(w, now); i++)
		;
	assert_int_equal(w->db.rc, SQLITE_OK);
	assert_true(count(w, "SELECT count(*) FROM interval") >= 30);
	assert_int_equal(count(w, "SELECT count(*) FROM feed"), 2);
	db_close(&w->db);
	free(w);
}

static void
script(struct bench *b, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static const struct version {
	const char *sql, *says;
	bool reader_too;
} versions[] = {
	{ "PRAGMA user_version = 99", "newer camwarden", true },
	{ "PRAGMA application_id = 7", "not a camwarden database", true },
	{ "PRAGMA user_version = 0", "not a camwarden database", false },
};

static void
test_versions(void **state)
{
	struct bench *b = *state;
	char error[STORE_ERROR_BYTES];

	store_close(&b->store);
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const struct version *v = &versions[i];

		script(b, v->sql);
		b->config.utc_us = T0;
		assert_null(store_open(&b->config, NULL, error));
		assert_non_null(strstr(error, v->says));
		struct store_reader *r = store_reader_open(b->dir, error);

		assert_null(r);
		if (v->reader_too)
			assert_non_null(strstr(error, v->says));
		script(b, "PRAGMA user_version = 7;"
			  "PRAGMA application_id = 0x63616d77");
	}
	bench_open(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed"), 2);
}

static void
test_version_0(void **state)
{
	struct bench *b = *state;
	char path[128];

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_int_equal(unlink(path), 0);
	/* An empty file is a database of version 0. */
	fclose(fopen(path, "w"));
	bench_open(b);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed"), 0);
	bench_tiles(b);
}

/* From an older version on: a copy first; and a step that fails is none. */
static void
test_next_version(void **state)
{
	static const char *const good[] = { "", "", "", "", "", "", "",
		"CREATE TABLE extra(x)" };
	static const char *const bad[] = { "", "", "", "", "", "", "",
		"CREATE TABLE more(x)", "INSERT INTO nowhere VALUES(1)" };
	struct bench *b = *state;
	char path[128], copy[160];
	struct db db;

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	snprintf(copy, sizeof(copy), "%s.v7", path);
	assert_true(db_open(&db, path, SQLITE_OPEN_READWRITE, NULL));
	const struct schema_step step = { .path = path };

	assert_true(schema_migrate_by(&db, &step, good, 8));
	assert_int_equal(db_int(&db, 0, "PRAGMA user_version", ""), 8);
	assert_int_equal(db_int(&db, 9, "SELECT count(*) FROM extra", ""), 0);
	assert_false(schema_migrate_by(&db, &step, bad, 9));
	assert_non_null(strstr(db.error, "nowhere"));
	db_forgive(&db);
	assert_int_equal(db_int(&db, 0, "PRAGMA user_version", ""), 8);
	assert_int_equal(db_int(&db, 9,
			     "SELECT count(*) FROM sqlite_master WHERE name ="
			     " 'more'",
			     ""),
	    0);
	db_close(&db);
	assert_true(db_open(&db, copy, SQLITE_OPEN_READWRITE, NULL));
	assert_true(schema_check(&db));
	assert_int_equal(db_int(&db, 0, "SELECT count(*) FROM feed", ""), 2);
	db_close(&db);
}

static unsigned
copies(const struct bench *b, const char *ending)
{
	DIR *d = opendir(b->dir);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strstr(e->d_name, ending) != NULL;
	closedir(d);
	return n;
}

/* A good copy is never written over: the same moment needs none again, another
 * one gets a name of its own; and what is damaged is not migrated. */
static void
test_copies(void **state)
{
	static const char *const good[] = { "", "", "", "", "", "", "",
		"CREATE TABLE extra(x)" };
	static const char *const bad[] = { "", "", "", "", "", "", "",
		"INSERT INTO nowhere VALUES(1)" };
	struct bench *b = *state;
	char path[128];
	struct db db;
	const struct schema_step step = { .path = path };

	store_close(&b->store);
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&db, path, SQLITE_OPEN_READWRITE, NULL));
	for (int i = 0; i < 3; i++) { /* a service that is started again */
		assert_false(schema_migrate_by(&db, &step, bad, 8));
		db_forgive(&db);
		assert_int_equal(copies(b, ".db.v7"), 1);
	}
	db_script(&db, "UPDATE event SET hash = randomblob(32) WHERE seq ="
		       " (SELECT max(seq) FROM event)");
	assert_false(schema_migrate_by(&db, &step, bad, 8));
	db_forgive(&db);
	assert_int_equal(copies(b, ".db.v7"), 2);
	/* An index without its table's rows. */
	db_script(&db, "CREATE TABLE broken(a); CREATE INDEX broken_a ON"
		       " broken(a); INSERT INTO broken VALUES(1), (2);"
		       "PRAGMA writable_schema = ON;"
		       "UPDATE sqlite_master SET rootpage = (SELECT rootpage"
		       " FROM sqlite_master WHERE name = 'meta')"
		       " WHERE name = 'broken'; PRAGMA writable_schema = RESET;"
		       "UPDATE event SET hash = randomblob(32) WHERE seq ="
		       " (SELECT max(seq) FROM event)");
	assert_int_equal(db.rc, SQLITE_OK);
	assert_false(schema_migrate_by(&db, &step, good, 8));
	assert_non_null(strstr(db.error, "damaged"));
	db_forgive(&db);
	assert_int_equal(db_int(&db, 0, "PRAGMA user_version", ""), 7);
	assert_int_equal(copies(b, ".db.v7"), 2);
	assert_int_equal(copies(b, ".part"), 0);
	db_close(&db);
	assert_true(db_open(&db, path, SQLITE_OPEN_READWRITE, NULL));
	db_script(&db, "PRAGMA writable_schema = ON; DELETE FROM sqlite_master"
		       " WHERE name LIKE 'broken%'");
	db_close(&db);
}

/* What the fourth version added. */
static const char undo_fourth[] =
    "DROP TABLE event; ALTER TABLE event_v1 RENAME TO event;"
    "DROP TABLE private; DROP TABLE tile; DROP TABLE receipt;"
    "DROP TABLE checkpoint; DROP TABLE delivery; DROP TABLE report;"
    "ALTER TABLE overlay DROP COLUMN days;"
    "ALTER TABLE overlay DROP COLUMN begin_minute;"
    "ALTER TABLE overlay DROP COLUMN end_minute;"
    "ALTER TABLE overlay DROP COLUMN zone;"
    "ALTER TABLE overlay DROP COLUMN seq;"
    "ALTER TABLE site DROP COLUMN target;"
    "ALTER TABLE shift DROP COLUMN idle_after_s;"
    "ALTER TABLE shift DROP COLUMN prompt_after_s;"
    "ALTER TABLE token DROP COLUMN name;"
    "DELETE FROM meta WHERE key = 'ledger_base';"
    "PRAGMA user_version = 3";

/* What the fifth version added. */
static const char undo_fifth[] =
    "DROP TABLE handover; DROP TABLE comment; DROP TABLE login;"
    "DROP TABLE user; DROP INDEX incident_feed; DROP INDEX incident_closed;"
    "ALTER TABLE token DROP COLUMN role; ALTER TABLE token DROP COLUMN site;"
    "ALTER TABLE token DROP COLUMN address;"
    "ALTER TABLE token DROP COLUMN claimed;"
    "ALTER TABLE token DROP COLUMN claim;"
    "ALTER TABLE token DROP COLUMN seen;"
    "PRAGMA user_version = 4";

/* What the sixth version did. */
static const char undo_sixth[] =
    "DROP TABLE credential; CREATE TABLE credential("
    " device INTEGER PRIMARY KEY REFERENCES device ON DELETE CASCADE,"
    " user TEXT NOT NULL, password TEXT NOT NULL);"
    "PRAGMA user_version = 5";

/* What the third version added. */
static const char undo_third[] =
    "ALTER TABLE incident DROP COLUMN room;"
    "ALTER TABLE incident DROP COLUMN console;"
    "DROP TABLE dispute; DROP TABLE prompt; DROP TABLE watched_due;"
    "DROP TABLE watched_day; DROP TABLE display; DROP TABLE presence;"
    "DROP TABLE token; DROP TABLE shift; DROP TABLE pattern;"
    "DROP TABLE screen_feed; DROP TABLE screen; DROP TABLE console;"
    "DROP TABLE room; DELETE FROM meta WHERE key = 'floor_revision';"
    "PRAGMA user_version = 2";

/* A database of an older version gains what the later ones have. */
/* Who had a token for overlays is a supervisor from now on. */
static void
test_from_version_4(void **state)
{
	struct bench *b = *state;

	store_close(&b->store);
	script(b, BENCH_UNDO_SEVENTH);
	script(b, undo_sixth);
	script(b, undo_fifth);
	script(b, "INSERT INTO token(console, kind, hash, created, actor, name)"
		  " VALUES(NULL, 4, zeroblob(32), 5, 'x', 'rollout'),"
		  " (NULL, 3, randomblob(32), 5, 'x', '')");
	bench_open(b);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT role FROM token WHERE kind = 4"),
	    ROLE_SUPERVISOR);
	assert_int_equal(bench_int(b, "SELECT role FROM token WHERE kind = 3"),
	    ROLE_NONE);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM user"), 0);
	bench_tiles(b);
	bench_chain(b);
}

/* What was open before there were alerts is an incident without one. */
static void
test_from_version_6(void **state)
{
	struct bench *b = *state;

	store_close(&b->store);
	script(b, BENCH_UNDO_SEVENTH);
	script(b, "INSERT INTO incident(id, since, at, cause, alertable, text)"
		  " VALUES(5, 1, 2, 10, 1, '');"
		  "INSERT INTO delivery(kind, target, subject, path, body,"
		  " made, due) VALUES(1, 'a@b', 's', '', x'31', 1, 1)");
	bench_open(b);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT count(*) FROM incident WHERE id ="
				      " 5 AND alert IS NULL"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM delivery WHERE"
				      " notice IS NULL AND body = x'31'"),
	    1);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM alert"), 0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM notice"), 0);
	bench_tiles(b);
	bench_chain(b);
}

static void
test_from_version_3(void **state)
{
	struct bench *b = *state;
	char copy[160];

	store_close(&b->store);
	script(b, BENCH_UNDO_SEVENTH);
	script(b, undo_sixth);
	script(b, undo_fifth);
	script(b, undo_fourth);
	script(b, "INSERT INTO event(run, mono, utc, kind, actor, body, prev,"
		  " hash) VALUES(1, 5, 6, 'old', 'x', '{}', zeroblob(32),"
		  " zeroblob(32)), (1, 7, 8, 'old', 'x', '{}', zeroblob(32),"
		  " zeroblob(32))");
	bench_open(b);
	snprintf(copy, sizeof(copy), "%s/%s.v3", b->dir, STORE_FILE);
	assert_int_equal(access(copy, R_OK), 0);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event_v1"), 2);
	/* The numbers go on. */
	assert_int_equal(bench_int(b, "SELECT value FROM meta WHERE key ="
				      " 'ledger_base'"),
	    2);
	assert_int_equal(bench_int(b, "SELECT min(seq) FROM event"), 3);
	assert_int_equal(bench_int(b,
			     "SELECT kind = 'ledger.begin' AND"
			     " json_extract(body, '$.before') = 2 AND"
			     " json_extract(body, '$.before_hash') LIKE"
			     " '0000%' FROM event WHERE seq = 3"),
	    1);
	bench_tiles(b);
	bench_chain(b);
	/* They go by age as ever. */
	struct writer *w = writer_of_bench(b);

	w->keep_event_days = 30;
	assert_true(retention_step(w, b->mono));
	assert_int_equal(count(w, "SELECT count(*) FROM event_v1"), 0);
	db_close(&w->db);
	free(w);
	bench_open(b);
	bench_chain(b);
}

static void
test_from_version_2(void **state)
{
	struct bench *b = *state;

	store_close(&b->store);
	script(b, BENCH_UNDO_SEVENTH);
	script(b, undo_sixth);
	script(b, undo_fifth);
	script(b, undo_fourth);
	script(b, undo_third);
	bench_open(b);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed"), 2);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM console"), 0);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM incident WHERE"
				      " room IS NULL"),
	    bench_int(b, "SELECT count(*) FROM incident"));
	bench_tiles(b);
}

static void
test_from_version_1(void **state)
{
	struct bench *b = *state;

	store_close(&b->store);
	script(b, BENCH_UNDO_SEVENTH);
	script(b, undo_sixth);
	script(b, undo_fifth);
	script(b, undo_fourth);
	script(b, undo_third);
	script(b, "ALTER TABLE feed DROP COLUMN ptz;"
		  "ALTER TABLE feed DROP COLUMN dark_hours;"
		  "DROP TABLE reference; PRAGMA user_version = 1");
	bench_open(b);
	assert_int_equal(bench_int(b, "PRAGMA user_version"), schema_version());
	assert_int_equal(bench_int(b, "SELECT count(*) FROM feed WHERE ptz = 0"
				      " AND dark_hours = ''"),
	    2);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM reference"), 0);
}

static void
test_damaged(void **state)
{
	struct bench *b = *state;
	char path[128], error[STORE_ERROR_BYTES];

	store_close(&b->store);
	script(b, "UPDATE heartbeat SET stopped = 0");
	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	FILE *f = fopen(path, "r+b");
	char rubbish[4096];

	memset(rubbish, 0x5a, sizeof(rubbish));
	fseek(f, 4096 * 2, SEEK_SET);
	for (int i = 0; i < 20; i++)
		fwrite(rubbish, 1, sizeof(rubbish), f);
	fclose(f);
	assert_null(store_open(&b->config, NULL, error));
	assert_true(strlen(error) > 20);
}

static void
test_no_database(void **state)
{
	struct bench *b = *state;
	char error[STORE_ERROR_BYTES];
	struct store_config c = { .dir = "/proc/none/such", .actor = "t" };

	assert_null(store_open(&c, NULL, error));
	assert_non_null(strstr(error, "/proc/none/such"));
	assert_null(store_reader_open("/proc/none/such", error));
	assert_non_null(strstr(error, "/proc/none/such"));
	(void)b;
}

/* A writer that has done everything once still has room to prepare more. */
static void
test_statements(void **state)
{
	static char sql[400][32];
	struct bench *b = *state;
	char path[128];
	struct db db;

	snprintf(path, sizeof(path), "%s/%s", b->dir, STORE_FILE);
	assert_true(db_open(&db, path, SQLITE_OPEN_READONLY, NULL));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 400; i++) {
			snprintf(sql[i], sizeof(sql[i]), "SELECT %d", i);
			assert_int_equal(db_int(&db, -1, sql[i], ""), i);
		}
	assert_int_equal(db.rc, SQLITE_OK);
	db_close(&db);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_by_age),
		TEST(test_people_by_age),
		TEST(test_by_size),
		TEST(test_versions),
		TEST(test_version_0),
		TEST(test_next_version),
		TEST(test_copies),
		TEST(test_from_version_1),
		TEST(test_from_version_2),
		TEST(test_from_version_3),
		TEST(test_from_version_4),
		TEST(test_from_version_6),
		TEST(test_damaged),
		TEST(test_no_database),
		TEST(test_statements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
