/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "monitor/message/message_parts.h"
#include "monitor/report/jot.h"

const char message_body[] =
    "{\"version\": 1, \"source\": \"camwarden\", \"host\": \"{{host}}\",\n"
    " \"key\": \"{{key}}\", \"alert\": \"{{=alert}}\","
    " \"sequence\": \"{{=sequence}}\", \"kind\": \"{{kind}}\",\n"
    " \"state\": \"{{state}}\", \"severity\": \"{{severity}}\","
    " \"to\": \"{{to}}\", \"rule\": \"{{rule}}\",\n"
    " \"of\": \"{{of}}\", \"place\": \"{{place}}\", \"site\": \"{{site}}\","
    " \"contact\": \"{{contact}}\",\n"
    " \"feed\": \"{{=feed}}\", \"criticality\": \"{{=criticality}}\","
    " \"incident\": \"{{=incident}}\",\n"
    " \"cause\": \"{{cause}}\", \"subject\": \"{{subject}}\","
    " \"text\": \"{{text}}\", \"help\": \"{{help}}\",\n"
    " \"since\": \"{{=since}}\", \"at\": \"{{=at}}\","
    " \"over\": \"{{=over}}\", \"made\": \"{{=made}}\",\n"
    " \"feeds\": \"{{=feeds}}\", \"feed_count\": \"{{=feed_count}}\","
    " \"items\": \"{{=items}}\",\n"
    " \"held_back\": \"{{=held_back}}\", \"repeats\": \"{{=repeats}}\","
    " \"acknowledged_by\": \"{{=acknowledged_by}}\",\n"
    " \"url\": \"{{=url}}\"}\n";

/* The texts of the words, each twice: plain and as JSON ("" = as a string). */
struct memory {
	struct ink text[MESSAGE_WORDS], json[MESSAGE_WORDS];
	struct template_word words[MESSAGE_WORDS];
	size_t count;
};

static struct ink *
take(struct memory *a, const char *name)
{
	struct ink *text = &a->text[a->count];

	a->words[a->count].name = name;
	ink_put(text, "");
	a->count++;
	return text;
}

/* Any text; JSON makes a string of it. */
static void
word_text(struct memory *a, const char *name, const char *text)
{
	ink_put(take(a, name), text != NULL ? text : "");
}

/* As JSON null when there is none. */
static void
word_perhaps(struct memory *a, const char *name, const char *text)
{
	if (text[0] == '\0')
		ink_put(&a->json[a->count], "null");
	word_text(a, name, text);
}

static void
word_number(struct memory *a, const char *name, int64_t n)
{
	struct jot j = { .out = &a->json[a->count] };

	jot_number(&j, NULL, n);
	ink_format(take(a, name), "%lld", (long long)n);
}

static void
word_time(struct memory *a, const char *name, int64_t utc_us)
{
	struct ink *json = &a->json[a->count];
	struct jot j = { .out = json };

	jot_time(&j, NULL, utc_us);
	/* The same without its quotes. */
	if (utc_us != 0 && json->length > 2)
		ink_bytes(take(a, name), json->text + 1, json->length - 2);
	else
		take(a, name);
}

static void
word_feeds(struct memory *a, const struct notice *n)
{
	struct jot j = { .out = &a->json[a->count] };
	struct ink *text;

	jot_open(&j, NULL, '[');
	for (uint32_t i = 0; i < n->feed_count; i++)
		jot_text(&j, NULL, n->feed_names[i]);
	jot_close(&j, ']');
	text = take(a, "feeds");
	for (uint32_t i = 0; i < n->feed_count; i++)
		ink_format(text, "%s%s", i > 0 ? ", " : "", n->feed_names[i]);
}

static void
word_items(struct memory *a, const struct notice *n)
{
	struct jot j = { .out = &a->json[a->count] };
	struct ink *text;

	jot_open(&j, NULL, '[');
	for (uint32_t i = 0; i < n->item_count; i++) {
		const struct notice_item *item = &n->items[i];

		jot_open(&j, NULL, '{');
		jot_number(&j, "alert", (int64_t)item->alert);
		jot_text(&j, "severity", notice_severity_name(item->severity));
		jot_text(&j, "cause", cause_name(item->cause));
		jot_text(&j, "place", item->place);
		jot_time(&j, "since", item->since_utc);
		jot_bool(&j, "over", item->over);
		jot_close(&j, '}');
	}
	jot_close(&j, ']');
	text = take(a, "items");
	for (uint32_t i = 0; i < n->item_count; i++)
		ink_format(text, "%s%s: %s", i > 0 ? ", " : "",
		    n->items[i].place, cause_name(n->items[i].cause));
}

/* A digest of what is over raises nothing. */
static const char *
state_of(const struct notice *n)
{
	bool over = n->kind == NOTICE_RESOLVED || n->kind == NOTICE_TEST ||
		    (n->kind == NOTICE_DIGEST && n->open == 0);

	return over ? "resolved" : "firing";
}

static void
words_written(struct memory *a, const struct message *m)
{
	char subject[MESSAGE_SUBJECT_BYTES];
	struct ink trouble = { 0 };

	message_subject(m, subject);
	word_text(a, "subject", subject);
	message_plain(m, take(a, "text"));
	message_trouble(&trouble, m);
	word_text(a, "trouble", trouble.text);
	ink_free(&trouble);
	word_text(a, "help", message_help(m));
	word_text(a, "place", message_place(m));
	word_text(a, "host", m->host);
	word_text(a, "secret", m->secret);
}

static void
words_kept(struct memory *a, const struct notice *n)
{
	char key[48];

	notice_key(n, key);
	word_text(a, "key", key);
	word_text(a, "kind", notice_kind_name(n->kind));
	word_text(a, "state", state_of(n));
	word_text(a, "severity", notice_severity_name(n->severity));
	word_text(a, "of", notice_of_name(n->of));
	word_text(a, "to", n->to);
	word_text(a, "rule", n->rule);
	word_text(a, "site", n->site);
	word_text(a, "contact", n->contact);
	word_text(a, "cause", cause_name(n->cause));
	word_perhaps(a, "feed", n->feed);
	word_perhaps(a, "acknowledged_by", n->acknowledged_by);
	word_perhaps(a, "url", n->url);
	word_number(a, "alert", (int64_t)n->alert);
	word_number(a, "sequence", n->sequence);
	word_number(a, "incident", n->incident);
	word_number(a, "criticality", n->criticality);
	word_number(a, "feed_count", n->feeds);
	word_number(a, "held_back", n->held_back);
	word_number(a, "repeats", n->repeats);
	word_number(a, "turns", n->turns);
	word_time(a, "since", n->since_utc);
	word_time(a, "at", n->at_utc);
	word_time(a, "over", n->over_utc);
	word_time(a, "made", n->made_utc);
	word_feeds(a, n);
	word_items(a, n);
}

bool
message_words_make(struct message_words *out, const struct message *m)
{
	static const struct notice nothing;
	static const struct message none = { .notice = &nothing };
	struct memory *a = calloc(1, sizeof(*a));
	bool good = a != NULL;

	memset(out, 0, sizeof(*out));
	out->memory = a;
	if (!good)
		return false;
	words_written(a, m != NULL ? m : &none);
	words_kept(a, m != NULL ? m->notice : &nothing);
	for (size_t i = 0; i < a->count; i++) {
		good = good && !a->text[i].failed && !a->json[i].failed;
		out->words[i] =
		    (struct template_word){ a->words[i].name, a->text[i].text,
			    a->json[i].length > 0 ? a->json[i].text : NULL };
	}
	out->count = a->count;
	if (!good)
		message_words_free(out);
	return good;
}

void
message_words_free(struct message_words *w)
{
	struct memory *a = w->memory;

	if (a == NULL)
		return;
	for (size_t i = 0; i < MESSAGE_WORDS; i++) {
		if (a->text[i].text != NULL)
			explicit_bzero(a->text[i].text, a->text[i].length);
		ink_free(&a->text[i]);
		ink_free(&a->json[i]);
	}
	free(a);
	memset(w, 0, sizeof(*w));
}
