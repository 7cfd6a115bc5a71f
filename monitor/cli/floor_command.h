/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_command.h: what `consoles` and `roster` share: a change is made by the
 * running monitor, or without one in its database; and files are imported.
 */
#ifndef MONITOR_CLI_FLOOR_COMMAND_H
#define MONITOR_CLI_FLOOR_COMMAND_H

#include "monitor/cli/cli.h"
#include "monitor/cli/floor_local.h"

/* The answer as JSON, given; NULL after saying why, with *code_out set. */
json_t *floor_command_ask(const struct floor_local *what, int *code_out);
/* Asks, prints what came of it; exit code. */
int floor_command_change(const struct cli *cli, const struct floor_local *what);
/* Each file as what its first row says it is, in the order in which they build
 * on each other; kind: the only one that is accepted, or FLOOR_ROOMS: any. */
int floor_command_import(const struct cli *cli, struct floor_local *what,
    enum floor_kind only, char **files, int count);
/* Prints one kind as CSV; exit code. */
int floor_command_export(const struct cli *cli, enum floor_kind kind);
/* The floor as the database has it; NULL after saying why. */
struct floor *floor_command_read(const struct cli *cli);

#endif
