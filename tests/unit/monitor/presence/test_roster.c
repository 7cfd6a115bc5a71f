/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "monitor/presence/roster.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define S 1000000LL
#define AT(h, m) ((h)*60 + (m))
#define WEEKDAYS 0x1f

/* Monday to Friday, 22:00 to 06:00, a break from 23:45 to 00:15. */
static const struct roster_shift night = { .days = WEEKDAYS,
	.times = { AT(22, 0), AT(6, 0) },
	.at_least = 2,
	.break_count = 1,
	.breaks = { { AT(23, 45), AT(0, 15) } } };
static const struct roster_shift whole = { .days = 1 << 6,
	.times = { AT(8, 0), AT(8, 0) },
	.at_least = 1 };
static const struct roster_shift day = { .days = 0x7f,
	.times = { AT(6, 0), AT(14, 0) },
	.at_least = 1 };

static void
test_due(void **unused)
{
	static const struct {
		const struct roster_shift *shift;
		unsigned weekday, minute;
		enum roster_due due;
	} rows[] = {
		{ &night, 0, AT(21, 59), ROSTER_OFF },
		{ &night, 0, AT(22, 0), ROSTER_DUE },
		{ &night, 0, AT(23, 45), ROSTER_BREAK },
		{ &night, 1, AT(0, 14), ROSTER_BREAK },
		{ &night, 1, AT(0, 15), ROSTER_DUE },
		{ &night, 1, AT(5, 59), ROSTER_DUE },
		{ &night, 1, AT(6, 0), ROSTER_OFF },
		/* Sunday's night isn't one; Friday's lasts into Saturday. */
		{ &night, 0, AT(3, 0), ROSTER_OFF },
		{ &night, 5, AT(3, 0), ROSTER_DUE },
		{ &night, 5, AT(22, 0), ROSTER_OFF },
		{ &night, 6, AT(23, 0), ROSTER_OFF },
		{ &whole, 6, AT(7, 59), ROSTER_OFF },
		{ &whole, 6, AT(8, 0), ROSTER_DUE },
		{ &whole, 0, AT(7, 59), ROSTER_DUE },
		{ &whole, 0, AT(8, 0), ROSTER_OFF },
		{ &day, 3, AT(13, 59), ROSTER_DUE },
		{ &day, 3, AT(14, 0), ROSTER_OFF },
		{ &day, 3, AT(0, 0), ROSTER_OFF },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++)
		assert_int_equal(roster_at(rows[i].shift, rows[i].weekday,
				     rows[i].minute),
		    rows[i].due);
}

static void
test_next(void **unused)
{
	static const struct roster_shift always = { .days = 0x7f,
		.times = { 0, 0 },
		.at_least = 1 };

	(void)unused;
	assert_int_equal(roster_next_min(&night, 0, AT(21, 0)), 60);
	assert_int_equal(roster_next_min(&night, 0, AT(23, 0)), 45);
	assert_int_equal(roster_next_min(&night, 0, AT(23, 50)), 25);
	/* Saturday six o'clock to Monday 22:00. */
	assert_int_equal(roster_next_min(&night, 5, AT(6, 0)),
	    2 * 1440 + 16 * 60);
	assert_int_equal(roster_next_min(&always, 2, 77), 7 * 1440);
}

/* A story of one shift: what is weighed when, and what comes of it. */
struct step {
	int64_t at_s;
	enum roster_due due;
	uint16_t attended, unknown;
	enum roster_change change;
	int64_t start_s, end_s;
	bool sure;
	uint16_t least;
};

static void
play(const struct step *steps, size_t count)
{
	struct roster_watch w;
	size_t i;

	roster_begin(&w);
	for (i = 0; i < count; i++) {
		const struct step *p = &steps[i];
		struct roster_seen seen = { p->attended, p->unknown };
		struct roster_event e = { 0 };
		bool told =
		    roster_weigh(&w, &night, p->due, &seen, p->at_s * S, &e);

		assert_int_equal(told, p->change != ROSTER_SAME);
		assert_int_equal(e.change, p->change);
		if (!told)
			continue;
		assert_int_equal(e.start_us, p->start_s * S);
		assert_int_equal(e.sure, p->sure);
		assert_int_equal(e.attended, p->least);
		assert_int_equal(e.at_least, 2);
		if (e.change == ROSTER_ENDED)
			assert_int_equal(e.end_us, p->end_s * S);
	}
}

static void
test_breach(void **unused)
{
	static const struct step called[] = {
		{ 0, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 100, ROSTER_DUE, 1, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 159, ROSTER_DUE, 1, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 160, ROSTER_DUE, 1, 0, ROSTER_BREACH, 100, 0, true, 1 },
		{ 170, ROSTER_DUE, 0, 0, ROSTER_SAME, 0, 0, 0, 0 },
		/* enough, but not for long */
		{ 200, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 230, ROSTER_DUE, 1, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 300, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 360, ROSTER_DUE, 2, 0, ROSTER_ENDED, 100, 300, true, 0 },
		{ 500, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
	};
	static const struct step brief[] = {
		{ 0, ROSTER_DUE, 1, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 59, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 100, ROSTER_DUE, 1, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 159, ROSTER_BREAK, 0, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 900, ROSTER_BREAK, 0, 0, ROSTER_SAME, 0, 0, 0, 0 },
	};
	static const struct step unknown[] = {
		{ 0, ROSTER_DUE, 1, 1, ROSTER_SAME, 0, 0, 0, 0 },
		{ 60, ROSTER_DUE, 1, 1, ROSTER_BREACH, 0, 0, false, 1 },
		{ 90, ROSTER_OFF, 1, 1, ROSTER_ENDED, 0, 90, false, 1 },
	};
	static const struct step shift_end[] = {
		{ 0, ROSTER_DUE, 0, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 60, ROSTER_DUE, 0, 0, ROSTER_BREACH, 0, 0, true, 0 },
		{ 80, ROSTER_DUE, 2, 0, ROSTER_SAME, 0, 0, 0, 0 },
		{ 90, ROSTER_BREAK, 2, 0, ROSTER_ENDED, 0, 80, true, 0 },
	};

	(void)unused;
	play(called, COUNT(called));
	play(brief, COUNT(brief));
	play(unknown, COUNT(unknown));
	play(shift_end, COUNT(shift_end));
}

/* Of several shifts in force the strictest counts; a break's rest. */
static void
test_force(void **unused)
{
	static const struct roster_shift shifts[] = {
		{ .idle_after_s = 900 },
		{ .idle_after_s = 60, .prompt_after_s = 1200 },
		{ .prompt_after_s = 600 },
		{ .idle_after_s = 30 },
	};
	static const struct {
		uint32_t own_idle, own_prompt;
		enum roster_due due[4];
		uint32_t idle, prompt;
		unsigned count;
	} rows[] = {
		{ 300, 0, { 0 }, 300, 0, 0 },
		/* One alone replaces the console's own, laxer or not. */
		{ 300, 0, { ROSTER_DUE }, 900, 0, 1 },
		{ 300, 3600, { ROSTER_DUE }, 900, 3600, 1 },
		{ 300, 0, { ROSTER_DUE, ROSTER_DUE }, 60, 1200, 2 },
		{ 300, 0, { ROSTER_DUE, ROSTER_BREAK }, 900, 0, 1 },
		/* One that says nothing brings the console's own. */
		{ 300, 0, { ROSTER_DUE, ROSTER_OFF, ROSTER_DUE }, 300, 600, 2 },
		{ 300, 90, { ROSTER_DUE, ROSTER_DUE, ROSTER_DUE, ROSTER_DUE },
		    30, 90, 4 },
		{ 300, 90, { 0, 0, 0, ROSTER_BREAK }, 300, 90, 0 },
	};
	size_t i, k;

	(void)unused;
	for (i = 0; i < COUNT(rows); i++) {
		/* The order doesn't matter. */
		for (k = 0; k < 8; k++) {
			struct roster_force f =
			    roster_force_own(rows[i].own_idle,
				rows[i].own_prompt);
			size_t n;

			for (n = 0; n < 4; n++) {
				size_t at =
				    k < 4 ? (n + k) % 4 : (7 - n + k) % 4;

				roster_force_add(&f, &shifts[at],
				    rows[i].due[at]);
			}
			assert_int_equal(f.idle_after_s, rows[i].idle);
			assert_int_equal(f.prompt_after_s, rows[i].prompt);
			assert_int_equal(f.shifts, rows[i].count);
		}
	}
}

static void
test_local(void **unused)
{
	unsigned weekday, minute;

	(void)unused;
	roster_local(0, &weekday, &minute);
	assert_int_equal(weekday, 3);
	assert_int_equal(minute, 0);
	roster_local(-1, &weekday, &minute);
	assert_int_equal(weekday, 2);
	assert_int_equal(minute, 1439);
	roster_local(1795377599, &weekday, &minute); /* 2026-11-22 19:59:59 */
	assert_int_equal(weekday, 6);
	assert_int_equal(minute, AT(19, 59));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_force),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_breach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
