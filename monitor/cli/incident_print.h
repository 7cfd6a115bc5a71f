/* SPDX-License-Identifier: GPL-3.0-or-later */
/* incident_print.h: incidents as commands list them, in a table or as JSON:
 * the same for `incidents`, and for those of one site or device.
 */
#ifndef MONITOR_CLI_INCIDENT_PRINT_H
#define MONITOR_CLI_INCIDENT_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "monitor/cli/cli.h"
#include "monitor/store/store_read_web.h"

struct incident_print {
	struct cli_table table; /* when it is no JSON */
	json_t *list;		/* when it is; owned */
	uint32_t count, open;
};

void incident_print_start(struct incident_print *p, bool json);
/* A store_case_fn; arg: struct incident_print. */
bool incident_print_add(void *arg, const struct store_case_row *row);
/* The table; nothing where none was added and `heads` is false. */
void incident_print_table(struct incident_print *p, bool heads);
/* Ends it, printed or not. */
void incident_print_fini(struct incident_print *p);

/* "frozen"; "unattended" and "own" are of no picture. */
const char *incident_print_cause(const struct store_incident_row *row);
/* One as an object; NULL: it holds what is no UTF-8, or no memory. Given. */
json_t *incident_print_json(const struct store_case_row *row);

#endif
