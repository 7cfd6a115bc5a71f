/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/overlay.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S INT64_C(1000000)
#define HOUR (3600 * S)

static void
test_weekly(void **unused)
{
	static const struct {
		const char *text;
		uint8_t days; /* 0: it is none */
		unsigned begin, end;
		const char *printed;
	} rows[] = {
		{ "mon-fri 22:00-23:00", 0x1f, 1320, 1380,
		    "mon-fri 22:00-23:00" },
		{ "sat,sun 22:00-06:00", 0x60, 1320, 360,
		    "sat,sun 22:00-06:00" },
		{ "daily 00:00-24:00", 0x7f, 0, 1440, "daily 00:00-24:00" },
		{ "daily 24:00-06:00", 0x7f, 0, 360, "daily 00:00-06:00" },
		{ "mon, tue 6:00-7:30", 0x03, 360, 450, "mon,tue 06:00-07:30" },
		{ "22:00-23:00", 0, 0, 0, NULL },
		{ "mon", 0, 0, 0, NULL },
		{ "mon 22:00", 0, 0, 0, NULL },
		{ "mon 22:00-", 0, 0, 0, NULL },
		{ "mon 22:00-25:00", 0, 0, 0, NULL },
		{ "mon 22:60-23:00", 0, 0, 0, NULL },
		{ "mon -1:00-23:00", 0, 0, 0, NULL },
		{ "mon 22:0-23:00", 0, 0, 0, NULL },
		{ "mon 22:00-23:00x", 0, 0, 0, NULL },
		{ "moon 22:00-23:00", 0, 0, 0, NULL },
		{ " 22:00-23:00", 0, 0, 0, NULL },
		{ "", 0, 0, 0, NULL },
	};
	char out[64];

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct overlay_wish w = { .days = 0 };

		assert_int_equal(overlay_weekly_parse(rows[i].text, &w),
		    rows[i].days != 0);
		if (rows[i].days == 0)
			continue;
		assert_int_equal(w.days, rows[i].days);
		assert_int_equal(w.begin_minute, rows[i].begin);
		assert_int_equal(w.end_minute, rows[i].end);
		overlay_weekly_print(w.days, w.begin_minute, w.end_minute, out);
		assert_string_equal(out, rows[i].printed);
	}
}

/* By the site's clocks, over a change of summer time, from its entry on. */
static void
test_holds(void **unused)
{
	/* Berlin's clocks go from 2 to 3 on 2026-03-29, a Sunday, at 01:00
	 * UTC. */
	const int64_t change = INT64_C(1774746000) * S;
	const struct store_overlay_row night = { .from_utc =
						     change - 100 * HOUR,
		.to_utc = change + 100 * HOUR,
		.created_utc = change - 50 * HOUR,
		.days = 0x60,
		.begin_minute = 22 * 60,
		.end_minute = 6 * 60,
		.zone = "Europe/Berlin" };
	static const struct {
		double hours; /* from the change on */
		bool holds;
	} rows[] = {
		{ -4.01, false }, /* Saturday, 21:59 */
		{ -4, true }, { 0, true },
		{ 2.99, true }, /* Sunday, 05:59 in summer time */
		{ 3, false }, { 18.99, false },
		{ 19, true },	 /* Sunday, 22:00 */
		{ 26.99, true }, /* Monday, 05:59 */
		{ 27, false },
		{ 43, false }, /* Monday, 22:00: not one of its days */
	};
	struct store_overlay_row late = night, once = night;
	struct zones *zones = zones_new();

	(void)unused;
	if (zones_find(zones, "Europe/Berlin", NULL) == NULL) {
		zones_free(&zones);
		skip(); /* no time zones here */
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(overlay_holds(zones, &night,
				     change + (int64_t)(rows[i].hours *
							(double)HOUR)),
		    rows[i].holds);
	/* What lies before its own line is a note. */
	late.created_utc = change;
	assert_false(overlay_holds(zones, &late, change - 1));
	assert_true(overlay_holds(zones, &late, change));
	once.days = 0;
	assert_false(overlay_holds(zones, &once, once.created_utc - 1));
	assert_true(overlay_holds(zones, &once, once.created_utc));
	assert_true(overlay_holds(zones, &once, once.to_utc - 1));
	assert_false(overlay_holds(zones, &once, once.to_utc));
	zones_free(&zones);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weekly),
		cmocka_unit_test(test_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
