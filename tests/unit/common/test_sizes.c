/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/sizes.h"

#define SECOND 1000000ll

struct film { /* a stream made by hand */
	unsigned gop;
	unsigned fps;
	unsigned length; /* units until it begins again; 0 = never */
	uint32_t least;	 /* sizes: least + up to vary */
	uint32_t vary;
};

static uint32_t
dice(uint32_t i)
{
	i = (i + 1) * 2654435761u;
	i ^= i >> 15;
	i *= 2246822519u;
	return i ^ i >> 13;
}

static struct sizes_unit
unit(const struct film *f, unsigned i)
{
	unsigned k = f->length ? i % f->length : i;
	bool key = k % f->gop == 0;

	return (struct sizes_unit){ .at_us = SECOND + i * SECOND / f->fps,
		.step_us = SECOND / f->fps,
		.bytes = f->least * (key ? 8 : 1) +
			 (f->vary ? dice(k) % f->vary : 0),
		.key = key };
}

struct seen {
	uint32_t print[4000];
	int64_t us[4000];
	unsigned n;
	unsigned bins;
};

/* Units [from, to) of the film, taken each ten seconds. */
static void
play(const struct film *f, unsigned from, unsigned to, struct seen *out)
{
	struct sizes s;
	struct account a = { 0 };

	memset(out, 0, sizeof(*out));
	sizes_init(&s);
	for (unsigned i = from; i < to; i++) {
		struct sizes_unit u = unit(f, i);

		sizes_add(&s, &u);
		if (i % (10 * f->fps) != 0 && i != to - 1)
			continue;
		a.to_us = u.at_us;
		sizes_take(&s, &a);
		out->bins += a.activity_count;
		for (unsigned k = 0; k < ACCOUNT_PRINTS && a.print[k]; k++) {
			out->print[out->n] = a.print[k];
			out->us[out->n++] =
			    a.to_us - a.print_age_ms[k] * 1000ll;
		}
	}
}

static unsigned
common_prints(const struct seen *a, const struct seen *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < a->n; i++)
		for (unsigned k = 0; k < b->n; k++)
			n += a->print[i] == b->print[k];
	return n;
}

/* Whoever joins later gets the same prints, for every kind of stream; another
 * stream has none of them. */
static void
same_for_all_who_join(void **state)
{
	static const struct film films[] = {
		{ 15, 15, 0, 500, 1000 },
		{ 250, 25, 0, 500, 1000 },
		{ 1, 10, 0, 9000, 4000 },
		{ 5, 5, 0, 900, 1000 },
		{ 4500, 15, 0, 500, 900 },
		{ 8, 30, 0, 500, 1000 },
	};
	static struct seen a, b, c;

	(void)state;
	for (unsigned i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		struct film other = films[i];

		other.least++;
		play(&films[i], 0, 6000, &a);
		play(&films[i], 777, 6000, &b);
		play(&other, 0, 6000, &c);
		assert_true(a.n >= 20);
		assert_true(common_prints(&a, &b) * 10 >= b.n * 8);
		assert_int_equal(common_prints(&a, &c), 0);
	}
}

/* A recording that begins again gives the same prints one length later. */
static void
again_one_length_later(void **state)
{
	static const struct film films[] = {
		{ 30, 15, 30, 500, 1000 },
		{ 50, 25, 775, 500, 1000 },
		{ 1, 10, 123, 9000, 4000 },
		{ 5, 5, 50, 900, 1000 },
		{ 100, 10, 620, 90, 100 },
	};
	static struct seen a;

	(void)state;
	for (unsigned i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		const struct film *f = &films[i];
		int64_t length = (int64_t)f->length * SECOND / f->fps;
		unsigned hits = 0;

		play(f, 0, f->length * 20, &a);
		for (unsigned k = 0; k < a.n; k++)
			for (unsigned j = 0; j < k; j++) {
				if (a.print[j] != a.print[k])
					continue;
				hits++;
				/* a millisecond of rounding each */
				assert_true(
				    (a.us[k] - a.us[j] + 2000) % length <=
				    4000);
			}
		assert_true(hits >= 10);
	}
}

/* Where sizes hardly vary there is no print: a still scene without noise. */
static void
little_variety_gives_none(void **state)
{
	static const struct film films[] = {
		{ 15, 15, 0, 500, 0 },
		{ 250, 25, 0, 20, 4 },
		{ 1, 10, 0, 9000, 5 },
	};
	static struct seen a;

	(void)state;
	for (unsigned i = 0; i < sizeof(films) / sizeof(films[0]); i++) {
		play(&films[i], 0, 6000, &a);
		assert_int_equal(a.n, 0);
		assert_true(a.bins > 100);
	}
}

static void
damage_spoils_its_group(void **state)
{
	static const struct film f = { 15, 15, 0, 500, 1000 };
	struct account a = { .to_us = 60 * SECOND };
	struct sizes s;

	(void)state;
	sizes_init(&s);
	for (unsigned i = 0; i < 61; i++) {
		struct sizes_unit u = unit(&f, i);

		u.damaged = i == 20;
		sizes_add(&s, &u);
	}
	sizes_take(&s, &a);
	assert_true(a.print[2] != 0);
	assert_int_equal(a.print[3], 0);
}

/* More groups than fit: those that stay are the same ones in each round. */
static void
the_same_ones_stay(void **state)
{
	static const struct film f = { 8, 30, 600, 500, 1000 };
	static struct seen a;
	unsigned again = 0;

	(void)state;
	play(&f, 0, 6000, &a);
	assert_int_equal(a.n > 20 * 10, true);
	for (unsigned k = a.n - 12; k < a.n; k++)
		for (unsigned j = 0; j < k; j++)
			if (a.print[j] == a.print[k]) {
				again++;
				break;
			}
	assert_true(again >= 8);
}

/* Jitter of arrival doesn't reach the curve, a jump of time ends it, and what
 * is hostile does no harm. */
static void
the_curve(void **state)
{
	static const struct film f = { 15, 15, 0, 500, 0 };
	struct account a = { .to_us = 60 * SECOND };
	struct sizes s;

	(void)state;
	sizes_init(&s);
	for (unsigned i = 0; i < 153; i++) {
		struct sizes_unit u = unit(&f, i);

		u.at_us += i % 7 * 100000;
		sizes_add(&s, &u);
	}
	sizes_take(&s, &a);
	assert_int_equal(a.activity_first, 10);
	assert_int_equal(a.activity_count, 101);
	for (unsigned i = 1; i < 100; i++) /* but for lone keyframes */
		assert_true(
		    a.activity[i] == a.activity[1] || a.activity[i] == 0);
	assert_in_range(a.activity[1], 128 * 8, 128 * 9 + 1);
	assert_in_range(a.rhythm_us, 999900, 1000100); /* nor the rhythm */
	for (unsigned i = 0; i < 3000; i++) {
		struct sizes_unit u = { .at_us = dice(i) % 9 == 0
						     ? (int64_t)dice(i) << 30
						     : i * SECOND,
			.step_us = (int64_t)dice(i + 9) << (i % 30),
			.bytes = i % 5 ? dice(i) : UINT32_MAX * (i & 1u),
			.key = i % 11 == 0 };

		if (i % 17 == 0)
			u.step_us = -u.step_us;
		sizes_add(&s, &u);
		if (i % 100 != 0)
			continue;
		a.to_us = u.at_us;
		sizes_take(&s, &a);
		assert_true(a.activity_count <= ACCOUNT_BINS);
		assert_true(a.activity_first >= 0);
	}
}

/* At constant bitrate units shrink from keyframe to keyframe: that is no
 * activity, once it is known. */
static void
the_coders_habit_is_no_activity(void **state)
{
	static const unsigned gops[] = { 8, 15, 22, 100, 250 };

	(void)state;
	for (unsigned g = 0; g < sizeof(gops) / sizeof(gops[0]); g++) {
		unsigned least = UINT16_MAX, most = 0;
		struct account a = { 0 };
		struct sizes s;

		sizes_init(&s);
		for (unsigned i = 0; i < gops[g] * 80; i++) {
			unsigned place = i % gops[g];
			struct sizes_unit u = { .at_us = SECOND + i * 66667,
				.step_us = 66667,
				.bytes = 300 + 9000 / (1 + place),
				.key = place == 0 };

			sizes_add(&s, &u);
			if (i == gops[g] * 70)
				sizes_take(&s, &a);
		}
		a.to_us = SECOND + gops[g] * 80 * 66667;
		sizes_take(&s, &a);
		for (unsigned i = 0; i < a.activity_count; i++) {
			unsigned v = a.activity[i];

			least = v != 0 && v < least ? v : least;
			most = v > most ? v : most;
		}
		assert_true(a.activity_count > 30);
		assert_true(most - least <= 128 / 5); /* 15 % */
	}
}

/* A source that tells no time: the curve goes by arrival. */
static void
without_time(void **state)
{
	struct account a = { .to_us = 31 * SECOND };
	struct sizes s;
	unsigned have = 0;

	(void)state;
	sizes_init(&s);
	for (unsigned i = 0; i < 300; i++) {
		struct sizes_unit u = { .at_us = SECOND + i * SECOND / 10,
			.bytes = 500,
			.key = i % 20 == 0 };

		sizes_add(&s, &u);
		if (i == 200)
			sizes_take(&s, &a);
	}
	sizes_take(&s, &a);
	for (unsigned i = 0; i < a.activity_count; i++)
		have += a.activity[i] != 0;
	assert_in_range(have, 85, 100);
	assert_in_range(a.rhythm_us, 1999000, 2001000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_for_all_who_join),
		cmocka_unit_test(again_one_length_later),
		cmocka_unit_test(little_variety_gives_none),
		cmocka_unit_test(damage_spoils_its_group),
		cmocka_unit_test(the_same_ones_stay),
		cmocka_unit_test(the_curve),
		cmocka_unit_test(the_coders_habit_is_no_activity),
		cmocka_unit_test(without_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
