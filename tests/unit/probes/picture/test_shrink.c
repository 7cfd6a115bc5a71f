/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every pixel of a shrunk plane against the mean of its box, done plainly:
 * drawn sizes (larger ones, too), depths and strides, and the extremes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "camwarden/limits.h"
#include "probes/picture/shrink.h"

static unsigned
sample(const struct shrink *s, uint32_t x, uint32_t y)
{
	const uint8_t *row = s->from + (ptrdiff_t)y * s->stride;
	uint16_t v;

	if (s->depth == 8)
		return row[x];
	memcpy(&v, row + (size_t)x * 2, sizeof(v));
	return (v >> (s->depth - 8)) & 0xffu;
}

static uint8_t
plain(const struct shrink *s, uint32_t x, uint32_t y)
{
	uint32_t x0 = (uint32_t)((uint64_t)x * s->width / s->to_width);
	uint32_t x1 = (uint32_t)((uint64_t)(x + 1) * s->width / s->to_width);
	uint32_t y0 = (uint32_t)((uint64_t)y * s->height / s->to_height);
	uint32_t y1 = (uint32_t)((uint64_t)(y + 1) * s->height / s->to_height);
	uint64_t sum = 0;

	x1 = x1 > x0 ? x1 : x0 + 1;
	y1 = y1 > y0 ? y1 : y0 + 1;
	for (uint32_t j = y0; j < y1; j++)
		for (uint32_t i = x0; i < x1; i++)
			sum += sample(s, i, j);
	return (uint8_t)(sum / ((uint64_t)(x1 - x0) * (y1 - y0)));
}

static void
compare(struct shrink *s, uint8_t *bytes, bool upside_down)
{
	size_t line = (size_t)s->width * (s->depth > 8 ? 2 : 1);
	uint8_t *out = malloc(s->to_width);

	s->column = malloc(s->width * sizeof(*s->column));
	s->from = upside_down ? bytes + line * (s->height - 1) : bytes;
	s->stride = upside_down ? -(ptrdiff_t)line : (ptrdiff_t)line;
	for (uint32_t y = 0; y < s->to_height; y++) {
		shrink_row(s, y, out);
		for (uint32_t x = 0; x < s->to_width; x++)
			if (out[x] != plain(s, x, y))
				fail_msg("%ux%u of %ux%u, depth %u: pixel "
					 "%u,%u is %u, expected %u",
				    s->to_width, s->to_height, s->width,
				    s->height, s->depth, x, y, out[x],
				    plain(s, x, y));
	}
	free(s->column);
	free(out);
}

static uint32_t
drawn(uint32_t *seed, uint32_t least, uint32_t most)
{
	*seed = *seed * 1664525u + 1013904223u;
	return least +
	       (uint32_t)((uint64_t)(*seed >> 8) * (most - least + 1) >> 24);
}

static void
drawn_sizes(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		struct shrink s = { .width = drawn(&seed, 1, 200),
			.height = drawn(&seed, 1, 120),
			.to_width = drawn(&seed, 1, 220),
			.to_height = drawn(&seed, 1, 130),
			.depth =
			    (uint8_t)(i % 3 == 0 ? drawn(&seed, 9, 16) : 8) };
		size_t n = (size_t)s.width * s.height * 2;
		uint8_t *bytes = malloc(n);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)drawn(&seed, 0, 255);
		compare(&s, bytes, i % 5 == 0);
		free(bytes);
	}
}

/* The largest boxes, all white: where a rounded share would first be wrong. */
static void
largest_boxes(void **state)
{
	static const uint32_t sides[] = { LIMIT_SIDE, LIMIT_SIDE - 1 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct shrink s = { .width = sides[i],
			.height = 1025,
			.to_width = 16,
			.to_height = 1,
			.depth = 8 };
		size_t n = (size_t)s.width * s.height;
		uint8_t *bytes = malloc(n);

		memset(bytes, 255, n);
		compare(&s, bytes, false);
		bytes[0] = 254; /* one less than all: 254 */
		compare(&s, bytes, false);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drawn_sizes),
		cmocka_unit_test(largest_boxes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
