/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process says: all of it, any beginning of it, and nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/nightly/nightly_said.h"

#define HEX                                                                    \
	"00112233445566778899aabbccddeeff"                                     \
	"00112233445566778899aabbccddeeff"

static const char good[] = "subject camwarden 2026-11-21: 3 feeds down\n"
			   "file report-2026-11-21.html 12345 " HEX "\n"
			   "file report-2026-11-21-mail.html 7 " HEX "\n"
			   "text 9\nend\nend\n\nend\n";

static void
all_of_it(void **state)
{
	struct nightly_made m;

	(void)state;
	assert_true(nightly_said_made(good, sizeof(good) - 1, &m));
	assert_string_equal(m.subject, "camwarden 2026-11-21: 3 feeds down");
	assert_int_equal(m.file_count, 2);
	assert_string_equal(m.files[0].name, "report-2026-11-21.html");
	assert_int_equal(m.files[0].size, 12345);
	assert_int_equal(m.files[1].sha256[31], 0xff);
	assert_int_equal(m.text_length, 9);
	assert_memory_equal(m.text, "end\nend\n\n", 9);
}

static void
no_beginning_of_it(void **state)
{
	struct nightly_made m;

	(void)state;
	for (size_t n = 0; n < sizeof(good) - 1; n++)
		assert_false(nightly_said_made(good, n, &m));
	assert_false(
	    nightly_said_made(good, sizeof(good), &m)); /* a NUL more */
}

static void
no_nonsense(void **state)
{
	static const char *const bad[] = {
		"subject x\nfile ../../etc/passwd 1 " HEX "\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21 1 " HEX "\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21/a 1 " HEX "\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21.html -1 " HEX
		"\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21.html 1 " HEX
		"00\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21.html 1 G" HEX
		"\ntext 0\nend\n",
		"subject x\ntext 0\nend\n",
		"subject x\nfile report-2026-11-21.html 1 " HEX
		"\ntext 99999999999999999999999\nend\n",
		"subject x\nfile report-2026-11-21.html 1 " HEX
		"\ntext 18446744073709551615\nend\n",
		"end\n",
		"",
	};
	struct nightly_made m;
	struct nightly_old o;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(nightly_said_made(bad[i], strlen(bad[i]), &m));
		if (strcmp(bad[i], "end\n") != 0)
			assert_false(
			    nightly_said_old(bad[i], strlen(bad[i]), &o));
	}
	static const char bell[] =
	    "subject a\x07\x1b[2Jb\n"
	    "file report-2026-11-21.html 1 " HEX "\ntext 0\nend\n";

	assert_true(nightly_said_made(bell, sizeof(bell) - 1, &m));
	assert_string_equal(m.subject, "a??[2Jb");
}

static void
what_is_old(void **state)
{
	static const char one[] = "old report-2025-01-01.csv 0 " HEX "\nend\n";
	struct nightly_old o;
	char many[16384] = "";

	(void)state;
	assert_true(nightly_said_old(one, sizeof(one) - 1, &o));
	assert_int_equal(o.count, 1);
	assert_true(nightly_said_old("end\n", 4, &o));
	assert_int_equal(o.count, 0);
	for (int i = 0; i < NIGHTLY_OLD + 1; i++)
		strcat(many, "old report-2025-01-01.csv 0 " HEX "\n");
	strcat(many, "end\n");
	assert_false(nightly_said_old(many, strlen(many), &o));
}

static void
names_of_reports_alone(void **state)
{
	(void)state;
	assert_true(nightly_is_name("report-2026-11-21.html"));
	assert_true(nightly_is_name("report-2026-11-21-pictures"));
	assert_false(nightly_is_name("report-2026-11-21"));
	assert_false(nightly_is_name("report-d026-11-21.html"));
	assert_false(nightly_is_name("Report-2026-11-21.html"));
	assert_false(nightly_is_name("report-2026-11-21.html~"));
	assert_false(nightly_is_name("report-2026-11-21/../x"));
	assert_false(nightly_is_name(""));
	assert_false(
	    nightly_is_name("report-2026-11-21-"
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(no_beginning_of_it),
		cmocka_unit_test(no_nonsense),
		cmocka_unit_test(what_is_old),
		cmocka_unit_test(names_of_reports_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
