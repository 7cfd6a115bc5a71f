/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PNGs are read back with the decoder, so that size and colours are proved by
 * other code than the one that wrote them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libavcodec/codec_id.h>

#include "camwarden/limits.h"
#include "clip.h"
#include "probes/picture/decoder.h"
#include "probes/picture/thumbnail.h"

static const struct thumbnail_about about = {
	.uuid = { 0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x12, 0xd3, 0xa4, 0x56,
	    0x42, 0x66, 0x14, 0x17, 0x40, 0x00 },
	.utc_us = 1709210096000042, /* 2024-02-29, a leap day */
	.probe = 7,
};

static bool
holds(const struct thumbnail *t, const char *key, const char *text)
{
	char chunk[100];
	size_t n = strlen(key) + 1;

	memcpy(chunk, key, n);
	memcpy(chunk + n, text, strlen(text));
	return memmem(t->bytes, t->length, chunk, n + strlen(text)) != NULL;
}

/* Mean R, G, B of the PNG, by way of the decoder's luma and chroma. */
static void
read_back(const struct thumbnail *t, uint32_t *width, uint32_t *height,
    int mean[3])
{
	struct decoder_config cfg;
	struct clip_unit png = clip_copy(t->bytes, t->length);
	struct clip_unit w = clip_wrap(&png, 0, 0);
	const struct decoder_unit unit = { .codec = CODEC_OTHER,
		.codec_id = AV_CODEC_ID_PNG,
		.bytes = w.bytes,
		.length = w.length };
	struct picture_view v;
	uint32_t damage;

	decoder_config_defaults(&cfg);

	struct decoder *d = decoder_new(&cfg);

	assert_int_equal(decoder_decode(d, &unit, &v, &damage), SAMPLE_OK);
	*width = v.width;
	*height = v.height;
	for (int i = 0; i < 3; i++) {
		uint64_t sum = 0;

		for (uint32_t y = 0; y < v.height; y++)
			for (uint32_t x = 0; x < v.width; x++)
				sum +=
				    v.plane[i][(ptrdiff_t)y * v.stride[i] + x];
		mean[i] = (int)(sum / ((uint64_t)v.width * v.height));
	}
	decoder_free(&d);
	clip_free(&png);
	clip_free(&w);
}

static void
sizes_and_colours(void **state)
{
	/* Level of Y, U, V in; full-range Y, U, V of the RGB that comes out. */
	static const struct {
		uint32_t width, height;
		uint8_t depth, shift;
		bool full;
		uint8_t in[3];
		uint32_t to_width, to_height;
		uint8_t out[3];
	} cases[] = {
		{ 640, 360, 8, 1, false, { 16, 128, 128 }, 320, 180,
		    { 0, 128, 128 } },
		{ 640, 360, 8, 1, false, { 235, 128, 128 }, 320, 180,
		    { 255, 128, 128 } },
		{ 640, 480, 8, 1, true, { 200, 128, 128 }, 320, 240,
		    { 200, 128, 128 } },
		{ 640, 480, 8, 0, true, { 76, 85, 255 }, 320, 240,
		    { 76, 85, 255 } }, /* red */
		{ 640, 480, 8, 1, true, { 149, 44, 21 }, 320, 240,
		    { 149, 44, 21 } }, /* green */
		{ 100, 50, 8, 1, true, { 90, 128, 128 }, 100, 50,
		    { 90, 128, 128 } }, /* never larger */
		{ 1920, 1080, 10, 1, false, { 126, 128, 128 }, 320, 180,
		    { 128, 128, 128 } },
		{ 17, 4000, 8, 1, true, { 9, 128, 128 }, 17, 1024,
		    { 9, 128, 128 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned bytes = cases[i].depth > 8 ? 2 : 1;
		size_t n = (size_t)cases[i].width * cases[i].height;
		struct picture_view v = { .width = cases[i].width,
			.height = cases[i].height,
			.depth = cases[i].depth,
			.chroma_shift_x = cases[i].shift,
			.chroma_shift_y = cases[i].shift,
			.full_range = cases[i].full };
		struct thumbnail t;
		uint32_t w, h;
		int mean[3];

		for (int p = 0; p < 3; p++) {
			uint8_t *plane = malloc(n * bytes);

			for (size_t k = 0; k < n; k++) {
				uint16_t wide =
				    (uint16_t)(cases[i].in[p]
					       << (cases[i].depth - 8));

				memcpy(plane + k * bytes, &wide, bytes);
			}
			v.plane[p] = plane;
			v.stride[p] = (ptrdiff_t)(cases[i].width * bytes);
		}
		assert_true(thumbnail_make(&v, 320, &about, &t));
		assert_int_equal(t.width, cases[i].to_width);
		assert_int_equal(t.height, cases[i].to_height);
		read_back(&t, &w, &h, mean);
		assert_int_equal(w, cases[i].to_width);
		assert_int_equal(h, cases[i].to_height);
		for (int p = 0; p < 3; p++) {
			assert_in_range(abs(mean[p] - cases[i].out[p]), 0, 3);
			free((void *)(uintptr_t)v.plane[p]);
		}
		free(t.bytes);
	}
}

static void
text_says_whose_and_when(void **state)
{
	static const uint8_t grey[64 * 64];
	const struct picture_view v = { .plane = { grey },
		.stride = { 64 },
		.width = 64,
		.height = 64,
		.depth = 8 };
	struct thumbnail t;

	(void)state;
	assert_true(thumbnail_make(&v, 320, &about, &t));
	assert_true(holds(&t, "Feed", "123e4567-e89b-12d3-a456-426614174000"));
	assert_true(holds(&t, "Creation Time", "2024-02-29T12:34:56.000042Z"));
	assert_true(holds(&t, "Probe", "7"));
	free(t.bytes);
}

/* Noise doesn't compress: what would be too large isn't made at all. */
static void
too_large_is_refused(void **state)
{
	size_t n = 1024 * 1024;
	uint8_t *noise = malloc(n);
	uint32_t lcg = 1;
	struct picture_view v = { .plane = { noise, noise, noise },
		.stride = { 1024, 1024, 1024 },
		.width = 1024,
		.height = 1024,
		.depth = 8,
		.full_range = true };
	struct thumbnail t;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		lcg = lcg * 1664525u + 1013904223u;
		noise[i] = (uint8_t)(lcg >> 24);
	}
	assert_false(thumbnail_make(&v, 1024, &about, &t));
	v.plane[0] = NULL;
	assert_false(thumbnail_make(&v, 320, &about, &t));
	free(noise);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_and_colours),
		cmocka_unit_test(text_says_whose_and_when),
		cmocka_unit_test(too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
