/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_channel.h: the settings of one channel -> its parts, or what is wrong
 * with them. PURE; an administrator's text, any bytes are borne. Called by the
 * schema walk, and by the monitor's channels when they send.
 */
#ifndef MONITOR_CONFIG_CONFIG_CHANNEL_H
#define MONITOR_CONFIG_CONFIG_CHANNEL_H

#include "monitor/config/config_alerts.h"
#include "monitor/config/config_outside.h"

/* Where its server is. text: of `url`, or the first line of `url_file`. Its
 * port is always set, its path begins with "/" where it is of HTTP. NULL, or
 * what is wrong. */
const char *config_channel_url(enum config_channel_kind kind, const char *text,
    struct config_url *out);
/* It goes over TLS. */
bool config_channel_tls(const struct config_url *url);

/* The first mistake of it (not of names of others): which key, and what was
 * expected. False: there is none. */
struct config_channel_fault {
	const char *key;   /* "url" */
	const char *value; /* as it stands there; "" = none worth a word */
	char expected[200];
};
bool config_channel_fault(const struct config_channel *c,
    struct config_channel_fault *out);

#endif
