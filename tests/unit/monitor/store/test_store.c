/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

static int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	bench_init(b);
	bench_open(b);
	*state = b;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *b = *state;

	if (b->store != NULL)
		bench_tiles(b);
	bench_fini(b);
	free(b);
	return 0;
}

static void
test_open_again(void **state)
{
	struct bench *b = *state;
	struct store_config c = b->config;
	char error[STORE_ERROR_BYTES];

	assert_null(store_open(&c, NULL, error));
	assert_non_null(strstr(error, "in use by another camwarden"));
	assert_int_equal(bench_int(b, "PRAGMA user_version"), 1);
	store_close(&b->store);
	b->mono += 10 * S;
	bench_open(b);
	assert_int_equal(bench_int(b, "SELECT count(*) FROM run"), 2);
	/* run, off, run */
	assert_int_equal(bench_int(b, "SELECT count(*) FROM epoch"), 3);
}

static void
test_verdicts_make_intervals(void **state)
{
	struct bench *b = *state;

	bench_feeds(b, 2);
	bench_verdict(b, 1, CAUSE_NONE, 101 * S, 102 * S, false);
	bench_verdict(b, 1, CAUSE_STALLED, 110 * S, 112 * S, false);
	bench_verdict(b, 1, CAUSE_NONE, 113 * S, 114 * S, true);
	bench_drain(b);
	assert_true(b->last.ok);
	/* learning, up to the last good evidence, down, up from the proof */
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM interval WHERE feed = 1"),
	    4);
	assert_int_equal(bench_int(b, "SELECT start FROM interval WHERE feed = "
				      "1 AND state = 3"),
	    T0 + 110 * S);
	assert_int_equal(bench_int(b, "SELECT end FROM interval WHERE feed = 1 "
				      "AND state = 3"),
	    T0 + 113 * S);
	assert_int_equal(bench_int(b,
			     "SELECT count(*) FROM event WHERE kind = "
			     "'verdict' AND feed = 1"
			     " AND json_extract(body, '$.evidence.n') = 1"),
	    3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_open_again, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_verdicts_make_intervals,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
