/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sites, and the feeds beneath them counted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/store/reader.h"
#include "monitor/store/store_read_tree.h"

struct growing {
	struct store_tree *tree;
	bool no_memory;
};

static bool
on_place(void *arg, const struct store_site_place *row)
{
	struct growing *g = arg;
	struct store_tree *t = g->tree;

	if (t->count == t->room) {
		size_t room = t->room * 2 + 64;
		void *sites = realloc(t->sites, room * sizeof(*t->sites));

		g->no_memory = sites == NULL;
		if (g->no_memory)
			return false;
		t->sites = sites;
		t->room = room;
	}
	struct store_tree_site *s = &t->sites[t->count++];

	memset(s, 0, sizeof(*s));
	s->id = row->id;
	s->parent = row->parent;
	snprintf(s->path, sizeof(s->path), "%s", row->path);
	snprintf(s->zone, sizeof(s->zone), "%s", row->zone);
	snprintf(s->contact, sizeof(s->contact), "%s", row->contact);
	s->target_ppm = row->target_ppm;
	s->ceiling_kbps = row->ceiling_kbps;
	s->incidents = row->incidents;
	return true;
}

bool
store_tree_read(struct store_reader *r, struct store_tree *out)
{
	struct growing g = { .tree = out };

	*out = (struct store_tree){ 0 };
	if (!store_read_site_places(r, on_place, &g))
		return false;
	if (g.no_memory)
		db_fail(&r->db, SQLITE_NOMEM, "memory is out");
	return !g.no_memory;
}

static struct store_tree_site *
site_of(const struct store_tree *t, int64_t id)
{
	for (size_t i = 0; id != 0 && i < t->count; i++)
		if (t->sites[i].id == id)
			return &t->sites[i];
	return NULL;
}

bool
store_tree_count(void *arg, const struct store_short_row *feed)
{
	struct store_tree *t = arg;

	if (!feed->enabled)
		return true;
	/* Feeds come by number, neighbours mostly of one site. */
	if (t->last == NULL || t->last->id != feed->site_id)
		t->last = site_of(t, feed->site_id);
	if (t->last == NULL)
		return true;
	t->last->feeds++;
	t->last->states[feed->state]++;
	t->last->causes[feed->cause]++;
	return true;
}

void
store_tree_sum(struct store_tree *t)
{
	/* Paths sort parents before their children, so from the end each is
	 * whole when it is added. */
	for (size_t i = t->count; i-- > 0;) {
		const struct store_tree_site *s = &t->sites[i];
		struct store_tree_site *above = site_of(t, s->parent);

		if (above == NULL || above == s)
			continue;
		above->feeds += s->feeds;
		above->incidents += s->incidents;
		for (unsigned k = 0; k < STATE_COUNT; k++)
			above->states[k] += s->states[k];
		for (unsigned k = 0; k < CAUSE_COUNT; k++)
			above->causes[k] += s->causes[k];
	}
}

const struct store_tree_site *
store_tree_find(const struct store_tree *t, const char *path)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->sites[i].path, path) == 0)
			return &t->sites[i];
	return NULL;
}

void
store_tree_fini(struct store_tree *t)
{
	free(t->sites);
	*t = (struct store_tree){ 0 };
}
