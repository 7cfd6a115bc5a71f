/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media_rig.h"

#include "probes/stream/proto/account.h"

static struct account_unit
unit(unsigned i, unsigned gop, uint32_t bytes)
{
	struct account_unit u = { 0 };

	u.first_us = 1000000 + i * 66667ll;
	u.last_us = u.first_us + 10;
	u.bytes = bytes;
	u.rtp_time = i * 6000;
	u.clock_rate = 90000;
	u.key = i % gop == 0;
	return u;
}

static void
sums(void **state)
{
	struct account_state s;
	struct account a;
	unsigned i;

	(void)state;
	account_init(&s, 500);
	for (i = 0; i < 150; i++) {
		struct account_unit u =
		    unit(i, 30, i % 30 ? 1000 + (i & 1) * 200 : 9000);

		u.damaged = i == 7;
		account_unit(&s, &u);
	}
	account_take(&s, 20000000, &a);
	assert_int_equal(a.from_us, 500);
	assert_int_equal(a.to_us, 20000000);
	assert_int_equal(a.units, 150);
	assert_int_equal(a.keyframes, 5);
	assert_int_equal(a.damaged, 1);
	assert_int_equal(a.key_mean_bytes, 9000);
	assert_int_equal(a.inter_min_bytes, 1000);
	assert_in_range(a.inter_mean_bytes, 1095, 1105);
	assert_in_range(a.inter_sd_bytes, 95, 105);
	assert_int_equal(a.fps_milli, 15000);
	assert_int_equal(a.gop_us, 30 * 66667);
	assert_in_range(a.max_gap_us, 66667, 66667);
	account_take(&s, 30000000, &a);
	assert_int_equal(a.from_us, 20000000);
	assert_int_equal(a.units, 0);
	assert_int_equal(a.fps_milli, 0);
	assert_int_equal(a.gop_us, 30 * 66667); /* what was learned stays */
	assert_true(a.last_au_us > 0);
}

/* The prints are common/sizes.h's; here: that units reach it, with the time of
 * RTP, and that a break spoils the group under way. */
static void
prints(void **state)
{
	struct account_state s;
	struct account a;
	unsigned i;

	(void)state;
	account_init(&s, 0);
	for (i = 0; i < 150; i++) {
		struct account_unit u = unit(i, 15, 500 + i * 7919 % 1000);

		if (i == 70)
			account_break(&s);
		account_unit(&s, &u);
	}
	account_take(&s, 11000000, &a);
	/* ten groups; the fifth is spoilt, the last has no end yet */
	for (i = 0; i < 8; i++)
		assert_true(a.print[i] != 0);
	assert_int_equal(a.print[8], 0);
	assert_int_equal(a.print_age_ms[0], 10000);
	assert_in_range(a.activity_count, 50, 55); /* since the break */
	assert_true(a.activity[1] > 128 * 8);
	account_take(&s, 12000000, &a);
	assert_int_equal(a.print[0], 0);
	assert_int_equal(a.activity_count, 0);
}

static void
gop_is_learned_and_forgotten_slowly(void **state)
{
	struct account_state s;
	struct account_unit u = unit(0, 1, 100);
	unsigned i;

	(void)state;
	account_init(&s, 0);
	u.last_us = u.first_us = 1000000;
	account_unit(&s, &u);
	u.last_us = u.first_us += 300000000;
	account_unit(&s, &u);
	assert_int_equal(s.gop_us, 300000000);
	for (i = 0; i < 40; i++) {
		u.last_us = u.first_us += 2000000;
		account_unit(&s, &u);
	}
	assert_in_range(s.gop_us, 2000000, 5000000);
	account_break(&s); /* what is missing over a reconnect is no GOP */
	u.last_us = u.first_us += 900000000;
	account_unit(&s, &u);
	assert_in_range(s.gop_us, 2000000, 5000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(prints),
		cmocka_unit_test(gop_is_learned_and_forgotten_slowly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
