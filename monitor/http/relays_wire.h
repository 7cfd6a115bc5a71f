/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relays_wire.h: what the monitor and the process that asks relays say to each
 * other, over common/channel; and a relay's JSON -> its readers. PURE but for
 * jansson (relays_json.c). Relays are hostile: whoever answers may be anybody.
 */
#ifndef MONITOR_HTTP_RELAYS_WIRE_H
#define MONITOR_HTTP_RELAYS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "camwarden/limits.h"
#include "common/cursor.h"

#define RELAYS_FD_CHANNEL 3
#define RELAYS_MOST 8
#define RELAYS_READERS 4096 /* of one relay; more are not looked at */
#define RELAYS_PATH_BYTES 256
#define RELAYS_SECONDS 5 /* between two rounds of questions */

enum relays_type {
	RELAYS_URL = 160,    /* monitor -> process: one of them, in order */
	RELAYS_BEGIN = 170,  /* process -> monitor: u8 relay, then .. */
	RELAYS_READER = 171, /* .. each reader .. */
	RELAYS_END = 172,    /* .. and u8 relay: that was all of them */
	RELAYS_FAILED = 173, /* u8 relay, why: it doesn't answer */
	RELAYS_ALIVE = 174,
};

/* Somebody who reads a path of the relay. */
struct relays_reader {
	char address[HEARTBEAT_ADDRESS_BYTES]; /* numeric, without port */
	char path[RELAYS_PATH_BYTES];
};

void relays_put_reader(struct writer *w, const struct relays_reader *m);
bool relays_get_reader(struct span body, struct relays_reader *m_out);

/* One page of MediaMTX's /v3/rtspsessions/list and its like (api/openapi.yaml
 * of MediaMTX): calls fn for each session that reads. False: not such JSON.
 * *pages_out: how many pages there are. */
bool relays_json_read(const char *json, size_t length,
    void (*fn)(void *arg, const struct relays_reader *r), void *arg,
    unsigned *pages_out);

#endif
