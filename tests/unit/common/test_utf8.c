/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/utf8.h"

/* Every letter there is comes back; no beginning of its bytes is one. */
static void
test_all(void **state)
{
	char bytes[UTF8_TEXT];

	(void)state;
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		size_t n = utf8_put(bytes, c);

		if (c >= 0xd800 && c <= 0xdfff) {
			assert_int_equal(utf8_length(bytes, n), 0);
			continue;
		}
		if (utf8_length(bytes, n) != n || utf8_letter(bytes, n) != c)
			fail_msg("U+%04X", c);
		if (n > 1)
			assert_int_equal(utf8_length(bytes, n - 1), 0);
	}
}

static void
test_none(void **state)
{
	static const char *const none[] = { "\x80", "\xc0\xaf", "\xc1\xbf",
		"\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xff",
		"\xe2\x82", "\xe2\x82<" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(utf8_length(none[i], UTF8_TEXT), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
