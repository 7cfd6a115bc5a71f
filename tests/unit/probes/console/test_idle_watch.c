/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "camwarden/heartbeat.h"
#include "probes/console/idle_watch.h"

#define S 1000000
#define START (1000 * (int64_t)S)

static uint32_t
at(const struct idle_watch *w, int s)
{
	return idle_watch_ms(w, START + (int64_t)s * S);
}

static void
input_alone_counts(void **state)
{
	struct idle_watch w;

	(void)state;
	idle_watch_begin(&w, false, START);
	assert_int_equal(at(&w, 5), HEARTBEAT_NOT_SAID);
	/* Not idle for 10 s: something was done within them. */
	assert_int_equal(at(&w, 12), 10000);
	idle_watch_idled(&w, 10000, START + 30 * (int64_t)S);
	assert_int_equal(at(&w, 30), 10000);
	assert_int_equal(at(&w, 75), 55000);
	idle_watch_idled(&w, 60000, START + 80 * (int64_t)S);
	assert_int_equal(at(&w, 100), 80000);
	/* Each of the time-outs says so. */
	for (int i = 0; i < 3; i++)
		idle_watch_resumed(&w, START + 120 * (int64_t)S);
	assert_int_equal(at(&w, 120), 0);
	assert_int_equal(at(&w, 123), 3000);
	/* Unseen inputs since: at most so long ago. */
	assert_int_equal(at(&w, 300), 10000);
}

/* A player that inhibits idling must not make a console busy. */
static void
an_inhibitor_is_nobody(void **state)
{
	struct idle_watch w;

	(void)state;
	idle_watch_begin(&w, true, START);
	assert_int_equal(at(&w, 3600), HEARTBEAT_NOT_SAID);
	idle_watch_idled(&w, 10000, START + 4000 * (int64_t)S);
	assert_int_equal(at(&w, 4000), 10000);
	idle_watch_resumed(&w, START + 4100 * (int64_t)S);
	assert_int_equal(at(&w, 4101), HEARTBEAT_NOT_SAID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_alone_counts),
		cmocka_unit_test(an_inhibitor_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
