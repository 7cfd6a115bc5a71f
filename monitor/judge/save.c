/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was learned of a feed, as bytes: version, then numbers in a fixed
 * order: of the stream and of frozen, then the usual, then the normal with its
 * pinned picture. No proof of life is among them. */
#include <string.h>

#include "common/cursor.h"
#include "monitor/judge/feed.h"

#define SAVE_VERSION 5u

_Static_assert(JUDGE_SAVE_BYTES >= 128u + NORMAL_SAVE_BYTES + USUAL_SAVE_BYTES,
    "raise JUDGE_SAVE_BYTES");

static size_t
save(const struct judge_feed *f, const struct usual *u, const struct normal *n,
    void *out, size_t size)
{
	struct writer w = writer_of(out, size);
	const struct stream *s = &f->stream;
	const struct frozen *z = &f->frozen;

	writer_le16(&w, SAVE_VERSION);
	writer_u8(&w, (uint8_t)s->codec);
	writer_le16(&w, s->width);
	writer_le16(&w, s->height);
	writer_le32(&w, s->parameter_print);
	writer_le32(&w, s->gop_us);
	writer_le32(&w, s->fps_usual);
	writer_le32(&w, s->rate_low);
	writer_le32(&w, s->rate_mean);
	writer_le32(&w, s->rate_spread);
	writer_le32(&w, s->key_mean);
	writer_le32(&w, s->key_spread);
	writer_le32(&w, s->inter_low);
	writer_le16(&w, s->learned);
	writer_le16(&w, z->quiet_permille);
	writer_le16(&w, z->life_permille);
	writer_le16(&w, z->life_seen);
	writer_le32(&w, z->life_excess);
	writer_le32(&w, z->floor.q8);
	writer_le16(&w, z->floor.seen);
	writer_le64(&w, (uint64_t)z->longest_us);
	usual_save(u, &w);
	normal_save(n, &w);
	return w.bad ? 0 : writer_length(&w);
}

size_t
judge_save(const struct judge_feed *f, void *out, size_t size)
{
	return save(f, &f->usual, &f->normal, out, size);
}

size_t
judge_save_unseen(const struct judge_feed *f, void *out, size_t size)
{
	static const struct normal no_normal;
	static const struct usual no_usual;

	return save(f, &no_usual, &no_normal, out, size);
}

void
judge_restore(struct judge_feed *f, const void *bytes, size_t length)
{
	struct reader r = reader_of(bytes, length);
	struct stream s = f->stream;
	struct frozen z = f->frozen;

	if (reader_le16(&r) != SAVE_VERSION)
		return;
	s.codec = (enum codec)reader_u8(&r);
	s.width = reader_le16(&r);
	s.height = reader_le16(&r);
	s.parameter_print = reader_le32(&r);
	s.gop_us = reader_le32(&r);
	s.fps_usual = reader_le32(&r);
	s.rate_low = reader_le32(&r);
	s.rate_mean = reader_le32(&r);
	s.rate_spread = reader_le32(&r);
	s.key_mean = reader_le32(&r);
	s.key_spread = reader_le32(&r);
	s.inter_low = reader_le32(&r);
	s.learned = reader_le16(&r);
	z.quiet_permille = reader_le16(&r);
	z.life_permille = reader_le16(&r);
	z.life_seen = reader_le16(&r);
	z.life_excess = reader_le32(&r);
	z.floor.q8 = reader_le32(&r);
	z.floor.seen = reader_le16(&r);
	z.longest_us = (int64_t)reader_le64(&r);
	if (s.codec >= CODEC_COUNT || z.life_permille > 1000 ||
	    z.quiet_permille > 1000 || z.longest_us < 0 ||
	    z.longest_us > 86400ll * 1000000)
		return;
	if (!usual_load(&f->usual, &r) || !normal_restore(&f->normal, &r) ||
	    !reader_done(&r)) {
		usual_forget(&f->usual);
		memset(&f->normal, 0, sizeof(f->normal));
		return;
	}
	f->stream = s;
	f->frozen = z;
}
