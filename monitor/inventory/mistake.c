/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/mistake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 200
#define LINE_BYTES 1024

/* place: how much of the line says where. */
static void
note(struct inventory_mistakes *m, struct mistake_place place, size_t at,
    size_t length)
{
	struct inventory_mistake *grown =
	    realloc(m->list, (m->listed + 1) * sizeof(*grown));

	if (grown == NULL)
		return;
	m->list = grown;
	m->list[m->listed++] =
	    (struct inventory_mistake){ place.line, place.column, at, length };
}

/* False: no memory; it is counted all the same. */
static bool
append(struct inventory_mistakes *m, const char *text)
{
	size_t n = strlen(text);
	char *grown = realloc(m->text, m->length + n + 2);

	if (grown == NULL)
		return false;
	m->text = grown;
	memcpy(grown + m->length, text, n);
	m->length += n;
	m->text[m->length++] = '\n';
	m->text[m->length] = '\0';
	return true;
}

static void
escape(char *out, size_t size, const char *in)
{
	size_t n = 0;

	for (; *in != '\0' && n + 5 < size; in++) {
		unsigned char c = (unsigned char)*in;

		if (c >= 0x20 && c != 0x7f)
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
	}
	out[n] = '\0';
}

static int
place_print(char *out, size_t size, struct mistake_place p)
{
	const char *file = p.file != NULL ? p.file : "input";

	if (p.line == 0)
		return snprintf(out, size, "%.256s: ", file);
	if (p.column == 0)
		return snprintf(out, size, "%.256s:%zu: ", file, p.line);
	return snprintf(out, size, "%.256s:%zu:%zu: ", file, p.line, p.column);
}

struct mistake_place
mistake_place_after(const char *file, const char *p, size_t n, bool wide)
{
	struct mistake_place at = { file, 1, 1 };

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\n' ||
		    (p[i] == '\r' && (i + 1 >= n || p[i + 1] != '\n'))) {
			at.line++;
			at.column = 1;
		} else {
			at.column += !wide || (p[i] & 0xc0) != 0x80;
		}
	}
	return at;
}

void
mistake_add(struct inventory_mistakes *m, struct mistake_place place,
    const char *format, ...)
{
	char text[LINE_BYTES], safe[LINE_BYTES * 2];
	va_list ap;

	if (m->count++ >= SHOWN)
		return;
	int n = place_print(text, sizeof(text), place);
	size_t begin = m->length;

	escape(safe, sizeof(safe), text);
	size_t head = strlen(safe);

	va_start(ap, format);
	vsnprintf(text + n, sizeof(text) - (size_t)n, format, ap);
	va_end(ap);
	escape(safe, sizeof(safe), text);
	if (append(m, safe))
		note(m, place, begin + head, m->length - 1 - begin - head);
}

void
inventory_mistakes_fini(struct inventory_mistakes *m)
{
	free(m->text);
	free(m->list);
	memset(m, 0, sizeof(*m));
}

void
mistake_if_none(struct inventory_mistakes *m, const char *file, size_t named,
    size_t there)
{
	if (named == 0 && there > 0)
		mistake_add(m, (struct mistake_place){ .file = file },
		    "names none, and would remove all %zu, expected one that "
		    "stays",
		    there);
}
