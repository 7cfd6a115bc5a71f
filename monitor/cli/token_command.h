/* SPDX-License-Identifier: GPL-3.0-or-later */
/* token_command.h: a token is made here, shown once, and told to nobody: the
 * monitor gets its SHA-256. For `consoles token` and `user token`.
 */
#ifndef MONITOR_CLI_TOKEN_COMMAND_H
#define MONITOR_CLI_TOKEN_COMMAND_H

#include "monitor/cli/cli.h"
#include "monitor/cli/floor_local.h"

/* what->verb is FLOOR_LOCAL_TOKEN; exit code. */
int token_command_make(const struct cli *cli, struct floor_local *what);

#endif
