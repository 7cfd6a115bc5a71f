/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture probe's decoder against generated keyframes and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavcodec/codec_id.h>

#include "clip.h"
#include "probes/picture/decoder.h"

static struct measures measures; /* too large for the stack */

static struct decoder *
make(uint32_t contexts)
{
	struct decoder_config cfg;

	decoder_config_defaults(&cfg);
	cfg.max_pixels = 4096 * 4096;
	cfg.contexts = contexts;
	decoder_warm();

	struct decoder *d = decoder_new(&cfg);

	assert_non_null(d);
	return d;
}

static enum sample_result
decode(struct decoder *d, enum codec codec, uint32_t id,
    const struct clip_unit *u, struct picture_view *v, uint32_t *damage)
{
	const struct decoder_unit unit = { .codec = codec,
		.codec_id = id,
		.bytes = u->bytes,
		.length = u->length };

	*damage = 0;
	return decoder_decode(d, &unit, v, damage);
}

/* Decodes and says which picture came out; 0 = none. */
static uint64_t
print_of(struct decoder *d, enum codec codec, const struct clip_unit *u,
    enum sample_result *result)
{
	struct picture_view v;
	uint32_t damage;

	*result = decode(d, codec, 0, u, &v, &damage);
	if (*result > SAMPLE_DAMAGED)
		return 0;
	assert_true(measure_picture(&v, &measures));
	return measures.picture_hash;
}

static uint32_t
opened(const struct decoder *d)
{
	struct decoder_stats s;

	decoder_stats(d, &s);
	return (uint32_t)s.opened;
}

static const struct {
	enum codec codec;
	uint32_t id;
	struct clip_spec spec;
	int tolerance; /* mean error of luma levels */
} clips[] = {
	{ CODEC_H264, 0, { "libx264", 320, 180, 1 }, 12 },
	{ CODEC_H264, 0, { "libx264", 322, 182, 2, "yuv422p" }, 12 },
	{ CODEC_H264, 0, { "libx264", 320, 180, 3, "yuv420p10le" }, 12 },
	/* libavcodec reports several slices as errors when ec=0 */
	{ CODEC_H264, 0, { "libx264", 320, 180, 12, NULL, 0, 4 }, 12 },
	{ CODEC_H265, 0, { "libx265", 320, 180, 4 }, 12 },
	{ CODEC_H265, 0, { "libx265", 328, 184, 5, "yuv420p10le" }, 12 },
	{ CODEC_MJPEG, 0, { "mjpeg", 320, 184, 6, "yuvj420p" }, 6 },
	{ CODEC_MJPEG, 0, { "mjpeg", 250, 130, 7, "yuvj422p" }, 6 },
	{ CODEC_MPEG4, 0, { "mpeg4", 320, 192, 8 }, 6 },
	{ CODEC_OTHER, AV_CODEC_ID_PNG, { "png", 100, 80, 9, "rgb24" }, 2 },
	{ CODEC_OTHER, AV_CODEC_ID_PNG, { "png", 100, 80, 9, "gray" }, 2 },
	{ CODEC_OTHER, AV_CODEC_ID_MPEG2VIDEO, { "mpeg2video", 320, 192, 10 },
	    6 },
	{ CODEC_OTHER, AV_CODEC_ID_VP8, { "libvpx", 320, 192, 11 }, 12 },
};
#define CLIPS (sizeof(clips) / sizeof(clips[0]))

static struct clip_unit
clip_unit_of(size_t i)
{
	struct clip_unit u = clip_make(&clips[i].spec);

	if (clips[i].codec == CODEC_OTHER) {
		struct clip_unit w =
		    clip_wrap(&u, (uint16_t)clips[i].spec.width,
			(uint16_t)clips[i].spec.height);

		clip_free(&u);
		return w;
	}
	return u;
}

static int
mean_error(const struct picture_view *v, unsigned seed)
{
	uint64_t sum = 0;

	for (uint32_t y = 0; y < v->height; y++) {
		const uint8_t *row = v->plane[0] + (ptrdiff_t)y * v->stride[0];

		for (uint32_t x = 0; x < v->width; x++) {
			uint16_t wide = row[x];

			if (v->depth > 8) {
				memcpy(&wide, row + 2 * x, 2);
				wide = (uint16_t)(wide >> (v->depth - 8));
			}
			sum += (uint64_t)abs(
			    (int)wide - clip_luma(seed, (int)x, (int)y));
		}
	}
	return (int)(sum / ((uint64_t)v->width * v->height));
}

static void
every_codec_decodes(void **state)
{
	struct decoder *d = make(16);

	(void)state;
	for (size_t i = 0; i < CLIPS; i++) {
		struct clip_unit u = clip_unit_of(i);
		struct picture_view v;
		uint32_t damage;

		for (int again = 0; again < 3; again++) {
			assert_int_equal(decode(d, clips[i].codec, clips[i].id,
					     &u, &v, &damage),
			    SAMPLE_OK);
			assert_int_equal(damage, 0);
			assert_int_equal(v.width, clips[i].spec.width);
			assert_int_equal(v.height, clips[i].spec.height);
			assert_in_range(mean_error(&v, clips[i].spec.seed), 0,
			    clips[i].tolerance);
			assert_true(measure_picture(&v, &measures));
		}
		clip_free(&u);
	}
	/* Those without parameter sets share no context with anybody. */
	assert_in_range(opened(d), CLIPS - 3, 3 * CLIPS - 1);
	decoder_free(&d);
}

static void
contexts_are_shared_and_bounded(void **state)
{
	struct decoder *d = make(2);
	struct clip_unit u[3];
	enum sample_result r;
	struct decoder_stats s;

	(void)state;
	for (int i = 0; i < 3; i++)
		u[i] = clip_make(&(struct clip_spec){ "libx264", 160 + 32 * i,
		    96, (unsigned)i });
	for (int i = 0; i < 40; i++) /* two geometries, two decoders */
		assert_true(print_of(d, CODEC_H264, &u[i % 2], &r) != 0);
	assert_int_equal(opened(d), 2);
	print_of(d, CODEC_H264, &u[2], &r); /* the oldest gives way: u[0] */
	print_of(d, CODEC_H264, &u[1], &r);
	assert_int_equal(opened(d), 3);
	print_of(d, CODEC_H264, &u[0], &r);
	assert_int_equal(opened(d), 4);
	decoder_stats(d, &s);
	assert_int_equal(s.open, 2);
	for (int i = 0; i < 3; i++)
		clip_free(&u[i]);
	decoder_free(&d);
}

/* A unit whose header is spoilt isn't read by a neighbour's. */
static void
headers_are_not_borrowed(void **state)
{
	static const struct {
		const char *encoder;
		enum codec codec;
	} which[] = { { "libx264", CODEC_H264 }, { "mpeg4", CODEC_MPEG4 } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct clip_unit good = clip_make(
		    &(struct clip_spec){ which[i].encoder, 64, 64, 1 });

		for (size_t at = 4; at < 40; at++) {
			struct clip_unit bad =
			    clip_copy(good.bytes, good.length);
			struct decoder *d = make(4), *alone = make(4);
			enum sample_result r, r_alone;
			uint64_t print;

			bad.bytes[at] ^= 0x40;
			print_of(d, which[i].codec, &good, &r);
			assert_int_equal(r, SAMPLE_OK);
			print = print_of(d, which[i].codec, &bad, &r);
			assert_true(print == print_of(alone, which[i].codec,
						 &bad, &r_alone));
			assert_int_equal(r, r_alone);
			clip_free(&bad);
			decoder_free(&d);
			decoder_free(&alone);
		}
		clip_free(&good);
	}
}

static void
contexts_are_renewed(void **state)
{
	struct decoder *d = make(4);
	struct clip_unit u =
	    clip_make(&(struct clip_spec){ "mpeg4", 32, 32, 1 });
	enum sample_result r;

	(void)state;
	for (unsigned i = 0; i < DECODER_JOBS; i++) {
		struct picture_view v;
		uint32_t damage;

		assert_int_equal(decode(d, CODEC_MPEG4, 0, &u, &v, &damage),
		    SAMPLE_OK);
	}
	assert_int_equal(opened(d), 1);
	assert_true(print_of(d, CODEC_MPEG4, &u, &r) != 0);
	assert_int_equal(opened(d), 2);
	clip_free(&u);
	decoder_free(&d);
}

/* What is damaged says so, and shows nothing of the camera decoded before. */
static void
damage_shows_and_nothing_leaks(void **state)
{
	static const size_t which[] = { 0, 3, 5, 7 };
	struct decoder *d = make(16);

	(void)state;
	for (size_t k = 0; k < 4; k++) {
		size_t i = which[k];
		struct clip_spec other = clips[i].spec;
		struct clip_unit u = clip_unit_of(i), before[2];
		enum sample_result r[2];
		uint64_t print[2];

		for (unsigned b = 0; b < 2; b++) {
			other.seed = 70 + b;
			before[b] = clip_make(&other);
		}
		memset(u.bytes + u.length * 6 / 10, 0,
		    u.length - u.length * 6 / 10);
		u.length = u.length * 6 / 10;
		for (unsigned b = 0; b < 2; b++) {
			enum sample_result fine;

			for (int n = 0; n < 3; n++) {
				print_of(d, clips[i].codec, &before[b], &fine);
				assert_int_equal(fine, SAMPLE_OK);
			}
			print[b] = print_of(d, clips[i].codec, &u, &r[b]);
		}
		/* libavcodec's HEVC decoder reads on over a missing tail and
		 * reports nothing. */
		if (clips[i].codec != CODEC_H265)
			assert_true(r[0] == SAMPLE_DAMAGED ||
				    r[0] == SAMPLE_UNDECODABLE);
		assert_int_equal(r[0], r[1]);
		assert_true(print[0] == print[1]);
		clip_free(&before[0]);
		clip_free(&before[1]);
		clip_free(&u);
	}
	decoder_free(&d);
}

/* A P picture alone is no keyframe; one without parameter sets is nothing. */
static void
units_must_stand_alone(void **state)
{
	struct decoder *d = make(4);
	struct clip_spec spec = { "libx264", 160, 96, 5 };
	struct clip_unit key = clip_make(&spec), p;
	enum sample_result r;

	(void)state;
	spec.frame = 1;
	p = clip_make(&spec);
	print_of(d, CODEC_H264, &key, &r);
	assert_int_equal(r, SAMPLE_OK);
	assert_true(print_of(d, CODEC_H264, &p, &r) == 0);
	assert_int_equal(r, SAMPLE_UNDECODABLE);

	/* The sets of the keyframe in front of the P picture. */
	size_t idr = 0;

	while (idr + 4 < key.length &&
	       !(key.bytes[idr] == 0 && key.bytes[idr + 1] == 0 &&
		   key.bytes[idr + 2] == 1 && (key.bytes[idr + 3] & 31) == 5))
		idr++;

	struct clip_unit both = clip_copy(key.bytes, idr + p.length);

	memcpy(both.bytes + idr, p.bytes, p.length);
	print_of(d, CODEC_H264, &both, &r);
	assert_int_equal(r, SAMPLE_NO_KEYFRAME);
	clip_free(&both);
	clip_free(&p);
	clip_free(&key);
	decoder_free(&d);
}

struct bits {
	uint8_t bytes[64];
	unsigned at;
};

static void
put(struct bits *b, uint32_t v, unsigned n)
{
	while (n-- > 0) {
		if ((v >> n) & 1)
			b->bytes[b->at / 8] |= (uint8_t)(0x80 >> (b->at % 8));
		b->at++;
	}
}

static void
put_ue(struct bits *b, uint32_t v)
{
	unsigned n = 0;

	for (uint32_t x = v + 1; x > 1; x >>= 1)
		n++;
	put(b, 0, n);
	put(b, v + 1, n + 1);
}

/* An H.264 SPS, PPS and the start of an IDR slice of w x h macroblocks. */
static struct clip_unit
h264_of(uint32_t w, uint32_t h)
{
	struct bits b = { { 0 } };
	const uint32_t sps_ue[] = { 0, 0, 0, 0, 1 }; /* id, frame num, poc, poc
							lsb, refs */

	put(&b, 1, 32);
	put(&b, 0x67420033, 32); /* baseline, level 5.1 */
	for (int i = 0; i < 5; i++)
		put_ue(&b, sps_ue[i]);
	put(&b, 0, 1);
	put_ue(&b, w - 1);
	put_ue(&b, h - 1);
	put(&b, 0xc, 4); /* frames only, direct 8x8, no crop, no vui */
	put(&b, 1, 1);
	b.at = (b.at + 7) / 8 * 8;
	put(&b, 1, 32);
	put(&b, 0x68, 8);
	put_ue(&b, 0);
	put_ue(&b, 0);
	put(&b, 0, 2);
	for (int i = 0; i < 3; i++)
		put_ue(&b, 0);
	put(&b, 0, 3);
	for (int i = 0; i < 3; i++)
		put_ue(&b, 0);
	put(&b, 0, 3);
	put(&b, 1, 1);
	b.at = (b.at + 7) / 8 * 8;
	put(&b, 1, 32);
	put(&b, 0x6588843f, 32);
	return clip_copy(b.bytes, b.at / 8);
}

/* Pictures larger than any camera's are refused before memory is asked for.*/
static void
bombs_are_refused(void **state)
{
	static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0xff,
		0xff, 0xff, 0xff, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff,
		0xda, 0, 12, 3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0, 0x12, 0xff,
		0xd9 };
	static const uint8_t png[] = { 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0,
		0, 0, 13, 'I', 'H', 'D', 'R', 0, 1, 0x86, 0xa0, 0, 1, 0x86,
		0xa0, 8, 2, 0, 0, 0, 0, 0, 0, 0 };
	struct decoder *d = make(4);
	struct clip_unit u = clip_copy(jpeg, sizeof(jpeg)), w;
	struct picture_view v;
	uint32_t damage;

	(void)state;
	assert_int_equal(decode(d, CODEC_MJPEG, 0, &u, &v, &damage),
	    SAMPLE_TOO_LARGE);
	clip_free(&u);

	u = h264_of(256, 257); /* 4096 x 4112: just beyond this test's limit */
	assert_int_equal(decode(d, CODEC_H264, 0, &u, &v, &damage),
	    SAMPLE_TOO_LARGE);
	clip_free(&u);
	u = h264_of(4096, 4096); /* 65536 x 65536 */
	assert_true(decode(d, CODEC_H264, 0, &u, &v, &damage) > SAMPLE_DAMAGED);
	clip_free(&u);

	u = clip_copy(png, sizeof(png));
	w = clip_wrap(&u, 0, 0);
	assert_true(decode(d, CODEC_OTHER, AV_CODEC_ID_PNG, &w, &v, &damage) >
		    SAMPLE_DAMAGED);
	clip_free(&w);
	w = clip_wrap(&u, 65535, 65535);
	assert_int_equal(decode(d, CODEC_OTHER, AV_CODEC_ID_PNG, &w, &v,
			     &damage),
	    SAMPLE_TOO_LARGE);
	clip_free(&w);
	clip_free(&u);
	decoder_free(&d);
}

static void
strange_units_are_undecodable(void **state)
{
	static const uint8_t zeros[300];
	static const struct {
		enum codec codec;
		uint32_t id;
		size_t length;
	} cases[] = {
		{ CODEC_NONE, 0, 10 },
		{ CODEC_H264, 0, 0 },
		{ CODEC_H264, 0, 1 },
		{ CODEC_H264, 0, 300 },
		{ CODEC_H265, 0, 300 },
		{ CODEC_MJPEG, 0, 300 },
		{ CODEC_MPEG4, 0, 300 },
		{ CODEC_OTHER, 0, 300 },
		{ CODEC_OTHER, AV_CODEC_ID_PNG, 7 },
		{ CODEC_OTHER, AV_CODEC_ID_PNG, 300 },
		{ CODEC_OTHER, AV_CODEC_ID_RAWVIDEO, 300 },
		{ CODEC_OTHER, 0xffffffff, 300 },
	};
	struct decoder *d = make(4);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clip_unit u = clip_copy(zeros, cases[i].length);
		struct picture_view v;
		uint32_t damage;

		assert_int_equal(decode(d, cases[i].codec, cases[i].id, &u, &v,
				     &damage),
		    SAMPLE_UNDECODABLE);
		clip_free(&u);
	}
	decoder_free(&d);
}

/* Flipped bits and cuts anywhere: any result, no crash, and a good unit right
 * after decodes as if nothing had been. */
static void
mutations_leave_the_next_unit_alone(void **state)
{
	struct decoder *d = make(8);
	uint32_t lcg = 12345;

	(void)state;
	for (size_t i = 0; i < CLIPS; i++) {
		struct clip_unit good = clip_unit_of(i);
		struct picture_view v;
		uint32_t damage;

		for (int n = 0; n < 60; n++) {
			struct clip_unit bad =
			    clip_copy(good.bytes, good.length);

			for (int k = 0; k <= n % 8; k++) {
				lcg = lcg * 1664525u + 1013904223u;
				bad.bytes[(lcg >> 8) % bad.length] ^=
				    (uint8_t)(1u << (lcg >> 29));
			}
			if (n % 3 == 0)
				bad.length = 1 + (lcg >> 8) % bad.length;
			memset(bad.bytes + bad.length, 0, 64);
			if (decode(d, clips[i].codec, clips[i].id, &bad, &v,
				&damage) <= SAMPLE_DAMAGED)
				measure_picture(&v, &measures);
			clip_free(&bad);
		}
		assert_int_equal(decode(d, clips[i].codec, clips[i].id, &good,
				     &v, &damage),
		    SAMPLE_OK);
		assert_in_range(mean_error(&v, clips[i].spec.seed), 0,
		    clips[i].tolerance);
		clip_free(&good);
	}
	decoder_free(&d);
}

/* Two fields, the first I (of raw macroblocks), the second P with nothing new
 * in it: how encoders of analogue cameras code a keyframe. */
static void
a_field_of_p(void **state)
{
	static const uint8_t sets[] = { 0, 0, 0, 1, 0x67, 0x4d, 0, 0x1e, 0xf4,
		0x0a, 0x18, 0x90, 0, 0, 0, 1, 0x68, 0xce, 0x38, 0x80 };
	static const uint8_t first[] = { 0, 0, 1, 0x65, 0x88, 0x85, 2, 0x1a };
	static const uint8_t second[] = { 0x80, 0, 0, 1, 0x41, 0x9a, 0x18, 0x88,
		0x1e, 0x60 };
	static uint8_t bytes[65536];
	uint8_t *at = bytes;
	struct decoder *d = make(4);
	struct picture_view v;
	uint32_t damage;

	(void)state;
	at = mempcpy(at, sets, sizeof(sets));
	at = mempcpy(at, first, sizeof(first));
	for (int mb = 0; mb < 20 * 6; mb++) {
		if (mb > 0) {
			*at++ = 0x0d;
			*at++ = 0;
		}
		memset(at, 100, 384);
		at += 384;
	}
	at = mempcpy(at, second, sizeof(second));

	struct clip_unit u = { .bytes = bytes, .length = (size_t)(at - bytes) };

	/* then the first alone, as where each has an RTP time of its own */
	for (int i = 0; i < 2; i++, u.length -= sizeof(second) - 1) {
		assert_int_equal(decode(d, CODEC_H264, 0, &u, &v, &damage),
		    SAMPLE_OK);
		assert_int_equal(v.width, 320);
		assert_int_equal(v.height, 192);
		assert_int_equal(v.plane[0][0], 100);
		assert_int_equal(v.plane[0][v.stride[0]], 100);
	}
	decoder_free(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_of_p),
		cmocka_unit_test(every_codec_decodes),
		cmocka_unit_test(contexts_are_shared_and_bounded),
		cmocka_unit_test(headers_are_not_borrowed),
		cmocka_unit_test(contexts_are_renewed),
		cmocka_unit_test(damage_shows_and_nothing_leaks),
		cmocka_unit_test(units_must_stand_alone),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(strange_units_are_undecodable),
		cmocka_unit_test(mutations_leave_the_next_unit_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
