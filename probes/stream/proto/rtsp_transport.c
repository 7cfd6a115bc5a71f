/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_transport.h"

#include <string.h>

/* "a-b" or "a"; false when a is no number up to max. */
static bool
pair(struct span s, uint32_t max, uint32_t *a, uint32_t *b)
{
	struct span second = s;
	struct span first = span_cut(&second, '-');

	if (!span_number(first, a) || *a > max)
		return false;
	if (!span_number(second, b) || *b > max)
		*b = *a < max ? *a + 1 : *a;
	return true;
}

static bool
hex32(struct span s, uint32_t *out)
{
	uint32_t v = 0;

	s = span_trim(s);
	if (s.n == 0 || s.n > 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint32_t c = s.p[i];

		if (c >= '0' && c <= '9')
			c -= '0';
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			c = (c | 32) - 'a' + 10;
		else
			return false;
		v = v << 4 | c;
	}
	*out = v;
	return true;
}

static void
parameter(struct span name, struct span value, struct rtsp_transport *t)
{
	uint32_t a, b;

	if (span_equal(name, "interleaved") && pair(value, 255, &a, &b)) {
		t->has_channels = true;
		t->tcp = true;
		t->rtp_channel = (uint8_t)a;
		t->rtcp_channel = (uint8_t)b;
	} else if (span_equal(name, "server_port") &&
		   pair(value, 65535, &a, &b) && a != 0) {
		t->has_server_port = true;
		t->server_rtp = (uint16_t)a;
		t->server_rtcp = (uint16_t)b;
	} else if (span_equal(name, "ssrc")) {
		t->has_ssrc = hex32(value, &t->ssrc);
	} else if (span_equal(name, "multicast")) {
		t->multicast = true;
	} else if (span_equal(name, "RTP/AVP/TCP")) {
		t->tcp = true;
	}
}

void
rtsp_transport_parse(struct span value, struct rtsp_transport *out)
{
	struct span first = span_cut(&value, ',');

	*out = (struct rtsp_transport){ 0 };
	while (first.n > 0) {
		struct span rest = span_cut(&first, ';');
		struct span name = span_trim(span_cut(&rest, '='));

		parameter(name, rest, out);
	}
}
