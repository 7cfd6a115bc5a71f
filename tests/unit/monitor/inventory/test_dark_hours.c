/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "monitor/inventory/dark_hours.h"

static const struct spelling {
	const char *text, *printed; /* NULL: refused */
} spellings[] = {
	{ "", "" },
	{ "no", "" },
	{ " ; ", "" },
	{ "21:00-05:30", "21:00-05:30" },
	{ "9:05-9:06", "09:05-09:06" },
	{ "22:00-5:00,1:00-2:00", "01:00-02:00 22:00-05:00" },
	{ "00:00-24:00", "00:00-24:00" },
	{ "23:00-0:00", "23:00-24:00" },
	{ "1:00-2:00 3:00-4:00;5:00-6:00, 7:00-8:00",
	    "01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00" },
	{ "1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00 9:00-9:30", NULL },
	{ "21:00", NULL },
	{ "21:00-", NULL },
	{ "21-5", NULL },
	{ "21:0-5:00", NULL },
	{ "21:60-5:00", NULL },
	{ "24:00-5:00", NULL },
	{ "25:00-5:00", NULL },
	{ "5:00-5:00", NULL },
	{ "5:00-6:00x", NULL },
	{ "night", NULL },
};

static void
test_spellings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		const struct spelling *s = &spellings[i];
		char out[DARK_HOURS_BYTES];
		struct dark_hours d, again;
		bool ok = dark_hours_parse(s->text, &d);

		if (ok != (s->printed != NULL))
			fail_msg("\"%s\"", s->text);
		if (!ok)
			continue;
		dark_hours_print(&d, out);
		assert_string_equal(out, s->printed);
		assert_true(dark_hours_parse(out, &again));
		assert_memory_equal(&d, &again, sizeof(d));
	}
}

static const struct moment {
	const char *text;
	unsigned minute, left;
} moments[] = {
	{ "", 0, 0 },
	{ "21:00-05:30", 20 * 60 + 59, 0 },
	{ "21:00-05:30", 21 * 60, 510 },
	{ "21:00-05:30", 23 * 60 + 59, 331 },
	{ "21:00-05:30", 0, 330 },
	{ "21:00-05:30", 329, 1 },
	{ "21:00-05:30", 330, 0 },
	{ "12:00-13:00", 12 * 60 + 30, 30 },
	{ "12:00-13:00", 13 * 60, 0 },
	{ "00:00-24:00", 700, 1440 },
	{ "22:00-24:00 00:00-03:00", 23 * 60, 240 },
	{ "01:00-02:00 02:00-03:00 05:00-06:00", 90, 90 },
};

static void
test_moments(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		const struct moment *m = &moments[i];
		struct dark_hours d;

		assert_true(dark_hours_parse(m->text, &d));
		if (dark_hours_left(&d, m->minute) != m->left)
			fail_msg("%s at %u: %u", m->text, m->minute,
			    dark_hours_left(&d, m->minute));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_moments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
