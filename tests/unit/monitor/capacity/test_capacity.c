/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far behind we are, second by second: time lines, what is left undone at
 * each step, and a machine of limited strength that comes to rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "monitor/capacity/capacity.h"

#define SECOND 1000000ll
#define MS 1000u
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t seed;

static bool
second(struct capacity *c, const struct capacity_load *l, int64_t now_us)
{
	c->load = *l;
	return capacity_second(c, now_us);
}

static uint32_t
dice(uint32_t n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % n;
}

static const struct capacity_load well = { .pictures = 100 };
static const struct capacity_load busy = { .pictures = 95, .slow = 5 };
static const struct capacity_load slow = { .pictures = 80, .slow = 20 };
static const struct capacity_load lost = { .pictures = 50, .lost = 50 };
static const struct capacity_load loop = { .loop_lags_us = 6000 * MS,
	.loops = 10 };
static const struct capacity_load old = { .pictures = 100,
	.wanted = 100,
	.overdue = 2 };
static const struct capacity_load late_only = { .pictures = 80,
	.slow = 20,
	.wanted = 100 };
static const struct capacity_load probe = { .probe_lag_us = 600 * MS };
static const struct capacity_load silent = { .silent_us = 3000 * MS };
static const struct capacity_load disk = { .store_lag_us = 5000 * MS };
static const struct capacity_load queue = { .store_queue = 20000 };

/* Loads, each for so many seconds, and the step at the end of it. */
struct line {
	const char *name;
	struct {
		const struct capacity_load *load;
		int seconds;
		int step;
	} part[8];
};

static const struct line lines[] = {
	{ "all is well", { { &well, 3600, 0 } } },
	{ "a hiccup", { { &well, 10, 0 }, { &loop, 3, 0 }, { &well, 60, 0 } } },
	{ "one hiccup after the other",
	    { { &loop, 3, 0 }, { &well, 1, 0 }, { &loop, 3, 0 },
		{ &well, 1, 0 }, { &loop, 3, 0 } } },
	{ "a loop that stays late",
	    { { &loop, 4, 1 }, { &loop, 3, 2 }, { &loop, 3, 3 },
		{ &loop, 3, 4 }, { &loop, 9, 4 }, { &loop, 1, 5 },
		{ &loop, 110, 16 }, { &loop, 60, 16 } } },
	{ "pictures that come late: nobody is left out for that",
	    { { &slow, 4, 1 }, { &slow, 9, 4 }, { &late_only, 600, 4 } } },
	{ "pictures that are dropped, but none grows too old",
	    { { &lost, 4, 1 }, { &lost, 9, 4 }, { &lost, 600, 4 } } },
	{ "pictures that grow too old",
	    { { &lost, 13, 4 }, { &old, 9, 4 }, { &old, 1, 5 }, { &old, 10, 6 },
		{ &late_only, 20, 6 }, { &late_only, 1, 5 },
		{ &late_only, 5, 4 }, { &late_only, 600, 4 } } },

	{ "a probe's loop", { { &probe, 4, 1 }, { &probe, 9, 4 } } },
	{ "a probe that doesn't answer, until it is replaced",
	    { { &silent, 3, 0 }, { &well, 60, 0 } } },
	{ "a slow disk: what it gains from, no more",
	    { { &disk, 4, 1 }, { &disk, 120, 2 }, { &queue, 60, 2 } } },
	{ "on the way down, intervals are short again first; further steps "
	  "are quick",
	    { { &loop, 10, 3 }, { &well, 20, 3 }, { &well, 1, 2 },
		{ &well, 60, 2 }, { &well, 8, 1 }, { &well, 5, 0 },
		{ &well, 60, 0 } } },
	{ "neither late nor easy: it stays",
	    { { &loop, 10, 3 }, { &busy, 600, 3 } } },
};

static void
test_time_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct capacity c;
		int64_t now = SECOND;

		capacity_init(&c);
		for (size_t k = 0; k < 8 && lines[i].part[k].load; k++) {
			for (int s = 0; s < lines[i].part[k].seconds; s++)
				second(&c, lines[i].part[k].load,
				    now += SECOND);
			if (c.step != lines[i].part[k].step)
				fail_msg("%s: part %zu: step %u, expected %d",
				    lines[i].name, k, c.step,
				    lines[i].part[k].step);
		}
	}
}

/* A few pictures tell nothing: six cameras of which one was late. */
static void
test_few(void **state)
{
	const struct capacity_load one = { .slow = 1, .pictures = 1 };
	struct capacity c;
	int64_t now = SECOND;

	(void)state;
	capacity_init(&c);
	for (int s = 0; s < 600; s++)
		second(&c, s % 2 ? &one : &(struct capacity_load){ 0 },
		    now += SECOND);
	assert_int_equal(c.step, 0);
}

static struct capacity
at(uint8_t step)
{
	struct capacity c;

	capacity_init(&c);
	c.step = step;
	return c;
}

/* Thousands that connect at once are no want of ours. */
static void
test_storm(void **state)
{
	const struct capacity_load storm = { .pictures = 50,
		.lost = 50,
		.wanted = 300,
		.learning = 300 };
	const struct capacity_load few = { .pictures = 50,
		.lost = 50,
		.wanted = 600,
		.learning = 100 };
	struct capacity c;
	int64_t now = SECOND;

	(void)state;
	capacity_init(&c);
	for (int s = 0; s < 60; s++)
		second(&c, &storm, now += SECOND);
	assert_int_equal(c.step, 0);
	for (int s = 0; s < 10; s++)
		second(&c, &few, now += SECOND);
	assert_true(c.step >= 1);
}

/* All thumbnails that were left out don't come at once when it is over. */
static void
test_routine_paced(void **state)
{
	const struct capacity_load calm = { .pictures = 300, .wanted = 3700 };
	struct capacity c = at(1);
	unsigned made = 0, seconds = 0;
	int64_t now = SECOND;

	(void)state;
	while (made < 3700) {
		unsigned each = 0;

		second(&c, &calm, now += SECOND);
		for (; made < 3700 && capacity_routine(&c); made++, each++)
			capacity_routine_made(&c);
		assert_true(each <= 3700 / 60);
		assert_true(++seconds < 200);
	}
	assert_int_equal(c.step, 0);
}

/* Only what can keep a picture from being judged excuses that it wasn't: else
 * a camera that sends none would be excused by its own lateness, and all others
 * be left out for it. */
static void
test_strained(void **state)
{
	static const struct {
		const struct capacity_load *load;
		bool strained;
	} of[] = { { &well, false }, { &busy, true }, { &slow, true },
		{ &lost, true }, { &loop, true }, { &probe, true },
		{ &silent, true }, { &old, false }, { &disk, false },
		{ &queue, false } };

	(void)state;
	for (size_t i = 0; i < COUNT(of); i++) {
		struct capacity c;

		capacity_init(&c);
		for (int s = 1; s < 60; s++) {
			second(&c, of[i].load, s * SECOND);
			if (capacity_strained(&c) != of[i].strained)
				fail_msg("load %zu", i);
		}
	}
}

/* --- what is left undone */

static void
test_order(void **state)
{
	static const char *const names[] = { "ok", "thumbnails", "stretched",
		"shed" };
	unsigned last = 0;

	(void)state;
	for (uint8_t step = 0; step <= 16; step++) {
		struct capacity c = at(step);
		enum capacity_level level = capacity_level(&c);

		c.routine = 1;
		struct capacity_feed f = { .due_us = 30 * SECOND,
			.last_us = 20 * SECOND,
			.interval_us = 10 * SECOND,
			.criticality = 3,
			.place = 255 };

		assert_string_equal(capacity_level_name(level), names[level]);
		assert_true(strlen(capacity_level_text(level)) > 10);
		assert_true(level >= last && level <= last + 1);
		last = level;
		assert_int_equal(capacity_routine(&c), step < 1);
		assert_int_equal(capacity_pages(&c), step < 2);
		/* the last of all the usual ones to be left out */
		assert_int_equal(capacity_samples(&c, &f), step < 12);
		assert_int_equal(capacity_due(&c, &f, 25 * SECOND),
		    step < 3	? f.due_us
		    : step == 3 ? 35 * SECOND
		    : step < 12 ? 40 * SECOND
				: 35 * SECOND);
		/* what looks odd is looked at as ever */
		f.odd = true;
		f.place = 0;
		assert_int_equal(capacity_due(&c, &f, 25 * SECOND), f.due_us);
		f.odd = false;
		f.criticality = 4;
		f.place = 255;
		assert_int_equal(capacity_samples(&c, &f), step < 16);
		assert_int_equal(capacity_due(&c, &f, 25 * SECOND),
		    step < 13	? f.due_us
		    : step < 16 ? 40 * SECOND
				: 35 * SECOND);
	}
}

/* More is left out with each step, and nobody comes back in between; those of
 * low criticality go first, the vital ones last. */
static void
test_shares(void **state)
{
	unsigned before[6] = { 0 };

	(void)state;
	for (uint8_t step = 0; step <= 16; step++) {
		struct capacity c = at(step), less = at(step ? step - 1 : 0);
		unsigned out[6] = { 0 };

		for (unsigned p = 0; p < 256; p++)
			for (uint8_t k = 1; k <= 5; k++) {
				struct capacity_feed f = { .criticality = k,
					.place = (uint8_t)p };

				out[k] += !capacity_samples(&c, &f);
				if (capacity_samples(&c, &f))
					assert_true(
					    capacity_samples(&less, &f));
			}
		for (unsigned k = 1; k <= 5; k++) {
			assert_true(out[k] >= before[k]);
			assert_true(k == 1 || out[k] <= out[k - 1]);
			before[k] = out[k];
		}
		assert_int_equal(out[3], step < 5    ? 0
					 : step < 13 ? (step - 4u) * 32
						     : 256);
	}
	for (unsigned k = 1; k <= 5; k++)
		assert_int_equal(before[k], 256);
}

/* When it is over nobody's turn has come all at once. */
static void
test_no_herd(void **state)
{
	enum { FEEDS = 6000, EVERY = 60 };
	static int64_t last[FEEDS];
	const struct capacity_load calm = { .pictures = 100, .wanted = FEEDS };
	struct capacity c = at(4);
	int64_t now = 1000 * SECOND;
	unsigned most = 0;

	(void)state;
	for (unsigned i = 0; i < FEEDS; i++)
		last[i] = now - (int64_t)dice(2 * EVERY * 1000) * 1000;
	for (int s = 0; s < 400; s++) {
		unsigned due = 0;

		second(&c, &calm, now += SECOND);
		for (unsigned i = 0; i < FEEDS; i++) {
			struct capacity_feed f = { .last_us = last[i],
				.due_us = last[i] + EVERY * SECOND,
				.interval_us = EVERY * SECOND,
				.criticality = 3 };

			int64_t at_us = capacity_due(&c, &f, now);

			if (at_us > now)
				continue;
			last[i] = at_us;
			due++;
		}
		most = due > most ? due : most;
	}
	assert_int_equal(c.step, 0);
	assert_int_equal(capacity_level(&c), CAPACITY_OK);
	if (most > 2 * FEEDS / EVERY)
		fail_msg("%u in a second, %u in the mean", most, FEEDS / EVERY);
}

/* Who comes back has a while until it counts as too old. */
static void
test_back(void **state)
{
	const struct capacity_load calm = { .pictures = 100, .wanted = 100 };
	struct capacity_feed f = { .criticality = 3, .place = 40 };
	struct capacity c = at(6);
	int64_t now = SECOND;

	(void)state;
	assert_false(capacity_samples(&c, &f));
	assert_false(capacity_owes(&c, &f, now));
	while (c.step == 6)
		second(&c, &calm, now += SECOND);
	assert_true(capacity_samples(&c, &f));
	assert_false(capacity_owes(&c, &f, now + CAPACITY_BACK_US));
	assert_true(capacity_owes(&c, &f, now + CAPACITY_BACK_US + 1));
	f.place = 255; /* was there all the time */
	assert_true(capacity_owes(&c, &f, now));
}

/* --- a machine that can judge so many pictures a second */

struct machine {
	struct capacity c;
	double strength; /* pictures a second */
	unsigned feeds;
	int64_t now;
	unsigned changes;
};

/* What the feeds ask for at this step, each every 10 s when all is well; what
 * goes beyond the strength is lost. */
static struct capacity_load
demand(const struct machine *m)
{
	struct capacity_load l = { 0 };
	double asked = 0;

	for (unsigned i = 0; i < m->feeds; i++) {
		struct capacity_feed f = { .due_us = 10 * SECOND,
			.last_us = 1,
			.interval_us = 10 * SECOND,
			.criticality = 3,
			.place = (uint8_t)(i * 2654435761u >> 24) };

		if (capacity_samples(&m->c, &f))
			asked += 1e6 / (double)capacity_due(&m->c, &f, 0);
	}
	l.pictures = (uint32_t)(asked < m->strength ? asked : m->strength);
	l.lost = (uint32_t)(asked - l.pictures);
	/* at long intervals one that is lost is one too old, else two are */
	l.wanted = 1000;
	l.overdue = (uint32_t)(1000 * l.lost / (asked + 1));
	if (m->c.step < 3)
		l.overdue = l.overdue * l.overdue / 1000;
	return l;
}

static void
run(struct machine *m, unsigned seconds)
{
	for (unsigned s = 0; s < seconds; s++) {
		struct capacity_load l = demand(m);

		m->changes += second(&m->c, &l, m->now += SECOND);
	}
}

/* It comes to rest near what it can do, and tries more ever more rarely. */
static void
test_rest(void **state)
{
	static const double shares[] = { 0.9, 0.6, 0.4, 0.2, 0.05 };

	(void)state;
	for (size_t i = 0; i < COUNT(shares); i++) {
		struct machine m = { .feeds = 1000, .now = SECOND };
		struct capacity_load l;

		capacity_init(&m.c);
		m.strength = m.feeds / 10.0 * shares[i];
		run(&m, 300);
		l = demand(&m);
		assert_true(
		    l.lost * 5 <= l.pictures + l.lost || shares[i] < 0.1);
		/* no more is left out than one step and a try */
		if (shares[i] >= 0.5)
			assert_true(m.c.step <= 4);
		run(&m, 3600);
		m.changes = 0;
		run(&m, 3600);
		if (m.changes > 24)
			fail_msg("strength %.2f: %u changes an hour", shares[i],
			    m.changes);
		m.strength = m.feeds;
		run(&m, CAPACITY_CALM_MOST_US / SECOND + 400);
		assert_int_equal(m.c.step, 0);
	}
}

/* Any loads: steps of one, within bounds, never two changes within 3 s. */
static void
test_random(void **state)
{
	static const struct capacity_load *const some[] = { &well, &busy, &slow,
		&lost, &loop, &probe, &silent, &disk, &queue, &old,
		&late_only };

	(void)state;
	for (seed = 0; seed < 200; seed++) {
		struct capacity c;
		int64_t now = SECOND, changed = 0;
		const struct capacity_load *l = &well;

		capacity_init(&c);
		for (int i = 0; i < 2000; i++) {
			uint8_t before = c.step;
			bool told;

			if (dice(10) == 0)
				l = some[dice(COUNT(some))];
			now += SECOND + dice(50000);
			told = second(&c, l, now);
			assert_int_equal(told, c.step != before);
			assert_true(c.step <= 16 && c.step <= before + 1 &&
				    c.step + 1 >= before);
			if (told && changed != 0)
				assert_true(now - changed >= CAPACITY_RISE_US);
			if (told)
				changed = now;
			assert_true(c.calm_us <= CAPACITY_CALM_MOST_US);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_lines),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_routine_paced),
		cmocka_unit_test(test_strained),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_no_herd),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
