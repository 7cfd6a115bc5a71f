/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/csv.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Windows-1252's 0x80..0x9f; 0 = not assigned. */
static const uint16_t windows_1252[32] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e,
	0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
	0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

static size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* Length of the valid UTF-8 sequence at p (RFC 3629), 0 when it is none. */
static size_t
utf8_length(const uint8_t *p, size_t left)
{
	size_t n = p[0] < 0x80	 ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static bool
is_utf8(const uint8_t *p, size_t n)
{
	while (n > 0) {
		size_t k = utf8_length(p, n);

		if (k == 0)
			return false;
		p += k;
		n -= k;
	}
	return true;
}

static size_t
decode(char *out, const uint8_t *p, size_t n)
{
	size_t used = 0;

	if (is_utf8(p, n)) {
		memcpy(out, p, n);
		return n;
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t c = p[i];

		if (c >= 0x80 && c < 0xa0)
			c = windows_1252[c - 0x80] != 0 ? windows_1252[c - 0x80]
							: 0xfffd;
		used += utf8_put(out + used, c);
	}
	return used;
}

static bool
looks_like_text(struct csv *c, const uint8_t *p, size_t n)
{
	struct mistake_place at = { c->file, 1, 1 };

	if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) ||
			  (p[0] == 0xfe && p[1] == 0xff))) {
		mistake_add(c->mistakes, at,
		    "the file is UTF-16, expected UTF-8: save it as \"CSV "
		    "UTF-8\"");
		return false;
	}
	if (n > 0 && memchr(p, '\0', n) != NULL) {
		mistake_add(c->mistakes, at,
		    "the file holds zero bytes, expected text (CSV)");
		return false;
	}
	return true;
}

/* Of the first line, outside of quotes: the separator seen most. */
static char
separator_of(const char *p, const char *end)
{
	size_t comma = 0, semicolon = 0, tab = 0;
	bool quoted = false;

	for (; p < end && (quoted || (*p != '\n' && *p != '\r')); p++) {
		quoted ^= *p == '"';
		comma += !quoted && *p == ',';
		semicolon += !quoted && *p == ';';
		tab += !quoted && *p == '\t';
	}
	if (semicolon > comma && semicolon >= tab)
		return ';';
	return tab > comma ? '\t' : ',';
}

static void
line_end(struct csv *c)
{
	if (*c->p == '\r' && c->p + 1 < c->end && c->p[1] == '\n')
		c->p++;
	c->p++;
	c->line++;
	c->column = 1;
}

bool
csv_init(struct csv *c, const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes)
{
	const uint8_t *p = bytes;

	memset(c, 0, sizeof(*c));
	c->file = file;
	c->mistakes = mistakes;
	if (!looks_like_text(c, p, length))
		return false;
	if (length >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		length -= 3;
	}
	if (length > SIZE_MAX / 3 - 1 ||
	    (c->text = malloc(length * 3 + 1)) == NULL)
		return false;
	c->p = c->text;
	c->end = c->text + (length > 0 ? decode(c->text, p, length) : 0);
	*c->end = '\0';
	c->line = c->column = 1;
	if (c->end - c->p > 5 && memcmp(c->p, "sep=", 4) == 0 &&
	    strchr(",;|\t", c->p[4]) != NULL &&
	    (c->p[5] == '\r' || c->p[5] == '\n')) {
		c->separator = c->p[4];
		c->p += 5;
		line_end(c);
	} else {
		c->separator = separator_of(c->p, c->end);
	}
	return true;
}

void
csv_fini(struct csv *c)
{
	free(c->text);
	c->text = NULL;
}

static void
step(struct csv *c)
{
	/* A character is counted at its first byte. */
	c->column += ((unsigned char)*c->p & 0xc0) != 0x80;
	c->p++;
}

static bool
at_end_of_cell(const struct csv *c)
{
	return c->p >= c->end || *c->p == c->separator || *c->p == '\n' ||
	       *c->p == '\r';
}

static void
blanks(struct csv *c)
{
	while (!at_end_of_cell(c) && (*c->p == ' ' || *c->p == '\t'))
		step(c);
}

/* The inside of a quoted cell, unquoted in place. False: it never ends. */
static bool
quoted_cell(struct csv *c, char **end_out)
{
	char *to = c->p;

	step(c);
	while (c->p < c->end) {
		if (*c->p == '"' && c->p + 1 < c->end && c->p[1] == '"') {
			step(c);
		} else if (*c->p == '"') {
			step(c);
			*end_out = to;
			return true;
		} else if (*c->p == '\n') {
			c->line++;
			c->column = 0;
		}
		*to++ = *c->p;
		step(c);
	}
	return false;
}

static void
rest_of_line(struct csv *c)
{
	while (c->p < c->end && *c->p != '\n' && *c->p != '\r')
		step(c);
}

static bool
bad(struct csv *c, const struct csv_cell *cell, const char *what)
{
	mistake_add(c->mistakes,
	    (struct mistake_place){ c->file, cell->line, cell->column }, "%s",
	    what);
	return false;
}

/* One cell up to its separator or the end of the line; the NUL behind it is
 * set later (csv_next), when the separator was looked at. */
static bool
cell_read(struct csv *c, struct csv_cell *cell, char **end_out)
{
	char *end;

	blanks(c);
	cell->line = c->line;
	cell->column = c->column;
	cell->text = c->p;
	cell->quoted = c->p < c->end && *c->p == '"';
	if (cell->quoted) {
		if (!quoted_cell(c, &end))
			return bad(c, cell,
			    "a quote opens here and never closes, expected "
			    "\"");
		blanks(c);
		if (!at_end_of_cell(c))
			return bad(c, cell,
			    "text follows the closing quote, expected a "
			    "separator (a quote inside a quoted cell is "
			    "doubled)");
	} else {
		while (!at_end_of_cell(c))
			step(c);
		for (end = c->p;
		     end > cell->text && (end[-1] == ' ' || end[-1] == '\t');
		     end--)
			;
	}
	*end_out = end;
	if (end - cell->text > CSV_CELL_BYTES)
		return bad(c, cell,
		    "the cell is too long, expected at most "
		    "4096 bytes");
	return true;
}

static bool
cells_read(struct csv *c, struct csv_row *row)
{
	for (;;) {
		struct csv_cell *cell = &row->cell[row->count];
		char *end;

		if (row->count == CSV_CELLS) {
			struct csv_cell here = { .line = c->line,
				.column = c->column };

			return bad(c, &here,
			    "too many cells, expected at "
			    "most 64");
		}
		if (!cell_read(c, cell, &end))
			return false;
		row->count++;
		bool more = c->p < c->end && *c->p == c->separator;

		if (more) {
			step(c);
			*end = '\0';
			continue;
		}
		if (c->p < c->end)
			line_end(c);
		*end = '\0';
		return true;
	}
}

bool
csv_next(struct csv *c, struct csv_row *row)
{
	while (c->p < c->end) {
		row->count = 0;
		if (!cells_read(c, row)) {
			row->count = 0;
			rest_of_line(c);
			if (c->p < c->end)
				line_end(c);
			return true;
		}
		for (size_t i = 0; i < row->count; i++)
			if (row->cell[i].text[0] != '\0')
				return true;
	}
	return false;
}
