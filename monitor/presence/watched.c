/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/presence/watched.h"

#include <stdlib.h>
#include <string.h>

/* Where spans are written: tiling, equal neighbours joined; counts on when out
 * is full. */
struct tiling {
	struct watched_span *out;
	size_t max, count;
	uint8_t last;
};

static void
put(struct tiling *t, int64_t start_us, int64_t end_us, uint8_t value)
{
	if (t->count && t->last == value) {
		if (t->count <= t->max)
			t->out[t->count - 1].end_us = end_us;
		return;
	}
	if (t->count < t->max)
		t->out[t->count] =
		    (struct watched_span){ start_us, end_us, value };
	t->count++;
	t->last = value;
}

/* The first span that ends after `at`; count when none does. */
static size_t
line_find(const struct watched_line *line, int64_t at)
{
	size_t low = 0, high = line->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (line->spans[middle].end_us > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The value at `at`, and in *until_us, if that is sooner, where it ends. */
static uint8_t
line_at(const struct watched_line *line, int64_t at, uint8_t hole,
    int64_t *until_us)
{
	size_t i = line_find(line, at);
	const struct watched_span *s = &line->spans[i];
	bool inside = i < line->count && s->start_us <= at;
	int64_t until = i == line->count ? INT64_MAX
			: inside	 ? s->end_us
					 : s->start_us;

	if (until < *until_us)
		*until_us = until;
	return inside ? s->value : hole;
}

enum attendance
attendance_of(enum presence state)
{
	return state == PRESENCE_ATTENDED  ? ATTEND_YES
	       : state == PRESENCE_UNKNOWN ? ATTEND_UNKNOWN
					   : ATTEND_NO;
}

size_t
watched_attendance(const struct watched_line *consoles, size_t count,
    int64_t from_us, int64_t to_us, struct watched_span *out, size_t max)
{
	struct tiling t = { .out = out, .max = max };
	int64_t at, until;
	size_t i;

	for (at = from_us; at < to_us; at = until) {
		enum attendance best = ATTEND_NO;

		until = to_us;
		for (i = 0; i < count; i++) {
			uint8_t state =
			    line_at(&consoles[i], at, PRESENCE_UNKNOWN, &until);
			enum attendance one =
			    attendance_of((enum presence)state);

			if (one > best)
				best = one;
		}
		put(&t, at, until, best);
	}
	return t.count;
}

enum watched
watched_judge(enum picture picture, const struct watched_seen *seen)
{
	if (picture == PICTURE_OFF)
		return WATCHED_UNKNOWN;
	if (picture == PICTURE_GOOD && seen->sure_attended)
		return WATCHED_WATCHED;
	if (picture != PICTURE_BAD && seen->maybe_attended)
		return WATCHED_UNKNOWN;
	if (seen->sure_attended)
		return WATCHED_BAD_PICTURE;
	return seen->sure ? WATCHED_UNATTENDED : WATCHED_NOT_ON_SCREEN;
}

static void
see(struct watched_seen *seen, const struct watched_view *v,
    enum attendance who)
{
	bool lit = v->power == SCREEN_ON || v->power == SCREEN_DIMMED;
	bool counts = v->worth == VIEW_COUNTS;

	seen->sure |= counts && lit;
	seen->sure_attended |= counts && lit && who == ATTEND_YES;
	seen->maybe_attended |= (counts || v->worth == VIEW_MAYBE) &&
				v->power != SCREEN_OFF && who != ATTEND_NO;
}

static int
by_start(const void *a, const void *b)
{
	const struct watched_view *x = *(const struct watched_view *const *)a;
	const struct watched_view *y = *(const struct watched_view *const *)b;

	return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

/* The views by their start, and those that are on at the moment. */
struct sweep {
	const struct watched_view **order, **on;
	size_t count, next, on_count;
};

static bool
sweep_begin(struct sweep *s, const struct watched_view *views, size_t count)
{
	size_t i;

	*s = (struct sweep){ .count = count };
	s->order = calloc(2 * count + 1, sizeof(s->order[0]));
	if (!s->order)
		return false;
	s->on = s->order + count;
	for (i = 0; i < count; i++)
		s->order[i] = &views[i];
	qsort(s->order, count, sizeof(s->order[0]), by_start);
	return true;
}

/* Moves on to `at`; *until_us: how long what is seen stays so, at most. */
static struct watched_seen
sweep_to(struct sweep *s, int64_t at, int64_t *until_us)
{
	struct watched_seen seen = { 0 };
	size_t i, kept = 0;

	while (s->next < s->count && s->order[s->next]->start_us <= at)
		s->on[s->on_count++] = s->order[s->next++];
	if (s->next < s->count && s->order[s->next]->start_us < *until_us)
		*until_us = s->order[s->next]->start_us;
	for (i = 0; i < s->on_count; i++) {
		const struct watched_view *v = s->on[i];
		uint8_t who = ATTEND_UNKNOWN;

		if (v->end_us <= at)
			continue;
		s->on[kept++] = v;
		if (v->end_us < *until_us)
			*until_us = v->end_us;
		if (v->who)
			who = line_at(v->who, at, ATTEND_UNKNOWN, until_us);
		see(&seen, v, (enum attendance)who);
	}
	s->on_count = kept;
	return seen;
}

size_t
watched_join(const struct watched_line *picture,
    const struct watched_view *views, size_t view_count, int64_t from_us,
    int64_t to_us, struct watched_span *out, size_t max)
{
	struct tiling t = { .out = out, .max = max };
	struct sweep sweep;
	int64_t at, until;

	if (!sweep_begin(&sweep, views, view_count))
		return SIZE_MAX;
	for (at = from_us; at < to_us; at = until) {
		struct watched_seen seen;
		uint8_t state;

		until = to_us;
		seen = sweep_to(&sweep, at, &until);
		state = line_at(picture, at, PICTURE_OFF, &until);
		put(&t, at, until, watched_judge((enum picture)state, &seen));
	}
	free(sweep.order);
	return t.count;
}

#define NEVER ((struct watched_moments){ UINT32_MAX, UINT32_MAX, 0, 0 })

static void
moment(struct watched_moments *m, uint32_t start, uint32_t end)
{
	if (m->first_us == UINT32_MAX) {
		m->first_us = start;
	} else if (start - m->last_us > m->gap_us) {
		m->gap_us = start - m->last_us;
		m->gap_at_us = m->last_us;
	}
	m->last_us = end;
}

static void
sum_one(struct watched_hour *h, int64_t start, int64_t end, uint8_t value)
{
	if (end <= start)
		return;
	if (value >= WATCHED_COUNT)
		value = WATCHED_UNKNOWN;
	h->us[value] += (uint32_t)(end - start);
	if (value == WATCHED_WATCHED)
		moment(&h->sure, (uint32_t)start, (uint32_t)end);
	if (value == WATCHED_WATCHED || value == WATCHED_UNKNOWN)
		moment(&h->maybe, (uint32_t)start, (uint32_t)end);
}

void
watched_sum(const struct watched_line *line, int64_t hour_us, int64_t from_us,
    int64_t to_us, struct watched_hour *out)
{
	int64_t at, until;

	*out = (struct watched_hour){ .sure = NEVER, .maybe = NEVER };
	if (from_us < hour_us)
		from_us = hour_us;
	if (to_us > hour_us + WATCHED_HOUR_US)
		to_us = hour_us + WATCHED_HOUR_US;
	for (at = from_us; at < to_us; at = until) {
		uint8_t value;

		until = to_us;
		value = line_at(line, at, WATCHED_UNKNOWN, &until);
		sum_one(out, at - hour_us, until - hour_us, value);
	}
}
