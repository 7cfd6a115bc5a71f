/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What others beside the agent choose: window titles, cookie files (and, less
 * so, the kernel's lists). The first line is the pattern, the rest the text. */
#include "probes/console/pattern_match.h"
#include "probes/console/proc_net.h"
#include "probes/console/xauth.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = fuzz_text(bytes, n), *glob = fuzz_word(&text, '\n');
	struct heartbeat_connection c;
	const uint8_t *cookie;
	size_t at = 0, length;
	struct proc_net_peer peer;
	struct proc_net_ranges r = { .count = 0 };

	while (xauth_next(bytes, n, "0", &at, &cookie, &length))
		if (cookie < bytes || cookie + length > bytes + n)
			abort();
	pattern_match_glob(glob, text);
	if (!pattern_match_glob("*", text))
		abort();
	proc_net_ranges_add(&r, glob);
	if (proc_net_line(text, true, &peer)) {
		proc_net_within(&r, &peer);
		proc_net_write(&peer, &c);
	}
	free(glob);
	return 0;
}
