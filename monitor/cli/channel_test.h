/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel_test.h: a test through one channel of the settings, by the running
 * monitor, which answers when the server has. For `alerts` and `deliveries`.
 */
#ifndef MONITOR_CLI_CHANNEL_TEST_H
#define MONITOR_CLI_CHANNEL_TEST_H

#include "monitor/cli/cli.h"

/* Prints what came of it. Exit code. */
int channel_test(const struct cli *cli, const char *channel);

#endif
