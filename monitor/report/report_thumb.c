/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_thumb.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

struct rgb {
	uint8_t *bytes; /* width * height * 3 */
	uint32_t width, height;
};

static enum thumb_result
read_png(const void *png, size_t length, struct rgb *out)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	/* What is transparent becomes grey: a camera's picture has none. */
	png_color grey = { 128, 128, 128 };

	if (!png_image_begin_read_from_memory(&image, png, length))
		return THUMB_BAD;
	if (image.width == 0 || image.height == 0 ||
	    image.width > THUMB_SIDE_MOST || image.height > THUMB_SIDE_MOST) {
		png_image_free(&image);
		return THUMB_BAD;
	}
	image.format = PNG_FORMAT_RGB;
	*out = (struct rgb){ malloc(PNG_IMAGE_SIZE(image)), image.width,
		image.height };
	if (out->bytes == NULL) {
		png_image_free(&image);
		return THUMB_NO_MEMORY;
	}
	if (png_image_finish_read(&image, &grey, out->bytes, 0, NULL))
		return THUMB_OK;
	free(out->bytes);
	return THUMB_BAD;
}

/* The mean of the pixels that a smaller one covers; whole ones only, which at
 * these sizes nobody sees. */
static void
shrink(const struct rgb *from, struct rgb *to)
{
	for (uint32_t y = 0; y < to->height; y++) {
		uint32_t y0 = y * from->height / to->height;
		uint32_t y1 = (y + 1) * from->height / to->height;

		for (uint32_t x = 0; x < to->width; x++) {
			uint32_t x0 = x * from->width / to->width;
			uint32_t x1 = (x + 1) * from->width / to->width;
			uint32_t sum[3] = { 0 };
			uint32_t n = (x1 - x0) * (y1 - y0);

			for (uint32_t v = y0; v < y1; v++)
				for (uint32_t u = x0; u < x1; u++)
					for (unsigned c = 0; c < 3; c++)
						sum[c] +=
						    from->bytes
							[(v * from->width + u) *
								3 +
							    c];
			for (unsigned c = 0; c < 3; c++)
				to->bytes[(y * to->width + x) * 3 + c] =
				    (uint8_t)((sum[c] + n / 2) / n);
		}
	}
}

static enum thumb_result
write_png(const struct rgb *rgb, struct ink *out)
{
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = rgb->width,
		.height = rgb->height,
		.format = PNG_FORMAT_RGB };
	png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
	void *png = malloc(size);

	if (png == NULL)
		return THUMB_NO_MEMORY;
	if (!png_image_write_to_memory(&image, png, &size, 0, rgb->bytes, 0,
		NULL)) {
		free(png);
		return THUMB_NO_MEMORY;
	}
	ink_bytes(out, png, size);
	free(png);
	return out->failed ? THUMB_NO_MEMORY : THUMB_OK;
}

enum thumb_result
report_thumb_make(const void *png, size_t length, uint32_t width,
    uint32_t height, struct ink *out)
{
	struct rgb from, to;
	enum thumb_result result = read_png(png, length, &from);

	if (result != THUMB_OK)
		return result;
	to = from;
	if (to.width > width) {
		to.height = to.height * width / to.width;
		to.width = width;
	}
	if (to.height > height) {
		to.width = to.width * height / to.height;
		to.height = height;
	}
	to.width = to.width > 0 ? to.width : 1;
	to.height = to.height > 0 ? to.height : 1;
	if (to.width == from.width && to.height == from.height) {
		result = write_png(&from, out);
		free(from.bytes);
		return result;
	}
	to.bytes = malloc((size_t)to.width * to.height * 3);
	if (to.bytes == NULL) {
		free(from.bytes);
		return THUMB_NO_MEMORY;
	}
	shrink(&from, &to);
	result = write_png(&to, out);
	free(to.bytes);
	free(from.bytes);
	return result;
}
