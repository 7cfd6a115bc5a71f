/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_print.h: the JSON of import_json.h -> lines for a person, on a
 * terminal. It comes from spreadsheets: control bytes are taken out.
 */
#ifndef MONITOR_CLI_IMPORT_PRINT_H
#define MONITOR_CLI_IMPORT_PRINT_H

#include <stdbool.h>

#include <jansson.h>

/* What changes, or what is wrong (to stderr), and the sum of it. table: what it
 * was an import of. */
void import_print(const json_t *answer, const char *table, bool dry_run);

#endif
