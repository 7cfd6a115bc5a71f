/* SPDX-License-Identifier: GPL-3.0-or-later */
/* columns.h: records of the inventory and of the floor -> the cells of their
 * tables, in the spelling that reads back the same. One list for what is
 * written as CSV and for what a change is said to change. PURE; private to this
 * room.
 */
#ifndef MONITOR_INVENTORY_COLUMNS_H
#define MONITOR_INVENTORY_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/floor.h"

#define COLUMN_BYTES                                                           \
	128u /* what is printed; texts are shown where they lie                \
	      */

struct column {
	const char *name;
	/* Its cell: a text of the record's, or printed into out. */
	const char *(*cell)(const void *record, char out[COLUMN_BYTES]);
	bool secret;	/* of a device: never shown */
	uint32_t field; /* INVENTORY_*; 0 on the floor */
};
struct columns {
	const struct column *list;
	size_t count;
};

/* Of struct inventory_site, _device or _feed; secrets: those columns too. */
struct columns columns_of(enum inventory_kind kind, bool secrets);
/* Of struct floor_console, _screen, _pattern, _shift, _room. */
struct columns columns_of_floor(enum floor_kind kind);

#endif
