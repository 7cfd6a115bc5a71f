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
a_notice_waits_less(void **state)
{
	(void)state;
	assert_int_equal(backoff_notice_us(1, false, 0), 15 * S);
	assert_int_equal(backoff_notice_us(4, false, 0), 120 * S);
	assert_int_equal(backoff_notice_us(99, false, 0), 120 * S);
	assert_int_equal(backoff_notice_us(99, true, 0), 1800 * S);
	/* What the server asks for, within an hour. */
	assert_int_equal(backoff_notice_us(1, false, 7), 15 * S);
	assert_int_equal(backoff_notice_us(99, false, 600), 600 * S);
	assert_int_equal(backoff_notice_us(1, true, UINT32_MAX), 3600 * S);
}

static void
a_server_rests(void **state)
{
	struct backoff_rest r = { 0 };

	(void)state;
	backoff_failed(&r, 0, 7 * S);
	assert_int_equal(r.until_us, 22 * S);
	/* Two that were under way at once are one failure. */
	backoff_failed(&r, 0, 8 * S);
	assert_int_equal(r.fails, 1);
	assert_int_equal(r.until_us, 23 * S);
	backoff_failed(&r, 0, 23 * S);
	assert_int_equal(r.until_us, 53 * S);
	backoff_failed(&r, 300, 53 * S);
	assert_int_equal(r.until_us, 353 * S);
	assert_int_equal(r.fails, 3);
	backoff_taken(&r);
	assert_int_equal(r.fails, 0);
	assert_int_equal(r.until_us, 0);
	/* What it refuses may be that one thing's fault; not so often. */
	backoff_refused(&r, 400 * S);
	backoff_refused(&r, 401 * S);
	assert_int_equal(r.until_us, 0);
	backoff_refused(&r, 402 * S);
	assert_int_equal(r.until_us, 417 * S);
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
		cmocka_unit_test(a_notice_waits_less),
		cmocka_unit_test(a_server_rests),
		cmocka_unit_test(ends_after_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
