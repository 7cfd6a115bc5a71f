/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/inventory/inventory.h"

static const struct good {
	const char *text, *url, *host, *user, *password;
	uint16_t port;
	enum inventory_scheme by;
} good[] = {
	{ "rtsp://cam/1", "rtsp://cam/1", "cam", "", "", 0,
	    INVENTORY_BY_STREAM },
	{ "RTSPS://Cam.Example:322/A?b=C#d", "rtsps://cam.example:322/A?b=C#d",
	    "cam.example", "", "", 322, INVENTORY_BY_STREAM },
	{ "rtsp://admin:secret@10.0.0.1:554/s", "rtsp://10.0.0.1:554/s",
	    "10.0.0.1", "admin", "secret", 554, INVENTORY_BY_STREAM },
	{ "rtsp://a%40b:p%3Aq%2f%25@h/", "rtsp://h/", "h", "a@b", "p:q/%", 0,
	    INVENTORY_BY_STREAM },
	{ "rtsp://admin:p@ss@h/x@y", "rtsp://h/x@y", "h", "admin", "p@ss", 0,
	    INVENTORY_BY_STREAM },
	{ "rtsp://admin:100%@h/", "rtsp://h/", "h", "admin", "100%", 0,
	    INVENTORY_BY_STREAM },
	{ "rtsp://admin@h", "rtsp://h", "h", "admin", "", 0,
	    INVENTORY_BY_STREAM },
	{ "rtsp://[FE80::1%25eth0]:8554/x", "rtsp://[fe80::1%25eth0]:8554/x",
	    "fe80::1%25eth0", "", "", 8554, INVENTORY_BY_STREAM },
	{ "rtsp://h?channel=1", "rtsp://h?channel=1", "h", "", "", 0,
	    INVENTORY_BY_STREAM },
	{ "http://h/mjpg", "http://h/mjpg", "h", "", "", 0,
	    INVENTORY_BY_DEMUX },
	{ "https://u:p@h:8443/a.m3u8", "https://h:8443/a.m3u8", "h", "u", "p",
	    8443, INVENTORY_BY_DEMUX },
	{ "udp://@239.0.0.1:1234", "udp://239.0.0.1:1234", "239.0.0.1", "", "",
	    1234, INVENTORY_BY_DEMUX },
	{ "srt://:9000?mode=listener", "srt://:9000?mode=listener", "", "", "",
	    9000, INVENTORY_BY_DEMUX },
	{ "rtmp://h/live/x", "rtmp://h/live/x", "h", "", "", 0,
	    INVENTORY_BY_DEMUX },
	{ "rtsp://010.001.002.003:554/1", "rtsp://10.1.2.3:554/1", "10.1.2.3",
	    "", "", 554, INVENTORY_BY_STREAM },
	{ "rtsp://[2001:DB8:0:0::0:7]/1", "rtsp://[2001:db8::7]/1",
	    "2001:db8::7", "", "", 0, INVENTORY_BY_STREAM },
	{ "rtsp://cam-1.0xyz/1", "rtsp://cam-1.0xyz/1", "cam-1.0xyz", "", "", 0,
	    INVENTORY_BY_STREAM },
	/* passwords as people choose them */
	{ "rtsp://admin:a/b?c#d@10.0.0.1:554/x@1", "rtsp://10.0.0.1:554/x@1",
	    "10.0.0.1", "admin", "a/b?c#d", 554, INVENTORY_BY_STREAM },
	{ "rtsp://admin:a#b@c@h/", "rtsp://h/", "h", "admin", "a#b@c", 0,
	    INVENTORY_BY_STREAM },
	{ "rtsp://ana:contrase\xc3\xb1"
	  "a {1}|^\"@h/1",
	    "rtsp://h/1", "h", "ana",
	    "contrase\xc3\xb1"
	    "a {1}|^\"",
	    0, INVENTORY_BY_STREAM },
	{ "file:///var/x.mp4", "file:///var/x.mp4", "", "", "", 0,
	    INVENTORY_BY_DEMUX },
};

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct good *g = &good[i];
		struct inventory_url u;
		size_t at;
		const char *wrong = inventory_url_parse(g->text, &u, &at);

		if (wrong != NULL)
			fail_msg("%s: %s", g->text, wrong);
		assert_string_equal(u.url, g->url);
		assert_string_equal(u.host, g->host);
		assert_string_equal(u.user, g->user);
		assert_string_equal(u.password, g->password);
		assert_int_equal(u.port, g->port);
		assert_int_equal(u.by, g->by);
		assert_int_equal(u.has_credentials, g->user[0] != '\0');
	}
}

static const struct bad {
	const char *text;
	size_t at;
	const char *what; /* a part of the message */
} bad[] = {
	{ "", 0, "not a URL" },
	{ "10.0.0.1", 0, "not a URL" },
	{ "ftp://h/", 0, "unknown scheme" },
	{ "://h/", 0, "unknown scheme" },
	{ "rtsp://", 7, "host is missing" },
	{ "rtsp:///x", 7, "host is missing" },
	{ "rtsp://a:b@/x", 11, "host is missing" },
	{ "rtsp://h h/", 8, "blanks" },
	{ "rtsp://h/\xc3\xa9", 9, "ASCII" },
	{ "rtsp://h/<x>", 9, "not allowed" },
	{ "rtsp://h:0/", 10, "out of range" },
	{ "rtsp://h:65536/", 13, "out of range" },
	{ "rtsp://h:/", 9, "port is missing" },
	{ "rtsp://h:5x/", 10, "not a number" },
	{ "rtsp://h!/", 8, "a host holds" },
	{ "rtsp://[::1/", 11, "expected ']'" },
	{ "rtsp://[]/", 8, "expected ']'" },
	{ "rtsp://[::1]x/", 12, "behind the host" },
	{ "rtsp://a%00b:c@h/", 7, "control" },
	{ "rtsp://10.0.0/1", 7, "not an IPv4 address" },
	{ "rtsp://10.0.0.256/1", 7, "not an IPv4 address" },
	{ "rtsp://10.0.0.1.1/1", 7, "not an IPv4 address" },
	{ "rtsp://1000017/1", 7, "not an IPv4 address" },
	{ "rtsp://0x0a000001/1", 7, "not an IPv4 address" },
	{ "rtsp://u:p@10..0.1/1", 11, "not an IPv4 address" },
	{ "rtsp://[fd00::zz]/1", 7, "not an IPv6 address" },
	{ "rtsp://[10.0.0.1]/1", 7, "not an IPv6 address" },
	{ "rtsp://u:p#w@h h/1", 14, "blanks" },
	{ "rtsp://u:p#w@h:x/1", 9, "not a number" },
	{ "rtsp:///x@h/1", 7, "host is missing" },
	{ "file://h/x", 7, "absolute path" },
	{ "file://x", 7, "absolute path" },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct inventory_url u;
		size_t at = 99;
		const char *wrong = inventory_url_parse(bad[i].text, &u, &at);

		if (wrong == NULL || strstr(wrong, bad[i].what) == NULL ||
		    at != bad[i].at)
			fail_msg("%s: at %zu: %s", bad[i].text, at,
			    wrong != NULL ? wrong : "accepted");
		assert_string_equal(u.url, "");
		assert_string_equal(u.password, "");
	}
}

static void
test_long(void **state)
{
	char text[1200] = "rtsp://h/";
	struct inventory_url u;
	size_t at;

	(void)state;
	memset(text + 9, 'x', sizeof(text) - 10);
	text[1023] = '\0';
	assert_null(inventory_url_parse(text, &u, &at));
	assert_int_equal(strlen(u.url), 1023);
	text[1023] = 'x';
	text[1024] = '\0';
	assert_non_null(inventory_url_parse(text, &u, &at));
	snprintf(text, sizeof(text), "rtsp://%0300d@h/", 1);
	assert_non_null(inventory_url_parse(text, &u, &at));
	snprintf(text, sizeof(text), "rtsp://%0300d/", 1);
	assert_non_null(inventory_url_parse(text, &u, &at));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
