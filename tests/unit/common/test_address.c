/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/address.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		struct wire_address is; /* family 0: none */
	} lines[] = {
		{ "10.0.0.1", { 4, { 10, 0, 0, 1 } } },
		{ "255.255.255.255", { 4, { 255, 255, 255, 255 } } },
		{ "::1", { 6, { [15] = 1 } } },
		{ "[fd00::2]", { 6, { 0xfd, [15] = 2 } } },
		{ "::ffff:10.0.0.1",
		    { 6, { [10] = 0xff, 0xff, 10, 0, 0, 1 } } },
		{ "", { 0 } },
		{ "10.0.0", { 0 } },
		{ "10.0.0.256", { 0 } },
		{ "gate.example", { 0 } },
		{ "[10.0.0.1]", { 0 } },
		{ "[::1", { 0 } },
		{ "::1]", { 0 } },
		{ "fe80::1%eth0", { 0 } },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cc",
		    { 0 } },
	};
	struct sockaddr_storage s;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct wire_address a = { .family = 9 };

		assert_int_equal(address_parse(lines[i].text, &a),
		    lines[i].is.family != 0);
		assert_memory_equal(&a, &lines[i].is, sizeof(a));
		if (a.family == 0)
			continue;
		address_to_socket(&a, 554, 3, &s);
		assert_true(address_is_socket(&a, &s));
		assert_true(address_same(&a, &lines[i].is));
		a.bytes[3] ^= 1;
		assert_false(address_is_socket(&a, &s));
		assert_false(address_same(&a, &lines[i].is));
	}
}

/* RFC 5952 4: the longest run of zeros, the first of equal ones, never a single
 * group; and it reads back the same. */
static void
test_print(void **state)
{
	static const char *const lines[][2] = {
		{ "10.0.0.255", "10.0.0.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "FD00::", "fd00::" },
		{ "fd00:0:0:0:0:0:0:5", "fd00::5" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7" },
		{ "0:1:2:3:4:5:0:0", "0:1:2:3:4:5::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct wire_address a, back;

		assert_true(address_parse(lines[i][0], &a));
		address_print(&a, text);
		assert_string_equal(text, lines[i][1]);
		assert_true(address_parse(text, &back));
		assert_true(address_same(&a, &back));
	}
	address_print(&(struct wire_address){ 0 }, text);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
