/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check_tls.h: the certificates and keys of our listeners: are they there,
 * readable by whoever asks, do they belong together, how long are they good,
 * and for which names? For `camwarden check`; connects to nobody.
 */
#ifndef MONITOR_CLI_CHECK_TLS_H
#define MONITOR_CLI_CHECK_TLS_H

struct monitor_config;

/* Tells each mistake (cli_say); how many there were. */
unsigned check_tls(const struct monitor_config *config);

#endif
