/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unit.h: an access unit on its way from a stream or demux probe to a picture
 * probe: SOCK_SEQPACKET packets, each with the head below (common/link). */
#ifndef CAMWARDEN_UNIT_H
#define CAMWARDEN_UNIT_H

#include <stdint.h>

#include "camwarden/observation.h"

/* Head of every packet on a picture link; `length` payload bytes follow. The
 * unit is the packets of one ticket with offsets 0.. total in order; anything
 * else is dropped by the reader (the writer may have been replaced midway). */
struct unit_head {
	uint64_t ticket;
	uint8_t uuid[16]; /* for the PNG's text chunks */
	int64_t at_us;
	int64_t utc_us;
	uint32_t flags; /* WIRE_SAMPLE_ */
	uint32_t total; /* bytes of the whole unit, parameter sets in front */
	uint32_t offset;
	uint16_t length;
	uint8_t codec; /* enum codec */
	uint8_t zero;
	uint32_t codec_id; /* CODEC_OTHER: AVCodecID of this build */
	struct feed_ref ref;
};
#define UNIT_HEAD_BYTES 68u

#endif
