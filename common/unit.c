/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/unit.h"

#include <string.h>

#include "common/bits.h"

#define H264_PPS 8u
#define H264_SPS 7u
#define H265_VPS 32u
#define H265_SPS 33u
#define H265_PPS 34u
#define JPEG_TAIL 64u /* cameras pad behind the end marker */

/* Offset of the byte after the next 00 00 01 from `at` on, or n. */
static size_t
next_nal(const uint8_t *p, size_t at, size_t n)
{
	while (at + 3 < n) {
		const uint8_t *one = memchr(p + at + 2, 1, n - at - 3);

		if (one == NULL)
			return n;
		if (one[-1] == 0 && one[-2] == 0)
			return (size_t)(one - p) + 1;
		at = (size_t)(one - p) - 1;
	}
	return n;
}

static unsigned
nal_type(enum codec codec, uint8_t first)
{
	return codec == CODEC_H265 ? (first >> 1) & 0x3fu : first & 0x1fu;
}

enum nal_kind { NAL_OTHER, NAL_SPS, NAL_PPS, NAL_SLICE };

static enum nal_kind
kind_of(enum codec codec, uint8_t first)
{
	unsigned type = nal_type(codec, first);

	if (codec == CODEC_H265)
		return type < 32	  ? NAL_SLICE
		       : type == H265_SPS ? NAL_SPS
		       : type == H265_PPS ? NAL_PPS
					  : NAL_OTHER;
	return type >= 1 && type <= 5 ? NAL_SLICE
	       : type == H264_SPS     ? NAL_SPS
	       : type == H264_PPS     ? NAL_PPS
				      : NAL_OTHER;
}

bool
unit_brings_sets(enum codec codec, struct span unit)
{
	bool sps = false, pps = false;

	for (size_t at = next_nal(unit.p, 0, unit.n); at < unit.n;
	     at = next_nal(unit.p, at, unit.n)) {
		switch (kind_of(codec, unit.p[at])) {
		case NAL_SPS:
			sps = true;
			break;
		case NAL_PPS:
			pps = true;
			break;
		case NAL_SLICE:
			return sps && pps;
		case NAL_OTHER:
			break;
		}
	}
	return false;
}

/* Whether a unit of that first byte says how others are decoded. */
static bool
describes(enum codec codec, uint8_t first)
{
	unsigned type = nal_type(codec, first);

	switch (codec) {
	case CODEC_H264: /* with extensions: 7.4.1.2.1 */
		return type == H264_SPS || type == H264_PPS || type == 13 ||
		       type == 15;
	case CODEC_H265:
		return type >= H265_VPS && type <= H265_PPS;
	case CODEC_MPEG4: /* object, layer, sequence, visual object */
		return first <= 0x2f || first == 0xb0 || first == 0xb5;
	default:
		return false;
	}
}

uint64_t
unit_sets_print(enum codec codec, struct span unit)
{
	uint64_t print = 0;
	size_t at = next_nal(unit.p, 0, unit.n);

	while (at < unit.n) {
		size_t next = next_nal(unit.p, at, unit.n);

		if (describes(codec, unit.p[at]))
			for (; at < next; at++)
				print = (print ^ (unit.p[at] + 1u)) *
					1099511628211u; /* FNV-1a */
		at = next;
	}
	return print;
}

bool
unit_is_intra(struct span unit)
{
	unsigned firsts = 0;

	for (size_t at = next_nal(unit.p, 0, unit.n); at < unit.n;
	     at = next_nal(unit.p, at, unit.n)) {
		struct bits b = bits_of(unit.p + at + 1, unit.n - at - 1);
		unsigned nal = unit.p[at] & 0x1fu;
		uint32_t type;

		if (nal != 1 && nal != 2 && nal != 5)
			continue;
		if (bits_ue(&b) == 0 && ++firsts > 1)
			break; /* another field, or picture */
		type = bits_ue(&b);
		if (nal != 5 && !b.bad && type % 5 != 2 && type % 5 != 4)
			return false;
	}
	return true;
}

bool
unit_has_vol(struct span unit)
{
	for (size_t at = next_nal(unit.p, 0, unit.n); at < unit.n;
	     at = next_nal(unit.p, at, unit.n))
		if (unit.p[at] >= 0x20 && unit.p[at] <= 0x2f)
			return true;
	return false;
}

static bool
has_end_marker(struct span unit)
{
	size_t n = unit.n < JPEG_TAIL ? unit.n : JPEG_TAIL;
	const uint8_t *p = unit.p + unit.n - n;

	for (size_t i = 0; i + 1 < n; i++)
		if (p[i] == 0xff && p[i + 1] == 0xd9)
			return true;
	return false;
}

/* SOF0..SOF15 without DHT, JPG and DAC. */
static bool
is_frame_header(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 &&
	       marker != 0xc8 && marker != 0xcc;
}

bool
unit_read_jpeg(struct span unit, struct unit_jpeg *jpeg_out)
{
	struct reader r = reader_of(unit.p, unit.n);

	if (reader_be16(&r) != 0xffd8)
		return false;
	while (!r.bad) {
		uint8_t marker;
		uint16_t length;

		if (reader_u8(&r) != 0xff)
			return false;
		do
			marker = reader_u8(&r); /* 0xff may fill */
		while (marker == 0xff);
		length = reader_be16(&r);
		if (length < 2)
			return false;
		if (!is_frame_header(marker)) {
			reader_span(&r, length - 2u);
			continue;
		}
		reader_u8(&r); /* sample precision */
		jpeg_out->height = reader_be16(&r);
		jpeg_out->width = reader_be16(&r);
		jpeg_out->truncated = !has_end_marker(unit);
		return !r.bad;
	}
	return false;
}

bool
unit_read_other(struct span unit, struct unit_other *other_out)
{
	struct reader r = reader_of(unit.p, unit.n);
	struct unit_other o;
	uint32_t extra = reader_le32(&r);

	o.width = reader_le16(&r);
	o.height = reader_le16(&r);
	o.extradata = reader_span(&r, extra);
	o.packet = (struct span){ r.p, reader_left(&r) };
	if (r.bad || o.packet.n == 0)
		return false;
	*other_out = o;
	return true;
}
