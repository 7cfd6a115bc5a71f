/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/ink.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HARMLESS 0xfffd /* stands for what was taken out */

struct range {
	uint32_t first, last;
};

/* Not seen, but they act on what stands beside them. */
static const struct range acting[] = {
	{ 0x0000, 0x001f }, /* C0; a name has no line breaks */
	{ 0x007f, 0x009f }, /* DEL, C1 */
	{ 0x00ad, 0x00ad }, /* soft hyphen */
	{ 0x034f, 0x034f }, /* grapheme joiner */
	{ 0x061c, 0x061c }, /* Arabic letter mark */
	{ 0x115f, 0x1160 }, /* Hangul fillers: seen as nothing */
	{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200b }, /* zero width space; 200c, 200d stay */
	{ 0x200e, 0x200f }, /* left-to-right, right-to-left mark */
	{ 0x2028, 0x202e }, /* separators, embeddings, overrides */
	{ 0x2060, 0x206f }, /* invisible operators, isolates */
	{ 0x3164, 0x3164 }, { 0xfdd0, 0xfdef }, /* noncharacters */
	{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffc }, /* annotations, object replacement */
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff }, /* tags */
};
/* Two columns on a terminal. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0xa4cf },
	{ 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },
	{ 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff },
	{ 0x1f900, 0x1f9ff },
	{ 0x20000, 0x3fffd },
};
/* None: they sit on the character before. */
static const struct range combining[] = {
	{ 0x0300, 0x036f },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05bd },
	{ 0x0610, 0x061a },
	{ 0x064b, 0x065f },
	{ 0x06d6, 0x06dc },
	{ 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x200c, 0x200d },
	{ 0x20d0, 0x20ff },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
};
static const struct range right_to_left[] = {
	{ 0x0590, 0x08ff },
	{ 0xfb1d, 0xfdff },
	{ 0xfe70, 0xfefe },
	{ 0x10800, 0x10fff },
	{ 0x1e800, 0x1efff },
};

static bool
among(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* --- growing */

void
ink_free(struct ink *ink)
{
	free(ink->text);
	*ink = (struct ink){ 0 };
}

static bool
more(struct ink *ink, size_t length)
{
	if (ink->failed)
		return false;
	if (length < ink->room - ink->length)
		return true;
	size_t room = ink->room + ink->room / 2 + length + 256;
	char *grown = realloc(ink->text, room);

	if (grown == NULL) {
		ink->failed = true;
		return false;
	}
	ink->text = grown;
	ink->room = room;
	ink->text[ink->length] = '\0';
	return true;
}

void
ink_bytes(struct ink *ink, const void *bytes, size_t length)
{
	if (!more(ink, length))
		return;
	memcpy(ink->text + ink->length, bytes, length);
	ink->length += length;
	ink->text[ink->length] = '\0';
}

void
ink_put(struct ink *ink, const char *text)
{
	ink_bytes(ink, text, strlen(text));
}

void
ink_format(struct ink *ink, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);

	if (length < 0)
		ink->failed = true;
	else if (more(ink, (size_t)length)) {
		vsnprintf(ink->text + ink->length, (size_t)length + 1, format,
		    again);
		ink->length += (size_t)length;
	}
	va_end(again);
	va_end(args);
}

/* --- characters */

uint32_t
ink_next(const char **text)
{
	size_t n = utf8_length(*text, UTF8_TEXT);
	uint32_t c = n > 0 ? utf8_letter(*text, n) : HARMLESS;

	if (**text == '\0')
		return 0;
	*text += n > 0 ? n : 1; /* one byte at a time, so that we resync */
	if ((c & 0xfffe) == 0xfffe || among(acting, COUNT(acting), c))
		return HARMLESS;
	return c;
}

void
ink_character(struct ink *ink, uint32_t c)
{
	char bytes[UTF8_TEXT];

	ink_bytes(ink, bytes, utf8_put(bytes, c));
}

static void
html_one(struct ink *ink, uint32_t c)
{
	switch (c) {
	case '&':
		ink_put(ink, "&amp;");
		break;
	case '<':
		ink_put(ink, "&lt;");
		break;
	case '>':
		ink_put(ink, "&gt;");
		break;
	case '"':
		ink_put(ink, "&quot;");
		break;
	case '\'':
		ink_put(ink, "&#39;");
		break;
	default:
		ink_character(ink, c);
	}
}

void
ink_html_cut(struct ink *ink, const char *hostile, size_t characters)
{
	const char *s = hostile != NULL ? hostile : "";
	uint32_t c;

	while ((c = ink_next(&s)) != 0) {
		if (characters-- == 0) {
			ink_put(ink, "\u2026");
			return;
		}
		html_one(ink, c);
	}
}

void
ink_html(struct ink *ink, const char *hostile)
{
	ink_html_cut(ink, hostile, SIZE_MAX);
}

void
ink_clean(struct ink *ink, const char *hostile, size_t characters)
{
	const char *s = hostile != NULL ? hostile : "";
	uint32_t c;

	while ((c = ink_next(&s)) != 0) {
		if (characters-- == 0) {
			ink_put(ink, "\u2026");
			return;
		}
		ink_character(ink, c);
	}
}

/* --- terminals */

static size_t
columns_of(uint32_t c)
{
	if (among(combining, COUNT(combining), c))
		return 0;
	return among(wide, COUNT(wide), c) ? 2 : 1;
}

size_t
ink_columns(const char *hostile)
{
	const char *s = hostile != NULL ? hostile : "";
	size_t columns = 0;
	uint32_t c;

	while ((c = ink_next(&s)) != 0)
		columns += columns_of(c);
	return columns;
}

static bool
runs_left(const char *hostile)
{
	uint32_t c;

	while ((c = ink_next(&hostile)) != 0)
		if (among(right_to_left, COUNT(right_to_left), c))
			return true;
	return false;
}

size_t
ink_plain(struct ink *ink, const char *hostile, size_t columns)
{
	const char *s = hostile != NULL ? hostile : "";
	bool cut = ink_columns(s) > columns, left = runs_left(s);
	size_t took = 0, most = cut && columns > 0 ? columns - 1 : columns;
	uint32_t c;

	if (left)
		ink_put(ink, "\u2068"); /* first-strong isolate .. */
	while ((c = ink_next(&s)) != 0) {
		if (took + columns_of(c) > most)
			break;
		took += columns_of(c);
		ink_character(ink, c);
	}
	if (left)
		ink_put(ink, "\u2069"); /* .. popped */
	if (cut && columns > 0) {
		ink_put(ink, "\u2026");
		took++;
	}
	return took;
}

void
ink_base64(struct ink *ink, const void *bytes, size_t length)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkl"
				      "mnopqrstuvwxyz0123456789+/";
	const unsigned char *b = bytes;

	if (!more(ink, (length + 2) / 3 * 4))
		return;
	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t v = (uint32_t)b[i] << 16;
		char four[4];

		v |= left > 1 ? (uint32_t)b[i + 1] << 8 : 0;
		v |= left > 2 ? b[i + 2] : 0;
		for (unsigned k = 0; k < 4; k++)
			four[k] =
			    k > left ? '=' : letters[v >> (18 - 6 * k) & 63];
		ink_bytes(ink, four, 4);
	}
}
