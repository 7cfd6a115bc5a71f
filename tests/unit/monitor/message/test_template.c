/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is taken gives valid JSON with whatever values; what isn't is named by
 * its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "monitor/message/template.h"

static const struct template_word words[] = {
	{ "place", "North/\"Gate\"\n\xff\x01", NULL },
	{ "kind", "firing", NULL },
	{ "severity", "critical", NULL },
	{ "feeds", "a, b", "[\"a\", \"b\"]" },
	{ "none", "", "null" },
	{ "number", "7", "7" },
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static const struct {
	const char *text, *out;
} good[] = {
	{ "\"{{place}}\"", "\"North/\\\"Gate\\\"\\n\xef\xbf\xbd\\u0001\"" },
	{ "{\"a\": \"{{ kind }}: {{number}}\"}", "{\"a\": \"firing: 7\"}" },
	{ "[\"{{=feeds}}\", \"{{=none}}\", \"{{=number}}\", \"{{=kind}}\"]",
	    "[[\"a\", \"b\"], null, 7, \"firing\"]" },
	{ "\"{{kind: resolved=over, firing=now, other}}\"", "\"now\"" },
	{ "\"{{kind: resolved=over, something else}}\"", "\"something else\"" },
	{ "\"{{kind: resolved=over}}!\"", "\"firing!\"" },
	{ "\"{{=severity: critical=5, high=4, 3}}\"", "5" },
	{ "\"{{=severity: high=-4.5e2, false}}\"", "false" },
	{ "\"{{=severity: high=4}}\"", "null" },
	{ " [1, -0.5, 1e9, true, null, {}, [], \"\\u00e9\\n\"] ",
	    " [1, -0.5, 1e9, true, null, {}, [], \"\\u00e9\\n\"] " },
	{ "\"{ {one} {\\u007bplace}}\"", "\"{ {one} {\\u007bplace}}\"" },
};

static void
filled(void **state)
{
	char out[400];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct template_fault fault;
		json_t *json;

		assert_true(template_check(good[i].text, words, WORDS, &fault));
		assert_true(template_fill(good[i].text, words, WORDS, out,
		    sizeof(out), &length));
		assert_string_equal(out, good[i].out);
		assert_int_equal(length, strlen(out));
		json = json_loads(out, JSON_DECODE_ANY, NULL);
		assert_non_null(json);
		json_decref(json);
		/* Whole or nothing. */
		for (size_t size = 0; size <= length; size++) {
			char small[400] = "x";

			assert_false(template_fill(good[i].text, words, WORDS,
			    small, size, &length));
			assert_int_equal(length, 0);
			assert_true(size == 0 || small[0] == '\0');
			length = strlen(out);
		}
	}
}

static const struct {
	const char *text;
	unsigned line, column;
	const char *why;
} bad[] = {
	{ "", 1, 1, "expected a value" },
	{ "{\n \"a\": \"{{plcae}}\"}", 2, 8, "no such word" },
	{ "\"{{place\"", 1, 2, "without }}" },
	{ "\"{{place\" \"}}\"", 1, 2, "without }}" },
	{ "\"{{place!}}\"", 1, 2, "expected {{word}}" },
	{ "\"a {{=place}}\"", 1, 4, "stands alone" },
	{ "\"{{=place}} a\"", 1, 2, "stands alone" },
	{ "\"{{=kind: firing=high, 2}}\"", 1, 2, "numbers" },
	{ "\"{{kind: firing=a\\\\u0031, b}}\"", 1, 2, "plain letters" },
	{ "\"{{kind: a, firing=b}}\"", 1, 2, "only the last" },
	{ "{\"{{kind}}\": 1}", 1, 3, "name of a member" },
	{ "{{place}}", 1, 2, "expected a string" },
	{ "[1,]", 1, 4, "expected a value" },
	{ "[01]", 1, 3, "expected ','" },
	{ "[1.]", 1, 4, "a digit" },
	{ "{\"a\" 1}", 1, 6, "':'" },
	{ "[1] 2", 1, 5, "more behind" },
	{ "\"\xff\"", 1, 2, "UTF-8" },
	{ "\"\\ud800\"", 1, 2, "itself" },
	{ "\"\\u0000\"", 1, 2, "itself" },
	{ "\"\\q\"", 1, 2, "escape" },
	{ "\"a\nb\"", 1, 3, "control" },
	{ "\"a", 1, 3, "without its end" },
	{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 1, 17, "too deep" },
};

static void
refused(void **state)
{
	char out[400];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct template_fault f = { 0 };

		assert_false(template_check(bad[i].text, words, WORDS, &f));
		if (f.line != bad[i].line || f.column != bad[i].column ||
		    strstr(f.why, bad[i].why) == NULL)
			fail_msg("%s: %u:%u: %s", bad[i].text, f.line, f.column,
			    f.why);
		assert_false(template_fill(bad[i].text, words, WORDS, out,
		    sizeof(out), &length));
		assert_string_equal(out, "");
	}
}

static void
too_long(void **state)
{
	char *text = malloc(TEMPLATE_BYTES + 2);
	struct template_fault f;

	(void)state;
	memset(text, ' ', TEMPLATE_BYTES + 1);
	text[0] = '1';
	text[TEMPLATE_BYTES] = '\0';
	assert_false(template_check(text, words, WORDS, &f));
	text[TEMPLATE_BYTES - 1] = '\0';
	assert_true(template_check(text, words, WORDS, &f));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filled),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
