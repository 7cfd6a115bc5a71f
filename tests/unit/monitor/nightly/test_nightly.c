/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the nightly report is due: over years, in zones of every kind, against
 * the slow and obvious way: a clock on the wall, looked at each minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "monitor/nightly/nightly.h"
#include "monitor/zones.h"

#define SEC 1000000LL
#define MINUTE (60 * SEC)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static struct zones *zones;

static struct nightly
schedule_of(const char *zone, unsigned minute)
{
	return (struct nightly){ .calendar = { zones_ahead, zones, zone },
		.minute = minute,
		.since_utc = INT64_MIN };
}

/* "2026-03-29 01:00" UTC. */
static int64_t
utc(const char *text)
{
	struct tm tm = { 0 };

	assert_int_equal(sscanf(text, "%d-%d-%d %d:%d", &tm.tm_year, &tm.tm_mon,
			     &tm.tm_mday, &tm.tm_hour, &tm.tm_min),
	    5);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm) * SEC;
}

static void
dues_of_known_nights(void **state)
{
	static const struct {
		const char *zone;
		unsigned minute;
		const char *day, *due; /* NULL: there was no such day */
	} table[] = {
		{ "Europe/Madrid", 360, "2026-11-21", "2026-11-22 05:00" },
		{ "Europe/Madrid", 360, "2026-07-01", "2026-07-02 04:00" },
		/* skipped: 02:00 -> 03:00 on 29 March */
		{ "Europe/Madrid", 150, "2026-03-28", "2026-03-29 01:00" },
		{ "Europe/Madrid", 120, "2026-03-28", "2026-03-29 01:00" },
		{ "Europe/Madrid", 180, "2026-03-28", "2026-03-29 01:00" },
		{ "Europe/Madrid", 119, "2026-03-28", "2026-03-29 00:59" },
		/* shown twice: 03:00 -> 02:00 on 25 October */
		{ "Europe/Madrid", 150, "2026-10-24", "2026-10-25 00:30" },
		{ "Europe/Madrid", 180, "2026-10-24", "2026-10-25 02:00" },
		/* a border town of Mexico follows the north */
		{ "America/Tijuana", 360, "2026-03-07", "2026-03-08 13:00" },
		{ "America/Mexico_City", 360, "2026-03-07",
		    "2026-03-08 12:00" },
		/* south of the equator, midnight itself is skipped */
		{ "America/Santiago", 0, "2026-09-05", "2026-09-06 04:00" },
		{ "America/Santiago", 30, "2026-09-05", "2026-09-06 04:00" },
		/* .. and shown twice: 24:00 -> 23:00 on 4 April; the day ends
		 * when it is 24:00 for the second time */
		{ "America/Santiago", 0, "2026-04-04", "2026-04-05 04:00" },
		{ "America/Santiago", 23 * 60 + 30, "2026-04-03",
		    "2026-04-05 02:30" },
		/* half an hour, 02:00 -> 02:30 and back */
		{ "Australia/Lord_Howe", 135, "2026-10-03",
		    "2026-10-03 15:30" },
		{ "Australia/Lord_Howe", 105, "2026-04-04",
		    "2026-04-04 14:45" },
		{ "Asia/Kathmandu", 360, "2026-01-01", "2026-01-02 00:15" },
		{ "", 1439, "2026-12-31", "2027-01-01 23:59" },
		/* the 30th of December 2011 was none */
		{ "Pacific/Apia", 360, "2011-12-29", "2011-12-30 16:00" },
		{ "Pacific/Apia", 360, "2011-12-30", NULL },
		{ "Pacific/Apia", 360, "2011-12-31", "2011-12-31 16:00" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct nightly n = schedule_of(table[i].zone, table[i].minute);
		char noon[32];

		snprintf(noon, sizeof(noon), "%s 12:00", table[i].day);
		int64_t due = nightly_due(&n, utc(noon) / DAY);
		int64_t expected =
		    table[i].due == NULL ? INT64_MAX : utc(table[i].due);

		if (due != expected)
			fail_msg("row %zu, %s %s: %lld s off", i, table[i].zone,
			    table[i].day, (long long)((due - expected) / SEC));
	}
}

/* A clock on the wall, in the plainest way: local seconds since 1970. */
static int64_t
wall_s(const char *zone, int64_t at)
{
	return at / SEC + zones_ahead(zones, zone, at);
}

/* The due moment by looking each minute from the day's start on. */
static int64_t
looked_up(const char *zone, unsigned minute, int64_t day)
{
	int64_t at = (day - 1) * DAY, best = 0;

	/* The last minute of three days around that is still that day. */
	for (int64_t t = at; t < at + 4 * DAY; t += MINUTE)
		if (wall_s(zone, t) / 86400 == day)
			best = t + MINUTE;
	assert_int_not_equal(best, 0);
	/* From there on, the next day is there for good. */
	for (int64_t t = best;; t += MINUTE) {
		int64_t w = wall_s(zone, t);

		if (w / 86400 > wall_s(zone, best) / 86400 ||
		    w % 86400 >= 60 * (int64_t)minute)
			return t;
	}
}

static const char *const every_kind[] = { "Europe/Madrid", "America/Tijuana",
	"America/Ciudad_Juarez", "America/Mexico_City", "America/Santiago",
	"America/Asuncion", "Australia/Lord_Howe", "Australia/Sydney",
	"Asia/Kathmandu", "Africa/Cairo", "Africa/Casablanca",
	"Atlantic/Azores", "America/Nuuk", "Asia/Beirut", "Pacific/Chatham",
	"" };
#define KINDS (sizeof(every_kind) / sizeof(every_kind[0]))

static void
dues_are_those_of_a_clock_on_the_wall(void **state)
{
	static const unsigned minutes[] = { 0, 15, 60, 105, 120, 150, 180, 360,
		1380, 1425, 1439 };

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		/* Around each change of two years, and two other nights. */
		struct calendar c = { zones_ahead, zones, every_kind[k] };
		int64_t at = utc("2025-01-10 12:00");
		int64_t end = utc("2027-01-10 12:00");

		while (at < end) {
			int64_t day = calendar_day(&c, at);

			for (int64_t d = day - 2; d <= day + 1; d++)
				for (size_t i = 0; i < 11; i++) {
					struct nightly n =
					    schedule_of(every_kind[k],
						minutes[i]);

					if (nightly_due(&n, d) !=
					    looked_up(every_kind[k], minutes[i],
						d))
						fail_msg("%s, day %lld, %u",
						    every_kind[k], (long long)d,
						    minutes[i]);
				}
			at = calendar_next_change(&c, at, end);
		}
	}
}

/* What is due by now is made; the spans, in the order in which they are. */
static void
make_all(struct nightly *n, struct nightly_span *made, int64_t now)
{
	int64_t days[NIGHTLY_BACK];
	unsigned count = nightly_days(n, now, days);

	for (unsigned i = 0; i < count; i++) {
		assert_true(nightly_due(n, days[i]) <= now);
		assert_true(i == 0 || days[i] > days[i - 1]);
		made[n->made_count++] =
		    (struct nightly_span){ calendar_start(&n->calendar,
					       days[i]),
			    calendar_start(&n->calendar, days[i] + 1), now };
	}
	n->made = made;
	assert_int_equal(nightly_days(n, now, days), 0);
}

/* A monitor that makes what is due, looks at odd times, sleeps at times, and
 * has its clock set back and forth by up to two days: each local day is
 * reported exactly once. */
static void
walk(const char *zone, unsigned minute, unsigned seed)
{
	static struct nightly_span made[1200];
	struct nightly n = schedule_of(zone, minute);
	int64_t start = utc("2024-06-01 00:00"), end = start + 900 * DAY;
	int64_t first, last, ahead = start;

	n.since_utc = start;
	for (int64_t now = start; now < end;) {
		int64_t days[NIGHTLY_BACK], soon;

		make_all(&n, made, now);
		/* What is said to come next comes then, not before. */
		int64_t next = nightly_next(&n, now, &soon);

		assert_true(next > now);
		assert_int_equal(next, nightly_due(&n, soon));
		assert_int_equal(nightly_days(&n, next - SEC, days), 0);
		assert_int_equal(nightly_days(&n, next, days), 1);
		assert_int_equal(days[0], soon);
		switch (rand_r(&seed) % 8) {
		case 0:
			now += 3 * DAY + rand_r(&seed) % 86400 * SEC; /* off */
			break;
		case 1:
			ahead = now > ahead ? now : ahead;
			now -= rand_r(&seed) % 172800 * SEC; /* set back */
			if (now < ahead - 2 * DAY)
				now = ahead - 2 * DAY;
			break;
		default:
			now += rand_r(&seed) % 43200 * SEC;
		}
		if (now < start)
			now = start;
	}
	first = calendar_day(&n.calendar, made[0].from_utc + HOUR);
	last = first;
	for (uint32_t i = 0; i < n.made_count; i++) {
		int64_t day = calendar_day(&n.calendar, made[i].from_utc);

		last = day > last ? day : last;
		for (uint32_t k = 0; k < i; k++)
			assert_int_not_equal(made[k].from_utc,
			    made[i].from_utc);
	}
	assert_int_equal(n.made_count, last - first + 1);
	assert_true(last - first > 880);
}

static void
exactly_one_for_each_local_day(void **state)
{
	static const unsigned minutes[] = { 0, 150, 360, 1439 };

	(void)state;
	for (size_t k = 0; k < KINDS; k++)
		walk(every_kind[k], minutes[k % 4], (unsigned)k + 1);
}

/* By that clock's hours, from one moment to another: what is due is made. */
static void
run(struct nightly *n, struct nightly_span *made, int64_t from, int64_t to)
{
	for (int64_t now = from; now < to; now += HOUR)
		make_all(n, made, now);
}

/* How many were made of that day, from place `first` on. */
static unsigned
made_of(const struct nightly *n, uint32_t first, int64_t day)
{
	unsigned count = 0;

	for (uint32_t i = first; i < n->made_count; i++)
		count +=
		    n->made[i].from_utc == calendar_start(&n->calendar, day);
	return count;
}

static void
days_that_a_clock_ran_ahead_into_are_reported(void **state)
{
	/* Set ahead by, there for, then set right; stopped on the way back? */
	static const struct {
		int ahead_days, there_hours;
		bool stopped;
	} table[] = {
		{ 4, 2, false },
		{ 4, 2, true },
		{ 7, 40, false },
		{ 10, 1, false },
		{ 30, 120, true },
		{ 400, 30, false },
		{ 4000, 30, true },
	};
	static struct nightly_span made[200];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct nightly n = schedule_of("Europe/Madrid", 360);
		int64_t start = utc("2026-11-01 10:00");
		int64_t now = start + 10 * DAY + 30 * MINUTE;
		int64_t there = now + table[i].ahead_days * DAY, soon;
		int64_t today = utc("2026-11-11 12:00") / DAY;
		uint32_t before;

		n.since_utc = start;
		run(&n, made, start, now);
		assert_int_equal(n.made_count, 10);
		run(&n, made, there, there + table[i].there_hours * HOUR);
		before = n.made_count;
		assert_true(before > 10);
		now += table[i].there_hours * HOUR;
		if (table[i].stopped)
			now += DAY;
		/* The next is tomorrow's, not the one after all those. */
		make_all(&n, made, now);
		assert_true(nightly_next(&n, now, &soon) < now + 26 * HOUR);
		run(&n, made, now, now + 40 * DAY);
		for (int64_t day = today; day < today + 38; day++)
			if (made_of(&n, before, day) != 1)
				fail_msg("row %zu: day %lld is made %u times",
				    i, (long long)(day - today),
				    made_of(&n, before, day));
		/* And nothing before it again. */
		for (int64_t day = today - 10; day < today; day++)
			if (made_of(&n, 0, day) != 1)
				fail_msg("row %zu: day %lld", i,
				    (long long)(day - today));
	}
}

static void
no_day_twice_after_a_step_back_of_hours(void **state)
{
	static struct nightly_span made[100];

	(void)state;
	for (int hours = 1; hours <= 48; hours++) {
		struct nightly n = schedule_of("America/Tijuana", 360);
		int64_t start = utc("2026-11-01 10:00");
		int64_t now = utc("2026-11-20 15:00");
		int64_t today = utc("2026-11-20 12:00") / DAY;

		/* Off for a week before: seven made at once. */
		n.since_utc = start;
		run(&n, made, start, now - 7 * DAY);
		run(&n, made, now, now + HOUR);
		run(&n, made, now - hours * HOUR, now + 5 * DAY);
		for (int64_t day = today - 18; day < today + 4; day++)
			if (made_of(&n, 0, day) != 1)
				fail_msg("%d hours, day %lld: %u", hours,
				    (long long)(day - today),
				    made_of(&n, 0, day));
	}
}

static void
no_more_than_seven_are_made_up_for(void **state)
{
	struct nightly n = schedule_of("Europe/Madrid", 360);
	int64_t now = utc("2026-11-22 12:00"), days[NIGHTLY_BACK];
	char date[16];

	(void)state;
	assert_int_equal(nightly_days(&n, now, days), NIGHTLY_BACK);
	assert_string_equal(nightly_date(days[0], date), "2026-11-15");
	assert_string_equal(nightly_date(days[6], date), "2026-11-21");
	/* Not yet of yesterday before six. */
	assert_int_equal(nightly_days(&n, utc("2026-11-22 04:59"), days), 6);
	assert_string_equal(nightly_date(days[5], date), "2026-11-20");
	/* Nothing of days before there was a monitor, but of its first. */
	n.since_utc = utc("2026-11-20 09:00");
	assert_int_equal(nightly_days(&n, now, days), 2);
	assert_string_equal(nightly_date(days[0], date), "2026-11-20");
	n.since_utc = utc("2026-11-22 09:00");
	assert_int_equal(nightly_days(&n, now, days), 0);
}

static void
another_zone_makes_no_day_twice(void **state)
{
	struct nightly n = schedule_of("America/Mexico_City", 360);
	struct nightly_span made[9];
	struct nightly there = schedule_of("Europe/Madrid", 360);
	int64_t today = utc("2026-11-22 18:00") / DAY, days[NIGHTLY_BACK];

	(void)state;
	for (int i = 0; i < 8; i++)
		made[i] = (struct nightly_span){ calendar_start(&there.calendar,
						     today - 8 + i),
			calendar_start(&there.calendar, today - 7 + i),
			utc("2026-11-22 17:00") };
	n.made = made;
	n.made_count = 8;
	assert_int_equal(nightly_days(&n, utc("2026-11-22 18:00"), days), 0);
	/* A month's report is no day's. */
	made[7] = (struct nightly_span){ utc("2026-11-01 00:00"),
		utc("2026-12-01 00:00"), utc("2026-11-22 17:00") };
	assert_int_equal(nightly_days(&n, utc("2026-11-22 18:00"), days), 1);
	assert_int_equal(days[0], today - 1);
}

static void
dates_and_pauses(void **state)
{
	char date[16], expected[16];

	(void)state;
	for (int64_t day = -1000; day < 60000; day++) {
		time_t t = (time_t)day * 86400;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(expected, sizeof(expected), "%Y-%m-%d", &tm);
		assert_string_equal(nightly_date(day, date), expected);
	}
	assert_int_equal(nightly_pause(1), 15 * SEC);
	assert_int_equal(nightly_pause(2), 30 * SEC);
	assert_int_equal(nightly_pause(20), 1800 * SEC);
	assert_int_equal(nightly_pause(4000000000u), 1800 * SEC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dues_of_known_nights),
		cmocka_unit_test(dues_are_those_of_a_clock_on_the_wall),
		cmocka_unit_test(exactly_one_for_each_local_day),
		cmocka_unit_test(days_that_a_clock_ran_ahead_into_are_reported),
		cmocka_unit_test(no_day_twice_after_a_step_back_of_hours),
		cmocka_unit_test(no_more_than_seven_are_made_up_for),
		cmocka_unit_test(another_zone_makes_no_day_twice),
		cmocka_unit_test(dates_and_pauses),
	};
	int failed;

	zones = zones_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	zones_free(&zones);
	return failed;
}
