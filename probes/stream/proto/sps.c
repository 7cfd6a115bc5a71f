/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SPS of H.264 (7.3.2.1.1) and H.265 (7.3.2.2), as far as picture size
 * and range need it. */
#include "probes/stream/proto/parameter_sets.h"

#include "camwarden/limits.h"
#include "common/bits.h"

/* Size after cropping into *info; false when it can't be one. Sizes beyond
 * LIMIT_SIDE are no error here: width and height stay 0 and nobody allocates
 * for them. */
static bool
put_size(uint64_t width, uint64_t height, uint64_t crop_x, uint64_t crop_y,
    struct parameter_info *info)
{
	if (!width || !height || crop_x >= width || crop_y >= height)
		return false;
	width -= crop_x;
	height -= crop_y;
	if (width > LIMIT_SIDE || height > LIMIT_SIDE ||
	    width * height > LIMIT_PIXELS)
		return false;
	info->width = (uint16_t)width;
	info->height = (uint16_t)height;
	return true;
}

static void
skip_scaling_list(struct bits *b, unsigned size)
{
	uint32_t last = 8, next = 8;
	unsigned i;

	for (i = 0; i < size && !b->bad; i++) {
		if (next)
			next = (last + (uint32_t)bits_se(b)) & 255;
		last = next ? next : last;
	}
}

static bool
h264_is_high(uint32_t profile)
{
	static const uint8_t high[] = { 100, 110, 122, 244, 44, 83, 86, 118,
		128, 138, 139, 134, 135 };
	unsigned i;

	for (i = 0; i < sizeof(high); i++)
		if (high[i] == profile)
			return true;
	return false;
}

/* Returns chroma_format_idc; 0 with separate planes. */
static uint32_t
h264_high(struct bits *b)
{
	uint32_t chroma = bits_ue(b);
	bool separate = chroma == 3 && bits_read(b, 1);
	unsigned i;

	bits_ue(b); /* bit depths */
	bits_ue(b);
	bits_read(b, 1);
	if (bits_read(b, 1))
		for (i = 0; i < (chroma == 3 ? 12u : 8u); i++)
			if (bits_read(b, 1))
				skip_scaling_list(b, i < 6 ? 16 : 64);
	return separate ? 0 : chroma;
}

static void
h264_order_count(struct bits *b)
{
	uint32_t type = bits_ue(b);
	uint32_t n;

	if (type == 0) {
		bits_ue(b);
	} else if (type == 1) {
		bits_read(b, 1);
		bits_se(b);
		bits_se(b);
		n = bits_ue(b);
		if (n > 255)
			b->bad = true;
		for (; n && !b->bad; n--)
			bits_se(b);
	}
}

/* The VUI up to video_full_range_flag (E.1.1; the same in H.265 E.2.1). */
static void
read_range(struct bits *b, struct parameter_info *info)
{
	bool full;

	if (!bits_read(b, 1))
		return;
	if (bits_read(b, 1) && bits_read(b, 8) == 255)
		bits_skip(b, 32);
	if (bits_read(b, 1))
		bits_read(b, 1);
	if (!bits_read(b, 1))
		return;
	bits_read(b, 3);
	full = bits_read(b, 1);
	if (b->bad)
		return;
	info->has_range = true;
	info->range_full = full;
}

struct crop {
	uint64_t x, y;
};

static struct crop
read_crop(struct bits *b, uint32_t unit_x, uint32_t unit_y)
{
	struct crop c = { 0, 0 };

	if (!bits_read(b, 1))
		return c;
	c.x = ((uint64_t)bits_ue(b) + bits_ue(b)) * unit_x;
	c.y = ((uint64_t)bits_ue(b) + bits_ue(b)) * unit_y;
	return c;
}

static bool
h264_read(struct span nal, struct parameter_info *info)
{
	struct bits b = bits_of(nal.p + 1, nal.n - 1);
	uint32_t profile = bits_read(&b, 8);
	uint32_t chroma = 1, frame_only;
	uint64_t width, height;
	struct crop crop;

	bits_skip(&b, 16);
	bits_ue(&b);
	if (h264_is_high(profile))
		chroma = h264_high(&b);
	bits_ue(&b);
	h264_order_count(&b);
	bits_ue(&b);
	bits_read(&b, 1);
	width = ((uint64_t)bits_ue(&b) + 1) * 16;
	height = ((uint64_t)bits_ue(&b) + 1) * 16;
	frame_only = bits_read(&b, 1);
	if (!frame_only) {
		height *= 2;
		bits_read(&b, 1);
	}
	bits_read(&b, 1);
	crop = read_crop(&b, chroma == 1 || chroma == 2 ? 2 : 1,
	    (chroma == 1 ? 2u : 1u) * (2 - frame_only));
	if (b.bad)
		return false;
	read_range(&b, info);
	return put_size(width, height, crop.x, crop.y, info);
}

/* profile_tier_level(1, max_sub_layers - 1), H.265 7.3.3 */
static void
h265_skip_profile(struct bits *b, uint32_t sub_layers)
{
	uint32_t present[8][2];
	uint32_t i;

	bits_skip(b, 96);
	for (i = 0; i < sub_layers; i++) {
		present[i][0] = bits_read(b, 1);
		present[i][1] = bits_read(b, 1);
	}
	if (sub_layers)
		bits_skip(b, 2 * (8 - sub_layers));
	for (i = 0; i < sub_layers; i++)
		bits_skip(b, present[i][0] * 88 + present[i][1] * 8);
}

static bool
h265_read(struct span nal, struct parameter_info *info)
{
	struct bits b = bits_of(nal.p + 2, nal.n - 2);
	uint32_t sub_layers, chroma, width, height;
	struct crop crop;

	bits_read(&b, 4);
	sub_layers = bits_read(&b, 3); /* minus 1 */
	bits_read(&b, 1);
	if (sub_layers > 6)
		return false;
	h265_skip_profile(&b, sub_layers);
	bits_ue(&b);
	chroma = bits_ue(&b);
	if (chroma == 3 && bits_read(&b, 1))
		chroma = 0;
	width = bits_ue(&b);
	height = bits_ue(&b);
	crop = read_crop(&b, chroma == 1 || chroma == 2 ? 2 : 1,
	    chroma == 1 ? 2 : 1);
	if (b.bad)
		return false;
	/* The range is in the VUI, behind much more that real cameras write
	 * in odd ways; the decoder tells it. */
	return put_size(width, height, crop.x, crop.y, info);
}

bool
parameter_sets_read_sps(enum codec codec, struct span nal,
    struct parameter_info *info_out)
{
	struct parameter_info info = { 0 };
	bool ok = false;

	if (codec == CODEC_H264 && nal.n > 4)
		ok = h264_read(nal, &info);
	else if (codec == CODEC_H265 && nal.n > 15)
		ok = h265_read(nal, &info);
	if (ok)
		*info_out = info;
	return ok;
}
