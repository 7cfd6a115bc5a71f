/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/hex.h"
#include "monitor/http/row_text.h"

#define BUCKETS 8192u

bool
rows_init(struct rows *t)
{
	memset(t, 0, sizeof(*t));
	t->buckets = BUCKETS;
	t->bucket = calloc(t->buckets, sizeof(*t->bucket));
	return t->bucket != NULL;
}

static void
row_free(struct row *r)
{
	row_text_free(r);
	free(r);
}

void
rows_fini(struct rows *t)
{
	for (struct row *r = t->oldest, *next; r != NULL; r = next) {
		next = r->newer;
		row_free(r);
	}
	for (struct rows_site *site = t->sites, *next; site != NULL;
	     site = next) {
		next = site->next;
		free(site);
	}
	free(t->sorted);
	free(t->bucket);
	memset(t, 0, sizeof(*t));
}

/* UUIDs are random; a few of their bytes are a hash. */
static struct row **
bucket_of(const struct rows *t, const uint8_t uuid[16])
{
	uint32_t h;

	memcpy(&h, uuid, sizeof(h));
	h ^= (uint32_t)uuid[12] << 8 | uuid[13];
	return &t->bucket[h & (t->buckets - 1)];
}

static struct row *
find_any(const struct rows *t, const uint8_t uuid[16])
{
	struct row *r = *bucket_of(t, uuid);

	while (r != NULL && memcmp(r->uuid, uuid, 16) != 0)
		r = r->chain;
	return r;
}

struct row *
rows_find(const struct rows *t, const uint8_t uuid[16])
{
	struct row *r = find_any(t, uuid);

	return r != NULL && !r->gone ? r : NULL;
}

static void
unlink_order(struct rows *t, struct row *r)
{
	*(r->older ? &r->older->newer : &t->oldest) = r->newer;
	*(r->newer ? &r->newer->older : &t->newest) = r->older;
	r->older = r->newer = NULL;
}

static void
make_newest(struct rows *t, struct row *r)
{
	if (r->seq != 0)
		unlink_order(t, r);
	r->seq = ++t->seq;
	r->older = t->newest;
	*(t->newest ? &t->newest->newer : &t->oldest) = r;
	t->newest = r;
}

/* Followers who were not told of what was changed then start afresh. */
static void
forget(struct rows *t, uint64_t seq)
{
	if (seq > t->forgotten)
		t->forgotten = seq;
}

static void
forget_one(struct rows *t)
{
	struct row *r = t->oldest, **at;

	while (!r->gone)
		r = r->newer;
	forget(t, r->seq);
	unlink_order(t, r);
	for (at = bucket_of(t, r->uuid); *at != r;)
		at = &(*at)->chain;
	*at = r->chain;
	t->gone--;
	row_free(r);
}

static struct row *
row_new(struct rows *t, const uint8_t uuid[16])
{
	struct row *r, **bucket = bucket_of(t, uuid);

	if (t->count >= LIMIT_FEEDS || (r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	memcpy(r->uuid, uuid, 16);
	r->chain = *bucket;
	*bucket = r;
	t->count++;
	return r;
}

/* Sites are few and stay: names of them that are no more cost little. */
static struct rows_site *
site_of(struct rows *t, const char *path)
{
	struct rows_site *site;
	size_t n = strlen(path) + 1;

	for (site = t->sites; site != NULL; site = site->next)
		if (strcmp(site->path, path) == 0)
			return site;
	site = calloc(1, sizeof(*site) + n);
	if (site == NULL)
		return NULL;
	memcpy(site->path, path, n);
	site->next = t->sites;
	t->sites = site;
	return site;
}

static bool
set_site(struct rows *t, struct row *r, const char *path)
{
	struct rows_site *site = r->site;

	if (site != NULL && strcmp(site->path, path) == 0)
		return true;
	site = site_of(t, path);
	if (site == NULL)
		return false;
	if (r->site != NULL) {
		/* A row keeps one site of those before. */
		forget(t, r->moved);
		r->was = r->site;
		r->moved = t->seq + 1;
	}
	r->site = site;
	t->resort = true;
	return true;
}

static bool
is_named(const struct row *r, const struct web_row *m)
{
	size_t n = strlen(m->name);

	/* Good enough to see a change: capitals apart it is the same. */
	return r->find != NULL && strncasecmp(r->find, m->name, n) == 0 &&
	       r->find[n] == '\n';
}

struct row *
rows_put(struct rows *t, const struct web_row *m)
{
	struct row *r = find_any(t, m->uuid);

	if (r == NULL && (r = row_new(t, m->uuid)) == NULL)
		return NULL;
	r->news = r->seq == 0 || r->gone;
	if (r->gone) {
		r->gone = false;
		t->gone--;
		t->count++;
		t->resort = true;
	}
	r->no_picture = m->no_picture;
	r->thumb_utc_us = m->no_picture ? 0 : m->thumb_utc_us;
	if (!is_named(r, m))
		t->resort = true;
	bool made = set_site(t, r, m->site) && row_text_make(r, m);

	if (r->news || !made)
		make_newest(t, r);
	if (made)
		return r;
	rows_remove(t, m->uuid);
	return NULL;
}

void
rows_remove(struct rows *t, const uint8_t uuid[16])
{
	struct row *r = rows_find(t, uuid);

	if (r == NULL)
		return;
	row_text_free(r);
	r->gone = true;
	t->resort = true;
	t->count--;
	t->gone++;
	make_newest(t, r);
	if (t->gone > ROWS_GONE_KEPT)
		forget_one(t);
}

struct row *
rows_after(const struct rows *t, uint64_t seq)
{
	struct row *r = t->newest;

	if (r == NULL || r->seq <= seq)
		return NULL;
	while (r->older != NULL && r->older->seq > seq)
		r = r->older;
	return r;
}

bool
rows_can_follow(const struct rows *t, uint64_t seq)
{
	return seq <= t->seq && seq >= t->forgotten;
}

static int
by_place(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a;
	const struct row *y = *(const struct row *const *)b;
	int order = strcmp(x->site->path, y->site->path);

	if (order == 0)
		order = strcmp(x->find, y->find);
	return order != 0 ? order : memcmp(x->uuid, y->uuid, 16);
}

struct row *const *
rows_sorted(struct rows *t)
{
	struct row **sorted;
	uint32_t n = 0;

	if (!t->resort && t->sorted != NULL)
		return t->sorted;
	sorted = realloc(t->sorted, (t->count + 1) * sizeof(*sorted));
	if (sorted == NULL)
		return NULL;
	t->sorted = sorted;
	for (struct row *r = t->oldest; r != NULL; r = r->newer)
		if (!r->gone)
			sorted[n++] = r;
	qsort(sorted, n, sizeof(*sorted), by_place);
	for (uint32_t i = 0; i < n; i++)
		sorted[i]->place = i;
	t->resort = false;
	return sorted;
}
