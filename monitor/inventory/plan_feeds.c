/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wished feeds -> which current ones they mean, and what that changes, with the
 * sites and devices that they bring. */
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/inventory/mistake.h"
#include "monitor/inventory/plan_work.h"
#include "monitor/inventory/unique.h"

typedef const struct inventory_feed *feed_ptr;

struct final { /* a wished feed merged with what it matches */
	struct inventory_feed feed;
	uint32_t fields; /* that change */
};

struct feeds {
	struct plan_work *w;
	const struct inventory *now, *wish;
	feed_ptr *by_uuid, *by_name, *by_url; /* of now, sorted; owned */
	feed_ptr *wish_by_name;		      /* sorted; owned */
	feed_ptr *match;     /* of each wished feed, NULL = new; owned */
	struct final *final; /* of each wished feed; owned */
	bool *claimed;	     /* of each current feed; owned */
};

/* --- which one is meant */

static feed_ptr
lookup(const struct feeds *f, feed_ptr *sorted, feed_ptr key,
    int (*cmp)(const void *, const void *))
{
	feed_ptr *hit = f->now->feed_count == 0
			    ? NULL
			    : bsearch(&key, sorted, f->now->feed_count,
				  sizeof(*sorted), cmp);

	return hit != NULL ? *hit : NULL;
}

static void
claim(struct feeds *f, size_t wish, feed_ptr now)
{
	if (now == NULL || f->claimed[now - f->now->feeds])
		return;
	f->claimed[now - f->now->feeds] = true;
	f->match[wish] = now;
}

static void
match_feeds(struct feeds *f)
{
	const struct inventory *wish = f->wish;

	for (size_t i = 0; i < wish->feed_count; i++)
		if (wish->feeds[i].given & INVENTORY_UUID)
			claim(f, i,
			    lookup(f, f->by_uuid, &wish->feeds[i],
				unique_by_uuid));
	for (size_t i = 0; i < wish->feed_count; i++)
		if (!(wish->feeds[i].given & INVENTORY_UUID))
			claim(f, i,
			    lookup(f, f->by_name, &wish->feeds[i],
				unique_by_name));
	for (size_t i = 0; i < wish->feed_count; i++)
		if (!(wish->feeds[i].given & INVENTORY_UUID) &&
		    f->match[i] == NULL)
			claim(f, i,
			    lookup(f, f->by_url, &wish->feeds[i],
				unique_by_url));
}

/* --- what it becomes */

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
merge_texts(struct inventory_feed *f, feed_ptr wish)
{
	uint32_t g = wish->given;

	return plan_take_text(g, INVENTORY_NAME, &f->name, wish->name) |
	       plan_take_text(g, INVENTORY_SITE, &f->site, wish->site) |
	       plan_take_text(g, INVENTORY_DEVICE, &f->device, wish->device) |
	       plan_take_text(g, INVENTORY_URL, &f->url, wish->url) |
	       plan_take_text(g, INVENTORY_TAGS, &f->tags, wish->tags) |
	       plan_take_text(g, INVENTORY_RELAY, &f->relay, wish->relay) |
	       plan_take_text(g, INVENTORY_DARK_HOURS, &f->dark_hours,
		   wish->dark_hours) |
	       plan_take_number(g, INVENTORY_VISIT, &f->visit_s,
		   wish->visit_s) |
	       plan_take_number(g, INVENTORY_VISIT, &f->visit_every_s,
		   wish->visit_every_s);
}

static uint32_t
feed_merge(struct inventory_feed *f, feed_ptr now, feed_ptr wish)
{
	uint32_t g = wish->given, fields = merge_texts(f, wish);

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
merge_feeds(struct feeds *f)
{
	for (size_t i = 0; i < f->wish->feed_count; i++) {
		feed_ptr wish = &f->wish->feeds[i], now = f->match[i];
		struct final *to = &f->final[i];

		to->feed = now != NULL ? *now : *wish;
		to->fields = now != NULL ? feed_merge(&to->feed, now, wish) : 0;
	}
}

static void
name_taken(struct feeds *f, feed_ptr feed, uint32_t line)
{
	feed_ptr other = lookup(f, f->by_name, feed, unique_by_name);
	char uuid[37];

	if (other == NULL || f->claimed[other - f->now->feeds] ||
	    f->w->opt->prune)
		return;
	uuid_print(other->uuid, uuid);
	mistake_add(f->w->mistakes,
	    (struct mistake_place){ f->w->opt->file, line, 1 },
	    "the name \"%.128s\" at site \"%.128s\" belongs to feed %s, "
	    "expected another name",
	    feed->name, feed->site, uuid);
}

static void
plan_feed(struct feeds *f, size_t i)
{
	feed_ptr wish = &f->wish->feeds[i];
	struct final *to = &f->final[i];
	bool is_new = f->match[i] == NULL;

	if (is_new || to->fields != 0)
		name_taken(f, &to->feed, wish->line);
	if (is_new && !(wish->given & INVENTORY_UUID)) {
		f->w->opt->random(f->w->opt->random_arg, to->feed.uuid);
		inventory_uuid_make(to->feed.uuid, to->feed.uuid);
	}
	plan_work_feed(f->w, is_new ? INVENTORY_ADD : INVENTORY_CHANGE,
	    &to->feed, to->fields);
}

/* --- what comes with them */

/* Every new site a feed will stand in; those above it the store makes. */
static void
plan_sites(struct feeds *f)
{
	const char *last = "";

	for (size_t i = 0; i < f->wish->feed_count; i++) {
		const char *site = f->wish_by_name[i]->site;

		if (strcmp(site, last) == 0)
			continue;
		last = site;
		if (plan_site_of(f->now, site) == NULL)
			plan_site(f->w, &(struct inventory_site){ .path = site,
					    .zone = "",
					    .contact = "" });
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
plan_devices(struct feeds *f)
{
	size_t count = 0;
	struct inventory_device *d =
	    calloc(f->wish->feed_count + 1, sizeof(*d));

	f->w->no_memory |= d == NULL;
	for (size_t i = 0; d != NULL && i < f->wish->feed_count; i++) {
		const char *name = f->final[i].feed.device;
		const struct inventory_device *said =
		    inventory_device_of(f->wish, f->wish->feeds[i].device);

		if (name[0] == '\0' || said == NULL)
			continue;
		d[count] = *said;
		d[count++].name = name;
	}
	if (count > 0)
		qsort(d, count, sizeof(*d), device_order);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(d[i].name, d[i - 1].name) != 0)
			plan_device(f->w, &d[i]);
	free(d);
}

/* --- the whole */

static bool
prepare(struct feeds *f)
{
	size_t wished = f->wish->feed_count, current = f->now->feed_count;

	f->by_uuid = unique_sort(f->now, unique_by_uuid);
	f->by_name = unique_sort(f->now, unique_by_name);
	f->by_url = unique_sort(f->now, unique_by_url);
	f->wish_by_name = unique_sort(f->wish, unique_by_name);
	f->match = calloc(wished + 1, sizeof(*f->match));
	f->final = calloc(wished + 1, sizeof(*f->final));
	f->claimed = calloc(current + 1, sizeof(*f->claimed));
	return f->by_uuid != NULL && f->by_name != NULL && f->by_url != NULL &&
	       f->wish_by_name != NULL && f->match != NULL &&
	       f->final != NULL && f->claimed != NULL;
}

static void
make(struct feeds *f)
{
	match_feeds(f);
	merge_feeds(f);
	for (size_t i = 0; f->w->opt->prune && i < f->now->feed_count; i++)
		if (!f->claimed[i])
			plan_work_feed(f->w, INVENTORY_REMOVE,
			    &f->now->feeds[i], 0);
	plan_sites(f);
	plan_devices(f);
	for (size_t i = 0; i < f->wish->feed_count; i++)
		plan_feed(f, i);
}

void
plan_feeds(struct plan_work *w)
{
	struct feeds f = { .w = w, .now = w->now, .wish = w->wish };

	if (prepare(&f))
		make(&f);
	else
		w->no_memory = true;
	free(f.by_uuid);
	free(f.by_name);
	free(f.by_url);
	free(f.wish_by_name);
	free(f.match);
	free(f.final);
	free(f.claimed);
}
