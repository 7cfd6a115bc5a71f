/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_message.h"
#include "tests/fuzz/fuzz.h"

/* The first byte says in what steps the rest arrives, on which the outcome must
 * not depend, and whether it answers a tunnel's GET. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtsp_parser whole = { 0 }, piecewise = { 0 };
	struct rtsp_message a, b;
	size_t used_a = 0, used_b = 0, step, n = 0;
	enum parse_result ra, rb = PARSE_MORE;
	const char *why;
	uint32_t timeout;

	if (size < 1)
		return 0;
	step = data[0] % 16 + 1u;
	whole.http = piecewise.http = data[0] >= 128;
	data++;
	size--;
	ra = rtsp_message_parse(&whole, (struct span){ data, size }, &a,
	    &used_a, &why);
	while (rb == PARSE_MORE && n < size) {
		n = n + step < size ? n + step : size;
		rb = rtsp_message_parse(&piecewise, (struct span){ data, n },
		    &b, &used_b, &why);
	}
	if (ra == PARSE_DONE &&
	    (rb != PARSE_DONE || used_a != used_b || a.status != b.status ||
		a.body.n != b.body.n || used_a > size))
		abort();
	if (ra == PARSE_DONE) {
		struct span rest = a.headers, name, value;

		while (rtsp_message_header(&rest, &name, &value))
			if (value.n > size)
				abort();
		rtsp_message_session(&a, &timeout);
	}
	return 0;
}
