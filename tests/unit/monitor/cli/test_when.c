/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "monitor/cli/when.h"

#define S 1000000LL
#define ZONE "America/Los_Angeles" /* its rules are of 2007 */

static const struct {
	const char *zone, *text;
	int64_t utc_s; /* 0: wrong */
} moments[] = {
	{ "", "2026-11-22", 1795305600 },
	{ "", "2026-11-22 06:00", 1795327200 },
	{ "", "2026-11-22T06:00:30", 1795327230 },
	{ "none/such", "2026-11-22 06:00", 1795327200 },
	{ ZONE, "2026-11-22 06:00", 1795327200 + 8 * 3600 },
	{ ZONE, "2026-11-22 06:00Z", 1795327200 },
	{ ZONE, "2026-07-01", 1782864000 + 7 * 3600 },
	/* The day on which summer time ends, before and after. */
	{ ZONE, "2026-11-01 00:30", 1793491200 + 1800 + 7 * 3600 },
	{ ZONE, "2026-11-01 03:00", 1793491200 + 3 * 3600 + 8 * 3600 },
	{ ZONE, "now", 1795355555 },
	{ ZONE, "today", 1795305600 + 8 * 3600 },
	{ ZONE, "yesterday", 1795219200 + 8 * 3600 },
	{ "", "", 0 },
	{ "", "22.11.2026", 0 },
	{ "", "2026-13-01", 0 },
	{ "", "2026-02-29", 0 },
	{ "", "2026-04-31 06:00", 0 },
	{ "", "2026-04-30 24:30", 0 },
	{ "", "2026-00-01", 0 },
	{ "", "1969-01-01", 0 },
	{ "", "2026-11-22 6:00", 0 },
	{ "", "2026-11-22 06", 0 },
	{ "", "2026-11-22 06:60", 0 },
	{ "", "2026-11-22 06:00:00.5", 0 },
	{ "", "2026-11-22 06:00 Z", 0 },
	{ "../../etc/passwd", "2026-11-22", 1795305600 },
};

static bool
zones_are_here(void)
{
	return access("/usr/share/zoneinfo/" ZONE, R_OK) == 0;
}

static void
test_parse(void **state)
{
	struct when *w = when_new();

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		int64_t utc = -1;
		bool good = when_parse(w, moments[i].zone, moments[i].text,
		    1795355555 * S, &utc);

		if (strcmp(moments[i].zone, ZONE) == 0 && !zones_are_here())
			continue; /* no zone files: all is UTC */
		if (good != (moments[i].utc_s != 0) ||
		    (good && utc != moments[i].utc_s * S))
			fail_msg("%s in %s: %d %lld, expected %lld",
			    moments[i].text, moments[i].zone, good,
			    (long long)(utc / S), (long long)moments[i].utc_s);
	}
	when_free(&w);
}

static void
test_parse_rfc3339(void **state)
{
	static const struct {
		const char *text;
		int64_t utc_s; /* 0: wrong */
	} cases[] = {
		{ "2026-11-22T06:00:00Z", 1795327200 },
		{ "2026-11-22t06:00:00z", 1795327200 },
		{ "2026-11-22 06:00:30Z", 1795327230 },
		{ "2026-11-22T06:00:00.25Z", 1795327200 },
		{ "2026-11-22T06:00:00+01:00", 1795327200 - 3600 },
		{ "2026-11-22T06:00:00.5-05:30", 1795327200 + 19800 },
		{ "2026-11-22T05:59:60Z", 1795327200 },
		{ "", 0 },
		{ "2026-11-22", 0 },
		{ "2026-11-22T06:00Z", 0 },
		{ "2026-11-22T06:00:00", 0 },
		{ "2026-11-22T06:00:00ZZ", 0 },
		{ "2026-11-22T06:00:00+01", 0 },
		{ "2026-11-22T06:00:00+24:00", 0 },
		{ "2026-11-22T06:00:00+01:00Z", 0 },
		{ "2026-11-22T24:00:00Z", 0 },
		{ "2026-11-22T06:60:00Z", 0 },
		{ "2026-11-22T06:00:61Z", 0 },
		{ "2026-02-30T06:00:00Z", 0 },
		{ "2026-13-01T06:00:00Z", 0 },
		{ "2026-+1- 1T06:00:00Z", 0 },
		{ "2026-11-22T 6:+0:00Z", 0 },
		{ "1969-12-31T23:59:59Z", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t utc = -1;
		bool good = when_parse_rfc3339(cases[i].text, &utc);

		if (good != (cases[i].utc_s != 0) ||
		    (good && utc != cases[i].utc_s * S))
			fail_msg("%s: %d %lld", cases[i].text, good,
			    (long long)(utc / S));
	}
}

static void
test_print(void **state)
{
	struct when *w = when_new();
	char text[24];
	unsigned weekday, minute;

	(void)state;
	assert_string_equal(when_print(w, "", 1795327200 * S, text),
	    "2026-11-22 06:00:00");
	assert_string_equal(when_print(w, "", 0, text), "-");
	when_weekday(w, "", 1795327200 * S, &weekday, &minute);
	assert_int_equal(weekday, 6); /* a Sunday */
	assert_int_equal(minute, 360);
	if (zones_are_here()) {
		when_weekday(w, ZONE, 1795327200 * S, &weekday, &minute);
		assert_int_equal(weekday, 5);
		assert_int_equal(minute, 22 * 60);
	}
	when_free(&w);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_rfc3339),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
