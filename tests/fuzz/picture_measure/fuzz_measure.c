/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of any geometry that a decoder may give, each plane in a block of
 * just its own size: measured within it, or refused. */
#include "common/wire.h"
#include "probes/picture/measure.h"
#include "tests/fuzz/fuzz.h"

/* A plane of `rows` rows, filled with what is left of the input again and
 * again; bottom up when so asked. */
static uint8_t *
plane(struct picture_view *v, unsigned i, uint32_t columns, uint32_t rows,
    bool upside_down, struct reader *r)
{
	size_t row = columns * (v->depth > 8 ? 2u : 1u), n = row * rows;
	uint8_t *bytes = malloc(n > 0 ? n : 1);
	struct span fill = reader_span(r, reader_left(r) / (3 - i));

	assert(bytes != NULL);
	for (size_t k = 0; k < n; k++)
		bytes[k] = fill.n > 0 ? fill.p[k % fill.n] : (uint8_t)(k * k);
	for (size_t k = 1; v->depth > 8 && k < n; k += 2)
		bytes[k] &= (uint8_t)((1u << (v->depth - 8)) - 1);
	v->stride[i] = upside_down ? -(ptrdiff_t)row : (ptrdiff_t)row;
	v->plane[i] =
	    upside_down && rows > 0 ? bytes + row * (rows - 1) : bytes;
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sample s, back;
	static uint8_t wire[1 << 17];
	struct reader r = reader_of(data, size);
	uint8_t how = reader_u8(&r);
	struct picture_view v = { .width = reader_le16(&r) % 700u,
		.height = reader_le16(&r) % 500u,
		.depth = how & 1 ? (uint8_t)(8 + reader_u8(&r) % 9) : 8,
		.chroma_shift_x = how >> 1 & 3,
		.chroma_shift_y = how >> 3 & 1,
		.full_range = how & 16 };
	uint32_t w =
	    (v.width + (1u << v.chroma_shift_x) - 1) >> v.chroma_shift_x;
	uint32_t h =
	    (v.height + (1u << v.chroma_shift_y) - 1) >> v.chroma_shift_y;
	struct writer out = writer_of(wire, sizeof(wire));
	uint8_t *planes[3] = { 0 };

	if (v.chroma_shift_x == 3)
		return 0;
	planes[0] = plane(&v, 0, v.width, v.height, how & 32, &r);
	for (unsigned i = 1; i < 3 && !(how & 64); i++)
		planes[i] = plane(&v, i, w, h, how & 128, &r);
	if (measure_picture(&v, &s.measures)) {
		assert(v.width >= 16 && v.height >= 16);
		s.result = SAMPLE_OK;
		s.codec = CODEC_H264;
		wire_put_sample(&out, &s);
		assert(!out.bad);
		assert(
		    wire_get_sample((struct span){ wire, writer_length(&out) },
			&back));
	}
	for (unsigned i = 0; i < 3; i++)
		free(planes[i]);
	return 0;
}
