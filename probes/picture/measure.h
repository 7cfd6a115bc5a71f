/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure.h: one decoded picture -> struct measures. PURE: no state about any
 * feed, no allocation, no FFmpeg; the pixels are a camera's, so hostile in
 * content, while the view's geometry comes from the decoder. Called by the
 * picture probe after each decode, and by tests and benches.
 */
#ifndef PROBES_PICTURE_MEASURE_H
#define PROBES_PICTURE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/observation.h"

/* A decoded picture, borrowed for the call. */
struct picture_view {
	const uint8_t
	    *plane[3];	     /* Y, U, V; U and V NULL where there are none */
	ptrdiff_t stride[3]; /* bytes from row to row; may be negative */
	uint32_t width;	     /* luma, after cropping */
	uint32_t height;
	uint8_t depth; /* bits of a sample, 8..16; above 8 each sample is a
			* 16-bit word of this machine, value in its low bits */
	uint8_t chroma_shift_x; /* 0 or 1 (2 for 4:1:1): chroma is width >> */
	uint8_t chroma_shift_y; /* 0 or 1 */
	bool full_range;	/* 0..255 (of 8 bit), else 16..235 */
};

/* Fills every field of *out but decode_us, measure_us and damage, which the
 * caller sets. False (and *out zeroed) when the view can't be measured: a side
 * below 16 or above LIMIT_SIDE, a depth outside 8..16, no luma. */
bool measure_picture(const struct picture_view *v, struct measures *out);

#endif
