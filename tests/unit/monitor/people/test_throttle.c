/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may try a password, in simulated time: floods, mistakes, and the right
 * person among them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/people/throttle.h"

#define MS 1000
#define S 1000000
#define WORKERS 2
#define HASH_US (60 * MS)

struct stage {
	struct throttle *t;
	int64_t now;
	uint64_t ticket;
	/* what is being tried */
	struct {
		uint64_t ticket;
		int64_t done;
	} worker[WORKERS];
	uint64_t right; /* this one has the right password */
	int64_t right_done, cpu_us;
	unsigned tried, put_off, dropped;
	bool right_dropped;
};

static int
set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));

	s->t = throttle_new(7);
	s->now = 1000 * (int64_t)S;
	*state = s;
	return s->t == NULL;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;

	throttle_free(&s->t);
	free(s);
	return 0;
}

/* 0: it stands in the queue. */
static unsigned
ask(struct stage *s, const char *user, const char *address, bool known)
{
	struct throttle_ask a = { user, address, known, ++s->ticket };
	uint64_t dropped;
	unsigned later = throttle_ask(s->t, &a, s->now, &dropped);

	s->put_off += later != 0;
	s->dropped += dropped != 0;
	s->right_dropped |= dropped != 0 && dropped == s->right;
	return later;
}

static void
finish(struct stage *s)
{
	for (unsigned i = 0; i < WORKERS; i++) {
		uint64_t ticket = s->worker[i].ticket;

		if (ticket == 0 || s->worker[i].done > s->now)
			continue;
		if (ticket == s->right)
			s->right_done = s->now;
		throttle_done(s->t, ticket,
		    ticket == s->right ? THROTTLE_RIGHT : THROTTLE_WRONG,
		    s->now);
		s->worker[i].ticket = 0;
	}
}

static void
begin(struct stage *s)
{
	int64_t due;

	for (unsigned i = 0; i < WORKERS; i++) {
		if (s->worker[i].ticket != 0)
			continue;
		s->worker[i].ticket = throttle_next(s->t, s->now, &due);
		if (s->worker[i].ticket == 0)
			continue;
		s->worker[i].done = s->now + HASH_US;
		s->cpu_us += HASH_US;
		s->tried++;
	}
}

/* One millisecond passes. */
static void
turn(struct stage *s)
{
	finish(s);
	begin(s);
	s->now += MS;
}

/* One at a time, until it was tried. Its wait, in seconds; 0: tried. */
static unsigned
try_wrong(struct stage *s, const char *user, const char *address)
{
	unsigned later = ask(s, user, address, false);

	for (int i = 0; later == 0 && i < 1000; i++)
		turn(s);
	return later;
}

/* --- */

static void
test_growing_waits(void **state)
{
	struct stage *s = *state;
	unsigned last = 0;

	for (unsigned i = 0; i < THROTTLE_FREE; i++) {
		assert_int_equal(try_wrong(s, "dana", "10.0.0.7"), 0);
		s->now += 3 * S;
	}
	s->now -= 3 * S;
	for (unsigned i = 0; i < 8; i++) {
		/* Before its time it is not even tried. */
		unsigned wait = ask(s, "dana", "10.0.0.7", true);

		if (wait != 0) {
			assert_true(wait >= last && wait <= 60);
			last = wait;
			s->now += wait * (int64_t)S;
		}
		assert_int_equal(try_wrong(s, "dana", "10.0.0.7"), 0);
	}
	assert_true(last >= 32);
	/* Nobody else waits for that, nor does dana elsewhere. */
	assert_int_equal(ask(s, "dana", "10.0.0.8", false), 0);
	assert_int_equal(ask(s, "eve", "10.0.0.7", true), 0);
}

static void
test_right_forgets(void **state)
{
	struct stage *s = *state;

	for (unsigned i = 0; i + 1 < THROTTLE_FREE; i++)
		assert_int_equal(try_wrong(s, "dana", "a"), 0);
	assert_int_equal(ask(s, "dana", "a", false), 0);
	s->right = s->ticket;
	for (int i = 0; i < 200; i++)
		turn(s);
	assert_true(s->right_done != 0);
	for (unsigned i = 0; i + 1 < THROTTLE_FREE; i++) {
		assert_int_equal(try_wrong(s, "dana", "a"), 0);
		s->now += 3 * S;
	}
	assert_int_equal(try_wrong(s, "dana", "a"), 0);
}

/* A program that logs in for each question is let in a while, then now and
 * then; a wrong password doesn't cost who knows the right one. */
static void
test_right_over_and_over(void **state)
{
	struct stage *s = *state;
	unsigned in = 0, later = 0;

	for (unsigned i = 0; i < 2 * THROTTLE_RIGHT_BURST; i++) {
		for (unsigned k = 0; k < 1000; k++) {
			turn(s);
			/* Others come in meanwhile. */
			if (k == 500 && i < THROTTLE_RIGHT_BURST &&
			    ask(s, "eve", "b", true) == 0)
				s->right = s->ticket;
		}
		unsigned wait = ask(s, "dana", "a", true);

		if (wait == 0)
			s->right = s->ticket;
		assert_true(wait <= 10);
		in += wait == 0;
		later += wait != 0;
	}
	/* Two minutes passed. */
	assert_in_range(in, THROTTLE_RIGHT_BURST, THROTTLE_RIGHT_BURST + 13);
	assert_true(later > 40);
	assert_int_equal(ask(s, "dana", "b", true), 0);
	assert_int_equal(ask(s, "eve", "a", true), 0);
}

struct flood {
	unsigned per_s;
	bool many_names, many_places; /* else one */
	bool known;		      /* dana was let in from there before */
};

static void
flood(struct stage *s, const struct flood *f, int ms)
{
	char user[32] = "dana", place[32] = "10.6.6.6";
	unsigned n = (unsigned)rand();

	if ((uint64_t)ms * f->per_s / 1000 ==
	    ((uint64_t)ms + 1) * f->per_s / 1000)
		return;
	if (f->many_names)
		snprintf(user, sizeof(user), "u%u", n);
	if (f->many_places)
		snprintf(place, sizeof(place), "10.6.%u.%u", n >> 8 & 255,
		    n & 255);
	ask(s, user, place, false);
}

/* Dana, elsewhere, gets in while it goes on; the CPU is not eaten. */
static void
test_floods(void **state)
{
	static const struct flood floods[] = {
		{ 50, false, false, false }, /* of dana's own name */
		{ 50, true, false, false },
		{ 1000, true, false, false },
		{ 50, false, true, false },
		{ 50, true, true, false },
		/* So many places, and a stranger waits for his luck. */
		{ 500, true, true, true },
	};

	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		void *own;

		assert_int_equal(set_up(&own), 0);
		struct stage *s = own;
		int64_t asked = 0;

		srand(7);
		for (int ms = 0; ms < 60000; ms++) {
			flood(s, &floods[i], ms);
			/* A person tries, and tries again when told. */
			if (ms >= 20000 && ms % 1000 == 0 &&
			    s->right_done == 0 &&
			    (s->right == 0 || s->right_dropped)) {
				asked = asked != 0 ? asked : s->now;
				s->right_dropped = false;
				s->right = 0;
				if (ask(s, "dana", "10.0.0.7",
					floods[i].known) == 0)
					s->right = s->ticket;
			}
			turn(s);
		}
		assert_true(s->right_done != 0);
		/* At once unless thousands of places take part. */
		assert_true(
		    s->right_done - asked <
		    (floods[i].many_places && !floods[i].known ? 20 : 1) *
			(int64_t)S);
		/* Of two cores for a minute. */
		assert_true(s->cpu_us < 60 * (int64_t)S * 6 / 10);
		assert_true(throttle_count(s->t) <= THROTTLE_QUEUE);
		tear_down(&own);
	}
	(void)state;
}

/* Whom the room has known comes in past a flood from his own address. */
static void
test_known_in_a_flooded_room(void **state)
{
	static const struct flood f = { 200, true, false, false };
	struct stage *s = *state;
	int64_t asked = 0;

	srand(8);
	for (int ms = 0; ms < 10000; ms++) {
		flood(s, &f, ms);
		if (ms == 5000) {
			asked = s->now;
			assert_int_equal(ask(s, "dana", "10.6.6.6", true), 0);
			s->right = s->ticket;
		}
		turn(s);
	}
	assert_false(s->right_dropped);
	assert_true(s->right_done != 0 && s->right_done - asked < S / 2);
}

/* A whole room that logs in as the shift begins, through one address. */
static void
test_a_shift_begins(void **state)
{
	struct stage *s = *state;
	unsigned in = 0;
	bool done[30] = { false };

	for (int second = 0; second < 60; second++) {
		for (int i = 0; i < 30; i++) {
			char user[16];

			snprintf(user, sizeof(user), "op%d", i);
			if (!done[i] && ask(s, user, "nat", i < 20) == 0) {
				done[i] = true;
				in++;
			}
			for (int k = 0; k < 20; k++)
				turn(s);
		}
	}
	assert_int_equal(in, 30);
	assert_int_equal(s->tried, 30);
}

/* One of a pair at a time; what was not tried costs nothing. */
static void
test_one_of_each(void **state)
{
	struct stage *s = *state;
	int64_t due;

	assert_int_equal(ask(s, "dana", "a", false), 0);
	assert_int_equal(ask(s, "dana", "a", false), 1);
	uint64_t ticket = throttle_next(s->t, s->now, &due);

	assert_true(ticket != 0);
	assert_int_equal(throttle_next(s->t, s->now, &due), 0);
	for (int i = 0; i < 20; i++) {
		throttle_done(s->t, ticket, THROTTLE_UNTRIED, s->now);
		s->now += 3 * S;
		assert_int_equal(ask(s, "dana", "a", false), 0);
		ticket = throttle_next(s->t, s->now, &due);
		assert_true(ticket != 0);
	}
	throttle_done(s->t, 12345, THROTTLE_WRONG, s->now); /* nobody's */
	assert_int_equal(throttle_count(s->t), 1);
}

/* Names and addresses of any length, any number of them. */
static void
test_rubbish(void **state)
{
	struct stage *s = *state;
	char text[400];

	srand(9);
	for (int i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % sizeof(text);

		for (size_t k = 0; k < n; k++)
			text[k] = (char)(1 + rand() % 255);
		text[n > 0 ? n - 1 : 0] = '\0';
		ask(s, text, text + (n > 1 ? rand() % (int)(n - 1) : 0),
		    rand() % 2);
		turn(s);
	}
	assert_true(throttle_count(s->t) <= THROTTLE_QUEUE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_growing_waits),
		TEST(test_right_forgets),
		TEST(test_right_over_and_over),
		TEST(test_floods),
		TEST(test_known_in_a_flooded_room),
		TEST(test_a_shift_begins),
		TEST(test_one_of_each),
		TEST(test_rubbish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
