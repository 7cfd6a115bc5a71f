/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "monitor/inventory/cell.h"
#include "monitor/inventory/text.h"

/* Of one line, outside of quotes: the separator seen most. */
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

/* "sep=;", as Excel reads it, in quotes or without. */
static void
told_separator(struct csv *c)
{
	size_t quoted = *c->p == '"', n = quoted + 4;
	char separator = '\0';

	if (strncasecmp(c->p + quoted, "sep=", 4) == 0)
		separator = c->p[n++];
	if (separator == '\0' || strchr(",;|\t", separator) == NULL ||
	    (quoted && c->p[n++] != '"') ||
	    (c->p[n] != '\r' && c->p[n] != '\n'))
		return;
	c->separator = separator;
	c->told = true;
	c->p += n;
	line_end(c);
}

bool
csv_init(struct csv *c, const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes)
{
	struct text text;

	memset(c, 0, sizeof(*c));
	c->file = file;
	c->mistakes = mistakes;
	if (!text_decode(&text, file, bytes, length, mistakes))
		return false;
	c->text = c->p = text.utf8;
	c->end = c->text + text.length;
	c->guessed = text.guessed;
	c->line = c->column = 1;
	told_separator(c);
	csv_look(c);
	return true;
}

void
csv_look(struct csv *c)
{
	if (!c->told)
		c->separator =
		    separator_of(c->p + strspn(c->p, "\r\n"), c->end);
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
	size_t n;

	while (!at_end_of_cell(c) &&
	       (n = cell_blank(c->p, (size_t)(c->end - c->p))) > 0)
		while (n-- > 0)
			step(c);
}

/* ="0012" keeps Excel from making a number of it: what is meant is the text.
 * Cuts [*text, *end) down to that, in place. */
static void
excel_text(char **text, char **end)
{
	char *p = *text, *to = p;

	if (*end - p < 3 || p[0] != '=' || p[1] != '"' || (*end)[-1] != '"')
		return;
	for (p += 2; p < *end - 1; p++) {
		if (*p == '"' && p + 1 < *end - 1 && p[1] == '"')
			p++;
		*to++ = *p;
	}
	*end = to;
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
		} else if (*c->p == '\n' ||
			   (*c->p == '\r' &&
			       (c->p + 1 == c->end || c->p[1] != '\n'))) {
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
	size_t n;

	blanks(c);
	cell->line = c->line;
	cell->column = c->column;
	if (c->end - c->p > 1 && c->p[0] == '=' && c->p[1] == '"')
		step(c);
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
		excel_text(&cell->text, &end);
	} else {
		while (!at_end_of_cell(c))
			step(c);
		end = c->p;
		while ((n = cell_blank_before(cell->text, end)) > 0)
			end -= n;
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
			    "most 256");
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
