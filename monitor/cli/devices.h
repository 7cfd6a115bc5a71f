/* SPDX-License-Identifier: GPL-3.0-or-later */
/* devices.h: cameras and recorders with their feeds, from the database: a list
 * with counts, and all that is known of one. Passwords are not read. Exit
 * codes.
 */
#ifndef MONITOR_CLI_DEVICES_H
#define MONITOR_CLI_DEVICES_H

#include "monitor/cli/cli.h"

/* Only those with a feed at that site, in that state, with these words in name
 * or address; NULL: any. */
struct devices_ask {
	const char *site, *state, *words;
};
int devices_list(const struct cli *cli, const struct devices_ask *ask);
int devices_show(const struct cli *cli, const char *name);

#endif
