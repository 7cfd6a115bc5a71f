/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_transport.h"
#include "probes/stream/proto/sdp.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sdp sdp;
	enum reason reason;
	const struct sdp_track *t;

	sdp_parse((struct span){ data, size }, &sdp);
	t = sdp_choose(&sdp, &reason);
	if (t == NULL && reason == REASON_NONE)
		abort();
	for (unsigned i = 0; t != NULL && i < t->format_count; i++)
		if (t->formats[i].payload_type > 127 ||
		    t->formats[i].fmtp.n > size)
			abort();
	sdp_needs_all(&sdp, (struct span){ data, size });
	sdp_is_old_live555(&sdp, (struct span){ data, size });
	return 0;
}
