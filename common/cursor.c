/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/cursor.h"

#include <string.h>

struct reader
reader_of(const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	return (struct reader){ .p = p, .end = n ? p + n : p };
}

size_t
reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

bool
reader_done(const struct reader *r)
{
	return !r->bad && r->p == r->end;
}

struct span
reader_span(struct reader *r, size_t n)
{
	struct span s = { r->p, n };

	if (r->bad || reader_left(r) < n) {
		r->bad = true;
		return (struct span){ r->p, 0 };
	}
	r->p += n;
	return s;
}

static uint64_t
little(struct reader *r, size_t n)
{
	struct span s = reader_span(r, n);
	uint64_t v = 0;

	for (size_t i = s.n; i-- > 0;)
		v = v << 8 | s.p[i];
	return v;
}

static uint64_t
big(struct reader *r, size_t n)
{
	struct span s = reader_span(r, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t
reader_u8(struct reader *r)
{
	return (uint8_t)little(r, 1);
}

uint16_t
reader_le16(struct reader *r)
{
	return (uint16_t)little(r, 2);
}

uint32_t
reader_le32(struct reader *r)
{
	return (uint32_t)little(r, 4);
}

uint64_t
reader_le64(struct reader *r)
{
	return little(r, 8);
}

uint16_t
reader_be16(struct reader *r)
{
	return (uint16_t)big(r, 2);
}

uint32_t
reader_be24(struct reader *r)
{
	return (uint32_t)big(r, 3);
}

uint32_t
reader_be32(struct reader *r)
{
	return (uint32_t)big(r, 4);
}

uint64_t
reader_be64(struct reader *r)
{
	return big(r, 8);
}

void
reader_bytes(struct reader *r, void *out, size_t n)
{
	struct span s = reader_span(r, n);

	if (s.n == n && n > 0)
		memcpy(out, s.p, n);
	else if (n > 0)
		memset(out, 0, n);
}

void
reader_string(struct reader *r, char *out, size_t size)
{
	struct span s = reader_span(r, reader_le16(r));

	if (s.n >= size || (s.n > 0 && memchr(s.p, 0, s.n) != NULL)) {
		r->bad = true;
		s.n = 0;
	}
	if (s.n > 0)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
}

struct writer
writer_of(void *bytes, size_t n)
{
	uint8_t *p = bytes;

	return (struct writer){ .start = p, .p = p, .end = p + n };
}

size_t
writer_length(const struct writer *w)
{
	return (size_t)(w->p - w->start);
}

void
writer_bytes(struct writer *w, const void *bytes, size_t n)
{
	if (w->bad || (size_t)(w->end - w->p) < n) {
		w->bad = true;
		return;
	}
	if (n > 0)
		memcpy(w->p, bytes, n);
	w->p += n;
}

static void
put(struct writer *w, uint64_t v, size_t n, bool big_endian)
{
	uint8_t b[8];

	for (size_t i = 0; i < n; i++)
		b[big_endian ? n - 1 - i : i] = (uint8_t)(v >> (8 * i));
	writer_bytes(w, b, n);
}

void
writer_u8(struct writer *w, uint8_t v)
{
	put(w, v, 1, false);
}

void
writer_le16(struct writer *w, uint16_t v)
{
	put(w, v, 2, false);
}

void
writer_le32(struct writer *w, uint32_t v)
{
	put(w, v, 4, false);
}

void
writer_le64(struct writer *w, uint64_t v)
{
	put(w, v, 8, false);
}

void
writer_be16(struct writer *w, uint16_t v)
{
	put(w, v, 2, true);
}

void
writer_be32(struct writer *w, uint32_t v)
{
	put(w, v, 4, true);
}

void
writer_string(struct writer *w, const char *s)
{
	size_t n = strlen(s);

	if (n > UINT16_MAX) {
		w->bad = true;
		return;
	}
	writer_le16(w, (uint16_t)n);
	writer_bytes(w, s, n);
}
