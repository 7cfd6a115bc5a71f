/* SPDX-License-Identifier: GPL-3.0-or-later */
/* discovery.h: the questions of WS-Discovery (2005/04, as ONVIF uses it) that
 * go out as datagrams, and what comes back. PURE, hostile input.
 */
#ifndef PROBES_DEVICE_PROTO_DISCOVERY_H
#define PROBES_DEVICE_PROTO_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/device.h"
#include "common/hex.h"
#include "probes/device/proto/place.h"
#include "probes/device/proto/tree.h"

#define DISCOVERY_PORT 3702
#define DISCOVERY_QUESTIONS 2 /* for what devices call themselves */

/* One datagram of question i, known by that UUID. Its length. */
size_t discovery_question(unsigned i, const uint8_t uuid[16], char *out,
    size_t size);

enum discovery_kind {
	DISCOVERY_MATCH,
	DISCOVERY_STRAY, /* it answers nothing that we asked */
	DISCOVERY_OTHER, /* it says that it is no camera */
};

/* Who answered. */
struct discovery_match {
	struct place place; /* of its device service, at the sender's address */
	char said_host[DEVICE_TEXT_BYTES]; /* it named only other hosts */
	char name[DEVICE_TEXT_BYTES], hardware[DEVICE_TEXT_BYTES],
	    location[DEVICE_TEXT_BYTES];
};

/* An answer from that address; uuids: of our questions. */
enum discovery_kind discovery_answer(const struct tree *t,
    const struct wire_address *from, const uint8_t (*uuids)[16], size_t count,
    struct discovery_match *out);

/* May an answer to a search of these networks come from there? Own addresses of
 * organisations always may; others only from the networks themselves: who
 * answers will be asked, and logged in to. */
bool discovery_nearby(const struct wire_address *from,
    const struct device_interface *interfaces, uint32_t count);

#endif
