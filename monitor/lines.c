/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/lines.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/store/store_read.h"

/* Feeds by number, as the reader gives the inventory's. */
struct rates {
	const struct inventory *inv;
	uint32_t *kbps;
};

static int
by_id(const void *key, const void *feed)
{
	int64_t id = *(const int64_t *)key;
	int64_t other = ((const struct inventory_feed *)feed)->id;

	return (id > other) - (id < other);
}

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct rates *r = arg;
	const struct inventory_feed *f = bsearch(&row->id, r->inv->feeds,
	    r->inv->feed_count, sizeof(*r->inv->feeds), by_id);

	if (f != NULL && row->enabled)
		r->kbps[f - r->inv->feeds] = row->kbps;
	return true;
}

static void
add_up(struct lines *out, const uint32_t *kbps)
{
	const struct ration *r = out->ration;

	for (size_t i = 0; i < r->feed_count; i++)
		if (r->feeds[i].site != RATION_NO_SITE)
			out->measured[r->feeds[i].site] += kbps[i];
	/* Paths sort parents first. */
	for (size_t i = r->site_count; i-- > 0;)
		if (r->sites[i].parent != RATION_NO_SITE)
			out->measured[r->sites[i].parent] += out->measured[i];
}

bool
lines_read(struct lines *out, struct store_reader *r)
{
	struct rates rates = { 0 };

	*out = (struct lines){ 0 };
	out->inventory = store_read_inventory(r, false, NULL);
	if (out->inventory == NULL)
		return false;
	rates.inv = out->inventory;
	rates.kbps = calloc(rates.inv->feed_count + 1, sizeof(*rates.kbps));
	if (rates.kbps != NULL && rates.inv->feed_count > 0)
		store_read_feeds(r, NULL, NULL, on_feed, &rates);
	if (rates.kbps != NULL)
		out->ration =
		    ration_new(rates.inv, rates.kbps, RATION_USUAL_KBPS);
	if (out->ration != NULL)
		out->measured =
		    calloc(out->ration->site_count + 1, sizeof(*out->measured));
	if (out->measured != NULL)
		add_up(out, rates.kbps);
	else
		lines_fini(out);
	free(rates.kbps);
	return out->ration != NULL;
}

void
lines_fini(struct lines *l)
{
	ration_free(&l->ration);
	inventory_free(&l->inventory);
	free(l->measured);
	l->measured = NULL;
}

static int
by_path(const void *key, const void *site)
{
	return strcmp(key, ((const struct ration_site *)site)->path);
}

const struct ration_site *
lines_find(const struct lines *l, const char *path, uint64_t *measured_out)
{
	const struct ration *r = l->ration;
	const struct ration_site *s =
	    r == NULL || r->site_count == 0
		? NULL
		: bsearch(path, r->sites, r->site_count, sizeof(*r->sites),
		      by_path);

	if (s != NULL)
		*measured_out = l->measured[s - r->sites];
	return s;
}
