/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/arena.h"
#include "monitor/inventory/columns.h"
#include "monitor/inventory/floor_parts.h"

#define DIFF_KINDS 5u /* of the inventory or of the floor, at most */

struct work {
	struct diff *diff;
	size_t of_kind[DIFF_KINDS];
	bool no_memory;
};

/* One record of the plan: what it is, what it was. */
struct pair {
	unsigned group; /* the kind's number */
	enum inventory_change_kind what;
	const char *kind, *name;
	const void *was, *is;
	struct columns columns;
};

static const char *
kept(struct work *w, const char *s)
{
	const char *copy = arena_copy(w->diff->arena, s, strlen(s));

	w->no_memory |= copy == NULL;
	return copy != NULL ? copy : "";
}

static void
field_add(struct work *w, struct diff_change *c, const struct column *column,
    const char *from, const char *to)
{
	struct diff_field *f;
	void *item;

	c->fields =
	    arena_more(c->fields, &c->field_count, sizeof(*c->fields), &item);
	f = item;
	if (f == NULL) {
		w->no_memory = true;
		return;
	}
	if (column->secret && from[0] != '\0')
		from = DIFF_HIDDEN;
	if (column->secret && to[0] != '\0')
		to = DIFF_HIDDEN;
	*f = (struct diff_field){ column->name, kept(w, from), kept(w, to) };
}

static void
fields_compare(struct work *w, struct diff_change *c, const struct pair *p)
{
	char was[COLUMN_BYTES], is[COLUMN_BYTES];

	for (size_t i = 0; i < p->columns.count; i++) {
		const struct column *column = &p->columns.list[i];
		const char *from = column->cell(p->was, was);
		const char *to = column->cell(p->is, is);

		if (strcmp(from, to) != 0)
			field_add(w, c, column,
			    p->what == INVENTORY_ADD ? "" : from, to);
	}
}

/* False: no memory. */
static bool
change_add(struct work *w, const struct pair *p)
{
	struct diff *d = w->diff;
	struct diff_change *c;
	void *item;

	if (w->of_kind[p->group]++ >= DIFF_MOST) {
		d->cut = true;
		return true;
	}
	d->changes =
	    arena_more(d->changes, &d->count, sizeof(*d->changes), &item);
	c = item;
	if (c == NULL) {
		w->no_memory = true;
		return false;
	}
	c->what = p->what;
	c->kind = p->kind;
	c->name = kept(w, p->name);
	if (p->what != INVENTORY_REMOVE)
		fields_compare(w, c, p);
	return true;
}

static struct diff *
finish(struct work *w)
{
	if (w->no_memory)
		diff_free(&w->diff);
	return w->diff;
}

static bool
begin(struct work *w)
{
	*w = (struct work){ .diff = calloc(1, sizeof(*w->diff)) };
	if (w->diff == NULL)
		return false;
	w->diff->arena = arena_new();
	if (w->diff->arena == NULL)
		diff_free(&w->diff);
	return w->diff != NULL;
}

void
diff_free(struct diff **dp)
{
	struct diff *d = *dp;

	if (d == NULL)
		return;
	*dp = NULL;
	for (size_t i = 0; i < d->count; i++)
		free(d->changes[i].fields);
	free(d->changes);
	arena_free(&d->arena);
	free(d);
}

const char *
diff_what(enum inventory_change_kind what)
{
	switch (what) {
	case INVENTORY_ADD:
		return "add";
	case INVENTORY_CHANGE:
		return "change";
	case INVENTORY_REMOVE:
		break;
	}
	return "remove";
}

/* --- the inventory */

/* Feeds are many: sorted by number, to be found. */
struct by_id {
	int64_t id;
	const struct inventory_feed *feed;
};

static int
id_order(const void *a, const void *b)
{
	const struct by_id *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct by_id *
index_new(const struct inventory *now)
{
	struct by_id *list = calloc(now->feed_count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < now->feed_count; i++)
		list[i] = (struct by_id){ now->feeds[i].id, &now->feeds[i] };
	if (list != NULL)
		qsort(list, now->feed_count, sizeof(*list), id_order);
	return list;
}

static const void *
feed_was(const struct by_id *index, size_t count, int64_t id)
{
	static const struct inventory_feed usual = { .name = "",
		.site = "",
		.device = "",
		.url = "",
		.tags = "",
		.dark_hours = "",
		.relay = "",
		.enabled = true,
		.criticality = 3 };
	struct by_id key = { id, NULL };
	const struct by_id *hit =
	    count > 0 ? bsearch(&key, index, count, sizeof(*index), id_order)
		      : NULL;

	return hit != NULL ? hit->feed : &usual;
}

static const void *
site_was(const struct inventory *now, int64_t id)
{
	static const struct inventory_site usual = { .path = "",
		.zone = "",
		.contact = "" };

	for (size_t i = 0; id != 0 && i < now->site_count; i++)
		if (now->sites[i].id == id)
			return &now->sites[i];
	return &usual;
}

static const void *
device_was(const struct inventory *now, int64_t id)
{
	static const struct inventory_device usual = { .name = "",
		.address = "",
		.user = "",
		.password = "" };

	for (size_t i = 0; id != 0 && i < now->device_count; i++)
		if (now->devices[i].id == id)
			return &now->devices[i];
	return &usual;
}

struct diff *
diff_of_plan(const struct inventory *now, const struct inventory_plan *plan)
{
	struct by_id *index = index_new(now);
	struct work w;
	bool more = index != NULL && begin(&w);

	if (!more) {
		free(index);
		return NULL;
	}
	for (size_t i = 0; more && i < plan->count; i++) {
		const struct inventory_change *c = &plan->changes[i];
		char name[2 * LIMIT_NAME_BYTES];
		struct pair p = { .group = c->kind,
			.what = c->change,
			.columns = columns_of(c->kind, true),
			.name = name };

		switch (c->kind) {
		case INVENTORY_SITES:
			p.kind = "site";
			p.name = c->site.path;
			p.is = &c->site;
			p.was = site_was(now, c->id);
			break;
		case INVENTORY_DEVICES:
			p.kind = "device";
			p.name = c->device.name;
			p.is = &c->device;
			p.was = device_was(now, c->id);
			break;
		case INVENTORY_FEEDS:
			snprintf(name, sizeof(name), "%s%s%s", c->feed.site,
			    c->feed.site[0] != '\0' ? "/" : "", c->feed.name);
			p.kind = "feed";
			p.is = &c->feed;
			p.was = feed_was(index, now->feed_count, c->id);
			break;
		}
		more = change_add(&w, &p);
	}
	free(index);
	return finish(&w);
}

/* --- the floor; it is small */

struct usual {
	struct floor_console console;
	struct floor_screen screen;
	struct floor_pattern pattern;
	struct floor_shift shift;
	struct floor_room room;
};

static void
usual_init(struct usual *u)
{
	floor_console_default(&u->console);
	floor_screen_default(&u->screen);
	floor_pattern_default(&u->pattern);
	floor_shift_default(&u->shift);
	u->room = (struct floor_room){ .name = "", .site = "" };
}

/* The record of that number in an array of them, which each begins with. */
static const void *
numbered(const void *list, size_t count, size_t size, int64_t id,
    const void *usual)
{
	const char *p = list;

	for (size_t i = 0; id != 0 && i < count; i++) {
		int64_t n;

		memcpy(&n, p + i * size, sizeof(n));
		if (n == id)
			return p + i * size;
	}
	return usual;
}

#define FIND(now, things, count, usual, id)                                    \
	numbered((now)->things, (now)->count, sizeof(*(now)->things), id, usual)

static void
floor_pair(const struct floor *now, const struct floor_change *c,
    const struct usual *u, struct pair *p)
{
	switch (c->kind) {
	case FLOOR_CONSOLES:
		p->kind = "console";
		p->is = &c->console;
		p->was = FIND(now, consoles, console_count, &u->console, c->id);
		break;
	case FLOOR_SCREENS:
		p->kind = "screen";
		p->is = &c->screen;
		p->was = FIND(now, screens, screen_count, &u->screen, c->id);
		break;
	case FLOOR_PATTERNS:
		p->kind = "pattern";
		p->is = &c->pattern;
		p->was = FIND(now, patterns, pattern_count, &u->pattern, c->id);
		break;
	case FLOOR_ROSTER:
		p->kind = "shift";
		p->is = &c->shift;
		p->was = FIND(now, shifts, shift_count, &u->shift, c->id);
		break;
	case FLOOR_ROOMS:
		p->kind = "room";
		p->is = &c->room;
		p->was = FIND(now, rooms, room_count, &u->room, c->id);
		break;
	}
}

struct diff *
diff_of_floor(const struct floor *now, const struct floor_plan *plan)
{
	struct usual u;
	struct work w;
	bool more = begin(&w);

	if (!more)
		return NULL;
	usual_init(&u);
	for (size_t i = 0; more && i < plan->count; i++) {
		const struct floor_change *c = &plan->changes[i];
		char name[2 * LIMIT_NAME_BYTES + 64], text[COLUMN_BYTES];
		struct pair p = { .group = c->kind,
			.what = c->change,
			.columns = columns_of_floor(c->kind),
			.name = name };

		floor_pair(now, c, &u, &p);
		if (c->kind == FLOOR_ROSTER)
			floor_shift_text(&c->shift, name, sizeof(name));
		else
			p.name = p.columns.list[0].cell(p.is, text);
		more = change_add(&w, &p);
	}
	return finish(&w);
}
