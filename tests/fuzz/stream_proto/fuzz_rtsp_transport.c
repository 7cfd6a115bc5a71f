/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_transport.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rtsp_transport t;

	rtsp_transport_parse((struct span){ data, size }, &t);
	if (t.has_server_port && t.server_rtp == 0)
		abort();
	return 0;
}
