/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures over time: life, frozen, black, undecodable, and what a restart
 * keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "scene.h"

static void
test_life_by_motion(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 2);
	camera_expect(&c, "learning");
	camera_pictures(&c, 2);
	camera_expect(&c, "none");
	assert_true(camera_verdict(&c)->since_us <= c.now_us);
	camera_fini(&c);
}

static void
test_life_by_noise(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 4);
	camera_expect(&c, "learning");
	camera_pictures(&c, 4);
	camera_expect(&c, "none");
	camera_fini(&c);
}

static void
test_frozen_from_start_is_never_up(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.noise = 0;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	for (unsigned i = 0; i < 200; i++) {
		camera_pictures(&c, 1);
		assert_int_not_equal(camera_verdict(&c)->state, STATE_UP);
	}
	camera_expect(&c, "frozen");
	camera_fini(&c);
}

static void
test_frozen_exact_in_three(void **state)
{
	struct camera c;
	int64_t last_live;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	camera_expect(&c, "none");
	last_live = c.now_us;
	c.walker = 0;
	c.noise = 0;
	camera_pictures(&c, 2);
	camera_expect(&c, "none");
	camera_pictures(&c, 1);
	camera_expect(&c, "frozen");
	assert_true(camera_verdict(&c)->since_us >= last_live);
	assert_true(camera_verdict(&c)->since_us <= last_live + 2000 * MS);
	assert_non_null(
	    strstr(camera_verdict(&c)->evidence, "\"equal_blocks\":"));
	/* and back, by proof, since the first sign of it */
	c.walker = 3;
	c.noise = 100;
	camera_pictures(&c, 1);
	camera_expect(&c, "frozen");
	camera_pictures(&c, 1);
	camera_expect(&c, "none");
	assert_int_equal(camera_verdict(&c)->since_us, c.now_us - 2000 * MS);
	camera_fini(&c);
}

/* The suspicion stands in the evidence before it is called. */
static void
test_suspect_first(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	c.noise = 0;
	camera_pictures(&c, 2);
	assert_non_null(
	    strstr(camera_verdict(&c)->evidence, "\"suspect\":\"frozen\""));
	assert_int_equal(judge_sample_due(c.feed), c.now_us + 2000 * MS);
	camera_fini(&c);
}

/* At constant bitrate neighbours differ, but blocks come back. */
static void
test_frozen_reproduced(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	for (unsigned i = 0; i < 60; i++) {
		c.noise = i % 3 == 2 ? 10 : 90;
		camera_pictures(&c, 1);
	}
	camera_expect(&c, "frozen");
	camera_fini(&c);
}

static uint16_t chroma; /* of what the camera shows */

static void
tint(const struct camera *c, struct measures *m)
{
	(void)c;
	m->saturation_q8 = chroma;
}

/* A red lorry in a grey street is no switch from infrared, after which it takes
 * minutes to know what is usual. */
static void
test_colour_passes_a_grey_scene(void **state)
{
	static const struct {
		unsigned grey_again; /* pictures later; 0: never */
		bool soon;
	} rows[] = { { 3, true }, { 0, false } };

	(void)state;
	for (unsigned r = 0; r < 2; r++) {
		struct camera c;

		camera_init(&c);
		c.touch = tint;
		chroma = 200;
		camera_live(&c, 0, 12);
		chroma = 1500;
		camera_pictures(&c, 3);
		chroma = rows[r].grey_again ? 200 : 1500;
		camera_pictures(&c, 3);
		camera_expect(&c, "none");
		c.walker = 0;
		for (unsigned i = 0; i < 60; i++) {
			c.noise = i % 3 == 2 ? 10 : 90;
			camera_pictures(&c, 1);
		}
		camera_expect(&c, rows[r].soon ? "frozen" : "none");
		camera_fini(&c);
	}
}

/* By infrared a part of the blocks comes back, all night long: what was
 * suspected for longer than any freeze needs to be called is learned from. One
 * is called all the same. */
static void
test_quiet_night(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.touch = tint;
	chroma = 1500;
	camera_live(&c, 0, 12);
	c.walker = 0;
	chroma = 0;
	c.noise = 60;
	camera_pictures(&c, 300);
	camera_expect(&c, "none");
	assert_true(judge_suspects(c.feed));
	camera_pictures(&c, 200);
	camera_expect(&c, "none");
	assert_false(judge_suspects(c.feed));
	c.noise = 0;
	camera_pictures(&c, 4);
	camera_expect(&c, "frozen");
	c.noise = 60;
	c.walker = 3;
	camera_pictures(&c, 4);
	camera_expect(&c, "none");
	camera_fini(&c);
}

static void
test_frozen_under_clock(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	c.noise = 0;
	c.clock_cell = 3;
	camera_pictures(&c, 5);
	camera_expect(&c, "frozen");
	camera_pictures(&c, 100);
	camera_expect(&c, "frozen");
	camera_fini(&c);
}

static void
test_still_but_live(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	for (unsigned i = 0; i < 500; i++) {
		camera_pictures(&c, 1);
		camera_expect(&c, "none");
	}
	camera_fini(&c);
}

/* A source without noise may stand still for a while. */
static void
test_silent_source_has_patience(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.noise = 0;
	c.walker = 2;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 10);
	camera_expect(&c, "none");
	c.walker = 0;
	camera_pictures(&c, 20);
	camera_expect(&c, "none");
	camera_pictures(&c, 160);
	camera_expect(&c, "frozen");
	camera_fini(&c);
}

static void
test_black_and_back(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	c.noise = 0;
	c.level = 4;
	camera_pictures(&c, 2);
	camera_expect(&c, "none");
	camera_pictures(&c, 1);
	camera_expect(&c, "black");
	assert_int_equal(camera_verdict(&c)->since_us, c.now_us - 6000 * MS);
	camera_pictures(&c, 30);
	camera_expect(&c, "black");
	c.level = -1;
	c.noise = 100;
	c.walker = 3;
	camera_pictures(&c, 2);
	camera_expect(&c, "none");
	camera_fini(&c);
}

static void
test_dark_hours_are_no_fault(void **state)
{
	struct annotation dark = { ANNOTATION_DARK_HOURS, 0, 60000 * MS };
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	judge_on_annotation(c.feed, &dark, c.now_us);
	c.walker = 0;
	c.level = 4;
	camera_pictures(&c, 8);
	assert_int_not_equal(camera_verdict(&c)->cause, CAUSE_BLACK);
	camera_fini(&c);
}

static void
test_card(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	c.level = 120;
	c.noise = 0;
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_pictures(&c, 3);
	camera_expect(&c, "no-signal");
	camera_fini(&c);
}

static void
test_undecodable(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 5);
	camera_result(&c, 10000, SAMPLE_UNDECODABLE);
	camera_result(&c, 12000, SAMPLE_BUSY);
	camera_result(&c, 14000, SAMPLE_QUARANTINED);
	camera_expect(&c, "none");
	camera_result(&c, 16000, SAMPLE_TOO_LARGE);
	camera_expect(&c, "undecodable");
	camera_result(&c, 90000, SAMPLE_UNDECODABLE);
	camera_expect(&c, "undecodable");
	camera_picture(&c, 92000);
	camera_expect(&c, "none");
	/* damage it is only beside some that can be decoded */
	camera_result(&c, 94000, SAMPLE_UNDECODABLE);
	camera_result(&c, 96000, SAMPLE_UNDECODABLE);
	camera_expect(&c, "none");
	camera_result(&c, 98000, SAMPLE_UNDECODABLE);
	camera_expect(&c, "undecodable");
	camera_picture(&c, 100000);
	for (int64_t t = 102000; t < 108000; t += 4000) {
		camera_expect(&c, "none");
		camera_result(&c, t, SAMPLE_UNDECODABLE);
		camera_picture(&c, t + 2000);
	}
	camera_expect(&c, "corrupt");
	camera_fini(&c);
}

/* Our own drops say nothing; in the end the feed is not sampled. */
static void
test_busy_is_not_the_cameras_fault(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 5);
	for (int64_t t = 10000; t < 37000; t += 3000)
		camera_result(&c, t, SAMPLE_BUSY);
	camera_expect(&c, "none");
	camera_result(&c, 39000, SAMPLE_LOST);
	camera_expect(&c, "not-sampled");
	camera_fini(&c);
}

static void
test_restart_keeps_no_life(void **state)
{
	unsigned char bytes[JUDGE_SAVE_BYTES];
	struct camera c, d;
	size_t n;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 8);
	n = judge_save(c.feed, bytes, sizeof(bytes));
	assert_true(n > 0);
	camera_init(&d);
	judge_restore(d.feed, bytes, n);
	camera_link(&d, 0, PHASE_FLOWING, REASON_NONE);
	camera_expect(&d, "learning");
	d.noise = 0;
	camera_pictures(&d, 3);
	assert_int_not_equal(camera_verdict(&d)->state, STATE_UP);
	for (size_t i = 0; i <= n;
	     i += 1 + i / 50) { /* cut short, or broken: ignored */
		struct camera e;

		camera_init(&e);
		judge_restore(e.feed, bytes, i);
		bytes[i % n] ^= 0xff;
		judge_restore(e.feed, bytes, n);
		bytes[i % n] ^= 0xff;
		camera_live(&e, 0, 4);
		camera_expect(&e, "none");
		camera_fini(&e);
	}
	camera_fini(&c);
	camera_fini(&d);
}

static void
test_another_size_begins_anew(void **state)
{
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_live(&c, 0, 6);
	c.walker = 0;
	c.noise = 0;
	camera_pictures(&c, 2);
	c.sample.measures.width = 1280; /* as if; fill() sets it again */
	judge_on_sample(c.feed, &c.sample, c.now_us + 1);
	camera_until(&c, c.now_us / MS + 10);
	camera_expect(&c, "none");
	camera_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life_by_motion),
		cmocka_unit_test(test_life_by_noise),
		cmocka_unit_test(test_frozen_from_start_is_never_up),
		cmocka_unit_test(test_frozen_exact_in_three),
		cmocka_unit_test(test_suspect_first),
		cmocka_unit_test(test_frozen_reproduced),
		cmocka_unit_test(test_colour_passes_a_grey_scene),
		cmocka_unit_test(test_quiet_night),
		cmocka_unit_test(test_frozen_under_clock),
		cmocka_unit_test(test_still_but_live),
		cmocka_unit_test(test_silent_source_has_patience),
		cmocka_unit_test(test_black_and_back),
		cmocka_unit_test(test_dark_hours_are_no_fault),
		cmocka_unit_test(test_card),
		cmocka_unit_test(test_undecodable),
		cmocka_unit_test(test_busy_is_not_the_cameras_fault),
		cmocka_unit_test(test_restart_keeps_no_life),
		cmocka_unit_test(test_another_size_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
