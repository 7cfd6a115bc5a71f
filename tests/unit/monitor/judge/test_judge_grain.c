/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grain, and what the coder makes of it: noisy, snow, damage that was coded
 * anew; cards that are painted; colour that no light has. And what looks like
 * them: more contrast, less light, another size of picture, a coloured bag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/places.h"
#include "scene.h"

#define Q8 256u

/* How the next pictures are; 0 = as by day. */
static struct {
	unsigned noise_q8, outlier, torn, seam, grain; /* permille; levels */
	unsigned calm;	   /* zones, from the first, that are as ever */
	unsigned sharp;	   /* percent of all others */
	unsigned brighter; /* percent */
	uint8_t p50;	   /* below 40 it is dim; 0: as by day */
	unsigned faded;	   /* percent of contrast, as rain takes it */
	unsigned bars;	   /* levels, as hum lays them across */
	unsigned width;
	int u, v; /* colour, off grey; 0 and 0: as by day */
	bool dragged;
	bool smeared; /* all of it */
} now;

static uint32_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)seed * n >> 32);
}

static uint16_t
scaled(unsigned value, unsigned percent)
{
	value = value * percent / 100;
	return (uint16_t)(value > 255 * Q8 ? 255 * Q8 : value);
}

static void
paint(struct measures *m)
{
	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		bool day = now.u == 0 && now.v == 0;

		m->chroma_u[i] =
		    (uint8_t)(day ? 118 + i * 7 % 13 : 128u + (unsigned)now.u);
		m->chroma_v[i] =
		    (uint8_t)(day ? 128 + i * 5 % 11 : 128u + (unsigned)now.v);
	}
	m->saturation_q8 =
	    (uint16_t)(now.u == 0 && now.v == 0
			   ? 9 * Q8
			   : (unsigned)(abs(now.u) + abs(now.v)) * Q8);
}

static void
grain(const struct camera *c, struct measures *m, unsigned levels)
{
	seed = c->frame * 977u;
	for (unsigned i = 0; levels > 0 && i < SPARSE_PIXELS; i++) {
		int v =
		    (int)m->sparse[i] + (int)dice(2 * levels + 1) - (int)levels;

		m->sparse[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
	}
}

/* The left part is made of pieces from elsewhere, others each time. */
static void
drag(const struct camera *c, struct measures *m)
{
	seed = c->frame * 31u;
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		if (now.smeared || i % THUMB_W < THUMB_W * 6 / 10)
			m->thumb[i] = (uint16_t)((40 + dice(160)) * Q8);
	for (unsigned i = 0; i < SPARSE_PIXELS; i++)
		m->sparse[i] = (uint8_t)(m->sparse[i] + dice(17));
}

static void
weather(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned y = i / THUMB_W;
		int v = m->thumb[i];

		v -= (v - 110 * (int)Q8) * (int)now.faded / 100;
		if ((y / 15 + c->frame) % 2 == 0)
			v += (int)(now.bars * Q8);
		m->thumb[i] = scaled((unsigned)(v < 0 ? 0 : v), 100);
	}
	for (unsigned i = 0; i < SPARSE_PIXELS; i++) {
		unsigned y = places_sparse(i).v * THUMB_H >> 16;

		if ((y / 15 + c->frame) % 2 == 0)
			m->sparse[i] = (uint8_t)(m->sparse[i] + now.bars);
	}
}

static void
picture(const struct camera *c, struct measures *m)
{
	unsigned percent = now.brighter == 0 ? 100 : now.brighter;

	paint(m);
	m->range_full = 1;
	m->p01 = 30;
	m->p50 = now.p50 == 0 ? m->p50 : now.p50;
	m->mean_q8 = scaled(110 * Q8, percent);
	m->noise_q8 = (uint16_t)(now.noise_q8 == 0 ? 300 : now.noise_q8);
	m->outlier_q16 =
	    (uint16_t)(now.outlier == 0 ? 300 : now.outlier * 656 / 10);
	m->torn_q16 = (uint16_t)(now.torn * 656 / 10);
	m->block_q8 = (uint16_t)(now.seam == 0 ? 300 : now.seam);
	for (unsigned z = now.calm; now.sharp > 0 && z < ZONES; z++)
		m->zone_sharp[z] =
		    (uint16_t)(m->zone_sharp[z] * now.sharp / 100 + 600);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] = scaled(m->thumb[i], percent);
	weather(c, m);
	if (now.width != 0) {
		m->width = (uint16_t)now.width;
		m->height = (uint16_t)(now.width * 9 / 16);
	}
	if (now.dragged || now.smeared)
		drag(c, m);
	grain(c, m, now.grain);
}

static void
begin(struct camera *c)
{
	memset(&now, 0, sizeof(now));
	camera_init(c);
	c->touch = picture;
	c->walker = 1;
	camera_live(c, 0, 12);
	camera_expect(c, "none");
}

static void
account(struct camera *c, unsigned inter_bytes)
{
	struct account a = camera_account(c, c->now_us / MS + 2000);

	a.inter_mean_bytes = inter_bytes;
	camera_account_send(c, &a);
}

static const uint64_t mine =
    1ull << CAUSE_NOISY | 1ull << CAUSE_CORRUPT | 1ull << CAUSE_NO_SIGNAL |
    1ull << CAUSE_COLOUR_CAST | 1ull << CAUSE_WHITE | 1ull << CAUSE_BLACK;

static void
test_noise_that_came(void **state)
{
	static const struct {
		unsigned usual_q8, noise_q8, grain, brighter;
		const char *cause;
		unsigned faded, bars;
	} noises[] = {
		{ 0, 300 + 3 * Q8, 10, 100, "none" },	       /* rain */
		{ 0, 300 + 6 * Q8, 16, 100, "noisy" },	       /* gain */
		{ 1600, 3500, 24, 100, "none", .faded = 15 },  /* downpour */
		{ 1600, 5600, 40, 100, "noisy", .faded = 15 }, /* or more */
		{ 1600, 2400, 20, 100, "noisy", .bars = 60 },  /* hum */
		{ 0, 0, 0, 100, "noisy", .bars = 70 },	       /* and smooth */
		{ 0, 0, 0, 100, "none", .bars = 5 },
		{ 1600, 1900, 12, 100, "none" },
		{ 1600, 2500, 20, 100, "none" },     /* a shower */
		{ 1600, 3500, 24, 100, "noisy" },    /* as squares add */
		{ 0, 300 + 9 * Q8, 20, 60, "none" }, /* gain in the dark */
		{ 0, 300 + 9 * Q8, 0, 100, "none" }, /* texture, not grain */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(noises) / sizeof(noises[0]); i++) {
		struct camera c;

		begin(&c);
		now.noise_q8 = noises[i].usual_q8;
		camera_pictures(&c, now.noise_q8 == 0 ? 1 : 90);
		camera_expect(&c, "none");
		now.noise_q8 = noises[i].noise_q8;
		now.grain = noises[i].grain;
		now.brighter = noises[i].brighter;
		now.faded = noises[i].faded;
		now.bars = noises[i].bars;
		camera_pictures(&c, 8);
		camera_expect(&c, noises[i].cause);
		camera_fini(&c);
	}
}

/* A lamp goes out, and until the exposure has followed it is as dim as at dusk,
 * where there was no grain: no more of it came than was there by its light. */
static void
test_a_lamp_goes_out(void **state)
{
	static const struct {
		unsigned noise_q8, pictures;
		const char *cause;
	} outs[] = {
		{ 2000, 8, "none" },
		{ 2000, 45, "noisy" }, /* and it is dim for long */
		{ 4000, 8, "noisy" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(outs) / sizeof(outs[0]); i++) {
		struct camera c;

		begin(&c);
		now.p50 = 30;
		camera_pictures(&c, 40);
		now.p50 = 0;
		now.noise_q8 = 2000;
		camera_pictures(&c, 90);
		camera_expect(&c, "none");
		now.p50 = 30;
		now.noise_q8 = outs[i].noise_q8;
		now.grain = 20;
		camera_pictures(&c, outs[i].pictures);
		camera_expect(&c, outs[i].cause);
		camera_fini(&c);
	}
}

/* At constant bitrate: coarser blocks for no fewer bytes are noise; for fewer
 * somebody set the rate lower. */
static void
test_noise_crushed(void **state)
{
	static const struct {
		unsigned bytes;
		const char *cause;
	} rates[] = { { 2600, "noisy" }, { 1300, "none" } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct camera c;

		begin(&c);
		for (unsigned k = 0; k < 6; k++) {
			camera_pictures(&c, 1);
			account(&c, 2000);
		}
		for (unsigned k = 0; k < 8; k++) {
			now.seam = 560;
			now.torn = 45;
			now.grain = 8;
			account(&c, rates[i].bytes);
			camera_pictures(&c, 1);
		}
		camera_expect(&c, rates[i].cause);
		now.grain = 2; /* nothing moves now, but the blocks are there */
		account(&c, rates[i].bytes);
		camera_pictures(&c, 4);
		camera_expect(&c, rates[i].cause);
		now.seam = now.torn = now.grain = 0;
		camera_pictures(&c, 5);
		camera_expect(&c, "none");
		camera_fini(&c);
	}
}

static void
test_pattern_all_over(void **state)
{
	static const struct {
		unsigned calm, grain;
		const char *cause;
	} patterns[] = {
		{ 0, 16, "noisy" }, { 0, 2, "none" }, /* the lens was cleaned */
		{ 60, 16, "none" },		      /* a crowd */
	};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct camera c;

		begin(&c);
		now.sharp = 150;
		now.calm = patterns[i].calm;
		now.grain = patterns[i].grain;
		camera_pictures(&c, 8);
		camera_expect(&c, patterns[i].cause);
		camera_fini(&c);
	}
}

/* What is usual in another size is no measure; what is learned there is. */
static void
test_another_size(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	now.width = 352;
	now.noise_q8 = 2000;
	now.outlier = 30;
	now.torn = 60;
	now.seam = 520;
	now.sharp = 170;
	for (unsigned n = 0; n < 40; n++) {
		camera_pictures(&c, 1);
		assert_int_equal(camera_verdict(&c)->causes & mine, 0);
	}
	now.noise_q8 = 2000 + 12 * Q8;
	now.grain = 30;
	camera_pictures(&c, 8);
	assert_true(camera_verdict(&c)->causes & 1ull << CAUSE_NOISY);
	camera_fini(&c);
}

static void
test_dragged(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	now.dragged = true;
	now.outlier = 20;
	now.noise_q8 = 500;
	camera_pictures(&c, 4);
	assert_true(camera_verdict(&c)->causes & 1ull << CAUSE_CORRUPT);
	now.outlier = 0; /* less of it, but not whole either */
	camera_pictures(&c, 10);
	assert_true(camera_verdict(&c)->causes & 1ull << CAUSE_CORRUPT);
	memset(&now, 0, sizeof(now));
	camera_pictures(&c, 8);
	assert_int_equal(camera_verdict(&c)->causes & mine, 0);
	camera_fini(&c);
}

/* All is drawn out from what was lost: no grain is left, yet it changes. What
 * passes close by is gone sooner; with grain it is another view. */
static void
test_smeared(void **state)
{
	static const struct {
		uint16_t noise_q8;
		unsigned pictures;
		bool corrupt;
	} rows[] = { { 100, 5, false }, { 100, 9, true }, { 300, 9, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct camera c;

		begin(&c);
		now.smeared = true;
		now.noise_q8 = rows[i].noise_q8;
		camera_pictures(&c, rows[i].pictures);
		assert_int_equal(camera_verdict(&c)->causes >> CAUSE_CORRUPT &
				     1,
		    rows[i].corrupt);
		memset(&now, 0, sizeof(now));
		camera_pictures(&c, 14);
		assert_int_equal(camera_verdict(&c)->causes & mine, 0);
		camera_fini(&c);
	}
}

/* Steps are stronger where contrast is. */
static void
test_contrast_is_no_damage(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	now.torn = 25;
	now.outlier = 10;
	now.brighter = 145;
	for (unsigned n = 0; n < 30; n++) {
		camera_pictures(&c, 1);
		assert_int_equal(camera_verdict(&c)->causes & mine, 0);
	}
	camera_fini(&c);
}

/* One value, but for noise; or what a hand's or a bag's shade makes of it. */
static void
flat(struct camera *c, struct measures *m, unsigned level, unsigned shade)
{
	paint(m);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] =
		    (uint16_t)((level + i % THUMB_W * shade / THUMB_W) * Q8);
	memset(m->sparse, (int)level, sizeof(m->sparse));
	memset(m->zone_sharp, 0, sizeof(m->zone_sharp));
	grain(c, m, now.grain);
	m->p50 = (uint8_t)(level + shade / 2);
	m->mean_q8 = (uint16_t)(level * Q8);
	m->noise_q8 = (uint16_t)now.noise_q8;
	m->outlier_q16 = (uint16_t)(now.outlier * 656 / 10);
	m->block_q8 = 400;
	m->flat_q16 = 30000;
}

static unsigned flat_level, flat_shade;

static void
flat_picture(const struct camera *c, struct measures *m)
{
	struct camera copy = *c;

	flat(&copy, m, flat_level, flat_shade);
}

static void
test_cards_and_snow(void **state)
{
	static const struct {
		unsigned level, shade, noise_q8, outlier, grain;
		int u, v;
		bool no_signal;
	} cards[] = {
		{ 36, 0, 100, 0, 2, 80, -12, true },   /* blue, with noise */
		{ 36, 40, 100, 0, 2, 80, -12, false }, /* a blue bag */
		{ 120, 0, 12 * Q8, 90, 40, 0, 1, true },
		{ 120, 0, 3 * Q8, 5, 60, 0, 1, true },	/* crushed */
		{ 20, 0, 9 * Q8, 60, 18, 0, 1, false }, /* gain, covered */
		{ 120, 0, 3 * Q8, 5, 6, 0, 1, false },	/* a cloth */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		struct camera c;
		bool called;

		begin(&c);
		flat_level = cards[i].level;
		flat_shade = cards[i].shade;
		now.noise_q8 = cards[i].noise_q8;
		now.outlier = cards[i].outlier;
		now.grain = cards[i].grain;
		now.u = cards[i].u;
		now.v = cards[i].v;
		c.walker = 0;
		c.touch = flat_picture;
		camera_pictures(&c, 6);
		called = camera_verdict(&c)->causes & 1ull << CAUSE_NO_SIGNAL;
		assert_int_equal(called, cards[i].no_signal);
		camera_pictures(&c, 30);
		called = camera_verdict(&c)->causes & 1ull << CAUSE_NO_SIGNAL;
		assert_int_equal(called, cards[i].no_signal);
		camera_fini(&c);
	}
}

/* After a night without colour: daylight has some, a stuck filter very much,
 * the same everywhere. */
static void
test_colour_after_a_night(void **state)
{
	static const struct {
		int u, v;
		const char *cause;
	} days[] = { { 18, 26, "colour-cast" }, { 0, 0, "none" } };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct camera c;

		memset(&now, 0, sizeof(now));
		now.v = 1;
		camera_init(&c);
		c.touch = picture;
		c.walker = 1;
		camera_live(&c, 0, 20);
		now.u = days[i].u;
		now.v = days[i].v;
		camera_pictures(&c, 14);
		camera_expect(&c, days[i].cause);
		camera_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise_that_came),
		cmocka_unit_test(test_a_lamp_goes_out),
		cmocka_unit_test(test_noise_crushed),
		cmocka_unit_test(test_pattern_all_over),
		cmocka_unit_test(test_another_size),
		cmocka_unit_test(test_dragged),
		cmocka_unit_test(test_smeared),
		cmocka_unit_test(test_contrast_is_no_damage),
		cmocka_unit_test(test_cards_and_snow),
		cmocka_unit_test(test_colour_after_a_night),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
