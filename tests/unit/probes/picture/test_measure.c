/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure_picture against a slow, plain reading of what each field means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/places.h"
#include "probes/picture/measure.h"

struct picture {
	struct picture_view view;
	uint8_t *bytes[3];
};

static uint32_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static uint32_t
plane_width(const struct picture_view *v, int p)
{
	return p == 0 ? v->width
		      : (v->width + (1u << v->chroma_shift_x) - 1) >>
			    v->chroma_shift_x;
}

static uint32_t
plane_height(const struct picture_view *v, int p)
{
	return p == 0 ? v->height
		      : (v->height + (1u << v->chroma_shift_y) - 1) >>
			    v->chroma_shift_y;
}

static unsigned
get(const struct picture *p, int plane, uint32_t x, uint32_t y)
{
	const uint8_t *row =
	    p->view.plane[plane] + (ptrdiff_t)y * p->view.stride[plane];
	uint16_t s;

	if (p->view.depth == 8)
		return row[x];
	memcpy(&s, row + 2 * x, 2);
	return s;
}

static void
put(struct picture *p, int plane, uint32_t x, uint32_t y, unsigned value)
{
	uint8_t *row = (uint8_t *)(uintptr_t)p->view.plane[plane] +
		       (ptrdiff_t)y * p->view.stride[plane];
	uint16_t s = (uint16_t)value;

	if (p->view.depth == 8)
		row[x] = (uint8_t)value;
	else
		memcpy(row + 2 * x, &s, 2);
}

/* Exactly sized planes, so that a sanitizer sees any step outside. */
static struct picture
picture(uint32_t w, uint32_t h, unsigned depth, unsigned sx, unsigned sy,
    bool grey, bool full)
{
	struct picture p = { .view = { .width = w,
				 .height = h,
				 .depth = (uint8_t)depth,
				 .chroma_shift_x = (uint8_t)sx,
				 .chroma_shift_y = (uint8_t)sy,
				 .full_range = full } };

	for (int i = 0; i < (grey ? 1 : 3); i++) {
		size_t row = plane_width(&p.view, i) * (depth > 8 ? 2u : 1u);

		p.bytes[i] = calloc(plane_height(&p.view, i), row);
		p.view.plane[i] = p.bytes[i];
		p.view.stride[i] = (ptrdiff_t)row;
	}
	for (int i = 0; i < (grey ? 1 : 3); i++)
		for (uint32_t y = 0; y < plane_height(&p.view, i); y++)
			for (uint32_t x = 0; x < plane_width(&p.view, i); x++)
				put(&p, i, x, y,
				    (((x * 3 + y * 5) % 200 + 20) + dice(24))
					<< (depth - 8));
	return p;
}

static void
picture_free(struct picture *p)
{
	for (int i = 0; i < 3; i++)
		free(p->bytes[i]);
}

static double
full(const struct picture *p, double level)
{
	if (!p->view.full_range)
		level = (level - 16) * 255 / 219;
	return level < 0 ? 0 : level > 255 ? 255 : level;
}

static double
slow_cell(const struct picture *p, uint32_t c, uint32_t r)
{
	uint32_t x0 = c * p->view.width / THUMB_W;
	uint32_t x1 = (c + 1) * p->view.width / THUMB_W;
	uint32_t y0 = r * p->view.height / THUMB_H;
	uint32_t y1 = (r + 1) * p->view.height / THUMB_H;
	double sum = 0;

	x1 = x1 > x0 ? x1 : x0 + 1;
	y1 = y1 > y0 ? y1 : y0 + 1;
	for (uint32_t y = y0; y < y1; y++)
		for (uint32_t x = x0; x < x1; x++)
			sum += get(p, 0, x, y);
	return full(p, sum / (double)(x1 - x0) / (double)(y1 - y0) /
			   (1 << (p->view.depth - 8)));
}

static void
near(double a, double b, double within)
{
	if (fabs(a - b) > within)
		fail_msg("%f is not %f (within %f)", a, b, within);
}

static void
check_means(const struct picture *p, const struct measures *m)
{
	double sum = 0, squares = 0, n = 0;

	for (uint32_t y = 0; y < p->view.height; y++)
		for (uint32_t x = 0; x < p->view.width; x++, n++) {
			double l =
			    full(p, get(p, 0, x, y) >> (p->view.depth - 8));

			sum += l;
			squares += l * l;
		}
	near(m->mean_q8 / 256.0, sum / n, 2.5);
	near(m->sd_q8 / 256.0, sqrt(squares / n - sum / n * sum / n), 2.5);
	assert_true(m->p01 <= m->p10 && m->p10 <= m->p50 && m->p50 <= m->p90 &&
		    m->p90 <= m->p99);
	near(m->p50, sum / n, 25);
}

static void
check_places(const struct picture *p, const struct measures *m)
{
	for (unsigned i = 0; i < SPARSE_PIXELS; i += 7) {
		struct place at = places_sparse(i);

		near(m->sparse[i],
		    full(p, get(p, 0, at.u * p->view.width >> 16,
				at.v * p->view.height >> 16) >>
				(p->view.depth - 8)),
		    1);
	}
	for (uint32_t i = 0; i < THUMB_CELLS; i += 13)
		near(m->thumb[i] / 256.0,
		    slow_cell(p, i % THUMB_W, i / THUMB_W), 0.02);
}

static void
check_chroma(const struct picture *p, const struct measures *m)
{
	for (uint32_t i = 0; i < CHROMA_CELLS && p->view.plane[1]; i += 3) {
		uint32_t w = plane_width(&p->view, 1);
		uint32_t h = plane_height(&p->view, 1);
		uint32_t x0 = i % CHROMA_W * w / CHROMA_W;
		uint32_t x1 = (i % CHROMA_W + 1) * w / CHROMA_W;
		uint32_t y0 = i / CHROMA_W * h / CHROMA_H;
		uint32_t y1 = (i / CHROMA_W + 1) * h / CHROMA_H;
		double sum = 0, n = 0, c;

		x1 = x1 > x0 ? x1 : x0 + 1;
		y1 = y1 > y0 ? y1 : y0 + 1;
		for (uint32_t y = y0; y < y1; y++)
			for (uint32_t x = x0; x < x1; x++, n++)
				sum += get(p, 1, x, y);
		c = sum / n / (1 << (p->view.depth - 8)) - 128;
		if (!p->view.full_range)
			c = c * 255 / 224;
		c += 128;
		near(m->chroma_u[i],
		    c < 0     ? 0
		    : c > 255 ? 255
			      : c,
		    h < 400 ? 2.5 : 8);
	}
}

static void
test_against_reference(void **state)
{
	static const struct {
		uint32_t w, h;
		unsigned depth, sx, sy;
		bool grey, full;
	} rows[] = {
		{ 640, 360, 8, 1, 1, false, false },
		{ 640, 360, 8, 1, 1, false, true },
		{ 352, 288, 8, 1, 0, false, false },
		{ 161, 91, 8, 1, 1, false, true },
		{ 1921, 1081, 8, 0, 0, false, false },
		{ 640, 360, 10, 1, 1, false, false },
		{ 320, 240, 16, 1, 1, false, true },
		{ 16, 16, 8, 1, 1, false, false },
		{ 17, 4000, 8, 1, 1, false, false },
		{ 176, 144, 8, 2, 0, false, false },
		{ 800, 600, 8, 0, 0, true, true },
	};
	static struct measures m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct picture p = picture(rows[i].w, rows[i].h, rows[i].depth,
		    rows[i].sx, rows[i].sy, rows[i].grey, rows[i].full);

		assert_true(measure_picture(&p.view, &m));
		assert_int_equal(m.width, rows[i].w);
		check_places(&p, &m);
		if (rows[i].w > 100 && rows[i].h > 100)
			check_means(&p, &m);
		if (rows[i].h < 800) /* of more, not every row is read */
			check_chroma(&p, &m);
		picture_free(&p);
	}
}

/* The hash sees one sample in any plane; blocks only their own. */
static void
test_hashes(void **state)
{
	static struct measures a, b;
	struct picture p = picture(640, 360, 8, 1, 1, false, false);
	unsigned changed = 0;

	(void)state;
	assert_true(measure_picture(&p.view, &a));
	for (int plane = 0; plane < 3; plane++) {
		unsigned old = get(&p, plane, 3, 177);

		put(&p, plane, 3, 177, old ^ 1);
		assert_true(measure_picture(&p.view, &b));
		assert_true(a.picture_hash != b.picture_hash);
		put(&p, plane, 3, 177, old);
	}
	assert_true(measure_picture(&p.view, &b));
	assert_memory_equal(&a, &b, sizeof(a));
	for (uint32_t y = 0; y < 8; y++)
		for (uint32_t x = 0; x < 640; x++)
			put(&p, 0, x, y, 255 - get(&p, 0, x, y));
	assert_true(measure_picture(&p.view, &b));
	for (unsigned i = 0; i < BLOCK_HASHES; i++) {
		bool first_row = places_block(i).v * (360 / 8) >> 16 == 0;

		assert_int_equal(a.block[i] != b.block[i], first_row);
		changed += first_row;
	}
	assert_true(changed > 0);
	picture_free(&p);
}

static void
fill(struct picture *p, unsigned (*f)(uint32_t, uint32_t))
{
	for (uint32_t y = 0; y < p->view.height; y++)
		for (uint32_t x = 0; x < p->view.width; x++)
			put(p, 0, x, y, f(x, y));
}

static unsigned
one(uint32_t x, uint32_t y)
{
	(void)x;
	(void)y;
	return 100;
}

static unsigned
snow(uint32_t x, uint32_t y)
{
	(void)x;
	(void)y;
	return dice(256);
}

static unsigned
blocky(uint32_t x, uint32_t y)
{
	return x / 8 * 97 % 50 + y / 8 * 31 % 50 + 60;
}

static unsigned
soft(uint32_t x, uint32_t y)
{
	return (unsigned)(128 + 100 * sin(x / 40.0) * sin(y / 30.0));
}

static void
test_textures(void **state)
{
	struct picture p = picture(640, 360, 8, 1, 1, true, true);
	static struct measures m;
	uint16_t sharp;

	(void)state;
	fill(&p, one);
	measure_picture(&p.view, &m);
	assert_int_equal(m.flat_q16, 65535);
	assert_int_equal(m.repeat_q16, 65535);
	assert_int_equal(m.sd_q8, 0);
	assert_int_equal(m.block_q8, 256);
	assert_int_equal(BLOCK_TEXTURE(m.block[0]), BLOCK_FLAT);
	fill(&p, soft);
	measure_picture(&p.view, &m);
	assert_true(m.noise_q8 < 256);
	assert_true(m.outlier_q16 < 655);
	sharp = m.sharp_q8;
	fill(&p, blocky);
	measure_picture(&p.view, &m);
	assert_true(m.block_q8 > 10 * 256);
	fill(&p, snow);
	measure_picture(&p.view, &m);
	assert_true(m.outlier_q16 > 65535 / 3);
	assert_true(m.noise_q8 > 50 * 256);
	assert_true(m.sharp_q8 > 5 * sharp);
	assert_int_equal(m.repeat_q16, 0);
	assert_int_equal(m.flat_q16, 0);
	for (unsigned z = 0; z < ZONES; z++)
		near(m.zone_sharp[z], m.sharp_q8, m.sharp_q8 * 0.2);
	picture_free(&p);
}

/* A picture upside down in memory is the same picture. */
static void
test_negative_stride(void **state)
{
	struct picture p = picture(320, 240, 8, 1, 1, true, true);
	static struct measures a, b;
	uint8_t *turned = malloc(320 * 240);

	(void)state;
	measure_picture(&p.view, &a);
	for (uint32_t y = 0; y < 240; y++)
		memcpy(turned + (239 - y) * 320, p.bytes[0] + y * 320, 320);
	p.view.plane[0] = turned + 239 * 320;
	p.view.stride[0] = -320;
	measure_picture(&p.view, &b);
	assert_memory_equal(&a, &b, sizeof(a));
	free(turned);
	picture_free(&p);
}

static void
test_refuses(void **state)
{
	struct picture p = picture(64, 64, 8, 1, 1, false, true);
	static struct measures m;
	struct picture_view v;

	(void)state;
	v = p.view;
	v.width = 15;
	assert_false(measure_picture(&v, &m));
	v = p.view;
	v.height = LIMIT_SIDE + 1;
	assert_false(measure_picture(&v, &m));
	v = p.view;
	v.depth = 17;
	assert_false(measure_picture(&v, &m));
	v = p.view;
	v.plane[0] = NULL;
	assert_false(measure_picture(&v, &m));
	assert_int_equal(m.width, 0);
	picture_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_reference),
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_textures),
		cmocka_unit_test(test_negative_stride),
		cmocka_unit_test(test_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
