/* SPDX-License-Identifier: GPL-3.0-or-later */
/* headings.h: what somebody's spreadsheet calls a column, in English, Spanish,
 * German, French, Italian or Portuguese -> our name for it. PURE; private to
 * this room. Headings are hostile.
 */
#ifndef MONITOR_INVENTORY_HEADINGS_H
#define MONITOR_INVENTORY_HEADINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "monitor/inventory/inventory.h"

#define HEADING_BYTES 64u

/* Letters in lower case and without accents, and digits; nothing else. */
void heading_fold(const char *text, char out[HEADING_BYTES]);
/* Whether both are the same but for case, blanks, accents and the like. */
bool heading_same(const char *a, const char *b);
/* Whether one of words (folded, between blanks) is text. */
bool heading_among(const char *words, const char *text);
/* The column's name; NULL: none of that kind is called so. */
const char *heading_find(enum inventory_kind kind, const char *text);

#endif
