/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_outside.h: the files and folders that mail, channels, the ledger's key
 * and the witnesses need: are they there, readable by whoever asks, by nobody
 * else, and what they should be? For `camwarden check`; connects to nobody.
 */
#ifndef MONITOR_CLI_CHECK_OUTSIDE_H
#define MONITOR_CLI_CHECK_OUTSIDE_H

struct monitor_config;

/* Tells each mistake (cli_say); how many there were. */
unsigned check_outside(const struct monitor_config *config);

#endif
