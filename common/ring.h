/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ring.h: values of one size, first in, first out, in one block that grows.
 * PURE. Pointers into it last until it grows.
 */
#ifndef COMMON_RING_H
#define COMMON_RING_H

#include <stdbool.h>
#include <stddef.h>

/* All zero but `size`: empty. */
struct ring {
	unsigned char *values; /* owned */
	size_t size;	       /* of one */
	size_t from, count, room;
};

/* There is room for so many more; false: no memory, nothing has changed. */
bool ring_reserve(struct ring *r, size_t more);
/* One more, all zero. There is room for it. */
void *ring_put(struct ring *r);
/* The oldest; NULL: it is empty. */
void *ring_first(const struct ring *r);
void ring_pop(struct ring *r);
void ring_free(struct ring *r);

#endif
