/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "probes/stream/pace.h"

#define SECOND 1000000LL

static struct pace pace;

static struct pace_host *
host(unsigned n)
{
	struct wire_address a = { .family = 4,
		.bytes = { 127, 0, (uint8_t)(n >> 8), (uint8_t)n } };

	return pace_host_get(&pace, &a);
}

static int
fresh(void **state)
{
	(void)state;
	pace = (struct pace){ .per_second = 50,
		.host_per_second = 10,
		.host_opening = 2 };
	return 0;
}

/* 2,000 feeds at once: never above the rate, all through in time. */
static void
test_storm(void **state)
{
	static struct pace_host *hosts[2000];
	unsigned granted = 0;
	int64_t now = 1000 * SECOND, begin = now;

	(void)state;
	for (unsigned i = 0; i < 2000; i++)
		hosts[i] = host(i);
	for (; granted < 2000; now += SECOND / 20) {
		unsigned before = granted;

		for (; granted < 2000; granted++) {
			struct pace_ask ask = { .host = hosts[granted] };

			if (pace_ask(&pace, &ask, now) != PACE_GO)
				break;
		}
		assert_true(granted - before <= 11);
		assert_true(
		    granted <= (now - begin) * 50 / SECOND + 50 / 5 + 1);
	}
	assert_true(now - begin <= 41 * SECOND);
	for (unsigned i = 0; i < 2000; i++)
		pace_host_put(&pace, &hosts[i]);
}

static void
test_host(void **state)
{
	struct pace_host *h = host(1), *same = host(1), *other = host(2);
	struct pace_ask ask = { .host = h }, ask2 = { .host = other };

	(void)state;
	assert_ptr_equal(h, same);
	h->opening = 2;
	assert_int_equal(pace_ask(&pace, &ask, SECOND), PACE_HOST);
	assert_int_equal(pace_ask(&pace, &ask2, SECOND), PACE_GO);
	h->opening = 0;
	assert_int_equal(pace_ask(&pace, &ask, SECOND), PACE_GO);
	pace.half_open = PACE_HALF_OPEN;
	assert_int_equal(pace_ask(&pace, &ask, 5 * SECOND), PACE_LATER);
	pace_host_put(&pace, &h);
	pace_host_put(&pace, &same);
	pace_host_put(&pace, &other);
}

static void
test_device(void **state)
{
	struct seats_device *d = seats_get(&pace.seats, 7);
	struct pace_ask ask = { .device = d, .device_sessions = 1 };

	(void)state;
	assert_int_equal(pace_ask(&pace, &ask, SECOND), PACE_GO);
	d->open = 1;
	assert_int_equal(pace_ask(&pace, &ask, 2 * SECOND), PACE_DEVICE);
	d->open = 0;
	assert_int_equal(pace_ask(&pace, &ask, 3 * SECOND), PACE_GO);
	seats_put(&pace.seats, &d);
	assert_null(d);
}

/* A session that ended is no room for another one until the camera has done
 * with it; not even for a feed that is removed and added. */
static void
test_device_rests(void **state)
{
	struct seats_device *d = seats_get(&pace.seats, 8);
	struct pace_ask ask = { .device = d, .device_sessions = 2 };

	(void)state;
	d->open = 1;
	seats_rest(d, SECOND, 2 * SECOND);
	assert_int_equal(pace_ask(&pace, &ask, 2 * SECOND - 1), PACE_DEVICE);
	seats_put(&pace.seats, &d);
	d = seats_get(&pace.seats, 8);
	assert_ptr_equal(ask.device, d);
	assert_int_equal(pace_ask(&pace, &ask, 2 * SECOND - 1), PACE_DEVICE);
	assert_int_equal(pace_ask(&pace, &ask, 2 * SECOND), PACE_GO);
	ask.device_sessions = 0; /* without a limit nobody counts */
	seats_rest(d, 3 * SECOND, 9 * SECOND);
	assert_int_equal(pace_ask(&pace, &ask, 4 * SECOND), PACE_GO);
	ask.device_sessions = 2; /* then it is forgotten */
	assert_int_equal(pace_ask(&pace, &ask, 9 * SECOND), PACE_GO);
	seats_put(&pace.seats, &d);
}

/* One that is full just after we left counts what ended for long. */
static void
test_device_frees_late(void **state)
{
	struct seats_device *d = seats_get(&pace.seats, 9);
	struct pace_ask ask = { .device = d, .device_sessions = 1 };

	(void)state;
	seats_busy(d, SECOND); /* others', for all we know */
	assert_false(d->slow);
	seats_rest(d, 2 * SECOND, 3 * SECOND);
	assert_int_equal(pace_ask(&pace, &ask, 3 * SECOND), PACE_GO);
	seats_busy(d, 4 * SECOND);
	assert_true(d->slow);
	seats_rest(d, 5 * SECOND, 6 * SECOND);
	assert_int_equal(pace_ask(&pace, &ask, 60 * SECOND), PACE_DEVICE);
	assert_int_equal(pace_ask(&pace, &ask, 70 * SECOND), PACE_GO);
	seats_put(&pace.seats, &d);
}

/* Two refused passwords lock a host for half an hour, also when the feed is
 * removed and added; a password that has worked is not held. */
static void
test_lock_out(void **state)
{
	struct pace_host *h = host(9);
	struct pace_ask ask = { .host = h, .login = true };
	int64_t now = SECOND;

	(void)state;
	assert_int_equal(pace_ask(&pace, &ask, now), PACE_GO);
	h->opening = 1; /* the first login is under way: no second beside it */
	assert_int_equal(pace_ask(&pace, &ask, now + SECOND), PACE_HOST);
	h->good = true;
	assert_int_equal(pace_ask(&pace, &ask, now + SECOND), PACE_GO);
	h->opening = 0;
	h->good = false;
	pace_bad_login(h, 1, now);
	assert_int_equal(pace_ask(&pace, &ask, now + 2 * SECOND), PACE_GO);
	pace_bad_login(h, 1, now + 2 * SECOND);
	assert_int_equal(pace_ask(&pace, &ask, now + 3 * SECOND), PACE_LOCKED);
	pace_host_put(&pace, &h);
	h = host(9);
	ask.host = h;
	assert_int_equal(pace_ask(&pace, &ask, now + 4 * SECOND), PACE_LOCKED);
	ask.proved = true;
	assert_int_equal(pace_ask(&pace, &ask, now + 5 * SECOND), PACE_GO);
	ask.proved = false;
	assert_int_equal(pace_ask(&pace, &ask, now + PACE_LOGIN_US + SECOND),
	    PACE_GO);
	pace_host_put(&pace, &h);
}

/* While we lack descriptors nobody goes, and whoever waits for another reason
 * is told that one. */
static void
test_short(void **state)
{
	struct seats_device *d = seats_get(&pace.seats, 7);
	struct pace_ask ask = { 0 };
	struct pace_ask full = { .device = d, .device_sessions = 1 };

	(void)state;
	d->open = 1;
	assert_int_equal(pace_ask(&pace, &ask, SECOND), PACE_GO);
	pace_short(&pace, SECOND);
	assert_int_equal(pace_ask(&pace, &ask, SECOND), PACE_SHORT);
	assert_int_equal(pace_ask(&pace, &full, SECOND), PACE_DEVICE);
	assert_int_equal(pace_ask(&pace, &ask, SECOND + PACE_SHORT_US - 1),
	    PACE_SHORT);
	assert_int_equal(pace_ask(&pace, &ask, SECOND + PACE_SHORT_US),
	    PACE_GO);
	seats_put(&pace.seats, &d);
}

/* Any number of handshakes that never end leave room for one more. */
static void
test_handshakes(void **state)
{
	struct pace_ask ask = { .tls = true };
	unsigned granted = 0;

	(void)state;
	pace.per_second = 0;
	for (int64_t now = SECOND; now < 11 * SECOND; now += SECOND / 20)
		while (pace_ask(&pace, &ask, now) == PACE_GO)
			granted++;
	assert_in_range(granted, 10 * PACE_HANDSHAKES,
	    10 * PACE_HANDSHAKES + PACE_HANDSHAKES / 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_storm, fresh),
		cmocka_unit_test_setup(test_host, fresh),
		cmocka_unit_test_setup(test_device, fresh),
		cmocka_unit_test_setup(test_device_rests, fresh),
		cmocka_unit_test_setup(test_device_frees_late, fresh),
		cmocka_unit_test_setup(test_lock_out, fresh),
		cmocka_unit_test_setup(test_short, fresh),
		cmocka_unit_test_setup(test_handshakes, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
