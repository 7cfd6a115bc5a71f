/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 2435: the scan of a JPEG in fragments; the headers that it leaves out
 * are written again. Pictures beyond 2040 pixels bring their own headers in
 * ONVIF's RTP extension 0xFFD8. Every frame is a keyframe, and one with a hole
 * is worth nothing. */
#include "probes/stream/proto/depacketise.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/limits.h"
#include "probes/stream/proto/media.h"

#define ONVIF_FIRST 0xffd8
#define HEADER_ROOM 1024
#define QUANT_MAX 256

enum {
	MARK_SOF0 = 0xc0,
	MARK_SOF1 = 0xc1,
	MARK_SOF2 = 0xc2,
	MARK_DHT = 0xc4,
	MARK_SOS = 0xda,
	MARK_DQT = 0xdb,
	MARK_DRI = 0xdd,
};

/* The last quantisation tables that came in a packet, and their Q. */
struct jpeg_table {
	uint8_t q;
	uint8_t precision;
	uint16_t length;
	uint8_t bytes[QUANT_MAX];
};

/* One frame's headers, from the first packet. */
struct jpeg {
	uint8_t type;
	uint8_t q;
	uint16_t width;
	uint16_t height;
	uint16_t restart;
	uint8_t precision;
	uint16_t quant_bytes;
	uint8_t quant[QUANT_MAX];
	struct span headers;   /* of ONVIF's extension */
	uint8_t components[3]; /* ids in the frame header */
	bool has_sof, has_dqt, has_dht, has_dri, has_sos;
};

/* clang-format off */
/* Standard tables at Q 50, zigzag (T.81 K.1, RFC 2435 appendix A). */
static const uint8_t quant_base[128] = {
	16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24,
	22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72,
	92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103,
	62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99, 17, 18, 18, 24, 21,
	24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99,
};

/* Standard Huffman tables as one DHT segment (T.81 K.3). */
static const uint8_t huffman[] = {
	0xff, 0xc4, 0x01, 0xa2, 0x00, 0x00, 0x01, 0x05, 0x01, 0x01, 0x01, 0x01,
	0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02,
	0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x01, 0x00, 0x03,
	0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09,
	0x0a, 0x0b, 0x10, 0x00, 0x02, 0x01, 0x03, 0x03, 0x02, 0x04, 0x03, 0x05,
	0x05, 0x04, 0x04, 0x00, 0x00, 0x01, 0x7d, 0x01, 0x02, 0x03, 0x00, 0x04,
	0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
	0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15,
	0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17,
	0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36,
	0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a,
	0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66,
	0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
	0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95,
	0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8,
	0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2,
	0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5,
	0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
	0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9,
	0xfa, 0x11, 0x00, 0x02, 0x01, 0x02, 0x04, 0x04, 0x03, 0x04, 0x07, 0x05,
	0x04, 0x04, 0x00, 0x01, 0x02, 0x77, 0x00, 0x01, 0x02, 0x03, 0x11, 0x04,
	0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22,
	0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33,
	0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25,
	0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36,
	0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a,
	0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66,
	0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a,
	0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94,
	0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
	0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba,
	0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4,
	0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
	0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
};
/* clang-format on */

static void
quant_of_q(struct jpeg *j)
{
	int q = j->q < 1 ? 1 : j->q > 99 ? 99 : j->q;
	int scale = q < 50 ? 5000 / q : 200 - 2 * q;
	int i;

	for (i = 0; i < 128; i++) {
		int v = (quant_base[i] * scale + 50) / 100;

		j->quant[i] = (uint8_t)(v < 1 ? 1 : v > 255 ? 255 : v);
	}
	j->quant_bytes = 128;
}

/* Bytes of the tables that a precision byte announces, for `length` bytes. */
static bool
quant_fits(uint8_t precision, uint32_t length)
{
	uint32_t first = precision & 1 ? 128 : 64;
	uint32_t second = precision & 2 ? 128 : 64;

	return length == first || length == first + second;
}

static void
keep_table(struct access_unit *u, const struct jpeg *j)
{
	if (j->q == 255)
		return; /* in every frame anew */
	if (!u->jpeg)
		u->jpeg = malloc(sizeof(*u->jpeg));
	if (!u->jpeg)
		return;
	u->jpeg->q = j->q;
	u->jpeg->precision = j->precision;
	u->jpeg->length = j->quant_bytes;
	memcpy(u->jpeg->bytes, j->quant, j->quant_bytes);
}

/* The tables behind the headers, or those kept for this Q. */
static bool
read_quant(struct media *m, struct jpeg *j, struct reader *r)
{
	const struct jpeg_table *kept = m->unit.jpeg;
	uint16_t length;

	if (j->q < 128) {
		quant_of_q(j);
		return true;
	}
	reader_u8(r);
	j->precision = reader_u8(r);
	length = reader_be16(r);
	if (r->bad)
		return false;
	if (!length) {
		if (!kept || kept->q != j->q)
			return j->has_dqt; /* else there are none at all */
		j->precision = kept->precision;
		j->quant_bytes = kept->length;
		memcpy(j->quant, kept->bytes, kept->length);
		return true;
	}
	if (!quant_fits(j->precision, length)) {
		reader_span(r, length);
		return false;
	}
	reader_bytes(r, j->quant, length);
	j->quant_bytes = length;
	if (r->bad)
		return false;
	keep_table(&m->unit, j);
	return true;
}

static void
note_sof(struct jpeg *j, struct span body)
{
	struct reader r = reader_of(body.p, body.n);
	uint8_t count;
	int i;

	reader_u8(&r);
	j->height = reader_be16(&r);
	j->width = reader_be16(&r);
	count = reader_u8(&r);
	for (i = 0; i < 3 && i < count; i++) {
		j->components[i] = reader_u8(&r);
		reader_be16(&r);
	}
	j->has_sof = !r.bad && count == 3;
}

/* ONVIF Streaming, "JPEG over RTP": marker segments padded with FF. Kept up
 * to the first one that isn't whole. */
static void
read_extension(struct jpeg *j, struct span ext)
{
	struct reader r = reader_of(ext.p, ext.n);

	j->headers = (struct span){ ext.p, 0 };
	while (reader_left(&r) >= 2) {
		uint8_t mark = reader_u8(&r);
		struct span body;
		uint16_t n;

		if (mark == 0xff) /* padding, or the first byte of a marker */
			mark = reader_u8(&r);
		while (mark == 0xff && reader_left(&r))
			mark = reader_u8(&r);
		if (mark == 0xd8)
			continue;
		n = reader_be16(&r);
		if (r.bad || n < 2)
			return;
		body = reader_span(&r, n - 2u);
		if (r.bad)
			return;
		j->has_dqt |= mark == MARK_DQT;
		j->has_dht |= mark == MARK_DHT;
		j->has_dri |= mark == MARK_DRI;
		j->has_sos |= mark == MARK_SOS;
		if (mark >= MARK_SOF0 && mark <= MARK_SOF2)
			note_sof(j, body);
		j->headers.n = (size_t)(r.p - ext.p);
		if (mark == MARK_SOS)
			return;
	}
}

static void
put_segment(struct writer *w, uint8_t mark, unsigned body)
{
	writer_u8(w, 0xff);
	writer_u8(w, mark);
	writer_be16(w, (uint16_t)(body + 2));
}

static void
put_dqt(struct writer *w, const struct jpeg *j)
{
	unsigned first = j->precision & 1 ? 128 : 64;
	unsigned second = j->quant_bytes > first ? j->quant_bytes - first : 0;

	put_segment(w, MARK_DQT, 1 + first + (second ? 1 + second : 0));
	writer_u8(w, (uint8_t)((j->precision & 1) << 4));
	writer_bytes(w, j->quant, first);
	if (!second)
		return;
	writer_u8(w, (uint8_t)((j->precision & 2) << 3 | 1));
	writer_bytes(w, j->quant + first, second);
}

static void
put_sof(struct writer *w, const struct jpeg *j)
{
	unsigned first = j->precision & 1 ? 128 : 64;
	bool two = j->has_dqt || j->quant_bytes > first;
	int i;

	put_segment(w, j->precision ? MARK_SOF1 : MARK_SOF0, 15);
	writer_u8(w, 8);
	writer_be16(w, j->height);
	writer_be16(w, j->width);
	writer_u8(w, 3);
	for (i = 0; i < 3; i++) {
		writer_u8(w, j->components[i]);
		writer_u8(w, i ? 0x11 : j->type & 1 ? 0x22 : 0x21);
		writer_u8(w, i && two);
	}
}

static void
put_sos(struct writer *w, const struct jpeg *j)
{
	int i;

	put_segment(w, MARK_SOS, 10);
	writer_u8(w, 3);
	for (i = 0; i < 3; i++) {
		writer_u8(w, j->components[i]);
		writer_u8(w, i ? 0x11 : 0x00);
	}
	writer_bytes(w, "\0\77\0", 3);
}

/* The extension's segments come as they are; what they lack is added. */
static void
put_headers(struct media *m, const struct jpeg *j)
{
	uint8_t room[HEADER_ROOM];
	struct writer w = writer_of(room, sizeof(room));

	access_unit_append(m, (struct span){ (const uint8_t *)"\xff\xd8", 2 });
	if (!j->has_sos)
		access_unit_append(m, j->headers);
	if (!j->has_dqt)
		put_dqt(&w, j);
	if (!j->has_sof)
		put_sof(&w, j);
	if (!j->has_dht)
		writer_bytes(&w, huffman, sizeof(huffman));
	if (j->restart && !j->has_dri) {
		put_segment(&w, MARK_DRI, 2);
		writer_be16(&w, j->restart);
	}
	if (!j->has_sos)
		put_sos(&w, j);
	access_unit_append(m, (struct span){ room, writer_length(&w) });
	if (j->has_sos) /* with its SOS the extension must come last */
		access_unit_append(m, j->headers);
}

/* A frame without a hole can still be told from one with. */
static void
spoil(struct media *m, enum sample_result why)
{
	m->unit.damaged = true;
	m->unit.lost = false;
	access_unit_refuse(m, why);
}

/* After the 8 bytes (and restart header) of a frame's first packet. */
static void
begin(struct media *m, struct jpeg *j, struct reader *r,
    const struct rtp_packet *p, int64_t now_us)
{
	struct access_unit *u = &m->unit;
	bool ok;

	u->damaged |= u->lost && !u->marker;
	access_unit_end(m);
	u->lost = false;
	access_unit_begin(m, p, now_us);
	memcpy(j->components, "\0\1\2", 3);
	if (p->extension_id == ONVIF_FIRST)
		read_extension(j, p->extension);
	ok = read_quant(m, j, r) && j->width && j->height;
	u->slices = 1;
	u->width = j->width;
	u->height = j->height;
	access_unit_decide(m, true);
	if (ok)
		put_headers(m, j);
	else
		spoil(m, SAMPLE_UNDECODABLE);
}

static void
take_scan(struct media *m, const struct rtp_packet *p, uint32_t offset,
    struct span scan, uint32_t size, int64_t now_us)
{
	struct access_unit *u = &m->unit;

	if (!u->open)
		return; /* joined midway */
	if (offset != u->offset || u->lost)
		spoil(m, SAMPLE_DAMAGED);
	u->last_us = now_us;
	u->offset = offset + size;
	u->account_bytes += size;
	if (u->account_bytes > LIMIT_AU_BYTES)
		access_unit_refuse(m, SAMPLE_TOO_LARGE);
	access_unit_append(m, scan);
	if (p->marker) {
		u->marker = true;
		u->markers = true;
	}
}

/* The main header; false when the packet is too short for one. */
static bool
read_main(struct reader *r, struct jpeg *j, uint32_t *offset_out)
{
	reader_u8(r);
	*offset_out = reader_be24(r);
	j->type = reader_u8(r);
	j->q = reader_u8(r);
	j->width = (uint16_t)(reader_u8(r) * 8);
	j->height = (uint16_t)(reader_u8(r) * 8);
	if (j->type >= 64 && j->type <= 127) {
		j->restart = reader_be16(r);
		reader_be16(r);
	}
	return !r->bad;
}

void
mjpeg_packet(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	struct reader r = reader_of(p->payload, p->have);
	struct jpeg j;
	uint32_t offset, head;

	memset(&j, 0, offsetof(struct jpeg, quant));
	memset(&j.headers, 0, sizeof(j) - offsetof(struct jpeg, headers));
	if (!read_main(&r, &j, &offset))
		return;
	if (!offset)
		begin(m, &j, &r, p, now_us);
	else if (m->unit.open && p->timestamp != m->unit.rtp_time &&
		 offset != m->unit.offset)
		access_unit_end(m); /* another frame, its beginning is lost */
	head = (uint32_t)(r.p - p->payload);
	take_scan(m, p, offset, (struct span){ r.p, reader_left(&r) },
	    p->size - head, now_us);
}

/* A first packet is looked at whole when it may bring tables to keep. */
bool
mjpeg_head_suffices(const struct media *m, const struct rtp_packet *p)
{
	const uint8_t *b = p->payload;
	bool first;

	if (p->have < DEPACKETISE_HEAD_BYTES)
		return false;
	first = !(b[1] | b[2] | b[3]);
	if (!first)
		return m->unit.collect == COLLECT_NO;
	return access_unit_quiet(m) && b[5] < 128 && !p->extension_id;
}
