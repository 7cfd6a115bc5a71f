/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/evidence.h"

#include <stdio.h>
#include <string.h>

void
evidence_open(struct evidence *e, char *text, size_t size)
{
	*e = (struct evidence){ .text = text, .size = size, .length = 1 };
	text[0] = '{';
	text[1] = '\0';
}

/* Keeps one byte for the closing brace and one for the end. */
static void
put(struct evidence *e, const char *item, size_t n)
{
	size_t comma = e->items > 0;

	if (e->length + comma + n + 2 > e->size)
		return;
	if (comma)
		e->text[e->length++] = ',';
	memcpy(e->text + e->length, item, n);
	e->length += n;
	e->text[e->length] = '\0';
	e->items++;
}

void
evidence_number(struct evidence *e, const char *name, int64_t value,
    uint32_t unit)
{
	char item[96];
	uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	const char *sign = value < 0 ? "-" : "";
	int n;

	if (unit <= 1)
		n = snprintf(item, sizeof(item), "\"%s\":%s%llu", name, sign,
		    (unsigned long long)size);
	else
		n = snprintf(item, sizeof(item), "\"%s\":%s%llu.%03llu", name,
		    sign, (unsigned long long)(size / unit),
		    (unsigned long long)(size % unit * 1000 / unit));
	if (n > 0 && (size_t)n < sizeof(item))
		put(e, item, (size_t)n);
}

static size_t
escape(char *out, size_t size, const char *value)
{
	size_t n = 0;

	for (; *value != '\0' && n + 7 < size; value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else if (c < 0x20 || c >= 0x7f) {
			n += (size_t)snprintf(out + n, size - n, "\\u%04x", c);
		} else {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
	return n;
}

void
evidence_text(struct evidence *e, const char *name, const char *value)
{
	char escaped[256], item[384];
	int n;

	escape(escaped, sizeof(escaped), value);
	n = snprintf(item, sizeof(item), "\"%s\":\"%s\"", name, escaped);
	if (n > 0 && (size_t)n < sizeof(item))
		put(e, item, (size_t)n);
}

void
evidence_close(struct evidence *e)
{
	e->text[e->length++] = '}';
	e->text[e->length] = '\0';
}
