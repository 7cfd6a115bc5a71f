/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/proto/rtsp_url.h"

static void
test_good(void **state)
{
	static const struct {
		const char *in, *host, *user, *password, *text;
		unsigned port;
		bool tls;
		unsigned family;
	} cases[] = {
		{ "rtsp://10.0.0.1/a", "10.0.0.1", "", "", "rtsp://10.0.0.1/a",
		    554, false, 4 },
		{ "RTSP://Cam.Example:8554/a?b=c&d", "cam.example", "", "",
		    "rtsp://cam.example:8554/a?b=c&d", 8554, false, 0 },
		{ "rtsps://h/x", "h", "", "", "rtsps://h/x", 322, true, 0 },
		{ "rtsp://u:p@ss:w@h", "h", "u", "p@ss:w", "rtsp://h/", 554,
		    false, 0 },
		{ "rtsp://a%40b:p%40ss%3aw%2F%c3%b6%2541%20%22@h/x", "h", "a@b",
		    "p@ss:w/\xc3\xb6%41 \"", "rtsp://h/x", 554, false, 0 },
		{ "rtsp://u@h:1/", "h", "u", "", "rtsp://h:1/", 1, false, 0 },
		{ "rtsp://[::1]:8554/a", "::1", "", "", "rtsp://[::1]:8554/a",
		    8554, false, 6 },
		{ "rtsp://[FE80::1:2.3.4.5]/a", "fe80::1:2.3.4.5", "", "",
		    "rtsp://[fe80::1:2.3.4.5]/a", 554, false, 6 },
		{ "rtsp://h?x=1", "h", "", "", "rtsp://h/?x=1", 554, false, 0 },
		{ "rtsp://h/a#part", "h", "", "", "rtsp://h/a", 554, false, 0 },
		{ "rtsp://h/user=U&password=P&channel=1.sdp?real_stream", "h",
		    "", "",
		    "rtsp://h/user=U&password=P&channel=1.sdp?real_stream", 554,
		    false, 0 },
		{ " rtsp://256.1.1.1/ ", "256.1.1.1", "", "",
		    "rtsp://256.1.1.1/", 554, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_url url;
		const char *why = NULL;

		if (rtsp_url_parse(span_of(cases[i].in), &url, &why) !=
		    PARSE_DONE)
			fail_msg("%s: %s", cases[i].in, why);
		assert_string_equal(url.host, cases[i].host);
		assert_string_equal(url.user, cases[i].user);
		assert_string_equal(url.password, cases[i].password);
		assert_string_equal(url.text, cases[i].text);
		assert_int_equal(url.port, cases[i].port);
		assert_int_equal(url.tls, cases[i].tls);
		assert_int_equal(url.address.family, cases[i].family);
	}
}

static void
test_bad(void **state)
{
	static const char *const cases[] = { "", "rtsp", "rtsp://", "http://h/",
		"rtsp:///x", "rtsp://h:0/", "rtsp://h:65536/", "rtsp://h:abc/",
		"rtsp://[::1/", "rtsp://[1:2:3]/", "rtsp://[::1::2]/",
		"rtsp://[:::]/", "rtsp://[1:2:3:4:5:6:7:8:9]",
		"rtsp://[12345::]/", "rtsp://[::1]x/", "rtsp://h h/",
		"rtsp://h/a b", "rtsp://h/a\r\nX: y", "rtsp://h\x01/",
		"rtsp://u:%00@h/" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_url url;
		const char *why = NULL;

		if (rtsp_url_parse(span_of(cases[i]), &url, &why) != PARSE_BAD)
			fail_msg("taken: %s", cases[i]);
		assert_non_null(why);
	}
}

static void
test_too_long(void **state)
{
	char text[2 * LIMIT_URL_BYTES];
	struct rtsp_url url;
	const char *why;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "rtsp://", 7);
	for (size_t n = 200; n < sizeof(text) - 1; n += 97) {
		struct span s = { (uint8_t *)text, n };

		text[n / 2] = '/';
		rtsp_url_parse(s, &url, &why);
		text[n / 2] = 'a';
		assert_int_equal(rtsp_url_parse(s, &url, &why),
		    n < 7 + 256 ? PARSE_DONE : PARSE_BAD);
	}
}

/* Each line: dialled, base, control, what servers expect. */
static void
test_join(void **state)
{
	static const struct {
		const char *dialled, *base, *control, *out;
	} cases[] = {
		{ "rtsp://h/a", "rtsp://h/a/", "trackID=1",
		    "rtsp://h/a/trackID=1" },
		/* cb_no_slash */
		{ "rtsp://h/a", "rtsp://h/a", "trackID=1",
		    "rtsp://h/a/trackID=1" },
		/* cb_other_ip: host and port we dialled stay */
		{ "rtsp://h:8554/a", "rtsp://192.168.0.9:554/b/", "t",
		    "rtsp://h:8554/b/t" },
		/* with credentials in it */
		{ "rtsp://h/a", "rtsp://u:p@h/b", "t", "rtsp://h/b/t" },
		/* cb_path_only */
		{ "rtsp://h/a", "/x", "t", "rtsp://h/x/t" },
		/* cb_broken1..3 */
		{ "rtsp://h/a", "rtsp://::ffff:192.168.1.2/b", "t",
		    "rtsp://h/b/t" },
		{ "rtsp://h/a", "rtsp://rtsp://g/b", "t", "rtsp://h/b/t" },
		{ "rtsp://h/a", "192.168.253.220:1935/", "t", "rtsp://h/t" },
		/* ctl_abs: path and query of it, host we dialled */
		{ "rtsp://h:1/a", "rtsp://h/a", "rtsp://g:9/z/track?q",
		    "rtsp://h:1/z/track?q" },
		{ "rtsps://h/a", "", "rtsp://g/z", "rtsps://h/z" },
		/* ctl_query, appended after a query string */
		{ "rtsp://h/a", "rtsp://h/a", "?ctype=video",
		    "rtsp://h/a?ctype=video" },
		{ "rtsp://h/a?c=1", "rtsp://h/a?c=1", "t", "rtsp://h/a?c=1/t" },
		/* ctl_missing, ctl_star */
		{ "rtsp://h/a", "rtsp://h/a/", "", "rtsp://h/a/" },
		{ "rtsp://h/a", "rtsp://h/a/", "*", "rtsp://h/a/" },
		{ "rtsp://h/a", "rtsp://g", "t", "rtsp://h/a/t" },
		{ "rtsp://h/a", "", "/t", "rtsp://h/a/t" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtsp_url url;
		const char *why;
		char out[LIMIT_URL_BYTES];

		assert_int_equal(rtsp_url_parse(span_of(cases[i].dialled), &url,
				     &why),
		    PARSE_DONE);
		assert_true(rtsp_url_join(&url, span_of(cases[i].base),
		    span_of(cases[i].control), out));
		assert_string_equal(out, cases[i].out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
