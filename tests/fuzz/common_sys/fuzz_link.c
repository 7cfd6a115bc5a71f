/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of a picture link from a writer that lies, dies midway and is
 * replaced: what comes out whole was sent whole. Of the input each operation is
 * a byte, its arguments, its bytes; the low bits say what is wrong with it. */
#include "common/link.h"
#include "common/wire.h"
#include "tests/fuzz/fuzz.h"

/* As wire_put_unit_head, which refuses to lie. */
static void
put_head(struct writer *w, const struct unit_head *h)
{
	static const uint8_t none[16];

	writer_le64(w, h->ticket);
	writer_bytes(w, none, 16);
	writer_bytes(w, none, 16);
	writer_le32(w, h->flags);
	writer_le32(w, h->total);
	writer_le32(w, h->offset);
	writer_le16(w, h->length);
	writer_u8(w, h->codec);
	writer_u8(w, 0);
	writer_bytes(w, none, 12);
	assert(writer_length(w) == UNIT_HEAD_BYTES);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t packet[UNIT_HEAD_BYTES + 4096];
	struct reader r = reader_of(data, size);
	struct unit_head h = { .ticket = 1, .total = 1 };
	struct link_reader l;
	uint32_t sent = 0;
	bool follows = false;

	link_reader_init(&l);
	while (!r.bad && reader_left(&r) > 0) {
		uint8_t op = reader_u8(&r);
		size_t n = reader_u8(&r) * (op & 0x80 ? 16u : 1u);
		struct span bytes = fuzz_span(&r, n);
		struct writer w = writer_of(packet, sizeof(packet));
		uint8_t *exact;
		bool whole, honest = !(op & 0x1c);

		if (op & 1) { /* another unit */
			h.ticket++;
			h.total = reader_le16(&r) + (op & 2 ? 0u : 1u);
			sent = 0;
			follows = honest;
		}
		h.codec = CODEC_H264;
		h.offset = sent + (op & 4 ? reader_u8(&r) : 0);
		h.length = (uint16_t)(op & 8 ? reader_le16(&r) : bytes.n);
		if (op & 16)
			h.total ^= reader_le16(&r);
		put_head(&w, &h);
		writer_bytes(&w, bytes.p, bytes.n);
		assert(!w.bad);
		exact = fuzz_exact(packet, writer_length(&w));
		whole = link_reader_feed(&l,
		    (struct span){ exact, writer_length(&w) });
		free(exact);
		follows = follows && honest;
		sent += (uint32_t)bytes.n;
		if (!whole)
			continue;
		assert(l.head.ticket == h.ticket && l.head.total == h.total);
		for (unsigned i = 0; i < 64; i++)
			assert(l.bytes[l.head.total + i] == 0);
		if (follows)
			assert(sent == h.total);
		follows = false;
	}
	link_reader_fini(&l);
	return 0;
}
