/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/judge/duplicate.h"
#include "scene.h"

#define SECOND 1000000ll

static uint32_t
dice(uint32_t a, uint32_t b)
{
	uint32_t h = a * 2654435761u ^ (b + 77) * 2246822519u;

	h ^= h >> 15;
	h *= 2246822519u;
	h ^= h >> 13;
	h *= 3266489917u;
	return (h ^ h >> 16) | 1u;
}

/* Ten seconds of a feed that shows `source`, with its prints each 2 s; what it
 * shows lies `late` ms behind. */
static void
account(struct duplicate_index *ix, uint32_t feed, uint32_t source,
    int64_t to_s, int64_t late_ms)
{
	struct account a = { .ref = { feed, 1 },
		.from_us = (to_s - 10) * SECOND,
		.to_us = to_s * SECOND };

	for (unsigned i = 0; i < 5; i++) {
		/* groups begin at even seconds of the source */
		int64_t group = to_s / 2 - 5 + i;

		a.print[i] = dice((uint32_t)group, source);
		a.print_age_ms[i] =
		    (uint32_t)(to_s * 1000 - group * 2000 - late_ms);
	}
	duplicate_on_account(ix, &a);
}

static void
sample(struct duplicate_index *ix, uint32_t feed, uint64_t hash, int64_t at_ms,
    uint16_t sd_q8)
{
	static struct sample s;

	s = (struct sample){ .ref = { feed, 1 },
		.at_us = at_ms * 1000,
		.result = SAMPLE_OK,
		.measures.picture_hash = hash,
		.measures.sd_q8 = sd_q8 };
	duplicate_on_sample(ix, &s);
}

static void
one_stream_held_twice(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < 4; f++)
		assert_true(duplicate_add(ix, f, f));
	for (int64_t s = 20; s <= 60; s += 10) {
		account(ix, 0, 7, s, 0);
		account(ix, 1, 8, s + 2, 0);
		account(ix, 2, 7, s + 4, 300);
		account(ix, 3, 7, s + 6, 5000); /* five seconds late */
	}
	assert_true(duplicate_of(ix, 0, &t));
	assert_int_equal(t.feed, 2);
	assert_true(t.coded);
	assert_in_range(t.apart_ms, 250, 350);
	assert_true(duplicate_of(ix, 2, &t));
	assert_int_equal(t.feed, 0);
	assert_false(duplicate_of(ix, 1, &t));
	assert_false(duplicate_of(ix, 3, &t));
	/* they part again: a minute later it is over */
	for (int64_t s = 70; s <= 150; s += 10) {
		account(ix, 0, 7, s, 0);
		account(ix, 2, 9, s + 4, 0);
	}
	assert_false(duplicate_of(ix, 0, &t));
	assert_false(duplicate_of(ix, 2, &t));
	duplicate_free(&ix);
	assert_null(ix);
}

/* The one left over shows a still scene, which gives no prints; or the other is
 * no more. */
static void
let_go_without_prints(void **state)
{
	(void)state;
	for (unsigned removed = 0; removed < 2; removed++) {
		struct duplicate_index *ix = duplicate_new();
		struct account still = { .ref = { 0, 1 } };
		struct twin t;

		duplicate_add(ix, 0, 0);
		duplicate_add(ix, 1, 1);
		for (int64_t s = 20; s <= 60; s += 10) {
			account(ix, 0, 7, s, 0);
			account(ix, 1, 7, s + 4, 300);
		}
		assert_true(duplicate_of(ix, 0, &t));
		if (removed)
			duplicate_remove(ix, 1);
		for (int64_t s = 70; s <= (removed ? 70 : 370); s += 10) {
			still.from_us = (s - 10) * SECOND;
			still.to_us = s * SECOND;
			duplicate_on_account(ix, &still);
		}
		assert_false(duplicate_of(ix, 0, &t));
		duplicate_free(&ix);
	}
}

static void
three_of_one(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < 3; f++)
		duplicate_add(ix, f, f);
	for (int64_t s = 20; s <= 60; s += 10)
		for (uint32_t f = 0; f < 3; f++)
			account(ix, f, 7, s + f, f * 20);
	for (uint32_t f = 0; f < 3; f++)
		assert_true(duplicate_of(ix, f, &t));
	duplicate_free(&ix);
}

static void
equal_pictures(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < 6; f++)
		duplicate_add(ix, f, f);
	for (unsigned i = 0; i < 3; i++) {
		int64_t at = 20000 + i * 20000;

		sample(ix, 0, 1000 + i, at, 9000);
		sample(ix, 1, 1000 + i, at + 200, 9000);
		sample(ix, 2, 5, at, 9000); /* one card, again and again */
		sample(ix, 3, 5, at, 9000);
		sample(ix, 4, 2000 + i, at, 200); /* hardly anything in it */
		sample(ix, 5, 2000 + i, at, 200);
	}
	assert_true(duplicate_of(ix, 0, &t));
	assert_int_equal(t.feed, 1);
	assert_false(t.coded);
	assert_true(duplicate_of(ix, 1, &t));
	for (uint32_t f = 2; f < 6; f++)
		assert_false(duplicate_of(ix, f, &t));
	duplicate_free(&ix);
}

/* 3,000 feeds of their own for 20 minutes, and what comes of odd numbers. */
static void
none_of_many(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < 3000; f++)
		duplicate_add(ix, f, f);
	for (int64_t s = 20; s <= 1220; s += 10)
		for (uint32_t f = 0; f < 3000; f++)
			account(ix, f, f, s, f % 700);
	for (uint32_t f = 0; f < 3000; f++)
		assert_false(duplicate_of(ix, f, &t));
	assert_false(duplicate_add(ix, LIMIT_FEEDS, 1));
	duplicate_remove(ix, LIMIT_FEEDS);
	assert_false(duplicate_of(ix, LIMIT_FEEDS, &t));
	account(ix, LIMIT_FEEDS, 1, 20, 0);
	sample(ix, UINT32_MAX, 1, 20, 9000);
	duplicate_remove(ix, 5);
	account(ix, 5, 6, 1230, 0);
	assert_false(duplicate_of(ix, 5, &t));
	duplicate_free(&ix);
}

static void
the_judge_says_it(void **state)
{
	const struct twin t = { .feed = 9,
		.coded = true,
		.matches = 12,
		.apart_ms = 250,
		.name = "north/box/gate" };
	struct account a;
	struct camera c;

	(void)state;
	camera_init(&c);
	camera_link(&c, 0, PHASE_FLOWING, REASON_NONE);
	camera_live(&c, SECONDS(2), 12);
	judge_on_twin(c.feed, &t, c.now_us);
	a = camera_account(&c, SECONDS(40));
	camera_account_send(&c, &a);
	assert_int_equal(camera_verdict(&c)->state, STATE_DEGRADED);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_DUPLICATE);
	assert_non_null(strstr(camera_verdict(&c)->evidence, "north/box/gate"));
	judge_on_twin(c.feed, NULL, c.now_us);
	a = camera_account(&c, SECONDS(50));
	camera_account_send(&c, &a);
	assert_int_equal(camera_verdict(&c)->cause, CAUSE_NONE);
	camera_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stream_held_twice),
		cmocka_unit_test(let_go_without_prints),
		cmocka_unit_test(three_of_one),
		cmocka_unit_test(equal_pictures),
		cmocka_unit_test(none_of_many),
		cmocka_unit_test(the_judge_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
