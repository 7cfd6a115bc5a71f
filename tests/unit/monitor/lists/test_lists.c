/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Configurations of Frigate, MediaMTX and go2rtc -> cameras. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/lists/lists.h"
#include "monitor/lists/source.h"

static const char *
find(void *arg, const char *name)
{
	(void)arg;
	return strcmp(name, "FRIGATE_PW") == 0	 ? "p/w@1%41"
	       : strcmp(name, "CAM_USER") == 0	 ? "ana"
	       : strcmp(name, "FRIGATE_IP") == 0 ? "10.0.0.9"
						 : NULL;
}

struct heard {
	struct inventory *inv;
	struct inventory_mistakes notes, mistakes;
};

static struct heard
hear(enum lists_from from, const char *yaml)
{
	static const struct lists_env env = { find, NULL };
	struct heard h = { .inv = inventory_new() };
	struct inventory_form form = { .file = "c.yml", .notes = &h.notes };
	struct lists_wish wish = { &form, from, &env };
	bool well = lists_read(h.inv, &wish, yaml, strlen(yaml), &h.mistakes);

	assert_int_equal(well, h.mistakes.count == 0);
	return h;
}

static void
forget(struct heard *h)
{
	inventory_free(&h->inv);
	inventory_mistakes_fini(&h->notes);
	inventory_mistakes_fini(&h->mistakes);
}

/* "name url" of each feed, a line each; visited ones with a '*'. */
static void
says(const struct heard *h, const char *want)
{
	char text[4096];
	size_t n = 0;

	if (h->mistakes.count > 0)
		fail_msg("%s", h->mistakes.text);
	for (size_t i = 0; i < h->inv->feed_count; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s%s%s\n",
		    h->inv->feeds[i].name, h->inv->feeds[i].url,
		    h->inv->feeds[i].visit_s > 0 ? " *" : "",
		    h->inv->feeds[i].enabled ? "" : " off");
	assert_string_equal(text, want);
}

static void
test_frigate(void **state)
{
	struct heard h = hear(LISTS_GUESS,
	    "x-record: &rec\n"
	    "  roles: [record]\n"
	    "go2rtc:\n"
	    "  streams:\n"
	    "    back:\n"
	    "      - rtsp://u:{FRIGATE_PW}@{FRIGATE_IP}/1?x=1#backchannel=0\n"
	    "      - ffmpeg:back#audio=aac\n"
	    "    back_sub: ffmpeg:rtsp://u:{FRIGATE_PW}@{FRIGATE_IP}/2\n"
	    "    loop: rtsp://localhost:8554/loop\n"
	    "    hk: homekit://x\n"
	    "cameras:\n"
	    "  back:\n"
	    "    friendly_name: Back yard\n"
	    "    ffmpeg:\n"
	    "      inputs:\n"
	    "        - <<: *rec\n"
	    "          path: rtsp://127.0.0.1:8554/back\n"
	    "        - path: rtsp://127.0.0.1:8554/back_sub?video\n"
	    "          roles: [detect, audio]\n"
	    "    onvif: {host: 10.0.0.9, port: 80}\n"
	    "  one:\n"
	    "    enabled: false\n"
	    "    ffmpeg: {inputs: [{path: 'rtsp://h/1', roles: [detect, "
	    "record]}]}\n"
	    "  hk: {ffmpeg: {inputs: [{path: 'rtsp://127.0.0.1:8554/hk'}]}}\n"
	    "  loop: {ffmpeg: {inputs: [{path: "
	    "'rtsp://127.0.0.1:8554/loop'}]}}\n"
	    "  gone: {ffmpeg: {inputs: [{path: "
	    "'rtsp://127.0.0.1:8554/gone'}]}}\n"
	    "  none: {}\n");

	(void)state;
	says(&h, "Back yard rtsp://10.0.0.9/2\nBack yard (main) "
		 "rtsp://10.0.0.9/1?x=1 *\none rtsp://h/1 off\n");
	assert_string_equal(h.inv->devices[0].user, "u");
	assert_string_equal(h.inv->devices[0].password, "p/w@1A");
	assert_true(h.inv->feeds[0].ptz);
	assert_int_equal(h.inv->feeds[0].line, 12);
	assert_string_equal(h.notes.text,
	    "c.yml:24:33: \"hk\" is left out: a HomeKit camera\n"
	    "c.yml:25:35: \"loop\" is left out: it comes from itself\n"
	    "c.yml:26:35: \"gone\" is left out: it comes from a stream that "
	    "this file does not have\n"
	    "c.yml:27:3: \"none\" is left out: it has no ffmpeg.inputs\n");
	forget(&h);
}

/* What that server serves can be had from it. */
static void
test_relay(void **state)
{
	struct inventory_mistakes notes = { 0 }, m = { 0 };
	struct inventory_form form = { .file = "c.yml",
		.relay = "rtsp://nvr:8554/",
		.notes = &notes };
	struct lists_wish wish = { .form = &form };
	static const char *const yaml[] = {
		"go2rtc: {streams: {y: 'rtsp://h/1', y2: 'rtsp://h/2'}}\n"
		"cameras:\n"
		"  yard: {ffmpeg: {inputs: [{path: 'rtsp://127.0.0.1:8554/y', "
		"roles: [record]}, {path: 'rtsp://127.0.0.1:8554/y2', roles: "
		"[detect]}]}}\n"
		"  own: {ffmpeg: {inputs: [{path: 'rtsp://g/1'}]}}\n",
		"streams: {a: 'rtsp://h/1', a_sub: 'rtsp://h/2', 'b c': "
		"'rtsp://g/1'}\n",
	};
	static const char *const want[][3] = {
		{ "rtsp://nvr:8554/y2", "rtsp://nvr:8554/y", "" },
		{ "rtsp://nvr:8554/a_sub", "rtsp://nvr:8554/a", "" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct inventory *inv = inventory_new();

		assert_true(
		    lists_read(inv, &wish, yaml[i], strlen(yaml[i]), &m));
		assert_int_equal(inv->feed_count, 3);
		for (size_t k = 0; k < 3; k++)
			assert_string_equal(inv->feeds[k].relay, want[i][k]);
		inventory_free(&inv);
	}
	assert_non_null(strstr(notes.text, "\"b c\" makes no relay's URL"));
	inventory_mistakes_fini(&notes);
}

static void
test_mediamtx(void **state)
{
	struct heard h = hear(LISTS_GUESS,
	    "rtspAddress: :8554\n"
	    "pathDefaults:\n"
	    "  rtspTransport: automatic\n"
	    "paths:\n"
	    "  gate:\n"
	    "    source: rtsp://u:p@h/1\n"
	    "    rtspTransport: udp\n"
	    "  gate_sub:\n"
	    "    source: rtsp://u:p@h/2\n"
	    "    sourceProtocol: tcp\n"
	    "  copy: {source: 'rtsp://localhost:8554/gate'}\n"
	    "  far: {source: redirect, sourceRedirect: 'rtmp://r/live'}\n"
	    "  ts: {source: 'udp+mpegts://238.0.0.1:1234'}\n"
	    "  pi: {source: rpiCamera}\n"
	    "  drone:\n"
	    "  ~^proxy_(.+)$: {source: 'rtsp://h/$G1'}\n"
	    "  all_others:\n");

	(void)state;
	says(&h, "gate rtsp://h/2\ngate (main) rtsp://h/1 *\nfar "
		 "rtmp://r/live\nts udp://238.0.0.1:1234\n");
	assert_non_null(strstr(h.notes.text,
	    "c.yml:11:1: \"copy\" is left out: it is the same stream as \"gate "
	    "(main)\"\n"));
	forget(&h);
	h = hear(LISTS_MEDIAMTX,
	    "paths:\n"
	    "  gate: {source: 'rtsp://u:p@h/1', rtspTransport: udp}\n"
	    "  gate_sub: {source: 'rtsp://u:p@h/2', sourceProtocol: tcp}\n"
	    "  far: {source: redirect, sourceRedirect: 'rtmp://r/live'}\n"
	    "  ts: {source: 'udp+mpegts://238.0.0.1:1234'}\n"
	    "  pi: {source: rpiCamera}\n"
	    "  drone:\n"
	    "  ~^proxy_(.+)$: {source: 'rtsp://h/$G1'}\n");
	says(&h, "gate rtsp://h/2\ngate (main) rtsp://h/1 *\nfar "
		 "rtmp://r/live\nts udp://238.0.0.1:1234\n");
	assert_int_equal(h.inv->feeds[0].transport, 2);
	assert_string_equal(h.notes.text,
	    "c.yml:6:16: \"pi\" is left out: a camera of that machine\n"
	    "c.yml:7:3: \"drone\" is left out: it is published there, from "
	    "where is not said\n"
	    "c.yml:8:3: \"~^proxy_(.+)$\" is left out: it is a pattern of "
	    "names\n");
	forget(&h);
}

static void
test_go2rtc(void **state)
{
	struct heard h = hear(LISTS_GUESS,
	    "{\"streams\": {\"a\": [\"ffmpeg:a#video=h264\", "
	    "\"rtspx://${CAM_USER}:${PW:q}@h:7441/x\"], \"b\": {\"url\": "
	    "\"ffmpeg:http://g/v.m3u8#video=copy\"}, \"c\": \"ffmpeg:b\", "
	    "\"d\": \"exec:ls\", \"e\": \"onvif://h\"}}");

	(void)state;
	says(&h, "a rtsps://h:7441/x\nb http://g/v.m3u8\n");
	assert_non_null(strstr(h.notes.text,
	    "\"c\" is left out: it is the same stream as \"b\""));
	forget(&h);
	h = hear(LISTS_GO2RTC,
	    "streams:\n  a:\n  - ffmpeg:a#video=h264\n"
	    "  - rtspx://${CAM_USER}:${PW:q}@h:7441/x\n"
	    "  b: {url: 'ffmpeg:http://g/v.m3u8#video=copy'}\n"
	    "  d: exec:ls\n  e: onvif://h\n  f:\n");
	says(&h, "a rtsps://h:7441/x\nb http://g/v.m3u8\n");
	assert_string_equal(h.inv->devices[1].user, "ana");
	assert_string_equal(h.inv->devices[1].password, "q");
	forget(&h);
}

/* What a program fetches is what its command reads. */
static void
test_commands(void **state)
{
	struct heard h = hear(LISTS_MEDIAMTX,
	    "pathDefaults: {source: publisher}\n"
	    "paths:\n"
	    "  a:\n"
	    "    runOnInit: ffmpeg -rtsp_transport udp -i "
	    "'rtsp://u:{FRIGATE_PW}"
	    "@h/1?x=1&y=2' -c copy -f rtsp "
	    "rtsp://localhost:${RTSP_PORT}/$MTX_PATH\n"
	    "    runOnInitRestart: yes\n"
	    "  b:\n"
	    "    source: publisher\n"
	    "    runOnDemand: 'bash -c \"ffmpeg -hide_banner -i "
	    "\\\"rtsp://h/2\\\" -i rtsp://h/2 -f rtsp x\"'\n"
	    "  c: {runOnDemand: 'gst-launch-1.0 rtspsrc location=rtsp://h/3 ! "
	    "rtspclientsink location=x'}\n"
	    "  low: {runOnDemand: 'ffmpeg -i rtsp://localhost:$RTSP_PORT/a -s "
	    "640x360 -f rtsp rtsp://localhost:8554/low'}\n"
	    "  usb: {runOnInit: ffmpeg -f v4l2 -i /dev/video0 -f rtsp x}\n"
	    "  wall: {runOnInit: ffmpeg -i rtsp://h/1 -i rtsp://h/2 -f rtsp "
	    "x}\n"
	    "  own: {runOnInit: ./send.sh}\n"
	    "  none: {runOnInit: ''}\n");

	(void)state;
	says(&h, "a rtsp://h/1?x=1&y=2\nb rtsp://h/2\nc rtsp://h/3\n");
	assert_int_equal(h.inv->feeds[0].transport, 2);
	assert_string_equal(h.inv->devices[0].password, "p/w@1A");
	assert_string_equal(h.notes.text,
	    "c.yml:11:20: \"usb\" is left out: a program sends it, whose "
	    "command names no camera's URL\n"
	    "c.yml:12:21: \"wall\" is left out: a program makes it of several "
	    "streams\n"
	    "c.yml:13:20: \"own\" is left out: nothing that camwarden opens\n"
	    "c.yml:14:3: \"none\" is left out: it is published there, from "
	    "where is not said\n"
	    "c.yml:10:1: \"low\" is left out: it is the same stream as "
	    "\"a\"\n");
	forget(&h);
	h = hear(LISTS_GO2RTC,
	    "streams:\n"
	    "  a: exec:ffmpeg -i rtsp://h/1 -f rtsp {output}#killsignal=15\n"
	    "  b: 'exec:ffmpeg -i \"rtsp://h/a b\" -f rtsp {output}'\n");
	assert_non_null(
	    strstr(h.mistakes.text, "c.yml:3:6: a URL holds no blanks"));
	forget(&h);
}

static const struct {
	const char *yaml, *says;
} wrongs[] = {
	{ "", "c.yml:1:1: the file is empty" },
	{ "a: [b", "c.yml:2:1: " },
	{ "a: \xff\n", "expected YAML in UTF-8" },
	{ "a: b\n---\nc: d\n", "c.yml:2:1: a second document" },
	{ "- a\n", "c.yml:1:1: neither Frigate's cameras" },
	{ "mqtt: {}\n", "neither Frigate's cameras" },
	{ "streams: {a: 'exec:ls'}\n",
	    "c.yml: no camera that could be watched" },
	{ "streams:\n  a: rtsp://h:x/1\n",
	    "c.yml:2:6: the port is not a number" },
	{ "streams:\n  a: rtsp://u:${NOBODY}@h/1\n",
	    "c.yml:2:6: nothing says what NOBODY stands for" },
	{ "streams:\n  a: rtsp://h/1\n  a: rtsp://h/2\n",
	    "c.yml:3:1: the same site and name as in line 2" },
	{ "a: &a\n  b: *a\n", "c.yml:2:6: an alias of what it stands in" },
	{ "a: *b\n", "c.yml:1:4: an alias of nothing" },
	{ "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	    "c.yml:1:41: nested too deeply" },
	{ "streams:\n  \"a\\x01\": rtsp://h/1\n", "c.yml:2:3: not a name" },
	{ "cameras: {a: {ffmpeg: {inputs: [{path: 'rtsp://h/1'}]}}}\n"
	  "streams: [\n",
	    "c.yml:3:1: " },
};

static void
test_wrongs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct heard h = hear(LISTS_GUESS, wrongs[i].yaml);

		if (h.mistakes.text == NULL ||
		    strstr(h.mistakes.text, wrongs[i].says) == NULL)
			fail_msg("%s: '%s' is missing in %s", wrongs[i].yaml,
			    wrongs[i].says,
			    h.mistakes.text ? h.mistakes.text : "nothing");
		forget(&h);
	}
}

/* Ten aliases of ten aliases of ...: each is one value, however often named. */
static void
test_laughs(void **state)
{
	char yaml[4096];
	size_t n = (size_t)snprintf(yaml, sizeof(yaml), "l0: &l0 [x]\n");
	struct heard h;

	(void)state;
	for (unsigned i = 1; i < 30; i++) {
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n, "l%u: &l%u [",
		    i, i);
		for (unsigned k = 0; k < 10; k++)
			n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
			    "*l%u%s", i - 1, k < 9 ? "," : "]\n");
	}
	snprintf(yaml + n, sizeof(yaml) - n, "streams: {a: *l29}\n");
	h = hear(LISTS_GUESS, yaml);
	assert_non_null(strstr(h.mistakes.text, "no camera that could be"));
	forget(&h);
}

/* Streams that come from each other, sixteen ways at each step. */
static void
test_branches(void **state)
{
	char yaml[2048];
	size_t n = (size_t)snprintf(yaml, sizeof(yaml), "streams:\n  a:\n");
	struct heard h;

	(void)state;
	for (unsigned i = 0; i < 16; i++)
		n += (size_t)snprintf(yaml + n, sizeof(yaml) - n,
		    "  - rtsp://127.0.0.1:8554/a\n");
	h = hear(LISTS_GUESS, yaml);
	assert_int_equal(h.inv->feed_count, 0);
	assert_non_null(strstr(h.notes.text, "it comes from itself"));
	forget(&h);
}

static void
test_too_much(void **state)
{
	size_t n = 0, size = LISTS_BYTES + 64;
	char *yaml = malloc(size);
	struct heard h;

	(void)state;
	assert_non_null(yaml);
	memset(yaml, 'x', size - 1);
	yaml[size - 1] = '\0';
	h = hear(LISTS_GUESS, yaml);
	assert_string_equal(h.mistakes.text,
	    "c.yml: the file is too long, expected at most 16 MiB\n");
	forget(&h);
	n = (size_t)snprintf(yaml, size, "a: [");
	while (n < (1u << 20))
		n += (size_t)snprintf(yaml + n, size - n, "1,");
	h = hear(LISTS_GUESS, yaml);
	assert_non_null(strstr(h.mistakes.text,
	    "too much of it, expected at most 100000 values"));
	forget(&h);
	free(yaml);
}

static void
test_fill(void **state)
{
	static const struct lists_env env = { find, NULL };
	char out[64], name[64];

	(void)state;
	assert_int_equal(source_fill("rtsp://u:{FRIGATE_PW}@h/{FRIGATE_PW}",
			     &env, out, sizeof(out), name),
	    SOURCE_FILLED);
	assert_string_equal(out, "rtsp://u:p%2Fw%401%41@h/p/w@1%41");
	assert_int_equal(source_fill("{FRIGATE_X}", &env, out, sizeof(out),
			     name),
	    SOURCE_UNKNOWN);
	assert_string_equal(name, "FRIGATE_X");
	assert_int_equal(source_fill("${X}", NULL, out, sizeof(out), name),
	    SOURCE_UNKNOWN);
	assert_int_equal(source_fill("{a} $b {FRIGATE_", &env, out, sizeof(out),
			     name),
	    SOURCE_FILLED);
	assert_string_equal(out, "{a} $b {FRIGATE_");
	assert_int_equal(source_fill("0123456789", &env, out, 10, name),
	    SOURCE_TOO_LONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frigate),
		cmocka_unit_test(test_relay),
		cmocka_unit_test(test_mediamtx),
		cmocka_unit_test(test_go2rtc),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_wrongs),
		cmocka_unit_test(test_laughs),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
