/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/picture/thumbnail.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "camwarden/limits.h"
#include "common/civil.h"
#include "common/hex.h"
#include "probes/picture/shrink.h"

#define HD_LINES 720u /* from here on BT.709, as players do */

static uint8_t
clamp(int v)
{
	return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* Coefficients x 1024: luma gain, V->R, U->G, V->G, U->B. */
struct matrix {
	int y, rv, gu, gv, bu;
};
static const struct matrix matrices[2][2] = {
	/* limited range, full range */
	{ { 1192, 1634, -401, -832, 2066 }, { 1024, 1436, -352, -731, 1815 } },
	{ { 1192, 1836, -218, -546, 2163 }, { 1024, 1613, -192, -479, 1900 } },
};

static void
to_rgb(const struct matrix *m, int y, int u, int v, uint8_t *rgb)
{
	int luma = y * m->y + 512;

	u -= 128;
	v -= 128;
	rgb[0] = clamp((luma + m->rv * v) >> 10);
	rgb[1] = clamp((luma + m->gu * u + m->gv * v) >> 10);
	rgb[2] = clamp((luma + m->bu * u) >> 10);
}

/* What is drawn, and from what. */
struct drawing {
	const struct picture_view *view;
	struct shrink planes[3];
	uint32_t *column; /* owned, as is level */
	uint8_t *level;	  /* a row of Y, one of U, one of V; then one of RGB */
	bool colour;
};

static struct shrink
plane_of(const struct drawing *d, int i, const struct thumbnail *t)
{
	const struct picture_view *v = d->view;
	unsigned sx = i > 0 ? v->chroma_shift_x : 0;
	unsigned sy = i > 0 ? v->chroma_shift_y : 0;

	return (struct shrink){ .from = v->plane[i],
		.stride = v->stride[i],
		.width = (v->width + (1u << sx) - 1) >> sx,
		.height = (v->height + (1u << sy) - 1) >> sy,
		.depth = v->depth,
		.column = d->column,
		.to_width = t->width,
		.to_height = t->height };
}

static bool
drawing_init(struct drawing *d, const struct picture_view *v,
    const struct thumbnail *t)
{
	*d = (struct drawing){ .view = v,
		.column = malloc(v->width * sizeof(*d->column)),
		.level = malloc((size_t)t->width * 6),
		.colour = v->plane[1] != NULL && v->plane[2] != NULL };
	if (d->column == NULL || d->level == NULL)
		return false;
	for (int i = 0; i < (d->colour ? 3 : 1); i++)
		d->planes[i] = plane_of(d, i, t);
	memset(d->level + t->width, 128, (size_t)t->width * 2);
	return true;
}

static void
drawing_fini(struct drawing *d)
{
	free(d->column);
	free(d->level);
}

/* The row as RGB; it stays until the next. */
static uint8_t *
draw_row(struct drawing *d, uint32_t y)
{
	const struct picture_view *v = d->view;
	const struct matrix *m =
	    &matrices[v->height >= HD_LINES][v->full_range];
	uint32_t w = d->planes[0].to_width;
	const uint8_t *luma = d->level, *cb = luma + w, *cr = cb + w;
	uint8_t *rgb = d->level + (size_t)w * 3;
	int black = v->full_range ? 0 : 16;

	for (int i = 0; i < (d->colour ? 3 : 1); i++)
		shrink_row(&d->planes[i], y, d->level + (size_t)w * i);
	for (uint32_t x = 0; x < w; x++)
		to_rgb(m, luma[x] - black, cb[x], cr[x], rgb + (size_t)x * 3);
	return rgb;
}

static void
on_write(png_structp png, png_bytep bytes, png_size_t n)
{
	struct thumbnail *t = png_get_io_ptr(png);

	if (n > LIMIT_PNG_BYTES - t->length)
		png_error(png, "too large");
	memcpy(t->bytes + t->length, bytes, n);
	t->length += n;
}

static void
on_flush(png_structp png)
{
	(void)png;
}

static void
on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png;
	(void)text;
}

/* 2026-01-31T23:59:59.123456Z, without the C library's time zones (they read
 * files). */
static void
print_utc(int64_t us, char *out, size_t size)
{
	struct civil c = civil_of(us);

	if (us < 0) {
		snprintf(out, size, "unknown");
		return;
	}
	snprintf(out, size, "%04lld-%02u-%02uT%02u:%02u:%02u.%06uZ",
	    (long long)c.year, c.month, c.day, c.hour, c.minute, c.second,
	    c.micro);
}

static void
put_texts(png_structp png, png_infop info, const struct thumbnail_about *about)
{
	char uuid[UUID_TEXT], utc[64], probe[16];
	png_text texts[3] = { { 0 } };

	uuid_print(about->uuid, uuid);
	print_utc(about->utc_us, utc, sizeof(utc));
	snprintf(probe, sizeof(probe), "%u", about->probe);
	texts[0].key = "Feed";
	texts[0].text = uuid;
	texts[1].key = "Creation Time";
	texts[1].text = utc;
	texts[2].key = "Probe";
	texts[2].text = probe;
	for (int i = 0; i < 3; i++) {
		texts[i].compression = PNG_TEXT_COMPRESSION_NONE;
		texts[i].text_length = strlen(texts[i].text);
	}
	png_set_text(png, info, texts, 3);
}

/* setjmp's frame: what changes after it lives in *out and in the caller. */
static bool
encode(png_structp png, png_infop info, struct drawing *d,
    const struct thumbnail_about *about, struct thumbnail *out)
{
	if (setjmp(png_jmpbuf(png)))
		return false;
	png_set_write_fn(png, out, on_write, on_flush);
	png_set_IHDR(png, info, out->width, out->height, 8, PNG_COLOR_TYPE_RGB,
	    PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
	    PNG_FILTER_TYPE_BASE);
	/* 5 times faster than level 6 and only 5 % larger (DESIGN.md 7). */
	png_set_compression_level(png, 1);
	png_set_filter(png, 0, PNG_FILTER_SUB);
	put_texts(png, info, about);
	png_write_info(png, info);
	for (uint32_t y = 0; y < out->height; y++)
		png_write_row(png, draw_row(d, y));
	png_write_end(png, NULL);
	return true;
}

static void
set_size(const struct picture_view *v, uint32_t width, struct thumbnail *t)
{
	t->width = width < 16 ? 16 : width;
	if (t->width > THUMBNAIL_SIDE_MAX)
		t->width = THUMBNAIL_SIDE_MAX;
	if (t->width > v->width)
		t->width = v->width;
	t->height = (uint32_t)(((uint64_t)v->height * t->width + v->width / 2) /
			       v->width);
	if (t->height < 1)
		t->height = 1;
	if (t->height > THUMBNAIL_SIDE_MAX)
		t->height = THUMBNAIL_SIDE_MAX;
}

bool
thumbnail_make(const struct picture_view *v, uint32_t width,
    const struct thumbnail_about *about, struct thumbnail *out)
{
	struct thumbnail t = { 0 };
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
	    on_error, on_warning);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;
	struct drawing d = { 0 };
	bool made = false;

	if (v->plane[0] != NULL && v->width > 0 && v->height > 0) {
		set_size(v, width, &t);
		t.bytes = malloc(LIMIT_PNG_BYTES);
		if (info != NULL && t.bytes != NULL && drawing_init(&d, v, &t))
			made = encode(png, info, &d, about, &t);
	}
	png_destroy_write_struct(&png, &info);
	drawing_fini(&d);
	if (made)
		*out = t;
	else
		free(t.bytes);
	return made;
}
