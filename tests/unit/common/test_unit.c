/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is read off a unit before a decoder sees it. Each case is also cut at
 * every length: any answer, no read beyond the end (run under ASan). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/unit.h"

#define BYTES(...)                                                             \
	(const uint8_t[]){ __VA_ARGS__ },                                      \
	    sizeof((const uint8_t[]){ __VA_ARGS__ })
#define SPS4 0, 0, 0, 1, 0x67, 0x42, 0, 10
#define PPS4 0, 0, 1, 0x68, 0xce
#define IDR4 0, 0, 1, 0x65, 0x88, 0x80
#define SPS5 0, 0, 0, 1, 0x42, 1, 1
#define PPS5 0, 0, 1, 0x44, 1, 0xc0
#define IDR5 0, 0, 1, 0x26, 1, 0xaf

static const struct {
	const char *what;
	enum codec codec;
	const uint8_t *p;
	size_t n;
	bool brings;
} sets[] = {
	{ "sets, then a slice", CODEC_H264, BYTES(SPS4, PPS4, IDR4), true },
	{ "delimiter and SEI in between", CODEC_H264,
	    BYTES(0, 0, 0, 1, 9, 0xf0, SPS4, PPS4, 0, 0, 1, 6, 5, IDR4), true },
	{ "no PPS", CODEC_H264, BYTES(SPS4, IDR4), false },
	{ "no SPS", CODEC_H264, BYTES(PPS4, IDR4), false },
	{ "sets too late", CODEC_H264, BYTES(IDR4, SPS4, PPS4), false },
	{ "no slice", CODEC_H264, BYTES(SPS4, PPS4), false },
	{ "no start code", CODEC_H264, BYTES(0x67, 0x42, 0, 10, 0x68), false },
	{ "ones without zeros", CODEC_H264, BYTES(1, 1, 1, 0, 1, 1, 1, 1),
	    false },
	{ "start code at the end", CODEC_H264, BYTES(SPS4, PPS4, 0, 0, 1),
	    false },
	{ "H.265", CODEC_H265, BYTES(SPS5, PPS5, IDR5), true },
	{ "H.265 without PPS", CODEC_H265, BYTES(SPS5, IDR5), false },
	{ "H.264 taken for H.265", CODEC_H265, BYTES(SPS4, PPS4, IDR4), false },
};

/* The first k bytes in memory of their own, so that ASan sees any overrun. */
static uint8_t *
cut(const uint8_t *p, size_t k)
{
	uint8_t *copy = malloc(k + 1);

	memcpy(copy, p, k);
	return realloc(copy, k > 0 ? k : 1);
}

static void
parameter_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		print_message("%s\n", sets[i].what);
		for (size_t k = 0; k <= sets[i].n; k++) {
			uint8_t *p = cut(sets[i].p, k);
			bool brings = unit_brings_sets(sets[i].codec,
			    (struct span){ p, k });

			if (k == sets[i].n)
				assert_int_equal(brings, sets[i].brings);
			free(p);
		}
	}
}

/* first_mb_in_slice and slice_type, from the first bit: ue(0) is 1, ue(5) is
 * 00110, ue(7) is 0001000, ue(2) is 011. */
static const struct {
	const char *what;
	const uint8_t *p;
	size_t n;
	bool intra;
} slices[] = {
	{ "IDR, whatever its type", BYTES(SPS4, 0, 0, 1, 0x65, 0x98), true },
	{ "I, all of them", BYTES(0, 0, 1, 0x41, 0x88, 0), true },
	{ "I, this one", BYTES(0, 0, 1, 0x41, 0xb0, 0), true },
	{ "P", BYTES(0, 0, 1, 0x41, 0x98, 0), false },
	{ "I, then P at macroblock 4",
	    BYTES(0, 0, 1, 0x41, 0xb0, 0, 0, 1, 0x41, 0x29, 0x80), false },
	{ "IDR, then P at macroblock 4",
	    BYTES(0, 0, 1, 0x65, 0xb0, 0, 0, 1, 0x41, 0x29, 0x80), false },
	{ "I, then a field of P",
	    BYTES(0, 0, 1, 0x41, 0xb0, 0, 0, 1, 0x41, 0x98), true },
	{ "IDR, then a field of P",
	    BYTES(0, 0, 1, 0x65, 0xb0, 0, 0, 1, 0x41, 0x98), true },
	{ "I at macroblock 4", BYTES(0, 0, 1, 0x41, 0x2b, 0x80), true },
	{ "P at macroblock 4", BYTES(0, 0, 1, 0x41, 0x29, 0x80), false },
	{ "cut in the number", BYTES(0, 0, 1, 0x41, 0), true },
	{ "endless zeros", BYTES(0, 0, 1, 0x41, 0, 0, 3, 0, 0, 3, 0), true },
	{ "no slice", BYTES(SPS4, PPS4), true },
};

static void
intra(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		print_message("%s\n", slices[i].what);
		for (size_t k = 0; k <= slices[i].n; k++) {
			uint8_t *p = cut(slices[i].p, k);
			bool is = unit_is_intra((struct span){ p, k });

			if (k == slices[i].n)
				assert_int_equal(is, slices[i].intra);
			free(p);
		}
	}
}

#define SOF(h, w)                                                              \
	0xff, 0xc0, 0, 11, 8, (h) >> 8, (h)&255, (w) >> 8, (w)&255, 1, 1,      \
	    0x11, 0
#define SOI 0xff, 0xd8
#define EOI 0xff, 0xd9
#define APP 0xff, 0xe0, 0, 4, 1, 2

static const struct {
	const char *what;
	const uint8_t *p;
	size_t n;
	bool ok;
	uint32_t width, height;
	bool truncated;
} jpegs[] = {
	{ "plain", BYTES(SOI, SOF(480, 640), 1, 2, 3, EOI), true, 640, 480,
	    false },
	{ "fill bytes and APP0",
	    BYTES(SOI, APP, 0xff, 0xff, SOF(1080, 1920), 9, EOI), true, 1920,
	    1080, false },
	{ "padded behind the end", BYTES(SOI, SOF(8, 8), EOI, 0, 0, 0), true, 8,
	    8, false },
	{ "cut off", BYTES(SOI, SOF(8, 8), 1, 2, 3), true, 8, 8, true },
	{ "largest", BYTES(SOI, SOF(65535, 65535), EOI), true, 65535, 65535,
	    false },
	{ "DHT is no frame header", BYTES(SOI, 0xff, 0xc4, 0, 2, EOI), false, 0,
	    0, false },
	{ "length of one", BYTES(SOI, 0xff, 0xe0, 0, 1, 0), false, 0, 0,
	    false },
	{ "length beyond the end", BYTES(SOI, 0xff, 0xe0, 0xff, 0xff, 0), false,
	    0, 0, false },
	{ "no marker", BYTES(SOI, 0x12, 0x34), false, 0, 0, false },
	{ "not a JPEG", BYTES(0x89, 'P', 'N', 'G'), false, 0, 0, false },
};

static void
jpeg_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(jpegs) / sizeof(jpegs[0]); i++) {
		print_message("%s\n", jpegs[i].what);
		for (size_t k = 0; k <= jpegs[i].n; k++) {
			uint8_t *p = cut(jpegs[i].p, k);
			struct unit_jpeg j;
			bool ok = unit_read_jpeg((struct span){ p, k }, &j);

			free(p);
			if (k != jpegs[i].n)
				continue;
			assert_int_equal(ok, jpegs[i].ok);
			if (!ok)
				continue;
			assert_int_equal(j.width, jpegs[i].width);
			assert_int_equal(j.height, jpegs[i].height);
			assert_int_equal(j.truncated, jpegs[i].truncated);
		}
	}
}

static void
object_layers(void **state)
{
	static const uint8_t with[] = { 0, 0, 1, 0xb0, 1, 0, 0, 1, 0x20, 9 };
	static const uint8_t without[] = { 0, 0, 1, 0xb6, 1, 0x20, 9 };

	(void)state;
	assert_true(unit_has_vol((struct span){ with, sizeof(with) }));
	assert_false(unit_has_vol((struct span){ without, sizeof(without) }));
	assert_false(unit_has_vol((struct span){ with, 8 }));
	assert_false(unit_has_vol((struct span){ with, 0 }));
}

static void
other_codecs(void **state)
{
	static const uint8_t u[] = { 2, 0, 0, 0, 0x40, 1, 0xf0, 0, 7, 8, 9 };
	static const uint8_t lie[] = { 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1 };
	struct unit_other o;

	(void)state;
	assert_true(unit_read_other((struct span){ u, sizeof(u) }, &o));
	assert_int_equal(o.width, 320);
	assert_int_equal(o.height, 240);
	assert_int_equal(o.extradata.n, 2);
	assert_int_equal(o.extradata.p[0], 7);
	assert_int_equal(o.packet.n, 1);
	assert_int_equal(o.packet.p[0], 9);
	for (size_t n = 0; n < sizeof(u); n++) /* no packet left: nothing */
		assert_false(unit_read_other((struct span){ u, n }, &o));
	assert_false(unit_read_other((struct span){ lie, sizeof(lie) }, &o));
}

static uint64_t
print_of(enum codec codec, const uint8_t *p, size_t n)
{
	return unit_sets_print(codec, (struct span){ p, n });
}

static void
prints_of_sets(void **state)
{
	(void)state;
	uint64_t one = print_of(CODEC_H264, BYTES(SPS4, PPS4, IDR4));

	assert_true(one != 0);
	assert_true(one == print_of(CODEC_H264, BYTES(SPS4, 0, 0, 1, 6, 5, PPS4,
						    0, 0, 1, 0x65, 0x11)));
	assert_true(one != print_of(CODEC_H264, BYTES(SPS4, 7, PPS4, IDR4)));
	assert_true(one != print_of(CODEC_H264, BYTES(PPS4, SPS4, IDR4)));
	assert_true(one != print_of(CODEC_H265, BYTES(SPS5, PPS5, IDR5)));
	assert_true(print_of(CODEC_H264, BYTES(IDR4)) == 0);
	assert_true(print_of(CODEC_MPEG4,
			BYTES(0, 0, 1, 0x20, 7, 0, 0, 1, 0xb6, 1)) != 0);
	assert_true(print_of(CODEC_MPEG4, BYTES(0, 0, 1, 0xb6, 1)) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameter_sets),
		cmocka_unit_test(prints_of_sets),
		cmocka_unit_test(intra),
		cmocka_unit_test(jpeg_headers),
		cmocka_unit_test(object_layers),
		cmocka_unit_test(other_codecs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
