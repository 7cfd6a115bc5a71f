/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices of every kind in both languages: a subject that says it all, and
 * nothing of a hostile name acts where it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "monitor/message/message.h"
#include "monitor/report/ink.h"

#define S 1000000LL
#define T0 (1795421480LL * S) /* 2026-11-23 08:11:20 UTC */

static struct notice
feed_down(void)
{
	struct notice n = { .alert = 17,
		.sequence = 1,
		.kind = NOTICE_FIRING,
		.severity = NOTICE_HIGH,
		.to = "chief",
		.rule = "critical",
		.made_utc = T0 + 40 * S,
		.of = NOTICE_OF_FEED,
		.place = "North/Gate/cam 3",
		.site = "North/Gate",
		.contact = "Ana, 555 0100",
		.feed = "11111111-2222-3333-4444-555555555555",
		.criticality = 5,
		.incident = 9,
		.cause = CAUSE_STALLED,
		.since_utc = T0,
		.at_utc = T0 + 10 * S,
		.feeds = 1,
		.url = "https://wall.example/#/feed/1" };

	return n;
}

static struct notice
site_lost(void)
{
	struct notice n = feed_down();

	n.of = NOTICE_OF_SITE;
	n.severity = NOTICE_CRITICAL;
	n.cause = CAUSE_UNREACHABLE;
	snprintf(n.place, sizeof(n.place), "North/Gate");
	n.feed[0] = '\0';
	n.feeds = 400;
	n.feed_count = 2;
	snprintf(n.feed_names[0], sizeof(n.feed_names[0]), "cam 1");
	snprintf(n.feed_names[1], sizeof(n.feed_names[1]), "cam 2");
	n.held_back = 37;
	return n;
}

static struct notice
digest(void)
{
	struct notice n = { .kind = NOTICE_DIGEST,
		.id = 5,
		.severity = NOTICE_HIGH,
		.made_utc = T0,
		.open = 11,
		.over = 1,
		.item_count = 1,
		.items = { { .alert = 3,
		    .severity = NOTICE_HIGH,
		    .cause = CAUSE_FROZEN,
		    .since_utc = T0,
		    .place = "South/cam 9" } } };

	return n;
}

static void
said(const struct notice *n, enum report_language language, const char *subject)
{
	struct message m = { .notice = n,
		.language = language,
		.offset_s = -6 * 3600,
		.zone = "America/Mexico_City",
		.host = "centre" };
	char out[MESSAGE_SUBJECT_BYTES];

	message_subject(&m, out);
	assert_string_equal(out, subject);
}

static void
subjects(void **state)
{
	struct notice n = feed_down();

	(void)state;
	said(&n, REPORT_ENGLISH,
	    "[high] North/Gate/cam 3: no pictures arrive, since 02:11");
	said(&n, REPORT_SPANISH,
	    "[alta] North/Gate/cam 3: no llegan im\xc3\xa1genes, desde las "
	    "02:11");
	n.kind = NOTICE_REPEAT;
	said(&n, REPORT_ENGLISH,
	    "[high] still: North/Gate/cam 3: no pictures arrive, since 02:11");
	n.kind = NOTICE_ESCALATION;
	said(&n, REPORT_ENGLISH,
	    "[high] nobody has taken it: North/Gate/cam 3: no pictures "
	    "arrive, since 02:11");
	n.kind = NOTICE_RESOLVED;
	n.over_utc = T0 + 860 * S;
	said(&n, REPORT_ENGLISH,
	    "[high] over: North/Gate/cam 3: no pictures arrive, it lasted "
	    "14\xc2\xa0min\xc2\xa0"
	    "20\xc2\xa0s");
	n = site_lost();
	said(&n, REPORT_ENGLISH,
	    "[critical] North/Gate: 400 feeds: nothing answers, since 02:11");
	n = digest();
	said(&n, REPORT_ENGLISH,
	    "[high] 12 alerts held back, 1 of them over; worst: South/cam 9: "
	    "frozen picture");
	n = (struct notice){ .kind = NOTICE_TEST };
	said(&n, REPORT_ENGLISH, "camwarden: a test");
	n = (struct notice){ .kind = NOTICE_FIRING,
		.of = NOTICE_OF_OWN,
		.severity = NOTICE_HIGH,
		.since_utc = T0,
		.text = "The disk: it is full" };
	said(&n, REPORT_ENGLISH,
	    "[high] camwarden itself: The disk: it is full, since 02:11");
}

static void
plain_words(void **state)
{
	struct notice n = site_lost();
	struct message m = { .notice = &n, .host = "centre" };
	struct ink out = { 0 };

	(void)state;
	message_plain(&m, &out);
	assert_non_null(strstr(out.text, "  cam 1\n  cam 2\n  and 398 more\n"));
	assert_non_null(
	    strstr(out.text, "Since           2026-11-23 08:11:20 (UTC)\n"));
	assert_non_null(strstr(out.text, "Call            Ana, 555 0100\n"));
	assert_non_null(strstr(out.text, "37 more alerts were not told here"));
	ink_free(&out);
	n = digest();
	message_plain(&m, &out);
	assert_non_null(
	    strstr(out.text, "  South/cam 9: frozen picture\n  and 11 more\n"));
	ink_free(&out);
}

/* A name that would act: in a page, a terminal, a header, JSON. */
static void
hostile_names(void **state)
{
	static const char evil[] = "<img src=x onerror=alert(1)>\"'&\x1b[2J\r\n"
				   "Bcc: all\xe2\x80\xae\xff{{secret}}";
	struct notice n = site_lost();
	struct message m = { .notice = &n, .host = evil, .secret = "s3cret" };
	char subject[MESSAGE_SUBJECT_BYTES], json[MESSAGE_JSON_BYTES];
	struct message_words words;
	struct ink out = { 0 };
	size_t length;
	json_t *root;

	(void)state;
	snprintf(n.place, sizeof(n.place), "%s", evil);
	snprintf(n.feed_names[0], sizeof(n.feed_names[0]), "%s", evil);
	snprintf(n.url, sizeof(n.url), "javascript:alert(1)");
	message_subject(&m, subject);
	for (const char *p = subject; *p != '\0'; p++)
		assert_true((uint8_t)*p >= ' ' && *p != 0x7f);
	message_html(&m, true, &out);
	assert_null(strstr(out.text, "<img src=x"));
	assert_null(strstr(out.text, "href"));
	assert_null(strstr(out.text, "\x1b"));
	ink_free(&out);
	message_plain(&m, &out);
	assert_null(strstr(out.text, "\x1b"));
	assert_null(strstr(out.text, "\nBcc"));
	ink_free(&out);
	assert_true(message_words_make(&words, &m));
	assert_true(template_fill(message_body, words.words, words.count, json,
	    sizeof(json), &length));
	assert_null(strstr(json, "s3cret"));
	root = json_loads(json, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_integer_value(
			     json_object_get(root, "feed_count")),
	    400);
	assert_int_equal(json_array_size(json_object_get(root, "feeds")), 2);
	assert_true(json_is_null(json_object_get(root, "feed")));
	assert_true(json_is_null(json_object_get(root, "over")));
	assert_string_equal(json_string_value(json_object_get(root, "since")),
	    "2026-11-23T08:11:20.000000Z");
	json_decref(root);
	message_words_free(&words);
}

/* What a receiver that opens and resolves by it makes of a digest. */
static void
digests_end(void **state)
{
	static const struct {
		uint32_t open;
		const char *state;
	} rows[] = { { 11, "firing" }, { 0, "resolved" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct notice n = digest();
		struct message m = { .notice = &n, .host = "centre" };
		struct message_words words;
		char out[64];
		size_t length;

		n.open = rows[i].open;
		assert_true(message_words_make(&words, &m));
		assert_true(template_fill("\"{{state}}\"", words.words,
		    words.count, out, sizeof(out), &length));
		assert_memory_equal(out + 1, rows[i].state,
		    strlen(rows[i].state));
		message_words_free(&words);
	}
}

static void
words_of_nothing(void **state)
{
	struct message_words words;
	struct template_fault fault;

	(void)state;
	assert_true(message_words_make(&words, NULL));
	assert_true(words.count <= MESSAGE_WORDS);
	assert_true(
	    template_check(message_body, words.words, words.count, &fault));
	message_words_free(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subjects),
		cmocka_unit_test(plain_words),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(digests_end),
		cmocka_unit_test(words_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
