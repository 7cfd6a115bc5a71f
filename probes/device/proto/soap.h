/* SPDX-License-Identifier: GPL-3.0-or-later */
/* soap.h: the envelopes of SOAP 1.2 that go to a device, and what is in those
 * that come back (also of 1.1, which some send). PURE, hostile input.
 */
#ifndef PROBES_DEVICE_PROTO_SOAP_H
#define PROBES_DEVICE_PROTO_SOAP_H

#include <stdbool.h>
#include <stddef.h>

#include "probes/device/proto/tree.h"

#define SOAP_FAULT_BYTES 160

/* A WS-UsernameToken with a digest (OASIS, UsernameToken Profile 1.0): who
 * signs in, as it stands in the envelope. */
struct soap_token {
	const char *user;
	const char *digest;  /* Base64(SHA-1(nonce + created + password)) */
	const char *nonce;   /* Base64 */
	const char *created; /* "2026-11-23T07:45:50Z", of the device's clock */
};

/* body: what stands within <s:Body>, well-formed; token NULL: none. False: it
 * doesn't fit. */
bool soap_envelope(char *out, size_t size, const char *body,
    const struct soap_token *token);
/* Text for an element's content; what doesn't fit is left out whole. */
void soap_escape(char *out, size_t size, const char *text);

/* What the body holds; NULL: it is no envelope, or its body is empty. */
const struct tree_node *soap_body(const struct tree *t);
/* The body is a fault: its words. False: it is none. */
bool soap_fault(const struct tree_node *body, char out[SOAP_FAULT_BYTES]);
/* The fault says that nobody, or the wrong one, had logged in. */
bool soap_fault_login(const struct tree_node *body);

#endif
