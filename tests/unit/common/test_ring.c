/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/ring.h"

/* In their order, whatever was taken out when it grew. */
static void
test_order(void **state)
{
	struct ring r = { .size = sizeof(uint32_t) };
	uint32_t put = 0, taken = 0, *value;

	(void)state;
	assert_null(ring_first(&r));
	for (unsigned turn = 0; turn < 300; turn++) {
		unsigned more = 1 + turn * 7 % 13, less = turn * 5 % 11;

		assert_true(ring_reserve(&r, more));
		while (more-- > 0) {
			value = ring_put(&r);
			assert_int_equal(*value, 0);
			*value = ++put;
		}
		for (; less > 0 && r.count > 0; less--) {
			value = ring_first(&r);
			assert_int_equal(*value, ++taken);
			ring_pop(&r);
		}
		assert_int_equal(r.count, put - taken);
	}
	while (r.count > 0) {
		value = ring_first(&r);
		assert_int_equal(*value, ++taken);
		ring_pop(&r);
	}
	assert_null(ring_first(&r));
	ring_free(&r);
	/* .. and again, from nothing. */
	assert_true(ring_reserve(&r, 1000));
	assert_true(r.room >= 1000);
	ring_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
