/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_page KIND LANGUAGE [mail|text]: writes a page of a made-up report to
 * stdout, for the browser's tests and for people who look at it. Kinds: see
 * the table. Says on stderr how long the rendering took. */
#include "report_sample.h"

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/report/report_thumb.h"

static const struct {
	const char *name;
	struct sample_ask ask;
} kinds[] = {
	{ "night", { .sites = 212,
		       .feeds = 3700,
		       .incidents = 2,
		       .consoles = 8,
		       .trouble = 6,
		       .witnessed = true,
		       .screens = true,
		       .seed = 1 } },
	{ "huge", { .sites = 212,
		      .feeds = 3700,
		      .incidents = 60,
		      .consoles = 40,
		      .trouble = 100,
		      .screens = true,
		      .seed = 2 } },
	{ "small", { .sites = 2,
		       .feeds = 4,
		       .incidents = 2,
		       .trouble = 60,
		       .seed = 5 } },
	{ "quiet", { .sites = 12,
		       .feeds = 160,
		       .consoles = 4,
		       .witnessed = true,
		       .screens = true,
		       .seed = 3 } },
	{ "empty", { .witnessed = true, .seed = 4 } },
	{ "hostile", { .sites = 40,
			 .feeds = 300,
			 .incidents = 3,
			 .consoles = 6,
			 .trouble = 50,
			 .hostile = true,
			 .late = true,
			 .screens = true,
			 .seed = 6 } },
	{ "fall", { .sites = 6,
		      .feeds = 60,
		      .incidents = 2,
		      .consoles = 4,
		      .trouble = 30,
		      .late = true,
		      .screens = true,
		      .fall = true,
		      .seed = 7 } },
	{ "spring", { .sites = 6,
			.feeds = 60,
			.incidents = 2,
			.consoles = 4,
			.trouble = 30,
			.screens = true,
			.spring = true,
			.seed = 8 } },
	{ "month", { .sites = 30,
		       .feeds = 500,
		       .incidents = 3,
		       .consoles = 8,
		       .trouble = 20,
		       .days = 30,
		       .witnessed = true,
		       .screens = true,
		       .seed = 9 } },
};

#define KEPT 4
static struct ink kept[KEPT];

/* A road with noise, as a camera's picture compresses: badly. Even numbers are
 * well, odd ones are dark. */
static bool
draw(int64_t id, struct ink *out)
{
	enum { W = 320, H = 180 };
	static uint8_t rgb[W * H * 3];
	uint32_t seed = (uint32_t)id * 2654435761u;
	png_image image = { .version = PNG_IMAGE_VERSION,
		.width = W,
		.height = H,
		.format = PNG_FORMAT_RGB };
	static uint8_t png[W * H * 4];
	png_alloc_size_t size = sizeof(png);

	for (unsigned y = 0; y < H; y++)
		for (unsigned x = 0; x < W; x++) {
			double road = fabs(x - W / 2.0) < (y - 60.0) * 0.9;
			double base = y < 60 ? 190 - y : road ? 95 : 130;

			for (unsigned c = 0; c < 3; c++) {
				seed = seed * 1664525u + 1013904223u;
				double v = base + (seed >> 24) * 0.15 +
					   (c == 2 && y < 60 ? 30 : 0);

				rgb[(y * W + x) * 3 + c] =
				    (uint8_t)(id % 2 ? v / 6 : v);
			}
		}
	if (!png_image_write_to_memory(&image, png, &size, 0, rgb, 0, NULL))
		return false;
	return report_thumb_make(png, size, FACE_PICTURE_WIDTH,
		   FACE_PICTURE_HEIGHT, out) == THUMB_OK;
}

/* Drawn once: the time that is measured is that of the page alone. */
static bool
picture(void *arg, int64_t id, const void **png_out, size_t *length_out)
{
	struct ink *png = &kept[id % KEPT];

	(void)arg;
	*png_out = png->text;
	*length_out = png->length;
	return png->length > 0;
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	struct report_face face = { .ahead = sample_ahead, .picture = picture };
	struct ink out = { 0 };
	const struct sample_ask *ask = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (argc > 1 && strcmp(argv[1], kinds[i].name) == 0)
			ask = &kinds[i].ask;
	if (ask == NULL || argc < 3 ||
	    !report_words_language(argv[2], &face.language)) {
		fprintf(stderr, "usage: report_page KIND en|es [mail|text]\n");
		return 2;
	}
	face.mail = argc > 3 && strcmp(argv[3], "mail") == 0;
	struct report *r = sample_new(ask);

	for (unsigned i = 0; i < KEPT; i++)
		if (!draw(i, &kept[i]))
			return 1;
	double before = seconds();
	bool done = argc > 3 && strcmp(argv[3], "text") == 0
			? report_text(r, &face, &out)
			: report_html(r, &face, &out);

	fprintf(stderr, "%.3f s, %zu bytes\n", seconds() - before, out.length);
	if (done)
		fwrite(out.text, 1, out.length, stdout);
	ink_free(&out);
	for (unsigned i = 0; i < KEPT; i++)
		ink_free(&kept[i]);
	sample_free(r);
	return done ? 0 : 1;
}
