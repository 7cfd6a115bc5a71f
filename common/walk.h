/* SPDX-License-Identifier: GPL-3.0-or-later */
/* walk.h: the steps of which a message's walk is made, each of which either
 * writes or reads a field, so that the two directions can't disagree. PURE;
 * what is read may be hostile. Of common/wire.c and common/device_wire.c. */
#ifndef COMMON_WALK_H
#define COMMON_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "camwarden/limits.h"
#include "camwarden/wire_feed.h"
#include "common/cursor.h"

struct walk {
	struct writer *w; /* writing when not NULL */
	struct reader *r;
	bool bad; /* a value out of range */
};

static inline void
f_u8(struct walk *k, uint8_t *v)
{
	if (k->w != NULL)
		writer_u8(k->w, *v);
	else
		*v = reader_u8(k->r);
}

static inline void
f_u16(struct walk *k, uint16_t *v)
{
	if (k->w != NULL)
		writer_le16(k->w, *v);
	else
		*v = reader_le16(k->r);
}

static inline void
f_u32(struct walk *k, uint32_t *v)
{
	if (k->w != NULL)
		writer_le32(k->w, *v);
	else
		*v = reader_le32(k->r);
}

static inline void
f_u64(struct walk *k, uint64_t *v)
{
	if (k->w != NULL)
		writer_le64(k->w, *v);
	else
		*v = reader_le64(k->r);
}

static inline void
f_i64(struct walk *k, int64_t *v)
{
	uint64_t u = (uint64_t)*v;

	f_u64(k, &u);
	*v = (int64_t)u;
}

static inline void
f_bool(struct walk *k, bool *v)
{
	uint8_t u = *v;

	f_u8(k, &u);
	if (u > 1)
		k->bad = true;
	*v = u == 1;
}

/* An enum's value, checked against its range [first, end). */
static inline unsigned
f_enum(struct walk *k, unsigned v, unsigned first, unsigned end)
{
	uint8_t u = (uint8_t)v;

	f_u8(k, &u);
	if (u < first || u >= end) {
		k->bad = true;
		u = (uint8_t)first;
	}
	return u;
}

static inline void
f_bytes(struct walk *k, void *v, size_t n)
{
	if (k->w != NULL)
		writer_bytes(k->w, v, n);
	else
		reader_bytes(k->r, v, n);
}

static inline void
f_string(struct walk *k, char *v, size_t size)
{
	if (k->w != NULL)
		writer_string(k->w, v);
	else
		reader_string(k->r, v, size);
}

/* family 0: none. */
static inline void
f_address(struct walk *k, struct wire_address *v)
{
	f_u8(k, &v->family);
	f_bytes(k, v->bytes, sizeof(v->bytes));
	if (v->family != 0 && v->family != 4 && v->family != 6)
		k->bad = true;
}

/* The two directions of a message, from its one walk: wire_put_hello,
 * wire_get_hello from walk_hello. */
#define WALK_PUT(room, name, type)                                             \
	void room##_put_##name(struct writer *w, const type *m)                \
	{                                                                      \
		struct walk k = { .w = w };                                    \
                                                                               \
		walk_##name(&k, (type *)(uintptr_t)m);                         \
		if (k.bad)                                                     \
			w->bad = true;                                         \
	}
#define WALK_GET(room, name, type)                                             \
	bool room##_get_##name(struct span body, type *m_out)                  \
	{                                                                      \
		struct reader r = reader_of(body.p, body.n);                   \
		struct walk k = { .r = &r };                                   \
                                                                               \
		memset(m_out, 0, sizeof(*m_out));                              \
		walk_##name(&k, m_out);                                        \
		return !k.bad && reader_done(&r);                              \
	}

#endif
