/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/wash.h"

#include <stdbool.h>
#include <string.h>

#include "common/utf8.h"

/* Bytes of a character that XML may hold, 0 when it is none: U+FFFE and U+FFFF
 * are in no XML (XML 1.0 2.2). */
static size_t
character(const uint8_t *p, size_t left)
{
	size_t n = utf8_length(p, left);

	return n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 0 : n;
}

static bool
control(uint8_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static void
clean(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t length = character(p + i, n - i);

		if (length == 0 || control(p[i]))
			p[i] = '?';
		i += length > 0 ? length : 1;
	}
}

static bool
tags_bounded(const uint8_t *p, size_t n)
{
	size_t since = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '<' || p[i] == '>')
			since = i;
		else if (i - since > WASH_TAG_BYTES && p[since] == '<')
			return false;
	}
	return true;
}

static bool
nothing(uint8_t c)
{
	return c <= ' ';
}

const char *
wash(uint8_t *bytes, size_t n, struct span *out)
{
	*out = (struct span){ bytes, 0 };
	if (n >= 2 && ((bytes[0] == 0xff && bytes[1] == 0xfe) ||
			  (bytes[0] == 0xfe && bytes[1] == 0xff)))
		return "it is UTF-16, where UTF-8 is asked for";
	if (n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
		return "it is compressed, which nobody asked for";
	if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		n -= 3;
	}
	while (n > 0 && nothing(bytes[n - 1]))
		n--;
	while (n > 0 && nothing(bytes[0])) {
		bytes++;
		n--;
	}
	if (n == 0)
		return "it is empty";
	if (bytes[0] != '<')
		return "it is no XML";
	if (memchr(bytes, '\0', n) != NULL)
		return "it holds a NUL";
	if (!tags_bounded(bytes, n))
		return "one of its tags is longer than 16 KiB";
	clean(bytes, n);
	*out = (struct span){ bytes, n };
	return NULL;
}

void
wash_copy(char *out, size_t size, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;
	size_t left = strlen(text), at = 0;

	while (left > 0) {
		size_t n = character(p, left);
		bool plain = n > 1 ? !(p[0] == 0xc2 && p[1] < 0xa0)
				   : n == 1 && p[0] >= ' ' && p[0] != 0x7f;

		if (at + (plain ? n : 1) >= size)
			break;
		if (plain)
			memcpy(out + at, p, n);
		else
			out[at] = '?';
		at += plain ? n : 1;
		n = n > 0 ? n : 1;
		p += n;
		left -= n;
	}
	out[at] = '\0';
}
