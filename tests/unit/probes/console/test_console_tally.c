/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>

#include <cmocka.h>

#include "probes/console/tally.h"

#define MS 1000
#define S 1000000
#define START (1000 * (int64_t)S)

static struct heartbeat
taken(struct tally *t, int64_t now_us, struct tally_part *part)
{
	struct heartbeat hb = { .version = 1 };

	tally_take(t, now_us, part);
	tally_write(t, part, &hb);
	return hb;
}

static void
counts_by_kind_and_origin(void **state)
{
	static const struct {
		int64_t at;
		enum input_kind kind;
		enum tally_origin origin;
	} inputs[] = {
		{ 0, INPUT_KEY, TALLY_HAND },
		{ 1 * MS, INPUT_KEY, TALLY_HAND },
		{ 5 * MS, INPUT_MOVE, TALLY_INJECTED },
		{ 100 * MS, INPUT_BUTTON, TALLY_HAND },
		{ 200 * MS, INPUT_WHEEL, TALLY_VIRTUAL },
		{ 40 * S, INPUT_WHEEL, TALLY_HAND },
	};
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
		tally_input(&t, START + inputs[i].at, inputs[i].kind,
		    inputs[i].origin);
	hb = taken(&t, START + 41 * S, &p);
	assert_int_equal(hb.span_ms, 41000);
	assert_int_equal(hb.input.count[INPUT_KEY], 2);
	assert_int_equal(hb.input.count[INPUT_MOVE], 0);
	assert_int_equal(hb.input.count[INPUT_BUTTON], 1);
	assert_int_equal(hb.input.count[INPUT_WHEEL], 1);
	assert_int_equal(hb.input.injected[INPUT_MOVE], 1);
	assert_int_equal(hb.input.virtual_[INPUT_WHEEL], 1);
	/* Gaps between inputs by hand alone: 1 ms, 99 ms, 39.9 s. */
	assert_int_equal(hb.input.gaps[0], 1);
	assert_int_equal(hb.input.gaps[6], 1);
	assert_int_equal(hb.input.gaps[15], 1);
	assert_int_equal(tally_idle_ms(&t, START + 41 * S), 1000);
}

static void
gaps_fall_into_their_bins(void **state)
{
	static const struct {
		int64_t gap_us;
		int bin;
	} table[] = {
		{ 0, 0 }, { 1999, 0 }, { 2000, 1 }, { 3999, 1 }, { 4000, 2 },
		{ 1023 * MS, 9 }, { 1024 * MS, 10 }, { 32767 * MS, 14 },
		{ 32768 * MS, 15 }, { 3600 * (int64_t)S, 15 },
		{ -5 * MS, 0 }, /* a little before the one before */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct tally t;
		struct tally_part p;
		struct heartbeat hb;

		tally_init(&t, START);
		tally_input(&t, START + S, INPUT_KEY, TALLY_HAND);
		tally_input(&t, START + S + table[i].gap_us, INPUT_KEY,
		    TALLY_HAND);
		hb = taken(&t, START + 2 * S, &p);
		for (int b = 0; b < HEARTBEAT_GAP_BINS; b++)
			assert_int_equal(hb.input.gaps[b], b == table[i].bin);
	}
}

/* A program's input is no sign of anybody. */
static void
only_hands_end_the_idle_time(void **state)
{
	struct tally t;

	(void)state;
	tally_init(&t, START);
	assert_int_equal(tally_idle_ms(&t, START + S), HEARTBEAT_NOT_SAID);
	tally_input(&t, START + S, INPUT_MOVE, TALLY_INJECTED);
	tally_input(&t, START + S, INPUT_MOVE, TALLY_VIRTUAL);
	assert_int_equal(tally_idle_ms(&t, START + S), HEARTBEAT_NOT_SAID);
	tally_input(&t, START + 2 * S, INPUT_MOVE, TALLY_HAND);
	tally_input(&t, START + 5 * S, INPUT_MOVE, TALLY_INJECTED);
	assert_int_equal(tally_idle_ms(&t, START + 9 * S), 7000);
	/* The agent's clock never runs before the server's by more than the
	 * batch that it is just reading. */
	assert_int_equal(tally_idle_ms(&t, START + 1 * S), 0);
}

static void
seconds_oldest_first(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	tally_input(&t, START + 100 * MS, INPUT_KEY, TALLY_HAND);
	tally_input(&t, START + 900 * MS, INPUT_KEY, TALLY_HAND);
	tally_input(&t, START + 3500 * MS, INPUT_KEY, TALLY_HAND);
	hb = taken(&t, START + 5 * S, &p);
	assert_int_equal(hb.input.seconds, 5);
	assert_int_equal(hb.input.per_second[0], 2);
	assert_int_equal(hb.input.per_second[1], 0);
	assert_int_equal(hb.input.per_second[3], 1);
	assert_int_equal(hb.input.per_second[4], 0);
	/* Nothing of it is told twice. */
	hb = taken(&t, START + 10 * S, &p);
	assert_int_equal(hb.input.seconds, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(hb.input.per_second[i], 0);
}

static void
long_spans_keep_the_newest_seconds(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	for (int i = 0; i < 60; i++)
		for (int n = 0; n <= i; n++)
			tally_input(&t, START + (int64_t)i * S + n, INPUT_KEY,
			    TALLY_HAND);
	hb = taken(&t, START + 60 * (int64_t)S, &p);
	assert_int_equal(hb.input.seconds, HEARTBEAT_SECONDS);
	for (int i = 0; i < HEARTBEAT_SECONDS; i++)
		assert_int_equal(hb.input.per_second[i], 45 + i);
}

/* What the server never got is told with what came since: nothing is lost,
 * nothing counted twice. */
static void
what_was_not_delivered_comes_back(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	tally_input(&t, START + S, INPUT_KEY, TALLY_HAND);
	tally_place(&t, 100, 100, false);
	tally_place(&t, 130, 140, true);
	taken(&t, START + 5 * S, &p);
	tally_input(&t, START + 7 * S, INPUT_MOVE, TALLY_HAND);
	tally_place(&t, 130, 100, true);
	tally_back(&t, &p);
	hb = taken(&t, START + 10 * S, &p);
	assert_int_equal(hb.span_ms, 10000);
	assert_int_equal(hb.input.count[INPUT_KEY], 1);
	assert_int_equal(hb.input.count[INPUT_MOVE], 1);
	assert_int_equal(hb.input.gaps[12], 1); /* 6 s */
	assert_int_equal(hb.input.seconds, 10);
	assert_int_equal(hb.input.per_second[1], 1);
	assert_int_equal(hb.input.per_second[7], 1);
	assert_int_equal(hb.input.path_px, 90);
	assert_int_equal(hb.input.span_px, 40);
	hb = taken(&t, START + 15 * S, &p);
	assert_int_equal(hb.span_ms, 5000);
	assert_int_equal(hb.input.count[INPUT_KEY], 0);
	assert_int_equal(hb.input.span_px, 0);
}

static void
again_and_again_for_an_hour(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb = { 0 };

	(void)state;
	tally_init(&t, START);
	for (int i = 1; i <= 720; i++) {
		tally_input(&t, START + i * 5 * (int64_t)S - 1, INPUT_KEY,
		    TALLY_HAND);
		hb = taken(&t, START + i * 5 * (int64_t)S, &p);
		if (i < 720)
			tally_back(&t, &p);
	}
	assert_int_equal(hb.span_ms, 3600000);
	assert_int_equal(hb.input.count[INPUT_KEY], 720);
	assert_int_equal(hb.input.gaps[12], 719);
	assert_int_equal(hb.input.seconds, HEARTBEAT_SECONDS);
	assert_int_equal(hb.input.per_second[15], 1);
	assert_int_equal(hb.input.per_second[14], 0);
}

static void
the_way_of_the_pointer(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	/* The first place says nothing of a way. */
	tally_place(&t, 500, 500, true);
	hb = taken(&t, START + S, &p);
	assert_int_equal(hb.input.path_px, 0);
	/* A jiggler: far in all, nowhere in the end. */
	for (int i = 0; i < 100; i++)
		tally_place(&t, 500 + i % 2, 500, true);
	hb = taken(&t, START + 2 * S, &p);
	assert_int_equal(hb.input.path_px, 99);
	assert_int_equal(hb.input.span_px, 1);
	/* A program's way isn't a hand's. */
	tally_place(&t, 0, 0, false);
	tally_place(&t, 30, 40, true);
	hb = taken(&t, START + 3 * S, &p);
	assert_int_equal(hb.input.path_px, 50);
	assert_int_equal(hb.input.span_px, 40);
	tally_moved(&t, -3, 4);
	hb = taken(&t, START + 4 * S, &p);
	assert_int_equal(hb.input.path_px, 5);
	t.pathless = true;
	hb = taken(&t, START + 5 * S, &p);
	assert_int_equal(hb.input.path_px, HEARTBEAT_NOT_SAID);
}

static void
nothing_overflows(void **state)
{
	struct tally t;
	struct tally_part p;
	struct heartbeat hb;

	(void)state;
	tally_init(&t, START);
	for (int i = 0; i < 200000; i++)
		tally_input(&t, START + 1, INPUT_MOVE, TALLY_HAND);
	hb = taken(&t, START + S, &p);
	assert_int_equal(hb.input.count[INPUT_MOVE], 200000);
	assert_int_equal(hb.input.gaps[0], UINT16_MAX);
	assert_int_equal(hb.input.per_second[0], UINT16_MAX);
	tally_input(&t, START + 1, INPUT_MOVE, TALLY_HAND);
	tally_back(&t, &p);
	hb = taken(&t, START + 2 * S, &p);
	assert_int_equal(hb.input.per_second[0], UINT16_MAX);
	t.now.count[TALLY_HAND][INPUT_KEY] = 4000000000u;
	hb = taken(&t, START + 3 * S, &p);
	assert_int_equal(hb.input.count[INPUT_KEY], 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_kind_and_origin),
		cmocka_unit_test(gaps_fall_into_their_bins),
		cmocka_unit_test(only_hands_end_the_idle_time),
		cmocka_unit_test(seconds_oldest_first),
		cmocka_unit_test(long_spans_keep_the_newest_seconds),
		cmocka_unit_test(what_was_not_delivered_comes_back),
		cmocka_unit_test(again_and_again_for_an_hour),
		cmocka_unit_test(the_way_of_the_pointer),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
