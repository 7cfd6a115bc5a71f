/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as what a row of the database holds packed: the tiles of a screen,
 * the day of a feed (by the first byte). What is sound packs to itself. */
#include "monitor/presence/watched.h"
#include "monitor/store/tiles.h"
#include "tests/fuzz/fuzz.h"

static void
tiles(const uint8_t *data, size_t size)
{
	static struct store_tile a[STORE_TILES], b[STORE_TILES];
	static uint8_t packed[TILES_BYTES];
	static char json[TILES_JSON];
	size_t n = tiles_unpack(data, size, a), m;

	assert(n <= STORE_TILES);
	m = tiles_unpack(packed, tiles_pack(a, n, packed), b);
	assert(m == n && memcmp(a, b, n * sizeof(*a)) == 0);
	tiles_json(data, size, json);
	assert(strlen(json) < sizeof(json));
}

static void
day(const uint8_t *data, size_t size)
{
	static struct watched_day a, b;
	static uint8_t packed[WATCHED_DAY_BYTES];
	size_t n;

	if (!watched_unpack(data, size, &a)) {
		assert(a.present == 0);
		return;
	}
	n = watched_pack(&a, packed);
	assert(n <= sizeof(packed) && watched_unpack(packed, n, &b));
	assert(a.present == b.present);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;

	if (size == 0)
		return 0;
	bytes = fuzz_exact(data + 1, size - 1);
	(data[0] & 1 ? day : tiles)(bytes, size - 1);
	free(bytes);
	return 0;
}
