/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hexadecimal letters, UUIDs; paths and tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/hex.h"
#include "common/site.h"

static void
bytes_both_ways(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x9f, 0xa0, 0xff };
	uint8_t back[4];
	char text[9];

	(void)state;
	hex_print(bytes, 4, text);
	assert_string_equal(text, "009fa0ff");
	assert_true(hex_read(text, back, 4));
	assert_memory_equal(back, bytes, 4);
	assert_true(hex_read("009FA0fF", back, 4));
	assert_memory_equal(back, bytes, 4);
	assert_false(hex_read("009fa0f", back, 4));
	assert_false(hex_read("009fa0ff0", back, 4));
	assert_false(hex_read("009fa0fg", back, 4));
	assert_false(hex_read("", back, 4));
	hex_print(bytes, 0, text);
	assert_string_equal(text, "");
}

static void
uuids_both_ways(void **state)
{
	const char *text = "03d8b287-47eb-bd2e-155b-1152b6529148";
	uint8_t uuid[16];
	char out[UUID_TEXT];

	(void)state;
	assert_true(uuid_read(text, uuid));
	uuid_print(uuid, out);
	assert_string_equal(out, text);
	assert_false(uuid_read("03d8b287-47eb-bd2e-155b-1152b652914", uuid));
	assert_false(uuid_read("03d8b287x47eb-bd2e-155b-1152b6529148", uuid));
	assert_false(uuid_read("03d8b287-47eb-bd2e-155b-1152b652914g", uuid));
	assert_false(uuid_read("", uuid));
}

static void
a_site_holds_what_is_below_it(void **state)
{
	(void)state;
	assert_true(site_within("North", ""));
	assert_true(site_within("North/Gate", "North"));
	assert_true(site_within("North", "North"));
	assert_false(site_within("Northern", "North"));
	assert_false(site_within("North", "North/Gate"));
	assert_false(site_within("", "North"));
}

static void
tags_are_whole_words(void **state)
{
	(void)state;
	assert_true(tags_have("day,gate", "day"));
	assert_true(tags_have("today,day", "day"));
	assert_false(tags_have("daylight,gate", "day"));
	assert_false(tags_have("day,gate", ""));
	assert_false(tags_have("", "day"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_both_ways),
		cmocka_unit_test(uuids_both_ways),
		cmocka_unit_test(a_site_holds_what_is_below_it),
		cmocka_unit_test(tags_are_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
