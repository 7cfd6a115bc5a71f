/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What VMS, pages and relays send as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/http/relays_wire.h"
#include "monitor/http/views_json.h"

static struct agents_views views;
static char fault[VIEWS_FAULT_BYTES];

static bool
reads(const char *json)
{
	return views_json_read(json, strlen(json), &views, fault);
}

static void
a_post_is_read(void **state)
{
	(void)state;
	assert_true(reads("{\"screen\":\"Wall 1\",\"power\":\"dimmed\","
			  "\"valid_ms\":5000,\"tiles\":[{\"feed\":\"N/a\","
			  "\"height\":360,\"visible\":true,\"renders\":false},"
			  "{\"feed\":\"N/b\"}]}"));
	assert_string_equal(views.screen, "Wall 1");
	assert_int_equal(views.power, SCREEN_DIMMED);
	assert_int_equal(views.valid_ms, 5000);
	assert_int_equal(views.count, 2);
	assert_int_equal(views.tiles[0].height, 360);
	assert_int_equal(views.tiles[0].visible, SAID_YES);
	assert_int_equal(views.tiles[0].renders, SAID_NO);
	assert_int_equal(views.tiles[1].visible, SAID_NOT);
	assert_true(reads("{\"screen\":\"W\",\"layout\":true}"));
	assert_true(views.layout);
	assert_int_equal(views.valid_ms, VIEWS_VALID_MS);
}

static void
more_tiles_than_fit_are_said(void **state)
{
	static char json[8000];
	int n = snprintf(json, sizeof(json), "{\"screen\":\"W\",\"tiles\":[");

	(void)state;
	for (int i = 0; i < 70; i++)
		n += snprintf(json + n, sizeof(json) - (size_t)n,
		    "%s{\"feed\":\"N/%d\"}", i > 0 ? "," : "", i);
	snprintf(json + n, sizeof(json) - (size_t)n, "]}");
	assert_true(reads(json));
	assert_true(views.more);
	assert_int_equal(views.count, AGENTS_TILES);
}

static void
what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *json, *names;
	} bad[] = {
		{ "", "not JSON" },
		{ "7", "not JSON" },
		{ "{}", "screen" },
		{ "{\"screen\":\"\"}", "screen" },
		{ "{\"screen\":\"W\",\"power\":\"bright\"}", "power" },
		{ "{\"screen\":\"W\",\"power\":3}", "power" },
		{ "{\"screen\":\"W\",\"valid_ms\":-1}", "valid_ms" },
		{ "{\"screen\":\"W\",\"valid_ms\":999999}", "valid_ms" },
		{ "{\"screen\":\"W\",\"layout\":1}", "layout" },
		{ "{\"screen\":\"W\",\"tiles\":{}}", "tiles" },
		{ "{\"screen\":\"W\",\"tiles\":[3]}", "tiles" },
		{ "{\"screen\":\"W\",\"tiles\":[{\"feed\":3}]}", "tiles" },
		{ "{\"screen\":\"W\",\"tiles\":[{\"feed\":\"a\","
		  "\"height\":70000}]}",
		    "height" },
		{ "{\"screen\":\"W\",\"tiles\":[{\"feed\":\"a\","
		  "\"visible\":\"yes\"}]}",
		    "visible" },
		{ "{\"screen\":\"W\",\"layout\":true,"
		  "\"tiles\":[{\"feed\":\"a\"}]}",
		    "layout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (reads(bad[i].json))
			fail_msg("taken: %s", bad[i].json);
		if (strstr(fault, bad[i].names) == NULL)
			fail_msg("%s: %s", bad[i].json, fault);
	}
}

static void
answers_and_disputes_are_read(void **state)
{
	static const char reply[] = "{\"prompt\":\"00000000000000ff\","
				    "\"choice\":3,\"latency_ms\":1200}";
	static const char dispute[] =
	    "{\"from_us\":5,\"to_us\":9,\"text\":\"relieved\"}";
	static const char *const bad[] = { "{\"choice\":1}",
		"{\"prompt\":\"zz\",\"choice\":1}", "{\"prompt\":\"1\"}",
		"{\"prompt\":\"1\",\"choice\":16}" };
	static const struct {
		const char *text; /* as it stands in JSON */
		bool good;
	} texts[] = { { "a\\nb\\tc", true }, { "\u00a0\u20ac\U0001f600", true },
		{ "\\u001b[31m", false }, { "\\u007f", false },
		{ "\\u009b1m", false }, { "\\u0000", false }, { "\\r", false },
		{ "", false } };
	struct agents_reply r;
	struct agents_dispute d;
	char json[100];

	(void)state;
	assert_true(views_json_reply(reply, strlen(reply), &r, fault));
	assert_int_equal(r.prompt, 255);
	assert_int_equal(r.choice, 3);
	for (size_t i = 0; i < 4; i++)
		assert_false(
		    views_json_reply(bad[i], strlen(bad[i]), &r, fault));
	assert_true(views_json_dispute(dispute, strlen(dispute), &d, fault));
	assert_string_equal(d.text, "relieved");
	assert_false(views_json_dispute("{\"from_us\":9,\"to_us\":5,\"text\":"
					"\"x\"}",
	    36, &d, fault));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(json, sizeof(json),
		    "{\"from_us\":5,\"to_us\":9,\"text\":\"%s\"}",
		    texts[i].text);
		assert_int_equal(views_json_dispute(json, strlen(json), &d,
				     fault),
		    texts[i].good);
	}
}

/* --- relays */

static char readers[400];

static void
on_reader(void *arg, const struct relays_reader *r)
{
	size_t n = strlen(readers);

	(void)arg;
	snprintf(readers + n, sizeof(readers) - n, "%s=%s;", r->address,
	    r->path);
}

static void
a_relay_names_its_readers(void **state)
{
	static const char json[] =
	    "{\"itemCount\":5,\"pageCount\":2,\"items\":["
	    "{\"id\":\"1\",\"remoteAddr\":\"10.0.0.7:5544\",\"state\":\"read\","
	    "\"path\":\"gate/1\"},"
	    "{\"id\":\"2\",\"remoteAddr\":\"[fd00::7]:1\",\"state\":\"read\","
	    "\"path\":\"b\"},"
	    "{\"id\":\"3\",\"remoteAddr\":\"10.0.0.8:1\",\"state\":\"publish\","
	    "\"path\":\"c\"},"
	    "{\"id\":\"4\",\"remoteAddr\":\"10.0.0.9:1\",\"state\":\"idle\"},"
	    "{\"id\":\"5\",\"remoteAddr\":7,\"state\":\"read\",\"path\":\"d\"},"
	    "3]}";
	unsigned pages;

	(void)state;
	readers[0] = '\0';
	assert_true(
	    relays_json_read(json, strlen(json), on_reader, NULL, &pages));
	assert_string_equal(readers, "10.0.0.7=gate/1;fd00::7=b;");
	assert_int_equal(pages, 2);
	assert_false(relays_json_read("{}", 2, on_reader, NULL, &pages));
	assert_false(relays_json_read("<html>", 6, on_reader, NULL, &pages));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_post_is_read),
		cmocka_unit_test(more_tiles_than_fit_are_said),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(answers_and_disputes_are_read),
		cmocka_unit_test(a_relay_names_its_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
