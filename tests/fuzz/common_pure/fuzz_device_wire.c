/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process that asks devices may say once it is taken over: every
 * decoder, by the first byte; whatever decodes encodes again to the same. */
#include "common/device_wire.h"
#include "tests/fuzz/fuzz.h"

static uint8_t again[64 << 10];

#define TRY(name, type)                                                        \
	do {                                                                   \
		static type m;                                                 \
		struct writer w = writer_of(again, sizeof(again));             \
                                                                               \
		if (!device_get_##name(body, &m))                              \
			break;                                                 \
		device_put_##name(&w, &m);                                     \
		assert(!w.bad && writer_length(&w) == body.n &&                \
		       memcmp(again, body.p, body.n) == 0);                    \
	} while (0)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span body;

	if (size == 0)
		return 0;
	body = (struct span){ data + 1, size - 1 };
	switch (data[0]) {
	case 'b':
		TRY(begin, struct device_begin);
		break;
	case 'k':
		TRY(key, struct device_key);
		break;
	case 't':
		TRY(target, struct device_target);
		break;
	case 'r':
		TRY(result, struct device_result);
		break;
	case 's':
		TRY(stream, struct device_stream);
		break;
	case 'w':
		TRY(word, struct device_word);
		break;
	case 'p':
		TRY(progress, struct device_progress);
		break;
	}
	return 0;
}
