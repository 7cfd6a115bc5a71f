/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wish against current state -> changes, in an order that can be applied:
 * feeds removed, sites and devices made or changed, feeds changed and added,
 * devices and sites removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/arena.h"
#include "monitor/inventory/columns.h"
#include "monitor/inventory/mistake.h"
#include "monitor/inventory/plan_work.h"

/* --- sites */

static int
site_is(const void *path, const void *site)
{
	return strcmp(path, ((const struct inventory_site *)site)->path);
}

const struct inventory_site *
plan_site_of(const struct inventory *inv, const char *path)
{
	return inv->site_count == 0 ? NULL
				    : bsearch(path, inv->sites, inv->site_count,
					  sizeof(*inv->sites), site_is);
}

static uint32_t
site_merge(struct inventory_site *s, const struct inventory_site *wish)
{
	uint32_t g = wish->given;

	return plan_take_text(g, INVENTORY_ZONE, &s->zone, wish->zone) |
	       plan_take_text(g, INVENTORY_CONTACT, &s->contact,
		   wish->contact) |
	       plan_take_number(g, INVENTORY_TARGET, &s->target_ppm,
		   wish->target_ppm) |
	       plan_take_number(g, INVENTORY_CEILING, &s->ceiling_kbps,
		   wish->ceiling_kbps);
}

void
plan_site(struct plan_work *w, const struct inventory_site *wish)
{
	const struct inventory_site *now = plan_site_of(w->now, wish->path);
	struct inventory_site s = now != NULL ? *now : *wish;

	if (now == NULL)
		plan_work_site(w, INVENTORY_ADD, wish, 0);
	else
		plan_work_site(w, INVENTORY_CHANGE, &s, site_merge(&s, wish));
}

static void
sites_remove(struct plan_work *w)
{
	/* Children follow their parents in the order of paths. */
	for (size_t i = w->now->site_count; i-- > 0;)
		if (plan_site_of(w->wish, w->now->sites[i].path) == NULL)
			plan_work_site(w, INVENTORY_REMOVE, &w->now->sites[i],
			    0);
}

/* --- devices */

static uint32_t
device_merge(struct inventory_device *d, const struct inventory_device *wish)
{
	uint32_t g = wish->given;

	return plan_take_text(g, INVENTORY_ADDRESS, &d->address,
		   wish->address) |
	       plan_take_text(g, INVENTORY_USER, &d->user, wish->user) |
	       plan_take_text(g, INVENTORY_PASSWORD, &d->password,
		   wish->password) |
	       plan_take_number(g, INVENTORY_SESSIONS, &d->sessions,
		   wish->sessions) |
	       plan_take_number(g, INVENTORY_QUIRKS, &d->quirks, wish->quirks);
}

void
plan_device(struct plan_work *w, const struct inventory_device *wish)
{
	const struct inventory_device *now =
	    inventory_device_of(w->now, wish->name);
	struct inventory_device d = now != NULL ? *now : *wish;

	if (now == NULL)
		plan_work_device(w, INVENTORY_ADD, wish, 0);
	else
		plan_work_device(w, INVENTORY_CHANGE, &d,
		    device_merge(&d, wish));
}

static void
devices_remove(struct plan_work *w)
{
	for (size_t i = 0; i < w->now->device_count; i++)
		if (inventory_device_of(w->wish, w->now->devices[i].name) ==
		    NULL)
			plan_work_device(w, INVENTORY_REMOVE,
			    &w->now->devices[i], 0);
}

/* --- the whole */

static size_t
count_of(const struct inventory *inv, enum inventory_kind kind)
{
	switch (kind) {
	case INVENTORY_SITES:
		return inv->site_count;
	case INVENTORY_DEVICES:
		return inv->device_count;
	case INVENTORY_FEEDS:
		break;
	}
	return inv->feed_count;
}

static void
plan_kind(struct plan_work *w)
{
	if (w->opt->prune)
		mistake_if_none(w->mistakes, w->opt->file,
		    count_of(w->wish, w->opt->kind),
		    count_of(w->now, w->opt->kind));
	switch (w->opt->kind) {
	case INVENTORY_SITES:
		for (size_t i = 0; i < w->wish->site_count; i++)
			plan_site(w, &w->wish->sites[i]);
		if (w->opt->prune)
			sites_remove(w);
		break;
	case INVENTORY_DEVICES:
		for (size_t i = 0; i < w->wish->device_count; i++)
			plan_device(w, &w->wish->devices[i]);
		if (w->opt->prune)
			devices_remove(w);
		break;
	case INVENTORY_FEEDS:
		plan_feeds(w);
		break;
	}
}

struct inventory_plan *
inventory_plan_new(const struct inventory *current,
    const struct inventory *wanted, const struct inventory_options *opt,
    struct inventory_mistakes *mistakes_out)
{
	struct plan_work w = { .now = current,
		.wish = wanted,
		.opt = opt,
		.mistakes = mistakes_out };
	size_t before = mistakes_out->count;

	plan_work_begin(&w);
	if (!w.no_memory)
		plan_kind(&w);
	return plan_work_end(&w, before);
}

void
inventory_plan_free(struct inventory_plan **plan)
{
	if (*plan == NULL)
		return;
	free((*plan)->changes);
	arena_free(&(*plan)->arena);
	free(*plan);
	*plan = NULL;
}

/* --- words */

static int
subject(const struct inventory_change *c, char *out, size_t size)
{
	static const char *const did[] = { "added", "changed", "removed" };
	const char *what = did[c->change];

	switch (c->kind) {
	case INVENTORY_SITES:
		return snprintf(out, size, "%s site %s", what, c->site.path);
	case INVENTORY_DEVICES:
		return snprintf(out, size, "%s device %s", what,
		    c->device.name);
	case INVENTORY_FEEDS:
		break;
	}
	return snprintf(out, size, "%s feed %s%s%s", what, c->feed.site,
	    c->feed.site[0] != '\0' ? "/" : "", c->feed.name);
}

size_t
inventory_change_text(const struct inventory_change *c, char *out, size_t size)
{
	struct columns columns = columns_of(c->kind, true);
	size_t n = (size_t)subject(c, out, size);
	const char *before = ": ";

	for (size_t i = 0; i < columns.count; i++) {
		if (c->change != INVENTORY_CHANGE ||
		    !(c->fields & columns.list[i].field))
			continue;
		n += (size_t)snprintf(n < size ? out + n : NULL,
		    n < size ? size - n : 0, "%s%s", before,
		    columns.list[i].name);
		before = ", ";
	}
	return n;
}
