/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit.h: the bytes of one access unit -> what must be known before a decoder
 * sees them: does it bring its own parameter sets, how large says a JPEG that
 * it is, what goes with a unit of a codec that needs extradata. PURE, input
 * hostile, spans borrow. Called by the picture probe
 * (which trusts no sender) and by the demux probe (which completes units).
 */
#ifndef COMMON_UNIT_H
#define COMMON_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "common/cursor.h"

/* Annex B: parameter sets (SPS and PPS) come before the first slice, and a
 * slice comes (ITU H.264 7.3.1, H.265 7.3.1.2). The decoder still knows those
 * of the feed before and would take them. */
bool unit_brings_sets(enum codec codec, struct span unit);

/* A hash of all its parameter sets, byte for byte (of MPEG-4 part 2: what
 * stands before the first picture and describes it): units of one print are
 * decoded alike. 0 for codecs that have none. */
uint64_t unit_sets_print(enum codec codec, struct span unit);

/* H.264, Annex B: all slices of its first picture are of type I, so that it
 * needs no other (7.3.3); a second field needs the first at most. Not so where
 * the encoder refreshes the picture strip by strip, whatever a recovery point
 * or a container says. What can't be read counts as one that is. */
bool unit_is_intra(struct span unit);

struct unit_jpeg {
	uint32_t width;
	uint32_t height;
	bool truncated; /* no end marker: part of the picture is missing */
};
/* False when it is no JPEG or has no frame header (ITU T.81 B.2). */
bool unit_read_jpeg(struct span unit, struct unit_jpeg *jpeg_out);

struct unit_other {
	uint32_t width; /* 0 = not known */
	uint32_t height;
	struct span extradata; /* may be empty */
	struct span packet;    /* never empty */
};
/* MPEG-4 part 2: a video object layer header is in it (ISO 14496-2 6.2.3). */
bool unit_has_vol(struct span unit);

/* A CODEC_OTHER unit: u32 length of extradata, u16 width, u16 height, the
 * extradata, the packet (little-endian; wire.h). False when it doesn't fit. */
#define UNIT_OTHER_HEAD_BYTES 8u
bool unit_read_other(struct span unit, struct unit_other *other_out);

#endif
