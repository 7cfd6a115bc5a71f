/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "probes/console/xauth.h"

#define COOKIE "MIT-MAGIC-COOKIE-1"

/* family, address, number, name, data */
static const char file[] = "\x01\x00"
			   "\x00\x04host"
			   "\x00\x01"
			   "0"
			   "\x00\x12" COOKIE "\x00\x03one"
			   "\x00\x00"
			   "\x00\x04\x7f\x00\x00\x01"
			   "\x00\x01"
			   "0"
			   "\x00\x12" COOKIE "\x00\x03tcp"
			   "\x01\x00"
			   "\x00\x04host"
			   "\x00\x02"
			   "10"
			   "\x00\x12" COOKIE "\x00\x03ten"
			   "\x01\x00"
			   "\x00\x04host"
			   "\x00\x01"
			   "0"
			   "\x00\x05OTHER"
			   "\x00\x03oth"
			   "\xff\xff"
			   "\x00\x00"
			   "\x00\x00"
			   "\x00\x12" COOKIE "\x00\x03"
			   "any";

static void
cookies_of_a_display(void **state)
{
	static const struct {
		const char *number, *cookies;
	} table[] = { { "0", "oneany" }, { "10", "tenany" }, { "1", "any" } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char all[32] = "";
		const uint8_t *cookie;
		size_t at = 0, n;

		while (xauth_next((const uint8_t *)file, sizeof(file) - 1,
		    table[i].number, &at, &cookie, &n))
			strncat(all, (const char *)cookie, n);
		assert_string_equal(all, table[i].cookies);
	}
}

/* Cut anywhere, each byte changed: read nowhere behind its end. */
static void
broken_files(void **state)
{
	(void)state;
	for (size_t n = 0; n < sizeof(file) - 1; n++) {
		uint8_t *copy = test_malloc(n + 1);

		memcpy(copy, file, n);
		copy = test_realloc(copy, n == 0 ? 1 : n);
		for (unsigned c = 0; c < 256; c += 5) {
			const uint8_t *cookie;
			size_t at = 0, length, turns = 0;

			if (n > 0)
				copy[n * 7 % n] = copy[n / 2] = (uint8_t)c;
			while (xauth_next(copy, n, "0", &at, &cookie, &length))
				assert_true(++turns <= n);
		}
		test_free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies_of_a_display),
		cmocka_unit_test(broken_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
