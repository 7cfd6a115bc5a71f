/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The watched record against the table of its header, and against a reference
 * that looks at every instant on its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/presence/watched.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t state;

static uint32_t
rnd(uint32_t below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(state >> 33) % below;
}

/* One view, one picture: what comes of it. */
static void
test_table(void **unused)
{
	static const struct {
		uint8_t picture, worth, power, who;
		enum watched expected;
	} rows[] = {
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_ON, ATTEND_YES,
		    WATCHED_WATCHED },
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_DIMMED, ATTEND_YES,
		    WATCHED_WATCHED },
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_OFF, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_UNKNOWN, ATTEND_YES,
		    WATCHED_UNKNOWN },
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_ON, ATTEND_NO,
		    WATCHED_UNATTENDED },
		{ PICTURE_GOOD, VIEW_COUNTS, SCREEN_ON, ATTEND_UNKNOWN,
		    WATCHED_UNKNOWN },
		{ PICTURE_GOOD, VIEW_MAYBE, SCREEN_ON, ATTEND_YES,
		    WATCHED_UNKNOWN },
		{ PICTURE_GOOD, VIEW_MAYBE, SCREEN_ON, ATTEND_NO,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_MAYBE, SCREEN_OFF, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_SMALL, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_HIDDEN, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_CROWDED, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_UNCONFIRMED, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_GOOD, VIEW_STILL, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_BAD, VIEW_COUNTS, SCREEN_ON, ATTEND_YES,
		    WATCHED_BAD_PICTURE },
		{ PICTURE_BAD, VIEW_COUNTS, SCREEN_ON, ATTEND_NO,
		    WATCHED_UNATTENDED },
		{ PICTURE_BAD, VIEW_COUNTS, SCREEN_ON, ATTEND_UNKNOWN,
		    WATCHED_UNATTENDED },
		{ PICTURE_BAD, VIEW_MAYBE, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_UNKNOWN, VIEW_COUNTS, SCREEN_ON, ATTEND_YES,
		    WATCHED_UNKNOWN },
		{ PICTURE_UNKNOWN, VIEW_COUNTS, SCREEN_ON, ATTEND_NO,
		    WATCHED_UNATTENDED },
		{ PICTURE_UNKNOWN, VIEW_HIDDEN, SCREEN_ON, ATTEND_YES,
		    WATCHED_NOT_ON_SCREEN },
		{ PICTURE_OFF, VIEW_COUNTS, SCREEN_ON, ATTEND_YES,
		    WATCHED_UNKNOWN },
		{ PICTURE_OFF, VIEW_HIDDEN, SCREEN_OFF, ATTEND_NO,
		    WATCHED_UNKNOWN },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		struct watched_span picture = { 0, 100, rows[i].picture };
		struct watched_span who = { 0, 100, rows[i].who };
		struct watched_line p = { &picture, 1 }, w = { &who, 1 };
		struct watched_view v = { 10, 20, rows[i].worth, rows[i].power,
			&w };
		struct watched_span out[3];

		assert_int_equal(watched_join(&p, &v, 1, 10, 20, out, 3), 1);
		assert_int_equal(out[0].value, rows[i].expected);
		assert_int_equal(out[0].start_us, 10);
		assert_int_equal(out[0].end_us, 20);
	}
}

/* A better view on another screen decides; one that is merely unknown doesn't
 * hide what is sure, but for being perhaps watched. */
static void
test_many_views(void **unused)
{
	struct watched_span good = { 0, 100, PICTURE_GOOD };
	struct watched_span yes = { 0, 100, ATTEND_YES };
	struct watched_span no = { 0, 100, ATTEND_NO };
	struct watched_line p = { &good, 1 }, y = { &yes, 1 }, n = { &no, 1 };
	struct watched_view v[] = {
		{ 0, 40, VIEW_COUNTS, SCREEN_ON, &n },
		{ 10, 30, VIEW_MAYBE, SCREEN_ON, &y },
		{ 20, 50, VIEW_COUNTS, SCREEN_ON, &y },
		{ 60, 70, VIEW_COUNTS, SCREEN_ON, NULL },
	};
	static const struct watched_span expected[] = {
		{ 0, 10, WATCHED_UNATTENDED },
		{ 10, 20, WATCHED_UNKNOWN },
		{ 20, 50, WATCHED_WATCHED },
		{ 50, 60, WATCHED_NOT_ON_SCREEN },
		{ 60, 70, WATCHED_UNKNOWN },
		{ 70, 100, WATCHED_NOT_ON_SCREEN },
		{ 100, 120, WATCHED_UNKNOWN },
	};
	struct watched_span out[8];
	size_t i;

	(void)unused;
	assert_int_equal(watched_join(&p, v, COUNT(v), 0, 120, out, 8),
	    COUNT(expected));
	for (i = 0; i < COUNT(expected); i++) {
		assert_int_equal(out[i].start_us, expected[i].start_us);
		assert_int_equal(out[i].end_us, expected[i].end_us);
		assert_int_equal(out[i].value, expected[i].value);
	}
	/* With less room the count is the same, and nothing is overrun. */
	memset(out, 0x5a, sizeof(out));
	assert_int_equal(watched_join(&p, v, COUNT(v), 0, 120, out, 2),
	    COUNT(expected));
	assert_int_equal(out[1].end_us, 20);
	assert_int_equal(out[2].value, 0x5a);
}

#define SPANS 40
#define VIEWS 30
#define LINES 4

struct world {
	struct watched_span picture[SPANS], presence[LINES][SPANS],
	    who[LINES][2 * SPANS * LINES];
	struct watched_line picture_line, presence_line[LINES], who_line[LINES];
	struct watched_view views[VIEWS];
	size_t view_count;
	int64_t end;
};

static size_t
draw_line(struct watched_span *s, int64_t end, uint32_t values)
{
	int64_t at = rnd(5);
	size_t n = 0;

	while (n < SPANS && at < end) {
		s[n].start_us = at;
		at += 1 + rnd(20);
		s[n].end_us = at;
		s[n++].value = (uint8_t)rnd(values);
		if (rnd(4) == 0)
			at += rnd(10); /* a hole */
	}
	return n;
}

static void
draw(struct world *w, uint64_t seed)
{
	size_t i;

	state = seed;
	w->end = 100 + rnd(100);
	w->picture_line = (struct watched_line){ w->picture,
		draw_line(w->picture, w->end, 4) };
	for (i = 0; i < LINES; i++) {
		size_t n = draw_line(w->presence[i], w->end, PRESENCE_COUNT);

		w->presence_line[i] =
		    (struct watched_line){ w->presence[i], n };
		/* Line i is attended by the consoles up to i. */
		n = watched_attendance(w->presence_line, i + 1, -10,
		    w->end + 10, w->who[i], 2 * SPANS * LINES);
		w->who_line[i] = (struct watched_line){ w->who[i], n };
	}
	w->view_count = rnd(VIEWS + 1);
	for (i = 0; i < w->view_count; i++) {
		int64_t start = rnd((uint32_t)w->end);

		w->views[i] = (struct watched_view){ start, start + rnd(60),
			rnd(3) ? VIEW_COUNTS : (uint8_t)rnd(VIEW_WORTH_COUNT),
			(uint8_t)rnd(SCREEN_POWER_COUNT),
			rnd(8) ? &w->who_line[rnd(LINES)] : NULL };
	}
}

/* -- the reference: linear, one instant at a time, in the brief's words */

static int
plain_at(const struct watched_line *l, int64_t t)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		if (l->spans[i].start_us <= t && t < l->spans[i].end_us)
			return l->spans[i].value;
	}
	return -1;
}

static int
plain_room(const struct world *w, size_t consoles, int64_t t)
{
	bool unknown = false;
	size_t i;

	for (i = 0; i < consoles; i++) {
		int p = plain_at(&w->presence_line[i], t);

		if (p == PRESENCE_ATTENDED)
			return ATTEND_YES;
		unknown |= p == -1 || p == PRESENCE_UNKNOWN;
	}
	return unknown ? ATTEND_UNKNOWN : ATTEND_NO;
}

static enum watched
plain_watched(const struct world *w, int64_t t)
{
	int picture = plain_at(&w->picture_line, t);
	bool watched = false, perhaps = false, bad = false, sure = false;
	size_t i;

	if (picture == -1 || picture == PICTURE_OFF)
		return WATCHED_UNKNOWN;
	for (i = 0; i < w->view_count; i++) {
		const struct watched_view *v = &w->views[i];
		int who = ATTEND_UNKNOWN;

		if (t < v->start_us || t >= v->end_us)
			continue;
		if (v->who)
			who = plain_room(w, (size_t)(v->who - w->who_line) + 1,
			    t);
		if (v->worth != VIEW_COUNTS && v->worth != VIEW_MAYBE)
			continue;
		if (v->power == SCREEN_OFF)
			continue;
		if (who != ATTEND_NO && picture != PICTURE_BAD)
			perhaps = true;
		if (v->worth == VIEW_MAYBE || v->power == SCREEN_UNKNOWN)
			continue;
		sure = true;
		if (who == ATTEND_YES && picture == PICTURE_GOOD)
			watched = true;
		if (who == ATTEND_YES && picture == PICTURE_BAD)
			bad = true;
	}
	return watched	 ? WATCHED_WATCHED
	       : perhaps ? WATCHED_UNKNOWN
	       : bad	 ? WATCHED_BAD_PICTURE
	       : sure	 ? WATCHED_UNATTENDED
			 : WATCHED_NOT_ON_SCREEN;
}

static void
test_every_instant(void **unused)
{
	static struct world w;
	struct watched_span out[1000];
	uint64_t seed;

	(void)unused;
	for (seed = 1; seed <= 3000; seed++) {
		size_t n, i, at = 0;
		int64_t t;

		draw(&w, seed);
		n = watched_join(&w.picture_line, w.views, w.view_count, 0,
		    w.end, out, COUNT(out));
		assert_true(n >= 1 && n <= COUNT(out));
		assert_int_equal(out[0].start_us, 0);
		assert_int_equal(out[n - 1].end_us, w.end);
		for (i = 1; i < n; i++) {
			assert_int_equal(out[i].start_us, out[i - 1].end_us);
			assert_int_not_equal(out[i].value, out[i - 1].value);
		}
		for (t = 0; t < w.end; t++) {
			while (out[at].end_us <= t)
				at++;
			assert_int_equal(out[at].value, plain_watched(&w, t));
		}
	}
}

/* An hour of spans in units of a minute and odd microseconds. */
static size_t
draw_hour(struct watched_span *s, int64_t hour, uint32_t values)
{
	int64_t at = hour - rnd(600) * 1000000LL;
	size_t n = 0;

	while (n < SPANS && at < hour + WATCHED_HOUR_US) {
		s[n].start_us = at;
		at += 1 + rnd(900) * 1000000LL + rnd(1000000);
		s[n].end_us = at;
		s[n++].value = (uint8_t)rnd(values);
		if (rnd(5) == 0)
			at += rnd(300000000);
	}
	return n;
}

static void
plain_moments(const struct watched_line *l, int64_t hour, int64_t from,
    int64_t to, bool maybe, struct watched_moments *out)
{
	/* The spans of the class, clipped; unknown also where there is none. */
	int64_t at = from, last = -1;
	size_t i = 0;

	*out = (struct watched_moments){ UINT32_MAX, UINT32_MAX, 0, 0 };
	while (at < to) {
		const struct watched_span *s;
		int64_t end = to;
		int value = WATCHED_UNKNOWN;

		while (i < l->count && l->spans[i].end_us <= at)
			i++;
		s = i < l->count ? &l->spans[i] : NULL;
		if (s && s->start_us > at) {
			end = s->start_us < to ? s->start_us : to;
		} else if (s) {
			end = s->end_us < to ? s->end_us : to;
			value = s->value;
		}
		if (value == WATCHED_WATCHED ||
		    (maybe && value == WATCHED_UNKNOWN)) {
			if (last < 0) {
				out->first_us = (uint32_t)(at - hour);
			} else if (at - last > out->gap_us) {
				out->gap_us = (uint32_t)(at - last);
				out->gap_at_us = (uint32_t)(last - hour);
			}
			last = end;
			out->last_us = (uint32_t)(end - hour);
		}
		at = end;
	}
}

static void
test_sums(void **unused)
{
	struct watched_span spans[SPANS];
	const int64_t hour = 480000 * WATCHED_HOUR_US;
	uint64_t seed;

	(void)unused;
	for (seed = 1; seed <= 2000; seed++) {
		struct watched_moments m;
		struct watched_hour h;
		struct watched_line l;
		int64_t from = hour, to = hour + WATCHED_HOUR_US, sum = 0;
		unsigned i;

		state = seed;
		l = (struct watched_line){ spans,
			draw_hour(spans, hour, 1 + rnd(WATCHED_COUNT)) };
		if (rnd(4) == 0)
			to = hour + 1 + rnd(3599) * 1000000LL;
		if (rnd(4) == 0)
			from = hour + rnd(3600) * 1000000LL;
		watched_sum(&l, hour, from, to, &h);
		for (i = 0; i < WATCHED_COUNT; i++)
			sum += h.us[i];
		assert_int_equal(sum, to > from ? to - from : 0);
		plain_moments(&l, hour, from, to, false, &m);
		assert_memory_equal(&m, &h.sure, sizeof(m));
		plain_moments(&l, hour, from, to, true, &m);
		assert_memory_equal(&m, &h.maybe, sizeof(m));
	}
}

static void
draw_day(struct watched_day *day)
{
	struct watched_span spans[SPANS];
	unsigned i;

	memset(day, 0, sizeof(*day));
	for (i = 0; i < WATCHED_DAY_HOURS; i++) {
		int64_t hour = i * WATCHED_HOUR_US;
		struct watched_line l = { spans, 0 };

		if (rnd(6) == 0)
			continue;
		day->present |= 1u << i;
		l.count = rnd(3) ? draw_hour(spans, hour, 1 + rnd(5)) : 0;
		watched_sum(&l, hour, 0,
		    hour + (rnd(5) ? WATCHED_HOUR_US : rnd(3600000) * 1000LL),
		    &day->hours[i]);
	}
}

static void
test_packed(void **unused)
{
	static struct watched_day day, back;
	uint8_t bytes[WATCHED_DAY_BYTES];
	uint64_t seed;

	(void)unused;
	for (seed = 1; seed <= 2000; seed++) {
		size_t n, cut;

		state = seed;
		draw_day(&day);
		n = watched_pack(&day, bytes);
		assert_true(n <= sizeof(bytes));
		assert_true(watched_unpack(bytes, n, &back));
		assert_memory_equal(&day, &back, sizeof(day));
		/* A part of it, or more of it, is not a day. */
		cut = rnd((uint32_t)n);
		assert_false(watched_unpack(bytes, cut, &back));
		assert_int_equal(back.present, 0);
	}
}

/* Any bytes: refused, or something whose sums fit an hour and which packs to
 * the same again. */
static void
test_packed_damaged(void **unused)
{
	static struct watched_day day;
	uint8_t bytes[WATCHED_DAY_BYTES + 8], again[WATCHED_DAY_BYTES];
	unsigned taken = 0, i, k;

	(void)unused;
	state = 7;
	for (i = 0; i < 20000; i++) {
		size_t n;

		draw_day(&day);
		n = watched_pack(&day, bytes);
		for (k = rnd(3); k < 3; k++)
			bytes[rnd((uint32_t)n)] = (uint8_t)rnd(256);
		if (!watched_unpack(bytes, n, &day))
			continue;
		taken++;
		for (k = 0; k < WATCHED_DAY_HOURS; k++) {
			const struct watched_hour *h = &day.hours[k];
			uint64_t sum = 0;
			unsigned c;

			for (c = 0; c < WATCHED_COUNT; c++)
				sum += h->us[c];
			assert_true(sum <= WATCHED_HOUR_US);
		}
		watched_pack(&day, again);
	}
	assert_true(taken > 100);
}

/* A whole hour of one class is a byte. */
static void
test_packed_small(void **unused)
{
	static struct watched_day day;
	uint8_t bytes[WATCHED_DAY_BYTES];
	struct watched_span s = { 0, 24 * WATCHED_HOUR_US,
		WATCHED_NOT_ON_SCREEN };
	struct watched_line l = { &s, 1 };
	unsigned i;

	(void)unused;
	day.present = 0xffffff;
	for (i = 0; i < 24; i++)
		watched_sum(&l, i * WATCHED_HOUR_US, 0, INT64_MAX,
		    &day.hours[i]);
	assert_int_equal(watched_pack(&day, bytes), 4 + 24);
	l.count = 0;
	for (i = 0; i < 24; i++)
		watched_sum(&l, i * WATCHED_HOUR_US, 0, INT64_MAX,
		    &day.hours[i]);
	assert_int_equal(watched_pack(&day, bytes), 4 + 24);
}

/* A room: one attended console is enough, an unknown one beside absent ones is
 * unknown, no console at all is nobody. */
static void
test_attendance(void **unused)
{
	static const struct watched_span a[] = { { 0, 10, PRESENCE_ATTENDED },
		{ 10, 20, PRESENCE_SUSPECT } };
	static const struct watched_span b[] = { { 5, 15, PRESENCE_IDLE },
		{ 15, 20, PRESENCE_UNKNOWN } };
	const struct watched_line both[] = { { a, 2 }, { b, 2 } };
	struct watched_span out[8];

	(void)unused;
	assert_int_equal(watched_attendance(both, 2, 0, 25, out, 8), 3);
	assert_int_equal(out[0].value, ATTEND_YES);
	assert_int_equal(out[0].end_us, 10);
	assert_int_equal(out[1].value, ATTEND_NO);
	assert_int_equal(out[1].end_us, 15);
	assert_int_equal(out[2].value, ATTEND_UNKNOWN);
	assert_int_equal(out[2].end_us, 25);
	assert_int_equal(watched_attendance(both, 0, 0, 25, out, 8), 1);
	assert_int_equal(out[0].value, ATTEND_NO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_many_views),
		cmocka_unit_test(test_attendance),
		cmocka_unit_test(test_every_instant),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_packed_damaged),
		cmocka_unit_test(test_packed_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
