/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two access units of a codec (the first byte), the second behind the first's
 * length: whatever the first did to the decoder that they share, the second
 * comes out as it does alone. libFuzzer: -max_len=6000 */
#include "probes/picture/decoder.h"
#include "probes/picture/measure.h"
#include "tests/fuzz/fuzz.h"

struct outcome {
	enum sample_result result;
	uint32_t damage;
	uint64_t picture_hash;
	uint16_t width, height;
};

static struct outcome
decode(struct decoder *d, enum codec codec, struct span unit)
{
	static struct measures m;
	struct outcome o = { 0 };
	struct picture_view v;
	uint8_t *bytes = calloc(1, unit.n + DECODER_PADDING);
	const struct decoder_unit u = { .codec = codec,
		.codec_id = 12, /* MPEG-4, should the codec be CODEC_OTHER */
		.bytes = bytes,
		.length = unit.n };

	assert(bytes != NULL);
	if (unit.n > 0)
		memcpy(bytes, unit.p, unit.n);
	o.result = decoder_decode(d, &u, &v, &o.damage);
	if (o.result == SAMPLE_OK || o.result == SAMPLE_DAMAGED) {
		assert((uint64_t)v.width * v.height <= 640 * 480);
		assert((o.result == SAMPLE_DAMAGED) == (o.damage != 0));
		if (measure_picture(&v, &m)) {
			o.picture_hash = m.picture_hash;
			o.width = m.width;
			o.height = m.height;
		}
		decoder_release(d);
	} else {
		o.damage = 0;
	}
	free(bytes);
	return o;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct decoder_config config;
	struct reader r = reader_of(data, size);
	enum codec codec = (enum codec)(1 + reader_u8(&r) % (CODEC_COUNT - 1));
	struct span first = reader_span(&r, reader_le16(&r));
	struct span second = reader_span(&r, reader_left(&r));
	struct decoder *shared, *fresh;
	struct outcome a, b;

	decoder_config_defaults(&config);
	config.max_pixels = 640 * 480;
	decoder_warm();
	shared = decoder_new(&config);
	fresh = decoder_new(&config);
	assert(shared != NULL && fresh != NULL);
	decode(shared, codec, first);
	a = decode(shared, codec, second);
	b = decode(fresh, codec, second);
	assert(a.result == b.result && a.damage == b.damage &&
	       a.picture_hash == b.picture_hash && a.width == b.width &&
	       a.height == b.height);
	decoder_free(&shared);
	decoder_free(&fresh);
	return 0;
}
