/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>

#include <cmocka.h>

#include "probes/console/visibility.h"

static void
known_cases(void **state)
{
	static const struct rectangle of = { 100, 100, 200, 100 };
	static const struct {
		struct rectangle above[4];
		size_t count;
		unsigned percent;
	} table[] = {
		{ { { 0 } }, 0, 100 },
		{ { { 100, 100, 200, 100 } }, 1, 0 },
		{ { { 0, 0, 1000, 1000 } }, 1, 0 },
		{ { { 300, 100, 50, 50 } }, 1, 100 }, /* beside it */
		{ { { 100, 200, 50, 50 } }, 1, 100 }, /* below it */
		{ { { 100, 100, 100, 100 } }, 1, 50 },
		{ { { 150, 125, 100, 50 } }, 1, 75 }, /* a hole */
		{ { { 150, 125, 100, 50 }, { 150, 125, 100, 50 } }, 2, 75 },
		{ { { 0, 0, 150, 150 }, { 250, 150, 999, 999 } }, 2, 75 },
		{ { { 100, 100, 100, 100 }, { 200, 100, 100, 100 } }, 2, 0 },
		{ { { 100, 100, 200, 99 } }, 1, 1 },
		/* all but one pixel */
		{ { { 100, 100, 199, 100 }, { 299, 100, 1, 99 } }, 2, 1 },
		{ { { 120, 120, 0, 50 }, { 120, 120, -10, 50 } }, 2, 100 },
		{ { { INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX } }, 1, 100 },
		{ { { -1000000, -1000000, INT32_MAX, INT32_MAX } }, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(visibility_percent(&of, table[i].above,
				     table[i].count),
		    table[i].percent);
	assert_int_equal(visibility_percent(&(struct rectangle){ 5, 5, 0, 9 },
			     NULL, 0),
	    0);
}

/* Against counting pixels, on scenes of chance. */
static void
equals_counting_pixels(void **state)
{
	(void)state;
	srand(4);
	for (int round = 0; round < 300; round++) {
		struct rectangle of = { rand() % 20, rand() % 20,
			1 + rand() % 40, 1 + rand() % 40 };
		struct rectangle above[8];
		int count = rand() % 9, seen = 0;

		for (int i = 0; i < count; i++)
			above[i] = (struct rectangle){ rand() % 60 - 10,
				rand() % 60 - 10, rand() % 30, rand() % 30 };
		for (int y = of.y; y < of.y + of.height; y++)
			for (int x = of.x; x < of.x + of.width; x++) {
				bool covered = false;

				for (int i = 0; i < count; i++)
					covered |=
					    x >= above[i].x &&
					    y >= above[i].y &&
					    x < above[i].x + above[i].width &&
					    y < above[i].y + above[i].height;
				seen += !covered;
			}
		unsigned expected =
		    (unsigned)(seen * 100 / (of.width * of.height));

		if (seen > 0 && expected == 0)
			expected = 1;
		assert_int_equal(visibility_percent(&of, above, (size_t)count),
		    expected);
	}
}

/* Thousands of pieces: it may answer too little, never too much. */
static void
never_more_than_there_is(void **state)
{
	static struct rectangle above[500];
	struct rectangle of = { 0, 0, 2000, 100 };

	(void)state;
	for (int i = 0; i < 500; i++)
		above[i] = (struct rectangle){ 4 * i, 10, 2, 80 };
	assert_in_range(visibility_percent(&of, above, 500), 1, 60);
}

static void
cutting(void **state)
{
	struct rectangle out, a = { 0, 0, 100, 100 }, b = { 50, 60, 100, 10 },
			      c = { 100, 0, 10, 10 };

	(void)state;
	assert_true(rectangle_cut(&a, &b, &out));
	assert_int_equal(out.x, 50);
	assert_int_equal(out.y, 60);
	assert_int_equal(out.width, 50);
	assert_int_equal(out.height, 10);
	assert_false(rectangle_cut(&a, &c, &out));
	assert_int_equal(out.width, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_cases),
		cmocka_unit_test(equals_counting_pixels),
		cmocka_unit_test(never_more_than_there_is),
		cmocka_unit_test(cutting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
