/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/floor_resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hex.h"
#include "monitor/inventory/arena.h"

struct floor_resolve {
	const struct inventory *inv;
	struct floor_named *feeds; /* by text; each feed also by its UUID */
	size_t count;
	struct inventory_arena *arena;
};

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct floor_named *)a)->text,
	    ((const struct floor_named *)b)->text);
}

static bool
add(struct floor_resolve *r, const struct inventory_feed *f, const char *text)
{
	const char *copy = arena_copy(r->arena, text, strlen(text));

	if (copy == NULL)
		return false;
	r->feeds[r->count++] = (struct floor_named){ .text = copy,
		.id = f->id,
		.no_picture = f->no_picture };
	return true;
}

static bool
fill(struct floor_resolve *r)
{
	for (size_t i = 0; i < r->inv->feed_count; i++) {
		const struct inventory_feed *f = &r->inv->feeds[i];
		char text[2 * LIMIT_NAME_BYTES + 2], uuid[37];

		snprintf(text, sizeof(text), "%s%s%s", f->site,
		    f->site[0] != '\0' ? "/" : "", f->name);
		uuid_print(f->uuid, uuid);
		if (!add(r, f, text) || !add(r, f, uuid))
			return false;
	}
	if (r->count > 0)
		qsort(r->feeds, r->count, sizeof(*r->feeds), by_text);
	for (size_t i = 1; i < r->count; i++)
		if (strcmp(r->feeds[i].text, r->feeds[i - 1].text) == 0)
			r->feeds[i].twice = r->feeds[i - 1].twice = true;
	return true;
}

struct floor_resolve *
floor_resolve_new(const struct inventory *inv)
{
	struct floor_resolve *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->inv = inv;
	r->arena = arena_new();
	r->feeds = calloc(inv->feed_count * 2 + 1, sizeof(*r->feeds));
	if (r->arena == NULL || r->feeds == NULL || !fill(r))
		floor_resolve_free(&r);
	return r;
}

void
floor_resolve_free(struct floor_resolve **r)
{
	if (*r == NULL)
		return;
	free((*r)->feeds);
	arena_free(&(*r)->arena);
	free(*r);
	*r = NULL;
}

const struct floor_named *
floor_resolve_feed(const struct floor_resolve *r, const char *text)
{
	struct floor_named key = { .text = text };
	char uuid[37];
	uint8_t bytes[16];

	/* However its letters are written. */
	if (inventory_uuid_parse(text, bytes)) {
		uuid_print(bytes, uuid);
		key.text = uuid;
	}
	return r->count == 0 ? NULL
			     : bsearch(&key, r->feeds, r->count,
				   sizeof(*r->feeds), by_text);
}

bool
floor_resolve_site(const struct floor_resolve *r, const char *path)
{
	for (size_t i = 0; i < r->inv->site_count; i++)
		if (strcmp(r->inv->sites[i].path, path) == 0)
			return true;
	return false;
}
