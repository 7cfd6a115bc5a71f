/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of requests: strict members, types, lengths, letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/cli/change_wish.h"

#define MINUTE_US INT64_C(60000000)

static void
good(enum right right, const char *json, struct change_wish *w)
{
	char fault[WISH_FAULT_BYTES] = "";

	if (!change_wish_read(right, json, strlen(json), w, fault))
		fail_msg("%s: %s", json, fault);
	assert_int_equal(w->right, right);
}

static const struct bad {
	enum right right;
	const char *json, *said; /* part of the sentence */
} bads[] = {
	{ RIGHT_LOGIN, "", "not JSON" },
	{ RIGHT_LOGIN, "[]", "expected a JSON object" },
	{ RIGHT_LOGIN, "null", "not JSON" },
	{ RIGHT_LOGIN, "{\"user\":\"a\"}", "missing: password" },
	{ RIGHT_LOGIN, "{}", "missing: password, user" },
	{ RIGHT_LOGIN, "{\"user\":\"a\",\"password\":\"b\",\"x\":1}",
	    "'x': no such member, expected password, user" },
	{ RIGHT_LOGIN, "{\"user\":\"a\",\"user\":\"b\",\"password\":\"c\"}",
	    "not JSON" },
	{ RIGHT_LOGIN, "{\"user\":1,\"password\":\"c\"}",
	    "user: expected a text" },
	{ RIGHT_LOGIN, "{\"user\":\"a\\u0000b\",\"password\":\"c\"}",
	    "not JSON" },
	{ RIGHT_LOGIN, "{\"user\":\"\xff\",\"password\":\"c\"}", "not JSON" },
	{ RIGHT_LOGIN, "{\"user\":\"a\\u001b[2J\",\"password\":\"c\"}",
	    "user: expected no control characters" },
	{ RIGHT_LOGIN, "{\"user\":\"a\\u0085\",\"password\":\"c\"}",
	    "user: expected no control characters" },
	{ RIGHT_LOGIN, "{\"user\":\"\",\"password\":\"c\"}",
	    "user: expected 1 to 64 bytes" },
	{ RIGHT_LOGIN, "{\"user\":\"a\",\"password\":\"\"}",
	    "password: expected 1 to 256 bytes" },
	{ RIGHT_LOGOUT, "{\"user\":\"a\"}", "no such member, expected none" },
	{ RIGHT_LOGOUT, "{\"a\\u0007\":1}", "'?': no such member" },
	{ RIGHT_COMMENT, "{}", "missing: text" },
	{ RIGHT_COMMENT, "{\"text\":\"\"}", "text: expected 1 to 4000 bytes" },
	{ RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\",\"for_s\":0}",
	    "for_s: expected 1 to 34560000 seconds" },
	{ RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\",\"for_s\":1e9}", "for_s:" },
	{ RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\",\"for_s\":-5}", "for_s:" },
	{ RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\",\"to\":\"tomorrow\"}",
	    "to: expected a moment like" },
	{ RIGHT_INCIDENT_MUTE, "{\"reason\":\"a\",\"to\":7}", "to: expected" },
	{ RIGHT_INCIDENT_MUTE, "{\"for_s\":60}", "missing: reason" },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"feeds\":[]}",
	    "feeds: expected an array of names" },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"feeds\":[1]}",
	    "feeds: expected an array of names, SITE/NAME" },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"feeds\":[\"a\\nb\"]}",
	    "feeds: expected" },
	{ RIGHT_REFERENCES, "{\"action\":\"clear\",\"all\":1}",
	    "all: expected true or false" },
	{ RIGHT_IMPORT, "{\"table\":\"feeds\"}", "missing: csv" },
	{ RIGHT_USER_CHANGE, "{\"name\":\"x\"}", "'name': no such member" },
	{ RIGHT_USER_CHANGE, "{\"site\":null}", "site: expected a text" },
	{ RIGHT_WALL, "{}", "nothing that is done so" },
};

static void
bad_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad *b = &bads[i];
		char fault[WISH_FAULT_BYTES] = "";
		struct change_wish w;

		if (change_wish_read(b->right, b->json, strlen(b->json), &w,
			fault))
			fail_msg("taken: %s", b->json);
		if (strstr(fault, b->said) == NULL)
			fail_msg("%s: \"%s\", expected \"%s\"", b->json, fault,
			    b->said);
		assert_null(w.root);
	}
}

static void
good_taken(void **state)
{
	struct change_wish w;

	(void)state;
	good(RIGHT_LOGIN, "{\"user\":\"ana\",\"password\":\"p\xc3\xa4ss\"}",
	    &w);
	assert_string_equal(w.user, "ana");
	assert_string_equal(w.password, "p\xc3\xa4ss");
	assert_string_equal(w.reason, "");
	change_wish_fini(&w);
	assert_string_equal(w.password, "");

	good(RIGHT_OVERLAY_ADD,
	    "{\"kind\":\"mute\",\"site\":\"North/Gate 3\",\"from\":"
	    "\"1970-01-01T00:01:00Z\",\"to\":\"1970-01-01T00:02:00Z\","
	    "\"reason\":\"two\\nlines\"}",
	    &w);
	assert_int_equal(w.from_utc, MINUTE_US);
	assert_int_equal(w.to_utc, 2 * MINUTE_US);
	assert_false(change_wish_has(&w, WISH_FOR));
	assert_true(change_wish_has(&w, WISH_TO));
	change_wish_fini(&w);

	good(RIGHT_ACKNOWLEDGE, "{}", &w);
	assert_string_equal(w.note, "");
	change_wish_fini(&w);

	good(RIGHT_IMPORT,
	    "{\"table\":\"feeds\",\"csv\":\"name\\r\\nx\\tq\\r\\n\","
	    "\"dry_run\":true,\"complete\":false}",
	    &w);
	assert_int_equal(w.csv_length, strlen("name\r\nx\tq\r\n"));
	assert_true(w.dry_run);
	assert_false(w.complete);
	change_wish_fini(&w);

	good(RIGHT_USER_CHANGE, "{\"disabled\":true,\"site\":\"\"}", &w);
	assert_true(w.disabled);
	assert_true(change_wish_has(&w, WISH_SITE));
	change_wish_fini(&w);

	good(RIGHT_REFERENCES,
	    "{\"action\":\"approve\",\"feeds\":[\"A/b\",\"C/d\"]}", &w);
	assert_int_equal(json_array_size(w.feeds), 2);
	change_wish_fini(&w);
}

/* Each verb of the table that the monitor does is known here. */
static void
every_verb(void **state)
{
	(void)state;
	for (unsigned r = 0; r < RIGHT_COUNT; r++) {
		char fault[WISH_FAULT_BYTES] = "";
		struct change_wish w;

		if (rights_row((enum right)r)->by != BY_MONITOR)
			continue;
		if (change_wish_read((enum right)r, "{}", 2, &w, fault))
			change_wish_fini(&w);
		else if (strncmp(fault, "missing: ", 9) != 0)
			fail_msg("%s: %s", rights_row((enum right)r)->id,
			    fault);
	}
}

/* Any prefix of a good body is refused, and nothing is kept of it. */
static void
cut_bodies(void **state)
{
	const char *json =
	    "{\"token\":\"t\",\"user\":\"u\",\"password\":\"p\"}";
	char fault[WISH_FAULT_BYTES];
	struct change_wish w;

	(void)state;
	for (size_t n = 0; n < strlen(json); n++)
		assert_false(change_wish_read(RIGHT_SETUP, json, n, &w, fault));
	good(RIGHT_SETUP, json, &w);
	change_wish_fini(&w);
}

/* `before`, `part` so many times, `after`; given. */
static char *
repeated(const char *before, const char *part, size_t times, const char *after)
{
	size_t n = strlen(part);
	char *text = malloc(strlen(before) + times * n + strlen(after) + 1);
	char *p = text;

	assert_non_null(text);
	p = stpcpy(p, before);
	for (size_t i = 0; i < times; i++)
		p = stpcpy(p, part);
	stpcpy(p, after);
	return text;
}

/* A body of millions of small parts would take a hundred times its length; one
 * long text takes what it is long. */
static void
many_parts(void **state)
{
	const char *head = "{\"table\":\"feeds\",\"csv\":\"";
	const char *const parts[] = { "{},", "[],", "1,", "\"\",", "[" };
	char fault[WISH_FAULT_BYTES];
	struct change_wish w;
	char *json;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		json = repeated("{\"feeds\":[", parts[i], 1000000, "1]}");
		assert_false(change_wish_read(RIGHT_IMPORT, json, strlen(json),
		    &w, fault));
		assert_non_null(strstr(fault, "fewer parts"));
		free(json);
	}
	json = repeated(head, "a,[\\\"{b\\\\", 100000, "\"}");
	good(RIGHT_IMPORT, json, &w);
	assert_int_equal(w.csv_length, 100000 * strlen("a,[\"{b\\"));
	change_wish_fini(&w);
	free(json);
	json = repeated("{\"action\":\"clear\",\"feeds\":[", "\"A/b\",",
	    WISH_FEEDS_MOST - 1, "\"A/b\"]}");
	good(RIGHT_REFERENCES, json, &w);
	change_wish_fini(&w);
	free(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_refused),
		cmocka_unit_test(good_taken),
		cmocka_unit_test(every_verb),
		cmocka_unit_test(cut_bodies),
		cmocka_unit_test(many_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
