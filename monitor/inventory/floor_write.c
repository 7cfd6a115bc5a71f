/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor -> CSV that floor_read reads back the same. */
#include <stdlib.h>

#include "monitor/inventory/columns.h"
#include "monitor/inventory/csv_out.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/floor_parts.h"

static void
row(struct csv_out *t, const struct columns *c, const void *record)
{
	char out[COLUMN_BYTES];

	for (size_t i = 0; i < c->count; i++)
		csv_out_cell(t, record != NULL ? c->list[i].cell(record, out)
					       : c->list[i].name);
	csv_out_row_end(t);
}

static void
rows(struct csv_out *t, const struct floor *f, enum floor_kind kind)
{
	const struct columns c = columns_of_floor(kind);

	row(t, &c, NULL);
	for (size_t i = 0; kind == FLOOR_CONSOLES && i < f->console_count; i++)
		row(t, &c, &f->consoles[i]);
	for (size_t i = 0; kind == FLOOR_SCREENS && i < f->screen_count; i++)
		row(t, &c, &f->screens[i]);
	for (size_t i = 0; kind == FLOOR_PATTERNS && i < f->pattern_count; i++)
		row(t, &c, &f->patterns[i]);
	for (size_t i = 0; kind == FLOOR_ROSTER && i < f->shift_count; i++)
		row(t, &c, &f->shifts[i]);
}

char *
floor_write(const struct floor *f, enum floor_kind kind)
{
	struct csv_out t = { 0 };

	csv_out_put(&t, "", 0);
	if ((unsigned)kind < FLOOR_KINDS)
		rows(&t, f, kind);
	if (t.no_memory) {
		free(t.p);
		return NULL;
	}
	return t.p;
}
