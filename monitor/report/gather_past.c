/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What overlays cover, when. A tag that a feed is given today, or a site that
 * it is moved to, must not excuse what was before: its own lines say since when
 * it has been so. */
#include <stdlib.h>

#include "common/site.h"
#include "monitor/report/gather_parts.h"

/* As it is in the inventory now. */
static bool
covers_now(const struct gather *g, const struct report_overlay *o,
    uint32_t feed)
{
	const struct report_feed *f = FEED(g, feed);

	if (o->feed != REPORT_NONE)
		return o->feed == feed;
	if (o->site != REPORT_NONE)
		return gather_below(g, f->site, o->site);
	return tags_have(f->tags, o->tag);
}

static bool
covers_then(const struct gather *g, const struct report_overlay *o,
    const struct past *p)
{
	if (o->feed != REPORT_NONE || p->tags == NULL)
		return covers_now(g, o, p->feed);
	if (o->site != REPORT_NONE)
		return site_within(p->site, SITE(g, o->site)->path);
	return tags_have(p->tags, o->tag);
}

/* The feed's first, NULL: it was always what it is now. */
static const struct past *
pasts_of(const struct gather *g, uint32_t feed, uint32_t *count_out)
{
	const struct past *list = g->pasts.items;
	uint32_t low = 0, high = g->pasts.count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (list[mid].feed < feed)
			low = mid + 1;
		else
			high = mid;
	}
	for (high = low; high < g->pasts.count && list[high].feed == feed;)
		high++;
	*count_out = high - low;
	return high > low ? list + low : NULL;
}

bool
gather_covers(const struct gather *g, const struct report_overlay *o,
    uint32_t feed)
{
	uint32_t count;
	const struct past *p = pasts_of(g, feed, &count);

	for (uint32_t i = 0; i < count; i++)
		if (covers_then(g, o, &p[i]))
			return true;
	return count == 0 && covers_now(g, o, feed);
}

bool
gather_covers_at(const struct gather *g, const struct report_overlay *o,
    uint32_t feed, int64_t utc_us)
{
	uint32_t count;
	const struct past *p = pasts_of(g, feed, &count);

	for (uint32_t i = 0; i < count; i++)
		if (utc_us >= p[i].from_us && utc_us < p[i].to_us)
			return covers_then(g, o, &p[i]);
	return covers_now(g, o, feed);
}

const struct excuse_ranges *
gather_ranges(struct gather *g, const struct report_overlay *o,
    const struct excuse_ranges *all, uint32_t feed)
{
	uint32_t count;
	const struct past *p = pasts_of(g, feed, &count);

	if (count == 0)
		return all;
	g->part.count = 0;
	for (uint32_t i = 0; i < count; i++)
		if (covers_then(g, o, &p[i]) &&
		    !excuse_cut(&g->part, all, p[i].from_us, p[i].to_us))
			return NULL;
	g->part.count = timeline_union(g->part.list, g->part.count);
	return &g->part;
}

void
gather_pasts_move(struct gather *g, const uint32_t *to)
{
	struct past *list = g->pasts.items;
	uint32_t left = 0;

	for (uint32_t i = 0; i < g->pasts.count; i++) {
		if (to[list[i].feed] == REPORT_NONE)
			continue;
		list[left] = list[i];
		list[left].feed = to[list[i].feed];
		left++;
	}
	g->pasts.count = left;
}

/* --- read */

struct reading {
	struct gather *g;
	int64_t until; /* where the line after it begins */
	uint32_t feed;
};

/* Newest first. */
static bool
past_row(void *arg, const struct store_past_row *row)
{
	struct reading *x = arg;
	uint32_t feed = gather_find(&x->g->feed_index, row->feed);
	struct past *p;

	if (feed == REPORT_NONE)
		return true;
	if (feed != x->feed)
		x->until = INT64_MAX;
	x->feed = feed;
	p = keep_more(x->g->keep, &x->g->pasts, sizeof(*p));
	if (p == NULL)
		return false;
	*p = (struct past){ .feed = feed,
		.from_us = row->utc < x->until ? row->utc : x->until,
		.to_us = x->until };
	if (row->tags != NULL) {
		p->tags = keep_text(x->g->keep, row->tags);
		p->site = keep_text(x->g->keep, row->site);
	}
	x->until = p->from_us;
	return !x->g->keep->failed;
}

static int
by_feed(const void *a, const void *b)
{
	const struct past *x = a, *y = b;

	if (x->feed != y->feed)
		return x->feed < y->feed ? -1 : 1;
	return x->from_us < y->from_us ? -1 : x->from_us > y->from_us;
}

bool
gather_pasts(struct gather *g)
{
	const struct report_overlay *o = g->w->overlays.items;
	struct reading x = { .g = g, .feed = REPORT_NONE };
	bool wide = false;

	/* What is of one feed is of that feed whatever becomes of it. */
	for (uint32_t i = 0; i < g->w->overlays.count; i++)
		wide |= o[i].feed == REPORT_NONE;
	if (wide && !store_read_pasts(g->r, g->from, past_row, &x))
		return false;
	if (g->pasts.count > 1)
		qsort(g->pasts.items, g->pasts.count, sizeof(struct past),
		    by_feed);
	return !g->keep->failed;
}
