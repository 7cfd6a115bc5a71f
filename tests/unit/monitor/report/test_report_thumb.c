/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored pictures made small: the right size, the right mean, and anything that
 * is no PNG refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <png.h>

#include "monitor/report/report_thumb.h"

/* Left half of one grey, right half of another. */
static void
halves(uint32_t width, uint32_t height, uint8_t left, uint8_t right,
    struct ink *out)
{
	uint8_t *rgb = malloc((size_t)width * height * 3);
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = width,
		.height = height,
		.format = PNG_FORMAT_RGB };
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
	void *png = malloc(size);

	assert_non_null(rgb);
	assert_non_null(png);
	for (uint32_t y = 0; y < height; y++)
		for (uint32_t x = 0; x < width; x++)
			memset(rgb + (y * width + x) * 3,
			    x < width / 2 ? left : right, 3);
	assert_true(
	    png_image_write_to_memory(&image, png, &size, 0, rgb, 0, NULL));
	ink_bytes(out, png, size);
	free(png);
	free(rgb);
}

static void
read_back(const struct ink *png, png_image *image, uint8_t **rgb)
{
	*image = (png_image){ .version = PNG_IMAGE_VERSION };
	assert_true(
	    png_image_begin_read_from_memory(image, png->text, png->length));
	image->format = PNG_FORMAT_RGB;
	*rgb = malloc(PNG_IMAGE_SIZE(*image));
	assert_true(png_image_finish_read(image, NULL, *rgb, 0, NULL));
}

static void
test_sizes(void **state)
{
	static const uint32_t rows[][4] = {
		{ 320, 180, 160, 90 },
		{ 160, 90, 160, 90 },
		{ 100, 50, 100, 50 },
		{ 320, 240, 120, 90 },
		{ 180, 320, 50, 90 },
		{ 4096, 2, 160, 1 },
		{ 2, 4096, 1, 90 },
		{ 1, 1, 1, 1 },
		{ 319, 179, 160, 89 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ink big = { 0 }, small = { 0 };
		png_image image;
		uint8_t *rgb;

		halves(rows[i][0], rows[i][1], 40, 200, &big);
		assert_int_equal(report_thumb_make(big.text, big.length, 160,
				     90, &small),
		    THUMB_OK);
		read_back(&small, &image, &rgb);
		assert_int_equal(image.width, rows[i][2]);
		assert_int_equal(image.height, rows[i][3]);
		if (image.width > 4) {
			assert_int_equal(rgb[0], 40);
			assert_int_equal(rgb[(image.width - 1) * 3], 200);
		}
		free(rgb);
		ink_free(&big);
		ink_free(&small);
	}
}

static void
test_refuses(void **state)
{
	struct ink big = { 0 }, out = { 0 };

	(void)state;
	assert_int_equal(report_thumb_make("", 0, 160, 90, &out), THUMB_BAD);
	assert_int_equal(report_thumb_make("no PNG", 6, 160, 90, &out),
	    THUMB_BAD);
	halves(5000, 1, 1, 2, &big);
	assert_int_equal(report_thumb_make(big.text, big.length, 160, 90, &out),
	    THUMB_BAD);
	big.length = 0;
	halves(64, 64, 1, 2, &big);
	for (size_t n = 0; n + 20 < big.length; n++)
		assert_int_equal(report_thumb_make(big.text, n, 160, 90, &out),
		    THUMB_BAD);
	assert_int_equal(out.length, 0);
	ink_free(&big);
	ink_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
