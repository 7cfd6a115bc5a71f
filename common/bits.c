/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/bits.h"

struct bits
bits_of(const uint8_t *p, size_t n)
{
	return (struct bits){ .p = p, .end = p + n };
}

static void
bits_next_byte(struct bits *b)
{
	if (b->zeros >= 2 && b->p < b->end && *b->p == 3) {
		b->p++;
		b->zeros = 0;
	}
	if (b->p >= b->end) {
		b->bad = true;
		return;
	}
	b->byte = *b->p++;
	b->zeros = b->byte ? 0 : (uint8_t)(b->zeros < 2 ? b->zeros + 1 : 2);
	b->left = 8;
}

uint32_t
bits_read(struct bits *b, unsigned n)
{
	uint32_t v = 0;

	while (n) {
		unsigned take;

		if (!b->left)
			bits_next_byte(b);
		if (b->bad)
			return 0;
		take = n < b->left ? n : b->left;
		v = v << take | (uint32_t)(b->byte >> (b->left - take) &
					   ((1u << take) - 1));
		b->left = (uint8_t)(b->left - take);
		n -= take;
	}
	return v;
}

void
bits_skip(struct bits *b, unsigned n)
{
	for (; n > 32 && !b->bad; n -= 32)
		bits_read(b, 32);
	bits_read(b, n);
}

uint32_t
bits_ue(struct bits *b)
{
	unsigned zeros = 0, seen = 0;

	/* whole bytes, not bits: every slice of every camera comes by here */
	while (!seen) {
		if (!b->left)
			bits_next_byte(b);
		if (b->bad)
			return 0;
		seen = b->byte & ((1u << b->left) - 1);
		while (b->left && !(seen >> (b->left - 1))) {
			b->left--;
			zeros++;
		}
		if (zeros > 31) {
			b->bad = true;
			return 0;
		}
	}
	b->left--; /* the one that ends the zeros */
	return (1u << zeros) - 1 + bits_read(b, zeros);
}

int32_t
bits_se(struct bits *b)
{
	uint32_t v = bits_ue(b);

	return v & 1 ? (int32_t)(v / 2 + 1) : -(int32_t)(v / 2);
}
