/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 6184: single NAL units, STAP-A and FU-A; the other packetisations are
 * counted, since no camera and no other client has them. */
#include "probes/stream/proto/depacketise.h"

#include "common/bits.h"
#include "probes/stream/proto/media.h"

enum {
	NAL_SLICE = 1,
	NAL_PARTITION_C = 4,
	NAL_IDR = 5,
	NAL_SEI = 6,
	NAL_SPS = 7,
	NAL_PPS = 8,
	NAL_AUD = 9,
	NAL_FILLER = 12,
	NAL_SPS_EXTENSION = 13,
	STAP_A = 24,
	STAP_B = 25,
	MTAP24 = 27,
	FU_A = 28,
	FU_B = 29,
};

#define SEI_RECOVERY_POINT 6

/* first_mb_in_slice and slice_type (7.3.3). The first is the bit 1 in nearly
 * every slice of every camera, and then the second lies in the 15 bits behind
 * it: nothing is to be escaped after a byte that isn't 0. */
static void
read_slice(struct span nal, struct nal_class *c)
{
	struct bits b = bits_of(nal.p + 1, nal.n - 1);
	uint32_t type, next = 0;

	c->first = nal.n < 2 || nal.p[1] & 0x80;
	if (nal.n > 2 && nal.p[1] & 0x80)
		next = (nal.p[1] & 0x7fu) << 8 | nal.p[2];
	if (next >> 7) {
		unsigned zeros = (unsigned)__builtin_clz(next) - 17;

		type = (next >> (14 - 2 * zeros)) - 1;
	} else {
		bits_ue(&b);
		type = bits_ue(&b);
	}
	c->intra = !b.bad && (type % 5 == 2 || type % 5 == 4);
}

struct nal_class
h264_classify(struct span nal)
{
	struct nal_class c = { 0 };
	unsigned type = nal.p[0] & 31;

	if (type >= NAL_SLICE && type <= NAL_IDR) {
		c.slice = true;
		c.key = type == NAL_IDR;
		if (type <= 2 || type == NAL_IDR)
			read_slice(nal, &c);
	} else if (type == NAL_SPS || type == NAL_PPS) {
		c.set = true;
		c.starts = true;
	} else if (type == NAL_SEI) {
		c.sei = true;
		c.starts = true;
	} else if (type == NAL_AUD) {
		c.starts = true;
		c.skip = true;
	} else if (type == NAL_FILLER) {
		c.filler = true;
	} else if (type >= 14 && type <= 18) {
		c.starts = true;
		c.skip = true;
	} else {
		c.skip = true;
	}
	return c;
}

/* Walks the SEI messages (7.3.2.3.1) for recovery_point with count 0. */
bool
h264_sei_is_recovery(struct span nal)
{
	struct bits b = bits_of(nal.p + 1, nal.n - 1);

	while (!b.bad && (size_t)(b.end - b.p) >= 2) {
		uint32_t type = 0, size = 0, byte;

		do {
			byte = bits_read(&b, 8);
			type += byte;
		} while (byte == 255 && !b.bad);
		do {
			byte = bits_read(&b, 8);
			size += byte;
		} while (byte == 255 && !b.bad);
		if (b.bad)
			return false;
		if (type == SEI_RECOVERY_POINT)
			return bits_ue(&b) == 0 && !b.bad;
		bits_skip(&b, size * 8);
	}
	return false;
}

static void
whole_nal(struct media *m, struct span nal, const struct rtp_packet *p,
    uint32_t size, int64_t now_us)
{
	struct nal_piece piece = { .head_bytes = 1,
		.start = true,
		.end = true };

	piece.head[0] = nal.p[0];
	piece.data = (struct span){ nal.p + 1, nal.n - 1 };
	piece.size = size - 1;
	access_unit_piece(m, &piece, p, now_us);
}

/* Sizes of zero are padding, sizes beyond the packet end it. */
static void
stap_a(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	const uint8_t *at = p->payload + 1;
	uint32_t left = p->size - 1;
	struct rtp_packet one = *p;

	while (left > 2) {
		uint32_t n = (uint32_t)at[0] << 8 | at[1];

		at += 2;
		left -= 2;
		if (!n)
			return;
		if (n > left) {
			m->unit.damaged = true;
			return;
		}
		one.marker = p->marker && left - n <= 2;
		whole_nal(m, (struct span){ at, n }, &one, n, now_us);
		at += n;
		left -= n;
	}
}

/* S and E may both be set (CostarHD), fragments may be empty, the type may
 * change on the way (Tiandy): the first fragment's counts. */
static void
fu_a(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct nal_piece piece = { .head_bytes = 1 };

	if (p->size < 2)
		return;
	piece.start = p->payload[1] & 0x80;
	piece.end = p->payload[1] & 0x40;
	if (p->size == 2 && !piece.end)
		return;
	piece.head[0] =
	    (uint8_t)((p->payload[0] & 0xe0) | (p->payload[1] & 0x1f));
	piece.data = (struct span){ p->payload + 2, p->have - 2 };
	piece.size = p->size - 2;
	access_unit_piece(m, &piece, p, now_us);
}

void
h264_packet(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	unsigned type;

	if (!p->size)
		return;
	type = p->payload[0] & 31;
	if (type >= 1 && type < STAP_A) {
		whole_nal(m, (struct span){ p->payload, p->have }, p, p->size,
		    now_us);
	} else if (type == STAP_A) {
		stap_a(m, p, now_us);
	} else if (type == FU_A) {
		fu_a(m, p, now_us);
	} else {
		m->unsupported += type >= STAP_B && type <= FU_B;
		m->unit.damaged = true;
	}
}

/* A slice whose beginning says that it won't be collected. */
static bool
slice_suffices(const struct media *m, unsigned type, const uint8_t *slice,
    size_t n)
{
	uint8_t nal[DEPACKETISE_HEAD_BYTES];
	struct nal_class c;
	size_t i;

	if (type < NAL_SLICE || type > NAL_IDR)
		return type == NAL_FILLER;
	if (access_unit_quiet(m))
		return true;
	if (m->unit.collect == COLLECT_YES || type == NAL_IDR)
		return false;
	nal[0] = (uint8_t)type;
	for (i = 0; i < n && i + 1 < sizeof(nal); i++)
		nal[i + 1] = slice[i];
	c = h264_classify((struct span){ nal, i + 1 });
	return !c.intra;
}

bool
h264_head_suffices(const struct media *m, const struct rtp_packet *p)
{
	const uint8_t *b = p->payload;
	unsigned type;

	if (p->have < DEPACKETISE_HEAD_BYTES)
		return false;
	type = b[0] & 31;
	if (type != FU_A)
		return slice_suffices(m, type, b + 1, p->have - 1);
	if (b[1] & 0x80)
		return slice_suffices(m, b[1] & 31, b + 2, p->have - 2);
	return m->unit.collect == COLLECT_NO || !m->unit.in_nal;
}
