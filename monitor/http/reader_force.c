/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reader_force.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/site.h"
#include "monitor/http/reader_overlays.h"
#include "monitor/overlay.h"

struct held {
	int kind;
	int64_t feed;
	char site[LIMIT_NAME_BYTES], tag[LIMIT_NAME_BYTES];
};
struct force {
	struct query *q;
	struct held *rows;
	size_t count, room;
	bool no_memory;
};

static bool
on_overlay(void *arg, const struct store_overlay_row *row)
{
	struct force *f = arg;

	if (!overlay_holds(f->q->zones, row, f->q->now_utc))
		return true;
	if (f->count == f->room) {
		size_t room = f->room * 2 + 16;
		void *rows = realloc(f->rows, room * sizeof(*f->rows));

		f->no_memory = rows == NULL;
		if (f->no_memory)
			return false;
		f->rows = rows;
		f->room = room;
	}
	struct held *h = &f->rows[f->count++];

	h->kind = row->kind;
	h->feed = row->feed;
	snprintf(h->site, sizeof(h->site), "%s",
	    row->site != 0 ? row->site_path : "");
	snprintf(h->tag, sizeof(h->tag), "%s", row->tag);
	return true;
}

struct force *
force_read(struct query *q)
{
	struct force *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->q = q;
	if (!store_read_overlays(q->store, q->now_utc, q->now_utc + 1,
		on_overlay, f) ||
	    f->no_memory)
		force_free(&f);
	return f;
}

void
force_free(struct force **f)
{
	if (*f == NULL)
		return;
	free((*f)->rows);
	free(*f);
	*f = NULL;
}

bool
force_on(const struct force *f, int kind, int64_t feed, const char *site,
    const char *tags)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct held *h = &f->rows[i];

		if (h->kind != kind)
			continue;
		if ((h->feed != 0 && h->feed == feed) ||
		    (h->site[0] != '\0' && site[0] != '\0' &&
			site_within(site, h->site)) ||
		    tags_have(tags, h->tag))
			return true;
	}
	return false;
}
