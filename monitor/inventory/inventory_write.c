/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records -> CSV that inventory_read reads back the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/columns.h"
#include "monitor/inventory/csv_out.h"
#include "monitor/inventory/inventory.h"

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
like_a_formula(const char *value)
{
	while (*value == '\'')
		value++;
	value += strspn(value, " \t\r\n"); /* some take blanks off first */
	return *value != '\0' && strchr("=+-@", *value) != NULL;
}

size_t
inventory_quote(const char *value, char *out, size_t size)
{
	struct quoted q = { out, size, 0 };
	size_t length = strlen(value);
	bool blank =
	    length > 0 && (value[0] == ' ' || value[length - 1] == ' ');
	bool quote = blank || value[strcspn(value, ",;\t\"\r\n|")] != '\0';

	if (quote)
		quoted_put(&q, '"');
	if (like_a_formula(value))
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

/* The inventory's devices are sorted by name (both readers see to it). */
static void
credentials(struct csv_out *t, const struct inventory *inv, const char *device)
{
	struct inventory_device key = { .name = device };
	const struct inventory_device *d =
	    inv->device_count == 0
		? NULL
		: bsearch(&key, inv->devices, inv->device_count,
		      sizeof(*inv->devices), device_by_name);

	csv_out_cell(t, d != NULL ? d->user : "");
	csv_out_cell(t, d != NULL ? d->password : "");
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
	size_t count = kind == INVENTORY_SITES	   ? inv->site_count
		       : kind == INVENTORY_DEVICES ? inv->device_count
						   : inv->feed_count;

	head(t, &c, feeds && secrets);
	for (size_t i = 0; i < count; i++) {
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
