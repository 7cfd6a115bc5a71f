/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/deadlines.h"

#include <stdlib.h>

bool
deadlines_init(struct deadlines *d, uint32_t feeds)
{
	*d = (struct deadlines){ .feeds = feeds };
	d->heap = calloc(feeds, sizeof(*d->heap));
	d->place = calloc(feeds, sizeof(*d->place));
	if (d->heap == NULL || d->place == NULL) {
		deadlines_fini(d);
		return false;
	}
	return true;
}

void
deadlines_fini(struct deadlines *d)
{
	free(d->heap);
	free(d->place);
	*d = (struct deadlines){ 0 };
}

static void
put(struct deadlines *d, uint32_t at, struct deadline e)
{
	d->heap[at] = e;
	d->place[e.feed] = at + 1;
}

static void
rise(struct deadlines *d, uint32_t at)
{
	struct deadline e = d->heap[at];

	while (at > 0 && d->heap[(at - 1) / 2].at_us > e.at_us) {
		put(d, at, d->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(d, at, e);
}

static void
sink(struct deadlines *d, uint32_t at)
{
	struct deadline e = d->heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= d->count)
			break;
		if (child + 1 < d->count &&
		    d->heap[child + 1].at_us < d->heap[child].at_us)
			child++;
		if (d->heap[child].at_us >= e.at_us)
			break;
		put(d, at, d->heap[child]);
		at = child;
	}
	put(d, at, e);
}

static void
take_out(struct deadlines *d, uint32_t at)
{
	struct deadline last = d->heap[--d->count];

	d->place[d->heap[at].feed] = 0;
	if (at == d->count)
		return;
	put(d, at, last);
	rise(d, at);
	sink(d, d->place[last.feed] - 1);
}

void
deadlines_set(struct deadlines *d, uint32_t feed, int64_t at_us)
{
	uint32_t at = d->place[feed];

	if (at_us == INT64_MAX) {
		if (at != 0)
			take_out(d, at - 1);
		return;
	}
	if (at == 0) {
		at = ++d->count;
		d->heap[at - 1].feed = feed;
	}
	d->heap[at - 1].at_us = at_us;
	rise(d, at - 1);
	sink(d, d->place[feed] - 1);
}

int64_t
deadlines_first(const struct deadlines *d, uint32_t *feed_out)
{
	if (d->count == 0)
		return INT64_MAX;
	*feed_out = d->heap[0].feed;
	return d->heap[0].at_us;
}
