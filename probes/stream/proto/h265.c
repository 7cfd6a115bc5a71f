/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 7798: single NAL units, AP and FU, with or without decoding order
 * numbers; PACI is counted as unsupported. */
#include "probes/stream/proto/depacketise.h"

#include "probes/stream/proto/media.h"

enum {
	NAL_IRAP_FIRST = 16,
	NAL_IRAP_LAST = 21,
	NAL_SLICE_LAST = 31,
	NAL_VPS = 32,
	NAL_PPS = 34,
	NAL_AUD = 35,
	NAL_FILLER = 38,
	NAL_SEI_PREFIX = 39,
	NAL_SEI_SUFFIX = 40,
	AP = 48,
	FU = 49,
	PACI = 50,
};

static unsigned
type_of(const uint8_t *nal)
{
	return nal[0] >> 1 & 63;
}

struct nal_class
h265_classify(struct span nal)
{
	struct nal_class c = { 0 };
	unsigned type = type_of(nal.p);
	unsigned layer = (nal.p[0] & 1u) << 5 | nal.p[1] >> 3;

	if (layer) {
		c.skip = true;
	} else if (type <= NAL_SLICE_LAST) {
		c.slice = true;
		c.first = nal.n < 3 || nal.p[2] & 0x80;
		c.key = type >= NAL_IRAP_FIRST && type <= NAL_IRAP_LAST;
	} else if (type >= NAL_VPS && type <= NAL_PPS) {
		c.set = true;
		c.starts = true;
	} else if (type == NAL_SEI_PREFIX) {
		c.starts = true;
	} else if (type == NAL_FILLER) {
		c.filler = true;
	} else {
		c.skip = true;
		c.starts = type == NAL_AUD || (type >= 41 && type <= 44) ||
			   (type >= 48 && type <= 55);
	}
	return c;
}

static void
whole_nal(struct media *m, struct span nal, uint32_t size,
    const struct rtp_packet *p, int64_t now_us)
{
	struct nal_piece piece = { .head_bytes = 2,
		.start = true,
		.end = true };

	if (size < 3 || nal.n < 2)
		return;
	piece.head[0] = nal.p[0];
	piece.head[1] = nal.p[1];
	piece.data = (struct span){ nal.p + 2, nal.n - 2 };
	piece.size = size - 2;
	access_unit_piece(m, &piece, p, now_us);
}

static void
single(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct nal_piece piece = { .head_bytes = 2,
		.start = true,
		.end = true };
	uint32_t skip = m->formats[m->format].donl ? 4 : 2;

	if (p->size <= skip || p->have < skip)
		return;
	piece.head[0] = p->payload[0];
	piece.head[1] = p->payload[1];
	piece.data = (struct span){ p->payload + skip, p->have - skip };
	piece.size = p->size - skip;
	access_unit_piece(m, &piece, p, now_us);
}

static void
aggregate(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	bool donl = m->formats[m->format].donl;
	struct reader r = reader_of(p->payload + 2, p->size - 2);
	struct rtp_packet one = *p;

	if (donl)
		reader_be16(&r);
	while (reader_left(&r) > 2) {
		uint16_t n = reader_be16(&r);
		struct span nal = reader_span(&r, n);

		if (!n)
			return;
		if (r.bad) {
			m->unit.damaged = true;
			return;
		}
		one.marker = p->marker && reader_left(&r) <= 2u + donl;
		whole_nal(m, nal, n, &one, now_us);
		if (donl && reader_left(&r))
			reader_u8(&r); /* DOND of the next */
	}
}

static void
fragment(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct nal_piece piece = { .head_bytes = 2 };
	uint32_t skip = 3;
	uint8_t fu;

	if (p->size < 3)
		return;
	fu = p->payload[2];
	piece.start = fu & 0x80;
	piece.end = fu & 0x40;
	if (piece.start && m->formats[m->format].donl)
		skip = 5;
	if (p->size < skip || (p->size == skip && !piece.end))
		return;
	piece.head[0] = (uint8_t)((p->payload[0] & 0x81) | (fu & 0x3f) << 1);
	piece.head[1] = p->payload[1];
	piece.data = (struct span){ p->payload + skip, p->have - skip };
	piece.size = p->size - skip;
	access_unit_piece(m, &piece, p, now_us);
}

void
h265_packet(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	unsigned type;

	if (p->size < 3)
		return;
	type = type_of(p->payload);
	if (type < AP) {
		single(m, p, now_us);
	} else if (type == AP) {
		aggregate(m, p, now_us);
	} else if (type == FU) {
		fragment(m, p, now_us);
	} else {
		m->unsupported += type == PACI;
		m->unit.damaged = true;
	}
}

bool
h265_head_suffices(const struct media *m, const struct rtp_packet *p)
{
	const uint8_t *b = p->payload;
	unsigned type;

	if (p->have < DEPACKETISE_HEAD_BYTES)
		return false;
	type = type_of(b);
	if (type == FU) {
		if (!(b[2] & 0x80))
			return m->unit.collect == COLLECT_NO || !m->unit.in_nal;
		type = b[2] & 63;
	}
	if (type > NAL_SLICE_LAST)
		return type == NAL_FILLER;
	if (access_unit_quiet(m))
		return true;
	return m->unit.collect != COLLECT_YES && type < NAL_IRAP_FIRST;
}
