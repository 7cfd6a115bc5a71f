/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sites.h: places and what is beneath them, from the database: a list with
 * counts, and all that is known of one. Exit codes.
 */
#ifndef MONITOR_CLI_SITES_H
#define MONITOR_CLI_SITES_H

#include "monitor/cli/cli.h"

/* below: only this site and those below it; NULL = all. */
int sites_list(const struct cli *cli, const char *below);
int sites_show(const struct cli *cli, const char *path);

#endif
