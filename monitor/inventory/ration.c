/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/ration.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/inventory.h"

#define DAY_S 86400u

/* Those who share one line, or one device: the most critical first. */
struct sharer {
	const struct inventory_feed *feed;
	struct ration_feed *out;
	uint32_t group; /* a site's or a device's place */
};

struct group {
	struct sharer *list;
	size_t count;
	uint64_t room;	  /* kbit/s, or sessions */
	bool by_sessions; /* each takes one, not its rate */
};

struct work {
	const struct inventory *inv;
	struct ration *r;
	struct sharer *sharers;
	size_t sharer_count;
	uint64_t *wants; /* of each site, with those below it */
};

/* --- one group */

static uint32_t
cost(const struct group *g, const struct sharer *s)
{
	return g->by_sessions ? 1 : s->out->kbps;
}

static bool
is_visited(const struct sharer *s)
{
	return s->feed->visit_every_s != 0;
}

static int
by_worth(const void *a, const void *b)
{
	const struct sharer *x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	if (x->out->left_out != y->out->left_out)
		return x->out->left_out ? 1 : -1;
	if (is_visited(x) != is_visited(y))
		return is_visited(x) ? 1 : -1;
	if (x->feed->criticality != y->feed->criticality)
		return y->feed->criticality - x->feed->criticality;
	return memcmp(x->feed->uuid, y->feed->uuid, sizeof(x->feed->uuid));
}

/* What can't ever be within the group goes behind it. */
static void
leave_out(struct group *g)
{
	size_t all = g->count;

	for (size_t i = 0; i < all; i++) {
		struct sharer *s = &g->list[i];

		s->out->left_out = cost(g, s) > g->room;
		g->count -= s->out->left_out;
	}
	if (g->count < all)
		qsort(g->list, all, sizeof(*g->list), by_worth);
}

static uint64_t
total(const struct group *g)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < g->count; i++)
		sum += cost(g, &g->list[i]);
	return sum;
}

/* The largest of those from there on: what one at a time takes. None is larger
 * than `bound`, so that it needs no look at all where all are alike. */
static uint32_t
widest(const struct group *g, size_t from, uint32_t bound)
{
	uint32_t most = 0;

	for (size_t i = from; i < g->count && most < bound; i++)
		if (cost(g, &g->list[i]) > most)
			most = cost(g, &g->list[i]);
	return most;
}

/* How many are held: each leaves room for any one of those behind it. */
static size_t
hold(const struct group *g, uint64_t *used_out)
{
	uint64_t used = 0;
	uint32_t wide = UINT32_MAX;
	size_t n = 0;

	for (; n < g->count && !is_visited(&g->list[n]); n++) {
		wide = widest(g, n + 1, wide);
		if (used + cost(g, &g->list[n]) + wide > g->room)
			break;
		used += cost(g, &g->list[n]);
	}
	*used_out = used;
	return n;
}

static uint32_t
longest_stay(const struct group *g, size_t from)
{
	uint32_t stay = RATION_STAY_S;

	for (size_t i = from; i < g->count; i++)
		if (g->list[i].feed->visit_s > stay)
			stay = g->list[i].feed->visit_s;
	return stay;
}

/* The rest in turn: `lanes` at once, each lane one after the other. A turn that
 * would come less than once a day comes never. */
static void
take_turns(struct group *g, size_t from, uint64_t lanes)
{
	uint32_t slot = longest_stay(g, from) + RATION_GAP_S;
	uint64_t turns = (g->count - from + lanes - 1) / lanes;
	uint32_t round;

	if (turns > DAY_S / slot)
		turns = DAY_S / slot;
	round = (uint32_t)turns * slot;
	for (size_t i = from; i < g->count; i++) {
		const struct inventory_feed *f = g->list[i].feed;
		struct ration_feed *out = g->list[i].out;
		uint64_t turn = (i - from) / lanes;
		uint32_t rounds = f->visit_every_s / round;

		out->left_out = turn >= turns;
		out->rationed = true;
		out->visit_s =
		    f->visit_s > 0 ? f->visit_s : slot - RATION_GAP_S;
		out->visit_every_s = round * (rounds > 1 ? rounds : 1);
		out->visit_phase_s = (uint32_t)turn * slot;
	}
}

static void
share(struct group *g)
{
	uint64_t used;
	size_t held;

	leave_out(g);
	if (g->count == 0 || total(g) <= g->room)
		return;
	held = hold(g, &used);
	take_turns(g, held, (g->room - used) / widest(g, held, UINT32_MAX));
}

/* What all take that are there at one time at the most. */
static uint64_t
most_of(const struct group *g)
{
	uint64_t held = 0, widest_visit = 0, in_turn = 0, free_visits = 0;

	for (size_t i = 0; i < g->count; i++) {
		const struct ration_feed *out = g->list[i].out;

		if (out->left_out)
			continue;
		if (out->visit_every_s == 0)
			held += out->kbps;
		else if (!out->rationed)
			free_visits += out->kbps;
		else if (out->visit_phase_s == 0)
			in_turn++;
		if (out->rationed && out->kbps > widest_visit)
			widest_visit = out->kbps;
	}
	return held + free_visits + in_turn * widest_visit;
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

static void
tell_site(struct ration_site *s, const struct group *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct ration_feed *out = all->list[i].out;

		if (out->left_out)
			s->left_out++;
		else if (out->visit_every_s == 0)
			s->held++;
		else
			s->visited++;
		if (!out->left_out && out->visit_every_s > s->every_s)
			s->every_s = out->visit_every_s;
	}
	s->most_kbps = most_of(all);
}

/* Of the sharers, sorted, one group after the other. */
static void
share_all(struct work *w, bool by_sessions,
    uint64_t (*room)(struct work *w, uint32_t group))
{
	size_t from = 0;

	if (w->sharer_count > 0)
		qsort(w->sharers, w->sharer_count, sizeof(*w->sharers),
		    by_worth);
	while (from < w->sharer_count) {
		uint32_t id = w->sharers[from].group;
		size_t end = from;

		while (end < w->sharer_count && w->sharers[end].group == id)
			end++;
		struct group all = { &w->sharers[from], end - from, room(w, id),
			by_sessions };
		struct group g = all;

		share(&g); /* whom it leaves out goes to the end of all */
		if (!by_sessions)
			tell_site(&w->r->sites[id], &all);
		from = end;
	}
}

/* --- devices with a limit */

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct inventory_device *const *)a)->name,
	    (*(const struct inventory_device *const *)b)->name);
}

static uint64_t
room_of_site(struct work *w, uint32_t site)
{
	return w->r->sites[site].granted_kbps;
}

static uint64_t
room_of_device(struct work *w, uint32_t device)
{
	return w->inv->devices[device].sessions;
}

/* Those of limited devices whose line is their own. */
static bool
gather_devices(struct work *w)
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
	w->sharer_count = 0;
	for (size_t i = 0; count > 0 && i < inv->feed_count; i++) {
		char name[LIMIT_NAME_BYTES];
		const struct inventory_device key = { .name = name };
		const struct inventory_device *at = &key, **found;

		if (!inv->feeds[i].enabled || w->r->feeds[i].rationed ||
		    w->r->feeds[i].left_out)
			continue;
		inventory_feed_asks(&inv->feeds[i], name);
		found = bsearch(&at, list, count, sizeof(*list), by_name);
		if (found != NULL)
			w->sharers[w->sharer_count++] =
			    (struct sharer){ &inv->feeds[i], &w->r->feeds[i],
				    (uint32_t)(*found - inv->devices) };
	}
	free(list);
	return true;
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
		if (!f->enabled || out->site == RATION_NO_SITE)
			continue;
		r->sites[out->site].feeds++;
		r->sites[out->site].wanted_kbps += out->kbps;
		w->sharers[w->sharer_count++] =
		    (struct sharer){ f, out, out->site };
	}
}

static uint64_t
average(const struct ration_feed *f)
{
	if (f->left_out)
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
	share_all(w, false, room_of_site);
	if (!gather_devices(w))
		return false;
	share_all(w, true, room_of_device);
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
	w.wants = calloc(inv->site_count + 1, sizeof(*w.wants));
	if (r->feeds == NULL || r->sites == NULL || w.sharers == NULL ||
	    w.wants == NULL || !reckon(&w, kbps, usual_kbps))
		ration_free(&w.r);
	free(w.sharers);
	free(w.wants);
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
