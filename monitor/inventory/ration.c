/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/ration.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/inventory.h"
#include "monitor/inventory/ration_turns.h"

#define NOWHERE UINT64_MAX /* of no group */

static const char no_line[] = "its site's ceiling has no room for it";
static const char no_seat[] = "its device's sessions go to others of its feeds";

struct work {
	const struct inventory *inv;
	struct ration *r;
	struct ration_sharer *sharers;
	size_t sharer_count;
	struct ration_part *parts;
	size_t part_count;
	uint64_t *wants; /* of each site, with those below it */
	uint64_t *asked; /* .. by its own feeds that fit at all */
	uint32_t *fill, *next;
};

static int
by_group(const void *a, const void *b)
{
	const struct ration_sharer *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return ration_turns_order(x->feed, y->feed);
}

/* Sorts them; those of one group are then one behind the other. */
static void
sort_groups(struct work *w)
{
	if (w->sharer_count > 0)
		qsort(w->sharers, w->sharer_count, sizeof(*w->sharers),
		    by_group);
}

/* Where the group ends that begins there. */
static size_t
group_end(const struct work *w, size_t from)
{
	size_t end = from;

	while (end < w->sharer_count &&
	       w->sharers[end].group == w->sharers[from].group)
		end++;
	return end;
}

/* --- sites with a ceiling */

static int
by_path(const void *a, const void *b)
{
	return strcmp(((const struct ration_site *)a)->path,
	    ((const struct ration_site *)b)->path);
}

/* The nearest ceiling over a path of n bytes; RATION_NO_SITE. */
static uint32_t
ceiling_of(const struct ration *r, const char *path, size_t n)
{
	char above[LIMIT_NAME_BYTES];

	if (n >= sizeof(above))
		return RATION_NO_SITE;
	memcpy(above, path, n);
	while (n > 0) {
		const struct ration_site key = { .path = above }, *found;

		above[n] = '\0';
		found = r->site_count == 0
			    ? NULL
			    : bsearch(&key, r->sites, r->site_count,
				  sizeof(*r->sites), by_path);
		if (found != NULL)
			return (uint32_t)(found - r->sites);
		while (n > 0 && above[n] != '/')
			n--;
	}
	return RATION_NO_SITE;
}

static void
find_sites(struct work *w)
{
	struct ration *r = w->r;

	for (size_t i = 0; i < w->inv->site_count; i++) {
		const struct inventory_site *s = &w->inv->sites[i];

		if (s->ceiling_kbps > 0)
			r->sites[r->site_count++] =
			    (struct ration_site){ .path = s->path,
				    .ceiling_kbps = s->ceiling_kbps };
	}
	if (r->site_count > 0)
		qsort(r->sites, r->site_count, sizeof(*r->sites), by_path);
	for (size_t i = 0; i < r->site_count; i++) {
		const char *slash = strrchr(r->sites[i].path, '/');

		r->sites[i].parent = RATION_NO_SITE;
		if (slash != NULL)
			r->sites[i].parent = ceiling_of(r, r->sites[i].path,
			    (size_t)(slash - r->sites[i].path));
	}
}

/* What a site asks of the one above: with all below it, at most its ceiling.
 * Paths sort parents first. */
static void
count_wants(struct work *w)
{
	struct ration *r = w->r;

	for (size_t i = 0; i < r->site_count; i++)
		w->wants[i] += r->sites[i].wanted_kbps;
	for (size_t i = r->site_count; i-- > 0;) {
		const struct ration_site *s = &r->sites[i];

		if (w->wants[i] > s->ceiling_kbps)
			w->wants[i] = s->ceiling_kbps;
		if (s->parent != RATION_NO_SITE)
			w->wants[s->parent] += w->wants[i];
	}
}

/* Each has first what it asks, cut to its ceiling; whoever stands under one
 * that all together exceed gets his part of it. */
static void
grant(struct work *w)
{
	struct ration *r = w->r;

	for (size_t i = 0; i < r->site_count; i++) {
		struct ration_site *s = &r->sites[i];
		uint64_t room =
		    s->parent == RATION_NO_SITE ? s->ceiling_kbps : w->wants[i];
		uint64_t all = s->wanted_kbps;

		for (size_t k = i + 1; k < r->site_count; k++)
			all += r->sites[k].parent == i ? w->wants[k] : 0;
		if (all <= room) {
			s->granted_kbps =
			    (uint32_t)(s->wanted_kbps < room ? s->wanted_kbps
							     : room);
			continue;
		}
		s->granted_kbps = (uint32_t)(s->wanted_kbps * room / all);
		for (size_t k = i + 1; k < r->site_count; k++)
			if (r->sites[k].parent == i)
				w->wants[k] = w->wants[k] * room / all;
	}
}

/* Whether its own feeds want more than it has for them. */
static bool
is_tight(const struct work *w, uint32_t site)
{
	return site != RATION_NO_SITE &&
	       w->asked[site] > w->r->sites[site].granted_kbps;
}

/* What can't ever be within its line is no part of what is asked of it. */
static void
ask_lines(struct work *w)
{
	for (size_t i = 0; i < w->sharer_count; i++) {
		struct ration_feed *out = w->sharers[i].out;

		if (out->site == RATION_NO_SITE)
			continue;
		if (out->kbps > w->r->sites[out->site].granted_kbps)
			out->left_out = no_line;
		else
			w->asked[out->site] += out->kbps;
	}
}

/* --- devices with a limit */

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct inventory_device *const *)a)->name,
	    (*(const struct inventory_device *const *)b)->name);
}

static bool
by_demux(const struct inventory_feed *f)
{
	struct inventory_url url;
	size_t at;
	const char *from = f->relay[0] != '\0' ? f->relay : f->url;

	return inventory_url_parse(from, &url, &at) == NULL &&
	       url.by == INVENTORY_BY_DEMUX;
}

/* Groups by device, kind and line; a line that has room for all is none. */
static bool
group_by_device(struct work *w)
{
	const struct inventory *inv = w->inv;
	const struct inventory_device **list =
	    calloc(inv->device_count + 1, sizeof(*list));
	size_t count = 0;

	if (list == NULL)
		return false;
	for (size_t i = 0; i < inv->device_count; i++)
		if (inv->devices[i].sessions > 0)
			list[count++] = &inv->devices[i];
	if (count > 0)
		qsort(list, count, sizeof(*list), by_name);
	for (size_t i = 0; i < w->sharer_count; i++) {
		struct ration_sharer *s = &w->sharers[i];
		char name[LIMIT_NAME_BYTES];
		const struct inventory_device key = { .name = name };
		const struct inventory_device *at = &key, **found;

		s->group = NOWHERE;
		if (count == 0 || s->out->left_out != NULL)
			continue;
		inventory_feed_asks(s->feed, name);
		found = bsearch(&at, list, count, sizeof(*list), by_name);
		if (found != NULL)
			s->group = (uint64_t)(*found - inv->devices) << 33 |
				   (uint64_t)by_demux(s->feed) << 32 |
				   (is_tight(w, s->out->site) ? s->out->site
							      : UINT32_MAX);
	}
	free(list);
	sort_groups(w);
	return true;
}

static void
find_parts(struct work *w)
{
	for (size_t i = 0, end; i < w->sharer_count; i = end) {
		const struct ration_sharer *first = &w->sharers[i];
		struct ration_part *p = &w->parts[w->part_count];

		end = group_end(w, i);
		if (first->group == NOWHERE)
			return; /* the last one */
		*p = (struct ration_part){ .device =
					       (uint32_t)(first->group >> 33),
			.late = w->inv->devices[first->group >> 33].frees_late,
			.demux = (first->group >> 32 & 1) != 0,
			.count = (uint32_t)(end - i),
			.best = first->feed };
		w->part_count++;
		for (size_t k = i; k < end; k++)
			w->sharers[k].part = p;
	}
}

/* The part of a device that has the fewest for what it has to show; of alike
 * ones that of the most critical feed. NULL: each has enough. */
static struct ration_part *
poorest(struct ration_part *parts, size_t count)
{
	struct ration_part *found = NULL;

	for (size_t i = 0; i < count; i++) {
		struct ration_part *p = &parts[i];
		uint64_t mine, its;

		if (p->sessions >= p->count)
			continue;
		if (found == NULL) {
			found = p;
			continue;
		}
		/* Who has none comes first. */
		mine = p->sessions == 0 ? UINT64_MAX
					: (uint64_t)p->count * found->sessions;
		its = found->sessions == 0
			  ? UINT64_MAX
			  : (uint64_t)found->count * p->sessions;
		if (mine > its || (mine == its && ration_turns_order(p->best,
						      found->best) < 0))
			found = p;
	}
	return found;
}

/* Shares out a device's sessions; what nobody asks for is for those that end
 * otherwise than in order, and linger. What each kind has in all. */
static void
deal(const struct work *w, struct ration_part *parts, size_t count,
    uint32_t kinds_out[2])
{
	uint32_t left = w->inv->devices[parts[0].device].sessions;
	bool both = parts[0].demux != parts[count - 1].demux;
	struct ration_part *p;

	kinds_out[0] = kinds_out[1] = 0;
	while (left > 0 && (p = poorest(parts, count)) != NULL) {
		p->sessions++;
		kinds_out[p->demux]++;
		left--;
	}
	kinds_out[1] += both ? left / 2 : left;
	kinds_out[0] += both ? left - left / 2 : left;
}

/* Sharers and parts are in the same order. */
static void
deal_all(struct work *w)
{
	uint32_t kinds[2] = { 0, 0 };
	size_t from = 0, end = 0;

	for (size_t i = 0; i < w->sharer_count; i++) {
		struct ration_sharer *s = &w->sharers[i];

		if (s->part == NULL)
			return; /* those are the last */
		if (s->part == &w->parts[end]) {
			for (from = end;
			     end < w->part_count &&
			     w->parts[end].device == w->parts[from].device;)
				end++;
			deal(w, &w->parts[from], end - from, kinds);
		}
		s->out->sessions = kinds[s->part->demux];
		if (s->part->sessions == 0)
			s->out->left_out = no_seat;
	}
}

/* --- who shares with whom */

/* Those of a thin line; those of a device on lines that have room. */
static void
share_all(struct work *w)
{
	for (size_t i = 0; i < w->sharer_count; i++) {
		struct ration_sharer *s = &w->sharers[i];
		const struct ration_part *p = s->part;

		s->group = NOWHERE;
		if (s->out->left_out != NULL)
			continue;
		if (is_tight(w, s->out->site))
			s->group = s->out->site;
		else if (p != NULL && p->count > p->sessions)
			s->group =
			    (uint64_t)UINT32_MAX + 1 + (uint64_t)(p - w->parts);
	}
	sort_groups(w);
	for (size_t i = 0, end; i < w->sharer_count; i = end) {
		uint64_t group = w->sharers[i].group;

		end = group_end(w, i);
		if (group == NOWHERE)
			return; /* the last one */

		struct ration_group g = { .list = &w->sharers[i],
			.count = end - i,
			.room = group <= UINT32_MAX
				    ? w->r->sites[group].granted_kbps
				    : UINT64_MAX,
			.why = group <= UINT32_MAX ? no_line : no_seat,
			.fill = w->fill,
			.next = w->next };

		ration_turns_share(&g);
	}
}

/* Whether it is there in the first turn of its line. No other has more. */
static bool
is_first(const struct ration_feed *out)
{
	return out->rationed && out->visit_phase_s == 0;
}

/* What all take that are there at one time at the most. */
static uint64_t
most_of(const struct ration_sharer *list, size_t count)
{
	uint64_t all = 0, steady = 0, turns = 0, wide = 0;

	for (size_t i = 0; i < count; i++) {
		const struct ration_feed *out = list[i].out;

		if (out->left_out != NULL)
			continue;
		all += out->kbps;
		steady += out->rationed ? 0 : out->kbps;
		turns += is_first(out);
		if (out->rationed && out->kbps > wide)
			wide = out->kbps;
	}
	return steady + turns * wide < all ? steady + turns * wide : all;
}

static void
tell_site(const struct work *w, struct ration_site *s, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		const struct ration_feed *out = w->sharers[i].out;

		if (out->left_out != NULL)
			s->left_out++;
		else if (out->visit_every_s == 0)
			s->held++;
		else
			s->visited++;
		if (out->left_out == NULL && out->visit_every_s > s->every_s)
			s->every_s = out->visit_every_s;
	}
	s->most_kbps = most_of(&w->sharers[from], end - from);
}

static void
tell_sites(struct work *w)
{
	for (size_t i = 0; i < w->sharer_count; i++)
		w->sharers[i].group = w->sharers[i].out->site;
	sort_groups(w);
	for (size_t i = 0, end; i < w->sharer_count; i = end) {
		uint64_t site = w->sharers[i].group;

		end = group_end(w, i);
		if (site != RATION_NO_SITE)
			tell_site(w, &w->r->sites[site], i, end);
	}
}

/* --- the whole */

static uint32_t
phase_of(const struct inventory_feed *f)
{
	uint32_t h = 2166136261u;

	for (int i = 0; i < 16; i++)
		h = (h ^ f->uuid[i]) * 16777619u;
	return f->visit_every_s > 0 ? (h ^ h >> 16) % f->visit_every_s : 0;
}

/* As the rows wish it. */
static void
wish(struct work *w, const uint32_t *kbps, uint32_t usual_kbps)
{
	struct ration *r = w->r;

	for (size_t i = 0; i < r->feed_count; i++) {
		const struct inventory_feed *f = &w->inv->feeds[i];
		struct ration_feed *out = &r->feeds[i];

		*out = (struct ration_feed){ .kbps = usual_kbps,
			.visit_s = f->visit_s,
			.visit_every_s = f->visit_every_s,
			.visit_phase_s = phase_of(f),
			.site = ceiling_of(r, f->site, strlen(f->site)) };
		if (kbps != NULL && kbps[i] > 0)
			out->kbps = kbps[i];
		if (!f->enabled)
			continue;
		w->sharers[w->sharer_count++] =
		    (struct ration_sharer){ .feed = f, .out = out };
		if (out->site == RATION_NO_SITE)
			continue;
		r->sites[out->site].feeds++;
		r->sites[out->site].wanted_kbps += out->kbps;
	}
}

static uint64_t
average(const struct ration_feed *f)
{
	if (f->left_out != NULL)
		return 0;
	return f->visit_every_s == 0
		   ? f->kbps
		   : (uint64_t)f->kbps * f->visit_s / f->visit_every_s;
}

static void
expect(struct work *w)
{
	struct ration *r = w->r;

	for (size_t i = 0; i < r->feed_count; i++) {
		uint64_t kbps = average(&r->feeds[i]);

		if (!w->inv->feeds[i].enabled)
			continue;
		r->expected_kbps += kbps;
		if (r->feeds[i].site != RATION_NO_SITE)
			r->sites[r->feeds[i].site].expected_kbps += kbps;
	}
}

static bool
reckon(struct work *w, const uint32_t *kbps, uint32_t usual_kbps)
{
	find_sites(w);
	wish(w, kbps, usual_kbps);
	count_wants(w);
	grant(w);
	ask_lines(w);
	if (!group_by_device(w))
		return false;
	find_parts(w);
	deal_all(w);
	share_all(w);
	tell_sites(w);
	expect(w);
	return true;
}

struct ration *
ration_new(const struct inventory *inv, const uint32_t *kbps,
    uint32_t usual_kbps)
{
	struct work w = { .inv = inv, .r = calloc(1, sizeof(*w.r)) };
	struct ration *r = w.r;

	if (r == NULL)
		return NULL;
	r->feed_count = inv->feed_count;
	r->feeds = calloc(inv->feed_count + 1, sizeof(*r->feeds));
	r->sites = calloc(inv->site_count + 1, sizeof(*r->sites));
	w.sharers = calloc(inv->feed_count + 1, sizeof(*w.sharers));
	w.parts = calloc(inv->feed_count + 1, sizeof(*w.parts));
	w.wants = calloc(inv->site_count + 1, sizeof(*w.wants));
	w.asked = calloc(inv->site_count + 1, sizeof(*w.asked));
	w.fill = calloc(RATION_TURNS_MOST(inv->feed_count), sizeof(*w.fill));
	w.next = calloc(RATION_TURNS_MOST(inv->feed_count), sizeof(*w.next));
	if (r->feeds == NULL || r->sites == NULL || w.sharers == NULL ||
	    w.parts == NULL || w.wants == NULL || w.asked == NULL ||
	    w.fill == NULL || w.next == NULL || !reckon(&w, kbps, usual_kbps))
		ration_free(&w.r);
	free(w.sharers);
	free(w.parts);
	free(w.wants);
	free(w.asked);
	free(w.fill);
	free(w.next);
	return w.r;
}

void
ration_free(struct ration **rp)
{
	struct ration *r = *rp;

	*rp = NULL;
	if (r == NULL)
		return;
	free(r->feeds);
	free(r->sites);
	free(r);
}
