/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer killed at any moment: the database opens, nothing confirmed is
 * missing, intervals tile, and what nobody watched is unknown. */
#include "intact.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define FEEDS 12
#define ROUNDS 15

struct child {
	struct store *store;
	int out; /* a pipe: numbers of confirmed events */
};

static void
confirmed(void *arg, const struct store_result *r)
{
	struct child *c = arg;
	int64_t seq = r->ok ? r->seq : -1;

	if (seq != 0 && write(c->out, &seq, sizeof(seq)) != sizeof(seq))
		_exit(3);
}

/* Writes verdicts, incidents, pictures as fast as they are taken, until it is
 * killed. No cmocka call may happen here. */
static void
write_for_ever(const char *dir, int out, unsigned seed)
{
	struct child c = { .out = out };
	struct store_config config = { .dir = dir, .actor = "child" };
	struct store_done done = { confirmed, &c };
	char error[STORE_ERROR_BYTES], png[9000];
	struct timespec t;

	memset(png, 'p', sizeof(png));
	c.store = store_open(&config, NULL, error);
	if (c.store == NULL)
		_exit(2);
	for (unsigned n = 0;; n++) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		int64_t now = t.tv_sec * S + t.tv_nsec / 1000;
		enum cause cause = (enum cause)(rand_r(&seed) % CAUSE_COUNT);
		struct store_verdict v = { .feed = 1 + rand_r(&seed) % FEEDS,
			.state = cause_state(cause),
			.cause = cause,
			.causes = cause != CAUSE_NONE ? 1ull << cause : 0,
			.since_us = now - rand_r(&seed) % 300000,
			.at_us = now,
			.evidence = "{}" };
		struct store_incident i = { store_incident_next(c.store),
			v.feed, 0, now, now, CAUSE_FROZEN, true, "x" };
		struct store_thumbnail p = { v.feed, STORE_CURRENT, now, 0, 320,
			180, png, sizeof(png) };

		store_heartbeat(c.store, now);
		store_verdict(c.store, &v, n % 7 == 0 ? &done : NULL);
		if (n % 5 == 0)
			store_incident_open(c.store, &i,
			    n % 3 == 0 ? &done : NULL);
		if (n % 4 == 0)
			store_thumbnail(c.store, &p, NULL);
		if (n % 11 == 0)
			store_epoch(c.store,
			    T0 + (int64_t)(rand_r(&seed) % 7200) * S, now,
			    "clock", NULL);
		if (n % 3 == 0)
			usleep(rand_r(&seed) % 3000);
		store_dispatch(c.store);
	}
}

/* All that was confirmed before the kill stands in the database. */
static unsigned
all_there(struct bench *b, int in)
{
	sqlite3 *db = bench_sql(b);
	sqlite3_stmt *st;
	int64_t seq;
	unsigned n = 0;

	assert_int_equal(sqlite3_prepare_v2(db,
			     "SELECT count(*) FROM event WHERE seq = ?", -1,
			     &st, NULL),
	    SQLITE_OK);
	while (read(in, &seq, sizeof(seq)) == sizeof(seq)) {
		assert_true(seq > 0);
		sqlite3_bind_int64(st, 1, seq);
		assert_int_equal(sqlite3_step(st), SQLITE_ROW);
		assert_int_equal(sqlite3_column_int(st, 0), 1);
		sqlite3_reset(st);
		n++;
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static bool
off(void *arg, const struct store_feed_row *row)
{
	unsigned *n = arg;

	assert_int_equal(row->state, STATE_UNKNOWN);
	assert_int_equal(row->cause, CAUSE_MONITOR_OFF);
	(*n)++;
	return true;
}

/* Ten seconds after the kill, before anybody started it again. */
static void
readers_show_unknown(struct bench *b)
{
	struct store_alive alive;
	struct store_now now;
	char error[256];
	unsigned n = 0;
	struct store_reader *r = store_reader_open(b->dir, error);

	assert_non_null(r);
	store_now(&now);
	now.mono_us += 10 * S;
	now.utc_us += 10 * S;
	assert_true(store_read_alive(r, &now, &alive));
	assert_false(alive.alive);
	assert_true(store_read_feeds(r, NULL, NULL, off, &n));
	assert_int_equal(n, FEEDS);
	store_reader_close(&r);
}

static unsigned
kill_one(struct bench *b, unsigned round)
{
	int out[2];

	assert_int_equal(pipe(out), 0);
	pid_t pid = fork();

	if (pid == 0) {
		close(out[0]);
		write_for_ever(b->dir, out[1], round + 1);
	}
	close(out[1]);
	usleep(40000 + rand_r(&b->seed) % 160000);
	assert_int_equal(kill(pid, SIGKILL), 0);
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	readers_show_unknown(b);
	assert_true(bench_sound(b));
	bench_intact(b);
	unsigned n = all_there(b, out[0]);

	close(out[0]);
	return n;
}

static void
test_kill(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	unsigned all = 0;

	(void)state;
	bench_init(b);
	b->seed = 11;
	bench_open(b);
	bench_feeds(b, FEEDS);
	store_close(&b->store);
	for (unsigned round = 0; round < ROUNDS; round++)
		all += kill_one(b, round);
	b->mono = 0; /* the real clocks, as the children had */
	memset(&b->config, 0, sizeof(b->config));
	b->config.dir = b->dir;
	char error[STORE_ERROR_BYTES];

	b->store = store_open(&b->config, NULL, error);
	assert_non_null(b->store);
	bench_tiles(b);
	assert_true(all > ROUNDS);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM epoch WHERE end IS NULL"),
	    1);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    FEEDS);
	assert_true(
	    bench_int(b, "SELECT count(*) FROM event WHERE kind = 'verdict'") >
	    ROUNDS);
	assert_true(bench_chain(b) > ROUNDS);
	store_close(&b->store);
	bench_intact(b);
	bench_fini(b);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_kill) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
