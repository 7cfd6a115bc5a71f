/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "monitor/courier/backoff.h"

#define S 1000000ll
#define DAY (86400 * S)

static void
pauses_grow_to_half_an_hour(void **state)
{
	(void)state;
	assert_int_equal(backoff_us(0), 15 * S);
	assert_int_equal(backoff_us(1), 15 * S);
	assert_int_equal(backoff_us(2), 30 * S);
	assert_int_equal(backoff_us(7), 960 * S);
	assert_int_equal(backoff_us(8), 1800 * S);
	assert_int_equal(backoff_us(UINT32_MAX), 1800 * S);
}

static void
ends_after_days(void **state)
{
	(void)state;
	assert_false(backoff_over(7, 7 + 5 * DAY, false));
	assert_true(backoff_over(7, 8 + 5 * DAY, false));
	assert_false(backoff_over(7, 7 + DAY, true));
	assert_true(backoff_over(7, 8 + DAY, true));
	/* A clock that was set back. */
	assert_false(backoff_over(8, 7, true));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_grow_to_half_an_hour),
		cmocka_unit_test(ends_after_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
