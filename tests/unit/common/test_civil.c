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

/* From dates to days and back; what is no day isn't one. */
static void
test_back(void **state)
{
	static const unsigned none[][3] = { { 2026, 2, 29 }, { 1900, 2, 29 },
		{ 2026, 4, 31 }, { 2026, 12, 32 }, { 2026, 13, 1 },
		{ 2026, 0, 1 }, { 2026, 1, 0 }, { 0, 1, 1 }, { 10000, 1, 1 } };
	int64_t days;

	(void)state;
	assert_true(civil_days(1970, 1, 1, &days));
	assert_int_equal(days, 0);
	assert_true(civil_days(1, 1, 1, &days));
	for (; civil_of(days * 86400000000).year < 10000; days++) {
		struct civil c = civil_of(days * 86400000000);
		int64_t back;

		assert_true(
		    civil_days((unsigned)c.year, c.month, c.day, &back));
		assert_int_equal(back, days);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(
		    civil_days(none[i][0], none[i][1], none[i][2], &days));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
