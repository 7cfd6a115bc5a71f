/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A notice's bytes read back the same; anything else is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/alert/notice.h"

static struct notice full;

static int
setup(void **state)
{
	(void)state;
	full = (struct notice){ .alert = 17,
		.sequence = 3,
		.kind = NOTICE_ESCALATION,
		.severity = NOTICE_CRITICAL,
		.to = "supervisor",
		.rule = "critical",
		.made_utc = 1000,
		.of = NOTICE_OF_SITE,
		.place = "North/Gate",
		.site = "North/Gate",
		.zone = "Europe/Madrid",
		.contact = "caretaker \xc3\xb1 +34",
		.criticality = 5,
		.incident = 9,
		.cause = CAUSE_STALLED,
		.text = "the encoder hangs",
		.since_utc = -5,
		.at_utc = 7,
		.over_utc = INT64_MAX,
		.turns = 4,
		.repeats = 2,
		.acknowledged_by = "ana",
		.picture = 9,
		.feeds = 400,
		.feed_count = NOTICE_FEEDS,
		.open = 30,
		.over = 7,
		.item_count = NOTICE_ITEMS,
		.held_back = 12,
		.url = "https://wall.example/trouble?incident=9" };
	for (unsigned i = 0; i < NOTICE_FEEDS; i++) {
		snprintf(full.feed_names[i], sizeof(full.feed_names[i]),
		    "cam %u", i);
		full.items[i] = (struct notice_item){ .alert = i + 1,
			.severity = NOTICE_LOW,
			.cause = CAUSE_FLAPPING,
			.over = i % 2,
			.since_utc = i };
		snprintf(full.items[i].place, sizeof(full.items[i].place),
		    "North/cam %u", i);
	}
	return 0;
}

static void
test_round(void **state)
{
	static uint8_t bytes[NOTICE_BYTES], again[NOTICE_BYTES];
	static struct notice back;
	size_t n = notice_write(&full, bytes, sizeof(bytes));

	(void)state;
	assert_true(n > 1000);
	assert_true(notice_read(&back, bytes, n));
	assert_int_equal(notice_write(&back, again, sizeof(again)), n);
	assert_memory_equal(bytes, again, n);
	assert_string_equal(back.contact, full.contact);
	assert_string_equal(back.items[19].place, "North/cam 19");
	assert_int_equal(back.over_utc, INT64_MAX);
	/* Room is asked for, all of it. */
	assert_int_equal(notice_write(&full, bytes, n - 1), 0);
}

/* The longest there can be has room. */
static void
test_longest(void **state)
{
	static uint8_t bytes[NOTICE_BYTES];
	static struct notice n;

	(void)state;
	memset(&n, 'x', sizeof(n));
	n.kind = NOTICE_DIGEST;
	n.severity = NOTICE_LOW;
	n.of = NOTICE_OF_OWN;
	n.cause = CAUSE_NONE;
	n.feed_count = NOTICE_FEEDS;
	n.item_count = NOTICE_ITEMS;
#define END(text) (text)[sizeof(text) - 1] = '\0'
	END(n.to);
	END(n.rule);
	END(n.place);
	END(n.site);
	END(n.zone);
	END(n.contact);
	END(n.feed);
	END(n.text);
	END(n.acknowledged_by);
	END(n.url);
	for (unsigned i = 0; i < NOTICE_FEEDS; i++) {
		END(n.feed_names[i]);
		END(n.items[i].place);
		n.items[i].severity = NOTICE_LOW;
		n.items[i].cause = CAUSE_NONE;
		n.items[i].over = false;
	}
	assert_true(notice_write(&n, bytes, sizeof(bytes)) > 10000);
}

static void
test_bad(void **state)
{
	static uint8_t bytes[NOTICE_BYTES];
	static struct notice back;
	size_t n = notice_write(&full, bytes, sizeof(bytes));

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_false(notice_read(&back, bytes, i));
	assert_false(notice_read(&back, bytes, n + 1));
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		size_t at = (size_t)rand() % n;
		uint8_t was = bytes[at];

		bytes[at] = (uint8_t)rand();
		if (notice_read(&back, bytes, n)) {
			assert_true(back.kind > 0 && back.kind < NOTICE_KINDS);
			assert_true(back.item_count <= NOTICE_ITEMS);
		}
		bytes[at] = was;
	}
}

static void
test_words(void **state)
{
	enum notice_severity s;
	char key[48];

	(void)state;
	assert_string_equal(notice_kind_name(NOTICE_FIRING), "firing");
	assert_string_equal(notice_kind_name(0), "?");
	assert_string_equal(notice_kind_name(77), "?");
	assert_string_equal(notice_of_name(NOTICE_OF_OWN), "own");
	assert_true(notice_severity_find("high", &s));
	assert_int_equal(s, NOTICE_HIGH);
	assert_false(notice_severity_find("?", &s));
	notice_key(&full, key);
	assert_string_equal(key, "camwarden-17");
	full.alert = 0;
	full.id = 5;
	notice_key(&full, key);
	assert_string_equal(key, "camwarden-digest-5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_round, setup),
		cmocka_unit_test(test_longest),
		cmocka_unit_test_setup(test_bad, setup),
		cmocka_unit_test_setup(test_words, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
