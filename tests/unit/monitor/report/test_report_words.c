/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both languages say everything; figures and dates are right in both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "camwarden/presence.h"
#include "camwarden/words.h"
#include "monitor/report/report_figure.h"
#include "monitor/report/report_words.h"

#define S 1000000LL

static void
test_all_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < REPORT_PHRASE_COUNT; i++) {
		const char *both[2];
		unsigned held[2][10] = { { 0 } };

		for (unsigned l = 0; l < 2; l++) {
			int open = 0;

			both[l] = report_words_of((enum report_language)l,
			    (enum report_phrase)i);
			assert_true(both[l][0] != '\0');
			for (const char *s = both[l]; *s != '\0'; s++) {
				open += (*s == '[') - (*s == ']');
				assert_true(open == 0 || open == 1);
				if (*s == '|')
					assert_int_equal(open, 1);
				/* "100 %" is no place to fill in */
				if (*s == '%' && s[1] >= '1' && s[1] <= '9')
					held[l][s[1] - '0'] = 1;
			}
			assert_int_equal(open, 0);
		}
		/* What one language says the other doesn't keep back. */
		assert_memory_equal(held[0], held[1], sizeof(held[0]));
	}
}

static void
test_all_of_the_vocabulary(void **state)
{
	(void)state;
	for (unsigned l = 0; l < 2; l++) {
		enum report_language language = (enum report_language)l;

		for (unsigned i = 0; i < CAUSE_COUNT; i++)
			assert_string_not_equal(report_words_cause(language, i),
			    "?");
		for (unsigned i = 0; i < STATE_COUNT; i++)
			assert_string_not_equal(report_words_state(language, i),
			    "?");
		for (unsigned i = 0; i < PRESENCE_COUNT; i++)
			assert_string_not_equal(report_words_presence(language,
						    i),
			    "?");
		for (unsigned i = 0; i < WATCHED_COUNT; i++)
			assert_string_not_equal(report_words_watched(language,
						    i),
			    "?");
		for (unsigned i = 0; i < 7; i++)
			assert_string_not_equal(report_words_weekday(language,
						    i),
			    "?");
		assert_string_equal(report_words_cause(language, 999), "?");
	}
	for (unsigned i = 0; i < CAUSE_COUNT; i++)
		assert_string_not_equal(report_words_cause(REPORT_ENGLISH, i),
		    report_words_cause(REPORT_SPANISH, i));
}

static void
test_fill(void **state)
{
	char out[64];

	(void)state;
	report_words_fill(out, sizeof(out), REPORT_ENGLISH,
	    PHRASE_FEEDS_AT_SITES, 1, (const char *const[]){ "1" });
	assert_string_equal(out, "1 feed");
	report_words_fill(out, sizeof(out), REPORT_SPANISH,
	    PHRASE_FEEDS_AT_SITES, 0, (const char *const[]){ "0" });
	assert_string_equal(out, "0 cámaras");
	/* What is filled in is not filled again. */
	report_words_fill(out, sizeof(out), REPORT_ENGLISH, PHRASE_SINCE, 1,
	    (const char *const[]){ "%1[a|b]" });
	assert_string_equal(out, "since %1[a|b]");
	assert_int_equal(report_words_fill(out, 4, REPORT_ENGLISH, PHRASE_SINCE,
			     1, (const char *const[]){ "now" }),
	    9);
	assert_string_equal(out, "sin");
	enum report_language language;

	assert_true(report_words_language("es", &language));
	assert_int_equal(language, REPORT_SPANISH);
	assert_false(report_words_language("fr", &language));
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_string_equal(report_figure_number(0).text, "0");
	assert_string_equal(report_figure_number(999).text, "999");
	assert_string_equal(report_figure_number(1000).text, "1,000");
	assert_string_equal(report_figure_number(1234567).text, "1,234,567");
	assert_string_equal(report_figure_number(-1234).text, "−1,234");
	assert_string_equal(report_figure_number(INT64_MIN).text,
	    "−9,223,372,036,854,775,808");
	/* Never better than it was. */
	assert_string_equal(report_figure_percent(REPORT_ENGLISH, 999999, false)
				.text,
	    "99.9999%");
	assert_string_equal(report_figure_percent(REPORT_ENGLISH, 999900, false)
				.text,
	    "99.99%");
	/* Nor is something nothing. */
	assert_string_equal(report_figure_percent(REPORT_ENGLISH, 0, false)
				.text,
	    "0%");
	assert_string_equal(report_figure_percent(REPORT_ENGLISH, 1000000,
				false)
				.text,
	    "100%");
	assert_string_equal(report_figure_percent(REPORT_SPANISH, 991234, false)
				.text,
	    "99.12\u00a0%");
	assert_string_equal(report_figure_percent(REPORT_SPANISH, 99, true)
				.text,
	    "0.0099");
}

static void
test_durations(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} rows[] = {
		{ 0, "0 s" },
		{ 1, "0.0 s" },
		{ 400000, "0.4 s" },
		{ 59 * S + 999999, "59 s" },
		{ 60 * S, "1 min 00 s" },
		{ 3599 * S, "59 min 59 s" },
		{ 3600 * S, "1 h 00 min" },
		{ 86399 * S, "23 h 59 min" },
		{ 86400 * S, "1 d 00 h" },
		{ 123456 * (86400 * S), "123,456 d 00 h" },
		{ -5, "−" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct report_figure f = report_figure_duration(rows[i].us);
		char plain[64];
		size_t n = 0;

		for (const char *s = f.text; *s != '\0'; s++) {
			if (strncmp(s, "\u00a0", 2) == 0) {
				plain[n++] = ' ';
				s++;
				continue;
			}
			plain[n++] = *s;
		}
		plain[n] = '\0';
		assert_string_equal(plain, rows[i].text);
	}
}

static void
test_dates(void **state)
{
	(void)state;
	int64_t at = 1793548800LL * S; /* 2026-11-01 16:00:00 */

	assert_string_equal(report_figure_day(REPORT_ENGLISH, at).text,
	    "Sunday 1 November 2026");
	assert_string_equal(report_figure_day(REPORT_SPANISH, at).text,
	    "domingo 1 de noviembre de 2026");
	assert_string_equal(report_figure_moment(REPORT_SPANISH, at).text,
	    "1\u00a0nov 16:00");
	assert_string_equal(report_figure_clock(at + 59 * S).text, "16:00:59");
	assert_string_equal(report_figure_offset(-8 * 3600).text, "UTC−8");
	assert_string_equal(report_figure_offset(19800).text, "UTC+5:30");
	assert_string_equal(report_figure_offset(0).text, "UTC");
	/* Against the C library, over 200 years and before 1970. */
	for (int64_t s = -2208988800LL; s < 4102444800LL;
	     s += 86400 * 37 + 11) {
		char expected[64];
		time_t t = (time_t)s;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%d", &tm);
		assert_string_equal(report_figure_iso(s * S).text, expected);
		strftime(expected, sizeof(expected), "%A %-d %B %Y", &tm);
		assert_string_equal(report_figure_day(REPORT_ENGLISH, s * S)
					.text,
		    expected);
		strftime(expected, sizeof(expected), "%H:%M:%S", &tm);
		assert_string_equal(report_figure_clock(s * S).text, expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_words),
		cmocka_unit_test(test_all_of_the_vocabulary),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
