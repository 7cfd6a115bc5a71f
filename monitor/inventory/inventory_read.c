/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV -> desired records: the row that names the columns, and each row under
 * it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/cell.h"
#include "monitor/inventory/csv.h"
#include "monitor/inventory/headings.h"
#include "monitor/inventory/row.h"
#include "monitor/inventory/unique.h"

#define TITLES_MOST 10 /* rows above the one that names the columns */

struct header {
	const struct row_column *column[CSV_CELLS]; /* NULL: left out */
	bool nameless[CSV_CELLS]; /* no heading: nothing may stand there */
	size_t count;
	bool sure; /* it can't be a row of values, of which none is quoted */
};

struct reading {
	struct row row;
	enum inventory_kind kind;
	struct csv csv;
	struct header header;
	struct inventory_mistakes unheard; /* notes that nobody wants */
};

static struct inventory_mistakes *
notes(struct reading *g)
{
	return g->row.form->notes != NULL ? g->row.form->notes : &g->unheard;
}

static const struct row_column *
column_find(enum inventory_kind kind, const char *cell)
{
	const char *name = heading_find(kind, cell);

	for (size_t i = 0; i < row_columns_count; i++)
		if ((row_columns[i].where >> kind & 1) &&
		    heading_same(name != NULL ? name : cell,
			row_columns[i].name))
			return &row_columns[i];
	return NULL;
}

static void
known_columns(enum inventory_kind kind, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < row_columns_count && n < size; i++)
		if (row_columns[i].where >> kind & 1)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? ", " : "", row_columns[i].name);
}

/* Whether somebody said that this column is to be left out. */
static bool
ignored(const struct inventory_form *form, const char *heading)
{
	const char *p = form->ignore != NULL ? form->ignore : "";
	char one[LIMIT_NAME_BYTES];

	if (form->ignore_unknown)
		return true;
	while (*p != '\0') {
		size_t n = strcspn(p, ",");

		snprintf(one, sizeof(one), "%.*s",
		    (int)(n < sizeof(one) ? n : sizeof(one) - 1), p);
		if (heading_same(one, heading) || strcmp(one, heading) == 0)
			return true;
		p += n + (p[n] == ',');
	}
	return false;
}

static const struct row_column *
unknown_column(struct reading *g, const struct csv_cell *cell)
{
	struct mistake_place at = { g->csv.file, cell->line, cell->column };
	char known[320], name[LIMIT_NAME_BYTES];

	if (cell->text[0] == '\0') {
		g->header.nameless[g->header.count] = true;
		return NULL;
	}
	if (ignored(g->row.form, cell->text)) {
		mistake_add(notes(g), at, "column \"%.64s\" is left out",
		    cell->text);
		return NULL;
	}
	known_columns(g->kind, known, sizeof(known));
	snprintf(name, sizeof(name), "%s", cell->text);
	if (!g->header.sure)
		snprintf(name, sizeof(name), "number %zu", g->header.count + 1);
	mistake_add(g->csv.mistakes, at,
	    "unknown column \"%.64s\", expected one of %s", name, known);
	return NULL;
}

static void
header_cell(struct reading *g, const struct csv_cell *cell)
{
	const struct row_column *c = column_find(g->kind, cell->text);
	struct mistake_place at = { g->csv.file, cell->line, cell->column };
	struct header *h = &g->header;

	if (c == NULL ||
	    ignored(&(struct inventory_form){ .ignore = g->row.form->ignore },
		cell->text))
		c = unknown_column(g, cell);
	else if (!heading_same(cell->text, c->name))
		mistake_add(notes(g), at, "\"%.64s\" is taken as %s",
		    cell->text, c->name);
	for (size_t i = 0; c != NULL && i < h->count; i++)
		if (h->column[i] == c) {
			mistake_add(g->csv.mistakes, at,
			    "column %s stands here a second time, expected "
			    "each once",
			    c->name);
			c = NULL;
		}
	h->column[h->count++] = c;
}

static bool
names(enum inventory_kind kind, const struct csv_row *row, const char *column)
{
	for (size_t i = 0; i < row->count; i++) {
		const struct row_column *c =
		    column_find(kind, row->cell[i].text);

		if (c != NULL && strcmp(c->name, column) == 0)
			return true;
	}
	return false;
}

/* How many columns of ours it names. */
static size_t
columns_named(enum inventory_kind kind, const struct csv_row *row)
{
	size_t n = 0;

	for (size_t i = 0; i < row->count; i++)
		n += column_find(kind, row->cell[i].text) != NULL;
	return n;
}

/* The column without which nothing can be made of a row; NULL: it is there. */
static const char *
needed(enum inventory_kind kind, const struct csv_row *row)
{
	bool address = names(kind, row, "address");

	switch (kind) {
	case INVENTORY_SITES:
		return names(kind, row, "site") ? NULL : "site";
	case INVENTORY_DEVICES:
		return address || names(kind, row, "device") ? NULL : "device";
	case INVENTORY_FEEDS:
		break;
	}
	return address || names(kind, row, "url") || names(kind, row, "sub_url")
		   ? NULL
		   : "url";
}

/* The row that names the columns: the first one, or a later one where a title
 * stands above. False: there is none, which is said of the first. */
static bool
header_find(struct reading *g, struct csv_row *row)
{
	size_t first = 0;
	const char *lacks = NULL;
	bool found = false;

	for (int i = 0; i <= TITLES_MOST && csv_next(&g->csv, row); i++) {
		const char *lack = needed(g->kind, row);

		if (lack == NULL ||
		    (first == 0 && columns_named(g->kind, row) > 0)) {
			if (first > 0)
				mistake_add(notes(g),
				    (struct mistake_place){ g->csv.file, first,
					1 },
				    "what stands above the row that names the "
				    "columns is left out");
			first = row->cell[0].line;
			lacks = lack;
			found = true;
			break;
		}
		if (first == 0) {
			first = row->count > 0 ? row->cell[0].line : 1;
			lacks = lack;
		}
		csv_look(&g->csv);
	}
	if (first == 0)
		mistake_add(g->csv.mistakes,
		    (struct mistake_place){ g->csv.file, 1, 1 },
		    "the file is empty, expected a first row that names the "
		    "columns");
	g->header.sure = found && columns_named(g->kind, row) > 1;
	for (size_t i = 0; found && i < row->count; i++)
		header_cell(g, &row->cell[i]);
	if (lacks != NULL)
		mistake_add(g->csv.mistakes,
		    (struct mistake_place){ g->csv.file, first, 1 },
		    "no column %s, expected a first row that names the columns",
		    lacks);
	return g->csv.mistakes->count == 0;
}

/* Beyond the headings, or under an empty one, stands nothing. */
static bool
fits_header(struct reading *g, const struct csv_row *row)
{
	const struct header *h = &g->header;
	char what[96];

	for (size_t i = 0; i < row->count; i++) {
		if (row->cell[i].text[0] == '\0' ||
		    (i < h->count && !h->nameless[i]))
			continue;
		g->row.cell = &row->cell[i];
		snprintf(what, sizeof(what),
		    "%zu cells, expected %zu as in the first row", row->count,
		    h->count);
		row_mistake(&g->row, 0,
		    i < h->count ? "there is no heading above this cell, "
				   "expected one"
				 : what);
		return false;
	}
	return true;
}

/* A line break within a cell is there to be looked at. */
static char *
one_line(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p != '\n' && *p != '\r') {
			*to++ = *p;
			continue;
		}
		while (to > text && to[-1] == ' ')
			to--;
		p += strspn(p, "\r\n ") - 1;
		*to++ = ' ';
	}
	*to = '\0';
	return text;
}

static void
row_read(struct reading *g, const struct csv_row *row)
{
	struct row *r = &g->row;

	row_init(r, row->cell[0].line);
	r->cell = &row->cell[0];
	if (!fits_header(g, row))
		return;
	/* Excel leaves empty cells at the end of a row out. */
	for (size_t i = 0; i < g->header.count && i < row->count; i++) {
		const struct row_column *c = g->header.column[i];

		r->cell = &row->cell[i];
		if (c == NULL)
			continue;
		if (!c->exact)
			one_line(r->cell->text);
		c->read(r, cell_unescape(r->cell->text));
	}
	r->cell = &row->cell[0];
	if (!r->no_memory) /* else a cell that was read may be "" */
		row_make(r, g->kind);
}

static void
rows_read(struct reading *g)
{
	struct csv_row *row = malloc(sizeof(*row));

	if (row == NULL) {
		g->row.no_memory = true;
		return;
	}
	row->count = 0;
	if (header_find(g, row))
		while (!g->row.no_memory && csv_next(&g->csv, row))
			if (row->count > 0)
				row_read(g, row);
	free(row);
}

static void
say_notes(struct reading *g)
{
	struct mistake_place whole = { g->csv.file, 0, 0 };

	if (g->csv.guessed != NULL)
		mistake_add(notes(g), whole,
		    "nothing says how letters are written; taken as %s",
		    g->csv.guessed);
	if (g->row.padded > 0)
		mistake_add(notes(g), whole,
		    "%zu addresses have zeros before their numbers, which are "
		    "taken off: 010.001.002.003 is 10.1.2.3",
		    g->row.padded);
	if (g->row.both > 0)
		mistake_add(notes(g), whole,
		    "%zu cameras have two streams: the sub stream is held, the "
		    "main one visited",
		    g->row.both);
}

/* The site of rows that name none, in its one spelling. */
static bool
form_take(struct reading *g, const struct inventory_form *form,
    struct inventory_form *own)
{
	char path[LIMIT_NAME_BYTES];

	*own = *form;
	g->row.form = own;
	if (form->site == NULL || form->site[0] == '\0')
		own->site = NULL;
	else if (cell_path(form->site, path, sizeof(path)) &&
		 cell_is_plain(path))
		own->site = row_kept(&g->row, path);
	else
		mistake_add(g->row.mistakes, (struct mistake_place){ 0 },
		    "\"%.128s\" is no site, expected \"Region/Site\"",
		    form->site);
	return g->row.mistakes->count == 0;
}

bool
inventory_read_as(struct inventory *inv, enum inventory_kind kind,
    const struct inventory_form *form, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes_out)
{
	struct inventory_form own;
	struct reading *g = calloc(1, sizeof(*g));
	struct mistake_place whole = { form->file, 0, 0 };

	if (g == NULL) {
		mistake_add(mistakes_out, whole, "out of memory");
		return false;
	}
	g->kind = kind;
	g->row.inv = inv;
	g->row.mistakes = mistakes_out;
	if (form_take(g, form, &own) &&
	    csv_init(&g->csv, form->file, bytes, length, mistakes_out)) {
		rows_read(g);
		say_notes(g);
		csv_fini(&g->csv);
	} else if (mistakes_out->count == 0) {
		g->row.no_memory = true;
	}
	if (!g->row.no_memory)
		g->row.no_memory =
		    !unique_check(inv, kind, form->file, mistakes_out);
	if (g->row.no_memory && mistakes_out->count == 0)
		mistake_add(mistakes_out, whole, "out of memory");
	inventory_mistakes_fini(&g->unheard);
	free(g);
	return mistakes_out->count == 0;
}

bool
inventory_read(struct inventory *inv, enum inventory_kind kind,
    const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes_out)
{
	return inventory_read_as(inv, kind,
	    &(struct inventory_form){ .file = file }, bytes, length,
	    mistakes_out);
}
