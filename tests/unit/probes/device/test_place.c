/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nobody is sent elsewhere, whatever a URL says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"
#include "probes/device/proto/place.h"

static void
services(void **state)
{
	static const struct {
		const char *said, *url; /* NULL: none */
		bool its;
	} cases[] = {
		{ "http://10.0.0.5/onvif/device_service",
		    "http://10.0.0.5:80/onvif/device_service", true },
		{ "HTTP://10.0.0.5:8080/x?y=1#z", "http://10.0.0.5:8080/x?y=1",
		    true },
		{ "https://u:p@10.0.0.5", "https://10.0.0.5:443/", true },
		{ "http://192.168.1.64:81/a", "http://10.0.0.5:81/a", false },
		{ "http://camera.local/a", "http://10.0.0.5:80/a", false },
		{ "http://127.0.0.1/a", "http://10.0.0.5:80/a", false },
		{ "http://10.0.0.5@evil/a", "http://10.0.0.5:80/a", false },
		{ "http://[fe80::1]/a", "http://10.0.0.5:80/a", false },
		{ "http://10.0.0.5?x", "http://10.0.0.5:80/?x", true },
		{ "ftp://10.0.0.5/a", NULL },
		{ "file:///etc/passwd", NULL },
		{ "http://", NULL },
		{ "http:///a", NULL },
		{ "http://10.0.0.5:0/", NULL },
		{ "http://10.0.0.5:65536/", NULL },
		{ "http://10.0.0.5:8x/", NULL },
		{ "http://10.0.0.5/a b", NULL },
		{ "http://10.0.0.5/\r\nHost: x", NULL },
		{ "http://[fd00::1/", NULL },
		{ "http://h\"st/", NULL },
	};
	struct wire_address a;

	(void)state;
	assert_true(address_parse("10.0.0.5", &a));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char url[400];
		struct place p;
		bool good =
		    place_parse(cases[i].said, strlen(cases[i].said), &p);

		if (good != (cases[i].url != NULL))
			fail_msg("%s", cases[i].said);
		if (!good)
			continue;
		assert_int_equal(place_is(&p, &a), cases[i].its);
		assert_true(place_url(&p, &a, url, sizeof(url)));
		assert_string_equal(url, cases[i].url);
	}
}

static void
of_six(void **state)
{
	struct wire_address a;
	struct place p;
	char url[400];

	(void)state;
	assert_true(address_parse("fd00::5", &a));
	assert_true(place_parse("http://[FD00:0::5]:88/x", 23, &p));
	assert_true(place_is(&p, &a));
	assert_true(place_url(&p, &a, url, sizeof(url)));
	assert_string_equal(url, "http://[fd00::5]:88/x");
	assert_false(place_url(&p, &a, url, 21));
}

static void
streams(void **state)
{
	static const struct {
		const char *said;
		bool keep;
		const char *url, *host; /* NULL: refused */
		bool login;
	} cases[] = {
		{ "rtsp://10.0.0.5:554/cam?x=1&y=2", false,
		    "rtsp://10.0.0.5/cam?x=1&y=2", "" },
		{ "rtsp://10.0.0.5:8554/cam", false, "rtsp://10.0.0.5:8554/cam",
		    "" },
		{ "RTSP://10.0.0.5", false, "rtsp://10.0.0.5", "" },
		{ "rtsps://10.0.0.5:322/c", false, "rtsps://10.0.0.5/c", "" },
		{ "rtsp://192.168.1.64/c", false, "rtsp://10.0.0.5/c",
		    "192.168.1.64" },
		{ "rtsp://192.168.1.64:555/c", true,
		    "rtsp://192.168.1.64:555/c", "192.168.1.64" },
		{ "rtsp://[fd00::2]/c", true, "rtsp://[fd00::2]/c", "fd00::2" },
		{ "rtsp://u:p@ss@10.0.0.5/c", false, "rtsp://10.0.0.5/c", "",
		    true },
		{ "rtsp://127.0.0.1/c", false, "rtsp://10.0.0.5/c",
		    "127.0.0.1" },
		{ "http://10.0.0.5/x.mjpg", false, "http://10.0.0.5/x.mjpg",
		    "" },
		{ "file:///etc/passwd", false, NULL },
		{ "gopher://10.0.0.5/", false, NULL },
		{ "rtsp://", false, NULL },
		{ "rtsp:///c", false, NULL },
		{ "rtsp://10.0.0.5:99999/", false, NULL },
		{ "rtsp://10.0.0.5/a b\"\xc3\xa4%20{|", false,
		    "rtsp://10.0.0.5/a%20b%22%C3%A4%20%7B%7C", "" },
		{ "rtsp://10.0.0.5/a\tb", false, NULL },
		{ "rtsp://10.0.0.5/a\x7f", false, NULL },
		{ "", false, NULL },
	};
	struct wire_address a;

	(void)state;
	assert_true(address_parse("10.0.0.5", &a));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct device_stream s;
		const char *fault;

		memset(&s, 0, sizeof(s));
		fault = place_stream(cases[i].said, &a, cases[i].keep, &s);
		if ((fault == NULL) != (cases[i].url != NULL))
			fail_msg("%s: %s", cases[i].said, fault);
		assert_string_equal(s.url,
		    cases[i].url != NULL ? cases[i].url : "");
		if (cases[i].url == NULL)
			continue;
		assert_string_equal(s.said_host, cases[i].host);
		assert_int_equal(s.had_login, cases[i].login);
	}
}

static void
too_long(void **state)
{
	static struct device_stream s;
	static char url[LIMIT_URL_BYTES + 64];
	struct wire_address a;

	(void)state;
	assert_true(address_parse("10.0.0.5", &a));
	memset(url, 'x', sizeof(url) - 1);
	memcpy(url, "rtsp://h/", 9);
	assert_non_null(place_stream(url, &a, false, &s));
	assert_string_equal(s.url, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services),
		cmocka_unit_test(of_six),
		cmocka_unit_test(streams),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
