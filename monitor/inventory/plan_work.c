/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/plan_work.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/arena.h"

void
plan_work_begin(struct plan_work *w)
{
	w->plan = calloc(1, sizeof(*w->plan));
	if (w->plan != NULL)
		w->plan->arena = arena_new();
	w->no_memory = w->plan == NULL || w->plan->arena == NULL;
}

struct inventory_plan *
plan_work_end(struct plan_work *w, size_t before)
{
	if (w->no_memory || w->mistakes->count > before)
		inventory_plan_free(&w->plan);
	return w->plan;
}

static const char *
kept(struct plan_work *w, const char *s)
{
	const char *copy = arena_copy(w->plan->arena, s, strlen(s));

	w->no_memory |= copy == NULL;
	return copy != NULL ? copy : "";
}

/* What is removed is counted whatever it is; else the kind asked for. */
static void
tally(struct plan_work *w, enum inventory_change_kind change,
    enum inventory_kind kind, uint32_t fields)
{
	struct inventory_plan *p = w->plan;

	if (change == INVENTORY_REMOVE)
		p->removed++;
	else if (kind != w->opt->kind)
		return;
	else if (change == INVENTORY_ADD)
		p->added++;
	else if (fields != 0)
		p->changed++;
	else
		p->unchanged++;
}

/* NULL: there is nothing to change, or no memory. */
static struct inventory_change *
append(struct plan_work *w, enum inventory_change_kind change,
    enum inventory_kind kind, int64_t id, uint32_t fields)
{
	struct inventory_change *c;
	void *item;

	if (w->no_memory)
		return NULL;
	tally(w, change, kind, fields);
	if (change == INVENTORY_CHANGE && fields == 0)
		return NULL;
	w->plan->changes = arena_more(w->plan->changes, &w->plan->count,
	    sizeof(*w->plan->changes), &item);
	c = item;
	if (c == NULL) {
		w->no_memory = true;
		return NULL;
	}
	c->change = change;
	c->kind = kind;
	c->id = change != INVENTORY_ADD ? id : 0;
	c->fields = fields;
	return c;
}

void
plan_work_site(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_site *s, uint32_t fields)
{
	struct inventory_change *c =
	    append(w, change, INVENTORY_SITES, s->id, fields);

	if (c == NULL)
		return;
	c->site = *s;
	c->site.path = kept(w, s->path);
	c->site.zone = kept(w, s->zone);
	c->site.contact = kept(w, s->contact);
}

void
plan_work_device(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_device *d, uint32_t fields)
{
	struct inventory_change *c =
	    append(w, change, INVENTORY_DEVICES, d->id, fields);

	if (c == NULL)
		return;
	c->device = *d;
	c->device.name = kept(w, d->name);
	c->device.address = kept(w, d->address);
	c->device.user = kept(w, d->user);
	c->device.password = kept(w, d->password);
}

void
plan_work_feed(struct plan_work *w, enum inventory_change_kind change,
    const struct inventory_feed *f, uint32_t fields)
{
	struct inventory_change *c =
	    append(w, change, INVENTORY_FEEDS, f->id, fields);

	if (c == NULL)
		return;
	c->feed = *f;
	c->feed.name = kept(w, f->name);
	c->feed.site = kept(w, f->site);
	c->feed.device = kept(w, f->device);
	c->feed.url = kept(w, f->url);
	c->feed.tags = kept(w, f->tags);
	c->feed.dark_hours = kept(w, f->dark_hours);
	c->feed.relay = kept(w, f->relay);
}

uint32_t
plan_take_text(uint32_t given, uint32_t bit, const char **value,
    const char *wish)
{
	if (!(given & bit) || strcmp(*value, wish) == 0)
		return 0;
	*value = wish;
	return bit;
}

uint32_t
plan_take_number(uint32_t given, uint32_t bit, uint32_t *value, uint32_t wish)
{
	if (!(given & bit) || *value == wish)
		return 0;
	*value = wish;
	return bit;
}
