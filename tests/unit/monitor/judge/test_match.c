/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two small pictures: how they agree, and by how much one is displaced. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/match.h"

static uint32_t
mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

/* A surface of soft blobs, sampled anywhere, so that it can be displaced. */
static double
surface(uint32_t seed, double x, double y)
{
	double sum = 0;

	for (unsigned i = 0; i < 60; i++) {
		uint32_t r = mix(seed * 977 + i);
		double dx = x - (double)(r % 140) + 30;
		double dy = y - (double)(r / 140 % 85) + 20;

		sum += ((r >> 20 & 1) ? 40.0 : -40.0) /
		       (1 + (dx * dx + dy * dy) / 12);
	}
	return sum;
}

static void
paint(struct small *s, uint32_t seed, double dx, double dy, double gain)
{
	for (unsigned i = 0; i < SMALL_CELLS; i++) {
		double x = i % SMALL_W, y = i / SMALL_W;
		double v = 120 + gain * surface(seed, x - dx, y - dy);

		v = v < 0 ? 0 : v > 255 ? 255 : v;
		s->cell[i] = (uint16_t)(v * SMALL_UNIT);
	}
	s->level = 120 * SMALL_UNIT;
}

static void
test_light_changes_nothing(void **state)
{
	struct small a, b;
	struct field fa, fb;
	struct zone_match zone[ZONES];

	(void)state;
	paint(&a, 1, 0, 0, 1);
	paint(&b, 1, 0, 0, 0.4);
	field_of(&fa, &a);
	field_of(&fb, &b);
	assert_true(match_whole(&fb, &fa) >= 97);
	match_zones(&fb, &fa, zone);
	for (unsigned z = 0; z < ZONES; z++) {
		if (zone[z].edges < 8)
			continue;
		assert_true(zone[z].agree >= 85);
		assert_in_range(zone[z].slope, 33, 47);
		assert_in_range(zone[z].energy, 10, 24);
	}
}

static void
test_other_scenes_do_not_agree(void **state)
{
	struct small a, b;
	struct field fa, fb;

	(void)state;
	paint(&a, 1, 0, 0, 1);
	field_of(&fa, &a);
	for (uint32_t seed = 2; seed < 12; seed++) {
		paint(&b, seed, 0, 0, 1);
		field_of(&fb, &b);
		assert_true(abs(match_whole(&fa, &fb)) < 35);
	}
}

static unsigned
agree_by_axes(const struct small *a, const struct small *b, unsigned *n)
{
	struct field f, fa, fb;
	struct zone_match zone[ZONES];
	unsigned agree = 0;

	*n = 0;
	field_of(&f, a);
	field_of_axes(&fa, &f);
	field_of(&f, b);
	field_of_axes(&fb, &f);
	match_zones(&fa, &fb, zone);
	for (unsigned z = 0; z < ZONES; z++) {
		if (zone[z].edges < 8)
			continue;
		++*n;
		agree += zone[z].agree >= 50;
	}
	return agree;
}

/* Either side of an edge may be the brighter one, but it must run there. */
static void
test_axes(void **state)
{
	struct small a, b;
	unsigned n;

	(void)state;
	paint(&a, 1, 0, 0, 1);
	paint(&b, 1, 0, 0, -0.6);
	assert_true(agree_by_axes(&b, &a, &n) == n && n > 50);
	for (uint32_t seed = 2; seed < 12; seed++) {
		paint(&b, seed, 0, 0, 1);
		assert_true(agree_by_axes(&b, &a, &n) * 100 < n * 40);
	}
	memset(&b, 0, sizeof(b));
	assert_int_equal(agree_by_axes(&b, &a, &n), 0);
	/* the widest steps there can be, everywhere */
	for (unsigned i = 0; i < SMALL_CELLS; i++)
		a.cell[i] = (i / 2 + i / SMALL_W / 2) % 2 ? 1020 : 0;
	assert_true(agree_by_axes(&a, &a, &n) == n && n > 50);
}

static void
test_flat_is_no_number_gone_wild(void **state)
{
	struct small a, b;
	struct field fa, fb;
	struct zone_match zone[ZONES];
	struct displacement d;

	(void)state;
	memset(&a, 0, sizeof(a));
	paint(&b, 3, 0, 0, 1);
	field_of(&fa, &a);
	field_of(&fb, &b);
	match_zones(&fa, &fb, zone);
	for (unsigned z = 0; z < ZONES; z++) {
		assert_int_equal(zone[z].agree, 0);
		assert_int_equal(zone[z].energy, 0);
	}
	d = match_shift(&a, &a);
	assert_int_equal(d.agree, 0);
	/* the widest steps there can be, everywhere */
	for (unsigned i = 0; i < SMALL_CELLS; i++)
		a.cell[i] = (i / 2 + i / SMALL_W / 2) % 2 ? 1020 : 0;
	field_of(&fa, &a);
	assert_int_equal(match_whole(&fa, &fa), 100);
	d = match_shift(&a, &a);
	assert_int_equal(d.agree, 100);
}

static void
test_displacement_is_found(void **state)
{
	static const struct {
		double x, y;
	} by[] = { { 0, 0 }, { 3, 0 }, { -7, 2 }, { 12, -5 }, { -20, 10 },
		{ 1.5, 0 }, { 0, -2.5 }, { 22, 11 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		struct small a, b;
		struct displacement d;

		paint(&a, 5, 0, 0, 1);
		paint(&b, 5, by[i].x, by[i].y, 0.7);
		d = match_shift(&b, &a);
		assert_true(abs(d.x_q4 - (int)(by[i].x * 16)) <= 8);
		assert_true(abs(d.y_q4 - (int)(by[i].y * 16)) <= 8);
		assert_true(d.agree >= 80);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_light_changes_nothing),
		cmocka_unit_test(test_other_scenes_do_not_agree),
		cmocka_unit_test(test_axes),
		cmocka_unit_test(test_flat_is_no_number_gone_wild),
		cmocka_unit_test(test_displacement_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
