/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The removal of one, by its name. */
#include <string.h>

#include "monitor/inventory/mistake.h"
#include "monitor/inventory/plan_work.h"

bool
inventory_feed_is(const struct inventory_feed *f, const char *what)
{
	size_t n = strlen(f->site);
	uint8_t uuid[16];

	if (inventory_uuid_parse(what, uuid))
		return memcmp(f->uuid, uuid, 16) == 0;
	if (n == 0)
		return strcmp(f->name, what) == 0;
	return strncmp(f->site, what, n) == 0 && what[n] == '/' &&
	       strcmp(f->name, what + n + 1) == 0;
}

static bool
site_in_use(const struct inventory *now, const char *path)
{
	size_t n = strlen(path);

	for (size_t i = 0; i < now->feed_count; i++)
		if (strcmp(now->feeds[i].site, path) == 0)
			return true;
	for (size_t i = 0; i < now->site_count; i++)
		if (strncmp(now->sites[i].path, path, n) == 0 &&
		    now->sites[i].path[n] == '/')
			return true;
	return false;
}

static bool
device_in_use(const struct inventory *now, const char *name)
{
	for (size_t i = 0; i < now->feed_count; i++)
		if (strcmp(now->feeds[i].device, name) == 0)
			return true;
	return false;
}

static void
no_such(struct plan_work *w, const char *table, const char *thing,
    const char *what)
{
	mistake_add(w->mistakes, (struct mistake_place){ .file = table },
	    "no %s \"%.200s\"", thing, what);
}

static void
still_used(struct plan_work *w, const char *table, const char *thing,
    const char *what)
{
	mistake_add(w->mistakes, (struct mistake_place){ .file = table },
	    "%s \"%.200s\" is still in use, expected none of its feeds or "
	    "sites left",
	    thing, what);
}

static void
remove_feed(struct plan_work *w, const char *what)
{
	for (size_t i = 0; i < w->now->feed_count; i++)
		if (inventory_feed_is(&w->now->feeds[i], what))
			plan_work_feed(w, INVENTORY_REMOVE, &w->now->feeds[i],
			    0);
	if (w->plan->removed == 0)
		mistake_add(w->mistakes,
		    (struct mistake_place){ .file = "feeds" },
		    "no feed \"%.200s\", expected its uuid or SITE/NAME", what);
}

static void
remove_site(struct plan_work *w, const char *what)
{
	const struct inventory_site *s = plan_site_of(w->now, what);

	if (s == NULL)
		no_such(w, "sites", "site", what);
	else if (site_in_use(w->now, what))
		still_used(w, "sites", "site", what);
	else
		plan_work_site(w, INVENTORY_REMOVE, s, 0);
}

/* With all that it serves, or only if that is nothing. */
static void
remove_device(struct plan_work *w, const char *what)
{
	const struct inventory_device *d = inventory_device_of(w->now, what);
	bool with_feeds = w->opt->prune;

	if (d == NULL) {
		no_such(w, "devices", "device", what);
		return;
	}
	if (!with_feeds && device_in_use(w->now, what)) {
		still_used(w, "devices", "device", what);
		return;
	}
	for (size_t i = 0; i < w->now->feed_count; i++)
		if (strcmp(w->now->feeds[i].device, what) == 0)
			plan_work_feed(w, INVENTORY_REMOVE, &w->now->feeds[i],
			    0);
	plan_work_device(w, INVENTORY_REMOVE, d, 0);
}

struct inventory_plan *
inventory_plan_remove(const struct inventory *current, enum inventory_kind kind,
    const char *what, bool with_feeds, struct inventory_mistakes *mistakes_out)
{
	static void (*const one[])(struct plan_work * w,
	    const char *what) = { [INVENTORY_SITES] = remove_site,
		[INVENTORY_DEVICES] = remove_device,
		[INVENTORY_FEEDS] = remove_feed };
	struct inventory_options opt = { .kind = kind, .prune = with_feeds };
	struct plan_work w = { .now = current,
		.wish = current,
		.opt = &opt,
		.mistakes = mistakes_out };
	size_t before = mistakes_out->count;

	plan_work_begin(&w);
	if (!w.no_memory)
		one[kind](&w, what);
	return plan_work_end(&w, before);
}
