/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "monitor/capacity/arrival.h"

/* 3,700 feeds, 100 a second: what is left falls evenly, and ends at 0. */
static void
test_steady(void **state)
{
	struct arrival a = { 0 };

	(void)state;
	arrival_second(&a, 3700, 0);
	assert_int_equal(arrival_left_s(&a), ARRIVAL_NOBODY_KNOWS);
	for (uint32_t s = 1; s <= 37; s++) {
		arrival_second(&a, 3700, s * 100);
		assert_int_equal(arrival_left_s(&a), 37 - s);
	}
}

/* The pace of the last ten seconds counts, not that of the beginning. */
static void
test_slower(void **state)
{
	struct arrival a = { 0 };

	(void)state;
	for (uint32_t s = 0; s <= 5; s++)
		arrival_second(&a, 1000, s * 100);
	for (uint32_t s = 1; s <= 10; s++)
		arrival_second(&a, 1000, 500 + s * 10);
	assert_int_equal(arrival_left_s(&a), 40);
	for (uint32_t s = 1; s <= 10; s++)
		arrival_second(&a, 1000, 600);
	assert_int_equal(arrival_left_s(&a), ARRIVAL_NOBODY_KNOWS);
}

/* An import brings more, another inventory less. */
static void
test_changes(void **state)
{
	struct arrival a = { 0 };

	(void)state;
	assert_int_equal(arrival_left_s(&a), 0);
	arrival_second(&a, 100, 90);
	arrival_second(&a, 100, 100);
	assert_int_equal(arrival_left_s(&a), 0);
	arrival_second(&a, 300, 100);
	arrival_second(&a, 300, 110);
	assert_int_equal(arrival_left_s(&a), 29); /* 190 at 20 in 3 s */
	arrival_second(&a, 50, 40);
	assert_int_equal(arrival_left_s(&a), ARRIVAL_NOBODY_KNOWS);
	arrival_second(&a, 50, 45);
	assert_int_equal(arrival_left_s(&a), 1);
	arrival_second(&a, 0, 0);
	assert_int_equal(arrival_left_s(&a), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady),
		cmocka_unit_test(test_slower),
		cmocka_unit_test(test_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
