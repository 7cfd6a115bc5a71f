/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_unit.h: the access unit under way: where it begins and ends, whether
 * it is a keyframe, and its bytes while they are wanted. Pure, hostile input.
 * The depacketisers feed it pieces of NAL units (H.264, H.265) or of frames
 * (JPEG, MPEG-4); nothing is copied unless `collect` says so.
 *
 * A unit ends only where the next one shows itself (its first slice, or a
 * parameter set, delimiter or SEI after slices, together with a new timestamp
 * or a marker), never by the marker alone: cameras set it on parameter sets,
 * on every packet or never, and change the timestamp inside (RTSP.md 8).
 */
#ifndef PROBES_STREAM_PROTO_ACCESS_UNIT_H
#define PROBES_STREAM_PROTO_ACCESS_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

enum collect {
	COLLECT_NO,    /* not asked for, or known to be no keyframe */
	COLLECT_MAYBE, /* asked for; what it is isn't known yet */
	COLLECT_YES,   /* a keyframe */
};

struct access_unit {
	int64_t first_us;
	int64_t last_us;
	uint8_t *bytes; /* owned, NULL unless collecting */
	uint32_t length;
	uint32_t size;
	uint32_t account_bytes; /* without filler */
	uint32_t nal_bytes;	/* of the NAL unit under way */
	uint32_t rtp_time;
	uint16_t slices;
	uint8_t collect;      /* enum collect */
	uint8_t nal_type;     /* of the NAL unit under way */
	uint8_t first_slices; /* that begin a picture (two for fields) */
	bool open;	      /* something of it arrived */
	bool picture;	      /* slice data arrived */
	bool key;
	bool recovery; /* recovery point SEI seen */
	bool damaged;
	bool marker;	     /* seen after slice data */
	bool in_nal;	     /* a fragmented NAL unit is under way */
	bool lost;	     /* packets are missing right before the next one */
	bool overflow;	     /* beyond a limit: counted, no longer collected */
	uint32_t hint_bytes; /* size of the last keyframe, to reserve */
	uint32_t offset;     /* JPEG: next fragment offset */
	struct jpeg_tables *jpeg; /* owned; cached quantisation, or NULL */
};

#endif
