/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Causes that the whole picture shows: white, noisy, corrupt, colour cast,
 * cards; black after a dusk and in declared dark hours; and what is none of
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/places.h"
#include "monitor/judge/feed.h"
#include "scene.h"

#define Q8 256u

static uint32_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

static unsigned light; /* percent of the usual, 0 = as it is */

static void
lit(struct measures *m)
{
	if (light == 0)
		return;
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] = (uint16_t)(m->thumb[i] * light / 100);
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)(m->sparse[i] * light / 100 > 255
					     ? 255
					     : m->sparse[i] * light / 100);
	for (unsigned z = 0; z < ZONES; z++)
		m->zone_sharp[z] = (uint16_t)(m->zone_sharp[z] * light / 100);
	m->p50 = (uint8_t)(m->p50 * light / 100);
	m->mean_q8 = (uint16_t)(110 * Q8 * light / 100);
}

/* A camera by day: some colour, different from place to place. */
static void
colour(const struct camera *c, struct measures *m)
{
	(void)c;
	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		m->chroma_u[i] = (uint8_t)(118 + i * 7 % 13);
		m->chroma_v[i] = (uint8_t)(128 + i * 5 % 11);
	}
	m->saturation_q8 = 9 * Q8;
	m->range_full = 1;
	m->noise_q8 = 300;
	m->outlier_q16 = 300;
	m->block_q8 = 300;
	m->p01 = m->p50 < 30 ? m->p50 : 30;
	m->mean_q8 = 110 * Q8;
	lit(m);
}

static void
grey(const struct camera *c, struct measures *m)
{
	colour(c, m);
	memset(m->chroma_u, 128, sizeof(m->chroma_u));
	memset(m->chroma_v, 128, sizeof(m->chroma_v));
	m->saturation_q8 = 0;
}

static void
white(const struct camera *c, struct measures *m)
{
	grey(c, m);
	m->p01 = 255;
}

/* Clipped over part of the width; the rest is as it was, or bright too. */
static void
clip(struct measures *m, unsigned percent, unsigned rest)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		if (i % THUMB_W * 100 < percent * THUMB_W)
			m->thumb[i] = 252 * Q8;
		else
			m->thumb[i] = (uint16_t)(m->thumb[i] + rest * Q8);
	}
}

static void
glare(const struct camera *c, struct measures *m)
{
	colour(c, m);
	clip(m, 60, 50);
}

static void
sky(const struct camera *c, struct measures *m)
{
	colour(c, m);
	clip(m, 60, 0);
}

/* A step of exposure, as a camera hunts: less than half is lost. */
static void
opened(const struct camera *c, struct measures *m)
{
	colour(c, m);
	clip(m, 46, 50);
}

static void
tint(struct measures *m, int u, int v, unsigned cells)
{
	for (unsigned i = 0; i < cells; i++) {
		m->chroma_u[i] = (uint8_t)(m->chroma_u[i] + u);
		m->chroma_v[i] = (uint8_t)(m->chroma_v[i] + v);
	}
}

static void
purple(const struct camera *c, struct measures *m)
{
	colour(c, m);
	tint(m, 10, 16, CHROMA_CELLS);
}

static void
warm(const struct camera *c, struct measures *m)
{
	colour(c, m);
	tint(m, -9, 9, CHROMA_CELLS);
}

static void
bus(const struct camera *c, struct measures *m)
{
	colour(c, m);
	tint(m, 30, 60, CHROMA_CELLS / 2);
}

/* Grain of so many levels, over all. */
static void
grain(const struct camera *c, struct measures *m, unsigned levels)
{
	uint32_t keep = seed;

	seed = c->frame * 977u;
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] =
		    (uint8_t)(m->sparse[i] + dice(2 * levels + 1) - levels);
	m->noise_q8 = (uint16_t)(levels * Q8 * 6 / 10 + 300);
	seed = keep;
}

static void
noisy(const struct camera *c, struct measures *m)
{
	colour(c, m);
	grain(c, m, 35);
}

static void
night(const struct camera *c, struct measures *m)
{
	grey(c, m);
	grain(c, m, 12);
}

static void
rain(const struct camera *c, struct measures *m)
{
	colour(c, m);
	grain(c, m, 5);
	m->outlier_q16 = 1500;
}

static void
green_end(const struct camera *c, struct measures *m)
{
	colour(c, m);
	memset(m->chroma_u + CHROMA_CELLS / 2, 83, CHROMA_CELLS / 2);
	memset(m->chroma_v + CHROMA_CELLS / 2, 71, CHROMA_CELLS / 2);
	for (unsigned i = THUMB_CELLS / 2; i < THUMB_CELLS; i++)
		m->thumb[i] = 79 * Q8;
}

static void
streaks(const struct camera *c, struct measures *m)
{
	colour(c, m);
	for (unsigned i = THUMB_CELLS / 2; i < THUMB_CELLS; i++)
		m->thumb[i] = (uint16_t)((60 + i % THUMB_W * 37 % 90) * Q8);
}

/* Grey blocks with a step around. */
static void
grey_blocks(const struct camera *c, struct measures *m)
{
	colour(c, m);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		if (i / THUMB_W / 16 % 2 == 1 && i % THUMB_W / 16 % 2 == 1)
			m->thumb[i] = 128 * Q8;
	memset(m->chroma_u, 126, sizeof(m->chroma_u));
}

/* Words in the middle of a ground that shades off. */
static void
shaded_card(const struct camera *c, struct measures *m)
{
	grey(c, m);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] = (uint16_t)((40 + i % THUMB_W / 4) * Q8);
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)(40 + (places_sparse(i).u >> 11));
	for (unsigned z = 0; z < ZONES; z++)
		m->zone_sharp[z] =
		    z / ZONE_W == 4 && z % ZONE_W % 8 < 4 ? 20 * Q8 : 40;
	m->p50 = 60;
	m->flat_q16 = 62000;
	m->repeat_q16 = 0;
}

static void
by_day(struct camera *c)
{
	camera_init(c);
	c->touch = colour;
	c->walker = 1;
	camera_live(c, 0, 10);
	camera_expect(c, "none");
}

/* Every fault: called within so many pictures, not by another name, and gone
 * some pictures after it ended. */
static void
test_called_and_cleared(void **state)
{
	static const struct {
		const char *cause;
		void (*touch)(const struct camera *, struct measures *);
		unsigned within, cleared;
	} faults[] = {
		{ "white", glare, 18, 3 },
		{ "colour-cast", purple, 7, 4 },
		{ "noisy", noisy, 6, 4 },
		{ "corrupt", green_end, 3, 7 },
		{ "corrupt", streaks, 3, 7 },
		{ "corrupt", grey_blocks, 3, 7 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct camera c;
		int64_t last_good;

		by_day(&c);
		last_good = c.now_us;
		c.touch = faults[i].touch;
		for (unsigned n = 0; n < faults[i].within; n++) {
			camera_pictures(&c, 1);
			if (camera_verdict(&c)->cause != CAUSE_NONE)
				break;
		}
		camera_expect(&c, faults[i].cause);
		assert_int_equal(camera_verdict(&c)->state, STATE_DEGRADED);
		assert_true(camera_verdict(&c)->since_us >= last_good);
		assert_non_null(strstr(camera_verdict(&c)->evidence, "usual"));
		camera_pictures(&c, 40); /* it does not become normal */
		camera_expect(&c, faults[i].cause);
		c.touch = colour;
		camera_pictures(&c, faults[i].cleared);
		camera_expect(&c, "none");
		camera_fini(&c);
	}
}

/* In a white coat, in the sun, before more than half of the picture. */
static void
test_someone_in_white(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	for (unsigned i = 0; i < 4; i++) {
		c.touch = glare;
		for (unsigned n = 0; n < 12; n++) {
			camera_pictures(&c, 1);
			camera_expect(&c, "none");
		}
		c.touch = colour;
		camera_pictures(&c, 5);
		camera_expect(&c, "none");
	}
	camera_fini(&c);
}

static void
test_white_needs_no_life(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = white;
	c.level = 255;
	c.noise = 0;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 3);
	camera_expect(&c, "white");
	camera_pictures(&c,
	    40); /* and is not frozen, whatever it is equal to */
	assert_int_equal(camera_verdict(&c)->causes & 1ull << CAUSE_FROZEN, 0);
	camera_expect(&c, "white");
	camera_fini(&c);
}

/* What a healthy camera may show for minutes. */
static void
test_not_a_fault(void **state)
{
	static const struct {
		void (*touch)(const struct camera *, struct measures *);
		unsigned light;
	} healthy[] = {
		{ sky, 0 },
		{ opened, 0 },
		{ warm, 0 },
		{ bus, 0 },
		{ night, 70 },
		{ grey, 50 },
		{ rain, 0 },
		{ colour, 130 },
		{ colour, 35 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(healthy) / sizeof(healthy[0]); i++) {
		struct camera c;
		const uint64_t mine =
		    1ull << CAUSE_WHITE | 1ull << CAUSE_NOISY |
		    1ull << CAUSE_CORRUPT | 1ull << CAUSE_COLOUR_CAST |
		    1ull << CAUSE_NO_SIGNAL | 1ull << CAUSE_BLACK;

		by_day(&c);
		c.touch = healthy[i].touch;
		light = healthy[i].light;
		for (unsigned n = 0; n < 90; n++) {
			camera_pictures(&c, 1);
			assert_int_equal(camera_verdict(&c)->causes & mine, 0);
		}
		light = 0;
		camera_fini(&c);
	}
}

/* A pair of headlights, a flash: too short to be called. */
static void
test_glare_must_last(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	for (unsigned i = 0; i < 20; i++) {
		c.touch = glare;
		camera_pictures(&c, 3);
		camera_expect(&c, "none");
		c.touch = colour;
		camera_pictures(&c, 2);
		camera_expect(&c, "none");
	}
	camera_fini(&c);
}

static void
test_decoder_reports_damage(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	camera_result(&c, c.now_us / MS + 2000, SAMPLE_DAMAGED);
	camera_expect(&c, "none");
	camera_pictures(&c, 1);
	camera_result(&c, c.now_us / MS + 2000, SAMPLE_DAMAGED);
	camera_expect(&c, "corrupt");
	camera_pictures(&c, 5);
	camera_expect(&c, "corrupt"); /* one is still among the last six */
	camera_pictures(&c, 1);
	camera_expect(&c, "none");
	camera_result(&c, c.now_us / MS + 2000, SAMPLE_DAMAGED);
	camera_pictures(&c, 8); /* once is no fault */
	camera_expect(&c, "none");
	camera_fini(&c);
}

/* A frozen picture, damaged now and then, each time otherwise: that shows no
 * life, and ends no freeze. */
static void
test_damage_is_no_life(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.noise = 0;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	for (unsigned n = 0; n < 12; n++) {
		camera_pictures(&c, 6);
		for (unsigned i = 0; i < THUMB_CELLS; i++)
			c.sample.measures.thumb[i] = (uint16_t)scene_mix(i, n);
		c.sample.measures.picture_hash = 100 + n;
		camera_result(&c, c.now_us / MS + 2000, SAMPLE_DAMAGED);
		assert_false(c.feed->life.alive);
	}
	camera_expect(&c, "frozen");
	camera_fini(&c);
}

static void
test_units_with_holes(void **state)
{
	struct camera c;
	struct account a;

	(void)state;
	by_day(&c);
	for (unsigned i = 0; i < 6; i++) {
		a = camera_account(&c, c.now_us / MS + 10000);
		a.damaged = 15;
		camera_account_send(&c, &a);
		camera_pictures(&c, 1);
	}
	camera_expect(&c, "corrupt");
	camera_fini(&c);
}

static void
test_shaded_card(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	c.walker = 0;
	c.noise = 0;
	c.touch = shaded_card;
	camera_pictures(&c, 4);
	camera_expect(&c, "no-signal");
	camera_pictures(&c, 60);
	camera_expect(&c, "no-signal");
	camera_fini(&c);
}

/* A picture that is a card's kind of flat, but the camera's own. */
static void
flat_scene(const struct camera *c, struct measures *m)
{
	colour(c, m);
	m->flat_q16 = 62000;
	m->repeat_q16 = 40000;
	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		m->block[i] &= i % 8 == 0 ? ~0u : ~3u;
}

static void
test_flat_scene_is_no_card(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	c.touch = flat_scene;
	for (unsigned i = 0; i < 30; i++) {
		camera_pictures(&c, 1);
		camera_expect(&c, "none");
	}
	camera_fini(&c);
}

static void
test_black_after_dusk(void **state)
{
	struct camera c;

	(void)state;
	by_day(&c);
	for (light = 95; light > 12; light -= 3)
		camera_pictures(&c, 1);
	light = 0;
	c.level = 4;
	c.noise = 0;
	c.walker = 0;
	c.touch = grey;
	camera_pictures(&c, 100);
	camera_expect(&c, "none");
	camera_pictures(&c, 60); /* but not for the whole night */
	camera_expect(&c, "black");
	camera_fini(&c);
}

/* Nothing to be seen, so nothing to be judged: neither black nor frozen. */
static void
test_dark_hours(void **state)
{
	struct annotation dark = { ANNOTATION_DARK_HOURS, 0,
		SECONDS(200) * MS };
	struct camera c;

	(void)state;
	by_day(&c);
	judge_on_annotation(c.feed, &dark, c.now_us);
	c.level = 4;
	c.noise = 0;
	c.walker = 0;
	c.touch = grey;
	while (c.now_us < SECONDS(196) * MS) {
		camera_pictures(&c, 1);
		camera_expect(&c, "none");
	}
	camera_pictures(&c, 6); /* they end, and it is still dark */
	camera_expect(&c, "black");
	camera_fini(&c);
}

static unsigned drift_light, drift_tint, drift_noise;

static void
drifting(const struct camera *c, struct measures *m)
{
	colour(c, m);
	tint(m, (int)drift_tint - 4, 4 - (int)drift_tint, CHROMA_CELLS);
	grain(c, m, drift_noise);
	m->outlier_q16 = (uint16_t)(200 + dice(300));
	m->block_q8 = (uint16_t)(280 + dice(60));
}

static void
step_of(unsigned *v, unsigned low, unsigned high)
{
	unsigned d = dice(3);

	if (d == 0 && *v > low)
		--*v;
	if (d == 2 && *v < high)
		++*v;
}

/* Days of weather: light, colour and grain wander; nothing is called. */
static void
test_random_walk(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 4; run++) {
		struct camera c;

		seed = run * 7919u + 1;
		drift_light = 100;
		drift_tint = 4;
		drift_noise = 1;
		camera_init(&c);
		c.touch = drifting;
		camera_live(&c, 0, 10);
		for (unsigned i = 0; i < 900; i++) {
			step_of(&drift_light, 60, 130);
			step_of(&drift_tint, 0, 8);
			step_of(&drift_noise, 1, 5);
			light = drift_light;
			c.walker = 1 + dice(3);
			camera_pictures(&c, 1);
			camera_expect(&c, "none");
		}
		light = 0;
		camera_fini(&c);
	}
}

static void
test_usual_survives(void **state)
{
	unsigned char bytes[USUAL_SAVE_BYTES];
	static struct usual u, v;
	struct sample *s = calloc(1, sizeof(*s));
	struct measures *m = &s->measures;
	struct contrast like = { .near_q8 = 200 };
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct reader r;

	(void)state;
	assert_non_null(s);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] = (uint16_t)(i * 3);
	colour(NULL, m);
	m->p50 = 100;
	for (unsigned i = 0; i < 5; i++) {
		usual_see(&u, s, &like);
		usual_learn(&u, m);
	}
	usual_save(&u, &w);
	assert_false(w.bad);
	r = reader_of(bytes, sizeof(bytes));
	assert_true(usual_load(&v, &r));
	assert_true(reader_done(&r));
	assert_int_equal(usual_here(&u)->seen, usual_here(&v)->seen);
	assert_memory_equal(usual_here(&u)->trait, usual_here(&v)->trait,
	    sizeof(u.light[0].trait));
	for (size_t n = 0; n < sizeof(bytes); n += 97) {
		r = reader_of(bytes, n);
		assert_false(usual_load(&v, &r));
	}
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_called_and_cleared),
		cmocka_unit_test(test_someone_in_white),
		cmocka_unit_test(test_white_needs_no_life),
		cmocka_unit_test(test_not_a_fault),
		cmocka_unit_test(test_glare_must_last),
		cmocka_unit_test(test_decoder_reports_damage),
		cmocka_unit_test(test_damage_is_no_life),
		cmocka_unit_test(test_units_with_holes),
		cmocka_unit_test(test_shaded_card),
		cmocka_unit_test(test_flat_scene_is_no_card),
		cmocka_unit_test(test_black_after_dusk),
		cmocka_unit_test(test_dark_hours),
		cmocka_unit_test(test_random_walk),
		cmocka_unit_test(test_usual_survives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
