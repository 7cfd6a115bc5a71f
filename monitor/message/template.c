/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One walk over the JSON grammar (RFC 8259) checks and fills. */
#include "monitor/message/template.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

#define DEPTH 16u

struct walk {
	const char *start, *p;
	const struct template_word *words;
	size_t count;
	char *out; /* NULL: only checked */
	size_t size, length;
	unsigned depth;
	const char *why; /* the first fault; NULL = none */
	const char *at;
};

static bool
fail(struct walk *w, const char *why)
{
	if (w->why == NULL) {
		w->why = why;
		w->at = w->p;
	}
	return false;
}

static bool
put(struct walk *w, const char *bytes, size_t n)
{
	if (w->out == NULL)
		return true;
	if (n >= w->size - w->length)
		return fail(w, "what comes of it is too long");
	memcpy(w->out + w->length, bytes, n);
	w->length += n;
	return true;
}

/* Takes n bytes of the text as they are. */
static bool
copy(struct walk *w, size_t n)
{
	if (!put(w, w->p, n))
		return false;
	w->p += n;
	return true;
}

static void
blanks(struct walk *w)
{
	copy(w, strspn(w->p, " \t\r\n"));
}

static size_t
escaped(const char *s, char out[8])
{
	static const char plain[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	size_t n = utf8_length(s, UTF8_TEXT);

	if (n == 0)
		return (size_t)snprintf(out, 8, "\xef\xbf\xbd");
	for (const char *p = plain; *p != '\0'; p += 2)
		if (*s == *p)
			return (size_t)snprintf(out, 8, "\\%c", p[1]);
	if ((uint8_t)*s < 0x20 || *s == 0x7f)
		return (size_t)snprintf(out, 8, "\\u%04x", (unsigned)*s);
	memcpy(out, s, n);
	return n;
}

static bool
put_text(struct walk *w, const char *text)
{
	if (w->out == NULL || text == NULL)
		return true;
	while (*text != '\0') {
		char one[8];

		if (!put(w, one, escaped(text, one)))
			return false;
		text += utf8_length(text, UTF8_TEXT) > 0
			    ? utf8_length(text, UTF8_TEXT)
			    : 1;
	}
	return true;
}

/* --- a word in a string */

struct place {
	const struct template_word *word;
	bool value;	    /* "{{=..": the whole string */
	const char *choice; /* what comes behind ':'; NULL = nothing does */
	const char *end;    /* the braces that close it */
};

static bool
find_word(struct walk *w, struct place *out)
{
	const char *p = w->p + 2, *name;
	size_t n;

	p += strspn(p, " ");
	out->value = *p == '=';
	p += out->value;
	p += strspn(p, " ");
	name = p;
	n = strspn(p, "abcdefghijklmnopqrstuvwxyz_");
	p += n;
	p += strspn(p, " ");
	out->word = NULL;
	for (size_t i = 0; i < w->count; i++)
		if (strlen(w->words[i].name) == n &&
		    memcmp(w->words[i].name, name, n) == 0)
			out->word = &w->words[i];
	if (out->word == NULL)
		return fail(w, "no such word in {{..}}");
	out->choice = *p == ':' ? p + 1 : NULL;
	out->end = strstr(p, "}}");
	if (out->end == NULL || memchr(p, '"', (size_t)(out->end - p)) != NULL)
		return fail(w, "{{ without }} in the same string");
	if (out->choice == NULL && p != out->end)
		return fail(w, "expected {{word}} or {{word: a=b, c}}");
	return true;
}

struct piece {
	const char *p;
	size_t n;
};

static struct piece
trimmed(const char *from, const char *to)
{
	while (from < to && *from == ' ')
		from++;
	while (to > from && to[-1] == ' ')
		to--;
	return (struct piece){ from, (size_t)(to - from) };
}

static bool number(struct walk *w);

/* A number, true, false or null, and nothing else. */
static bool
is_scalar(struct piece x)
{
	struct walk w = { .start = x.p, .p = x.p };
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++)
		if (x.n == strlen(words[i]) && memcmp(x.p, words[i], x.n) == 0)
			return true;
	return x.n > 0 && number(&w) && w.p == x.p + x.n;
}

/* The letters of a string that the text itself holds. */
static bool
is_inside(struct piece x)
{
	for (size_t i = 0; i < x.n;) {
		size_t n = utf8_length(x.p + i, UTF8_TEXT);

		/* Escapes would need a look at what they escape. */
		if (n == 0 || (uint8_t)x.p[i] < 0x20 || x.p[i] == '\\')
			return false;
		i += n;
	}
	return true;
}

/* What the word's text chooses; false: none of them fits. All are checked. */
static bool
choose(struct walk *w, const struct place *at, struct piece *out)
{
	const char *text = at->word->text != NULL ? at->word->text : "";
	bool found = false;

	for (const char *p = at->choice; p <= at->end;) {
		size_t n = (size_t)(at->end - p);
		const char *comma = memchr(p, ',', n);
		const char *to = comma != NULL ? comma : at->end;
		const char *equal = memchr(p, '=', (size_t)(to - p));
		struct piece key = trimmed(p, equal != NULL ? equal : p);
		struct piece value = trimmed(equal != NULL ? equal + 1 : p, to);

		if (at->value ? !is_scalar(value) : !is_inside(value))
			return fail(w,
			    at->value ? "behind {{=word: expected numbers, "
					"true, false or null"
				      : "expected plain letters in {{word: "
					"a=b, c}}");
		if (equal == NULL && comma != NULL)
			return fail(w,
			    "in {{word: a=b, c}} only the last has no =");
		if (!found &&
		    (equal == NULL || (strlen(text) == key.n &&
					  memcmp(text, key.p, key.n) == 0))) {
			*out = value;
			found = true;
		}
		p = to + 1;
	}
	return found;
}

static bool
word(struct walk *w)
{
	struct place at;
	struct piece chosen;

	if (!find_word(w, &at))
		return false;
	if (at.value)
		return fail(w,
		    "{{=word}} stands alone in its string: \"{{=word}}\"");
	if (at.choice != NULL && choose(w, &at, &chosen)) {
		if (!put(w, chosen.p, chosen.n))
			return false;
	} else if (w->why != NULL || !put_text(w, at.word->text)) {
		return false;
	}
	w->p = at.end + 2;
	return true;
}

/* "{{=word}}" in place of a string. */
static bool
value_word(struct walk *w)
{
	struct place at;
	struct piece chosen;

	w->p++;
	if (!find_word(w, &at))
		return false;
	if (at.end[2] != '"')
		return fail(w,
		    "{{=word}} stands alone in its string: \"{{=word}}\"");
	if (at.choice != NULL && !choose(w, &at, &chosen)) {
		if (w->why != NULL)
			return false;
		chosen = (struct piece){ "null", 4 };
	}
	w->p = at.end + 3;
	if (at.choice != NULL)
		return put(w, chosen.p, chosen.n);
	if (at.word->json != NULL)
		return put(w, at.word->json, strlen(at.word->json));
	return put(w, "\"", 1) && put_text(w, at.word->text) && put(w, "\"", 1);
}

/* --- JSON */

static bool
escape(struct walk *w)
{
	unsigned code = 0;

	if (w->p[1] != '\0' && strchr("\"\\/bfnrt", w->p[1]) != NULL)
		return copy(w, 2);
	if (w->p[1] != 'u')
		return fail(w, "no such escape in JSON");
	for (int i = 2; i < 6; i++) {
		char c = w->p[i];
		unsigned digit =
		    c >= '0' && c <= '9'   ? (unsigned)(c - '0')
		    : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
		    : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
					   : 16;

		if (digit == 16)
			return fail(w, "\\u asks for four hexadecimal digits");
		code = code << 4 | digit;
	}
	if (code == 0 || (code >= 0xd800 && code < 0xe000))
		return fail(w, "write that letter itself, not as \\u");
	return copy(w, 6);
}

static bool
string(struct walk *w, bool is_name)
{
	if (*w->p != '"')
		return fail(w, "expected a string in \"..\"");
	if (!copy(w, 1))
		return false;
	while (*w->p != '"') {
		size_t n = utf8_length(w->p, UTF8_TEXT);

		if ((uint8_t)*w->p < 0x20)
			return fail(w, *w->p == '\0'
					   ? "a string without its end"
					   : "a control character in a string");
		if (n == 0)
			return fail(w, "not UTF-8");
		if (w->p[0] == '{' && w->p[1] == '{') {
			if (is_name)
				return fail(w,
				    "a word in the name of a member");
			if (!word(w))
				return false;
		} else if (*w->p == '\\' ? !escape(w) : !copy(w, n)) {
			return false;
		}
	}
	return copy(w, 1);
}

static bool
digits(struct walk *w)
{
	size_t n = strspn(w->p, "0123456789");

	return n > 0 ? copy(w, n) : fail(w, "expected a digit");
}

static bool
number(struct walk *w)
{
	if (*w->p == '-' && !copy(w, 1))
		return false;
	if (*w->p == '0' ? !copy(w, 1) : !digits(w))
		return false;
	if (*w->p == '.' && (!copy(w, 1) || !digits(w)))
		return false;
	if (*w->p != 'e' && *w->p != 'E')
		return true;
	if (!copy(w, 1) || ((*w->p == '+' || *w->p == '-') && !copy(w, 1)))
		return false;
	return digits(w);
}

static bool value(struct walk *w);

/* The members of an object, or of a list, up to its end. */
static bool
members(struct walk *w, char end)
{
	if (++w->depth > DEPTH)
		return fail(w, "nested too deep");
	if (!copy(w, 1))
		return false;
	blanks(w);
	if (*w->p == end) {
		w->depth--;
		return copy(w, 1);
	}
	for (;;) {
		if (end == '}') {
			if (!string(w, true))
				return false;
			blanks(w);
			if (*w->p != ':')
				return fail(w, "expected ':'");
			if (!copy(w, 1))
				return false;
		}
		if (!value(w))
			return false;
		if (*w->p == end) {
			w->depth--;
			return copy(w, 1);
		}
		if (*w->p != ',')
			return fail(w, end == '}' ? "expected ',' or '}'"
						  : "expected ',' or ']'");
		if (!copy(w, 1))
			return false;
		blanks(w);
	}
}

static bool
literal(struct walk *w)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < 3; i++)
		if (strncmp(w->p, words[i], strlen(words[i])) == 0)
			return copy(w, strlen(words[i]));
	return fail(w, "expected a value");
}

/* With the blanks before and behind it. */
static bool
value(struct walk *w)
{
	bool good;

	blanks(w);
	if (*w->p == '{')
		good = members(w, '}');
	else if (*w->p == '[')
		good = members(w, ']');
	else if (strncmp(w->p, "\"{{=", 4) == 0)
		good = value_word(w);
	else if (*w->p == '"')
		good = string(w, false);
	else if (*w->p == '-' || (*w->p >= '0' && *w->p <= '9'))
		good = number(w);
	else
		good = literal(w);
	blanks(w);
	return good && w->why == NULL;
}

static bool
whole(struct walk *w)
{
	if (strlen(w->start) >= TEMPLATE_BYTES)
		return fail(w, "longer than 8 KiB");
	return value(w) &&
	       (*w->p == '\0' || fail(w, "more behind the end of the value"));
}

bool
template_check(const char *text, const struct template_word *words,
    size_t count, struct template_fault *fault)
{
	struct walk w = { .start = text,
		.p = text,
		.words = words,
		.count = count };

	if (whole(&w))
		return true;
	fault->line = fault->column = 1;
	for (const char *p = text; p < w.at; p++) {
		fault->column = *p == '\n' ? 1 : fault->column + 1;
		fault->line += *p == '\n';
	}
	snprintf(fault->why, sizeof(fault->why), "%s", w.why);
	return false;
}

bool
template_fill(const char *text, const struct template_word *words, size_t count,
    char *out, size_t size, size_t *length_out)
{
	struct walk w = { .start = text,
		.p = text,
		.words = words,
		.count = count,
		.out = out,
		.size = size };
	bool good = size > 0 && whole(&w);

	if (size > 0)
		out[good ? w.length : 0] = '\0';
	*length_out = good ? w.length : 0;
	return good;
}
