/* SPDX-License-Identifier: GPL-3.0-or-later */
/* diff.h: a plan of changes, held against what it was made for -> what changes,
 * column by column, for a person to look at before it is done. PURE; texts come
 * from spreadsheets. Credentials are named, never shown. Called by the monitor
 * and by the CLI without one.
 */
#ifndef MONITOR_INVENTORY_DIFF_H
#define MONITOR_INVENTORY_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/floor.h"

#define DIFF_MOST 2000u	       /* changes of a kind; beyond: cut */
#define DIFF_HIDDEN "(hidden)" /* in place of a credential */

struct diff_field {
	const char *field; /* the table's column */
	const char *from, *to;
};
struct diff_change {
	enum inventory_change_kind what;
	const char *kind; /* "feed" */
	const char *name; /* SITE/NAME; a shift: room, days and hours */
	/* Those that differ; of what is added, those that are not usual. */
	struct diff_field *fields;
	size_t field_count;
};
struct diff {
	struct diff_change *changes; /* in the plan's order */
	size_t count;
	bool cut; /* more would change */
	struct inventory_arena *arena;
};

/* Before the plan is given away. NULL: no memory. */
struct diff *diff_of_plan(const struct inventory *now,
    const struct inventory_plan *plan);
struct diff *diff_of_floor(const struct floor *now,
    const struct floor_plan *plan);
/* NULL is fine. */
void diff_free(struct diff **d);
/* "add", "change", "remove" */
const char *diff_what(enum inventory_change_kind what);

#endif
