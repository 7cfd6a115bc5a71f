/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv.h: bytes of a spreadsheet's export -> rows of cells. PURE; hostile input.
 * Comma, semicolon or tab (told from a row, or a "sep=" line); RFC 4180
 * quoting, and Excel's ="0012"; LF, CRLF or CR; encodings as text.h reads them.
 * Empty rows are skipped. Private to this room.
 */
#ifndef MONITOR_INVENTORY_CSV_H
#define MONITOR_INVENTORY_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/mistake.h"

#define CSV_CELLS 256 /* of one row */
#define CSV_CELL_BYTES 4096

struct csv_cell {
	char *text; /* unquoted, trimmed of outer blanks, UTF-8, owned by csv */
	size_t line, column; /* where it begins; column counts characters */
	bool quoted;
};

struct csv_row {
	struct csv_cell cell[CSV_CELLS];
	size_t count;
};

struct csv {
	char *text; /* owned: decoded to UTF-8, cells are cut out in place */
	char *p, *end;
	size_t line, column;
	char separator;
	bool told;	     /* by a "sep=" line */
	const char *guessed; /* as of struct text */
	const char *file;
	struct inventory_mistakes *mistakes;
};

/* False: not text at all (said as a mistake), or no memory. */
bool csv_init(struct csv *c, const char *file, const void *bytes, size_t length,
    struct inventory_mistakes *mistakes);
/* Tells the separator anew, from the line that comes next. */
void csv_look(struct csv *c);
/* Next row; cells are valid until csv_fini. False at the end. A row with a
 * mistake in its form is said, and skipped (count 0). */
bool csv_next(struct csv *c, struct csv_row *row_out);
void csv_fini(struct csv *c);

#endif
