/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: from hourly sums it must say what a look at every second says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/presence/debt.h"
#include "monitor/presence/unwatched.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S 1000000LL
#define DAY_US (24 * WATCHED_HOUR_US)
#define WEEK_US (7 * DAY_US)
/* Monday 2026-01-05 00:00 UTC. */
#define MONDAY 1767571200000000LL

static uint64_t state;

static uint32_t
rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % below;
}

#define SPANS 400

/* A line of a few hours, in whole seconds. */
static struct watched_line
draw(struct watched_span *s, int64_t from, int64_t to)
{
	uint32_t values = 1 + rnd(WATCHED_COUNT);
	int64_t at = from;
	size_t n = 0;

	while (n < SPANS && at < to) {
		s[n].start_us = at;
		at += (1 + rnd(rnd(2) ? 300 : 9000)) * S;
		s[n].end_us = at < to ? at : to;
		s[n++].value = (uint8_t)rnd(values);
		if (rnd(20) == 0)
			at += rnd(3000) * S;
	}
	return (struct watched_line){ s, n };
}

static int
plain_at(const struct watched_line *l, int64_t t)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (l->spans[i].start_us <= t && t < l->spans[i].end_us)
			return l->spans[i].value;
	}
	return WATCHED_UNKNOWN;
}

/* What a feed came to, second by second. */
struct plain {
	int64_t us[WATCHED_COUNT], hour_us[24], low_us[24], high_us[24];
	struct unwatched_gap low, high;
};

static void
plain_gap(struct unwatched_gap *longest, int64_t start, int64_t end)
{
	if (end - start > longest->end_us - longest->start_us)
		*longest = (struct unwatched_gap){ start, end };
}

static void
plain_audit(const struct watched_line *l, int64_t from, int64_t to,
    int32_t local_s, struct plain *p)
{
	int64_t t, seen_low = from, seen_high = from;

	memset(p, 0, sizeof(*p));
	p->low = p->high = (struct unwatched_gap){ from, from };
	for (t = from; t < to; t += S) {
		int value = plain_at(l, t);
		unsigned h = (unsigned)((t / S + local_s) / 3600 % 24);

		p->us[value] += S;
		p->hour_us[h] += S;
		p->low_us[h] += value == WATCHED_WATCHED ? S : 0;
		p->high_us[h] +=
		    value == WATCHED_WATCHED || value == WATCHED_UNKNOWN ? S
									 : 0;
		if (value == WATCHED_WATCHED) {
			plain_gap(&p->low, seen_low, t);
			seen_low = t + S;
		}
		if (value == WATCHED_WATCHED || value == WATCHED_UNKNOWN) {
			plain_gap(&p->high, seen_high, t);
			seen_high = t + S;
		}
	}
	plain_gap(&p->low, seen_low, to);
	plain_gap(&p->high, seen_high, to);
}

/* Through sums, as the database holds them, packed days where whole. */
static const struct unwatched_feed *
audit(struct unwatched *u, const struct watched_line *l, int64_t from,
    int64_t to, int32_t local_s)
{
	static struct watched_day day, back;
	uint8_t bytes[WATCHED_DAY_BYTES];
	int32_t local[WATCHED_DAY_HOURS];
	int64_t d, h;

	for (h = 0; h < WATCHED_DAY_HOURS; h++)
		local[h] = local_s;
	unwatched_begin(u, from, to);
	for (d = from - from % DAY_US; d < to; d += DAY_US) {
		memset(&day, 0, sizeof(day));
		for (h = 0; h < 24; h++) {
			watched_sum(l, d + h * WATCHED_HOUR_US, from, to,
			    &day.hours[h]);
			day.present |= 1u << h;
		}
		assert_true(
		    watched_unpack(bytes, watched_pack(&day, bytes), &back));
		unwatched_day(u, d, &back, local);
	}
	return unwatched_end(u);
}

static void
test_every_second(void **unused)
{
	static const int32_t zones[] = { 0, 3600, 7200, -18000 };
	static struct watched_span spans[SPANS];
	static struct unwatched u;
	uint64_t seed;

	(void)unused;
	for (seed = 1; seed <= 150; seed++) {
		const struct unwatched_feed *f;
		struct watched_line l;
		struct plain p;
		int64_t from, to;
		int32_t zone;

		state = seed;
		from = MONDAY + rnd(80000) * S;
		to = from + (1 + rnd(40000)) * S;
		zone = zones[rnd(COUNT(zones))];
		l = draw(spans, from, to);
		plain_audit(&l, from, to, zone, &p);
		f = audit(&u, &l, from, to, zone);
		assert_memory_equal(f->us, p.us, sizeof(p.us));
		assert_memory_equal(f->hour_us, p.hour_us, sizeof(p.hour_us));
		assert_memory_equal(f->hour_low_us, p.low_us, sizeof(p.low_us));
		assert_memory_equal(f->hour_high_us, p.high_us,
		    sizeof(p.high_us));
		assert_memory_equal(&f->gap_low, &p.low, sizeof(p.low));
		assert_memory_equal(&f->gap_high, &p.high, sizeof(p.high));
		assert_int_equal(f->never_low, p.us[WATCHED_WATCHED] == 0);
		assert_int_equal(f->never_high,
		    p.us[WATCHED_WATCHED] + p.us[WATCHED_UNKNOWN] == 0);
	}
}

/* Madrid's 29 March: at 01:00 UTC clocks go from 2 to 3. There is no hour from
 * from two to three, and those after it are the ones that were shown. */
static void
test_clocks_are_set(void **unused)
{
	static const struct watched_day nothing;
	static struct unwatched u;
	const struct unwatched_feed *f;
	int32_t local[WATCHED_DAY_HOURS];

	(void)unused;
	for (unsigned h = 0; h < WATCHED_DAY_HOURS; h++)
		local[h] = h < 1 ? 3600 : 7200;
	unwatched_begin(&u, MONDAY, MONDAY + 22 * WATCHED_HOUR_US);
	unwatched_day(&u, MONDAY, &nothing, local);
	f = unwatched_end(&u);
	for (unsigned h = 0; h < 24; h++)
		assert_int_equal(f->hour_us[h],
		    h == 0 || h == 2 ? 0 : WATCHED_HOUR_US);
}

/* Weeks of hours of one class, but for those of `blind`. */
static const struct unwatched_feed *
weeks(struct unwatched *u, unsigned count, bool (*blind)(unsigned, unsigned),
    enum watched other)
{
	unsigned w, h;

	unwatched_begin(u, MONDAY, MONDAY + count * WEEK_US);
	for (w = 0; w < count; w++) {
		for (h = 0; h < WEEK_HOURS; h++) {
			int64_t at = MONDAY + w * WEEK_US + h * WATCHED_HOUR_US;
			struct watched_span s = { at, at + WATCHED_HOUR_US,
				blind(w, h) ? (uint8_t)other
					    : WATCHED_WATCHED };
			struct watched_line l = { &s, 1 };
			struct watched_hour hour;

			watched_sum(&l, at, at, INT64_MAX, &hour);
			unwatched_hour(u, at, &hour, 3600);
		}
	}
	return unwatched_end(u);
}

/* UTC+1: Sunday 22:00 UTC is Sunday 23:00 local. */
static bool
sunday_night(unsigned week, unsigned hour)
{
	return week != 1 && (hour >= 6 * 24 + 22 || hour < 2);
}

static bool
once(unsigned week, unsigned hour)
{
	return week == 2 && hour == 30;
}

static bool
always(unsigned week, unsigned hour)
{
	(void)week;
	(void)hour;
	return true;
}

static void
test_windows(void **unused)
{
	static struct unwatched u;
	const struct unwatched_feed *f;

	(void)unused;
	f = weeks(&u, 4, sunday_night, WATCHED_UNATTENDED);
	assert_int_equal(f->weeks, 4);
	assert_int_equal(f->window_count, 1);
	assert_int_equal(f->windows[0].hour, 6 * 24 + 23);
	assert_int_equal(f->windows[0].hours, 4);
	assert_int_equal(f->windows[0].weeks, 3);
	assert_int_equal(f->windows[0].of, 4);
	assert_true(f->windows[0].sure);
	/* Unknown: blind, but not surely. */
	f = weeks(&u, 4, sunday_night, WATCHED_UNKNOWN);
	assert_int_equal(f->window_count, 1);
	assert_false(f->windows[0].sure);
	/* Once in four weeks doesn't return. */
	f = weeks(&u, 4, once, WATCHED_NOT_ON_SCREEN);
	assert_int_equal(f->window_count, 0);
	/* Older weeks don't matter: of six, 2..5 are looked at. */
	f = weeks(&u, 6, sunday_night, WATCHED_NOT_ON_SCREEN);
	assert_int_equal(f->weeks, 4);
	assert_int_equal(f->windows[0].weeks, 4);
	/* Fewer weeks: all of them, and it says so. */
	f = weeks(&u, 2, sunday_night, WATCHED_NOT_ON_SCREEN);
	assert_int_equal(f->window_count, 0);
	f = weeks(&u, 1, sunday_night, WATCHED_NOT_ON_SCREEN);
	assert_int_equal(f->windows[0].of, 1);
	f = weeks(&u, 3, always, WATCHED_NOT_ON_SCREEN);
	assert_int_equal(f->window_count, 1);
	assert_int_equal(f->windows[0].hours, WEEK_HOURS);
	assert_true(f->never_high);
}

/* Hours that nobody gave, and sums that can't be, are unknown. */
static void
test_missing(void **unused)
{
	static struct unwatched u;
	const struct unwatched_feed *f;
	struct watched_hour absurd = { .us = { 0, 4000000000u, 0, 0, 0 } };

	(void)unused;
	unwatched_begin(&u, MONDAY + 5 * S, MONDAY + DAY_US);
	unwatched_hour(&u, MONDAY + 3 * WATCHED_HOUR_US, &absurd, 0);
	f = unwatched_end(&u);
	assert_int_equal(f->us[WATCHED_UNKNOWN], DAY_US - 5 * S);
	assert_int_equal(f->gap_low.end_us - f->gap_low.start_us,
	    DAY_US - 5 * S);
	assert_int_equal(f->gap_high.end_us, f->gap_high.start_us);
	assert_true(f->never_low);
	assert_false(f->never_high);
}

static void
test_staffing(void **unused)
{
	struct staffing s = { 50 * 30 * DAY_US, 30 * DAY_US, 16, 3700 };

	(void)unused;
	assert_int_equal(staffing_best_ppm(&s), 216216);
	s.feeds = 100;
	assert_int_equal(staffing_best_ppm(&s), 1000000);
	s.feeds = 0;
	assert_int_equal(staffing_best_ppm(&s), 1000000);
}

static void
test_debt(void **unused)
{
	struct debt d[] = {
		{ .feed = 1, .seen_us = 90 * S, .criticality = 1 },
		{ .feed = 2, .seen_us = 90 * S, .criticality = 5 },
		{ .feed = 3, .seen_us = INT64_MIN, .criticality = 0 },
		{ .feed = 4, .seen_us = 10 * S, .shown = true },
		{ .feed = 6, .seen_us = 50 * S, .criticality = 1 },
		{ .feed = 5, .seen_us = 50 * S, .criticality = 1 },
		{ .feed = 7, .seen_us = 50 * S, .criticality = 1, .good = 1 },
	};
	static const uint64_t order[] = { 3, 7, 2, 5, 6, 1, 4 };
	static const uint64_t owed[] = { 90, 50, 50, 50, 50, 10, 0 };
	size_t i;

	(void)unused;
	assert_int_equal(debt_sort(d, COUNT(d), 10 * S, 100 * S), 6);
	for (i = 0; i < COUNT(d); i++) {
		assert_int_equal(d[i].feed, order[i]);
		assert_int_equal(d[i].owed, owed[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_second),
		cmocka_unit_test(test_clocks_are_set),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_staffing),
		cmocka_unit_test(test_debt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
