/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
timeline_fini(struct timeline *t)
{
	free(t->spans);
	*t = (struct timeline){ 0 };
}

void
timeline_clear(struct timeline *t)
{
	t->count = 0;
}

static bool
only_stream(enum cause cause, uint64_t causes)
{
	if (!cause_is_stream(cause))
		return false;
	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		if ((causes >> c & 1) && !cause_is_stream((enum cause)c))
			return false;
	return true;
}

static struct timeline_span
span_of(enum state state, enum cause cause, uint64_t causes)
{
	struct timeline_span s = { .state = STATE_UNKNOWN,
		.cause = (unsigned)cause < CAUSE_COUNT ? (uint8_t)cause
						       : CAUSE_MONITOR_OFF,
		.counted = COUNTED_UNKNOWN,
		.bar = BAR_UNKNOWN };

	if (state == STATE_UP) {
		s.counted = COUNTED_GOOD;
		s.bar = BAR_UP;
	} else if (state == STATE_DEGRADED && only_stream(cause, causes)) {
		s.counted = COUNTED_GOOD;
		s.bar = BAR_STREAM;
	} else if (state == STATE_DEGRADED) {
		s.counted = COUNTED_BAD;
		s.bar = BAR_POOR;
	} else if (state == STATE_DOWN) {
		s.counted = COUNTED_BAD;
		s.bar = BAR_DOWN;
	} else {
		return s;
	}
	s.state = (uint8_t)state;
	return s;
}

enum counted
timeline_counted(enum state state, enum cause cause, uint64_t causes)
{
	return (enum counted)span_of(state, cause, causes).counted;
}

/* Room for two more: one that is new, and the end of one that it splits. */
static bool
grow(struct timeline *t)
{
	size_t room = t->room * 2 + 64;
	struct timeline_span *grown;

	if (t->count + 2 <= t->room)
		return true;
	grown = realloc(t->spans, room * sizeof(*grown));
	if (grown == NULL)
		return false;
	t->spans = grown;
	t->room = room;
	return true;
}

/* The first span that ends after that moment. */
static size_t
find_end(const struct timeline *t, int64_t utc_us)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->spans[mid].end_us <= utc_us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Takes [first, last) of the spans away and makes room for `with` there. */
static void
replace(struct timeline *t, size_t first, size_t last, size_t with)
{
	memmove(t->spans + first + with, t->spans + last,
	    (t->count - last) * sizeof(*t->spans));
	t->count = t->count - (last - first) + with;
}

bool
timeline_put(struct timeline *t, const struct timeline_span *s)
{
	size_t first = find_end(t, s->start_us), last = first, n = 0;
	struct timeline_span part[3];

	if (!grow(t))
		return false;
	while (last < t->count && t->spans[last].start_us < s->end_us)
		last++;
	if (last > first && t->spans[first].start_us < s->start_us) {
		part[n] = t->spans[first];
		part[n++].end_us = s->start_us;
	}
	part[n++] = *s;
	if (last > first && t->spans[last - 1].end_us > s->end_us) {
		part[n] = t->spans[last - 1];
		part[n++].start_us = s->end_us;
	}
	replace(t, first, last, n);
	memcpy(t->spans + first, part, n * sizeof(*part));
	return true;
}

bool
timeline_paint(struct timeline *t, int64_t start_us, int64_t end_us,
    enum state state, enum cause cause, uint64_t causes)
{
	struct timeline_span s = span_of(state, cause, causes);

	if (start_us >= end_us)
		return true;
	s.start_us = start_us;
	s.end_us = end_us;
	return timeline_put(t, &s);
}

/* --- holes */

/* The hole's parts in which no epoch runs, if the feed borders on them. */
static bool
fill_hole(struct timeline *t, struct timeline_range hole,
    const struct timeline_range *epochs, size_t count)
{
	int64_t at = hole.start_us;

	for (size_t i = 0; i <= count && at < hole.end_us; i++) {
		int64_t until = i < count ? epochs[i].start_us : INT64_MAX;

		if (until > hole.end_us)
			until = hole.end_us;
		if (at < until &&
		    (at == hole.start_us || until == hole.end_us) &&
		    !timeline_paint(t, at, until, STATE_UNKNOWN,
			CAUSE_MONITOR_OFF, 0))
			return false;
		if (i < count && epochs[i].end_us > at)
			at = epochs[i].end_us;
	}
	return true;
}

/* Only between spans: before the first and after the last it wasn't there. */
bool
timeline_fill(struct timeline *t, const struct timeline_range *epochs,
    size_t count)
{
	for (size_t i = 1; i < t->count; i++) {
		struct timeline_range hole = { t->spans[i - 1].end_us,
			t->spans[i].start_us };
		size_t before = t->count;

		if (hole.start_us < hole.end_us &&
		    !fill_hole(t, hole, epochs, count))
			return false;
		i += t->count - before;
	}
	return true;
}

static int
by_start(const void *a, const void *b)
{
	const struct timeline_range *x = a, *y = b;

	return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

size_t
timeline_union(struct timeline_range *ranges, size_t count)
{
	size_t n = 0;

	if (count > 1)
		qsort(ranges, count, sizeof(*ranges), by_start);
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].start_us >= ranges[i].end_us)
			continue;
		if (n > 0 && ranges[i].start_us <= ranges[n - 1].end_us) {
			if (ranges[i].end_us > ranges[n - 1].end_us)
				ranges[n - 1].end_us = ranges[i].end_us;
			continue;
		}
		ranges[n++] = ranges[i];
	}
	return n;
}

/* --- sums */

static int64_t
common(int64_t from, int64_t to, int64_t start, int64_t end)
{
	int64_t a = from > start ? from : start, b = to < end ? to : end;

	return b > a ? b - a : 0;
}

/* The outage under way: from its first to its last bad instant. */
struct outage {
	bool on;
	int64_t start, end;
};

static void
outage_over(struct availability *a, struct outage *o, bool ended)
{
	int64_t length = o->end - o->start;

	if (!o->on)
		return;
	a->outage_us += length;
	if (ended) {
		a->ended++;
		a->repair_us += length;
	} else {
		a->open++;
	}
	if (length > a->longest_us) {
		a->longest_us = length;
		a->longest_start_us = o->start;
	}
	o->on = false;
}

static void
outage_see(struct availability *a, struct outage *o, enum counted counted,
    int64_t start, int64_t end, int64_t from)
{
	if (counted == COUNTED_GOOD) {
		outage_over(a, o, true);
	} else if (counted == COUNTED_BAD) {
		if (!o->on) {
			*o = (struct outage){ true, start, end };
			a->outages++;
			a->began += start > from;
		}
		o->end = end;
	}
}

/* The first range that ends after that moment. */
static size_t
find_range(const struct timeline_range *r, size_t count, int64_t utc_us)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (r[mid].end_us <= utc_us)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int64_t
excused_of(const struct timeline_range *r, size_t count, int64_t start,
    int64_t end)
{
	int64_t sum = 0;

	for (size_t i = find_range(r, count, start);
	     i < count && r[i].start_us < end; i++)
		sum += common(start, end, r[i].start_us, r[i].end_us);
	return sum;
}

void
timeline_sum(const struct timeline *t, const struct timeline_range *excused,
    size_t excused_count, int64_t from_us, int64_t to_us,
    struct availability *out)
{
	struct outage o = { 0 };

	*out = (struct availability){ 0 };
	for (size_t i = find_end(t, from_us);
	     i < t->count && t->spans[i].start_us < to_us; i++) {
		const struct timeline_span *s = &t->spans[i];
		int64_t a = s->start_us > from_us ? s->start_us : from_us;
		int64_t b = s->end_us < to_us ? s->end_us : to_us;

		out->span_us += b - a;
		out->counted_us[s->counted] += b - a;
		out->state_us[s->state] += b - a;
		out->cause_us[s->cause] += b - a;
		out->excused_us[s->counted] +=
		    excused_of(excused, excused_count, a, b);
		outage_see(out, &o, (enum counted)s->counted, a, b, from_us);
	}
	outage_over(out, &o, false);
}

/* --- the bar */

struct steps {
	uint8_t bar[BAR_STEPS];
	bool excused[BAR_STEPS];
};

/* Steps that [start, end) touches: half-open. The i-th begins at
 * from + i * span / steps, rounded down. */
static void
touched(int64_t start, int64_t end, int64_t from, int64_t to, uint32_t steps,
    uint32_t *first, uint32_t *last)
{
	int64_t span = to - from;
	int64_t a = start > from ? start - from : 0;
	int64_t b = (end < to ? end : to) - from;

	*first = (uint32_t)((__int128)a * steps / span);
	*last = (uint32_t)(((__int128)b * steps + span - 1) / span);
	if (*last > steps)
		*last = steps;
}

static void
bar_steps(struct steps *out, const struct timeline *t,
    const struct timeline_range *excused, size_t excused_count, int64_t from,
    int64_t to, uint32_t steps)
{
	uint32_t first, last;

	for (size_t i = find_end(t, from);
	     i < t->count && t->spans[i].start_us < to; i++) {
		touched(t->spans[i].start_us, t->spans[i].end_us, from, to,
		    steps, &first, &last);
		for (uint32_t s = first; s < last; s++)
			if (t->spans[i].bar > out->bar[s])
				out->bar[s] = t->spans[i].bar;
	}
	for (size_t i = find_range(excused, excused_count, from);
	     i < excused_count && excused[i].start_us < to; i++) {
		touched(excused[i].start_us, excused[i].end_us, from, to, steps,
		    &first, &last);
		for (uint32_t s = first; s < last; s++)
			out->excused[s] = true;
	}
}

size_t
timeline_bar(const struct timeline *t, const struct timeline_range *excused,
    size_t excused_count, int64_t from_us, int64_t to_us, uint32_t steps,
    struct report_piece *out)
{
	struct steps all = { 0 };
	size_t n = 0;

	assert(from_us < to_us && steps > 0 && steps <= BAR_STEPS);
	bar_steps(&all, t, excused, excused_count, from_us, to_us, steps);
	for (uint32_t s = 0; s < steps; s++) {
		if (n > 0 && out[n - 1].bar == all.bar[s] &&
		    out[n - 1].excused == all.excused[s]) {
			out[n - 1].to = (uint16_t)(s + 1);
			continue;
		}
		out[n++] = (struct report_piece){ (uint16_t)s,
			(uint16_t)(s + 1), all.bar[s], all.excused[s] };
	}
	return n;
}
