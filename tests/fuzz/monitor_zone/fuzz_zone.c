/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a time zone file: refused, or a clock that shows some time. */
#include "monitor/zone.h"
#include "tests/fuzz/fuzz.h"

#define US_PER_S 1000000

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = { INT64_MIN / US_PER_S, -1, 0,
		1790000000, 4102444800, INT64_MAX / US_PER_S };
	uint8_t *bytes = fuzz_exact(data, size);
	struct zone *z = zone_new(bytes, size);

	free(bytes);
	for (unsigned i = 0; z != NULL && i < sizeof(moments) / 8; i++) {
		int32_t ahead = zone_offset(z, moments[i]);

		assert(ahead > -90000 && ahead < 93600);
		assert(zone_minute(z, moments[i] * US_PER_S) < 1440);
	}
	zone_free(&z);
	return 0;
}
