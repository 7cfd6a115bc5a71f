/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of a feed whose pictures may not be kept: numbers, no picture.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "scene.h"

static void
test_no_picture_in_it(void **state)
{
	static unsigned char seen[JUDGE_SAVE_BYTES], unseen[JUDGE_SAVE_BYTES];
	static unsigned char again[JUDGE_SAVE_BYTES];
	struct camera c, d;
	size_t n, m, said = 0;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 60);
	n = judge_save(c.feed, seen, sizeof(seen));
	m = judge_save_unseen(c.feed, unseen, sizeof(unseen));
	assert_true(m > 0 && m < n);
	/* Rates and the like; a picture's cells would be hundreds. */
	for (size_t i = 0; i < m; i++)
		said += unseen[i] != 0;
	assert_true(said < 100);
	/* It is a saved state as any other. */
	camera_init(&d);
	judge_restore(d.feed, unseen, m);
	assert_int_equal(judge_save(d.feed, again, sizeof(again)), m);
	assert_memory_equal(again, unseen, m);
	camera_fini(&c);
	camera_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_picture_in_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
