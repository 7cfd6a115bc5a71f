/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part still seen is kept as disjoint pieces; each covering rectangle
 * breaks those it meets into at most four.
 */
#include "probes/console/visibility.h"

#include <string.h>

#define PIECES 256

struct pieces {
	struct rectangle at[PIECES];
	size_t count;
};

bool
rectangle_cut(const struct rectangle *a, const struct rectangle *b,
    struct rectangle *out)
{
	int64_t left = a->x > b->x ? a->x : b->x;
	int64_t top = a->y > b->y ? a->y : b->y;
	int64_t right = (int64_t)a->x + a->width, bottom;

	if ((int64_t)b->x + b->width < right)
		right = (int64_t)b->x + b->width;
	bottom = (int64_t)a->y + a->height;
	if ((int64_t)b->y + b->height < bottom)
		bottom = (int64_t)b->y + b->height;
	memset(out, 0, sizeof(*out));
	if (right <= left || bottom <= top)
		return false;
	*out = (struct rectangle){ (int32_t)left, (int32_t)top,
		(int32_t)(right - left), (int32_t)(bottom - top) };
	return true;
}

/* Pieces that find no room are dropped: taken as covered. */
static void
keep(struct pieces *p, int64_t left, int64_t top, int64_t right, int64_t bottom)
{
	if (right <= left || bottom <= top || p->count == PIECES)
		return;
	p->at[p->count++] = (struct rectangle){ (int32_t)left, (int32_t)top,
		(int32_t)(right - left), (int32_t)(bottom - top) };
}

/* What of `r` lies outside `hole`, a part of it. */
static void
keep_around(struct pieces *p, const struct rectangle *r,
    const struct rectangle *hole)
{
	int64_t right = (int64_t)r->x + r->width;
	int64_t bottom = (int64_t)r->y + r->height;
	int64_t hole_right = (int64_t)hole->x + hole->width;
	int64_t hole_bottom = (int64_t)hole->y + hole->height;

	keep(p, r->x, r->y, right, hole->y);
	keep(p, r->x, hole->y, hole->x, hole_bottom);
	keep(p, hole_right, hole->y, right, hole_bottom);
	keep(p, r->x, hole_bottom, right, bottom);
}

static void
subtract(struct pieces *p, const struct rectangle *cover)
{
	struct pieces next = { .count = 0 };
	struct rectangle hole;

	for (size_t i = 0; i < p->count; i++) {
		const struct rectangle *r = &p->at[i];

		if (rectangle_cut(r, cover, &hole))
			keep_around(&next, r, &hole);
		else if (next.count < PIECES)
			next.at[next.count++] = *r;
	}
	*p = next;
}

unsigned
visibility_percent(const struct rectangle *of, const struct rectangle *above,
    size_t count)
{
	struct pieces p = { .at = { *of }, .count = 1 };
	double area = (double)of->width * of->height, seen = 0;

	if (of->width <= 0 || of->height <= 0)
		return 0;
	for (size_t i = 0; i < count && p.count > 0; i++)
		subtract(&p, &above[i]);
	for (size_t i = 0; i < p.count; i++)
		seen += (double)p.at[i].width * p.at[i].height;
	if (seen <= 0)
		return 0;
	unsigned percent = (unsigned)(seen * 100 / area);

	return percent == 0 ? 1 : percent;
}
