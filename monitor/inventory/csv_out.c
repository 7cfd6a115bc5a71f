/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/csv_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/inventory.h"

/* Room for n more bytes and a NUL. */
static bool
more(struct csv_out *t, size_t n)
{
	if (t->no_memory || t->room - t->length > n)
		return !t->no_memory;
	size_t room = (t->room + n) * 2 + 256;
	char *grown = realloc(t->p, room);

	t->no_memory = grown == NULL;
	if (grown == NULL)
		return false;
	t->p = grown;
	t->room = room;
	return true;
}

void
csv_out_put(struct csv_out *t, const char *s, size_t n)
{
	if (!more(t, n))
		return;
	memcpy(t->p + t->length, s, n);
	t->length += n;
	t->p[t->length] = '\0';
}

void
csv_out_cell(struct csv_out *t, const char *value)
{
	size_t n = inventory_quote(value, NULL, 0);

	if (t->started)
		csv_out_put(t, ",", 1);
	t->started = true;
	if (!more(t, n))
		return;
	inventory_quote(value, t->p + t->length, n + 1);
	t->length += n;
}

void
csv_out_row_end(struct csv_out *t)
{
	csv_out_put(t, "\r\n", 2);
	t->started = false;
}
