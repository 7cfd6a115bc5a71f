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
	size_t titles; /* line of the first that stands above it; 0: none */
	bool sure; /* it can't be a row of values, of which none is quoted */
};

struct reading {
	struct row row;
	enum inventory_kind kind;
	struct csv csv;
	struct header header;
	struct inventory_mistakes unheard; /* notes that nobody wants */
	size_t nothings;		   /* cells of a dash, "n/a" .. */
};

static struct inventory_mistakes *
notes(struct reading *g)
{
	return g->row.form->notes != NULL ? g->row.form->notes : &g->unheard;
}

/* One of "THEIRS=OURS,..."; no ours: it is not so. */
struct told {
	const char *theirs, *ours;
	size_t theirs_n, ours_n;
};

/* The next one; false: there is none. */
static bool
told_next(const char **p, struct told *out)
{
	const char *at = *p;
	size_t n, k;

	if (at == NULL || *at == '\0')
		return false;
	n = strcspn(at, ",");
	k = strcspn(at, "=,");
	*out = (struct told){ .theirs = at, .theirs_n = k };
	if (k > 0 && k < n) {
		out->ours = at + k + 1;
		out->ours_n = n - k - 1;
	}
	*p = at + n + (at[n] == ',');
	return true;
}

static const struct row_column *
column_named(unsigned kinds, const struct told *told)
{
	for (size_t i = 0; told->ours != NULL && i < row_columns_count; i++)
		if ((row_columns[i].where & kinds) &&
		    strlen(row_columns[i].name) == told->ours_n &&
		    memcmp(row_columns[i].name, told->ours, told->ours_n) == 0)
			return &row_columns[i];
	return NULL;
}

static const struct row_column *
column_find(const struct reading *g, const char *cell)
{
	const char *p = g->row.form->columns,
		   *name = heading_find(g->kind, cell);
	const struct row_column *c;
	char theirs[LIMIT_NAME_BYTES];
	struct told told;

	while (told_next(&p, &told)) {
		snprintf(theirs, sizeof(theirs), "%.*s",
		    (int)(told.theirs_n < sizeof(theirs) ? told.theirs_n : 0),
		    told.theirs);
		c = column_named(1u << g->kind, &told);
		if (c != NULL &&
		    (strcmp(theirs, cell) == 0 || heading_same(theirs, cell)))
			return c;
	}
	for (size_t i = 0; i < row_columns_count; i++)
		if ((row_columns[i].where >> g->kind & 1) &&
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
	const struct row_column *c = column_find(g, cell->text);
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

/* A cell of it is a URL or an IPv4 address: it names no columns, though a user
 * or a camera may be called as one is. */
static bool
is_of_values(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		const char *text = row->cell[i].text;
		size_t scheme = strcspn(text, " :"),
		       digits = strspn(text, "0123456789.");

		if (strncmp(text + scheme, "://", 3) == 0 ||
		    (digits >= 7 && strchr(":/", text[digits]) != NULL))
			return true;
	}
	return false;
}

static bool
names(const struct reading *g, const struct csv_row *row, const char *column)
{
	if (is_of_values(row))
		return false;
	for (size_t i = 0; i < row->count; i++) {
		const struct row_column *c = column_find(g, row->cell[i].text);

		if (c != NULL && strcmp(c->name, column) == 0)
			return true;
	}
	return false;
}

/* How many columns of ours it names. */
static size_t
columns_named(const struct reading *g, const struct csv_row *row)
{
	size_t n = 0;

	if (is_of_values(row))
		return 0;
	for (size_t i = 0; i < row->count; i++)
		n += column_find(g, row->cell[i].text) != NULL;
	return n;
}

/* The column without which nothing can be made of a row; NULL: it is there. */
static const char *
needed(const struct reading *g, const struct csv_row *row)
{
	bool address = names(g, row, "address");

	switch (g->kind) {
	case INVENTORY_SITES:
		return names(g, row, "site") ? NULL : "site";
	case INVENTORY_DEVICES:
		return address || names(g, row, "device") ? NULL : "device";
	case INVENTORY_FEEDS:
		break;
	}
	return address || names(g, row, "url") || names(g, row, "sub_url")
		   ? NULL
		   : "url";
}

/* The row that names the columns: the first that names all that is needed, for
 * titles may stand above it; else, so that it can be said what it lacks, the
 * one that names most. lacks_out: that, or NULL. Its line; 0: there is no row.
 */
static size_t
header_choose(struct reading *g, struct csv_row *best, const char **lacks_out)
{
	struct csv_row *row = malloc(sizeof(*row));
	size_t most = 0, line = 0, first = 0;

	*lacks_out = NULL;
	g->row.no_memory = row == NULL;
	for (int i = 0;
	     row != NULL && i <= TITLES_MOST && csv_next(&g->csv, row); i++) {
		size_t n = columns_named(g, row);
		const char *lacks = needed(g, row);
		size_t here = row->count > 0 ? row->cell[0].line : 1;

		first = i == 0 ? here : first;
		if (line == 0 || lacks == NULL || n > most) {
			*best = *row;
			*lacks_out = lacks;
			line = here;
			most = n;
			g->header.titles = i > 0 ? first : 0;
		}
		if (lacks == NULL)
			break;
		csv_look(&g->csv);
	}
	free(row);
	g->header.sure = most > 1;
	return line;
}

static bool
header_find(struct reading *g, struct csv_row *row)
{
	const char *lacks;
	size_t line = header_choose(g, row, &lacks);
	struct mistake_place at = { g->csv.file, line, 1 };

	if (g->row.no_memory)
		return false;
	if (line == 0) {
		at.line = 1;
		mistake_add(g->csv.mistakes, at,
		    "the file is empty, expected a first row that names the "
		    "columns");
		return false;
	}
	if (g->header.titles > 0)
		mistake_add(notes(g),
		    (struct mistake_place){ g->csv.file, g->header.titles, 1 },
		    "what stands above the row that names the columns is left "
		    "out");
	if (columns_named(g, row) > 0)
		for (size_t i = 0; i < row->count; i++)
			header_cell(g, &row->cell[i]);
	if (lacks != NULL)
		mistake_add(g->csv.mistakes, at,
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

/* Whether a cell of that column says where a camera is, and no sum. */
static bool
says_where(const struct row_column *c, const char *text)
{
	uint32_t sum;

	return c != NULL && !cell_number(text, 0, UINT32_MAX, &sum) &&
	       (strcmp(c->name, "url") == 0 ||
		   strcmp(c->name, "sub_url") == 0 ||
		   strcmp(c->name, "address") == 0);
}

/* "Total: 12 cameras", under or among the rows. */
static bool
is_total(const struct reading *g, const struct csv_row *row)
{
	static const char words[] = " total totals totales totale totaux "
				    "subtotal sum summe zwischensumme gesamt "
				    "gesamtsumme suma soma somme ";
	const char *first = NULL;
	char word[LIMIT_NAME_BYTES];

	for (size_t i = 0; i < row->count && i < g->header.count; i++) {
		if (row->cell[i].text[0] == '\0')
			continue;
		if (says_where(g->header.column[i], row->cell[i].text))
			return false;
		first = first != NULL ? first : row->cell[i].text;
	}
	if (first == NULL || g->kind != INVENTORY_FEEDS)
		return false;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(first, " :=("),
	    first);
	return heading_among(words, word);
}

static const char *
value_of(struct reading *g, const struct row_column *c, char *text)
{
	if (!(c->how & COLUMN_EXACT))
		cell_one_line(text);
	if (!(c->how & COLUMN_SECRET) &&
	    cell_is_nothing(text, c->how & COLUMN_TEXT)) {
		g->nothings++;
		return "";
	}
	return cell_unescape(text);
}

static void
row_read(struct reading *g, const struct csv_row *row)
{
	struct row *r = &g->row;

	row_init(r, row->cell[0].line);
	r->cell = &row->cell[0];
	if (is_total(g, row)) {
		mistake_add(notes(g),
		    (struct mistake_place){ g->csv.file, row->cell[0].line, 1 },
		    "a row of totals is left out");
		return;
	}
	if (!fits_header(g, row))
		return;
	/* Excel leaves empty cells at the end of a row out. */
	for (size_t i = 0; i < g->header.count && i < row->count; i++) {
		const struct row_column *c = g->header.column[i];

		r->cell = &row->cell[i];
		if (c != NULL)
			c->read(r, value_of(g, c, r->cell->text));
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
	if (g->nothings > 0)
		mistake_add(notes(g), whole,
		    "%zu cells hold a dash, \"n/a\" or the like, and are "
		    "taken as empty",
		    g->nothings);
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

/* Whether all that headings were said to be are columns, if of another list. */
static bool
columns_told(struct reading *g)
{
	const char *p = g->row.form->columns;
	char known[320];
	struct told told;

	while (told_next(&p, &told)) {
		if (column_named(~0u, &told) != NULL)
			continue;
		known_columns(g->kind, known, sizeof(known));
		mistake_add(g->row.mistakes, (struct mistake_place){ 0 },
		    "\"%.*s\" says no column, expected THEIRS=OURS, ours one "
		    "of %s",
		    (int)strcspn(told.theirs, ","), told.theirs, known);
	}
	return g->row.mistakes->count == 0;
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
	if (form_take(g, form, &own) && columns_told(g) &&
	    csv_init(&g->csv, form->file, bytes, length, mistakes_out)) {
		rows_read(g);
		say_notes(g);
		csv_fini(&g->csv);
	} else if (mistakes_out->count == 0) {
		g->row.no_memory = true;
	}
	if (!g->row.no_memory)
		g->row.no_memory =
		    !unique_check(inv, kind, form->file, mistakes_out) ||
		    !unique_look_alike(inv, kind, form->file, notes(g));
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
