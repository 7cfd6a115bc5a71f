/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/clock_state.h"

#define MS 1000

static const struct {
	struct clock_state told, now;
	bool changed;
} steps[] = {
	{ { 0 }, { 0 }, false },
	{ { 0 }, { .known = true }, true },
	{ { true, false }, { true, true, 0, 5 * MS }, true },
	{ { true, true, 0, 5 * MS }, { true, false, 0, 5 * MS }, true },
	{ { true, true, 0, 5 * MS }, { true, true, 90 * MS, 99 * MS }, false },
	{ { true, true, 0, 5 * MS }, { true, true, 0, 100 * MS }, true },
	/* grows and shrinks with each answer of the server: said once */
	{ { true, true, 0, 100 * MS }, { true, true, 0, 60 * MS }, false },
	{ { true, true, 0, 100 * MS }, { true, true, 0, 49 * MS }, true },
	{ { true, true, 0, 100 * MS }, { true, true, 0, 1000 * MS }, true },
	{ { true, true, 0, 1000 * MS }, { true, true, 0, 15000 * MS }, true },
	{ { true, true, 0, 15000 * MS }, { true, true, 0, 1 * MS }, true },
	{ { true, false, 0, 1 }, { true, false, 0, 16000 * MS }, false },
};

static void
test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		assert_int_equal(clock_state_changed(&steps[i].told,
				     &steps[i].now),
		    steps[i].changed);
}

static void
test_text(void **state)
{
	const struct clock_state c = { true, true, 0, 4001, 1 };
	const struct clock_state loose = { .known = true };
	char out[160];

	(void)state;
	assert_non_null(strstr(clock_state_text(&c, out, sizeof(out)),
	    "at most 5 ms, probably 1 ms"));
	assert_non_null(
	    strstr(clock_state_text(&loose, out, sizeof(out)), "no time"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_changes),
		cmocka_unit_test(test_text) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
