/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a plan that stand on consoles and rooms: screens, patterns, the
 * roster. */
#include <stdio.h>
#include <string.h>

#include "monitor/inventory/arena.h"
#include "monitor/inventory/floor_parts.h"
#include "monitor/inventory/floor_work.h"
#include "monitor/inventory/mistake.h"

static void
layout_resolve(struct floor_work *k, struct floor_screen *s)
{
	int64_t feeds[FLOOR_LAYOUT_MAX];
	char name[2 * LIMIT_NAME_BYTES];
	size_t n = 0;

	for (const char *p = s->layout; *p != '\0' && n < FLOOR_LAYOUT_MAX;) {
		size_t length = strcspn(p, ";");

		snprintf(name, sizeof(name), "%.*s", (int)length, p);
		feeds[n] = floor_work_feed(k, s->line, name, false);
		for (size_t i = 0; i < n; i++)
			if (feeds[n] != 0 && feeds[i] == feeds[n]) {
				floor_work_mistake(k, s->line,
				    "this feed is in the layout twice", name);
				break;
			}
		n++;
		p += length + (p[length] == ';');
	}
	s->feeds = arena_numbers(k->plan->arena, feeds, n);
	k->no_memory |= s->feeds == NULL;
	s->feed_count = s->feeds != NULL ? n : 0;
}

static struct floor_screen
screen_merge(struct floor_work *k, const struct floor_screen *want,
    const struct floor_screen *was)
{
	struct floor_screen s = *want;

	s.id = was != NULL ? was->id : 0;
	if (was != NULL && !(s.given & FLOOR_BIT(FLOOR_OUTPUT)))
		s.output = was->output;
	if (was != NULL && !(s.given & FLOOR_BIT(FLOOR_CONFIRMED_BY)))
		s.confirmed_by = was->confirmed_by;
	if (s.given & FLOOR_BIT(FLOOR_LAYOUT)) {
		layout_resolve(k, &s);
	} else if (was != NULL) {
		s.layout = was->layout;
		s.feeds = was->feeds;
		s.feed_count = was->feed_count;
	}
	return s;
}

static bool
screen_same(const struct floor_screen *a, const struct floor_screen *b)
{
	return strcmp(a->console, b->console) == 0 &&
	       strcmp(a->room, b->room) == 0 &&
	       strcmp(a->output, b->output) == 0 &&
	       strcmp(a->confirmed_by, b->confirmed_by) == 0 &&
	       a->feed_count == b->feed_count &&
	       (a->feed_count == 0 ||
		   memcmp(a->feeds, b->feeds,
		       a->feed_count * sizeof(*a->feeds)) == 0);
}

static void
screen_check(struct floor_work *k, const struct floor_screen *s)
{
	const char *by = s->confirmed_by;

	if (s->console[0] != '\0' &&
	    floor_find_console(k->now, s->console) == NULL)
		floor_work_mistake(k, s->line,
		    "no such console, expected one of `camwarden consoles "
		    "list`",
		    s->console);
	if (s->room[0] != '\0' && floor_find_room(k->now, s->room) == NULL)
		floor_work_mistake(k, s->line,
		    "no such room, expected one in which a console stands",
		    s->room);
	if (by[0] == '\0' || strcmp(by, FLOOR_BY_VMS) == 0)
		return;
	const struct floor_pattern *p = floor_find_pattern(k->now, by);

	if (p == NULL || p->shows != FLOOR_SHOWS_LAYOUT)
		floor_work_mistake(k, s->line,
		    "no pattern that shows a layout is called so, expected "
		    "one, \"vms\", or nothing",
		    by);
}

static void
screen_plan(struct floor_work *k, const struct floor_screen *want)
{
	const struct floor_screen *was = floor_find_screen(k->now, want->name);
	struct floor_screen s = screen_merge(k, want, was);

	screen_check(k, &s);
	if (was != NULL && screen_same(&s, was)) {
		k->plan->unchanged++;
		return;
	}
	struct floor_change *x =
	    floor_work_add(k, was != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		FLOOR_SCREENS, s.id);

	if (x == NULL)
		return;
	x->screen = s;
	floor_work_count(k, x->change);
}

static const struct floor_screen *
screen_after(const struct floor_work *k, const struct floor_screen *now)
{
	for (size_t i = 0; i < k->plan->count; i++) {
		const struct floor_change *x = &k->plan->changes[i];

		if (x->kind != FLOOR_SCREENS || x->change == INVENTORY_ADD ||
		    strcmp(x->screen.name, now->name) != 0)
			continue;
		return x->change == INVENTORY_REMOVE ? NULL : &x->screen;
	}
	return now;
}

/* Two screens of a console on one output, or more of them than it can have. */
static void
outputs_check(struct floor_work *k, const struct floor_screen *s)
{
	unsigned same = 0, all = 0;

	if (s->console[0] == '\0')
		return;
	for (size_t i = 0; i < k->now->screen_count; i++) {
		const struct floor_screen *o =
		    screen_after(k, &k->now->screens[i]);

		if (o == NULL || strcmp(o->console, s->console) != 0)
			continue;
		all++;
		same += strcmp(o->output, s->output) == 0;
	}
	for (size_t i = 0; i < k->plan->count; i++) {
		const struct floor_change *x = &k->plan->changes[i];

		if (x->kind != FLOOR_SCREENS || x->change != INVENTORY_ADD ||
		    strcmp(x->screen.console, s->console) != 0)
			continue;
		all++;
		same += strcmp(x->screen.output, s->output) == 0;
	}
	if (same > 1)
		floor_work_mistake(k, s->line,
		    "another screen of the console is on the same output, "
		    "expected a name for each as its agent reports it",
		    s->name);
	if (all > HEARTBEAT_SCREENS)
		floor_work_mistake(k, s->line,
		    "the console has too many screens, expected at most 8",
		    s->name);
}

void
floor_plan_screens(struct floor_work *k)
{
	struct floor_change *x;

	for (size_t i = 0; i < k->wanted->screen_count; i++)
		screen_plan(k, &k->wanted->screens[i]);
	for (size_t i = 0; k->opt->complete && i < k->now->screen_count; i++) {
		const struct floor_screen *was = &k->now->screens[i];

		if (floor_find_screen(k->wanted, was->name) != NULL)
			continue;
		x = floor_work_add(k, INVENTORY_REMOVE, FLOOR_SCREENS, was->id);
		if (x != NULL)
			x->screen = *was;
		floor_work_count(k, INVENTORY_REMOVE);
	}
	for (size_t i = 0; i < k->plan->count; i++)
		if (k->plan->changes[i].change != INVENTORY_REMOVE)
			outputs_check(k, &k->plan->changes[i].screen);
}

/* --- patterns */

static void
pattern_plan(struct floor_work *k, const struct floor_pattern *want)
{
	const struct floor_pattern *was =
	    floor_find_pattern(k->now, want->name);
	struct floor_pattern p = *want;

	if (was != NULL) {
		p.id = was->id;
		if (!(p.given & FLOOR_BIT(FLOOR_CLASS)))
			p.class_ = was->class_;
		if (!(p.given & FLOOR_BIT(FLOOR_TITLE)))
			p.title = was->title;
		if (!(p.given & FLOOR_BIT(FLOOR_TILES)))
			p.tiles = was->tiles;
	}
	if (p.shows == FLOOR_SHOWS_FEED)
		p.feed_id = floor_work_feed(k, p.line, p.feed, false);
	if (was != NULL && strcmp(p.class_, was->class_) == 0 &&
	    strcmp(p.title, was->title) == 0 && p.tiles == was->tiles &&
	    p.shows == was->shows && p.feed_id == was->feed_id) {
		k->plan->unchanged++;
		return;
	}
	struct floor_change *x =
	    floor_work_add(k, was != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		FLOOR_PATTERNS, p.id);

	if (x == NULL)
		return;
	x->pattern = p;
	floor_work_count(k, x->change);
}

void
floor_work_remove_pattern(struct floor_work *k, const struct floor_pattern *was)
{
	struct floor_change *x;

	for (size_t i = 0; i < k->now->screen_count; i++)
		if (strcmp(k->now->screens[i].confirmed_by, was->name) == 0) {
			floor_work_mistake(k, 0,
			    "a screen is still confirmed by it", was->name);
			break;
		}
	x = floor_work_add(k, INVENTORY_REMOVE, FLOOR_PATTERNS, was->id);
	if (x != NULL)
		x->pattern = *was;
	floor_work_count(k, INVENTORY_REMOVE);
}

void
floor_plan_patterns(struct floor_work *k)
{
	size_t left = k->now->pattern_count;

	for (size_t i = 0; i < k->wanted->pattern_count; i++)
		pattern_plan(k, &k->wanted->patterns[i]);
	for (size_t i = 0; k->opt->complete && i < k->now->pattern_count; i++)
		if (floor_find_pattern(k->wanted, k->now->patterns[i].name) ==
		    NULL)
			floor_work_remove_pattern(k, &k->now->patterns[i]);
	left += k->plan->added;
	left -= k->plan->removed;
	if (left > HEARTBEAT_PATTERNS)
		mistake_add(k->mistakes,
		    (struct mistake_place){ k->opt->file, 0, 0 },
		    "%zu patterns, expected at most %u in all", left,
		    HEARTBEAT_PATTERNS);
}

/* --- the roster */

static bool
breaks_same(const struct floor_shift *a, const struct floor_shift *b)
{
	if (a->break_count != b->break_count)
		return false;
	for (unsigned i = 0; i < a->break_count; i++)
		if (a->breaks[i].from != b->breaks[i].from ||
		    a->breaks[i].to != b->breaks[i].to)
			return false;
	return true;
}

static void
shift_check(struct floor_work *k, const struct floor_shift *s)
{
	unsigned consoles = 0;

	if (floor_find_room(k->now, s->room) == NULL) {
		floor_work_mistake(k, s->line,
		    "no such room, expected one in which a console stands",
		    s->room);
		return;
	}
	for (size_t i = 0; i < k->now->console_count; i++)
		consoles += strcmp(k->now->consoles[i].room, s->room) == 0;
	if (s->at_least > consoles)
		floor_work_mistake(k, s->line,
		    "the room has fewer consoles than the shift asks for",
		    s->room);
	if (s->console[0] == '\0')
		return;
	const struct floor_console *c = floor_find_console(k->now, s->console);

	if (c == NULL || strcmp(c->room, s->room) != 0)
		floor_work_mistake(k, s->line,
		    "no such console stands in this room", s->console);
}

static void
shift_plan(struct floor_work *k, const struct floor_shift *want)
{
	const struct floor_shift *was = floor_find_shift(k->now, want);
	struct floor_shift s = *want;

	if (was != NULL) {
		s.id = was->id;
		if (!(s.given & FLOOR_BIT(FLOOR_AT_LEAST)))
			s.at_least = was->at_least;
		if (!(s.given & FLOOR_BIT(FLOOR_BREAKS))) {
			memcpy(s.breaks, was->breaks, sizeof(s.breaks));
			s.break_count = was->break_count;
		}
		if (!(s.given & FLOOR_BIT(FLOOR_IDLE_AFTER)))
			s.idle_after_s = was->idle_after_s;
		if (!(s.given & FLOOR_BIT(FLOOR_PROMPT_AFTER)))
			s.prompt_after_s = was->prompt_after_s;
	}
	shift_check(k, &s);
	if (was != NULL && s.at_least == was->at_least &&
	    s.idle_after_s == was->idle_after_s &&
	    s.prompt_after_s == was->prompt_after_s && breaks_same(&s, was)) {
		k->plan->unchanged++;
		return;
	}
	struct floor_change *x = floor_work_add(k,
	    was != NULL ? INVENTORY_CHANGE : INVENTORY_ADD, FLOOR_ROSTER, s.id);

	if (x == NULL)
		return;
	x->shift = s;
	floor_work_count(k, x->change);
}

void
floor_plan_roster(struct floor_work *k)
{
	struct floor_change *x;

	for (size_t i = 0; i < k->wanted->shift_count; i++)
		shift_plan(k, &k->wanted->shifts[i]);
	for (size_t i = 0; k->opt->complete && i < k->now->shift_count; i++) {
		const struct floor_shift *was = &k->now->shifts[i];

		if (floor_find_shift(k->wanted, was) != NULL)
			continue;
		x = floor_work_add(k, INVENTORY_REMOVE, FLOOR_ROSTER, was->id);
		if (x != NULL)
			x->shift = *was;
		floor_work_count(k, INVENTORY_REMOVE);
	}
}
