/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts of the monitor -> faults, warnings, and whether the watchdog is told
 * that all is well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/capacity/health.h"

#define SECOND 1000000ll
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const struct row {
	const char *name;
	struct health_facts facts;
	const char *faults, *warnings;
	bool pings;
} rows[] = {
	{ "well", { .clock_synchronised = true }, "", "", true },
	{ "a loop late by 0.9 s",
	    { .loop_lag_us = 900000, .clock_synchronised = true }, "", "",
	    true },
	{ "by a second", { .loop_lag_us = 1000000, .clock_synchronised = true },
	    "loop-late ", "", true },
	{ "no commit for 9.9 s",
	    { .committed_us = 9900000, .clock_synchronised = true }, "", "",
	    true },
	{ "for 10 s, and the writer tries",
	    { .committed_us = 10 * SECOND, .clock_synchronised = true },
	    "database-late ", "", true },
	{ "a full disk",
	    { .committed_us = 90 * SECOND,
		.writer_us = 5 * SECOND,
		.failing = true,
		.clock_synchronised = true },
	    "database-late disk ", "", true },
	{ "a disk that hangs",
	    { .committed_us = 20 * SECOND,
		.writer_us = 20 * SECOND,
		.clock_synchronised = true },
	    "database-late writer-stuck ", "", false },
	{ "a disk that is nearly full",
	    { .low_space = true, .clock_synchronised = true }, "",
	    "disk-nearly-full ", true },
	{ "a probe that is silent",
	    { .probe_us = 5 * SECOND, .clock_synchronised = true },
	    "probe-lost ", "", true },
	{ "no time server", { .level = CAPACITY_OK }, "", "clock ", true },
	{ "none, and one is required", { .clock_required = true }, "clock ", "",
	    true },
	{ "thumbnails are left out",
	    { .level = CAPACITY_THUMBNAILS, .clock_synchronised = true }, "",
	    "behind ", true },
	{ "intervals are longer",
	    { .level = CAPACITY_STRETCHED, .clock_synchronised = true }, "",
	    "behind ", true },
	{ "feeds are not judged",
	    { .level = CAPACITY_SHED, .clock_synchronised = true }, "behind ",
	    "", true },
};

static const char *
words(uint32_t bits, char out[256])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < HEALTH_FAULTS; i++)
		if (bits >> i & 1)
			n += (size_t)snprintf(out + n, 256 - n, "%s ",
			    health_name((enum health_fault)i));
	return out;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct health h = health_of(&rows[i].facts);
		char text[256];

		if (strcmp(words(h.faults, text), rows[i].faults) != 0)
			fail_msg("%s: '%s'", rows[i].name, text);
		if (strcmp(words(h.warnings, text), rows[i].warnings) != 0)
			fail_msg("%s: warns '%s'", rows[i].name, text);
		assert_int_equal(health_pings(&h), rows[i].pings);
		assert_int_equal(h.faults & h.warnings, 0);
	}
}

/* Each has a name of its own, of letters and dashes, and a sentence. */
static void
test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HEALTH_FAULTS; i++) {
		const char *name = health_name((enum health_fault)i);

		assert_true(strspn(name, "abcdefghijklmnopqrstuvwxyz-") ==
			    strlen(name));
		assert_true(strlen(health_text((enum health_fault)i)) > 10);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(name,
			    health_name((enum health_fault)k));
	}
}

/* Whenever a loop was late, it is told for five seconds, and for no more than
 * ten. */
static void
test_worst(void **state)
{
	(void)state;
	for (int at = 0; at < 150; at++) {
		struct health_worst w = { 0 };

		for (int t = 0; t < 300; t++) {
			int64_t now = 1000 * SECOND + t * SECOND / 10;

			health_worst_take(&w, t == at ? 2000000 : 7, now);
			assert_int_equal(health_worst(&w) >= 2000000,
			    t >= at && t / 50 <= at / 50 + 1);
		}
		health_worst_take(&w, 3, 2000 * SECOND);
		assert_int_equal(health_worst(&w), 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
