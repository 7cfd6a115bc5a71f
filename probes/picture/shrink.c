/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/picture/shrink.h"

#include <string.h>

/* Places are n * from / to, rounded down, counted up without dividing. */
struct place {
	uint32_t at, rest;
};

static void
place_next(struct place *p, uint32_t from, uint32_t to)
{
	p->at += from / to;
	p->rest += from % to;
	if (p->rest >= to) {
		p->rest -= to;
		p->at++;
	}
}

static void
add_8(uint32_t *restrict column, const uint8_t *restrict row, uint32_t n)
{
	for (uint32_t x = 0; x < n; x++)
		column[x] += row[x];
}

static void
add_16(uint32_t *column, const uint8_t *row, uint32_t n, unsigned shift)
{
	for (uint32_t x = 0; x < n; x++) {
		uint16_t v;

		memcpy(&v, row + (size_t)x * 2, sizeof(v));
		column[x] += (v >> shift) & 0xffu;
	}
}

/* Rounded up: sum * share >> 52 is sum / area for all sums of 8-bit samples,
 * since a side of LIMIT_SIDE shrinks at most 1,024 times. */
static uint64_t
share_of(uint64_t area)
{
	return (1ull << 52) / area + 1;
}

void
shrink_row(const struct shrink *s, uint32_t y, uint8_t *out)
{
	uint32_t y0 = (uint32_t)((uint64_t)y * s->height / s->to_height);
	uint32_t y1 = (uint32_t)((uint64_t)(y + 1) * s->height / s->to_height);
	uint32_t least = s->width / s->to_width;
	struct place p = { 0 };
	uint64_t share[2];

	y1 = y1 > y0 ? y1 : y0 + 1;
	least = least > 0 ? least : 1;
	memset(s->column, 0, s->width * sizeof(s->column[0]));
	for (uint32_t j = y0; j < y1; j++) {
		const uint8_t *row = s->from + (ptrdiff_t)j * s->stride;

		if (s->depth == 8)
			add_8(s->column, row, s->width);
		else
			add_16(s->column, row, s->width, s->depth - 8u);
	}
	/* a box is `least` wide, or one more */
	share[0] = share_of((uint64_t)least * (y1 - y0));
	share[1] = share_of((uint64_t)(least + 1) * (y1 - y0));
	for (uint32_t x = 0; x < s->to_width; x++) {
		uint32_t i = p.at, end = i + least;
		uint64_t sum = 0;

		place_next(&p, s->width, s->to_width);
		for (; i < end; i++)
			sum += s->column[i];
		if (p.at > end)
			sum += s->column[i];
		out[x] = (uint8_t)(sum * share[p.at > end] >> 52);
	}
}
