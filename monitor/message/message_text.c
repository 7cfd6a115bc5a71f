/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "monitor/message/message_parts.h"
#include "monitor/report/report_figure.h"

#define LINE_COLUMNS 300u
#define LABEL_COLUMNS 16u

/* A list of names, or of a digest's alerts, and how many more there are. */
typedef void item_fn(struct ink *out, const char *hostile);

static void
items(const struct message *m, struct ink *out, item_fn *fn)
{
	const struct notice *n = m->notice;
	uint32_t all = n->kind == NOTICE_DIGEST ? n->open + n->over : n->feeds;
	uint32_t shown =
	    n->kind == NOTICE_DIGEST ? n->item_count : n->feed_count;
	struct ink more = { 0 };

	for (uint32_t i = 0; i < n->feed_count && n->kind != NOTICE_DIGEST; i++)
		fn(out, n->feed_names[i]);
	for (uint32_t i = 0; i < n->item_count && n->kind == NOTICE_DIGEST;
	     i++) {
		const struct notice_item *item = &n->items[i];
		struct ink line = { 0 };

		ink_format(&line, "%s: %s%s%s", item->place,
		    report_words_cause(m->language, item->cause),
		    item->over ? ", " : "",
		    item->over ? report_words_of(m->language, PHRASE_ALERT_OVER)
			       : "");
		fn(out, line.text);
		ink_free(&line);
	}
	if (all <= shown)
		return;
	message_say(&more, m, PHRASE_ALERT_MORE, all - shown,
	    (const char *const[]){ report_figure_number(all - shown).text });
	fn(out, more.text);
	ink_free(&more);
}

static void
held_back(const struct message *m, struct ink *out)
{
	uint32_t n = m->notice->held_back;

	if (n > 0)
		message_say(out, m, PHRASE_ALERT_HELD, n,
		    (const char *const[]){ report_figure_number(n).text });
}

static const char *
first_words(const struct message *m)
{
	return m->notice->kind == NOTICE_TEST
		   ? report_words_of(m->language, PHRASE_ALERT_TEST_TEXT)
		   : message_help(m);
}

/* --- plain */

static void
plain_item(struct ink *out, const char *hostile)
{
	ink_put(out, "  ");
	ink_plain(out, hostile, LINE_COLUMNS);
	ink_put(out, "\n");
}

static void
plain_fact(void *arg, enum report_phrase label, const char *text)
{
	const struct message *m = ((void **)arg)[0];
	struct ink *out = ((void **)arg)[1];
	const char *word = report_words_of(m->language, label);
	size_t columns = ink_columns(word);

	ink_format(out, "%s%*s", word,
	    (int)(columns < LABEL_COLUMNS ? LABEL_COLUMNS - columns : 1), "");
	ink_plain(out, text, LINE_COLUMNS);
	ink_put(out, "\n");
}

void
message_plain(const struct message *m, struct ink *out)
{
	void *both[] = { (void *)(uintptr_t)m, out };
	char subject[MESSAGE_SUBJECT_BYTES];
	const char *words = first_words(m);
	size_t before;

	message_subject(m, subject);
	ink_plain(out, subject, LINE_COLUMNS);
	ink_put(out, "\n");
	if (words[0] != '\0') {
		ink_plain(out, words, 2 * NOTICE_TEXT_BYTES);
		ink_put(out, "\n");
	}
	ink_put(out, "\n");
	before = out->length;
	items(m, out, plain_item);
	if (out->length > before)
		ink_put(out, "\n");
	message_facts(m, plain_fact, both);
	if (m->notice->held_back > 0)
		ink_put(out, "\n");
	held_back(m, out);
	if (m->notice->held_back > 0)
		ink_put(out, "\n");
}

/* --- a page: tables and colours that mail programs show */

static const char *
colour(const struct notice *n)
{
	static const char *const of[NOTICE_SEVERITIES] = { "#555555", "#555555",
		"#8a6100", "#b3261e", "#8c0f0f" };

	if (n->kind == NOTICE_RESOLVED)
		return "#1b6e3c";
	if (n->kind == NOTICE_TEST)
		return of[0];
	return of[(unsigned)n->severity < NOTICE_SEVERITIES ? n->severity : 0];
}

static void
html_item(struct ink *out, const char *hostile)
{
	ink_put(out, "<li>");
	ink_html(out, hostile);
	ink_put(out, "</li>\n");
}

static void
html_fact(void *arg, enum report_phrase label, const char *text)
{
	const struct message *m = ((void **)arg)[0];
	struct ink *out = ((void **)arg)[1];
	bool link = label == PHRASE_ALERT_PAGE &&
		    (strncmp(text, "http://", 7) == 0 ||
			strncmp(text, "https://", 8) == 0);

	ink_format(out,
	    "<tr><th align=\"left\" style=\"padding-right:1em\">%s</th><td>",
	    report_words_of(m->language, label));
	if (link) {
		ink_put(out, "<a href=\"");
		ink_html(out, text);
		ink_put(out, "\">");
	}
	ink_html(out, text);
	ink_put(out, link ? "</a></td></tr>\n" : "</td></tr>\n");
}

void
message_html(const struct message *m, bool with_picture, struct ink *out)
{
	void *both[] = { (void *)(uintptr_t)m, out };
	char subject[MESSAGE_SUBJECT_BYTES];
	const char *words = first_words(m);
	size_t list, empty;

	message_subject(m, subject);
	ink_format(out,
	    "<!doctype html>\n<html lang=\"%s\"><head><meta "
	    "charset=\"utf-8\"><title>",
	    report_words_code(m->language));
	ink_html(out, subject);
	ink_format(out,
	    "</title></head>\n<body style=\"font-family:sans-serif\">\n"
	    "<h2 style=\"border-left:8px solid %s;padding-left:12px\">",
	    colour(m->notice));
	ink_html(out, subject);
	ink_put(out, "</h2>\n");
	if (words[0] != '\0') {
		ink_put(out, "<p>");
		ink_html(out, words);
		ink_put(out, "</p>\n");
	}
	if (with_picture)
		ink_format(out,
		    "<p><img src=\"cid:picture\" width=\"320\" alt=\"\"><br>"
		    "<small>%s</small></p>\n",
		    report_words_of(m->language, PHRASE_ALERT_PICTURE));
	list = out->length;
	ink_put(out, "<ul>\n");
	empty = out->length;
	items(m, out, html_item);
	if (out->length == empty && out->text != NULL)
		out->text[out->length = list] = '\0';
	else
		ink_put(out, "</ul>\n");
	ink_put(out, "<table>\n");
	message_facts(m, html_fact, both);
	ink_put(out, "</table>\n<p>");
	held_back(m, out);
	ink_put(out, "</p>\n</body></html>\n");
}
