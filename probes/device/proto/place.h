/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place.h: where a device says that something of it is to be found, against
 * where it was found. PURE, hostile input: nobody is ever sent to another
 * host than the one that was asked.
 */
#ifndef PROBES_DEVICE_PROTO_PLACE_H
#define PROBES_DEVICE_PROTO_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/device.h"

#define PLACE_USUAL_PATH "/onvif/device_service"

/* A service's URL, taken apart. */
struct place {
	bool secure;
	uint16_t port;
	char host[DEVICE_TEXT_BYTES]; /* small letters, without brackets */
	char path[DEVICE_PATH_BYTES]; /* from its '/' on, with the query */
};

/* http and https; credentials in it are passed over. The first `n` bytes of
 * text. False: it is none, or longer than a place holds. */
bool place_parse(const char *text, size_t n, struct place *out);
bool place_is(const struct place *p, const struct wire_address *a);
/* "http://10.0.0.5:8080/onvif/device_service" at that address, whatever p's
 * host. False: no room. */
bool place_url(const struct place *p, const struct wire_address *a, char *out,
    size_t size);

/* A stream's URL as the device said it -> url, said_host, had_login of out: of
 * host `a` (unless keep), without credentials. NULL, or what is wrong. */
const char *place_stream(const char *said, const struct wire_address *a,
    bool keep, struct device_stream *out);

#endif
