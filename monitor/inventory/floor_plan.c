/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wanted, held against the floor as it is -> changes. Everything that a
 * row names must be there: sites and feeds in the inventory, rooms, consoles
 * and patterns on the floor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/arena.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/floor_parts.h"
#include "monitor/inventory/floor_work.h"
#include "monitor/inventory/mistake.h"

void
floor_work_mistake(struct floor_work *k, uint32_t line, const char *what,
    const char *name)
{
	mistake_add(k->mistakes,
	    (struct mistake_place){ k->opt->file, line, 0 }, "\"%.400s\": %s",
	    name, what);
}

struct floor_change *
floor_work_add(struct floor_work *k, enum inventory_change_kind change,
    enum floor_kind kind, int64_t id)
{
	void *item;

	k->plan->changes = arena_more(k->plan->changes, &k->plan->count,
	    sizeof(*k->plan->changes), &item);
	struct floor_change *c = item;

	if (c == NULL) {
		k->no_memory = true;
		return NULL;
	}
	c->change = change;
	c->kind = kind;
	c->id = id;
	floor_console_default(&c->console);
	floor_screen_default(&c->screen);
	floor_pattern_default(&c->pattern);
	floor_shift_default(&c->shift);
	c->room = (struct floor_room){ .name = "", .site = "" };
	return c;
}

void
floor_work_count(struct floor_work *k, enum inventory_change_kind change)
{
	k->plan->added += change == INVENTORY_ADD;
	k->plan->changed += change == INVENTORY_CHANGE;
	k->plan->removed += change == INVENTORY_REMOVE;
}

/* --- looking up; a floor is small */

const struct floor_console *
floor_find_console(const struct floor *f, const char *name)
{
	for (size_t i = 0; i < f->console_count; i++)
		if (strcmp(f->consoles[i].name, name) == 0)
			return &f->consoles[i];
	return NULL;
}

const struct floor_screen *
floor_find_screen(const struct floor *f, const char *name)
{
	for (size_t i = 0; i < f->screen_count; i++)
		if (strcmp(f->screens[i].name, name) == 0)
			return &f->screens[i];
	return NULL;
}

const struct floor_pattern *
floor_find_pattern(const struct floor *f, const char *name)
{
	for (size_t i = 0; i < f->pattern_count; i++)
		if (strcmp(f->patterns[i].name, name) == 0)
			return &f->patterns[i];
	return NULL;
}

const struct floor_shift *
floor_find_shift(const struct floor *f, const struct floor_shift *s)
{
	for (size_t i = 0; i < f->shift_count; i++)
		if (floor_shift_same(&f->shifts[i], s))
			return &f->shifts[i];
	return NULL;
}

/* The number of a feed that a row names; 0 after saying why. */
int64_t
floor_work_feed(struct floor_work *k, uint32_t line, const char *name,
    bool no_picture)
{
	const struct floor_named *n = floor_resolve_feed(k->names, name);

	if (n == NULL)
		floor_work_mistake(k, line,
		    "no such feed, expected SITE/NAME as `camwarden feeds "
		    "list` says them, or a UUID",
		    name);
	else if (n->twice)
		floor_work_mistake(k, line,
		    "two feeds are called so, expected a UUID", name);
	else if (no_picture && !n->no_picture)
		floor_work_mistake(k, line,
		    "a desk camera must be marked no_picture, expected such "
		    "a feed",
		    name);
	else
		return n->id;
	return 0;
}

/* --- consoles, and the rooms they make */

static struct floor_console
console_merge(const struct floor_console *want, const struct floor_console *was)
{
	struct floor_console c = *want;

	if (was == NULL)
		return c;
	c.id = was->id;
	if (!(c.given & FLOOR_BIT(FLOOR_SITE)))
		c.site = was->site;
	if (!(c.given & FLOOR_BIT(FLOOR_IDLE_AFTER)))
		c.idle_after_s = was->idle_after_s;
	if (!(c.given & FLOOR_BIT(FLOOR_PROMPT_AFTER)))
		c.prompt_after_s = was->prompt_after_s;
	if (!(c.given & FLOOR_BIT(FLOOR_REMOTE_INPUT)))
		c.remote_input = was->remote_input;
	if (!(c.given & FLOOR_BIT(FLOOR_MAX_TILES)))
		c.max_tiles = was->max_tiles;
	if (!(c.given & FLOOR_BIT(FLOOR_DESK_FEED))) {
		c.desk_feed = was->desk_feed;
		c.desk_feed_id = was->desk_feed_id;
	}
	if (!(c.given & FLOOR_BIT(FLOOR_DESK_STILL)))
		c.desk_still_s = was->desk_still_s;
	return c;
}

static bool
console_same(const struct floor_console *a, const struct floor_console *b)
{
	return strcmp(a->room, b->room) == 0 && strcmp(a->site, b->site) == 0 &&
	       a->idle_after_s == b->idle_after_s &&
	       a->prompt_after_s == b->prompt_after_s &&
	       a->remote_input == b->remote_input &&
	       a->max_tiles == b->max_tiles &&
	       a->desk_feed_id == b->desk_feed_id &&
	       a->desk_still_s == b->desk_still_s;
}

static void
console_plan(struct floor_work *k, const struct floor_console *want)
{
	const struct floor_console *was =
	    floor_find_console(k->now, want->name);
	struct floor_console c = console_merge(want, was);

	if (c.site[0] != '\0' && !floor_resolve_site(k->names, c.site))
		floor_work_mistake(k, c.line,
		    "no such site, expected its path as `camwarden sites "
		    "list` says it",
		    c.site);
	if ((c.given & FLOOR_BIT(FLOOR_DESK_FEED)) && c.desk_feed[0] != '\0')
		c.desk_feed_id = floor_work_feed(k, c.line, c.desk_feed, true);
	if (was != NULL && console_same(&c, was)) {
		k->plan->unchanged++;
		return;
	}
	struct floor_change *x =
	    floor_work_add(k, was != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		FLOOR_CONSOLES, c.id);

	if (x == NULL)
		return;
	x->console = c;
	floor_work_count(k, x->change);
}

/* What becomes of a console: what the plan makes of it, or what it is; NULL:
 * it goes. */
static const struct floor_console *
console_after(const struct floor_work *k, const struct floor_console *now)
{
	for (size_t i = 0; i < k->plan->count; i++) {
		const struct floor_change *x = &k->plan->changes[i];

		if (x->kind != FLOOR_CONSOLES || x->change == INVENTORY_ADD ||
		    strcmp(x->console.name, now->name) != 0)
			continue;
		return x->change == INVENTORY_REMOVE ? NULL : &x->console;
	}
	return now;
}

struct rooms {
	struct floor_room *list; /* as they shall be */
	size_t count;
};

static void
room_note(struct floor_work *k, struct rooms *rooms,
    const struct floor_console *c)
{
	void *item;

	for (size_t i = 0; i < rooms->count; i++) {
		if (strcmp(rooms->list[i].name, c->room) != 0)
			continue;
		if (strcmp(rooms->list[i].site, c->site) != 0)
			floor_work_mistake(k, c->line,
			    "its room has consoles of another site, expected "
			    "one site for a room",
			    c->name);
		return;
	}
	rooms->list =
	    arena_more(rooms->list, &rooms->count, sizeof(*rooms->list), &item);
	struct floor_room *r = item;

	if (r == NULL)
		k->no_memory = true;
	else
		*r = (struct floor_room){ .name = c->room, .site = c->site };
}

static bool
room_listed(const struct rooms *rooms, const char *name)
{
	for (size_t i = 0; i < rooms->count; i++)
		if (strcmp(rooms->list[i].name, name) == 0)
			return true;
	return false;
}

static bool
room_used(const struct floor *f, const char *name)
{
	for (size_t i = 0; i < f->screen_count; i++)
		if (strcmp(f->screens[i].room, name) == 0)
			return true;
	for (size_t i = 0; i < f->shift_count; i++)
		if (strcmp(f->shifts[i].room, name) == 0)
			return true;
	return false;
}

static void
room_change(struct floor_work *k, enum inventory_change_kind change,
    const struct floor_room *room, int64_t id)
{
	struct floor_change *x = floor_work_add(k, change, FLOOR_ROOMS, id);

	if (x != NULL)
		x->room = *room;
}

/* A shift names a console where it stands. */
static void
shifts_check(struct floor_work *k)
{
	for (size_t i = 0; i < k->now->shift_count; i++) {
		const struct floor_shift *s = &k->now->shifts[i];
		const struct floor_console *c =
		    floor_find_console(k->now, s->console);

		if (c != NULL && (c = console_after(k, c)) != NULL &&
		    strcmp(c->room, s->room) != 0)
			floor_work_mistake(k, c->line,
			    "the roster still names this console in another "
			    "room",
			    c->name);
	}
}

static void
rooms_plan(struct floor_work *k)
{
	struct rooms rooms = { 0 };
	const struct floor_console *c;

	for (size_t i = 0; i < k->now->console_count; i++)
		if ((c = console_after(k, &k->now->consoles[i])) != NULL)
			room_note(k, &rooms, c);
	for (size_t i = 0; i < k->plan->count; i++)
		if (k->plan->changes[i].kind == FLOOR_CONSOLES &&
		    k->plan->changes[i].change == INVENTORY_ADD)
			room_note(k, &rooms, &k->plan->changes[i].console);
	for (size_t i = 0; i < rooms.count; i++) {
		const struct floor_room *was =
		    floor_find_room(k->now, rooms.list[i].name);

		if (was == NULL)
			room_change(k, INVENTORY_ADD, &rooms.list[i], 0);
		else if (strcmp(was->site, rooms.list[i].site) != 0)
			room_change(k, INVENTORY_CHANGE, &rooms.list[i],
			    was->id);
	}
	for (size_t i = 0; i < k->now->room_count; i++) {
		const struct floor_room *was = &k->now->rooms[i];

		if (room_listed(&rooms, was->name))
			continue;
		if (room_used(k->now, was->name))
			floor_work_mistake(k, 0,
			    "the room would have no console left, but screens "
			    "or a roster are still its own",
			    was->name);
		room_change(k, INVENTORY_REMOVE, was, was->id);
	}
	free(rooms.list);
	shifts_check(k);
}

static void
console_remove(struct floor_work *k, const struct floor_console *was)
{
	struct floor_change *x;

	for (size_t i = 0; i < k->now->shift_count; i++)
		if (strcmp(k->now->shifts[i].console, was->name) == 0) {
			floor_work_mistake(k, 0,
			    "the roster still names this console", was->name);
			break;
		}
	for (size_t i = 0; i < k->now->screen_count; i++) {
		const struct floor_screen *s = &k->now->screens[i];

		if (strcmp(s->console, was->name) != 0)
			continue;
		x = floor_work_add(k, INVENTORY_REMOVE, FLOOR_SCREENS, s->id);
		if (x != NULL)
			x->screen = *s;
	}
	x = floor_work_add(k, INVENTORY_REMOVE, FLOOR_CONSOLES, was->id);
	if (x != NULL)
		x->console = *was;
	floor_work_count(k, INVENTORY_REMOVE);
}

static void
consoles_plan(struct floor_work *k)
{
	for (size_t i = 0; i < k->wanted->console_count; i++)
		console_plan(k, &k->wanted->consoles[i]);
	for (size_t i = 0; k->opt->complete && i < k->now->console_count; i++)
		if (floor_find_console(k->wanted, k->now->consoles[i].name) ==
		    NULL)
			console_remove(k, &k->now->consoles[i]);
	rooms_plan(k);
}

/* --- the order in which it can be applied */

/* Rooms before what stands in them, and out after it. */
static int
rank(const struct floor_change *c)
{
	static const int ranks[] = { [FLOOR_ROOMS] = 0,
		[FLOOR_CONSOLES] = 1,
		[FLOOR_PATTERNS] = 2,
		[FLOOR_SCREENS] = 3,
		[FLOOR_ROSTER] = 4 };

	return c->change == INVENTORY_REMOVE ? 9 - ranks[c->kind]
					     : ranks[c->kind];
}

static int
by_rank(const void *a, const void *b)
{
	return rank(a) - rank(b);
}

static struct floor_plan *
plan_new(void)
{
	struct floor_plan *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->arena = arena_new();
	if (p->arena == NULL)
		floor_plan_free(&p);
	return p;
}

void
floor_plan_free(struct floor_plan **plan)
{
	if (*plan == NULL)
		return;
	free((*plan)->changes);
	arena_free(&(*plan)->arena);
	free(*plan);
	*plan = NULL;
}

static void
own(struct floor_work *k, const char **s)
{
	const char *copy = arena_copy(k->plan->arena, *s, strlen(*s));

	k->no_memory |= copy == NULL;
	*s = copy != NULL ? copy : "";
}

/* The plan outlives both floors: it keeps its own strings. */
static void
own_all(struct floor_work *k, struct floor_change *c)
{
	const char **list[] = { &c->room.name, &c->room.site, &c->console.name,
		&c->console.room, &c->console.site, &c->console.desk_feed,
		&c->screen.name, &c->screen.console, &c->screen.room,
		&c->screen.output, &c->screen.layout, &c->screen.confirmed_by,
		&c->pattern.name, &c->pattern.class_, &c->pattern.title,
		&c->pattern.feed, &c->shift.room, &c->shift.console };

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		own(k, list[i]);
	c->screen.feeds = arena_numbers(k->plan->arena, c->screen.feeds,
	    c->screen.feed_count);
	k->no_memory |= c->screen.feeds == NULL;
}

static struct floor_plan *
finish(struct floor_work *k)
{
	for (size_t i = 0; i < k->plan->count; i++)
		own_all(k, &k->plan->changes[i]);
	if (k->plan->count > 0)
		qsort(k->plan->changes, k->plan->count,
		    sizeof(*k->plan->changes), by_rank);
	if (k->no_memory || k->mistakes->count > 0)
		floor_plan_free(&k->plan);
	return k->plan;
}

static size_t
count_of(const struct floor *f, enum floor_kind kind)
{
	const size_t counts[FLOOR_KINDS] = { f->console_count, f->screen_count,
		f->pattern_count, f->shift_count };

	return counts[kind];
}

struct floor_plan *
floor_plan_new(const struct floor *current, const struct floor *wanted,
    const struct inventory *inventory, const struct floor_options *opt,
    struct inventory_mistakes *mistakes_out)
{
	static void (*const plans[FLOOR_KINDS])(
	    struct floor_work *) = { consoles_plan, floor_plan_screens,
		floor_plan_patterns, floor_plan_roster };
	struct floor_work k = { .now = current,
		.wanted = wanted,
		.opt = opt,
		.mistakes = mistakes_out,
		.plan = plan_new(),
		.names = floor_resolve_new(inventory) };

	if (k.plan != NULL && k.names != NULL &&
	    (unsigned)opt->kind < FLOOR_KINDS) {
		if (opt->complete)
			mistake_if_none(mistakes_out, opt->file,
			    count_of(wanted, opt->kind),
			    count_of(current, opt->kind));
		plans[opt->kind](&k);
		finish(&k);
	} else {
		floor_plan_free(&k.plan);
	}
	floor_resolve_free(&k.names);
	return k.plan;
}

static bool
remove_named(struct floor_work *k, enum floor_kind kind, const char *what)
{
	const struct floor_console *c = floor_find_console(k->now, what);
	const struct floor_screen *s = floor_find_screen(k->now, what);
	const struct floor_pattern *p = floor_find_pattern(k->now, what);
	struct floor_change *x;

	if (kind == FLOOR_CONSOLES && c != NULL) {
		console_remove(k, c);
		rooms_plan(k);
		return true;
	}
	if (kind == FLOOR_PATTERNS && p != NULL) {
		floor_work_remove_pattern(k, p);
		return true;
	}
	if (kind == FLOOR_SCREENS && s != NULL) {
		x = floor_work_add(k, INVENTORY_REMOVE, kind, s->id);
		if (x != NULL)
			x->screen = *s;
		floor_work_count(k, INVENTORY_REMOVE);
		return true;
	}
	for (size_t i = 0; kind == FLOOR_ROSTER && i < k->now->shift_count;
	     i++) {
		char text[LIMIT_NAME_BYTES * 2 + 64];

		floor_shift_text(&k->now->shifts[i], text, sizeof(text));
		if (strcmp(text, what) != 0)
			continue;
		x = floor_work_add(k, INVENTORY_REMOVE, kind,
		    k->now->shifts[i].id);
		if (x != NULL)
			x->shift = k->now->shifts[i];
		floor_work_count(k, INVENTORY_REMOVE);
		return true;
	}
	return false;
}

struct floor_plan *
floor_plan_remove(const struct floor *current, enum floor_kind kind,
    const char *what, struct inventory_mistakes *mistakes_out)
{
	const struct floor_options opt = { .kind = kind, .file = "remove" };
	struct floor_work k = { .now = current,
		.opt = &opt,
		.mistakes = mistakes_out,
		.plan = plan_new() };

	if (k.plan == NULL)
		return NULL;
	if (!remove_named(&k, kind, what))
		floor_work_mistake(&k, 0, "there is none of that name", what);
	return finish(&k);
}

size_t
floor_change_text(const struct floor_change *c, char *out, size_t size)
{
	static const char *const verbs[] = { "added", "changed", "removed" };
	char shift[LIMIT_NAME_BYTES * 2 + 64];
	const char *kind = "room", *name = c->room.name;

	switch (c->kind) {
	case FLOOR_CONSOLES:
		kind = "console";
		name = c->console.name;
		break;
	case FLOOR_SCREENS:
		kind = "screen";
		name = c->screen.name;
		break;
	case FLOOR_PATTERNS:
		kind = "pattern";
		name = c->pattern.name;
		break;
	case FLOOR_ROSTER:
		kind = "shift";
		floor_shift_text(&c->shift, shift, sizeof(shift));
		name = shift;
		break;
	case FLOOR_ROOMS:
		break;
	}
	return (size_t)snprintf(out, size, "%s %s %s", verbs[c->change], kind,
	    name);
}
