/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/excuse.h"

#include <stdlib.h>

#define MINUTE_US 60000000LL
#define DAY_MINUTES 1440

void
excuse_fini(struct excuse_ranges *r)
{
	free(r->list);
	*r = (struct excuse_ranges){ 0 };
}

static bool
append(struct excuse_ranges *r, int64_t start, int64_t end)
{
	if (start >= end)
		return true;
	if (r->count > 0 && r->list[r->count - 1].end_us == start) {
		r->list[r->count - 1].end_us = end;
		return true;
	}
	if (r->count == r->room) {
		size_t room = r->room * 2 + 16;
		struct timeline_range *grown =
		    realloc(r->list, room * sizeof(*grown));

		if (grown == NULL)
			return false;
		r->list = grown;
		r->room = room;
	}
	r->list[r->count++] = (struct timeline_range){ start, end };
	return true;
}

static int64_t
max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool
on_day(const struct excuse *e, int64_t day)
{
	return e->days >> calendar_weekday(day) & 1;
}

/* [from, to), in which the clocks are ahead by so much throughout. */
static bool
steady(const struct excuse *e, int64_t from, int64_t to, int64_t ahead_us,
    struct excuse_ranges *out)
{
	int64_t first = (from + ahead_us) / CALENDAR_DAY_US - 1;
	int64_t last = (to + ahead_us) / CALENDAR_DAY_US;
	int64_t length = e->end_minute - e->begin_minute;

	if (length <= 0)
		length += DAY_MINUTES;
	for (int64_t day = first; day <= last; day++) {
		int64_t start = day * CALENDAR_DAY_US - ahead_us +
				e->begin_minute * MINUTE_US;

		if (on_day(e, day) &&
		    !append(out, max64(start, from),
			min64(start + length * MINUTE_US, to)))
			return false;
	}
	return true;
}

bool
excuse_ranges(const struct excuse *e, int64_t from_us, int64_t to_us,
    bool whole, struct excuse_ranges *out)
{
	int64_t from = max64(from_us, e->from_us);
	int64_t to = min64(to_us, e->to_us);

	if (!whole)
		from = max64(from, e->created_us);
	if (e->days == 0)
		return append(out, from, to);
	while (from < to) {
		int64_t until = calendar_next_change(&e->calendar, from, to);
		int64_t ahead = calendar_ahead(&e->calendar, from) * 1000000LL;

		if (!steady(e, from, until, ahead, out))
			return false;
		from = until;
	}
	return true;
}

bool
excuse_join(struct excuse_ranges *out, const struct excuse_ranges *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (!append(out, more->list[i].start_us, more->list[i].end_us))
			return false;
	return true;
}

bool
excuse_cut(struct excuse_ranges *out, const struct excuse_ranges *all,
    int64_t from_us, int64_t to_us)
{
	for (size_t i = 0; i < all->count; i++)
		if (!append(out, max64(all->list[i].start_us, from_us),
			min64(all->list[i].end_us, to_us)))
			return false;
	return true;
}

bool
excuse_holds(const struct excuse *e, int64_t utc_us)
{
	int64_t local, day, minute;

	if (utc_us < e->from_us || utc_us >= e->to_us || utc_us < e->created_us)
		return false;
	if (e->days == 0)
		return true;
	local = utc_us + calendar_ahead(&e->calendar, utc_us) * 1000000LL;
	day = local / CALENDAR_DAY_US - (local % CALENDAR_DAY_US < 0);
	minute = (local - day * CALENDAR_DAY_US) / MINUTE_US;
	if (e->begin_minute < e->end_minute)
		return on_day(e, day) && minute >= e->begin_minute &&
		       minute < e->end_minute;
	return (on_day(e, day) && minute >= e->begin_minute) ||
	       (on_day(e, day - 1) && minute < e->end_minute);
}
