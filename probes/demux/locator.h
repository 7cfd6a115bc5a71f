/* SPDX-License-Identifier: GPL-3.0-or-later */
/* locator.h: a feed's URL, credentials and resolved addresses -> the string
 * that libavformat opens and the HTTP header that goes with it. PURE; the URL
 * is an operator's, so wrong at times. Credentials meet the URL only here, in
 * the process that needs them.
 */
#ifndef PROBES_DEMUX_LOCATOR_H
#define PROBES_DEMUX_LOCATOR_H

#include <stdbool.h>

#include "camwarden/wire.h"

#define LOCATOR_BYTES (LIMIT_URL_BYTES + 6 * LIMIT_CREDENTIAL_BYTES + 64)

struct locator {
	char url[LOCATOR_BYTES]; /* holds the password: never print it */
	char headers[LIMIT_HOST_BYTES + 32]; /* "Host: ...\r\n" or empty */
	bool tls;
	bool datagrams;
	bool loopback; /* the host is an address of this machine's loopback */
};

/* NULL, or what is wrong with the URL (a static text without any of it).
 *
 * The first resolved address takes the name's place where the name isn't
 * needed further on: UDP, SRT, TCP, and HTTP unless it is a playlist (whose
 * parts may be elsewhere). TLS and RTMP send the name to the server, so there
 * libavformat resolves it. */
const char *locator_make(const struct wire_feed_add *feed,
    struct locator *locator_out);

#endif
