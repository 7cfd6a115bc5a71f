/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/scope.h"

#include <stdlib.h>
#include <string.h>

#include "common/site.h"
#include "monitor/inventory/arena.h"
#include "monitor/inventory/floor_work.h"

/* --- the inventory */

/* Devices that others' feeds have, or are fetched from; looked up for each of
 * thousands of changes while the monitor does nothing else. */
struct others {
	const char **names; /* sorted; owned */
	size_t count;
	struct inventory_arena *arena; /* the relays' hosts */
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
put(struct others *o, const char *name)
{
	if (name[0] != '\0')
		o->names[o->count++] = name;
}

/* False: no memory. */
static bool
find_others(struct others *o, const struct inventory *now, const char *site)
{
	char asks[LIMIT_NAME_BYTES];
	const char *host;

	o->names = calloc(2 * now->feed_count + 1, sizeof(*o->names));
	o->arena = arena_new();
	if (o->names == NULL || o->arena == NULL)
		return false;
	for (size_t i = 0; i < now->feed_count; i++) {
		const struct inventory_feed *f = &now->feeds[i];

		if (site_within(f->site, site))
			continue;
		put(o, f->device);
		if (f->relay[0] == '\0')
			continue;
		inventory_feed_asks(f, asks);
		host = arena_copy(o->arena, asks, strlen(asks));
		if (host == NULL)
			return false;
		put(o, host);
	}
	if (o->count > 0)
		qsort(o->names, o->count, sizeof(*o->names), by_text);
	return true;
}

/* Whether another's feed has that device, or is fetched from it. */
static bool
is_others(const struct others *o, const char *device)
{
	return o->count > 0 && bsearch(&device, o->names, o->count,
				   sizeof(*o->names), by_text) != NULL;
}

static bool
feed_within(const struct inventory *now, const struct inventory_change *c,
    const char *site)
{
	if (!site_within(c->feed.site, site))
		return false;
	for (size_t i = 0; c->change == INVENTORY_CHANGE && i < now->feed_count;
	     i++)
		if (now->feeds[i].id == c->id)
			return site_within(now->feeds[i].site, site);
	return true;
}

/* A feed that comes to a device of others would learn its password. */
static bool
borrows(const struct others *o, const struct inventory_change *c)
{
	char asks[LIMIT_NAME_BYTES];

	inventory_feed_asks(&c->feed, asks);
	return is_others(o, c->feed.device) || is_others(o, asks);
}

/* A device serves feeds; it is of the sites of all of them. One that is new may
 * be the relay of others' feeds, which set no limit or login to it so far. */
static bool
change_within(const struct inventory *now, const struct others *o,
    const struct inventory_change *c, const char *site)
{
	switch (c->kind) {
	case INVENTORY_SITES:
		return site_within(c->site.path, site);
	case INVENTORY_DEVICES:
		return !is_others(o, c->device.name);
	case INVENTORY_FEEDS:
		break;
	}
	return feed_within(now, c, site) &&
	       (c->change == INVENTORY_REMOVE || !borrows(o, c));
}

bool
scope_holds_plan(const struct inventory *now, const struct inventory_plan *plan,
    const char *site)
{
	struct others o = { 0 };
	bool holds = site[0] == '\0' || find_others(&o, now, site);

	for (size_t i = 0; holds && site[0] != '\0' && i < plan->count; i++)
		holds = change_within(now, &o, &plan->changes[i], site);
	free(o.names);
	arena_free(&o.arena);
	return holds;
}

/* --- the floor */

/* Of a room, as it is and as it shall be; a room of no site is of no part. */
static bool
room_within(const struct floor *now, const struct floor_plan *plan,
    const char *name, const char *site)
{
	const struct floor_room *r = floor_find_room(now, name);

	if (r != NULL && !site_within(r->site, site))
		return false;
	for (size_t i = 0; i < plan->count; i++) {
		const struct floor_change *c = &plan->changes[i];

		if (c->kind == FLOOR_ROOMS && strcmp(c->room.name, name) == 0) {
			r = &c->room;
			if (!site_within(r->site, site))
				return false;
		}
	}
	return r != NULL;
}

static bool
console_within(const struct floor *now, const struct floor_plan *plan,
    const char *name, const char *site)
{
	const struct floor_console *c = floor_find_console(now, name);

	return c != NULL && site_within(c->site, site) &&
	       room_within(now, plan, c->room, site);
}

/* It stands at a console, or in a room. */
static bool
screen_within(const struct floor *now, const struct floor_plan *plan,
    const struct floor_screen *s, const char *site)
{
	return s->console[0] != '\0'
		   ? console_within(now, plan, s->console, site)
		   : room_within(now, plan, s->room, site);
}

static bool
shown_within(const struct inventory *inv, int64_t feed, const char *site)
{
	for (size_t i = 0; i < inv->feed_count; i++)
		if (inv->feeds[i].id == feed)
			return site_within(inv->feeds[i].site, site);
	return false;
}

static bool
has_shown(const struct floor_screen *was, int64_t feed)
{
	for (size_t i = 0; was != NULL && i < was->feed_count; i++)
		if (was->feeds[i] == feed)
			return true;
	return false;
}

static bool
layout_within(const struct inventory *inv, const struct floor_screen *was,
    const struct floor_screen *s, const char *site)
{
	for (size_t i = 0; i < s->feed_count; i++)
		if (!has_shown(was, s->feeds[i]) &&
		    !shown_within(inv, s->feeds[i], site))
			return false;
	return true;
}

/* Its desk camera says whether somebody sits there. */
static bool
desk_within(const struct floor *now, const struct inventory *inv,
    const struct floor_console *c, const char *site)
{
	const struct floor_console *was = floor_find_console(now, c->name);

	return c->desk_feed_id == 0 ||
	       (was != NULL && was->desk_feed_id == c->desk_feed_id) ||
	       shown_within(inv, c->desk_feed_id, site);
}

static bool
floor_within(const struct floor *now, const struct inventory *inv,
    const struct floor_plan *plan, const struct floor_change *c,
    const char *site)
{
	const struct floor_screen *was;

	switch (c->kind) {
	case FLOOR_CONSOLES:
		return site_within(c->console.site, site) &&
		       room_within(now, plan, c->console.room, site) &&
		       desk_within(now, inv, &c->console, site) &&
		       (c->change == INVENTORY_ADD ||
			   console_within(now, plan, c->console.name, site));
	case FLOOR_SCREENS:
		was = floor_find_screen(now, c->screen.name);
		return screen_within(now, plan, &c->screen, site) &&
		       layout_within(inv, was, &c->screen, site) &&
		       (was == NULL || screen_within(now, plan, was, site));
	case FLOOR_PATTERNS:
		return false;
	case FLOOR_ROSTER:
		return room_within(now, plan, c->shift.room, site);
	case FLOOR_ROOMS:
		break;
	}
	return room_within(now, plan, c->room.name, site);
}

bool
scope_holds_floor(const struct floor *now, const struct inventory *inv,
    const struct floor_plan *plan, const char *site)
{
	for (size_t i = 0; site[0] != '\0' && i < plan->count; i++) {
		if (!floor_within(now, inv, plan, &plan->changes[i], site))
			return false;
	}
	return true;
}
