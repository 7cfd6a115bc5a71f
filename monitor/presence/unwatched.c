/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/presence/unwatched.h"

#include <string.h>

#define S_US 1000000LL
#define WEEK_US (WEEK_HOURS * WATCHED_HOUR_US)
/* 1970-01-01 was a Thursday: hours from Monday 00:00 to it. */
#define EPOCH_HOUR 72

enum { LOW, HIGH };

void
unwatched_begin(struct unwatched *u, int64_t from_us, int64_t to_us)
{
	memset(u, 0, sizeof(*u));
	if (to_us < from_us)
		to_us = from_us;
	u->from_us = u->at_us = from_us;
	u->to_us = to_us;
	u->seen_us[LOW] = u->seen_us[HIGH] = from_us;
	u->feed.span_us = to_us - from_us;
	u->feed.gap_low = u->feed.gap_high =
	    (struct unwatched_gap){ from_us, from_us };
}

static void
gap(struct unwatched_gap *longest, int64_t start_us, int64_t end_us)
{
	if (end_us - start_us > longest->end_us - longest->start_us)
		*longest = (struct unwatched_gap){ start_us, end_us };
}

static int64_t
clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* The moments of a piece [start, end) of the hour that begins at hour_us. */
static void
gaps(struct unwatched *u, int which, const struct watched_moments *m,
    int64_t hour_us, int64_t start_us, int64_t end_us)
{
	struct unwatched_gap *longest =
	    which == LOW ? &u->feed.gap_low : &u->feed.gap_high;
	int64_t first, last, inner, inner_end;

	if (m->first_us == UINT32_MAX)
		return;
	first = clamp(hour_us + m->first_us, start_us, end_us);
	last = clamp(hour_us + m->last_us, first, end_us);
	gap(longest, u->seen_us[which], first);
	inner = clamp(hour_us + m->gap_at_us, first, last);
	inner_end = clamp(inner + m->gap_us, first, last);
	gap(longest, inner, inner_end);
	u->seen_us[which] = last;
}

/* Hour of the local week, 0 = Monday 00:00. */
static unsigned
week_hour(int64_t at_us, int32_t local_s)
{
	int64_t s = at_us / S_US + local_s;
	int64_t h = s / 3600 - (s % 3600 < 0);

	return (unsigned)(((h + EPOCH_HOUR) % WEEK_HOURS + WEEK_HOURS) %
			  WEEK_HOURS);
}

static void
week(struct unwatched *u, int64_t hour_us, unsigned at, int64_t low,
    int64_t high)
{
	if (hour_us < u->to_us - UNWATCHED_WEEKS * WEEK_US)
		return;
	u->had[at]++;
	if (low == 0)
		u->blind[LOW][at]++;
	if (high == 0)
		u->blind[HIGH][at]++;
}

static void
piece(struct unwatched *u, int64_t start_us, int64_t end_us,
    const struct watched_hour *h, int32_t local_s)
{
	int64_t hour_us = start_us - start_us % WATCHED_HOUR_US;
	int64_t span = end_us - start_us, rest = span, low, high;
	struct watched_moments all = { (uint32_t)(start_us - hour_us),
		(uint32_t)(end_us - hour_us), 0, 0 };
	unsigned i, at = week_hour(start_us, local_s);

	for (i = 0; h && i < WATCHED_COUNT; i++)
		rest -= h->us[i];
	if (rest < 0) { /* more than there is time: it can't be believed */
		h = NULL;
		rest = span;
	}
	for (i = 0; h && i < WATCHED_COUNT; i++)
		u->feed.us[i] += h->us[i];
	u->feed.us[WATCHED_UNKNOWN] += rest;
	low = h ? h->us[WATCHED_WATCHED] : 0;
	high = low + rest + (h ? h->us[WATCHED_UNKNOWN] : 0);
	if (h)
		gaps(u, LOW, &h->sure, hour_us, start_us, end_us);
	gaps(u, HIGH, rest ? &all : &h->maybe, hour_us, start_us, end_us);
	u->feed.hour_us[at % 24] += span;
	u->feed.hour_low_us[at % 24] += low;
	u->feed.hour_high_us[at % 24] += high;
	if (span == WATCHED_HOUR_US)
		week(u, hour_us, at, low, high);
}

/* Nobody gave these hours. */
static void
missing(struct unwatched *u, int64_t until_us, int32_t local_s)
{
	while (u->at_us < until_us) {
		int64_t next =
		    u->at_us - u->at_us % WATCHED_HOUR_US + WATCHED_HOUR_US;

		if (next > until_us)
			next = until_us;
		piece(u, u->at_us, next, NULL, local_s);
		u->at_us = next;
	}
}

void
unwatched_hour(struct unwatched *u, int64_t hour_us,
    const struct watched_hour *hour, int32_t local_s)
{
	int64_t start = hour_us > u->from_us ? hour_us : u->from_us;
	int64_t end = hour_us + WATCHED_HOUR_US;

	if (end > u->to_us)
		end = u->to_us;
	if (start >= end || start < u->at_us)
		return;
	missing(u, start, local_s);
	piece(u, start, end, hour, local_s);
	u->at_us = end;
}

void
unwatched_day(struct unwatched *u, int64_t day_us,
    const struct watched_day *day, const int32_t local_s[WATCHED_DAY_HOURS])
{
	unsigned i;

	for (i = 0; i < WATCHED_DAY_HOURS; i++)
		unwatched_hour(u, day_us + i * WATCHED_HOUR_US,
		    day->present >> i & 1 ? &day->hours[i] : NULL, local_s[i]);
}

/* Blind in so many weeks that it returns. */
static bool
returns(unsigned had, unsigned blind)
{
	return had > 0 && blind >= (had < UNWATCHED_WEEKS ? had : had - 1);
}

static bool
flagged(const struct unwatched *u, unsigned hour)
{
	hour %= WEEK_HOURS;
	return returns(u->had[hour], u->blind[LOW][hour]);
}

static void
window(struct unwatched *u, unsigned start, unsigned hours)
{
	struct unwatched_window *w = &u->feed.windows[u->feed.window_count++];
	unsigned i;

	*w = (struct unwatched_window){ (uint8_t)start, (uint8_t)hours,
		UINT8_MAX, 0, true };
	for (i = start; i < start + hours; i++) {
		unsigned h = i % WEEK_HOURS;

		if (u->blind[LOW][h] < w->weeks) {
			w->weeks = u->blind[LOW][h];
			w->of = u->had[h];
		}
		w->sure &= returns(u->had[h], u->blind[HIGH][h]);
	}
}

/* Runs of flagged hours round the week; one that passes its end begins late in
 * it. */
static void
windows(struct unwatched *u)
{
	unsigned start = 0, at, run = 0;

	while (start < WEEK_HOURS && flagged(u, start))
		start++;
	if (start == WEEK_HOURS) {
		window(u, 0, WEEK_HOURS);
		return;
	}
	/* `start` is not flagged: no run passes it. */
	for (at = start + 1; at <= start + WEEK_HOURS; at++) {
		if (flagged(u, at)) {
			run++;
		} else if (run) {
			window(u, (at - run) % WEEK_HOURS, run);
			run = 0;
		}
	}
}

const struct unwatched_feed *
unwatched_end(struct unwatched *u)
{
	struct unwatched_feed *f = &u->feed;
	int64_t weeks = (f->span_us + WEEK_US - 1) / WEEK_US;

	missing(u, u->to_us, 0);
	gap(&f->gap_low, u->seen_us[LOW], u->to_us);
	gap(&f->gap_high, u->seen_us[HIGH], u->to_us);
	f->never_low = f->us[WATCHED_WATCHED] == 0;
	f->never_high = f->never_low && f->us[WATCHED_UNKNOWN] == 0;
	f->weeks = (uint8_t)(weeks > UNWATCHED_WEEKS ? UNWATCHED_WEEKS : weeks);
	windows(u);
	return f;
}

uint32_t
staffing_best_ppm(const struct staffing *s)
{
	double need = (double)s->feeds * (double)s->span_us;
	double can = (double)s->screen_us * s->max_tiles;

	return can >= need ? 1000000 : (uint32_t)(can * 1e6 / need);
}
