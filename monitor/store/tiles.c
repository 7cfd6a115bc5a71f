/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/tiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
by_feed(const void *a, const void *b)
{
	const struct store_tile *x = a, *y = b;

	if (x->feed != y->feed)
		return x->feed < y->feed ? -1 : 1;
	return (x->worth > y->worth) - (x->worth < y->worth);
}

size_t
tiles_pack(const struct store_tile *tiles, size_t count,
    uint8_t out[TILES_BYTES])
{
	struct store_tile sorted[STORE_TILES];
	int64_t before = 0;
	size_t n = 0;

	count = count < STORE_TILES ? count : STORE_TILES;
	if (count > 0)
		memcpy(sorted, tiles, count * sizeof(*tiles));
	qsort(sorted, count, sizeof(*sorted), by_feed);
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].feed <= before ||
		    (unsigned)sorted[i].worth >= VIEW_WORTH_COUNT)
			continue;
		uint64_t step = (uint64_t)(sorted[i].feed - before);

		for (; step >= 0x80; step >>= 7)
			out[n++] = (uint8_t)(step | 0x80);
		out[n++] = (uint8_t)step;
		out[n++] = (uint8_t)sorted[i].worth;
		before = sorted[i].feed;
	}
	return n;
}

size_t
tiles_unpack(const uint8_t *bytes, size_t length,
    struct store_tile out[STORE_TILES])
{
	const uint8_t *p = bytes, *end = bytes + length;
	uint64_t feed = 0;
	size_t n = 0;

	while (n < STORE_TILES && p < end) {
		uint64_t step = 0;
		unsigned shift = 0;

		while (p < end && (*p & 0x80) && shift < 56) {
			step |= (uint64_t)(*p++ & 0x7f) << shift;
			shift += 7;
		}
		if (end - p < 2 || (*p & 0x80))
			break;
		step |= (uint64_t)*p++ << shift;
		feed += step;
		if (step == 0 || feed > INT64_MAX || *p >= VIEW_WORTH_COUNT)
			break;
		out[n].feed = (int64_t)feed;
		out[n++].worth = (enum view_worth) * p++;
	}
	return n;
}

void
tiles_json(const uint8_t *bytes, size_t length, char out[TILES_JSON])
{
	struct store_tile tiles[STORE_TILES];
	size_t count = tiles_unpack(bytes, length, tiles);
	char *p = out, *end = out + TILES_JSON;

	*p++ = '[';
	for (size_t i = 0; i < count; i++) {
		const char *comma = i > 0 ? "," : "";

		if (tiles[i].worth == VIEW_COUNTS)
			p += snprintf(p, (size_t)(end - p), "%s%lld", comma,
			    (long long)tiles[i].feed);
		else
			p +=
			    snprintf(p, (size_t)(end - p), "%s[%lld,%d]", comma,
				(long long)tiles[i].feed, (int)tiles[i].worth);
	}
	snprintf(p, (size_t)(end - p), "]");
}
