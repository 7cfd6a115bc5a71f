/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/plan_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "monitor/inventory/floor.h"
#include "monitor/inventory/inventory.h"

#define LINE_BYTES 1024u /* what is longer is cut */

typedef size_t line_fn(const void *plan, size_t i, char *out, size_t size);

static size_t
inventory_line(const void *plan, size_t i, char *out, size_t size)
{
	const struct inventory_plan *p = plan;

	return inventory_change_text(&p->changes[i], out, size);
}

static size_t
floor_line(const void *plan, size_t i, char *out, size_t size)
{
	const struct floor_plan *p = plan;

	return floor_change_text(&p->changes[i], out, size);
}

static char *
lines(const void *plan, size_t count, size_t most, line_fn *line)
{
	size_t shown = count < most ? count : most, n = 0, used;
	char *text = malloc((shown + 1) * LINE_BYTES), *fitted;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < shown; i++) {
		used = line(plan, i, text + n, LINE_BYTES - 1);
		n += used < LINE_BYTES - 1 ? used : LINE_BYTES - 2;
		text[n++] = '\n';
	}
	text[n] = '\0';
	if (count > shown)
		n += (size_t)snprintf(text + n, LINE_BYTES,
		    "... and %zu more\n", count - shown);
	fitted = realloc(text, n + 1);
	return fitted != NULL ? fitted : text;
}

char *
plan_text_inventory(const struct inventory_plan *plan, size_t most)
{
	return lines(plan, plan->count, most, inventory_line);
}

char *
plan_text_floor(const struct floor_plan *plan, size_t most)
{
	return lines(plan, plan->count, most, floor_line);
}
