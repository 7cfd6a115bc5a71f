/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments to dates: against the C library, and at the ends of what fits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <time.h>

#include "common/civil.h"

static void
as_libc(int64_t s, unsigned micro)
{
	struct civil c = civil_of(s * 1000000 + micro);
	time_t t = (time_t)s;
	struct tm tm;

	assert_non_null(gmtime_r(&t, &tm));
	assert_int_equal(c.year, (int64_t)tm.tm_year + 1900);
	assert_int_equal(c.month, tm.tm_mon + 1);
	assert_int_equal(c.day, tm.tm_mday);
	assert_int_equal(c.weekday, (tm.tm_wday + 6) % 7);
	assert_int_equal(c.hour, tm.tm_hour);
	assert_int_equal(c.minute, tm.tm_min);
	assert_int_equal(c.second, tm.tm_sec);
	assert_int_equal(c.micro, micro);
}

/* Every day of eight centuries around the epoch, at its ends. */
static void
test_days(void **state)
{
	(void)state;
	for (int64_t day = -150000; day < 150000; day++) {
		as_libc(day * 86400, 0);
		as_libc(day * 86400 + 86399, 999999);
		as_libc(day * 86400 + 45296, 7);
	}
}

static void
test_ends(void **state)
{
	(void)state;
	as_libc(INT64_MAX / 1000000 - 1, 999999);
	as_libc(INT64_MIN / 1000000 + 1, 0);
	/* No overflow at the very ends, whatever these dates are worth. */
	assert_int_equal(civil_of(INT64_MAX).year, 294247);
	assert_int_equal(civil_of(INT64_MIN).year, -290308);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
