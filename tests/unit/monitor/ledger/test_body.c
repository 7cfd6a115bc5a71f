/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "monitor/ledger/body.h"

#define WHOLE                                                                  \
	"{\"state\":\"up\",\"n\":-12,\"list\":[1,{\"a\":\"]}\\\"\"}],"         \
	"\"o\":{\"x\":{}},\"t\":true,\"text\":\"a\\\"b\\u0041\\u00e9\"}"

static const char *const keys[] = { "state", "n", "list", "o", "t", "text",
	"none" };

static bool
is(const struct body_value *v, const char *raw)
{
	return v->p != NULL && v->n == strlen(raw) &&
	       memcmp(v->p, raw, v->n) == 0;
}

static void
test_fields(void **state)
{
	struct body_value v[7];
	char text[16];

	(void)state;
	assert_true(body_get(WHOLE, strlen(WHOLE), keys, 7, v));
	assert_true(is(&v[0], "\"up\""));
	assert_true(is(&v[1], "-12"));
	assert_true(is(&v[2], "[1,{\"a\":\"]}\\\"\"}]"));
	assert_true(is(&v[3], "{\"x\":{}}"));
	assert_true(is(&v[4], "true"));
	assert_null(v[6].p);
	assert_true(body_is(&v[0], "up"));
	assert_false(body_is(&v[0], "u"));
	assert_false(body_is(&v[6], "up"));
	assert_int_equal(body_number(&v[1], 7), -12);
	assert_int_equal(body_number(&v[4], 7), 7);
	body_text(&v[5], text, sizeof(text));
	assert_string_equal(text, "a\"bA?");
	body_text(&v[5], text, 3);
	assert_string_equal(text, "a\"");
	/* What is not there, or no string: nothing. */
	assert_int_equal(body_number(&v[6], 7), 7);
	body_text(&v[6], text, sizeof(text));
	assert_string_equal(text, "");
	body_text(&v[1], text, sizeof(text));
	assert_string_equal(text, "");
}

static void
test_numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t is;
	} numbers[] = { { "0", 0 }, { "-", 7 }, { "", 7 }, { "1.5", 7 },
		{ "1e3", 7 }, { "999999999999999999", 999999999999999999 },
		{ "1000000000000000000", 7 },
		{ "-999999999999999999", -999999999999999999 }, { "\"1\"", 7 },
		{ "1 ", 7 } };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct body_value v = { numbers[i].text,
			strlen(numbers[i].text) };

		assert_int_equal(body_number(&v, 7), numbers[i].is);
	}
}

static const char *const none[] = { "", "{", "}", "[]", "null", "{}x", "{,}",
	"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1}}", "{\"a\":\"}",
	"{\"a\":[}", "{\"a\":1 \"b\":2}", "{a:1}", "{\"a\":{}" };

/* And every beginning of a good one, each read from memory of that length. */
static void
test_none(void **state)
{
	struct body_value v[7];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (body_get(none[i], strlen(none[i]), keys, 7, v))
			fail_msg("taken: %s", none[i]);
	for (size_t n = 0; n < strlen(WHOLE); n++) {
		char *exact = malloc(n > 0 ? n : 1);

		memcpy(exact, WHOLE, n);
		assert_false(body_get(exact, n, keys, 7, v));
		free(exact);
	}
	assert_true(body_get("{}", 2, keys, 7, v));
	assert_null(v[0].p);
	/* A name may hold a NUL, and is then none of ours. */
	assert_true(body_get("{\"n\0x\":1}", 9, keys, 7, v));
	assert_null(v[1].p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
