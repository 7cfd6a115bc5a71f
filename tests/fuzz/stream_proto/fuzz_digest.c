/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/digest.h"
#include "tests/fuzz/fuzz.h"

static void
hash(enum digest_algorithm algorithm, const struct span *parts, size_t count,
    uint8_t out[32])
{
	memset(out, (int)(algorithm + count), 32);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].n; k++)
			out[k % 32] ^= parts[i].p[k];
}

/* Header values, a line each: whatever they say, our header is one line. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest = { data, size };
	struct digest_challenge *c = NULL;
	struct digest_request r = { .method = "DESCRIBE",
		.uri = "rtsp://h/a",
		.user = "us\"er",
		.password = "pass",
		.nc = 1,
		.cnonce = 2 };
	char out[4096];
	size_t n;

	while (rest.n > 0)
		digest_challenge_add(span_cut(&rest, '\n'), true, &c);
	if (c == NULL)
		return 0;
	n = digest_write(c, &r, hash, out, sizeof(out));
	if (n > 0 && (strlen(out) != n || strchr(out, '\n') != out + n - 1 ||
			 strchr(out, '\r') != out + n - 2))
		abort();
	free(c);
	return 0;
}
