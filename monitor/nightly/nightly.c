/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/nightly/nightly.h"

#include <stdbool.h>
#include <stdio.h>

#include "common/civil.h"

#define SECOND_US 1000000LL
#define FIRST_PAUSE_US (15 * SECOND_US)
#define LONGEST_PAUSE_US (1800 * SECOND_US)
#define AHEAD_US (2 * CALENDAR_DAY_US)
#define MISSING_MOST 3 /* days that a zone skips in a row: one, so far */

static bool
exists(const struct calendar *c, int64_t day)
{
	return calendar_start(c, day) < calendar_start(c, day + 1);
}

/* The first moment of [from, to), all of that day, at which the clocks show the
 * minute or a later one; to: none. */
static int64_t
first_shown(const struct nightly *n, int64_t day, int64_t from, int64_t to)
{
	const struct calendar *c = &n->calendar;
	int64_t local_us =
	    day * CALENDAR_DAY_US + (int64_t)n->minute * 60 * SECOND_US;

	while (from < to) {
		int64_t change = calendar_next_change(c, from, to);
		int64_t shown = local_us - calendar_ahead(c, from) * SECOND_US;

		if (shown <= from)
			return from;
		if (shown < change)
			return shown;
		from = change;
	}
	return to;
}

int64_t
nightly_due(const struct nightly *n, int64_t day)
{
	const struct calendar *c = &n->calendar;
	int64_t next = day + 1;

	if (!exists(c, day))
		return INT64_MAX;
	while (!exists(c, next) && next < day + 1 + MISSING_MOST)
		next++;
	return first_shown(n, next, calendar_start(c, next),
	    calendar_start(c, next + 1));
}

/* Something is known of it, and it was not reported: but for what a clock made
 * that was set back by far since, as what was made later shows, or now. */
static bool
is_wanted(const struct nightly *n, int64_t day, int64_t now_utc)
{
	int64_t from = calendar_start(&n->calendar, day);
	int64_t to = calendar_start(&n->calendar, day + 1);
	int64_t middle = from + (to - from) / 2;
	int64_t since = now_utc; /* the earliest that a clock said later */

	for (uint32_t i = n->made_count; i-- > 0;) {
		const struct nightly_span *s = &n->made[i];

		if (s->from_utc <= middle && middle < s->to_utc &&
		    s->to_utc - s->from_utc <= 2 * CALENDAR_DAY_US &&
		    s->made_utc - since <= AHEAD_US)
			return false;
		if (s->made_utc < since)
			since = s->made_utc;
	}
	return from < to && to > n->since_utc;
}

unsigned
nightly_days(const struct nightly *n, int64_t now_utc,
    int64_t out[NIGHTLY_BACK])
{
	int64_t today = calendar_day(&n->calendar, now_utc);
	unsigned count = 0;

	for (int64_t day = today - NIGHTLY_BACK; day < today; day++)
		if (is_wanted(n, day, now_utc) &&
		    nightly_due(n, day) <= now_utc)
			out[count++] = day;
	return count;
}

int64_t
nightly_next(const struct nightly *n, int64_t now_utc, int64_t *day_out)
{
	int64_t day = calendar_day(&n->calendar, now_utc) - 1 - MISSING_MOST;

	/* A clock that was set back leaves some days ahead that are made. */
	for (uint32_t i = 0; i < MISSING_MOST + 5 + n->made_count; i++, day++) {
		int64_t due =
		    is_wanted(n, day, now_utc) ? nightly_due(n, day) : 0;

		*day_out = day;
		if (due > now_utc)
			return due;
	}
	return INT64_MAX;
}

const char *
nightly_date(int64_t day, char out[16])
{
	struct civil c = civil_of(day * CALENDAR_DAY_US);

	snprintf(out, 16, "%04d-%02u-%02u", (int)(c.year % 10000),
	    c.month % 100, c.day % 100);
	return out;
}

int64_t
nightly_pause(unsigned failures)
{
	int64_t pause = FIRST_PAUSE_US;

	while (failures-- > 1 && pause < LONGEST_PAUSE_US)
		pause *= 2;
	return pause < LONGEST_PAUSE_US ? pause : LONGEST_PAUSE_US;
}
