/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "probes/demux/locator.h"

static struct wire_feed_add feed; /* large */
static struct locator l;

static const char *
make(const char *url, const char *user, const char *password, int addresses)
{
	static const struct wire_address some[2] = { { 4, { 192, 0, 2, 7 } },
		{ 6, { 0x20, 1, 0xd, 0xb8 } } };

	memset(&feed, 0, sizeof(feed));
	snprintf(feed.url, sizeof(feed.url), "%s", url);
	snprintf(feed.user, sizeof(feed.user), "%s", user);
	snprintf(feed.password, sizeof(feed.password), "%s", password);
	if (addresses != 0) {
		feed.address_count = 1;
		feed.addresses[0] = some[addresses == 6];
	}
	return locator_make(&feed, &l);
}

static void
urls(void **state)
{
	static const struct {
		const char *url, *user, *password;
		int addresses;
		const char *out, *headers;
		bool tls, datagrams, loopback;
	} cases[] = {
		{ "http://cam/a?b=c", "", "", 0, "http://cam/a?b=c", "" },
		{ "http://cam:8080/a", "u", "p@s:s/w", 0,
		    "http://u:p%40s%3As%2Fw@cam:8080/a", "" },
		{ "http://old:own@cam/a", "", "", 0, "http://old:own@cam/a",
		    "" },
		{ "http://old:own@cam/a", "n", "w", 0, "http://n:w@cam/a", "" },
		{ "http://cam:81/a", "", "", 4, "http://192.0.2.7:81/a",
		    "Host: cam:81\r\n" },
		{ "http://cam/a", "", "", 6, "http://[2001:db8:0:0:0:0:0:0]/a",
		    "Host: cam\r\n" },
		{ "http://10.0.0.1/a", "", "", 4, "http://10.0.0.1/a", "" },
		{ "http://cam/x.m3u8?t=1", "", "", 4, "http://cam/x.m3u8?t=1",
		    "" },
		{ "https://cam/a", "", "", 4, "https://cam/a", "", true },
		{ "rtmp://cam/live/x", "u", "p", 4, "rtmp://u:p@cam/live/x",
		    "" },
		{ "rtmps://cam/live/x", "", "", 0, "rtmps://cam/live/x", "",
		    true },
		{ "udp://@239.1.1.1:5000", "", "", 0, "udp://239.1.1.1:5000",
		    "", false, true },
		{ "udp://:5000?x=1", "", "", 0, "udp://:5000?x=1", "", false,
		    true },
		{ "srt://cam:9?mode=caller", "u", "p", 4,
		    "srt://192.0.2.7:9?mode=caller", "", false, true },
		{ "HTTP://127.0.0.1/a", "", "", 0, "http://127.0.0.1/a", "",
		    false, false, true },
		{ "http://[::1]:8/a", "", "", 0, "http://[::1]:8/a", "", false,
		    false, true },
		{ "http://127.evil.example/", "", "", 0,
		    "http://127.evil.example/", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].url);
		assert_null(make(cases[i].url, cases[i].user, cases[i].password,
		    cases[i].addresses));
		assert_string_equal(l.url, cases[i].out);
		assert_string_equal(l.headers, cases[i].headers);
		assert_int_equal(l.tls, cases[i].tls);
		assert_int_equal(l.datagrams, cases[i].datagrams);
		assert_int_equal(l.loopback, cases[i].loopback);
	}
}

static void
bad_urls(void **state)
{
	static const char *const urls_bad[] = { "", "cam", "http:/cam",
		"http://", "http:///a", "file:///etc/passwd", "/etc/passwd",
		"concat:a|b", "data:x", "gopher://cam/", "http://cam:8x/",
		"http://[::1/", "http://[::1]x/", "http://ca m/",
		"http://cam/\r\nX: y", "subfile,,start,0,end,1,,:/etc/passwd",
		"http+file://x" };
	char longest[LIMIT_URL_BYTES] = "http://";

	(void)state;
	for (size_t i = 0; i < sizeof(urls_bad) / sizeof(urls_bad[0]); i++) {
		print_message("%s\n", urls_bad[i]);
		assert_non_null(make(urls_bad[i], "user", "secret", 0));
	}
	memset(longest + 7, 'a', sizeof(longest) - 8);
	assert_non_null(make(longest, "", "", 0)); /* host too long */
}

/* The longest that the wire lets through fits, all of it escaped. */
static void
longest_credentials_fit(void **state)
{
	char url[LIMIT_URL_BYTES] = "http://cam/";
	char word[LIMIT_CREDENTIAL_BYTES];

	(void)state;
	memset(url + 11, 'a', sizeof(url) - 12);
	memset(word, '@', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_null(make(url, word, word, 0));
	assert_int_equal(strlen(l.url), strlen(url) + 6 * strlen(word) + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls),
		cmocka_unit_test(bad_urls),
		cmocka_unit_test(longest_credentials_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
