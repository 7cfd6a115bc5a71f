/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk that fails or is full: a VFS over the system's that refuses writes
 * from the n-th on. Nothing crashes, facts wait, pictures go first, people
 * hear of it, and the time in which nothing could be written is unknown. */
#include "bench.h"
#include "monitor/store/store_users.h"
#include "shim.h"

#include <stdatomic.h>

static atomic_int writes_left = -1; /* -1 = all is well */
static atomic_int failure;	    /* what a refused write gives */
static atomic_uint refused;

static bool
refuses(void)
{
	int left = atomic_load(&writes_left);

	if (left < 0)
		return false;
	if (left > 0) {
		atomic_fetch_sub(&writes_left, 1);
		return false;
	}
	atomic_fetch_add(&refused, 1);
	return true;
}

static int
bad_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	if (refuses())
		return atomic_load(&failure);
	return shim_write(f, p, n, at);
}

static int
bad_sync(sqlite3_file *f, int flags)
{
	if (refuses())
		return SQLITE_IOERR_FSYNC;
	return shim_sync(f, flags);
}

static int
vfs_setup(void **state)
{
	(void)state;
	shim_make("bad");
	shim_methods.xWrite = bad_write;
	shim_methods.xSync = bad_sync;
	return shim_register();
}

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench_init(b);
	b->config.vfs = "bad";
	atomic_store(&writes_left, -1);
	atomic_store(&failure, SQLITE_FULL);
	bench_open(b);
	bench_feeds(b, 4);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	atomic_store(&writes_left, -1);
	if (b->store != NULL)
		bench_tiles(b);
	bench_fini(b);
	free(b);
	return 0;
}

static bool
becomes_failing(struct bench *b, bool wanted)
{
	struct store_health h;

	for (int i = 0; i < 1000; i++) {
		store_health(b->store, &h);
		if (h.failing == wanted)
			return true;
		usleep(10000);
	}
	return false;
}

/* Whichever write fails, the facts are there once the disk is well again. */
static void
test_every_write(void **state)
{
	struct bench *b = *state;

	for (int n = 0; n < 6; n++) {
		int64_t before = bench_int(b,
		    "SELECT count(*) FROM event WHERE kind = 'verdict'");
		unsigned hits = atomic_load(&refused);

		atomic_store(&failure,
		    n % 2 ? SQLITE_IOERR_WRITE : SQLITE_FULL);
		atomic_store(&writes_left, n);
		b->mono += S / 2;
		for (int f = 1; f <= 4; f++) {
			struct store_verdict v = { .feed = f,
				.state = n % 2 ? STATE_UP : STATE_DOWN,
				.cause = n % 2 ? CAUSE_NONE : CAUSE_BLACK,
				.causes = n % 2 ? 0 : 1ull << CAUSE_BLACK,
				.since_us = b->mono,
				.at_us = b->mono,
				.evidence = "{}" };

			assert_true(store_verdict(b->store, &v, NULL));
		}
		store_drain(b->store, 60);
		atomic_store(&writes_left, -1);
		bench_drain(b);
		assert_int_equal(bench_int(b, "SELECT count(*) FROM event "
					      "WHERE kind = 'verdict'"),
		    before + 4);
		if (n < 4)
			assert_true(atomic_load(&refused) > hits);
	}
	bench_tiles(b);
	assert_true(bench_sound(b));
}

static void
test_long_failure(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };
	struct store_thumbnail t = { 1, STORE_CURRENT, b->mono, 0, 320, 180,
		"png", 3 };
	struct store_overlay o = { STORE_MUTE, 1, 0, "", T0, T0 + 900 * S,
		"ana", "x" };

	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 101 * S, false);
	bench_live(b, 102 * S);
	int64_t good = b->mono;

	atomic_store(&writes_left, 0);
	unsigned answers = b->confirmed;

	/* With the failing batch: the person hears, the picture goes. */
	assert_true(store_thumbnail(b->store, &t, &done));
	assert_true(store_overlay(b->store, &o, &done));
	assert_true(becomes_failing(b, true));
	/* The second may have been in a batch of its own. */
	for (int i = 0; i < 1000 && b->confirmed < answers + 2; i++) {
		usleep(5000);
		store_dispatch(b->store);
	}
	assert_int_equal(b->healths, 1);
	assert_int_equal(b->confirmed, answers + 2);
	assert_true(!b->last.ok && b->last.later);
	assert_non_null(strstr(b->last.error, "not stored: "));
	assert_false(store_thumbnail(b->store, &t, &done));
	/* Nine seconds in which the main loop lives and nothing is kept. */
	for (int i = 0; i < 9; i++) {
		b->mono += S;
		assert_true(store_heartbeat(b->store, b->mono));
	}
	struct store_verdict v = { .feed = 2,
		.state = STATE_DOWN,
		.cause = CAUSE_BLACK,
		.causes = 1ull << CAUSE_BLACK,
		.since_us = good + S,
		.at_us = good + 2 * S,
		.evidence = "{}" };

	assert_true(store_verdict(b->store, &v, NULL));
	/* Readers see it long before. */
	assert_int_equal(bench_int(b, "SELECT mono FROM heartbeat"), good);
	atomic_store(&writes_left, -1);
	bench_drain(b);
	assert_true(becomes_failing(b, false));
	store_dispatch(b->store);
	assert_int_equal(b->healths, 2);
	bench_tiles(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE cause = 35 "
			     "AND start ="
			     " 1700000102000000 AND end = 1700000111000000"),
	    4);
	/* What was called in the gap counts from its end. */
	assert_int_equal(bench_int(b, "SELECT start FROM interval WHERE feed = "
				      "2 AND end IS NULL"
				      " AND state = 3"),
	    T0 + 111 * S);
	assert_int_equal(bench_int(b, "SELECT state FROM interval WHERE feed = "
				      "1 AND end IS NULL"),
	    1);
}

/* Whoever asks hears of it at once, also behind more facts than one batch
 * holds; whom nobody waits for is kept with them. */
static void
test_asked_behind_facts(void **state)
{
	struct bench *b = *state;
	struct store_done done = { bench_done, b };
	struct store_handover note = { T0, T0 + S, "", "ana", "all quiet",
		b->mono };
	struct store_verdict v = { .feed = 1,
		.since_us = b->mono,
		.at_us = b->mono,
		.evidence = "{}" };

	atomic_store(&writes_left, 0);
	for (int i = 0; i < 1200; i++) {
		v.state = i % 2 ? STATE_DOWN : STATE_UP;
		v.cause = i % 2 ? CAUSE_BLACK : CAUSE_NONE;
		v.causes = i % 2 ? 1ull << CAUSE_BLACK : 0;
		assert_true(store_verdict(b->store, &v, NULL));
	}
	assert_true(becomes_failing(b, true));
	unsigned answers = b->confirmed;

	assert_true(store_handover(b->store, &note, &done));
	for (int i = 0; i < 2000 && b->confirmed == answers; i++) {
		usleep(5000);
		store_dispatch(b->store);
	}
	assert_int_equal(b->confirmed, answers + 1);
	assert_true(!b->last.ok && b->last.later);
	assert_non_null(strstr(b->last.error, "not stored: "));
	atomic_store(&writes_left, -1);
	bench_drain(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM handover"), 0);
	bench_tiles(b);
}

/* More verdicts than the queue holds: none is silently lost. */
static void
test_overflow(void **state)
{
	struct bench *b = *state;
	struct store_health h;
	unsigned taken = 0;

	store_close(&b->store);
	b->config.queue_ops = 16;
	bench_open(b);
	atomic_store(&writes_left, 0);
	store_heartbeat(b->store, b->mono);
	assert_true(becomes_failing(b, true));
	for (int i = 0; i < 40; i++) {
		struct store_verdict v = { .feed = 1 + i % 4,
			.state = i / 4 % 2 ? STATE_UP : STATE_DOWN,
			.cause = i / 4 % 2 ? CAUSE_NONE : CAUSE_BLACK,
			.causes = i / 4 % 2 ? 0 : 1ull << CAUSE_BLACK,
			.since_us = b->mono,
			.at_us = b->mono,
			.evidence = "{}" };

		b->mono += 1000;
		taken += store_verdict(b->store, &v, NULL);
	}
	assert_int_equal(taken, 16);
	store_health(b->store, &h);
	assert_int_equal(h.ops_dropped, 24);
	atomic_store(&writes_left, -1);
	bench_drain(b);
	assert_int_equal(b->resyncs, 1);
	bench_tiles(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM event WHERE kind = "
				      "'store.lost'"),
	    1);
	/* Until the monitor has posted them all again, nothing is claimed. */
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE cause = 35"
			     " AND end IS NULL"),
	    4);
}

/* Closing on a disk that stays full ends, and says what was not kept. */
static void
test_close_on_full(void **state)
{
	struct bench *b = *state;

	atomic_store(&writes_left, 0);
	struct store_verdict v = { .feed = 1,
		.state = STATE_DOWN,
		.cause = CAUSE_BLACK,
		.causes = 1ull << CAUSE_BLACK,
		.since_us = b->mono,
		.at_us = b->mono,
		.evidence = "{}" };

	assert_true(
	    store_verdict(b->store, &v, &(struct store_done){ bench_done, b }));
	assert_true(becomes_failing(b, true));
	unsigned before = b->confirmed;

	store_close(&b->store);
	assert_int_equal(b->confirmed, before + 1);
	assert_false(b->last.ok);
	atomic_store(&writes_left, -1);
	b->mono += 10 * S;
	bench_open(b);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE end IS NULL"),
	    4);
}

static void
test_open_on_full(void **state)
{
	struct bench *b = *state;
	char error[STORE_ERROR_BYTES];

	store_close(&b->store);
	atomic_store(&writes_left, 0);
	assert_null(store_open(&b->config, NULL, error));
	assert_true(strlen(error) > 10);
	atomic_store(&writes_left, -1);
	bench_open(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_write),
		TEST(test_long_failure),
		TEST(test_asked_behind_facts),
		TEST(test_overflow),
		TEST(test_close_on_full),
		TEST(test_open_on_full),
	};

	return cmocka_run_group_tests(tests, vfs_setup, NULL);
}
