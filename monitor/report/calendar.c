/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/calendar.h"

#include <stddef.h>

#define SECOND_US 1000000LL
#define LOOK_US (6 * 3600 * SECOND_US)
#define STEP_US (900 * SECOND_US)

int32_t
calendar_ahead(const struct calendar *c, int64_t utc_us)
{
	return c->ahead == NULL ? 0 : c->ahead(c->arg, c->zone, utc_us);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
calendar_day(const struct calendar *c, int64_t utc_us)
{
	return floor_div(utc_us + calendar_ahead(c, utc_us) * SECOND_US,
	    CALENDAR_DAY_US);
}

unsigned
calendar_weekday(int64_t day)
{
	return (unsigned)(((day + 3) % 7 + 7) % 7);
}

/* The last of the quarters of an hour that are still the day before, then the
 * second in which it ends. Clocks differ from UTC by 26 hours at most. */
int64_t
calendar_start(const struct calendar *c, int64_t day)
{
	int64_t low = day * CALENDAR_DAY_US + 27 * 3600 * SECOND_US;
	int64_t high;

	/* Where no clock is set near it, at once. */
	int64_t guess = day * CALENDAR_DAY_US -
			calendar_ahead(c, day * CALENDAR_DAY_US) * SECOND_US;

	if (calendar_next_change(c, guess - 4 * LOOK_US, guess + 4 * LOOK_US) ==
	    guess + 4 * LOOK_US)
		return guess;
	while (calendar_day(c, low) >= day)
		low -= STEP_US;
	high = low + STEP_US;
	while (high - low > SECOND_US) {
		int64_t mid =
		    low + floor_div(high - low, 2 * SECOND_US) * SECOND_US;

		if (calendar_day(c, mid) >= day)
			high = mid;
		else
			low = mid;
	}
	return high;
}

int64_t
calendar_next_change(const struct calendar *c, int64_t utc_us, int64_t end_us)
{
	int32_t now = calendar_ahead(c, utc_us);
	int64_t low = utc_us, high;

	for (;; low = high) {
		if (low >= end_us)
			return end_us;
		high = low + LOOK_US < end_us ? low + LOOK_US : end_us;
		if (calendar_ahead(c, high) != now)
			break;
	}
	/* Clocks are set at whole seconds. */
	low = floor_div(low, SECOND_US);
	high = floor_div(high, SECOND_US);
	while (high - low > 1) {
		int64_t mid = low + (high - low) / 2;

		if (calendar_ahead(c, mid * SECOND_US) != now)
			high = mid;
		else
			low = mid;
	}
	high *= SECOND_US;
	return high > utc_us && high < end_us ? high : end_us;
}
