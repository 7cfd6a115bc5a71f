/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles -> cameras -> rows that an import reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/address.h"
#include "monitor/cli/discover_choose.h"
#include "monitor/inventory/inventory.h"

static struct device_stream streams[8];
static struct discover_device d[4];

static void
put(uint32_t i, const char *source, const char *encoding, unsigned w,
    unsigned h, const char *url)
{
	struct device_stream *s = &streams[i];

	*s = (struct device_stream){ .width = (uint16_t)w,
		.height = (uint16_t)h };
	snprintf(s->source, sizeof(s->source), "%s", source);
	snprintf(s->encoding, sizeof(s->encoding), "%s", encoding);
	snprintf(s->url, sizeof(s->url), "%s", url);
}

static void
device(uint32_t i, const char *address, const char *name, uint32_t first,
    uint32_t count)
{
	d[i] = (struct discover_device){ .streams = streams + first,
		.streams_got = count,
		.result = { .port = 80, .stream_count = count } };
	assert_true(address_parse(address, &d[i].result.address));
	snprintf(d[i].result.name, sizeof(d[i].result.name), "%s", name);
}

static void
chosen(void **state)
{
	struct discover_camera c[8];

	(void)state;
	put(0, "a", "JPEG", 320, 240, "http://h/jpeg");
	put(1, "a", "H264", 640, 360, "rtsp://h/sub");
	put(2, "b", "jpeg", 640, 480, "http://h/b");
	put(3, "a", "H265", 3840, 2160, "rtsp://h/main");
	put(4, "a", "H264", 1280, 720, "rtsp://h/mid");
	put(5, "c", "H264", 1280, 720, "");
	put(6, "a", "H264", 0, 0, "rtsp://h/unsaid");
	put(7, "d", "H264", 0, 0, "rtsp://h/d");
	streams[5].ptz = streams[2].ptz = true;
	device(0, "10.0.0.5", "X", 0, 8);
	assert_int_equal(discover_choose(&d[0], c, 8), 3);
	assert_string_equal(c[0].main->url, "rtsp://h/main");
	assert_string_equal(c[0].sub->url, "rtsp://h/sub");
	assert_false(c[0].ptz);
	assert_string_equal(c[1].main->url, "http://h/b");
	assert_null(c[1].sub);
	assert_true(c[1].ptz);
	assert_string_equal(c[2].main->url, "rtsp://h/d");
	assert_null(c[2].sub);
	assert_int_equal(discover_choose(&d[0], c, 1), 1);
	/* The same URL twice is one stream. */
	put(0, "", "H264", 640, 360, "rtsp://h/x");
	put(1, "", "H264", 1920, 1080, "rtsp://h/x");
	device(0, "10.0.0.5", "X", 0, 2);
	assert_int_equal(discover_choose(&d[0], c, 8), 1);
	assert_null(c[0].sub);
}

/* What is printed is read by the import, whatever devices call themselves. */
static void
imported(void **state)
{
	struct inventory_mistakes mistakes = { 0 };
	struct inventory *inv = inventory_new();
	const char *const names[] = { "Gate", "=cmd|' /C calc'!A0, \"x\"; y",
		"gate", "" };
	char *csv;

	(void)state;
	put(0, "a", "H264", 640, 360, "rtsp://h1/sub");
	put(1, "a", "H264", 1920, 1080, "rtsp://h1/main");
	put(2, "b", "H264", 1920, 1080, "rtsp://h1/b?x=1,2;'3'");
	put(3, "", "H264", 640, 360, "rtsp://h2/x");
	put(4, "", "H264", 640, 360, "rtsp://h3/x");
	put(5, "", "H264", 640, 360, "rtsp://h4/x");
	device(0, "10.0.0.5", names[0], 0, 3);
	device(1, "10.0.0.6", names[1], 3, 1);
	device(2, "10.0.0.7", names[2], 4, 1);
	device(3, "10.0.0.7", names[3], 5, 1);
	d[3].result.port = 81;
	csv = discover_csv(d, 4, "North", "admin");
	assert_non_null(csv);
	if (!inventory_read(inv, INVENTORY_FEEDS, "csv", csv, strlen(csv),
		&mistakes))
		fail_msg("%s\n%s", mistakes.text, csv);
	assert_int_equal(inv->feed_count, 6);
	assert_string_equal(inv->feeds[0].name, "Gate 10.0.0.5 1");
	assert_int_equal(inv->feeds[0].visit_s, 0);
	assert_string_equal(inv->feeds[0].url, "rtsp://h1/sub");
	assert_string_equal(inv->feeds[1].name, "Gate 10.0.0.5 1 (main)");
	assert_int_equal(inv->feeds[1].visit_s, 20);
	assert_string_equal(inv->feeds[2].name, "Gate 10.0.0.5 2");
	assert_string_equal(inv->feeds[2].url, "rtsp://h1/b?x=1,2;'3'");
	assert_string_equal(inv->feeds[3].name, names[1]);
	assert_string_equal(inv->feeds[4].name, "gate 10.0.0.7");
	assert_string_equal(inv->feeds[4].device, "10.0.0.7 port 80");
	assert_string_equal(inv->feeds[5].name, "10.0.0.7");
	assert_string_equal(inv->feeds[5].device, "10.0.0.7 port 81");
	assert_string_equal(inv->feeds[0].site, "North");
	free(csv);
	inventory_free(&inv);
	inventory_mistakes_fini(&mistakes);
	csv = discover_csv(d, 1, "", "");
	assert_string_equal(csv,
	    "site,name,device,url,sub_url,ptz\r\n"
	    ",Gate 1,10.0.0.5,rtsp://h1/main,rtsp://h1/sub,no\r\n"
	    ",Gate 2,10.0.0.5,\"rtsp://h1/b?x=1,2;'3'\",,no\r\n");
	free(csv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen),
		cmocka_unit_test(imported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
