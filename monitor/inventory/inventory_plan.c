/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wish against current state -> changes, in an order that can be applied:
 * feeds removed, sites and devices made or changed, feeds changed and added,
 * devices and sites removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/inventory/arena.h"
#include "monitor/inventory/inventory.h"
#include "monitor/inventory/mistake.h"
#include "monitor/inventory/unique.h"

typedef const struct inventory_feed *feed_ptr;

struct final { /* a wished feed merged with what it matches */
	struct inventory_feed feed;
	uint32_t fields; /* that change */
};

struct work {
	const struct inventory *now, *wish;
	const struct inventory_options *opt;
	struct inventory_mistakes *mistakes;
	struct inventory_plan *plan;
	bool no_memory;
	/* feeds */
	feed_ptr *by_uuid, *by_name, *by_url; /* of now, sorted; owned */
	feed_ptr *match;     /* of each wished feed, NULL = new; owned */
	struct final *final; /* of each wished feed; owned */
	bool *claimed;	     /* of each current feed; owned */
};

static const char *
kept(struct work *w, const char *s)
{
	const char *copy = arena_copy(w->plan->arena, s, strlen(s));

	if (copy == NULL)
		w->no_memory = true;
	return copy != NULL ? copy : "";
}

static struct inventory_change *
change_new(struct work *w, enum inventory_change_kind change,
    enum inventory_kind kind, int64_t id)
{
	void *item;

	w->plan->changes = arena_more(w->plan->changes, &w->plan->count,
	    sizeof(*w->plan->changes), &item);
	struct inventory_change *c = item;

	if (c == NULL) {
		w->no_memory = true;
		return NULL;
	}
	c->change = change;
	c->kind = kind;
	c->id = id;
	return c;
}

static void
tally(struct work *w, enum inventory_kind kind, bool add, uint32_t fields)
{
	if (kind != w->opt->kind)
		return;
	if (add)
		w->plan->added++;
	else if (fields != 0)
		w->plan->changed++;
	else
		w->plan->unchanged++;
}

static void
site_copy(struct work *w, struct inventory_site *s)
{
	s->path = kept(w, s->path);
	s->zone = kept(w, s->zone);
	s->contact = kept(w, s->contact);
}

static void
device_copy(struct work *w, struct inventory_device *d)
{
	d->name = kept(w, d->name);
	d->address = kept(w, d->address);
	d->user = kept(w, d->user);
	d->password = kept(w, d->password);
}

static void
feed_copy(struct work *w, struct inventory_feed *f)
{
	f->name = kept(w, f->name);
	f->site = kept(w, f->site);
	f->device = kept(w, f->device);
	f->url = kept(w, f->url);
	f->tags = kept(w, f->tags);
	f->dark_hours = kept(w, f->dark_hours);
	f->relay = kept(w, f->relay);
}

/* Takes the wish for one text field, and says whether that changes it. */
static uint32_t
take_text(uint32_t given, uint32_t bit, const char **value, const char *wish)
{
	if (!(given & bit) || strcmp(*value, wish) == 0)
		return 0;
	*value = wish;
	return bit;
}

static uint32_t
take_number(uint32_t given, uint32_t bit, uint32_t *value, uint32_t wish)
{
	if (!(given & bit) || *value == wish)
		return 0;
	*value = wish;
	return bit;
}

/* --- sites --- */

static const struct inventory_site *
site_find(const struct inventory *inv, const char *path)
{
	size_t low = 0, high = inv->site_count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(inv->sites[mid].path, path);

		if (c == 0)
			return &inv->sites[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static void
site_plan(struct work *w, const struct inventory_site *wish)
{
	const struct inventory_site *now = site_find(w->now, wish->path);
	struct inventory_site s = now != NULL ? *now : *wish;
	uint32_t fields = 0;

	if (now != NULL) {
		fields |=
		    take_text(wish->given, INVENTORY_ZONE, &s.zone, wish->zone);
		fields |= take_text(wish->given, INVENTORY_CONTACT, &s.contact,
		    wish->contact);
		fields |= take_number(wish->given, INVENTORY_TARGET,
		    &s.target_ppm, wish->target_ppm);
		fields |= take_number(wish->given, INVENTORY_CEILING,
		    &s.ceiling_kbps, wish->ceiling_kbps);
	}
	tally(w, INVENTORY_SITES, now == NULL, fields);
	if (now != NULL && fields == 0)
		return;
	struct inventory_change *c =
	    change_new(w, now != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		INVENTORY_SITES, now != NULL ? now->id : 0);

	if (c == NULL)
		return;
	c->fields = fields;
	c->site = s;
	site_copy(w, &c->site);
}

static void
sites_remove(struct work *w)
{
	/* Children follow their parents in the order of paths. */
	for (size_t i = w->now->site_count; i-- > 0;) {
		const struct inventory_site *s = &w->now->sites[i];

		if (site_find(w->wish, s->path) != NULL)
			continue;
		struct inventory_change *c =
		    change_new(w, INVENTORY_REMOVE, INVENTORY_SITES, s->id);

		if (c == NULL)
			return;
		c->site = *s;
		site_copy(w, &c->site);
		w->plan->removed++;
	}
}

/* --- devices --- */

static const struct inventory_device *
device_find(const struct inventory *inv, const char *name)
{
	size_t low = 0, high = inv->device_count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = strcmp(inv->devices[mid].name, name);

		if (c == 0)
			return &inv->devices[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static uint32_t
device_merge(struct inventory_device *d, const struct inventory_device *wish)
{
	uint32_t g = wish->given;

	return take_text(g, INVENTORY_ADDRESS, &d->address, wish->address) |
	       take_text(g, INVENTORY_USER, &d->user, wish->user) |
	       take_text(g, INVENTORY_PASSWORD, &d->password, wish->password) |
	       take_number(g, INVENTORY_SESSIONS, &d->sessions,
		   wish->sessions) |
	       take_number(g, INVENTORY_QUIRKS, &d->quirks, wish->quirks);
}

static void
device_plan(struct work *w, const struct inventory_device *wish)
{
	const struct inventory_device *now = device_find(w->now, wish->name);
	struct inventory_device d = now != NULL ? *now : *wish;
	uint32_t fields = now != NULL ? device_merge(&d, wish) : 0;

	tally(w, INVENTORY_DEVICES, now == NULL, fields);
	if (now != NULL && fields == 0)
		return;
	struct inventory_change *c =
	    change_new(w, now != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		INVENTORY_DEVICES, now != NULL ? now->id : 0);

	if (c == NULL)
		return;
	c->fields = fields;
	c->device = d;
	device_copy(w, &c->device);
}

static void
devices_remove(struct work *w)
{
	for (size_t i = 0; i < w->now->device_count; i++) {
		const struct inventory_device *d = &w->now->devices[i];

		if (device_find(w->wish, d->name) != NULL)
			continue;
		struct inventory_change *c =
		    change_new(w, INVENTORY_REMOVE, INVENTORY_DEVICES, d->id);

		if (c == NULL)
			return;
		c->device = *d;
		device_copy(w, &c->device);
		w->plan->removed++;
	}
}

/* --- feeds --- */

static feed_ptr
lookup(const struct work *w, feed_ptr *sorted, feed_ptr key,
    int (*cmp)(const void *, const void *))
{
	feed_ptr *hit = w->now->feed_count == 0
			    ? NULL
			    : bsearch(&key, sorted, w->now->feed_count,
				  sizeof(*sorted), cmp);

	return hit != NULL ? *hit : NULL;
}

static void
claim(struct work *w, size_t wish, feed_ptr now)
{
	if (now == NULL || w->claimed[now - w->now->feeds])
		return;
	w->claimed[now - w->now->feeds] = true;
	w->match[wish] = now;
}

static void
match_feeds(struct work *w)
{
	const struct inventory *wish = w->wish;

	for (size_t i = 0; i < wish->feed_count; i++)
		if (wish->feeds[i].given & INVENTORY_UUID)
			claim(w, i,
			    lookup(w, w->by_uuid, &wish->feeds[i],
				unique_by_uuid));
	for (size_t i = 0; i < wish->feed_count; i++)
		if (!(wish->feeds[i].given & INVENTORY_UUID))
			claim(w, i,
			    lookup(w, w->by_name, &wish->feeds[i],
				unique_by_name));
	for (size_t i = 0; i < wish->feed_count; i++)
		if (!(wish->feeds[i].given & INVENTORY_UUID) &&
		    w->match[i] == NULL)
			claim(w, i,
			    lookup(w, w->by_url, &wish->feeds[i],
				unique_by_url));
}

static void
host_of(const char *url, char out[LIMIT_HOST_BYTES])
{
	struct inventory_url u;
	size_t at;

	out[0] = '\0';
	if (inventory_url_parse(url, &u, &at) == NULL)
		memcpy(out, u.host, LIMIT_HOST_BYTES);
}

/* A device that was only the url's host follows the url to another host. */
static uint32_t
follow_host(struct inventory_feed *f, feed_ptr now, feed_ptr wish)
{
	char host[LIMIT_HOST_BYTES];

	if ((wish->given & INVENTORY_DEVICE) || strcmp(now->url, f->url) == 0 ||
	    strcmp(f->device, wish->device) == 0)
		return 0;
	host_of(now->url, host);
	if (strcmp(now->device, host) != 0)
		return 0;
	f->device = wish->device;
	return INVENTORY_DEVICE;
}

static uint32_t
feed_merge(struct inventory_feed *f, feed_ptr now, feed_ptr wish)
{
	uint32_t g = wish->given;
	uint32_t fields =
	    take_text(g, INVENTORY_NAME, &f->name, wish->name) |
	    take_text(g, INVENTORY_SITE, &f->site, wish->site) |
	    take_text(g, INVENTORY_DEVICE, &f->device, wish->device) |
	    take_text(g, INVENTORY_URL, &f->url, wish->url) |
	    take_text(g, INVENTORY_TAGS, &f->tags, wish->tags) |
	    take_text(g, INVENTORY_RELAY, &f->relay, wish->relay) |
	    take_text(g, INVENTORY_DARK_HOURS, &f->dark_hours,
		wish->dark_hours) |
	    take_number(g, INVENTORY_VISIT, &f->visit_s, wish->visit_s) |
	    take_number(g, INVENTORY_VISIT, &f->visit_every_s,
		wish->visit_every_s);

	if ((g & INVENTORY_TRANSPORT) && f->transport != wish->transport)
		fields |= INVENTORY_TRANSPORT;
	if ((g & INVENTORY_NO_PICTURE) && f->no_picture != wish->no_picture)
		fields |= INVENTORY_NO_PICTURE;
	if ((g & INVENTORY_CRITICALITY) && f->criticality != wish->criticality)
		fields |= INVENTORY_CRITICALITY;
	if ((g & INVENTORY_ENABLED) && f->enabled != wish->enabled)
		fields |= INVENTORY_ENABLED;
	if ((g & INVENTORY_PTZ) && f->ptz != wish->ptz)
		fields |= INVENTORY_PTZ;
	if (fields & INVENTORY_PTZ)
		f->ptz = wish->ptz;
	if (fields & INVENTORY_TRANSPORT)
		f->transport = wish->transport;
	if (fields & INVENTORY_NO_PICTURE)
		f->no_picture = wish->no_picture;
	if (fields & INVENTORY_CRITICALITY)
		f->criticality = wish->criticality;
	if (fields & INVENTORY_ENABLED)
		f->enabled = wish->enabled;
	return fields | follow_host(f, now, wish);
}

static void
name_taken(struct work *w, feed_ptr f, uint32_t line)
{
	feed_ptr other = lookup(w, w->by_name, f, unique_by_name);
	char uuid[37];

	if (other == NULL || w->claimed[other - w->now->feeds] || w->opt->prune)
		return;
	uuid_print(other->uuid, uuid);
	mistake_add(w->mistakes,
	    (struct mistake_place){ w->opt->file, line, 1 },
	    "the name \"%.128s\" at site \"%.128s\" belongs to feed %s, "
	    "expected another name",
	    f->name, f->site, uuid);
}

static void
feed_plan(struct work *w, size_t i)
{
	feed_ptr wish = &w->wish->feeds[i], now = w->match[i];
	struct final *f = &w->final[i];

	tally(w, INVENTORY_FEEDS, now == NULL, f->fields);
	if (now != NULL && f->fields == 0)
		return;
	name_taken(w, &f->feed, wish->line);
	struct inventory_change *c =
	    change_new(w, now != NULL ? INVENTORY_CHANGE : INVENTORY_ADD,
		INVENTORY_FEEDS, now != NULL ? now->id : 0);

	if (c == NULL)
		return;
	if (now == NULL && !(wish->given & INVENTORY_UUID)) {
		w->opt->random(w->opt->random_arg, f->feed.uuid);
		inventory_uuid_make(f->feed.uuid, f->feed.uuid);
	}
	c->fields = f->fields;
	c->feed = f->feed;
	feed_copy(w, &c->feed);
}

static void
feed_remove(struct work *w, feed_ptr f)
{
	struct inventory_change *c =
	    change_new(w, INVENTORY_REMOVE, INVENTORY_FEEDS, f->id);

	if (c == NULL)
		return;
	c->feed = *f;
	feed_copy(w, &c->feed);
	w->plan->removed++;
}

/* Every site a feed will stand in, above it all sites it lies in. */
static void
sites_of_feeds(struct work *w)
{
	const char *last = NULL;

	for (size_t i = 0; i < w->wish->feed_count; i++) {
		feed_ptr f = &w->wish->feeds[i];

		if (f->site[0] == '\0' || site_find(w->now, f->site) != NULL ||
		    (last != NULL && strcmp(last, f->site) == 0))
			continue;
		last = f->site;
		bool seen = false;

		for (size_t k = 0; k < w->plan->count && !seen; k++)
			seen =
			    w->plan->changes[k].kind == INVENTORY_SITES &&
			    strcmp(w->plan->changes[k].site.path, f->site) == 0;
		if (!seen)
			site_plan(w, &(struct inventory_site){ .path = f->site,
					 .zone = "",
					 .contact = "" });
	}
}

static void
merge_feeds(struct work *w)
{
	for (size_t i = 0; i < w->wish->feed_count; i++) {
		feed_ptr wish = &w->wish->feeds[i], now = w->match[i];
		struct final *f = &w->final[i];

		f->feed = now != NULL ? *now : *wish;
		f->fields = now != NULL ? feed_merge(&f->feed, now, wish) : 0;
	}
}

/* Those that say most of a device come first. */
static int
device_order(const void *a, const void *b)
{
	const struct inventory_device *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	return c != 0 ? c : (x->given < y->given) - (x->given > y->given);
}

/* Each feed's device, with the credentials its row gave. A row that names no
 * device speaks of the one the feed has. */
static void
devices_of_feeds(struct work *w)
{
	size_t count = 0;
	struct inventory_device *d =
	    calloc(w->wish->feed_count + 1, sizeof(*d));

	w->no_memory |= d == NULL;
	for (size_t i = 0; d != NULL && i < w->wish->feed_count; i++) {
		const char *name = w->final[i].feed.device;
		const struct inventory_device *said =
		    device_find(w->wish, w->wish->feeds[i].device);

		if (name[0] == '\0' || said == NULL)
			continue;
		d[count] = *said;
		d[count++].name = name;
	}
	if (count > 0)
		qsort(d, count, sizeof(*d), device_order);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(d[i].name, d[i - 1].name) != 0)
			device_plan(w, &d[i]);
	free(d);
}

static void
feeds_plan(struct work *w)
{
	const struct inventory *now = w->now, *wish = w->wish;

	match_feeds(w);
	merge_feeds(w);
	for (size_t i = 0; w->opt->prune && i < now->feed_count; i++)
		if (!w->claimed[i])
			feed_remove(w, &now->feeds[i]);
	sites_of_feeds(w);
	devices_of_feeds(w);
	for (size_t i = 0; i < wish->feed_count; i++)
		feed_plan(w, i);
}

static bool
prepare(struct work *w)
{
	w->plan = calloc(1, sizeof(*w->plan));
	if (w->plan == NULL)
		return false;
	w->plan->arena = arena_new();
	w->by_uuid = unique_sort(w->now, unique_by_uuid);
	w->by_name = unique_sort(w->now, unique_by_name);
	w->by_url = unique_sort(w->now, unique_by_url);
	w->match = calloc(w->wish->feed_count + 1, sizeof(*w->match));
	w->final = calloc(w->wish->feed_count + 1, sizeof(*w->final));
	w->claimed = calloc(w->now->feed_count + 1, sizeof(*w->claimed));
	return w->plan->arena != NULL && w->by_uuid != NULL &&
	       w->by_name != NULL && w->by_url != NULL && w->match != NULL &&
	       w->final != NULL && w->claimed != NULL;
}

static void
release(struct work *w)
{
	free(w->by_uuid);
	free(w->by_name);
	free(w->by_url);
	free(w->match);
	free(w->final);
	free(w->claimed);
}

static void
plan_kind(struct work *w)
{
	switch (w->opt->kind) {
	case INVENTORY_SITES:
		for (size_t i = 0; i < w->wish->site_count; i++)
			site_plan(w, &w->wish->sites[i]);
		if (w->opt->prune)
			sites_remove(w);
		break;
	case INVENTORY_DEVICES:
		for (size_t i = 0; i < w->wish->device_count; i++)
			device_plan(w, &w->wish->devices[i]);
		if (w->opt->prune)
			devices_remove(w);
		break;
	case INVENTORY_FEEDS:
		feeds_plan(w);
		break;
	}
}

struct inventory_plan *
inventory_plan_new(const struct inventory *current,
    const struct inventory *wanted, const struct inventory_options *opt,
    struct inventory_mistakes *mistakes_out)
{
	struct work w = { .now = current,
		.wish = wanted,
		.opt = opt,
		.mistakes = mistakes_out };
	size_t before = mistakes_out->count;

	if (prepare(&w))
		plan_kind(&w);
	else
		w.no_memory = true;
	release(&w);
	if (w.no_memory || mistakes_out->count > before)
		inventory_plan_free(&w.plan);
	return w.plan;
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

/* --- one by name --- */

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
remove_feed(struct work *w, const char *what)
{
	for (size_t i = 0; i < w->now->feed_count; i++)
		if (inventory_feed_is(&w->now->feeds[i], what))
			feed_remove(w, &w->now->feeds[i]);
	if (w->plan->removed == 0)
		mistake_add(w->mistakes,
		    (struct mistake_place){ .file = "feeds" },
		    "no feed \"%.200s\", expected its uuid or SITE/NAME", what);
}

static void
remove_other(struct work *w, enum inventory_kind kind, const char *what)
{
	bool site = kind == INVENTORY_SITES;
	const struct inventory_site *s = site ? site_find(w->now, what) : NULL;
	const struct inventory_device *d =
	    site ? NULL : device_find(w->now, what);
	struct mistake_place at = { .file = site ? "sites" : "devices" };

	if (s == NULL && d == NULL) {
		mistake_add(w->mistakes, at, "no %s \"%.200s\"",
		    site ? "site" : "device", what);
		return;
	}
	for (size_t i = 0; w->opt->prune && d && i < w->now->feed_count; i++)
		if (strcmp(w->now->feeds[i].device, what) == 0)
			feed_remove(w, &w->now->feeds[i]);
	if (site ? site_in_use(w->now, what)
		 : !w->opt->prune && device_in_use(w->now, what)) {
		mistake_add(w->mistakes, at,
		    "%s \"%.200s\" is still in use, expected none of its "
		    "feeds or sites left",
		    site ? "site" : "device", what);
		return;
	}
	struct inventory_change *c =
	    change_new(w, INVENTORY_REMOVE, kind, site ? s->id : d->id);

	if (c == NULL)
		return;
	if (site) {
		c->site = *s;
		site_copy(w, &c->site);
	} else {
		c->device = *d;
		device_copy(w, &c->device);
	}
	w->plan->removed++;
}

struct inventory_plan *
inventory_plan_remove(const struct inventory *current, enum inventory_kind kind,
    const char *what, bool with_feeds, struct inventory_mistakes *mistakes_out)
{
	struct inventory_options opt = { .kind = kind, .prune = with_feeds };
	struct work w = { .now = current,
		.wish = current,
		.opt = &opt,
		.mistakes = mistakes_out };
	size_t before = mistakes_out->count;

	if (!prepare(&w))
		w.no_memory = true;
	else if (kind == INVENTORY_FEEDS)
		remove_feed(&w, what);
	else
		remove_other(&w, kind, what);
	release(&w);
	if (w.no_memory || mistakes_out->count > before)
		inventory_plan_free(&w.plan);
	return w.plan;
}

/* --- words --- */

static const struct {
	uint32_t bit;
	const char *name;
} fields[] = {
	{ INVENTORY_NAME, "name" },
	{ INVENTORY_SITE, "site" },
	{ INVENTORY_DEVICE, "device" },
	{ INVENTORY_URL, "url" },
	{ INVENTORY_USER, "user" },
	{ INVENTORY_PASSWORD, "password" },
	{ INVENTORY_TRANSPORT, "transport" },
	{ INVENTORY_VISIT, "visit" },
	{ INVENTORY_NO_PICTURE, "no_picture" },
	{ INVENTORY_CRITICALITY, "criticality" },
	{ INVENTORY_TAGS, "tags" },
	{ INVENTORY_ENABLED, "enabled" },
	{ INVENTORY_PTZ, "ptz" },
	{ INVENTORY_DARK_HOURS, "dark_hours" },
	{ INVENTORY_ZONE, "zone" },
	{ INVENTORY_CONTACT, "contact" },
	{ INVENTORY_TARGET, "target" },
	{ INVENTORY_RELAY, "relay" },
	{ INVENTORY_CEILING, "ceiling" },
	{ INVENTORY_ADDRESS, "address" },
	{ INVENTORY_SESSIONS, "sessions" },
	{ INVENTORY_QUIRKS, "quirks" },
};

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
	size_t n = (size_t)subject(c, out, size);
	const char *before = ": ";

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (c->change != INVENTORY_CHANGE ||
		    !(c->fields & fields[i].bit))
			continue;
		n += (size_t)snprintf(n < size ? out + n : NULL,
		    n < size ? size - n : 0, "%s%s", before, fields[i].name);
		before = ", ";
	}
	return n;
}
