/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every sentence of the table is found again, with what stands in its gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/http/json_out.h"
#include "monitor/http/refusals.h"

/* The sentence with "<name>" in its gaps; how many it has. */
static unsigned
filled(const char *sentence, char out[1024])
{
	unsigned gaps = 0;
	size_t n = 0;

	for (const char *s = sentence; *s != '\0'; s++) {
		gaps += *s == '{';
		out[n++] = *s == '{' ? '<' : *s == '}' ? '>' : *s;
	}
	out[n] = '\0';
	return gaps;
}

static void
test_all_are_found(void **state)
{
	(void)state;
	for (unsigned i = 0; i < refusals_count; i++) {
		char text[1024], value[64];
		struct refused r;
		unsigned gaps = filled(refusals[i].sentence, text);

		assert_true(refusals_find(text, &r));
		if (strcmp(r.code, refusals[i].code) != 0)
			fail_msg("\"%s\" is taken for %s", text, r.code);
		assert_int_equal(r.count, gaps);
		for (unsigned k = 0; k < gaps; k++) {
			snprintf(value, sizeof(value), "<%s>",
			    r.values[k].name);
			assert_string_equal(r.values[k].text, value);
		}
	}
}

static void
test_values(void **state)
{
	struct refused r;

	(void)state;
	assert_true(refusals_find("reason: expected 1 to 500 bytes", &r));
	assert_string_equal(r.code, "bytes");
	assert_int_equal(r.count, 3);
	assert_string_equal(r.values[0].text, "reason");
	assert_string_equal(r.values[1].name, "least");
	assert_string_equal(r.values[2].text, "500");
	assert_true(refusals_find("no such feed is watched: North/Gate\n", &r));
	assert_string_equal(r.values[0].text, "North/Gate");
}

static void
test_json(void **state)
{
	struct json_out j;
	size_t n;
	char *text;

	(void)state;
	json_out_init(&j);
	json_out_open(&j, '{');
	refusals_put(&j, "nobody knows this one");
	refusals_put(&j,
	    "Night, 4: nobody attends it in its shift (its agent is silent, "
	    "nobody can say)");
	json_out_close(&j, '}');
	text = json_out_take(&j, &n);
	assert_string_equal(text, "{\"code\":\"post-unsure\",\"values\":"
				  "{\"room\":\"Night\",\"console\":\"4\"}}");
	free(text);
}

/* Nothing, an empty gap, half a sentence; what is too long is cut between
 * letters. */
static void
test_odd(void **state)
{
	char text[2000] = "not stored: ";
	struct refused r;

	(void)state;
	assert_false(refusals_find("", &r));
	assert_false(refusals_find("\n", &r));
	assert_false(refusals_find("missing: ", &r));
	assert_false(refusals_find("a name has 1 to 64 lett", &r));
	assert_false(refusals_find("memory is out of it", &r));
	for (size_t n = strlen(text); n + 2 < sizeof(text); n += 2)
		memcpy(text + n, "\xc3\xb1", 3);
	assert_true(refusals_find(text, &r));
	assert_int_equal(strlen(r.values[0].text), REFUSALS_VALUE - 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_found),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
