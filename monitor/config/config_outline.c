/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_outline.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/address.h"
#include "monitor/config/config_value.h"

static void
put(struct config_outline *o, const char *text, size_t n)
{
	if (o->bad)
		return;
	if (o->length + n + 1 > o->size) {
		size_t size = (o->length + n) * 2 + 1024;
		char *more = realloc(o->text, size);

		if (more == NULL) {
			o->bad = true;
			return;
		}
		o->text = more;
		o->size = size;
	}
	memcpy(o->text + o->length, text, n);
	o->length += n;
	o->text[o->length] = '\0';
}

static void
say(struct config_outline *o, const char *text)
{
	put(o, text, strlen(text));
}

/* --- what may be shown */

static bool
is_of(const char *text, const char *letters)
{
	return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

static bool
is_word(const char *text)
{
	static const char *const words[] = { "true", "false", "yes", "no", "on",
		"off", "auto", "none", "null", "~", "" };
	struct wire_address address;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return address_parse(text, &address);
}

/* "10", "250ms", "4GiB", "99.5%", "06:30", "21:00-05:30" */
static bool
is_number(const char *text)
{
	size_t digits = strspn(text, "0123456789.:-");
	const char *unit = text + digits;

	return isdigit((unsigned char)text[0]) && digits < 16 &&
	       strlen(unit) < 4 &&
	       (unit[0] == '\0' || is_of(unit, "umshdwKMGiBb%"));
}

static bool
is_path(const char *text)
{
	return text[0] == '/' &&
	       is_of(text,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789._-/+@");
}

/* Not even how long it is. */
static bool
is_secret(const char *key)
{
	static const char *const words[] = { "pass", "secret", "token",
		"credential", "auth" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(key, words[i]) != NULL)
			return true;
	return false;
}

/* Keys whose values are choices of few. */
static bool
is_choice(const char *key)
{
	static const char *const keys[] = { "log_level", "language", "zone",
		"kind", "severity", "criticality", "causes", "budget", "days" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* "https://user:secret@host:8443/secret" -> "https://host:8443/..." */
static bool
put_url(struct config_outline *o, const char *text)
{
	const char *host = strstr(text, "://"), *end, *at;
	size_t n;

	if (host == NULL || strspn(text, "abcdefghijklmnopqrstuvwxyz+") !=
				(size_t)(host - text))
		return false;
	host += 3;
	put(o, text, (size_t)(host - text));
	/* All before the last '@': a password may hold a slash. */
	for (at = strchr(host, '@'); at != NULL; at = strchr(host, '@'))
		host = at + 1;
	n = strcspn(host, "/?#, \t");
	end = host + n;
	for (size_t i = 0; i < n; i++)
		put(o, (unsigned char)host[i] > ' ' ? &host[i] : "?", 1);
	if (*end != '\0')
		say(o, "/...");
	return true;
}

static const char *
key_of(const struct config_outline *o)
{
	/* Of a list's texts: the list's. */
	for (unsigned i = o->depth; i-- > 0;)
		if (!o->level[i].list)
			return o->level[i].name;
	return "";
}

static void
put_value(struct config_outline *o, const struct config_token *t)
{
	bool whole = strlen(t->text) == t->length;
	char line[48];

	if (is_secret(key_of(o)))
		say(o, whole && is_path(t->text) ? t->text : "(hidden)");
	else if (whole &&
		 (is_word(t->text) || is_number(t->text) || is_path(t->text) ||
		     (is_choice(key_of(o)) && t->length < 64 &&
			 strspn(t->text,
			     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
			     "TUVWXYZ0123456789 ,_/+-") == t->length)))
		say(o, t->text);
	else if (!whole || !put_url(o, t->text)) {
		snprintf(line, sizeof(line), "(%zu letters)", t->length);
		say(o, line);
	}
}

/* --- where it stands */

static void
put_place(struct config_outline *o)
{
	for (unsigned i = 0; i < o->depth; i++) {
		if (i > 0 && !o->level[i].list)
			say(o, ".");
		say(o, o->level[i].name);
	}
	say(o, ": ");
}

/* A key as people write them; of another only its length. */
static void
take_key(struct config_outline *o, const struct config_token *t)
{
	char *name = o->level[o->depth - 1].name;
	size_t size = sizeof(o->level[0].name);

	if (t->length < 48 && strlen(t->text) == t->length &&
	    is_of(t->text, "abcdefghijklmnopqrstuvwxyz0123456789_-"))
		snprintf(name, size, "%s", t->text);
	else
		snprintf(name, size, "(%zu letters)", t->length);
	o->level[o->depth - 1].expect_value = true;
}

/* What comes next is a value: of a key, or one more of a list. */
static void
begin_value(struct config_outline *o)
{
	if (o->depth == 0)
		return;
	if (o->level[o->depth - 1].list)
		snprintf(o->level[o->depth - 1].name, sizeof(o->level[0].name),
		    "[%u]", o->level[o->depth - 1].count++);
	o->level[o->depth - 1].expect_value = false;
}

static void
open_level(struct config_outline *o, bool list)
{
	begin_value(o);
	if (o->depth == CONFIG_OUTLINE_DEPTH || o->deeper > 0) {
		o->deeper++;
		return;
	}
	memset(&o->level[o->depth], 0, sizeof(o->level[0]));
	o->level[o->depth++].list = list;
}

static void
close_level(struct config_outline *o)
{
	if (o->deeper > 0)
		o->deeper--;
	else if (o->depth > 0)
		o->depth--;
}

void
config_outline_token(struct config_outline *o, const struct config_token *t)
{
	bool inside = o->depth > 0 && o->deeper == 0;

	switch (t->event) {
	case CONFIG_MAP:
	case CONFIG_SEQUENCE:
		open_level(o, t->event == CONFIG_SEQUENCE);
		return;
	case CONFIG_MAP_END:
	case CONFIG_SEQUENCE_END:
		close_level(o);
		return;
	case CONFIG_SCALAR:
	case CONFIG_ALIAS:
		break;
	}
	if (!inside)
		return;
	if (!o->level[o->depth - 1].list &&
	    !o->level[o->depth - 1].expect_value) {
		take_key(o, t);
		return;
	}
	begin_value(o);
	put_place(o);
	if (t->event == CONFIG_ALIAS)
		say(o, "(an alias)");
	else
		put_value(o, t);
	say(o, "\n");
}
