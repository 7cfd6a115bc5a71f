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
	uint32_t h = scene_mix(a, b + 77) * 3266489917u;

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

/* --- one camera that is encoded twice */

struct encoding {
	uint32_t feed;
	unsigned place;	  /* the picture's */
	unsigned events;  /* what moves there */
	unsigned percent; /* of it that the coder lets through */
	int64_t late_ms;
	int64_t since_s; /* its own time line */
	bool still;	 /* nothing moves */
};

/* How much moves in a tenth: something for some seconds, then little. */
static unsigned
moving(const struct encoding *e, int64_t tenth)
{
	unsigned v = dice((uint32_t)(tenth / 37), e->events) % 200;

	return e->still ? 0 : v > 110 ? v : v / 8;
}

static void
encode(struct duplicate_index *ix, const struct encoding *e, int64_t to_s,
    uint16_t width)
{
	struct account a = { .ref = { e->feed, 1 },
		.from_us = (to_s - 10) * SECOND,
		.to_us = to_s * SECOND,
		.last_au_us = to_s * SECOND,
		.width = width,
		.height = 576,
		.activity_first = (to_s - 10 - e->since_s) * 10,
		.activity_count = 100 };

	for (unsigned i = 0; i < 100; i++) {
		int64_t tenth = (to_s - 10) * 10 + i;
		unsigned noise = dice((uint32_t)tenth, e->feed + 500) % 60;

		a.activity[i] = (uint16_t)(1200 + noise +
					   moving(e, tenth - e->late_ms / 100) *
					       e->percent / 100);
	}
	duplicate_on_account(ix, &a);
}

static void
show(struct duplicate_index *ix, const struct encoding *e, int64_t at_s)
{
	static struct sample s;

	memset(&s, 0, sizeof(s));
	s.ref = (struct feed_ref){ e->feed, 1 };
	s.at_us = at_s * SECOND;
	s.result = SAMPLE_OK;
	s.measures.picture_hash = dice((uint32_t)at_s, e->feed + 900);
	s.measures.sd_q8 = 9000;
	for (unsigned i = 0; i < THUMB_CELLS; i++) {
		unsigned x = i % THUMB_W / 10, y = i / THUMB_W / 10;
		unsigned v = 40 + dice(y * 16 + x, e->place) % 150 +
			     dice(i, (uint32_t)at_s + e->feed) % 4;

		/* someone walks by */
		if ((x + (unsigned)at_s) % 16 < 1 && y > 3)
			v = 90;
		s.measures.thumb[i] = (uint16_t)(v * 256);
	}
	duplicate_on_sample(ix, &s);
}

static void
run(struct duplicate_index *ix, const struct encoding *e, unsigned n,
    int64_t from_s, int64_t to_s)
{
	for (int64_t s = from_s; s < to_s; s += 10)
		for (unsigned i = 0; i < n; i++) {
			if ((s / 10 + i) % 3 == 0)
				show(ix, &e[i], s - 1 - i % 7);
			encode(ix, &e[i], s, (uint16_t)(704 + i * 16));
		}
}

static void
encoded_twice(void **state)
{
	static const struct {
		struct encoding b;
		uint32_t device;
		bool twin;
	} rows[] = {
		{ { 1, 7, 7, 100, 0, 0, false }, 2, true },
		/* a recorder's: later, on its own time line, half as lively */
		{ { 1, 7, 7, 50, 700, -5000, false }, 2, true },
		{ { 1, 7, 7, 60, -500, 300, false }, 2, true },
		/* a device's other stream */
		{ { 1, 7, 7, 100, 0, 0, false }, 1, false },
		/* the same people seen from elsewhere */
		{ { 1, 8, 7, 100, 0, 0, false }, 2, false },
		/* a corridor of the same make */
		{ { 1, 7, 8, 100, 0, 0, false }, 2, false },
		/* .. in which nothing moves, nor here */
		{ { 1, 7, 8, 100, 0, 0, true }, 2, false },
		/* not at the same moment: another cause, or a recording */
		{ { 1, 7, 7, 100, 2000, 0, false }, 2, false },
		{ { 1, 7, 7, 100, -3500, 0, false }, 2, false },
		{ { 1, 7, 7, 100, 60000, 0, false }, 2, false },
	};
	struct twin t;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct duplicate_index *ix = duplicate_new();
		struct encoding e[2] = { { 0, 7, 7, 100, 0, 0, false },
			rows[i].b };

		e[0].still = rows[i].b.still;
		duplicate_add(ix, 0, 1);
		duplicate_add(ix, 1, rows[i].device);
		run(ix, e, 2, 20, 300);
		assert_false(duplicate_of(ix, 0, &t));
		run(ix, e, 2, 300, 900);
		assert_int_equal(duplicate_of(ix, 0, &t), rows[i].twin);
		assert_int_equal(duplicate_of(ix, 1, &t), rows[i].twin);
		if (rows[i].twin) {
			assert_int_equal(t.feed, 0);
			assert_in_range(t.like, 500, 1000);
		}
		duplicate_free(&ix);
	}
}

/* Still at night, and the place stays: it is no news. Another place is. */
static void
encoded_twice_no_more(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct encoding e[3] = { { 0, 7, 7, 100, 0, 0, false },
		{ 1, 7, 7, 70, 300, 50, false },
		{ 2, 7, 7, 40, 500, 90, false } };
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < 3; f++)
		duplicate_add(ix, f, f);
	run(ix, e, 3, 20, 900);
	for (uint32_t f = 0; f < 3; f++)
		assert_true(duplicate_of(ix, f, &t));
	for (unsigned i = 0; i < 3; i++)
		e[i].still = true;
	run(ix, e, 3, 900, 1800);
	for (uint32_t f = 0; f < 3; f++)
		assert_true(duplicate_of(ix, f, &t));
	e[1].place = 9;
	duplicate_remove(ix, 2);
	run(ix, e, 2, 1800, 2200);
	assert_false(duplicate_of(ix, 0, &t));
	assert_false(duplicate_of(ix, 1, &t));
	duplicate_free(&ix);
}

/* Many corridors of one make, each with its own people. */
static void
corridors(void **state)
{
	enum { MANY = 120 };
	struct duplicate_index *ix = duplicate_new();
	struct encoding e[MANY];
	struct twin t;

	(void)state;
	for (uint32_t f = 0; f < MANY; f++) {
		e[f] = (struct encoding){ f, 7, 100 + f, 100, 0, 0, false };
		duplicate_add(ix, f, f);
	}
	for (int64_t s = 20; s < 1800; s += 10)
		for (uint32_t f = 0; f < MANY; f++) {
			if ((s / 10 + f) % 6 == 0)
				show(ix, &e[f], s);
			encode(ix, &e[f], s, 704);
			assert_false(duplicate_of(ix, f, &t));
		}
	duplicate_free(&ix);
}

/* Whatever an account says. */
static void
hostile(void **state)
{
	struct duplicate_index *ix = duplicate_new();
	struct encoding e = { 0, 7, 7, 100, 0, 0, false };

	(void)state;
	duplicate_add(ix, 0, 0);
	show(ix, &e, 20);
	for (uint32_t i = 0; i < 3000; i++) {
		struct account a = { .ref = { 0, 1 },
			.to_us = (int64_t)i * 61 * SECOND };
		int64_t far = (int64_t)dice(i, 1) << (dice(i, 2) % 24);

		a.last_au_us = (dice(i, 3) & 4 ? -far : far) % (a.to_us + 1);
		a.activity_first = dice(i, 4) & 2 ? far : -far;
		a.activity_count = (uint8_t)(dice(i, 5) >> 8);
		memset(a.activity, (int)(i & 255), sizeof(a.activity));
		duplicate_on_account(ix, &a);
	}
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
		cmocka_unit_test(encoded_twice),
		cmocka_unit_test(encoded_twice_no_more),
		cmocka_unit_test(corridors),
		cmocka_unit_test(hostile),
		cmocka_unit_test(the_judge_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
