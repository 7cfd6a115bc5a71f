/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a monitor's answer says, whoever wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "monitor/cli/client.h"

static void
test_done(void **state)
{
	static const struct {
		const char *answer, *text;
		bool done;
	} cases[] = {
		{ "{\"ok\": true, \"text\": \"4\"}", "4", true },
		{ "{\"ok\": true}", "", true },
		{ "{\"ok\": false, \"text\": \"line 2: no\"}", "line 2: no",
		    false },
		{ "{\"ok\": false, \"error\": \"unknown command\"}",
		    "unknown command", false },
		{ "{\"ok\": false, \"error\": \"a\", \"text\": \"b\"}", "a",
		    false },
		{ "{\"ok\": 1, \"error\": 2, \"text\": []}", "", false },
		{ "{}", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = json_loads(cases[i].answer, 0, NULL);
		const char *text = NULL;

		assert_non_null(answer);
		assert_int_equal(client_done(answer, &text), cases[i].done);
		assert_string_equal(text, cases[i].text);
		json_decref(answer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_done) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
