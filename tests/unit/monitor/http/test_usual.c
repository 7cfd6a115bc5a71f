/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The usual band against a slow reference that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "monitor/http/usual.h"

static struct usual usual;

/* The least value that at least so many percent of all are not above. */
static uint32_t
slow(const uint32_t *v, unsigned n, unsigned percent)
{
	uint32_t best = UINT32_MAX;

	for (unsigned i = 0; i < n; i++) {
		unsigned not_above = 0;

		for (unsigned k = 0; k < n; k++)
			not_above += v[k] <= v[i];
		if (not_above * 100 >= n * percent && v[i] < best)
			best = v[i];
	}
	return best;
}

static void
test_against_reference(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		static uint32_t v[USUAL_HOURS][USUAL_WHATS][USUAL_SAMPLES];
		unsigned count[USUAL_HOURS] = { 0 };
		uint32_t range = 1u << rand_r(&seed) % 31;

		usual_begin(&usual);
		for (unsigned i = (unsigned)rand_r(&seed) % 3000; i > 0; i--) {
			unsigned h = (unsigned)rand_r(&seed) % USUAL_HOURS;
			uint32_t one[USUAL_WHATS];

			for (unsigned k = 0; k < USUAL_WHATS; k++) {
				one[k] = (uint32_t)rand_r(&seed) % range;
				if (count[h] < USUAL_SAMPLES)
					v[h][k][count[h]] = one[k];
			}
			usual_add(&usual, h, one);
			count[h] += count[h] < USUAL_SAMPLES;
		}
		for (unsigned h = 0; h < USUAL_HOURS; h++)
			for (unsigned k = 0; k < USUAL_WHATS; k++) {
				uint32_t low, high;
				bool known = usual_band(&usual, h,
				    (enum usual_what)k, &low, &high);

				assert_int_equal(known,
				    count[h] >= USUAL_KNOWN);
				if (!known)
					continue;
				assert_int_equal(low,
				    slow(v[h][k], count[h], 10));
				assert_int_equal(high,
				    slow(v[h][k], count[h], 90));
				assert_true(low <= high);
			}
	}
}

static void
test_edges(void **state)
{
	const uint32_t one[USUAL_WHATS] = { 15000, 320, 0 };
	uint32_t low, high;

	(void)state;
	usual_begin(&usual);
	assert_false(usual_band(&usual, 0, USUAL_FPS, &low, &high));
	assert_false(usual_band(&usual, 99, USUAL_FPS, &low, &high));
	usual_add(&usual, 99, one); /* no such hour */
	for (unsigned i = 0; i < 3 * USUAL_SAMPLES; i++)
		usual_add(&usual, 23, one);
	assert_int_equal(usual.count[23], USUAL_SAMPLES);
	assert_true(usual_band(&usual, 23, USUAL_KBPS, &low, &high));
	assert_int_equal(low, 320);
	assert_int_equal(high, 320);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
