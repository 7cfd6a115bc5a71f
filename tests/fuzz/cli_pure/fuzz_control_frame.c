/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes on the control socket, in pieces of the first byte's size. */
#include "monitor/cli/control_frame.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_frame f;
	size_t piece = size > 0 ? data[0] % 64u + 1 : 1, used;

	control_frame_init(&f, 4096, 65536);
	for (size_t at = 1; at < size; at += used) {
		size_t take = size - at < piece ? size - at : piece;

		if (control_frame_feed(&f, data + at, take, &used) !=
		    CONTROL_MORE)
			break;
		if (used != take || f.size > 4096 + 65536)
			__builtin_trap();
	}
	control_frame_fini(&f);
	return 0;
}
