/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs from the normal: covered, moved, blurred, and what must not be
 * called so; the reference; what a restart keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"
#include "scene.h"

/* None of ours is in force after any of n pictures. */
static void
quiet(struct camera *c, unsigned n)
{
	const uint64_t ours =
	    1ull << CAUSE_COVERED | 1ull << CAUSE_MOVED | 1ull << CAUSE_BLURRED;

	for (unsigned i = 0; i < n; i++) {
		camera_pictures(c, 1);
		assert_int_equal(camera_verdict(c)->causes & ours, 0);
	}
}

static void
learned(struct camera *c)
{
	camera_init(c);
	camera_live(c, 0, 12);
	camera_expect(c, "none");
}

/* One fault each: what is set, what it is called, within so many pictures of
 * two seconds, and that it ends when it ends. */
static void
test_faults(void **state)
{
	static const struct fault {
		const char *word;
		unsigned within, at_least;
		int shift;
		unsigned covered, light, blur, place;
	} faults[] = {
		{ "covered", 5, 3, .covered = 100 },
		{ "covered", 18, 13, .covered = 70 },
		{ "covered", 20, 13, .covered = 50 },
		{ "moved", 16, 10, .shift = 4000 },
		{ "moved", 16, 10, .shift = 9000 },
		{ "moved", 16, 10, .shift = 4000, .light = 60 },
		{ "moved", 18, 12, .place = 7 },
		{ "blurred", 17, 13, .blur = 40 },
		{ "blurred", 17, 13, .blur = 30, .light = 70 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct fault *t = &faults[i];
		struct camera c;
		int64_t last_good;

		learned(&c);
		last_good = c.now_us;
		c.shift = t->shift;
		c.covered = t->covered;
		c.light = t->light;
		c.blur = t->blur;
		c.place = t->place;
		c.walker = t->covered == 100 ? 0 : 3;
		camera_pictures(&c, t->at_least);
		assert_string_not_equal(cause_name(camera_verdict(&c)->cause),
		    t->word);
		camera_pictures(&c, t->within - t->at_least);
		camera_expect(&c, t->word);
		assert_int_equal(camera_verdict(&c)->since_us, last_good);
		assert_non_null(strstr(camera_verdict(&c)->evidence,
		    strcmp(t->word, "blurred") == 0 ? "\"sharpness\":"
						    : "\"agreement\":"));
		camera_pictures(&c, 60); /* and stays */
		camera_expect(&c, t->word);
		c.shift = 0;
		c.covered = c.light = c.blur = c.place = 0;
		c.walker = 3;
		camera_pictures(&c, 3);
		camera_expect(&c, "none");
		camera_fini(&c);
	}
}

static void
test_light_is_no_fault(void **state)
{
	static const unsigned light[] = { 60, 35, 100, 20, 130, 45, 100 };
	struct camera c;

	(void)state;
	learned(&c);
	for (unsigned i = 0; i < sizeof(light) / sizeof(light[0]); i++) {
		c.light = light[i];
		quiet(&c, 15);
	}
	/* dusk, step by step */
	for (c.light = 100; c.light > 15; c.light--)
		quiet(&c, 2);
	camera_fini(&c);
}

static unsigned clear_percent;

/* Contrast about the middle, as seen through tape or fog; blocks and zones as
 * sharp for it. */
static void
faint(const struct camera *c, struct measures *m)
{
	(void)c;
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		m->thumb[i] =
		    (uint16_t)(120 * 256 + (m->thumb[i] - 120 * 256) *
					       (int)clear_percent / 100);
	for (unsigned z = 0; z < ZONES; z++)
		m->zone_sharp[z] =
		    (uint16_t)(m->zone_sharp[z] * clear_percent / 100);
}

static void
coloured(const struct camera *c, struct measures *m)
{
	(void)c;
	m->saturation_q8 = 9 * 256;
}

static void
colourless(const struct camera *c, struct measures *m)
{
	(void)c;
	m->saturation_q8 = 0;
}

/* By infrared half of what there is may be as dark as the rest: colour went
 * with it. */
static void
test_infrared(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = coloured;
	camera_live(&c, 0, 12);
	camera_expect(&c, "none");
	c.walker = 3;
	c.covered = 50;
	c.touch = colourless;
	quiet(&c, 40);
	/* and it is the night's normal, so that what befalls it is seen */
	quiet(&c, 160);
	c.blur = 30;
	camera_pictures(&c, 20);
	camera_expect(&c, "blurred");
	camera_fini(&c);
}

/* Bright leaves, a dark sky: nearly all edges the other way up. */
static void
inverted(const struct camera *c, struct measures *m)
{
	colourless(c, m);
	for (unsigned i = 0; i < THUMB_CELLS; i++)
		if (i % THUMB_W > THUMB_W / 6)
			m->thumb[i] = (uint16_t)(250 * 256 - m->thumb[i]);
}

/* .. which is no other place; another place is. */
static void
test_infrared_turns_edges_over(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = coloured;
	camera_live(&c, 0, 12);
	c.walker = 3;
	c.touch = inverted;
	quiet(&c, 60);
	c.touch = coloured;
	quiet(&c, 30);
	c.touch = inverted;
	quiet(&c, 30);
	c.place = 1;
	camera_pictures(&c, 30);
	camera_expect(&c, "moved");
	c.place = 0;
	c.touch = coloured;
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	c.place = 1;
	c.touch = colourless;
	camera_pictures(&c, 30);
	camera_expect(&c, "moved");
	camera_fini(&c);
}

/* What can be seen through comes at once; fog by and by, and neither it nor
 * rain is out of focus. */
static void
test_veil_and_fog(void **state)
{
	struct camera c;

	(void)state;
	learned(&c);
	c.touch = faint;
	clear_percent = 30;
	camera_pictures(&c, 19);
	camera_expect(&c, "covered");
	camera_pictures(&c, 60);
	camera_expect(&c, "covered");
	c.touch = NULL;
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	c.touch = faint;
	for (clear_percent = 100; clear_percent > 30; clear_percent--)
		quiet(&c, 12);
	quiet(&c, 60);
	for (; clear_percent < 100; clear_percent++)
		quiet(&c, 4);
	camera_fini(&c);
}

static struct {
	unsigned left;	/* percent of the picture that is seen through it */
	unsigned most;	/* levels that are added .. */
	unsigned width; /* .. within so many cells of the middle; 0 = all */
} glow;

static void
glowing(const struct camera *c, struct measures *m)
{
	(void)c;
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned x = (unsigned)abs((int)(i % THUMB_W) - THUMB_W / 2);
		unsigned add = glow.most;

		if (glow.width > 0)
			add = x < glow.width
				  ? add * (glow.width - x) / glow.width
				  : 0;
		m->thumb[i] =
		    (uint16_t)(m->thumb[i] * glow.left / 100 + add * 256);
	}
	for (unsigned z = 0; z < ZONES; z++)
		m->zone_sharp[z] =
		    (uint16_t)(m->zone_sharp[z] * glow.left / 100);
}

/* Tape that a lamp shines on by night is bright everywhere; a lamp that shines
 * into the lens is so around its place. */
static void
test_glow(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.light = 25;
	camera_live(&c, 0, 12);
	c.walker = 0;
	camera_pictures(&c, 20);
	camera_expect(&c, "none");
	c.touch = glowing;
	glow.left = 33;
	glow.most = 75;
	glow.width = 0;
	camera_pictures(&c, 19);
	camera_expect(&c, "covered");
	camera_pictures(&c, 60);
	camera_expect(&c, "covered");
	c.touch = NULL;
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	c.touch = glowing;
	glow.most = 150;
	glow.width = 90;
	quiet(&c, 40);
	camera_fini(&c);
}

/* A plain wall beside what has edges, by night: noise, and a lamp that goes on
 * and off. */
static void
wall(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned h = scene_mix(i, c->frame);
		unsigned light = c->frame / 40 % 2 ? 84 : 100;

		if (i % THUMB_W >= THUMB_W * 3 / 10 && m->thumb[i] < 220 * 256)
			m->thumb[i] = 57 * 256;
		m->thumb[i] = (uint16_t)(m->thumb[i] * light / 100 +
					 (h >> 16) % (5 * 256));
	}
}

/* What is learned of a plain wall stays plain while the light changes. */
static void
test_plain_stays_plain(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = wall;
	camera_live(&c, 0, 12);
	camera_expect(&c, "none");
	for (unsigned i = 0; i < 400; i++) {
		const struct normal *n = &c.feed->normal;
		struct zone_match zone[ZONES];
		struct small usual;
		struct field edges;
		unsigned edged = 0;

		quiet(&c, 1);
		small_of_bytes(&usual, n->mode[n->in_force].luma);
		field_of(&edges, &usual);
		match_zones(&edges, &edges, zone);
		for (unsigned z = 0; z < ZONES; z++)
			edged += z % ZONE_W > 6 && zone[z].edges >= EDGES_CLEAR;
		if (i > 20)
			assert_in_range(edged, 0, 25);
	}
	camera_fini(&c);
}

static bool painted;

/* A street from above: grain of its own, and the sensor's. Paint hides it all,
 * but for some windows whose rims are sharp. */
static void
street(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		bool walker = m->thumb[i] >= 220 * 256;
		unsigned x = i % THUMB_W / 3, y = i / THUMB_W / 3;
		unsigned own = (x * 2654435761u ^ y * 2246822519u) * 40503u;
		unsigned h = scene_mix(i, c->frame);
		unsigned level = 110 * 256 + (own >> 16) % (14 * 256);

		if (painted)
			level = x % 20 < 5 && y % 15 < 4 ? 110 * 256 : 45 * 256;
		if (painted || !walker)
			m->thumb[i] = (uint16_t)(level + (h >> 16) % (5 * 256));
	}
}

static void
test_paint(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = street;
	painted = false;
	camera_live(&c, 0, 12);
	c.walker = 0;
	camera_pictures(&c, 20);
	camera_expect(&c, "none");
	painted = true;
	camera_pictures(&c, 20);
	camera_expect(&c, "covered");
	camera_pictures(&c, 60);
	camera_expect(&c, "covered");
	painted = false;
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	camera_fini(&c);
}

/* The lens hunts; then a person says that soft is how it shall be. */
static void
test_focus(void **state)
{
	struct camera c;

	(void)state;
	learned(&c);
	for (unsigned i = 0; i < 10; i++) {
		c.blur = 30;
		quiet(&c, 5);
		c.blur = 0;
		quiet(&c, 6);
	}
	c.blur = 30;
	camera_pictures(&c, 20);
	camera_expect(&c, "blurred");
	assert_true(judge_reference_set(c.feed, c.now_us));
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	quiet(&c, 60);
	camera_fini(&c);
}

static struct {
	unsigned passes;  /* of a small mean over the picture .. */
	unsigned percent; /* .. which takes its place so far */
	unsigned light;	  /* scattered, levels */
	unsigned blobs;	  /* and as much of it as that, tenths of a level */
} dirt;

static void
dirty(const struct camera *c, struct measures *m)
{
	static uint16_t soft[THUMB_CELLS];

	(void)c;
	memcpy(soft, m->thumb, sizeof(soft));
	for (unsigned k = 0; k < dirt.passes; k++)
		camera_soften(soft);
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned x = i % THUMB_W % 24, y = i / THUMB_W % 18;
		unsigned blob = (x < 12 ? x : 24 - x) + (y < 9 ? y : 18 - y);

		m->thumb[i] =
		    (uint16_t)((soft[i] * dirt.percent +
				   m->thumb[i] * (100 - dirt.percent)) /
				   100 +
			       dirt.light * 256 + blob * dirt.blobs * 256 / 10);
	}
}

/* Dirt on the window makes it lighter too, so unevenly that few zones agree:
 * not a light to get used to. Steamed up nothing is left in many of them, and
 * the others are blurred: no cover either. */
static void
test_dirt(void **state)
{
	static const unsigned rows[][2] = { { 20, 45 }, { 40, 30 }, { 40, 0 } };

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct camera c;

		learned(&c);
		quiet(&c, 10);
		c.touch = dirty;
		dirt.passes = rows[i][0];
		dirt.percent = 100;
		dirt.light = 25;
		dirt.blobs = rows[i][1];
		quiet(&c, 13);
		camera_pictures(&c, 5);
		camera_expect(&c, "blurred");
		camera_pictures(&c, 100);
		camera_expect(&c, "blurred");
		c.touch = NULL;
		camera_pictures(&c, 3);
		camera_expect(&c, "none");
		camera_fini(&c);
	}
}

/* Seen for ten seconds only: too little to call what is merely soft, enough
 * where next to nothing fine is left. */
static void
test_dirt_at_once(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.touch = dirty;
	dirt.passes = 10;
	dirt.percent = 100;
	dirt.light = dirt.blobs = 0;
	camera_pictures(&c, 20);
	camera_expect(&c, "blurred");
	c.touch = NULL;
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	camera_fini(&c);
}

/* Soft, and a little less so now and then: it is soft. Sharp now and then: the
 * lens can do it. */
static void
test_doubts(void **state)
{
	struct camera c;

	(void)state;
	learned(&c);
	c.touch = dirty;
	dirt.light = dirt.blobs = 0;
	dirt.passes = 2;
	for (unsigned i = 0; i < 20; i++) {
		dirt.percent = i % 5 == 4 ? 75 : 100;
		camera_pictures(&c, 1);
	}
	camera_expect(&c, "blurred");
	camera_fini(&c);
	learned(&c);
	c.touch = dirty;
	for (unsigned i = 0; i < 60; i++) {
		dirt.percent = i % 5 == 4 ? 10 : 100;
		quiet(&c, 1);
	}
	camera_fini(&c);
}

/* Somebody stands close for a moment; a bag that stays is another thing. */
static void
test_a_moment_is_no_fault(void **state)
{
	struct camera c;

	(void)state;
	learned(&c);
	for (unsigned i = 0; i < 20; i++) {
		c.covered = 60;
		quiet(&c, 6);
		c.covered = 0;
		quiet(&c, 4);
		c.covered = 100;
		quiet(&c, 2);
		c.covered = 0;
		quiet(&c, 4);
	}
	camera_fini(&c);
}

/* A tour that nobody declared, and one that somebody did. */
static void
test_tours(void **state)
{
	struct annotation moving = { ANNOTATION_PTZ_MOVING, 0, INT64_MAX };
	struct camera c;

	(void)state;
	learned(&c);
	for (unsigned i = 0; i < 40; i++) {
		c.place = i % 4;
		quiet(&c, 10);
	}
	camera_fini(&c);
	learned(&c);
	judge_on_annotation(c.feed, &moving, c.now_us);
	c.place = 3;
	quiet(&c, 100);
	camera_fini(&c);
}

/* Away for half a minute each time, and for days: who has turned three times
 * turns by itself, however many times that has been. */
static void
test_tours_without_end(void **state)
{
	struct camera c;

	(void)state;
	learned(&c);
	for (unsigned i = 0; i < 262; i++) {
		c.place = 1;
		if (i < 3)
			camera_pictures(&c, 16);
		else
			quiet(&c, 16);
		c.place = 0;
		camera_pictures(&c, 3);
		assert_true(i < 3 || normal_roams(&c.feed->normal, c.now_us));
	}
	camera_fini(&c);
}

/* So slow that the normal goes with it. */
static void
test_creep(void **state)
{
	struct camera c;
	unsigned n = 0;

	(void)state;
	learned(&c);
	for (; n < 4000 && camera_verdict(&c)->cause == CAUSE_NONE; n++) {
		c.shift = (int)n * 2; /* a 400th of a cell */
		camera_pictures(&c, 1);
	}
	camera_expect(&c, "moved");
	assert_true(c.shift < 3000);
	camera_pictures(&c, 50);
	camera_expect(&c, "moved");
	assert_true(judge_reference_set(c.feed, c.now_us));
	camera_pictures(&c, 10);
	camera_expect(&c, "none");
	quiet(&c, 50);
	camera_fini(&c);
}

static uint16_t bonnet[THUMB_CELLS];

/* The lower third of the picture stays where it is; coarse noise. */
static void
over_a_bonnet(const struct camera *c, struct measures *m)
{
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned h = scene_mix(i, c->frame);

		if (i >= THUMB_CELLS * 7 / 10) {
			bonnet[i] = c->shift == 0 ? m->thumb[i] : bonnet[i];
			m->thumb[i] = bonnet[i];
		}
		m->thumb[i] = (uint16_t)(m->thumb[i] + (h >> 16) % 10240);
	}
}

/* Too quick for the normal to follow, which is worn out instead; and neither
 * a tour, though it seems back at times. */
static void
test_quick_creep(void **state)
{
	static const int speed[] = { 20, 40, 80, 160, 320 };

	(void)state;
	for (unsigned i = 0; i < sizeof(speed) / sizeof(speed[0]); i++) {
		struct camera c;

		learned(&c);
		c.touch = over_a_bonnet;
		camera_pictures(&c, 12);
		for (unsigned n = 0; n < 130; n++) {
			if (c.shift < 12000)
				c.shift += speed[i];
			camera_pictures(&c, 1);
		}
		camera_expect(&c, "moved");
		c.touch = NULL;
		c.shift = 0;
		camera_pictures(&c, 40);
		camera_expect(&c, "none");
		camera_fini(&c);
	}
}

static void
test_reference(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	assert_false(judge_reference_set(c.feed, 0));
	assert_int_equal(judge_reference_us(c.feed), 0);
	camera_fini(&c);
	learned(&c);
	assert_int_equal(judge_reference_us(c.feed), 0);
	assert_true(judge_reference_set(c.feed, c.now_us));
	assert_int_equal(judge_reference_us(c.feed), c.now_us);
	c.covered = 100;
	c.walker = 0;
	camera_pictures(&c, 8);
	camera_expect(&c, "covered");
	assert_false(judge_reference_set(c.feed, c.now_us));
	c.covered = 0;
	c.walker = 3;
	c.place = 5;
	camera_pictures(&c, 20);
	camera_expect(&c, "moved");
	/* a person says that it shall look there */
	assert_true(judge_reference_set(c.feed, c.now_us));
	camera_pictures(&c, 3);
	camera_expect(&c, "none");
	quiet(&c, 50);
	judge_reference_clear(c.feed);
	assert_int_equal(judge_reference_us(c.feed), 0);
	quiet(&c, 50);
	camera_fini(&c);
}

/* Covered from its first picture: never up before life, nothing learned. */
static void
test_nothing_is_called_before_life(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.noise = 0;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 10);
	c.covered = 70;
	for (unsigned i = 0; i < 40; i++) {
		camera_pictures(&c, 1);
		assert_int_not_equal(camera_verdict(&c)->state, STATE_UP);
		assert_int_not_equal(camera_verdict(&c)->cause, CAUSE_COVERED);
	}
	camera_fini(&c);
}

/* No life is shown in a picture of which a fifth always comes back, so never
 * `up`; but one that goes out of focus is no still one, either. */
static void
test_blurred_before_life(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.noise = 80;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 25);
	camera_expect(&c, "learning");
	c.touch = dirty;
	dirt.passes = 1; /* softer: a coder might do that */
	dirt.percent = 100;
	dirt.light = dirt.blobs = 0;
	camera_pictures(&c, 20);
	camera_expect(&c, "learning");
	c.touch = NULL;
	camera_pictures(&c, 20);
	c.touch = dirty;
	dirt.passes = 12;
	camera_pictures(&c, 13);
	camera_expect(&c, "learning");
	camera_pictures(&c, 6);
	camera_expect(&c, "blurred");
	assert_int_equal(camera_verdict(&c)->state, STATE_DEGRADED);
	camera_pictures(&c, 10);
	camera_expect(&c, "blurred");
	c.touch = NULL;
	camera_pictures(&c, 4);
	assert_true((camera_verdict(&c)->causes & 1ull << CAUSE_BLURRED) == 0);
	camera_fini(&c);
}

static void
test_restart(void **state)
{
	static unsigned char bytes[JUDGE_SAVE_BYTES];
	struct camera c, d;
	size_t n;

	(void)state;
	learned(&c);
	assert_true(judge_reference_set(c.feed, c.now_us));
	n = judge_save(c.feed, bytes, sizeof(bytes));
	assert_true(n > 4000 && n <= sizeof(bytes));
	camera_init(&d);
	judge_restore(d.feed, bytes, n);
	assert_int_equal(judge_reference_us(d.feed), -1);
	/* turned while nobody looked */
	d.shift = 6000;
	camera_live(&d, 0, 4);
	camera_expect(&d, "none");
	camera_pictures(&d, 16);
	camera_expect(&d, "moved");
	camera_fini(&c);
	camera_fini(&d);
}

/* Scenes at random, with people, light and moments; nothing of ours is ever
 * called. */
static void
test_property_no_false_alarm(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 6; seed++) {
		struct camera c;

		srand(seed);
		camera_init(&c);
		c.place = 20 + seed;
		camera_live(&c, 0, 12);
		for (unsigned i = 0; i < 120; i++) {
			int r = rand();

			c.walker = (uint32_t)(1 + r % 5);
			if (r / 8 % 7 == 0)
				c.light = (unsigned)(40 + r / 64 % 90);
			c.shift = r / 131072 % 300; /* wind */
			c.covered = r / 8192 % 4 == 0 ? 45 : 0;
			quiet(&c, 1 + (unsigned)(r / 262144 % 6));
			c.covered = 0;
			quiet(&c, 1);
		}
		camera_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_light_is_no_fault),
		cmocka_unit_test(test_veil_and_fog),
		cmocka_unit_test(test_infrared),
		cmocka_unit_test(test_infrared_turns_edges_over),
		cmocka_unit_test(test_glow),
		cmocka_unit_test(test_paint),
		cmocka_unit_test(test_plain_stays_plain),
		cmocka_unit_test(test_focus),
		cmocka_unit_test(test_dirt),
		cmocka_unit_test(test_dirt_at_once),
		cmocka_unit_test(test_doubts),
		cmocka_unit_test(test_a_moment_is_no_fault),
		cmocka_unit_test(test_tours),
		cmocka_unit_test(test_tours_without_end),
		cmocka_unit_test(test_creep),
		cmocka_unit_test(test_quick_creep),
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_nothing_is_called_before_life),
		cmocka_unit_test(test_blurred_before_life),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_property_no_false_alarm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
