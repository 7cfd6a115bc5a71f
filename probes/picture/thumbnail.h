/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thumbnail.h: one decoded picture -> a small RGB PNG with text chunks that
 * say of which feed, when and by which probe. Uses libpng (which also writes
 * tEXt); no file, no clock. Only made when asked for: DESIGN.md 4.4.
 */
#ifndef PROBES_PICTURE_THUMBNAIL_H
#define PROBES_PICTURE_THUMBNAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/picture/measure.h"

#define THUMBNAIL_SIDE_MAX 1024u

struct thumbnail_about {
	uint8_t uuid[16];
	int64_t utc_us; /* when the keyframe arrived */
	uint32_t probe; /* number of the picture probe */
};

struct thumbnail {
	uint32_t width;
	uint32_t height;
	uint8_t *bytes; /* owned: free() */
	size_t length;
};

/* Scales to `width` (clamped to 16..THUMBNAIL_SIDE_MAX, never up) keeping the
 * aspect. False when memory is out or the PNG would exceed LIMIT_PNG_BYTES. */
bool thumbnail_make(const struct picture_view *v, uint32_t width,
    const struct thumbnail_about *about, struct thumbnail *out);

#endif
