/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evenly differing keyframes: when they are the sensor's noise, and when they
 * may be a still picture that something codes anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "monitor/judge/life.h"

static void
test_noise(void **state)
{
	static const struct row {
		const char *name;
		bool intra_only;
		uint16_t equal; /* permille */
		uint32_t near_q8, far_q8;
		unsigned within; /* keyframes; 0: never */
	} rows[] = {
		{ "noise", false, 10, 500, 520, 7 },
		{ "uneven noise", false, 10, 300, 520, 18 },
		{ "a look-ahead's", false, 45, 500, 520, 0 },
		{ "MJPEG noise", true, 45, 500, 600, 14 },
		{ "MJPEG made of a frozen constant rate", true, 170, 500, 600,
		    0 },
		{ "MJPEG under a clock", true, 950, 500, 600, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct life l = { 0 };
		struct contrast c = { .intra_only = r->intra_only,
			.equal_permille = r->equal,
			.excess_percent = 60 };
		unsigned shown = 0;

		for (unsigned n = 1; n <= 60 && shown == 0; n++) {
			c.depth = (uint8_t)(n < HISTORY ? n : HISTORY);
			for (unsigned k = 0; k < c.depth; k++)
				c.lag_q8[k] =
				    (n + k) % 3 == 0 ? r->near_q8 : r->far_q8;
			if (life_look(&l, &c, n * 2000000ll) != SIGN_NONE)
				shown = n;
		}
		if (r->within == 0 ? shown != 0
				   : shown == 0 || shown > r->within)
			fail_msg("%s: %u", r->name, shown);
		assert_int_equal(l.alive, shown != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
