/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_try.h: the feeds of a list that are not watched yet, or will be asked
 * for elsewhere or with another password -> a trial of each, before it counts:
 * what can't be seen is imported off, and tried again with the next import.
 */
#ifndef MONITOR_CLI_IMPORT_TRY_H
#define MONITOR_CLI_IMPORT_TRY_H

#include <jansson.h>

#include "monitor/cli/summary.h"
#include "monitor/cli/trial.h"
#include "monitor/inventory/inventory.h"

/* Sets `enabled` of those that were tried; *told_out: {"tried", "causes", ..,
 * "feeds": those that can't be seen}; given. */
enum trial_end import_try(struct inventory *wanted,
    const struct monitor_config *config, json_t **told_out);
/* The same for a person: a line for each that can't be seen, and the sum. */
void import_try_print(const json_t *told);

#endif
