/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_out.h: cells -> the text of a CSV, quoted and safe from formulas
 * (inventory_quote). PURE; of this room, and of `devices discover`.
 */
#ifndef MONITOR_INVENTORY_CSV_OUT_H
#define MONITOR_INVENTORY_CSV_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_out {
	char *p; /* NUL-terminated once something was put; owned: free it */
	size_t length, room;
	bool no_memory;
	bool started; /* the row has a cell */
};

void csv_out_put(struct csv_out *t, const char *s, size_t n);
void csv_out_cell(struct csv_out *t, const char *value);
void csv_out_row_end(struct csv_out *t);

#endif
