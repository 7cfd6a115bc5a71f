/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user_setup.h: `user setup`: where the first user is made, once, for whoever
 * may read the state directory.
 */
#ifndef MONITOR_CLI_USER_SETUP_H
#define MONITOR_CLI_USER_SETUP_H

#include "monitor/cli/cli.h"

#define USER_SETUP_LINK_BYTES 256

/* The page that takes the token, with it, on this port. */
void user_setup_link(const struct monitor_config *c, uint16_t port,
    const char *token, char out[USER_SETUP_LINK_BYTES]);
/* Exit code; CLI_TROUBLE: the first user was made. */
int user_setup(const struct cli *cli);

#endif
