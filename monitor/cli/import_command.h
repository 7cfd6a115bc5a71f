/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_command.h: `sites|devices|feeds import`: a list is read here, tried if
 * that is wished, asked of the monitor (or made in the database where none
 * runs), and what becomes of it is waited for and summed up.
 */
#ifndef MONITOR_CLI_IMPORT_COMMAND_H
#define MONITOR_CLI_IMPORT_COMMAND_H

#include "monitor/cli/cli.h"
#include "monitor/cli/feed_list.h"
#include "monitor/cli/inventory_local.h"

struct import_command {
	const struct cli *cli;
	enum inventory_kind kind;
	const char *table; /* "feeds" */
	const char *file, *reason;
	bool dry_run, prune;
	bool try_first;	 /* feeds that can't be seen are imported off */
	unsigned wait_s; /* for the first verdicts; 0: not */
	struct feed_list_options list;
};

/* Exit code. */
int import_command(const struct import_command *c);
/* What came of a change: the monitor's answer, or, when none runs, that of this
 * process on the database; given. NULL: it was said why. */
json_t *import_ask(const struct cli *cli, const char *table,
    const struct inventory_local *what);
/* `feeds summary`. */
int import_summary(const struct cli *cli, const char *site);

#endif
