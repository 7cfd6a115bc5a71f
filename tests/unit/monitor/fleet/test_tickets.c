/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "camwarden/wire.h"
#include "monitor/deadlines.h"
#include "monitor/fleet/tickets.h"

static void
a_ticket_names_its_feed_once(void **state)
{
	struct tickets t = { 0 };
	uint64_t n = tickets_issue(&t, 77, 0xdeadbeefcafe1234u, 0, 5);
	struct ticket *k = tickets_find(&t, n);

	(void)state;
	assert_int_equal(tickets_feed(n), 77);
	assert_non_null(k);
	assert_ptr_equal(tickets_pending(&t), k);
	tickets_answer(k);
	assert_null(tickets_find(&t, n));
	assert_null(tickets_pending(&t));
	assert_null(tickets_find(&t, 0));
}

static void
no_random_makes_ticket_zero(void **state)
{
	struct tickets t = { 0 };

	(void)state;
	assert_true(tickets_issue(&t, 0, 0, 0, 0) != 0);
}

static void
an_answered_one_waits_for_its_png(void **state)
{
	struct tickets t = { 0 };
	uint64_t n = tickets_issue(&t, 1, ~0ull, WIRE_SAMPLE_PNG, 0);

	(void)state;
	tickets_answer(tickets_find(&t, n));
	assert_int_equal(tickets_find(&t, n)->state, TICKET_ANSWERED);
	assert_null(tickets_pending(&t));
}

static void
retired_ones_are_known_till_displaced(void **state)
{
	struct tickets t = { 0 };
	uint64_t first = tickets_issue(&t, 9, 1ull << 40, 0, 0);

	(void)state;
	assert_int_equal(tickets_retire(&t), 1);
	assert_int_equal(tickets_retire(&t), 0);
	assert_int_equal(tickets_find(&t, first)->state, TICKET_RETIRED);
	for (uint32_t i = 0; i < TICKETS_KEPT; i++)
		tickets_issue(&t, 9, (uint64_t)(i + 2) << 40, 0, 0);
	assert_null(tickets_find(&t, first));
}

/* A machine that is behind answers late: that is no lie. */
static void
whose_answer_is_owed_is_never_forgotten(void **state)
{
	struct tickets t = { 0 };
	uint64_t n[TICKETS_KEPT];

	(void)state;
	for (uint32_t i = 0; i < TICKETS_KEPT; i++)
		n[i] = tickets_issue(&t, 9, (uint64_t)(i + 1) << 40,
		    WIRE_SAMPLE_PNG, i);
	assert_int_equal(tickets_pending(&t)->number, n[TICKETS_KEPT - 1]);
	assert_int_equal(tickets_issue(&t, 9, 77ull << 40, 0,
			     TICKETS_LOST_US - 1),
	    0);
	for (uint32_t i = 0; i < TICKETS_KEPT; i++)
		assert_non_null(tickets_find(&t, n[i]));
	/* its PNG is owed, too */
	tickets_answer(tickets_find(&t, n[1]));
	assert_int_equal(tickets_issue(&t, 9, 78ull << 40, 0, 10), 0);
	tickets_done(tickets_find(&t, n[1]));
	assert_true(tickets_issue(&t, 9, 79ull << 40, 0, 10) != 0);
	/* the one that is lost, and no other */
	assert_true(tickets_issue(&t, 9, 80ull << 40, 0, TICKETS_LOST_US) != 0);
	assert_null(tickets_find(&t, n[0]));
	assert_non_null(tickets_find(&t, n[2]));
}

/* The heap against a plain search, over some thousand random moves. */
static void
deadlines_agree_with_a_search(void **state)
{
	enum { FEEDS = 97 };
	struct deadlines d;
	int64_t plain[FEEDS];
	uint32_t seed = 12345;

	(void)state;
	assert_true(deadlines_init(&d, FEEDS));
	for (int i = 0; i < FEEDS; i++)
		plain[i] = INT64_MAX;
	for (int i = 0; i < 5000; i++) {
		seed = seed * 1664525u + 1013904223u;

		uint32_t feed = (seed >> 8) % FEEDS, found = 0;
		int64_t at = seed % 7 == 0 ? INT64_MAX : (int64_t)(seed >> 12);
		int64_t least = INT64_MAX;

		plain[feed] = at;
		deadlines_set(&d, feed, at);
		for (int k = 0; k < FEEDS; k++)
			least = plain[k] < least ? plain[k] : least;
		assert_int_equal(deadlines_first(&d, &found), least);
		if (least != INT64_MAX)
			assert_int_equal(plain[found], least);
	}
	deadlines_fini(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_names_its_feed_once),
		cmocka_unit_test(no_random_makes_ticket_zero),
		cmocka_unit_test(an_answered_one_waits_for_its_png),
		cmocka_unit_test(retired_ones_are_known_till_displaced),
		cmocka_unit_test(whose_answer_is_owed_is_never_forgotten),
		cmocka_unit_test(deadlines_agree_with_a_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
