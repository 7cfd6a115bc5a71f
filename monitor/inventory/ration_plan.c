/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change will ask of lines, before it is made. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration.h"

#define LINES_SHOWN 40u
#define LINE_BYTES (LIMIT_NAME_BYTES + RATION_TEXT)

struct place { /* of a feed, by its number */
	int64_t id;
	size_t at;
};

static int
by_id(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct place *
places_of(const struct inventory *now)
{
	struct place *list = calloc(now->feed_count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < now->feed_count; i++)
		list[i] = (struct place){ now->feeds[i].id, i };
	if (list != NULL && now->feed_count > 0)
		qsort(list, now->feed_count, sizeof(*list), by_id);
	return list;
}

/* Shallow: its strings stay whose they are. */
static bool
copy_all(const struct inventory *now, size_t more, struct inventory *out)
{
	*out = (struct inventory){ 0 };
	out->sites = calloc(now->site_count + more, sizeof(*out->sites));
	out->devices = calloc(now->device_count + more, sizeof(*out->devices));
	out->feeds = calloc(now->feed_count + more, sizeof(*out->feeds));
	if (out->sites == NULL || out->devices == NULL || out->feeds == NULL)
		return false;
	out->site_count = now->site_count;
	out->device_count = now->device_count;
	out->feed_count = now->feed_count;
	for (size_t i = 0; i < now->site_count; i++)
		out->sites[i] = now->sites[i];
	for (size_t i = 0; i < now->device_count; i++)
		out->devices[i] = now->devices[i];
	for (size_t i = 0; i < now->feed_count; i++)
		out->feeds[i] = now->feeds[i];
	return true;
}

/* Of few: sites and devices that a change of feeds touches. */
static void
put_site(struct inventory *inv, const struct inventory_change *c)
{
	size_t i = 0;

	while (i < inv->site_count && inv->sites[i].id != c->id)
		i++;
	if (c->change == INVENTORY_ADD)
		i = inv->site_count++;
	if (i == inv->site_count)
		return;
	inv->sites[i] = c->site;
	if (c->change == INVENTORY_REMOVE)
		inv->sites[i].ceiling_kbps = 0;
}

static void
put_device(struct inventory *inv, const struct inventory_change *c)
{
	size_t i = 0;

	if (c->change == INVENTORY_ADD)
		i = inv->device_count++;
	else
		while (i < inv->device_count && inv->devices[i].id != c->id)
			i++;
	if (i < inv->device_count)
		inv->devices[i] = c->device;
}

static void
put_feed(struct inventory *inv, const struct place *places, size_t count,
    const struct inventory_change *c)
{
	const struct place key = { c->id, 0 }, *hit = NULL;

	if (c->change == INVENTORY_ADD) {
		inv->feeds[inv->feed_count++] = c->feed;
		return;
	}
	if (count > 0)
		hit = bsearch(&key, places, count, sizeof(*places), by_id);
	if (hit == NULL)
		return;
	inv->feeds[hit->at] = c->feed;
	inv->feeds[hit->at].enabled &= c->change != INVENTORY_REMOVE;
}

static bool
apply(const struct inventory *now, const struct inventory_plan *plan,
    struct inventory *out)
{
	struct place *places = places_of(now);
	bool well = places != NULL && copy_all(now, plan->count + 1, out);

	for (size_t i = 0; well && i < plan->count; i++) {
		const struct inventory_change *c = &plan->changes[i];

		if (c->kind == INVENTORY_SITES)
			put_site(out, c);
		else if (c->kind == INVENTORY_DEVICES)
			put_device(out, c);
		else
			put_feed(out, places, now->feed_count, c);
	}
	free(places);
	return well;
}

static uint32_t *
rates_of(const uint32_t *kbps, size_t known, size_t all)
{
	uint32_t *list = calloc(all + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && kbps != NULL && i < known; i++)
		list[i] = kbps[i];
	return list;
}

static char *
print(const struct ration *r)
{
	size_t size = 64 + (LINES_SHOWN + 1) * LINE_BYTES;
	size_t shown =
	    r->site_count < LINES_SHOWN ? r->site_count : LINES_SHOWN;
	char *out = malloc(size), text[RATION_TEXT];
	size_t n;

	if (out == NULL)
		return NULL;
	n = (size_t)snprintf(out, size, "%.1f Mbit/s expected of all feeds\n",
	    (double)r->expected_kbps / 1e3);
	for (size_t i = 0; i < shown; i++)
		n += (size_t)snprintf(out + n, size - n, "%s: %s\n",
		    r->sites[i].path, ration_text(&r->sites[i], text));
	if (shown < r->site_count)
		snprintf(out + n, size - n, "... and %zu more lines\n",
		    r->site_count - shown);
	return out;
}

char *
ration_plan_text(const struct inventory *now, const uint32_t *kbps,
    const struct inventory_plan *plan)
{
	struct inventory then = { 0 };
	struct ration *r = NULL;
	uint32_t *rates = NULL;
	char *text = NULL;

	if (apply(now, plan, &then))
		rates = rates_of(kbps, now->feed_count, then.feed_count);
	if (rates != NULL)
		r = ration_new(&then, rates, RATION_USUAL_KBPS);
	if (r != NULL)
		text = print(r);
	ration_free(&r);
	free(rates);
	free(then.sites);
	free(then.devices);
	free(then.feeds);
	return text;
}

static const char *
span_text(uint32_t s, char out[24])
{
	if (s < 120)
		snprintf(out, 24, "%" PRIu32 " s", s);
	else if (s < 7200)
		snprintf(out, 24, "%" PRIu32 " min", s / 60);
	else
		snprintf(out, 24, "%" PRIu32 " h", s / 3600);
	return out;
}

const char *
ration_text(const struct ration_site *s, char out[RATION_TEXT])
{
	char span[24];
	int n = snprintf(out, RATION_TEXT,
	    "%.1f of %.1f Mbit/s expected, %" PRIu32 " held",
	    (double)s->expected_kbps / 1e3, s->ceiling_kbps / 1e3, s->held);

	if (s->visited > 0)
		n += snprintf(out + n, (size_t)(RATION_TEXT - n),
		    ", %" PRIu32 " visited (each %s)", s->visited,
		    span_text(s->every_s, span));
	if (s->left_out > 0)
		snprintf(out + n, (size_t)(RATION_TEXT - n),
		    ", %" PRIu32 " left out", s->left_out);
	return out;
}
