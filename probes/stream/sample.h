/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sample.h: finished keyframes -> the picture links, one unit after the other
 * on each, going on where a full queue stopped it. Bounded: what doesn't fit is
 * dropped and told. For probes/stream only. */
#ifndef PROBES_STREAM_SAMPLE_H
#define PROBES_STREAM_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"

#define SAMPLE_QUEUE_UNITS 64u	      /* per link */
#define SAMPLE_QUEUE_BYTES (8u << 20) /* per link, beyond the first unit */

struct event;
struct event_base;

struct sample_unit {
	struct unit_head head;
	uint8_t *bytes; /* owned */
};

struct sample_link {
	int fd;
	struct event *writable;
	struct sample_unit queue[SAMPLE_QUEUE_UNITS];
	uint32_t first;
	uint32_t count;
	uint32_t bytes;
	uint32_t offset; /* of the first unit, sent so far */
	struct sample_out *out;
};

struct sample_out {
	struct sample_link *links; /* owned */
	uint32_t count;
	uint64_t sent;
	uint64_t dropped;
	/* A unit that was queued and couldn't be sent. */
	void (*on_gone)(void *arg, const struct unit_head *head);
	void *arg;
};

/* Links are the descriptors WIRE_FD_LINK_FIRST on. False: no memory. */
bool sample_out_init(struct sample_out *out, struct event_base *base,
    uint32_t count);
void sample_out_fini(struct sample_out *out);
/* Takes bytes. False: no room, or no link; the bytes are freed. */
bool sample_out_send(struct sample_out *out, uint32_t link,
    const struct unit_head *head, uint8_t *bytes);

#endif
