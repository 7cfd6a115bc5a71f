/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bits.h: bits of a NAL unit's payload, most significant first, with the
 * emulation prevention bytes (00 00 03) taken out on the way (H.264 7.4.1,
 * H.265 7.4.2). PURE, input hostile; errors stick, as in cursor.h. Called by
 * the stream probe's parsers and by unit.c.
 */
#ifndef COMMON_BITS_H
#define COMMON_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bits {
	const uint8_t *p;
	const uint8_t *end;
	uint8_t byte;  /* the one being read */
	uint8_t left;  /* bits of it not yet read */
	uint8_t zeros; /* zero bytes in a row before p */
	bool bad;      /* read beyond the end, or an impossible code */
};

struct bits bits_of(const uint8_t *p, size_t n);
/* n <= 32; 0 when bad. */
uint32_t bits_read(struct bits *b, unsigned n);
void bits_skip(struct bits *b, unsigned n);
uint32_t bits_ue(struct bits *b);
int32_t bits_se(struct bits *b);

#endif
