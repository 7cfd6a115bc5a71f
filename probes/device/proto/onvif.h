/* SPDX-License-Identifier: GPL-3.0-or-later */
/* onvif.h: what is asked of a device's services (ONVIF Core, Media, Media2),
 * and what its answers say. PURE, hostile input: a body as soap_body gives it.
 */
#ifndef PROBES_DEVICE_PROTO_ONVIF_H
#define PROBES_DEVICE_PROTO_ONVIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/device.h"
#include "probes/device/proto/tree.h"

#define ONVIF_BODY_BYTES 2048

enum onvif_what {
	ONVIF_CLOCK,	    /* GetSystemDateAndTime */
	ONVIF_SERVICES,	    /* GetServices */
	ONVIF_CAPABILITIES, /* GetCapabilities, where that is not known */
	ONVIF_IDENTITY,	    /* GetDeviceInformation */
	ONVIF_PROFILES2,    /* GetProfiles of Media2 */
	ONVIF_PROFILES,	    /* of Media */
	ONVIF_URI2,	    /* GetStreamUri */
	ONVIF_URI,
};

/* What goes into an envelope; token: the profile's, of a URI. */
void onvif_ask(enum onvif_what what, const char *token,
    char body_out[ONVIF_BODY_BYTES]);
/* For the Content-Type: "http://www.onvif.org/ver10/media/wsdl/GetProfiles". */
const char *onvif_action(enum onvif_what what);
/* Its name: "GetProfiles". */
const char *onvif_name(enum onvif_what what);

/* False: the body is not the answer to that, or says nothing usable. */
bool onvif_clock(const struct tree_node *body, int64_t *utc_us_out);
struct onvif_services { /* URLs as said, "" = it has none; borrowed */
	const char *media, *media2;
};
bool onvif_services(const struct tree_node *body, struct onvif_services *out);
bool onvif_capabilities(const struct tree_node *body,
    struct onvif_services *out);
bool onvif_identity(const struct tree_node *body, struct device_result *out);
/* Of both kinds. Those with a picture go to out, up to `most`; *more_out: how
 * many did not fit. */
bool onvif_profiles(const struct tree_node *body, struct device_stream *out,
    uint32_t most, uint32_t *count_out, uint32_t *more_out);
/* NULL: none. */
const char *onvif_uri(const struct tree_node *body);

#endif
