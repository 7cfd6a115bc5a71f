/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any words as names and texts of a notice, of any kind, in both languages:
 * what is said of it is one line, a page without their tags, and JSON. */
#include "monitor/message/message.h"
#include "monitor/report/ink.h"
#include "tests/fuzz/fuzz.h"

static char json[MESSAGE_JSON_BYTES];

static void
fill_in(struct notice *n, const char *text, uint8_t kind)
{
	n->kind = (enum notice_kind)(1 + kind % 6);
	n->severity = (enum notice_severity)(kind % 7);
	n->of = (enum notice_of)(1 + kind % 5);
	n->cause = (enum cause)(kind % CAUSE_COUNT);
	n->since_utc = n->made_utc = 1790000000000000;
	n->over_utc = kind % 2 ? n->since_utc + kind * 1000000ll : 0;
	n->feeds = kind;
	n->feed_count = n->item_count = kind % 3;
	n->open = n->held_back = kind;
	snprintf(n->place, sizeof(n->place), "%s", text);
	snprintf(n->site, sizeof(n->site), "%s", text);
	snprintf(n->contact, sizeof(n->contact), "%s", text);
	snprintf(n->text, sizeof(n->text), "%s", text);
	snprintf(n->url, sizeof(n->url), "%s", text);
	for (uint32_t i = 0; i < n->feed_count; i++) {
		snprintf(n->feed_names[i], sizeof(n->feed_names[i]), "%s",
		    text);
		snprintf(n->items[i].place, sizeof(n->items[i].place), "%s",
		    text);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct notice n;
	char *text = fuzz_text(data, size), subject[MESSAGE_SUBJECT_BYTES];
	struct message m = { .notice = &n, .host = text, .zone = text };
	struct message_words words;
	struct ink out = { 0 };
	size_t length;

	memset(&n, 0, sizeof(n));
	fill_in(&n, text, size > 0 ? data[size - 1] : 0);
	m.language = (enum report_language)(size % 2);
	message_subject(&m, subject);
	for (const char *p = subject; *p != '\0'; p++)
		assert((uint8_t)*p >= ' ' && *p != 0x7f);
	message_plain(&m, &out);
	ink_free(&out);
	message_html(&m, size % 3 == 0, &out);
	assert(out.failed || strstr(out.text, "<script") == NULL);
	ink_free(&out);
	if (message_words_make(&words, &m)) {
		if (template_fill(message_body, words.words, words.count, json,
			sizeof(json), &length))
			assert(json[0] == '{' && strlen(json) == length);
		message_words_free(&words);
	}
	free(text);
	return 0;
}
