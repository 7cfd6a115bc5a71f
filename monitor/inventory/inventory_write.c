/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records -> CSV that inventory_read reads back the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/cell.h"
#include "monitor/inventory/columns.h"
#include "monitor/inventory/csv_out.h"
#include "monitor/inventory/inventory_form.h"

struct quoted {
	char *out;
	size_t size, n; /* n may pass size: what would be needed */
};

static void
quoted_put(struct quoted *q, char c)
{
	if (q->n + 1 < q->size)
		q->out[q->n] = c;
	q->n++;
}

/* Cells that a spreadsheet would run are marked with an apostrophe, as are
 * those that look so marked. */
static bool
needs_mark(const char *value)
{
	if (cell_is_escaped(value))
		return true;
	value += strspn(value, " \t\r\n"); /* some take blanks off first */
	return *value != '\0' && strchr("=+-@", *value) != NULL;
}

size_t
inventory_quote(const char *value, char *out, size_t size)
{
	struct quoted q = { out, size, 0 };
	size_t length = strlen(value);
	bool blank =
	    length > 0 && (cell_blank(value, length) > 0 ||
			      cell_blank_before(value, value + length) > 0);
	bool quote = blank || value[strcspn(value, ",;\t\"\r\n|")] != '\0';

	if (quote)
		quoted_put(&q, '"');
	if (needs_mark(value))
		quoted_put(&q, '\'');
	for (const char *p = value; *p != '\0'; p++) {
		if (*p == '"')
			quoted_put(&q, '"');
		quoted_put(&q, *p);
	}
	if (quote)
		quoted_put(&q, '"');
	if (size > 0)
		out[q.n < size ? q.n : size - 1] = '\0';
	return q.n;
}

static int
device_by_name(const void *a, const void *b)
{
	return strcmp(((const struct inventory_device *)a)->name,
	    ((const struct inventory_device *)b)->name);
}

const struct inventory_device *
inventory_device_of(const struct inventory *inv, const char *name)
{
	struct inventory_device key = { .name = name };

	return inv->device_count == 0
		   ? NULL
		   : bsearch(&key, inv->devices, inv->device_count,
			 sizeof(*inv->devices), device_by_name);
}

static void
credentials(struct csv_out *t, const struct inventory *inv, const char *device)
{
	const struct inventory_device *d = inventory_device_of(inv, device);

	csv_out_cell(t, d != NULL ? d->user : "");
	csv_out_cell(t, d != NULL ? d->password : "");
}

static size_t
records(const struct inventory *inv, enum inventory_kind kind)
{
	return kind == INVENTORY_SITES	   ? inv->site_count
	       : kind == INVENTORY_DEVICES ? inv->device_count
					   : inv->feed_count;
}

/* Each row's cells; a feed's credentials are its device's. */
static void
row(struct csv_out *t, const struct columns *columns, const void *record)
{
	char out[COLUMN_BYTES];

	for (size_t i = 0; i < columns->count; i++)
		csv_out_cell(t, columns->list[i].cell(record, out));
}

static void
head(struct csv_out *t, const struct columns *columns, bool credentials)
{
	for (size_t i = 0; i < columns->count; i++)
		csv_out_cell(t, columns->list[i].name);
	if (credentials) {
		csv_out_cell(t, "user");
		csv_out_cell(t, "password");
	}
	csv_out_row_end(t);
}

static void
rows(struct csv_out *t, const struct inventory *inv, enum inventory_kind kind,
    bool secrets)
{
	const struct columns c = columns_of(kind, secrets);
	bool feeds = kind == INVENTORY_FEEDS;

	head(t, &c, feeds && secrets);
	for (size_t i = 0; i < records(inv, kind); i++) {
		if (kind == INVENTORY_SITES)
			row(t, &c, &inv->sites[i]);
		else if (kind == INVENTORY_DEVICES)
			row(t, &c, &inv->devices[i]);
		else
			row(t, &c, &inv->feeds[i]);
		if (feeds && secrets)
			credentials(t, inv, inv->feeds[i].device);
		csv_out_row_end(t);
	}
}

char *
inventory_write(const struct inventory *inv, enum inventory_kind kind,
    bool secrets)
{
	struct csv_out t = { 0 };

	csv_out_put(&t, "", 0);
	rows(&t, inv, kind, secrets);
	if (t.no_memory) {
		free(t.p);
		return NULL;
	}
	return t.p;
}

/* --- only what was given */

struct record {
	const void *it;
	uint32_t given, line;
	const struct inventory_device *device; /* of a feed */
};

static struct record
record_at(const struct inventory *inv, enum inventory_kind kind, size_t i)
{
	switch (kind) {
	case INVENTORY_SITES:
		return (struct record){ &inv->sites[i], inv->sites[i].given,
			inv->sites[i].line, NULL };
	case INVENTORY_DEVICES:
		return (struct record){ &inv->devices[i], inv->devices[i].given,
			inv->devices[i].line, NULL };
	case INVENTORY_FEEDS:
		break;
	}
	return (struct record){ &inv->feeds[i], inv->feeds[i].given,
		inv->feeds[i].line,
		inventory_device_of(inv, inv->feeds[i].device) };
}

/* Without these no row can be read again. */
static uint32_t
always(enum inventory_kind kind)
{
	return kind == INVENTORY_SITES	   ? INVENTORY_SITE
	       : kind == INVENTORY_DEVICES ? INVENTORY_NAME
					   : INVENTORY_URL;
}

/* What one row gives all rows must, or it would be two files; but an empty cell
 * of these leaves the value as it is. */
#define GIVEN_ALONE (INVENTORY_NAME | INVENTORY_DEVICE | INVENTORY_UUID)

static void
given_row(struct csv_out *t, const struct columns *c, uint32_t columns,
    const struct record *r)
{
	char out[COLUMN_BYTES];

	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].field & columns)
			csv_out_cell(t,
			    c->list[i].field & GIVEN_ALONE & ~r->given
				? ""
				: c->list[i].cell(r->it, out));
}

/* Of a feed: its device's. */
static void
given_device(struct csv_out *t, const struct columns *c, uint32_t columns,
    const struct record *r)
{
	const struct inventory_device *d = r->device;
	char out[COLUMN_BYTES];

	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].field & columns)
			csv_out_cell(t,
			    d != NULL && (d->given & c->list[i].field)
				? c->list[i].cell(d, out)
				: "");
	csv_out_cell(t,
	    d != NULL && (d->given & INVENTORY_USER) ? d->user : "");
	csv_out_cell(t,
	    d != NULL && (d->given & INVENTORY_PASSWORD) ? d->password : "");
}

static void
given_names(struct csv_out *t, const struct columns *c, uint32_t columns)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].field & columns)
			csv_out_cell(t, c->list[i].name);
}

/* What rows of feeds may say of their devices, beside the credentials. */
static uint32_t
of_devices(const struct inventory *inv, enum inventory_kind kind)
{
	uint32_t columns = 0;

	for (size_t i = 0; kind == INVENTORY_FEEDS && i < inv->device_count;
	     i++)
		columns |= inv->devices[i].given;
	return columns & (INVENTORY_SESSIONS | INVENTORY_QUIRKS);
}

static void
given_head_end(struct csv_out *t, bool feeds)
{
	if (feeds) {
		csv_out_cell(t, "user");
		csv_out_cell(t, "password");
	}
	csv_out_cell(t, "source_line");
	csv_out_row_end(t);
}

char *
inventory_write_given(const struct inventory *inv, enum inventory_kind kind)
{
	const struct columns c = columns_of(kind, true);
	const struct columns d = columns_of(INVENTORY_DEVICES, false);
	bool feeds = kind == INVENTORY_FEEDS;
	uint32_t columns = always(kind), beside = of_devices(inv, kind);
	struct csv_out t = { 0 };

	for (size_t i = 0; i < records(inv, kind); i++)
		columns |= record_at(inv, kind, i).given;
	given_names(&t, &c, columns);
	given_names(&t, &d, beside);
	given_head_end(&t, feeds);
	for (size_t i = 0; i < records(inv, kind); i++) {
		struct record r = record_at(inv, kind, i);
		char line[16];

		given_row(&t, &c, columns, &r);
		if (feeds)
			given_device(&t, &d, beside, &r);
		snprintf(line, sizeof(line), "%u", r.line);
		csv_out_cell(&t, r.line > 0 ? line : "");
		csv_out_row_end(&t);
	}
	if (t.no_memory) {
		free(t.p);
		return NULL;
	}
	return t.p;
}
