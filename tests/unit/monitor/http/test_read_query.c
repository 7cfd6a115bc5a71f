/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The query string of a request -> an ask; and an ask on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/site.h"
#include "monitor/http/read_query.h"
#include "tests/unit/monitor/http/query_word.h"

#define NOW 1774749600000000LL /* 2026-03-29 02:00 UTC */
#define HOUR 3600000000LL
#define UUID "12345678-9abc-4def-8123-456789ABCDEF"

static char error[READ_ERROR_BYTES];
static struct read_ask ask;

static bool
fill(uint8_t what, const char *words)
{
	return read_ask_fill(what, query_word, (void *)(uintptr_t)words, NOW,
	    &ask, error);
}

static void
test_defaults(void **state)
{
	(void)state;
	for (uint8_t what = 1; what <= READ_WHAT_MOST; what++) {
		const struct read_kind *k = read_kind_of(what);

		assert_non_null(k);
		assert_int_equal(k->what, what);
		if (k->takes & READ_NEEDS_FEED) {
			assert_false(fill(what, ""));
			continue;
		}
		assert_true(fill(what, ""));
		assert_int_equal(ask.what, what);
		assert_true(ask.limit >= 1 && ask.limit <= READ_LIMIT_ANY);
		assert_int_equal(ask.to_utc_us, 0);
		assert_int_equal(ask.from_utc_us,
		    k->hours != 0 ? NOW - k->hours * HOUR : 0);
	}
	assert_null(read_kind_of(0));
	assert_null(read_kind_of(READ_WHAT_MOST + 1));
	assert_false(fill(0, ""));
	assert_false(fill(255, ""));
}

static void
test_words(void **state)
{
	(void)state;
	assert_true(fill(READ_INCIDENTS,
	    "open=1&site=North/Gate 3&limit=7&after=12.-34&feed=" UUID));
	assert_true(ask.flag);
	assert_string_equal(ask.site, "North/Gate 3");
	assert_int_equal(ask.limit, 7);
	assert_string_equal(ask.after, "12.-34");
	assert_memory_equal(ask.uuid,
	    "\x12\x34\x56\x78\x9a\xbc\x4d\xef\x81\x23\x45\x67\x89\xab\xcd\xef",
	    16);
	assert_true(fill(READ_INCIDENTS, "limit=999999999999999999999"));
	assert_int_equal(ask.limit, READ_LIMIT_MOST);
	assert_true(fill(READ_SERIES, "days=7"));
	assert_int_equal(ask.from_utc_us, NOW - 7 * 24 * HOUR);
	assert_true(fill(READ_WATCHED, "hours=2"));
	assert_int_equal(ask.from_utc_us, NOW - 2 * HOUR);
	assert_true(fill(READ_WATCHED, "hours=2&to=2026-03-29T01:00:00Z"));
	assert_int_equal(ask.from_utc_us, NOW - 3 * HOUR);
	assert_true(
	    fill(READ_WATCHED,
		"from=2026-03-28T02:00:00Z&to=2026-03-28T03:00:00+01:00&q=x") ==
	    false); /* empty */
	assert_true(fill(READ_OVERLAYS, "kind=mute&all=1"));
	assert_int_equal(ask.kind, 2);
	assert_true(ask.flag);
	assert_true(fill(READ_LEDGER_LINES, "kind=incident&q=a\x01<b"));
	assert_string_equal(ask.name, "incident");
	assert_string_equal(ask.words, "a\x01<b");
	assert_true(fill(READ_THUMBNAIL, ""));
	assert_int_equal(ask.kind, 3);
	assert_true(fill(READ_THUMBNAIL, "kind=reference"));
	assert_int_equal(ask.kind, 5);
	assert_true(fill(READ_ONBOARDING, "since=2026-03-01T00:00:00Z"));
	assert_true(ask.from_utc_us > 0);
	/* What a query does not take is not looked at. */
	assert_true(fill(READ_ROSTER, "from=x&limit=0&after=$$$&feed=1"));
}

static void
test_refused(void **state)
{
	static const struct {
		uint8_t what;
		const char *words;
	} bad[] = {
		{ READ_INCIDENTS, "limit=0" },
		{ READ_INCIDENTS, "limit=-1" },
		{ READ_INCIDENTS, "limit=1x" },
		{ READ_INCIDENTS, "after=../etc" },
		{ READ_INCIDENTS, "after=1 OR 1" },
		{ READ_INCIDENTS, "feed=x" },
		{ READ_INCIDENTS, "feed=12345678-9abc-4def-8123-456789ABCDEG" },
		{ READ_INCIDENTS, "feed=12345678+9abc-4def-8123-456789ABCDEF" },
		{ READ_INCIDENTS, "from=yesterday" },
		{ READ_INCIDENTS, "from=2026-02-29T00:00:00Z" },
		{ READ_INCIDENTS, "to=2026-01-01T00:00:00" },
		{ READ_INCIDENTS, "from=2099-01-01T00:00:00Z" },
		{ READ_INCIDENTS,
		    "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z" },
		{ READ_WATCHED, "from=2020-01-01T00:00:00Z" },
		{ READ_WATCHED, "hours=0" },
		{ READ_WATCHED, "days=0" },
		{ READ_COVERAGE, "hours=a" },
		{ READ_OVERLAYS, "kind=all" },
		{ READ_THUMBNAIL, "kind=any" },
		{ READ_INTERVALS, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (fill(bad[i].what, bad[i].words))
			fail_msg("%s", bad[i].words);
		assert_true(error[0] != '\0');
	}
}

static void
test_too_long(void **state)
{
	static char words[4096];
	static const char *const keys[] = { "site", "q", "kind", "after" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		int n = snprintf(words, sizeof(words), "%s=", keys[i]);

		memset(words + n, 'a', 2000);
		words[n + 2000] = '\0';
		assert_false(
		    fill(i == 0 ? READ_INCIDENTS : READ_LEDGER_LINES, words));
	}
}

/* Against the C library's calendar. */
static void
test_moments(void **state)
{
	unsigned seed = 3;
	int64_t us;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		time_t t =
		    (time_t)(((int64_t)rand_r(&seed) << 8) % 253402300799LL) +
		    1;
		char text[40];
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		if (!read_moment(text, &us))
			fail_msg("%s", text);
		assert_int_equal(us, (int64_t)t * 1000000);
	}
	assert_true(read_moment("2026-03-29T01:59:58.123456Z", &us));
	assert_int_equal(us % 1000000, 123456);
	assert_true(read_moment("2026-03-29T03:00:00+01:00", &us));
	assert_int_equal(us, NOW);
	assert_true(read_moment("2026-03-28t21:30-04:30", &us));
	assert_int_equal(us, NOW);
	assert_true(read_moment("2026-03-29 02:00Z", &us));
	assert_false(read_moment("", &us));
	assert_false(read_moment("1969-12-31T23:59:59Z", &us));
	assert_false(read_moment("2026-13-01T00:00:00Z", &us));
	assert_false(read_moment("2026-04-31T00:00:00Z", &us));
	assert_false(read_moment("2026-04-30T24:00:00Z", &us));
	assert_false(read_moment("2026-04-30T23:60:00Z", &us));
	assert_false(read_moment("2026-04-30T23:00:00Zx", &us));
	assert_false(read_moment("2026-04-30T23:00:00.Z", &us));
	assert_false(read_moment("2026-04-30", &us));
}

static void
test_within(void **state)
{
	(void)state;
	assert_true(site_within("North/Gate", ""));
	assert_true(site_within("", ""));
	assert_true(site_within("North", "North"));
	assert_true(site_within("North/Gate", "North"));
	assert_false(site_within("Northern", "North"));
	assert_false(site_within("North", "North/Gate"));
	assert_false(site_within("", "North"));
}

/* What was put is what is got; anything shorter or longer is refused. */
static void
test_wire(void **state)
{
	static uint8_t bytes[8192];
	struct read_ask back;
	struct writer w = writer_of(bytes, sizeof(bytes));

	(void)state;
	assert_true(fill(READ_INCIDENTS, "open=1&site=S&limit=3&feed=" UUID));
	ask.id = 77;
	snprintf(ask.scope, sizeof(ask.scope), "North");
	web_put_ask(&w, &ask);
	size_t n = writer_length(&w);

	assert_true(web_get_ask((struct span){ bytes, n }, &back));
	assert_int_equal(back.id, 77);
	assert_string_equal(back.scope, "North");
	assert_string_equal(back.site, "S");
	assert_int_equal(back.limit, 3);
	assert_true(back.flag);
	assert_memory_equal(back.uuid, ask.uuid, 16);
	for (size_t i = 0; i < n; i++)
		assert_false(web_get_ask((struct span){ bytes, i }, &back));
	assert_false(web_get_ask((struct span){ bytes, n + 1 }, &back));
	/* Out of range. */
	bytes[4] = 0;
	assert_false(web_get_ask((struct span){ bytes, n }, &back));
	bytes[4] = READ_WHAT_MOST + 1;
	assert_false(web_get_ask((struct span){ bytes, n }, &back));
}

/* Any words: no crash, and what is accepted is what the wire accepts. */
static void
test_any_words(void **state)
{
	static const char letters[] = "0123456789abcdef-.TZ:+&=xqfrom";
	static const char *const keys[] = { "limit", "after", "from", "to",
		"hours", "days", "feed", "kind", "site", "q", "since" };
	static uint8_t bytes[8192];
	unsigned seed = 11;
	char words[512];

	(void)state;
	for (int round = 0; round < 60000; round++) {
		size_t n = 0;

		for (int k = rand_r(&seed) % 4; k > 0; k--) {
			n += (size_t)snprintf(words + n, sizeof(words) - n,
			    "%s=", keys[rand_r(&seed) % 11]);
			for (int i = rand_r(&seed) % 30; i > 0; i--)
				words[n++] = letters[rand_r(&seed) %
						     (sizeof(letters) - 1)];
			words[n++] = '&';
		}
		words[n] = '\0';
		uint8_t what = (uint8_t)(rand_r(&seed) % (READ_WHAT_MOST + 2));
		struct read_ask back;
		struct writer w = writer_of(bytes, sizeof(bytes));

		if (!fill(what, words))
			continue;
		web_put_ask(&w, &ask);
		if (!web_get_ask((struct span){ bytes, writer_length(&w) },
			&back))
			fail_msg("%u: %s", what, words);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_moments),
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_any_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
