/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probes/demux/tally.h"

#define S 1000000

static struct account
flush(struct tally *t, int64_t to)
{
	struct account a;

	tally_flush(t, to, &a);
	return a;
}

/* 15 fps, a keyframe of 3000 bytes each 30, others 100 and 200 by turns. */
static void
feed(struct tally *t, int from, int to, int64_t media_offset)
{
	for (int i = from; i < to; i++)
		tally_add(t,
		    &(struct tally_unit){ .at_us = (int64_t)i * S / 15,
			.media_us = media_offset == TALLY_NO_TIME
					? TALLY_NO_TIME
					: media_offset + (int64_t)i * S / 15,
			.bytes = i % 30 == 0 ? 3000
				 : i % 2     ? 100
					     : 200,
			.key = i % 30 == 0 });
}

static void
a_steady_stream(void **state)
{
	const struct feed_ref ref = { 7, 2 };
	struct tally t;
	struct account a;

	(void)state;
	tally_init(&t, ref, 0);
	t.stream = (struct tally_stream){ CODEC_H264, 640, 360, 99 };
	feed(&t, 0, 150, 77);
	tally_wire(&t, 12345);
	a = flush(&t, 10 * S);
	assert_int_equal(a.ref.feed, 7);
	assert_int_equal(a.ref.generation, 2);
	assert_int_equal(a.from_us, 0);
	assert_int_equal(a.to_us, 10 * S);
	assert_int_equal(a.units, 150);
	assert_int_equal(a.keyframes, 5);
	assert_int_equal(a.bytes, 5 * 3000 + 75 * 100 + 70 * 200);
	assert_int_equal(a.wire_bytes, 12345);
	assert_int_equal(a.key_mean_bytes, 3000);
	assert_int_equal(a.inter_min_bytes, 100);
	assert_in_range(a.inter_mean_bytes, 147, 149);
	assert_in_range(a.inter_sd_bytes, 49, 50);
	assert_int_equal(a.gop_us, 2 * S);
	assert_in_range(a.max_gap_us, S / 15, S / 15 + 1);
	assert_in_range(a.fps_milli, 14990, 15010);
	assert_int_equal(a.codec, CODEC_H264);
	assert_int_equal(a.width, 640);
	assert_int_equal(a.parameter_print, 99);
	assert_true(a.print[3] != 0); /* the fifth has no end yet */
	assert_int_equal(a.print[4], 0);
	assert_true(a.activity_count >= 98);

	feed(&t, 150, 300, 77); /* the same sizes: the same print */

	struct account b = flush(&t, 20 * S);

	assert_int_equal(b.from_us, 10 * S);
	assert_true(a.print[0] == b.print[0]);
	assert_int_equal(a.print_age_ms[0], 10000);
	assert_int_equal(b.print_age_ms[0], 12000);
	assert_in_range(b.fps_milli, 14990, 15010);
	assert_int_equal(b.discontinuities, 0);
}

static void
rate_by_arrival_where_there_are_no_times(void **state)
{
	struct tally t;

	(void)state;
	tally_init(&t, (struct feed_ref){ 1, 1 }, 0);
	feed(&t, 0, 150, TALLY_NO_TIME);
	assert_in_range(flush(&t, 10 * S).fps_milli, 14990, 15010);
	assert_int_equal(flush(&t, 20 * S).fps_milli, 0);
}

static void
bursts_keep_the_rate(void **state)
{
	struct tally t;

	(void)state;
	tally_init(&t, (struct feed_ref){ 1, 1 }, 0);
	for (int i = 0; i < 60; i++) /* four seconds of it at once */
		tally_add(&t, &(struct tally_unit){ .at_us = 3 * S,
				  .media_us = (int64_t)i * S / 15,
				  .bytes = 9 });
	assert_in_range(flush(&t, 4 * S).fps_milli, 14990, 15010);
}

static void
jumps_are_counted(void **state)
{
	struct tally t;
	struct account a;

	(void)state;
	tally_init(&t, (struct feed_ref){ 1, 1 }, 0);
	feed(&t, 0, 30, 0);
	feed(&t, 30, 60, 3600 * (int64_t)S); /* ahead */
	feed(&t, 60, 90, 0);		     /* back */
	a = flush(&t, 6 * S);
	assert_int_equal(a.discontinuities, 2);
	assert_in_range(a.fps_milli, 14000, 16000);
}

static void
silence_and_reconnects(void **state)
{
	struct tally t;
	struct account a;

	(void)state;
	tally_init(&t, (struct feed_ref){ 1, 1 }, 0);
	a = flush(&t, S);
	assert_int_equal(a.units, 0);
	assert_int_equal(a.last_au_us, 0);
	assert_true(a.clock_offset_us == INT64_MIN);
	tally_add(&t, &(struct tally_unit){ S, 0, 100, true, false });
	tally_add(&t, &(struct tally_unit){ 9 * S, 8 * S, 100, true, true });
	tally_reconnect(&t);
	tally_add(&t, &(struct tally_unit){ 60 * S, 0, 100, true, false });
	a = flush(&t, 61 * S);
	assert_int_equal(a.max_gap_us, 51 * S);
	assert_int_equal(a.gop_us, 8 * S); /* not across the reconnect */
	assert_int_equal(a.damaged, 1);
	assert_int_equal(a.reconnects, 1);
	assert_int_equal(a.last_au_us, 60 * S);
	assert_int_equal(a.print[0], 0); /* too few */
}

/* Bursts that are so many seconds apart. */
static int64_t
bursts(struct tally *t, int64_t at_us, unsigned count, int64_t apart_s)
{
	for (unsigned i = 0; i < count; i++) {
		at_us += apart_s * S;
		tally_add(t,
		    &(struct tally_unit){ at_us, at_us, 100, true, false });
		tally_add(t,
		    &(struct tally_unit){ at_us, at_us, 10, false, false });
	}
	return at_us;
}

static void
an_outage_is_no_habit(void **state)
{
	struct tally t;
	int64_t at;

	(void)state;
	tally_init(&t, (struct feed_ref){ 1, 1 }, 0);
	assert_int_equal(tally_habit_us(&t), 0);
	at = bursts(&t, 0, 2, 6); /* one silence */
	assert_int_equal(tally_habit_us(&t), 0);
	at = bursts(&t, at, 1, 6);
	assert_int_equal(tally_habit_us(&t), 6 * S);
	at = bursts(&t, at, 1, 25); /* the outage */
	at = bursts(&t, at, 1, 7);
	assert_int_equal(tally_habit_us(&t), 7 * S);
	tally_reconnect(&t); /* what lies between two connections is none */
	at = bursts(&t, at, 1, 40);
	assert_int_equal(tally_habit_us(&t), 7 * S);
	at = bursts(&t, at, 2, 10); /* longer ones from now on */
	assert_int_equal(tally_habit_us(&t), 10 * S);
	bursts(&t, at, TALLY_SILENCES, 2); /* shorter ones again */
	assert_int_equal(tally_habit_us(&t), 2 * S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_stream),
		cmocka_unit_test(rate_by_arrival_where_there_are_no_times),
		cmocka_unit_test(bursts_keep_the_rate),
		cmocka_unit_test(jumps_are_counted),
		cmocka_unit_test(silence_and_reconnects),
		cmocka_unit_test(an_outage_is_no_habit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
