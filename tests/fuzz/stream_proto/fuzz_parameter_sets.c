/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first byte chooses the codec and whether the rest is an fmtp value or
 * NAL units, each behind its length. */
#include "camwarden/limits.h"
#include "probes/stream/proto/parameter_sets.h"
#include "tests/fuzz/fuzz.h"

static void
put_nals(struct parameter_sets *s, enum codec codec, const uint8_t *data,
    size_t size)
{
	while (size) {
		size_t n = *data++;
		uint8_t *exact;

		size--;
		n = n > size ? size : n;
		exact = fuzz_exact(data, n);
		parameter_sets_put(s, codec, (struct span){ exact, n });
		free(exact);
		data += n;
		size -= n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum codec codecs[] = { CODEC_H264, CODEC_H265,
		CODEC_MPEG4, CODEC_H264 };
	struct parameter_sets s;
	enum codec codec;
	uint8_t *out;

	if (!size)
		return 0;
	codec = codecs[*data & 3];
	parameter_sets_init(&s);
	if (*data & 4) {
		char *fmtp = fuzz_text(data + 1, size - 1);

		parameter_sets_from_fmtp(&s, codec, fmtp);
		free(fmtp);
	} else {
		put_nals(&s, codec, data + 1, size - 1);
	}
	assert(s.width <= LIMIT_SIDE && s.height <= LIMIT_SIDE);
	out = malloc(parameter_sets_annexb_bytes(&s) + 1);
	parameter_sets_annexb(&s, out);
	free(out);
	parameter_sets_fini(&s);
	return 0;
}
