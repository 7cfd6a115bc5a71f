/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a stored picture: refused, or made small. Since a PNG with a
 * wrong checksum comes no further than that, all but those that begin as one
 * are taken for its parts: what to declare, then chunks, then rows. */
#include "monitor/report/report_thumb.h"
#include "tests/fuzz/fuzz.h"

static uint32_t
crc(const uint8_t *p, size_t n)
{
	uint32_t c = 0xffffffffu;

	while (n-- > 0) {
		c ^= *p++;
		for (int k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
	}
	return ~c;
}

static void
chunk(struct writer *w, const char *name, struct span body)
{
	uint8_t *begin;

	writer_be32(w, (uint32_t)body.n);
	begin = w->p;
	writer_bytes(w, name, 4);
	writer_bytes(w, body.p, body.n);
	writer_be32(w, w->bad ? 0 : crc(begin, body.n + 4));
}

/* The rows in one stored block (RFC 1950, RFC 1951 3.2.4). */
static void
rows(struct writer *w, struct span bytes)
{
	static uint8_t block[1 << 16];
	struct writer z = writer_of(block, sizeof(block));
	uint32_t a = 1, b = 0;

	if (bytes.n > 60000)
		bytes.n = 60000;
	for (size_t i = 0; i < bytes.n; i++) {
		a = (a + bytes.p[i]) % 65521;
		b = (b + a) % 65521;
	}
	writer_be16(&z, 0x7801);
	writer_u8(&z, 1);
	writer_le16(&z, (uint16_t)bytes.n);
	writer_le16(&z, (uint16_t)~bytes.n);
	writer_bytes(&z, bytes.p, bytes.n);
	writer_be32(&z, b << 16 | a);
	chunk(w, "IDAT", (struct span){ block, writer_length(&z) });
}

static void
build(struct writer *w, struct reader *r)
{
	static const char names[][5] = { "PLTE", "tRNS", "gAMA", "sRGB", "sBIT",
		"bKGD", "iCCP", "cHRM", "tEXt", "pHYs" };
	static const uint8_t signature[] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n' };
	uint8_t head[13];
	struct writer h = writer_of(head, sizeof(head));
	uint8_t count;

	writer_be32(&h, reader_le16(r) % 1100u);
	writer_be32(&h, reader_le16(r) % 1100u);
	writer_u8(&h, (uint8_t)(1u << reader_u8(r) % 5));
	writer_u8(&h, reader_u8(r) % 7);
	writer_be16(&h, 0);
	writer_u8(&h, reader_u8(r) & 1);
	writer_bytes(w, signature, sizeof(signature));
	chunk(w, "IHDR", (struct span){ head, sizeof(head) });
	count = reader_u8(r) % 4;
	for (unsigned i = 0; i < count; i++) {
		const char *name = names[reader_u8(r) % 10];

		chunk(w, name, reader_span(r, reader_u8(r)));
	}
	rows(w, reader_span(r, reader_left(r)));
	chunk(w, "IEND", (struct span){ head, 0 });
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t png[1 << 17];
	struct reader r = reader_of(data, size);
	struct writer w = writer_of(png, sizeof(png));
	struct ink out = { 0 };

	if (size > 0 && data[0] != 0x89)
		build(&w, &r);
	else
		writer_bytes(&w, data, size < sizeof(png) ? size : 0);
	report_thumb_make(png, writer_length(&w), 160, 90, &out);
	ink_free(&out);
	return 0;
}
