/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/heartbeat_json.h"

#define LEAST "{\"version\":1,\"life\":\"a\",\"seq\":1"

static struct heartbeat hb;
static char fault[HEARTBEAT_FAULT_BYTES];

static bool
reads(const char *json)
{
	return heartbeat_read(json, strlen(json), &hb, fault);
}

static void
the_least_is_enough(void **state)
{
	(void)state;
	assert_true(reads(LEAST "}"));
	assert_int_equal(hb.seq, 1);
	assert_int_equal(hb.idle_ms, HEARTBEAT_NOT_SAID);
	assert_int_equal(hb.input.path_px, HEARTBEAT_NOT_SAID);
	assert_int_equal(hb.locked, SAID_NOT);
	assert_int_equal(hb.sees_input, HEARTBEAT_BLIND);
}

static void
unknown_members_are_ignored(void **state)
{
	(void)state;
	assert_true(reads(LEAST ",\"title\":\"secret\",\"x\":[{}]}"));
}

/* What is wrong, and the member that the sentence must name. */
static const struct {
	const char *json, *names;
} bad[] = {
	{ "", "not JSON" },
	{ "[]", "object" },
	{ "{\"version\":2,\"life\":\"a\",\"seq\":1}", "version" },
	{ "{\"version\":1,\"life\":\"a\",\"seq\":0}", "seq" },
	{ "{\"version\":1,\"seq\":4}", "life" },
	{ "{\"version\":1,\"life\":\"a\",\"seq\":-1}", "seq" },
	{ "{\"version\":1,\"life\":\"a\\\"b\",\"seq\":1}", "life" },
	{ "{\"version\":1,\"life\":\"a\\u0000b\",\"seq\":1}", "not JSON" },
	{ LEAST ",\"seq\":2}", "not JSON" }, /* twice the same member */
	{ LEAST ",\"idle_ms\":1.5}", "idle_ms" },
	{ LEAST ",\"idle_ms\":-4}", "idle_ms" },
	{ LEAST ",\"locked\":\"yes\"}", "locked" },
	{ LEAST ",\"input\":[]}", "input" },
	{ LEAST ",\"input\":{\"keys\":1000001}}", "keys" },
	{ LEAST ",\"input\":{\"gaps\":[1,2,-3]}}", "gaps" },
	{ LEAST ",\"input\":{\"gaps\":"
		"[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}}",
	    "gaps" },
	{ LEAST ",\"screens\":[{\"power\":\"bright\"}]}", "power" },
	{ LEAST ",\"screens\":[7]}", "screens" },
	{ LEAST ",\"screens\":[{},{},{},{},{},{},{},{},{}]}", "screens" },
	{ LEAST ",\"windows\":[{\"pattern\":\"a\",\"screen\":0}]}", "windows" },
	{ LEAST ",\"windows\":[{\"visible\":101}]}", "visible" },
	{ LEAST ",\"connections\":[{\"port\":65536}]}", "port" },
	{ LEAST ",\"sees\":{\"input\":\"eyes\"}}", "input" },
};

static void
what_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (reads(bad[i].json))
			fail_msg("taken: %s", bad[i].json);
		if (strstr(fault, bad[i].names) == NULL)
			fail_msg("%s: %s", bad[i].json, fault);
	}
}

static void
a_huge_one_is_refused(void **state)
{
	char *body = malloc(HEARTBEAT_BODY_BYTES + 1);

	(void)state;
	memset(body, ' ', HEARTBEAT_BODY_BYTES + 1);
	assert_false(
	    heartbeat_read(body, HEARTBEAT_BODY_BYTES + 1, &hb, fault));
	assert_non_null(strstr(fault, "65536"));
	free(body);
}

static struct heartbeat
full_one(void)
{
	struct heartbeat h = {
		.version = HEARTBEAT_VERSION,
		.agent = "camwarden-console/0.1.0",
		.boot = "b00t",
		.life = "l1fe",
		.session = "c2",
		.seq = 77,
		.utc_ms = 1790000000123,
		.span_ms = 5003,
		.idle_ms = 0,
		.goodbye = true,
		.locked = SAID_NO,
		.input = { .count = { 3, 120, 1, 2 },
		    .injected = { [INPUT_MOVE] = 9 },
		    .virtual_ = { [INPUT_KEY] = 4 },
		    .gaps = { [3] = 100, [15] = 1 },
		    .seconds = 5,
		    .per_second = { 10, 0, 5, 100, 11 },
		    .path_px = 400,
		    .span_px = 120 },
		.sees_input = HEARTBEAT_X11,
		.sees_connections = HEARTBEAT_KERNEL,
		.patterns = 12,
		.screen_count = 2,
		.screens = { { "HDMI-1", SCREEN_ON, 1920, 1080 },
		    { "DP-1", SCREEN_OFF, 0, 0 } },
		.window_count = 2,
		.windows = { { "vms", 0, 1900, 1000, 97 },
		    { "mail", UINT8_MAX, 0, 0, 0 } },
		.connection_count = 2,
		.connections = { { "192.0.2.7", 554 }, { "2001:db8::1", 80 } },
		.connections_more = true,
	};

	return h;
}

static void
what_is_written_reads_back(void **state)
{
	struct heartbeat was = full_one();
	char *json = heartbeat_write(&was);

	(void)state;
	if (!reads(json))
		fail_msg("%s", fault);
	assert_memory_equal(&was, &hb, sizeof(hb));
	free(json);
}

static void
answers_go_both_ways(void **state)
{
	struct heartbeat_answer was = { .interval_ms = 7000,
		.patterns_given = true,
		.patterns_revision = 3,
		.pattern_count = 1,
		.patterns = { { "vms", "*vlc*", "Cámara *" } } };
	struct heartbeat_answer is;
	char *json = heartbeat_answer_write(&was);

	(void)state;
	assert_true(heartbeat_answer_read(json, strlen(json), &is, fault));
	assert_memory_equal(&was, &is, sizeof(is));
	free(json);
	assert_true(heartbeat_answer_read("{}", 2, &is, fault));
	assert_int_equal(is.interval_ms, 5000);
	assert_false(is.patterns_given);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_is_enough),
		cmocka_unit_test(unknown_members_are_ignored),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(a_huge_one_is_refused),
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(answers_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
