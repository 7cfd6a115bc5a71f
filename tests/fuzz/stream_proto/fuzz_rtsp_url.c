/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_url.h"
#include "tests/fuzz/fuzz.h"

/* URL \n base \n control */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { data, size };
	struct span text = span_cut(&rest, '\n');
	struct span base = span_cut(&rest, '\n');
	struct rtsp_url url, again;
	const char *why = NULL;
	char out[LIMIT_URL_BYTES];

	if (rtsp_url_parse(text, &url, &why) != PARSE_DONE)
		return 0;
	/* What we put into a request line must be a URL again, the same. */
	if (rtsp_url_parse(span_of(url.text), &again, &why) != PARSE_DONE ||
	    strcmp(url.text, again.text) != 0 || again.credentials ||
	    strpbrk(url.text, " \r\n") != NULL)
		abort();
	if (rtsp_url_join(&url, base, rest, out) &&
	    (strpbrk(out, " \r\n") != NULL ||
		strncmp(out, url.text, url.path_at) != 0))
		abort();
	return 0;
}
