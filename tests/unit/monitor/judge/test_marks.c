/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fine steps beside coarse edges: what a lens out of focus does, and what fog,
 * dusk, noise, a mast in the wind and passers-by do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/marks.h"
#include "scene.h"

struct scene {
	int contrast;	 /* percent */
	int lift;	 /* levels */
	int blur;	 /* passes of a small mean */
	int noise;	 /* levels, at most */
	int right, down; /* cells */
	int person;	 /* percent of the width, from the left */
};

/* Boxes of 6 x 5 cells. */
static void
draw(const struct scene *s, uint16_t *thumb)
{
	static uint16_t old[THUMB_CELLS];

	for (int i = 0; i < (int)THUMB_CELLS; i++) {
		unsigned x = (unsigned)(i % (int)THUMB_W + 100 - s->right) / 6;
		unsigned y = (unsigned)(i / (int)THUMB_W + 100 - s->down) / 5;

		thumb[i] = (uint16_t)((40 + scene_mix(x, y) % 130) * 256);
	}
	for (int k = 0; k < s->blur; k++) {
		memcpy(old, thumb, sizeof(old));
		for (unsigned i = THUMB_W; i < THUMB_CELLS - THUMB_W; i++)
			thumb[i] =
			    (uint16_t)((4u * old[i] + old[i - 1] + old[i + 1] +
					   old[i - THUMB_W] +
					   old[i + THUMB_W]) /
				       8);
	}
	for (int i = 0; i < (int)THUMB_CELLS; i++) {
		int v = thumb[i] * s->contrast / 100 + s->lift * 256;

		if (i % (int)THUMB_W * 100 < s->person * (int)THUMB_W)
			v = 90 * 256 + i % 7 * 900;
		if (s->noise > 0)
			v += rand() % (2 * s->noise * 256) - s->noise * 256;
		thumb[i] = (uint16_t)(v < 0 ? 0 : v > 65280 ? 65280 : v);
	}
}

static void
match(const uint16_t *thumb, const uint16_t *usual,
    struct zone_match zone[ZONES])
{
	static struct small a, b;
	static struct field fa, fb;

	small_of_thumb(&a, thumb);
	small_of_thumb(&b, usual);
	field_of(&fa, &a);
	field_of(&fb, &b);
	match_zones(&fa, &fb, zone);
}

static void
learn(struct marks *k, struct candidates *c, const struct scene *s, unsigned n,
    uint16_t *thumb)
{
	k->seen = 0;
	srand(7);
	for (unsigned i = 0; i < n; i++) {
		draw(s, thumb);
		marks_learn(k, c, thumb, NULL);
	}
	assert_int_equal(k->seen, n);
}

static void
test_what_is_left(void **state)
{
	static const struct row {
		const char *name;
		struct scene s;
		int learned_noise;
		unsigned ratio_least, ratio_most, energy_least, energy_most;
		bool soft;
	} rows[] = {
		{ "as ever", { 100 }, 0, 980, 1020, 980, 1020 },
		{ "defocus", { 100, .blur = 4 }, 0, 300, 650, 300, 800, true },
		{ "more of it", { 100, .blur = 10 }, 0, 150, 500, 150, 600,
		    true },
		{ "fog", { 45, 70 }, 0, 950, 1050, 0, 600 },
		{ "dusk", { 30 }, 0, 950, 1050, 0, 600 },
		{ "steam", { 40, 90, 6 }, 0, 200, 650, 0, 600, true },
		{ "noise", { 100, .noise = 12 }, 0, 850, 1100, 1000, 1500 },
		{ "noise as ever", { 100, .noise = 12 }, 12, 850, 1100, 950,
		    1050 },
		{ "defocus in it", { 100, .blur = 6, .noise = 12 }, 12, 200,
		    680, 400, 900, true },
		{ "fog in it", { 50, 60, .noise = 12 }, 12, 800, 1200, 400,
		    900 },
		{ "mast", { 100, .right = 1, .down = -1 }, 0, 950, 1600, 950,
		    1050 },
		{ "person", { 100, .person = 40 }, 0, 950, 1050, 500, 1500 },
	};
	static uint16_t usual[THUMB_CELLS], now[THUMB_CELLS];
	static struct marks k;
	static struct candidates c;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct zone_match zone[ZONES];
		struct fineness f;

		learn(&k, &c, &(struct scene){ 100, .noise = r->learned_noise },
		    40, now);
		draw(&(struct scene){ 100 }, usual);
		draw(&r->s, now);
		match(now, usual, zone);
		f = marks_compare(&k, now, zone);
		if (f.ratio_permille < r->ratio_least ||
		    f.ratio_permille > r->ratio_most ||
		    f.energy_permille < r->energy_least ||
		    f.energy_permille > r->energy_most)
			fail_msg("%s: ratio %u, energy %u", r->name,
			    f.ratio_permille, f.energy_permille);
		assert_true(f.zones > 40);
		if (marks_soft(&f) != r->soft)
			fail_msg("%s: soft %d", r->name, !r->soft);
	}
}

/* A parked lorry's steps become marks once it stays, and are given up when it
 * is gone. */
static void
test_marks_follow(void **state)
{
	static uint16_t usual[THUMB_CELLS], now[THUMB_CELLS];
	static struct marks k;
	static struct candidates c;
	struct zone_match zone[ZONES];
	struct scene with = { 100, .person = 50 }, without = { 100 };

	(void)state;
	learn(&k, &c, &with, 20, usual);
	for (unsigned i = 0; i < 150; i++) {
		draw(&without, now);
		marks_learn(&k, &c, now, NULL);
	}
	match(now, now, zone);
	assert_in_range(marks_compare(&k, now, zone).ratio_permille, 970, 1030);
	assert_true(marks_compare(&k, now, zone).part_permille > 990);
}

/* Fog in which marks were learned lifts: what is stronger only for that takes
 * no mark's place; nor does what was seen in another mode's light. */
static void
test_fog_lifts(void **state)
{
	static uint16_t fog[THUMB_CELLS], now[THUMB_CELLS];
	static struct marks k;
	static struct candidates c;
	struct scene clear = { 100, .noise = 12 };
	struct zone_match zone[ZONES];

	(void)state;
	for (unsigned mode = 0; mode < 2; mode++) {
		learn(&k, &c, &(struct scene){ 40, 70, .noise = 12 }, 40, now);
		draw(&(struct scene){ 40, 70 }, fog);
		if (mode == 1) {
			for (unsigned z = 0; z < ZONES; z++)
				c.step[z] = INT16_MAX;
			marks_leave(&c);
		}
		for (unsigned i = 0; i < 12; i++) {
			draw(&clear, now);
			match(now, fog, zone);
			marks_learn(&k, &c, now, zone);
			draw(&clear, now);
			match(now, fog, zone);
			assert_true(
			    marks_compare(&k, now, zone).ratio_permille > 860);
		}
	}
}

/* Bare walls, and anything at all, do no harm. */
static void
test_bare_and_wild(void **state)
{
	static uint16_t usual[THUMB_CELLS], now[THUMB_CELLS];
	static struct marks k;
	static struct candidates c;
	struct zone_match zone[ZONES];

	(void)state;
	k.seen = 0;
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		usual[i] = 20000;
	marks_learn(&k, &c, usual, NULL);
	match(usual, usual, zone);
	assert_int_equal(marks_compare(&k, usual, zone).zones, 0);
	assert_int_equal(marks_compare(&k, usual, zone).ratio_permille, 1000);
	srand(3);
	for (unsigned n = 0; n < 30; n++) {
		for (unsigned i = 0; i < THUMB_CELLS; i++)
			now[i] = (uint16_t)(rand() % 2 ? 65535 : 0);
		match(now, usual, zone);
		marks_learn(&k, &c, now, zone);
		marks_compare(&k, now, zone);
		match(now, now, zone);
		marks_learn(&k, &c, now, NULL);
		marks_compare(&k, now, zone);
	}
}

/* Marks are saved, candidates are not: at the first picture after a start these
 * name the zones' corners, and none of them may become a mark at the edge of
 * the picture, from where it is sought beyond it. */
static void
test_candidates_of_a_start(void **state)
{
	static uint16_t usual[THUMB_CELLS], now[THUMB_CELLS];
	struct zone_match zone[ZONES];
	struct marks k = { 0 };
	struct candidates c = { 0 };

	(void)state;
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		usual[i] = 20000;
		/* strong steps at the corners, nothing elsewhere */
		now[i] = i % THUMB_W % (THUMB_W / ZONE_W) == 0 &&
				 i / THUMB_W % (THUMB_H / ZONE_H) == 0
			     ? 0
			     : 60000;
	}
	marks_learn(&k, &c, usual, NULL);
	memset(&c, 0, sizeof(c));
	for (unsigned n = 0; n < 20; n++) {
		marks_learn(&k, &c, now, NULL);
		assert_true(marks_valid(&k));
		match(now, now, zone);
		marks_compare(&k, now, zone);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left),
		cmocka_unit_test(test_marks_follow),
		cmocka_unit_test(test_fog_lifts),
		cmocka_unit_test(test_bare_and_wild),
		cmocka_unit_test(test_candidates_of_a_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
