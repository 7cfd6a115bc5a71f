/* SPDX-License-Identifier: GPL-3.0-or-later */
/* link.h: access units over a SOCK_SEQPACKET picture link. The kernel keeps
 * the packets' borders, so a replaced writer or reader finds its place again
 * by itself: the reader drops what doesn't follow. Input hostile.
 */
#ifndef COMMON_LINK_H
#define COMMON_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "camwarden/wire.h"
#include "common/cursor.h"

enum link_sent { LINK_SENT, LINK_BUSY, LINK_GONE };

/* Sends one unit of head->total bytes, given as parts, in as many packets as
 * it needs, from *offset (0 at first) on; head's offset and length are filled
 * here. Never blocks. LINK_BUSY: the reader's queue is full; *offset says how
 * far it came: call again with the same parts once writable, or give up (the
 * reader drops what was begun). */
enum link_sent link_send(int fd, const struct unit_head *head,
    const struct span *parts, size_t count, uint32_t *offset);

/* The reader's side of one link. */
struct link_reader {
	struct unit_head head; /* of the unit being put together */
	uint8_t *bytes; /* owned; 64 zero bytes follow the unit (padding) */
	size_t size;
	uint32_t have;
	bool active;
	uint64_t dropped; /* units begun and not finished */
};

void link_reader_init(struct link_reader *l);
void link_reader_fini(struct link_reader *l);
/* One packet in. True when it completed a unit: l->head and l->bytes
 * [0, head.total) are valid until the next feed. */
bool link_reader_feed(struct link_reader *l, struct span packet);

#endif
