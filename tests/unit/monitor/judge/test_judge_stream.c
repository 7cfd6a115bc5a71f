/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What accounts alone tell, and when the next picture is wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "scene.h"

/* One account and one live picture for each ten seconds from now on. */
static void
minutes(struct camera *c, unsigned tens,
    void (*spoil)(struct account *, unsigned))
{
	for (unsigned i = 0; i < tens; i++) {
		int64_t ms = c->now_us / MS / 10000 * 10000 + 10000;
		struct account a = camera_account(c, ms);

		if (spoil != NULL)
			spoil(&a, i);
		camera_picture(c, ms - 1000);
		camera_account_send(c, &a);
	}
}

static bool
has(const struct camera *c, enum cause cause)
{
	return camera_verdict(c)->causes >> cause & 1;
}

static void
begin(struct camera *c)
{
	camera_init(c);
	camera_live(c, 0, 5);
	minutes(c, 12, NULL);
	assert_int_equal(camera_verdict(c)->state, STATE_UP);
}

static void
lossy(struct account *a, unsigned i)
{
	(void)i;
	a->lost = 12; /* of 612: 2 % */
}

static void
little_loss(struct account *a, unsigned i)
{
	(void)i;
	a->lost = 4;
}

static void
test_packet_loss(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	minutes(&c, 12, little_loss);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	minutes(&c, 6, lossy);
	assert_int_equal(camera_verdict(&c)->state, STATE_DEGRADED);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_PACKET_LOSS);
	minutes(&c, 9, NULL);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	camera_fini(&c);
}

static void
slow(struct account *a, unsigned i)
{
	(void)i;
	a->units = 40;
	a->fps_milli = 4000;
}

static void
thin(struct account *a, unsigned i)
{
	(void)i;
	a->bytes = 30000;
}

static void
test_rates(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	minutes(&c, 9, slow);
	assert_true(has(&c, CAUSE_LOW_FPS));
	minutes(&c, 9, NULL);
	assert_false(has(&c, CAUSE_LOW_FPS));
	minutes(&c, 9, thin);
	assert_true(has(&c, CAUSE_LOW_BITRATE));
	minutes(&c, 200, thin); /* trouble does not become the usual */
	assert_true(has(&c, CAUSE_LOW_BITRATE));
	minutes(&c, 9, NULL);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	camera_fini(&c);
}

/* Packets without pictures in them. */
static void
empty(struct account *a, unsigned i)
{
	(void)i;
	a->units = a->keyframes = 0;
	a->bytes = 0;
}

/* One picture in half a minute, whose packets take their time. */
static void
rare(struct account *a, unsigned i)
{
	a->units = a->keyframes = i % 3 == 2;
}

static void
test_no_video(void **state)
{
	struct camera c;
	int64_t last_us;

	(void)state;
	begin(&c);
	last_us = c.now_us;
	for (unsigned i = 0; i < 3; i++) {
		struct account a = camera_account(&c, c.now_us / MS + 10000);

		assert_false(has(&c, CAUSE_NO_VIDEO));
		empty(&a, i);
		camera_account_send(&c, &a);
	}
	assert_int_equal(camera_verdict(&c)->state, STATE_DOWN);
	camera_expect(&c, "no-video");
	assert_int_equal(camera_verdict(&c)->since_us, last_us);
	minutes(&c, 1, NULL);
	assert_false(has(&c, CAUSE_NO_VIDEO));
	minutes(&c, 9, NULL);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	minutes(&c, 30, rare);
	assert_false(has(&c, CAUSE_NO_VIDEO));
	camera_fini(&c);

	/* from the first second, whatever the connection does meanwhile */
	camera_init(&c);
	camera_link(&c, 1000, PHASE_FLOWING, REASON_NONE);
	for (unsigned i = 1; i < 5; i++) {
		struct account a = camera_account(&c, i * 10000);

		empty(&a, i);
		camera_account_send(&c, &a);
	}
	camera_expect(&c, "no-video");
	assert_int_equal(camera_verdict(&c)->since_us, 1000 * MS);
	camera_fini(&c);
}

static void
test_flapping(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 4; i++) {
		int64_t ms = c.now_us / MS;

		camera_link(&c, ms + 5000, PHASE_BACKOFF, REASON_PEER_CLOSED);
		camera_link(&c, ms + 8000, PHASE_FLOWING, REASON_NONE);
		minutes(&c, 2, NULL);
	}
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_FLAPPING);
	minutes(&c, 70, NULL);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	camera_fini(&c);
}

/* What ends while our own network is lost is no flapping of the feed's. */
static void
test_losses_of_ours(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	for (unsigned i = 0; i < 4; i++) {
		int64_t ms = c.now_us / MS;

		judge_on_blind(c.feed, CAUSE_NETWORK_LOST, c.now_us);
		camera_link(&c, ms + 5000, PHASE_STALLED, REASON_STALL_DEAD);
		camera_link(&c, ms + 8000, PHASE_FLOWING, REASON_NONE);
		judge_on_blind(c.feed, CAUSE_NONE, c.now_us);
		minutes(&c, 2, NULL);
	}
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	camera_fini(&c);
}

static void
wrong_clock(struct account *a, unsigned i)
{
	(void)i;
	a->clock_offset_us = -3600ll * 1000000;
}

static void
no_clock(struct account *a, unsigned i)
{
	(void)i;
	a->clock_offset_us = -55ll * 365 * 86400 * 1000000; /* 1970 */
}

static void
wild_clock(struct account *a, unsigned i)
{
	a->clock_offset_us = i % 2 ? INT64_MAX : INT64_MIN + 1;
}

static void
right_clock(struct account *a, unsigned i)
{
	(void)i;
	a->clock_offset_us = 100000;
}

static void
test_clock(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	minutes(&c, 6, no_clock);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	minutes(&c, 6, wrong_clock);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_CLOCK_DRIFT);
	minutes(&c, 6, right_clock);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	minutes(&c, 6, wild_clock);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_CLOCK_DRIFT);
	camera_fini(&c);
}

static void
other_size(struct account *a, unsigned i)
{
	(void)i;
	a->width = 1280;
	a->height = 720;
	a->parameter_print = 9;
}

static void
test_changed(void **state)
{
	struct camera c;

	(void)state;
	begin(&c);
	minutes(&c, 1, other_size);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_CHANGED);
	assert_non_null(strstr(camera_verdict(&c)->evidence,
	    "h264 640x360 -> h264 1280x720"));
	minutes(&c, 31, other_size);
	assert_int_equal(camera_verdict(&c)->state, STATE_UP);
	camera_fini(&c);
}

static void
varies(struct account *a, unsigned i)
{
	a->bytes = i % 2 ? 700000 : 300000;
	a->inter_mean_bytes = i % 2 ? 4000 : 1600;
}

static void
collapses(struct account *a, unsigned i)
{
	(void)i;
	a->bytes = 90000;
	a->inter_mean_bytes = 22;
}

static void
test_schedule(void **state)
{
	struct camera c;
	uint32_t noise;
	int64_t at;

	(void)state;
	begin(&c);
	/* constant rate proves nothing, but each picture does: half as often */
	assert_int_equal(judge_sample_due(c.feed),
	    c.now_us - 1000 * MS + 2 * c.cfg.sample_us);
	/* until one does not */
	noise = c.noise;
	c.walker = c.noise = 0;
	camera_picture(&c, c.now_us / MS + 1000);
	camera_picture(&c, c.now_us / MS + 10000);
	assert_true(judge_sample_due(c.feed) <= c.now_us + c.cfg.sample_us);
	c.walker = 3;
	c.noise = noise;
	/* a variable one that keeps spending: rarely */
	minutes(&c, 40, varies);
	assert_int_equal(judge_sample_due(c.feed),
	    c.now_us - 1000 * MS + c.cfg.sample_rare_us);
	/* all at once it spends nothing: a picture is wanted soon */
	minutes(&c, 1, collapses);
	assert_true(judge_sample_due(c.feed) <= c.now_us + 2000 * MS);
	/* asked: not wanted twice, until the keyframe is long overdue */
	judge_sample_asked(c.feed, c.now_us);
	at = judge_sample_due(c.feed);
	assert_true(at >= c.now_us + 2 * 2000 * MS);
	/* a busy probe is not asked sooner */
	camera_result(&c, c.now_us / MS + 10, SAMPLE_BUSY);
	assert_true(judge_sample_due(c.feed) >= c.now_us + c.cfg.sample_us);
	camera_fini(&c);
}

static void
test_summary(void **state)
{
	struct judge_stream s;
	struct camera c;

	(void)state;
	begin(&c);
	judge_stream(c.feed, &s);
	assert_int_equal(s.codec, CODEC_H264);
	assert_int_equal(s.width, 640);
	assert_int_equal(s.fps_milli, 15000);
	assert_int_equal(s.kbps, 320);
	assert_int_equal(s.gop_us, 2000000);
	assert_int_equal(s.loss_ppm, 0);
	assert_int_equal(s.samples, 17);
	camera_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet_loss),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_no_video),
		cmocka_unit_test(test_flapping),
		cmocka_unit_test(test_losses_of_ours),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_schedule),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
