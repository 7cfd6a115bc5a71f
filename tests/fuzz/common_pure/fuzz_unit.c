/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/unit.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct span unit = { bytes, n };
	struct unit_other other;
	struct unit_jpeg jpeg;

	unit_brings_sets(CODEC_H264, unit);
	unit_brings_sets(CODEC_H265, unit);
	unit_has_vol(unit);
	unit_is_intra(unit);
	if (unit_read_jpeg(unit, &jpeg) &&
	    (jpeg.width > UINT16_MAX || jpeg.height > UINT16_MAX))
		abort();
	if (unit_read_other(unit, &other) &&
	    other.extradata.n + other.packet.n + UNIT_OTHER_HEAD_BYTES != n)
		abort();
	return 0;
}
