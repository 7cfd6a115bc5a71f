/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cursor.h: bounds-checked reading and writing of little-endian (wire) and
 * big-endian (network) numbers. Pure; the reader's input may be hostile.
 * Errors stick: after the first short read every get gives 0 and `bad` stays
 * set, so that a decoder checks once, at its end.
 */
#ifndef COMMON_CURSOR_H
#define COMMON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span { /* borrowed bytes */
	const uint8_t *p;
	size_t n;
};

struct reader {
	const uint8_t *p; /* next byte */
	const uint8_t *end;
	bool bad; /* a read went beyond the end */
};

struct writer {
	uint8_t *start;
	uint8_t *p;
	uint8_t *end;
	bool bad; /* a write did not fit; nothing of it was written */
};

struct reader reader_of(const void *bytes, size_t n);
size_t reader_left(const struct reader *r);
/* True when all was read and nothing is left over. */
bool reader_done(const struct reader *r);
uint8_t reader_u8(struct reader *r);
uint16_t reader_le16(struct reader *r);
uint32_t reader_le32(struct reader *r);
uint64_t reader_le64(struct reader *r);
uint16_t reader_be16(struct reader *r);
uint32_t reader_be24(struct reader *r);
uint32_t reader_be32(struct reader *r);
uint64_t reader_be64(struct reader *r);
/* Borrow n bytes; an empty span when there are fewer. */
struct span reader_span(struct reader *r, size_t n);
void reader_bytes(struct reader *r, void *out, size_t n);
/* u16 length + bytes into a NUL-terminated buffer of `size`; a longer string
 * or one that holds a NUL is bad. */
void reader_string(struct reader *r, char *out, size_t size);

struct writer writer_of(void *bytes, size_t n);
size_t writer_length(const struct writer *w);
void writer_u8(struct writer *w, uint8_t v);
void writer_le16(struct writer *w, uint16_t v);
void writer_le32(struct writer *w, uint32_t v);
void writer_le64(struct writer *w, uint64_t v);
void writer_be16(struct writer *w, uint16_t v);
void writer_be32(struct writer *w, uint32_t v);
void writer_bytes(struct writer *w, const void *bytes, size_t n);
void writer_string(struct writer *w, const char *s);

#endif
