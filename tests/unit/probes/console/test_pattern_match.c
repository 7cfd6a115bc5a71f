/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probes/console/pattern_match.h"

static void
globs(void **state)
{
	static const struct {
		const char *glob, *text;
		bool match;
	} table[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "*", "anything / at all", true },
		{ "vlc", "VLC", true },
		{ "VLC", "vlc", true },
		{ "vlc", "vlc2", false },
		{ "*VLC media player", "Gate 4 - VLC media player", true },
		{ "Gate ? *", "Gate 4 - VLC", true },
		{ "Gate ??", "Gate 4", false },
		{ "*a*b*c*", "xxaxxbxxcxx", true },
		{ "*a*b*c*", "xxcxxbxxaxx", false },
		{ "*aab", "aaaaaab", true },
		{ "feed [0-9]", "feed 7", true },
		{ "feed [!0-9]", "feed 7", false },
		{ "feed [^0-9]", "feed x", true },
		{ "[A-C]at", "bat", true },
		{ "[abc]at", "CAT", true },
		{ "[]x]", "]", true },
		{ "[]x]", "x", true },
		{ "a[", "a[", true },
		{ "a[b", "a[b", true },
		{ "a[b", "ab", false },
		{ "\\*", "*", true },
		{ "\\*", "x", false },
		{ "\\", "\\", true },
		{ "caf?", "caf\xc3\xa9", true },
		{ "*\xc3\xa9", "caf\xc3\xa9", true },
		{ "\xff\xfe*", "\xff\xfe\x80", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (pattern_match_glob(table[i].glob, table[i].text) !=
		    table[i].match)
			fail_msg("%s / %s", table[i].glob, table[i].text);
}

/* The C library's own is the judge, on well-formed patterns of ASCII. */
static void
as_fnmatch_does(void **state)
{
	static const char *const parts[] = { "a", "B", "c", "*", "?", "[ab]",
		"[!a]", "[a-c]", "\\*" };
	static const char letters[] = "abcABC*";

	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		char glob[80] = "", text[12] = "";
		int n = rand() % 7, m = rand() % 8;

		for (int i = 0; i < n; i++)
			strncat(glob, parts[rand() % 9],
			    sizeof(glob) - strlen(glob) - 1);
		for (int i = 0; i < m; i++)
			text[i] = letters[rand() % 7];
		bool expected = fnmatch(glob, text, FNM_CASEFOLD) == 0;

		if (pattern_match_glob(glob, text) != expected)
			fail_msg("%s / %s: expected %d", glob, text, expected);
	}
}

static void
class_and_title(void **state)
{
	static const struct {
		const char *class_, *title;
		bool match;
	} table[] = {
		{ "", "", true },
		{ "vms*", "", true },
		{ "VmsClient", "*wall*", true },  /* the second word */
		{ "vms-client", "*Wall*", true }, /* the first one */
		{ "vms", "*wall*", false },
		{ "", "*mail*", false },
		{ "vms*", "*mail*", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct heartbeat_pattern p = { .id = "x" };

		snprintf(p.class_, sizeof(p.class_), "%s", table[i].class_);
		snprintf(p.title, sizeof(p.title), "%s", table[i].title);
		assert_int_equal(pattern_match(&p, "vms-client", "VmsClient",
				     "North wall"),
		    table[i].match);
	}
}

/* A title made to keep the agent busy. */
static void
a_hostile_title_takes_no_time(void **state)
{
	static char text[100001];
	char glob[64];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	for (int i = 0; i < 60; i += 2)
		memcpy(glob + i, "*a", 2);
	memcpy(glob + 60, "*b", 3);
	assert_false(pattern_match_glob(glob, text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(as_fnmatch_does),
		cmocka_unit_test(class_and_title),
		cmocka_unit_test(a_hostile_title_takes_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
