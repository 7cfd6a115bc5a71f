/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shrink.h: one plane of a decoded picture -> a smaller one of 8 bits, each of
 * its pixels the mean of a box of the plane's. PURE; the pixels are hostile in
 * content, the geometry comes from the decoder. For thumbnail.c.
 */
#ifndef PROBES_PICTURE_SHRINK_H
#define PROBES_PICTURE_SHRINK_H

#include <stddef.h>
#include <stdint.h>

struct shrink {
	const uint8_t *from;
	ptrdiff_t stride; /* bytes from row to row; may be negative */
	uint32_t width;	  /* 1 to LIMIT_SIDE */
	uint32_t height;
	uint32_t to_width; /* where it is larger, pixels are repeated */
	uint32_t to_height;
	uint32_t *column; /* borrowed: room for `width` sums */
	uint8_t depth;	  /* 8..16, above 8 in 16-bit words */
};

/* Row y of to_height into out[to_width]. */
void shrink_row(const struct shrink *s, uint32_t y, uint8_t *out);

#endif
