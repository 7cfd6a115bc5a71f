/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Availability and what excuses, against a slow and obvious reference: an array
 * with one cell for each minute of UTC, painted epoch by epoch, and clocks read
 * with the C library. Both changes of summer time in every zone below. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/report/excuse.h"
#include "monitor/report/timeline.h"
#include "monitor/zone.h"

#define FILES "/usr/share/zoneinfo/"
#define MINUTE_US 60000000LL
#define CELLS (4 * 1440) /* four days around a change */

static const char *const names[] = { "America/Ojinaga", "America/Tijuana",
	"America/St_Johns", "America/Santiago", "Australia/Lord_Howe",
	"Australia/Sydney", "Europe/Berlin", "Asia/Kolkata", "America/Havana",
	"Pacific/Chatham" };
#define ZONES (sizeof(names) / sizeof(names[0]))

struct window { /* four days of one zone */
	const char *name;
	struct zone *zone;
	int64_t start_us;
	uint16_t minute[CELLS]; /* that the clocks show, by the C library */
	uint8_t weekday[CELLS]; /* 0 = Monday */
	uint32_t date[CELLS];
	bool change; /* in it */
};
static struct window windows[ZONES * 2];
static unsigned window_count;

static uint64_t seed;

static uint32_t
draw(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((seed >> 33) % below);
}

static struct zone *
load(const char *name)
{
	static uint8_t bytes[65536];
	char path[128];
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), FILES "%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	return zone_new(bytes, n);
}

static int32_t
ahead(void *arg, const char *zone, int64_t utc_us)
{
	(void)zone;
	return zone_offset(arg, utc_us / 1000000);
}

static void
window_add(const char *name, int64_t change_s, bool change)
{
	struct window *w = &windows[window_count++];

	w->name = name;
	w->zone = load(name);
	w->change = change;
	w->start_us = (change_s / 60 - CELLS / 2) * MINUTE_US;
	for (unsigned i = 0; i < CELLS; i++) {
		time_t t = (time_t)(w->start_us / 1000000 + i * 60);
		struct tm tm;

		localtime_r(&t, &tm);
		w->minute[i] = (uint16_t)(tm.tm_hour * 60 + tm.tm_min);
		w->weekday[i] = (uint8_t)((tm.tm_wday + 6) % 7);
		w->date[i] = (uint32_t)(tm.tm_year * 10000 + tm.tm_mon * 100 +
					tm.tm_mday);
	}
}

/* Both changes of 2026, found hour by hour with the C library; a zone without
 * any gives two plain stretches. */
static int
setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < ZONES; i++) {
		unsigned found = 0;
		long last = 0;

		setenv("TZ", names[i], 1);
		tzset();
		for (time_t t = 1767225600; t < 1798761600; t += 1800) {
			struct tm tm;

			localtime_r(&t, &tm);
			if (t > 1767225600 && tm.tm_gmtoff != last &&
			    found < 2) {
				found++;
				window_add(names[i], t, true);
			}
			last = tm.tm_gmtoff;
		}
		while (found++ < 2)
			window_add(names[i], 1780000000 + found * 9999960,
			    false);
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < window_count; i++)
		zone_free(&windows[i].zone);
	return 0;
}

/* --- a random history */

struct piece {
	unsigned from, to; /* cells */
	enum state state;
	enum cause cause;
	uint64_t causes;
};
struct history {
	const struct window *w;
	struct piece piece[400];
	unsigned epoch_of[400], pieces;
	struct {
		unsigned from, to;
	} epoch[8];
	unsigned epochs;
	struct excuse excuse[4];
	unsigned excuses;
	unsigned from, to; /* the ask */
};

static void
draw_verdict(struct piece *p)
{
	static const enum cause of[] = { CAUSE_NONE, CAUSE_NONE, CAUSE_NONE,
		CAUSE_STALLED, CAUSE_FROZEN, CAUSE_BLURRED, CAUSE_FLAPPING,
		CAUSE_LOW_FPS, CAUSE_NOT_SAMPLED, CAUSE_PROBE_LOST,
		CAUSE_MONITOR_OFF };

	p->cause = of[draw(sizeof(of) / sizeof(of[0]))];
	p->state = cause_state(p->cause);
	p->causes = p->cause == CAUSE_NONE ? 0 : (uint64_t)1 << p->cause;
	/* A stream cause that leads, with one of the picture in force. */
	if (p->cause == CAUSE_FLAPPING && draw(3) == 0)
		p->causes |= (uint64_t)1 << CAUSE_MOVED;
}

/* Epochs that follow each other, but where the clock was set: back (they
 * overlap) or forward (UTC that never was). */
static void
draw_epochs(struct history *h)
{
	unsigned at = draw(600);

	h->epochs = 0;
	while (h->epochs < 8 && at < CELLS - 200) {
		unsigned length = 100 + draw(CELLS / 3);
		unsigned end = at + length < CELLS ? at + length : CELLS;

		h->epoch[h->epochs].from = at;
		h->epoch[h->epochs++].to = end;
		switch (draw(4)) {
		case 0:
			at = end > 150 ? end - draw(150) : end;
			break;
		case 1:
			at = end + draw(200);
			break;
		default:
			at = end;
		}
		if (at >= CELLS)
			break;
	}
}

/* Within an epoch intervals tile, but where the feed was disabled. */
static void
draw_pieces(struct history *h)
{
	unsigned mean = 2 + draw(400);

	h->pieces = 0;
	for (unsigned e = 0; e < h->epochs; e++)
		for (unsigned at = h->epoch[e].from;
		     at < h->epoch[e].to && h->pieces < 400;) {
			unsigned end = at + 1 + draw(mean * 2);
			struct piece *p = &h->piece[h->pieces];

			if (end > h->epoch[e].to)
				end = h->epoch[e].to;
			*p = (struct piece){ .from = at, .to = end };
			draw_verdict(p);
			h->epoch_of[h->pieces] = e;
			h->pieces += draw(30) != 0;
			at = end;
		}
}

static int64_t
utc_of(const struct history *h, unsigned cell)
{
	return h->w->start_us + cell * MINUTE_US;
}

static void
draw_excuses(struct history *h)
{
	h->excuses = draw(5);
	for (unsigned i = 0; i < h->excuses; i++) {
		struct excuse *e = &h->excuse[i];
		unsigned from = draw(CELLS), to = from + 1 + draw(2000);

		*e = (struct excuse){ .from_us = utc_of(h, from),
			.to_us = utc_of(h, to),
			.created_us = draw(2) ? utc_of(h, draw(CELLS)) : 0,
			.calendar = { ahead, h->w->zone, h->w->name } };
		if (draw(3) == 0)
			continue;
		e->from_us = utc_of(h, 0) - 86400000000LL * draw(3);
		e->to_us = utc_of(h, CELLS / 2 + draw(CELLS));
		e->days = (uint8_t)(1 + draw(127));
		/* Mostly about the hours in which clocks are set. */
		e->begin_minute = (uint16_t)draw(draw(2) ? 240 : 1440);
		e->end_minute = (uint16_t)draw(draw(2) ? 240 : 1441);
	}
}

static void
draw_history(struct history *h)
{
	h->w = &windows[draw(window_count)];
	draw_epochs(h);
	draw_pieces(h);
	draw_excuses(h);
	h->from = draw(CELLS - 2);
	h->to = h->from + 1 + draw(CELLS - h->from - 1);
}

/* --- the reference: every minute on its own */

struct cell {
	bool there, excused;
	uint8_t state, cause, counted, bar;
};

static bool
obviously_stream(const struct piece *p)
{
	for (unsigned c = 1; c < CAUSE_COUNT; c++)
		if ((p->causes >> c & 1) &&
		    !(c >= CAUSE_FLAPPING && c <= CAUSE_CHANGED))
			return false;
	return true;
}

static void
cell_set(struct cell *c, const struct piece *p)
{
	c->there = true;
	c->state = (uint8_t)p->state;
	c->cause = (uint8_t)p->cause;
	if (p->state == STATE_UP) {
		c->counted = COUNTED_GOOD;
		c->bar = BAR_UP;
	} else if (p->state == STATE_UNKNOWN) {
		c->counted = COUNTED_UNKNOWN;
		c->bar = BAR_UNKNOWN;
	} else if (p->state == STATE_DEGRADED && obviously_stream(p)) {
		c->counted = COUNTED_GOOD;
		c->bar = BAR_STREAM;
	} else {
		c->counted = COUNTED_BAD;
		c->bar = p->state == STATE_DOWN ? BAR_DOWN : BAR_POOR;
	}
}

/* UTC that no epoch had is unknown if the feed was watched beside it. */
static void
cells_skipped(struct cell *cell, const bool *ran)
{
	static const struct piece off = { .state = STATE_UNKNOWN,
		.cause = CAUSE_MONITOR_OFF };

	for (unsigned i = 0, end; i < CELLS; i = end + 1) {
		for (end = i; end < CELLS && !ran[end]; end++)
			;
		if (end == i || i == 0 || end == CELLS)
			continue;
		if (!cell[i - 1].there && !cell[end].there)
			continue;
		/* Before its first and after its last it wasn't there. */
		bool before = false, after = false;

		for (unsigned k = 0; k < i; k++)
			before |= cell[k].there;
		for (unsigned k = end; k < CELLS; k++)
			after |= cell[k].there;
		for (unsigned k = i; before && after && k < end; k++)
			cell_set(&cell[k], &off);
	}
}

static bool
obviously_excused(const struct excuse *e, const struct window *w, unsigned i)
{
	int64_t utc = w->start_us + i * MINUTE_US;
	unsigned m = w->minute[i], today = w->weekday[i];
	unsigned yesterday = (today + 6) % 7;

	if (utc < e->from_us || utc >= e->to_us || utc < e->created_us)
		return false;
	if (e->days == 0)
		return true;
	if (e->begin_minute < e->end_minute)
		return (e->days >> today & 1) && m >= e->begin_minute &&
		       m < e->end_minute;
	return ((e->days >> today & 1) && m >= e->begin_minute) ||
	       ((e->days >> yesterday & 1) && m < e->end_minute);
}

static void
cells_paint(const struct history *h, struct cell *cell)
{
	static bool ran[CELLS];

	memset(cell, 0, CELLS * sizeof(*cell));
	memset(ran, 0, sizeof(ran));
	for (unsigned e = 0; e < h->epochs; e++) {
		for (unsigned i = h->epoch[e].from; i < h->epoch[e].to; i++)
			ran[i] = true;
		for (unsigned p = 0; p < h->pieces; p++)
			if (h->epoch_of[p] == e)
				for (unsigned i = h->piece[p].from;
				     i < h->piece[p].to; i++)
					cell_set(&cell[i], &h->piece[p]);
	}
	cells_skipped(cell, ran);
	for (unsigned k = 0; k < h->excuses; k++)
		for (unsigned i = 0; i < CELLS; i++)
			cell[i].excused |=
			    obviously_excused(&h->excuse[k], h->w, i);
}

/* Outages: the cells that are bad, and the unknown ones between two bad ones
 * that no good one parts. */
static void
outages_count(const struct history *h, const struct cell *cell,
    struct availability *a)
{
	for (unsigned i = h->from; i < h->to;) {
		unsigned last = i, next = i;

		if (!cell[i].there || cell[i].counted != COUNTED_BAD) {
			i++;
			continue;
		}
		while (
		    next < h->to &&
		    !(cell[next].there && cell[next].counted == COUNTED_GOOD)) {
			if (cell[next].there &&
			    cell[next].counted == COUNTED_BAD)
				last = next;
			next++;
		}
		int64_t length = (last + 1 - i) * MINUTE_US;

		a->outages++;
		a->began += i > h->from;
		a->ended += next < h->to;
		a->open += next == h->to;
		a->outage_us += length;
		a->repair_us += next < h->to ? length : 0;
		if (length > a->longest_us) {
			a->longest_us = length;
			a->longest_start_us = utc_of(h, i);
		}
		i = next;
	}
}

static void
reference(const struct history *h, const struct cell *cell,
    struct availability *a)
{
	memset(a, 0, sizeof(*a));
	for (unsigned i = h->from; i < h->to; i++) {
		if (!cell[i].there)
			continue;
		a->span_us += MINUTE_US;
		a->counted_us[cell[i].counted] += MINUTE_US;
		a->state_us[cell[i].state] += MINUTE_US;
		a->cause_us[cell[i].cause] += MINUTE_US;
		if (cell[i].excused)
			a->excused_us[cell[i].counted] += MINUTE_US;
	}
	outages_count(h, cell, a);
}

/* --- the thing itself */

static void
line_make(const struct history *h, struct timeline *t)
{
	struct timeline_range epochs[8];

	timeline_clear(t);
	for (unsigned e = 0; e < h->epochs; e++) {
		epochs[e] =
		    (struct timeline_range){ utc_of(h, h->epoch[e].from),
			    utc_of(h, h->epoch[e].to) };
		for (unsigned p = 0; p < h->pieces; p++)
			if (h->epoch_of[p] == e)
				assert_true(timeline_paint(t,
				    utc_of(h, h->piece[p].from),
				    utc_of(h, h->piece[p].to),
				    h->piece[p].state, h->piece[p].cause,
				    h->piece[p].causes));
	}
	size_t n = timeline_union(epochs, h->epochs);

	assert_true(timeline_fill(t, epochs, n));
}

static size_t
excuses_make(const struct history *h, struct excuse_ranges *r)
{
	r->count = 0;
	for (unsigned i = 0; i < h->excuses; i++)
		assert_true(excuse_ranges(&h->excuse[i], utc_of(h, 0),
		    utc_of(h, CELLS), false, r));
	r->count = timeline_union(r->list, r->count);
	return r->count;
}

static void
same(const struct availability *a, const struct availability *b, unsigned round)
{
	if (memcmp(a, b, sizeof(*a)) == 0)
		return;
	fprintf(stderr,
	    "round %u: span %lld %lld good %lld %lld bad %lld %lld"
	    " excused %lld %lld outages %u %u open %u %u longest %lld %lld\n",
	    round, (long long)a->span_us, (long long)b->span_us,
	    (long long)a->counted_us[1], (long long)b->counted_us[1],
	    (long long)a->counted_us[2], (long long)b->counted_us[2],
	    (long long)a->excused_us[1], (long long)b->excused_us[1],
	    a->outages, b->outages, a->open, b->open, (long long)a->longest_us,
	    (long long)b->longest_us);
	fail();
}

/* Each step shows the worst of its minutes. */
static void
bar_check(const struct history *h, const struct timeline *t,
    const struct excuse_ranges *ex, const struct cell *cell)
{
	static struct report_piece piece[BAR_STEPS];
	unsigned span = h->to - h->from;
	uint32_t steps = 1 + draw(span < BAR_STEPS ? span : BAR_STEPS);
	size_t n = timeline_bar(t, ex->list, ex->count, utc_of(h, h->from),
	    utc_of(h, h->to), steps, piece);
	uint32_t at = 0;

	for (size_t p = 0; p < n; p++) {
		assert_int_equal(piece[p].from, at);
		for (; at < piece[p].to; at++) {
			unsigned first = h->from + at * span / steps;
			unsigned last =
			    h->from + ((at + 1) * span + steps - 1) / steps;
			unsigned worst = BAR_OFF, excused = 0;

			for (unsigned i = first; i < last; i++) {
				if (cell[i].there && cell[i].bar > worst)
					worst = cell[i].bar;
				excused |= cell[i].excused;
			}
			assert_int_equal(piece[p].bar, worst);
			assert_int_equal(piece[p].excused, excused);
		}
	}
	assert_int_equal(at, steps);
}

static void
test_like_the_reference(void **state)
{
	static struct history h;
	static struct cell cell[CELLS];
	struct timeline t = { 0 };
	struct excuse_ranges ex = { 0 };
	unsigned changes = 0;

	(void)state;
	seed = 5;
	for (unsigned round = 0; round < 10000; round++) {
		struct availability mine, theirs;

		draw_history(&h);
		changes += h.w->change;
		cells_paint(&h, cell);
		line_make(&h, &t);
		excuses_make(&h, &ex);
		reference(&h, cell, &theirs);
		timeline_sum(&t, ex.list, ex.count, utc_of(&h, h.from),
		    utc_of(&h, h.to), &mine);
		same(&mine, &theirs, round);
		if (round % 10 == 0)
			bar_check(&h, &t, &ex, cell);
	}
	assert_true(changes > 5000);
	timeline_fini(&t);
	excuse_fini(&ex);
}

/* What holds at a moment is what the ranges say. */
static void
test_in_force(void **state)
{
	static struct history h;
	struct excuse_ranges ex = { 0 };

	(void)state;
	seed = 6;
	for (unsigned round = 0; round < 300; round++) {
		draw_history(&h);
		for (unsigned k = 0; k < h.excuses; k++)
			for (unsigned i = 0; i < CELLS; i += 7)
				assert_int_equal(excuse_holds(&h.excuse[k],
						     utc_of(&h, i)),
				    obviously_excused(&h.excuse[k], h.w, i));
	}
	excuse_fini(&ex);
}

/* A day begins at the first minute from which on all show it or a later one. */
static void
test_days(void **state)
{
	unsigned odd = 0;

	(void)state;
	for (unsigned k = 0; k < window_count; k++) {
		const struct window *w = &windows[k];
		struct calendar c = { ahead, w->zone, w->name };

		for (unsigned i = 1; i < CELLS; i++) {
			bool begins = w->date[i] > w->date[i - 1];
			int64_t utc = w->start_us + i * MINUTE_US;

			for (unsigned j = i + 1; j < CELLS && begins; j++)
				begins = w->date[j] >= w->date[i];
			if (!begins)
				continue;
			int64_t day = calendar_day(&c, utc);
			int64_t length = calendar_start(&c, day + 1) - utc;

			assert_int_equal(calendar_start(&c, day), utc);
			assert_int_equal(calendar_weekday(day), w->weekday[i]);
			odd += length != CALENDAR_DAY_US;
		}
	}
	assert_true(odd >= 16); /* days of 23, 23.5, 24.5 and 25 hours */
}

static void
test_bounds(void **state)
{
	struct availability a = { .span_us = 1000,
		.counted_us = { 10, 980, 10 },
		.excused_us = { 0, 0, 10 },
		.began = 2,
		.ended = 1,
		.repair_us = 7 };
	struct availability_bounds all = availability_all(&a);
	struct availability_bounds kept = availability_kept(&a);

	(void)state;
	assert_int_equal(all.low, 980000);
	assert_int_equal(all.high, 990000);
	assert_int_equal(kept.low, 989898); /* never rounded up */
	assert_int_equal(kept.high, 1000000);
	assert_int_equal(availability_target(all, 990000), TARGET_UNDECIDED);
	assert_int_equal(availability_target(all, 990001), TARGET_MISSED);
	assert_int_equal(availability_target(all, 980000), TARGET_MET);
	assert_int_equal(availability_target(all, 0), TARGET_NONE);
	assert_int_equal(availability_mtbf_us(&a), 490);
	assert_int_equal(availability_mttr_us(&a), 7);
	a = (struct availability){ .span_us = 10,
		.counted_us = { 0, 0, 10 },
		.excused_us = { 0, 0, 10 } };
	assert_true(availability_kept(&a).none);
	assert_int_equal(availability_target(availability_kept(&a), 1),
	    TARGET_NONE);
	assert_int_equal(availability_mtbf_us(&a), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_like_the_reference),
		cmocka_unit_test(test_in_force),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
