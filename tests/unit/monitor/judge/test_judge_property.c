/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random observations, thousands of them: what must always be true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <malloc.h>
#include <string.h>

#include <jansson.h>

#include "scene.h"

static uint64_t seed;

static uint32_t
dice(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static void
random_measures(struct measures *m)
{
	uint8_t *p = (uint8_t *)m;

	for (size_t i = 0; i < sizeof(*m); i++)
		p[i] = (uint8_t)dice(256);
	if (dice(2)) {
		m->width = 640;
		m->height = 360;
	}
}

static void
random_account(struct camera *c)
{
	struct account a = camera_account(c, c->now_us / MS);

	if (dice(4) == 0) {
		a.bytes = (uint64_t)dice(UINT32_MAX) << dice(32);
		a.units = dice(UINT32_MAX);
		a.packets = dice(UINT32_MAX);
		a.lost = dice(UINT32_MAX);
		a.gop_us = dice(UINT32_MAX);
		a.rhythm_us = dice(UINT32_MAX);
		a.inter_mean_bytes = dice(UINT32_MAX);
		a.clock_offset_us = (int64_t)(seed * 7919);
		a.width = (uint16_t)dice(65536);
	}
	judge_on_account(c->feed, &a, c->now_us);
}

static void
random_act(struct camera *c)
{
	static const enum cause blind[] = { CAUSE_NONE, CAUSE_PROBE_LOST,
		CAUSE_NETWORK_LOST, CAUSE_OVER_CAPACITY };
	struct link_report r = { .at_us = c->now_us,
		.phase = (enum phase)dice(PHASE_COUNT),
		.reason = (enum reason)dice(REASON_COUNT),
		.last_media_us = (int64_t)dice(2) * c->now_us };

	switch (dice(7)) {
	case 0:
		judge_on_link(c->feed, &r, c->now_us);
		break;
	case 1:
		random_account(c);
		break;
	case 2:
		judge_on_blind(c->feed, blind[dice(4)], c->now_us);
		break;
	case 3:
		judge_on_starved(c->feed, c->now_us);
		break;
	default:
		random_measures(&c->sample.measures);
		c->sample.result =
		    (enum sample_result)dice(SAMPLE_RESULT_COUNT);
		c->sample.at_us = c->now_us - dice(5000000);
		c->sample.au_bytes = dice(100000);
		judge_sample_asked(c->feed, c->now_us);
		judge_on_sample(c->feed, &c->sample, c->now_us);
		break;
	}
}

static void
check(const struct camera *c, const struct verdict *before)
{
	const struct verdict *v = camera_verdict(c);
	json_t *evidence = json_loads(v->evidence, 0, NULL);

	assert_non_null(evidence);
	json_decref(evidence);
	assert_true(v->since_us <= v->at_us);
	assert_true(v->since_us >= before->since_us);
	assert_true(v->at_us <= c->now_us);
	assert_int_equal(v->state, cause_state(v->cause));
	assert_int_equal(v->causes == 0, v->state == STATE_UP);
	if (v->cause != CAUSE_NONE)
		assert_true(v->causes >> v->cause & 1);
	for (unsigned k = 1; k < CAUSE_COUNT; k++)
		if (v->causes >> k & 1)
			assert_true(
			    cause_rank((enum cause)k) >= cause_rank(v->cause));
	assert_true(judge_deadline(c->feed) > c->now_us);
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 60; run++) {
		struct camera c;
		struct verdict before;

		seed = run;
		camera_init(&c);
		for (unsigned i = 0; i < 300; i++) {
			before = *camera_verdict(&c);
			c.now_us += dice(20) ? dice(3000000) : dice(90000000);
			random_act(&c);
			judge_step(c.feed, c.now_us, &c.last);
			check(&c, &before);
		}
		camera_fini(&c);
	}
}

/* Whatever happens around it: pictures that never differ never make `up`. */
static void
test_never_up_without_life(void **state)
{
	(void)state;
	for (unsigned run = 0; run < 40; run++) {
		struct camera c;

		seed = run;
		camera_init(&c);
		c.noise = 0;
		for (unsigned i = 0; i < 200; i++) {
			int64_t ms = c.now_us / MS + dice(15000);

			if (dice(4) == 0)
				camera_link(&c, ms,
				    dice(2) ? PHASE_FLOWING : PHASE_BACKOFF,
				    dice(2) ? REASON_REFUSED
					    : REASON_PEER_CLOSED);
			else
				camera_picture(&c, ms);
			assert_int_not_equal(camera_verdict(&c)->state,
			    STATE_UP);
		}
		camera_fini(&c);
	}
}

/* A feed takes its memory once, and not much of it. */
static void
test_memory(void **state)
{
	struct camera c;
	size_t before;

	(void)state;
	camera_init(&c);
	assert_true(malloc_usable_size(c.feed) <= 64 * 1024);
	camera_live(&c, 0, 20);
	before = mallinfo2().uordblks;
	for (unsigned i = 0; i < 500; i++)
		camera_picture(&c, c.now_us / MS + 2000);
	assert_true(mallinfo2().uordblks <= before);
	camera_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_never_up_without_life),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
