/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/life.h"

#include <string.h>

#define EDGE_ROWS 2u /* of COARSE_H, at the top and at the bottom: OSD */
#define OFTEN 40u    /* a cell hot more often than one time in six */
#define CLOCK_CELLS 8u
#define OFTEN_SHIFT 3	  /* memory of about 8 keyframes */
#define MOTION_INNER 2u	  /* hot cells, not always hot, off the OSD rows .. */
#define MOTION_EDGE 5u	  /* .. or within them */
#define LEAP_PERCENT 200u /* of what coding explains, to the nearest */
#define MOTION_MEMORY 32u /* keyframes */
#define WANDER_ROWS 3u	  /* what a clock's text does not span */
#define WANDER_COLUMNS 7u
#define WANDER_CELLS 6u
#define WANDER_FEW_CELLS 3u /* .. or these, seen in three motions */
#define WANDER_FEW_COLUMNS 4u
#define WANDER_EDGE_CELLS 16u
#define MOTIONS_PROVE 2u
#define NOISE_LEAST_Q8 16u /* below 0.06 level there is nothing to see */

/* A run of keyframes none of which gave back more than `equal` of the blocks
 * of any other, all pairs of which differ by about as much (smallest / largest
 * at least `even`), each at least by `excess` of what coding alone explains.
 * The less it asks of each pair, the longer it must be. Coders that look ahead
 * (macroblock tree) code a frozen picture under a clock anew each time, evenly
 * too, but then give back 4 % of the blocks and more; one that codes each
 * picture by itself gives back nearly all, so that for it less will do; not
 * much less, since it may code what another has coded at a constant rate, of
 * which a tenth comes back at times. */
static const struct noise_kind {
	uint16_t equal_permille;
	uint16_t even_percent;
	uint16_t excess_percent;
	uint8_t run;
	bool intra_only;
} noise_kinds[NOISE_KINDS] = {
	{ 30, 85, 0, 5, false },
	{ 30, 78, 0, 7, false },
	{ 20, 0, 0, 16, false },
	{ 120, 25, 100, 4, false },
	{ 60, 72, 0, 12, true },
};

static bool
cell_get(const uint8_t *bits, unsigned i)
{
	return bits[i / 8] >> i % 8 & 1u;
}

static bool
cell_is_edge(unsigned i)
{
	unsigned row = i / COARSE_W;

	return row < EDGE_ROWS || row >= COARSE_H - EDGE_ROWS;
}

struct moved { /* cells that changed, and do not always */
	unsigned inner, edge;
};

/* Few cells that change often are a clock or a flag; where many do, it is
 * traffic, and all of it counts. */
static bool
has_clock(const struct life *l)
{
	unsigned often = 0;

	for (unsigned i = 0; i < COARSE; i++)
		often += l->often[i] >= OFTEN;
	return often <= CLOCK_CELLS;
}

static struct moved
cells_moved(struct life *l, const struct contrast *c)
{
	struct moved m = { 0, 0 };
	bool clock = has_clock(l);

	for (unsigned i = 0; i < COARSE; i++) {
		bool hot = cell_get(c->hot_cell, i);

		if (hot && !(clock && l->often[i] >= OFTEN))
			*(cell_is_edge(i) ? &m.edge : &m.inner) += 1;
		if (!hot) {
			l->often[i] -= l->often[i] >> OFTEN_SHIFT;
			continue;
		}
		l->often[i] += (uint8_t)((255 - l->often[i]) >> OFTEN_SHIFT);
		l->seen[i / 8] |= (uint8_t)(1u << i % 8);
	}
	return m;
}

/* Whether all that was ever hot is more than the strip of a clock or two. */
static bool
cells_wander(const struct life *l)
{
	unsigned left = COARSE_W, right = 0, top = COARSE_H, bottom = 0;
	unsigned inner = 0, edge = 0;

	for (unsigned i = 0; i < COARSE; i++) {
		unsigned x = i % COARSE_W, y = i / COARSE_W;

		if (!cell_get(l->seen, i))
			continue;
		if (cell_is_edge(i)) {
			edge++;
			continue;
		}
		inner++;
		left = x < left ? x : left;
		right = x > right ? x : right;
		top = y < top ? y : top;
		bottom = y > bottom ? y : bottom;
	}
	if (inner >= WANDER_FEW_CELLS && l->motions > MOTIONS_PROVE &&
	    right - left + 1 >= WANDER_FEW_COLUMNS)
		return true;
	return edge >= WANDER_EDGE_CELLS || inner >= WANDER_CELLS ||
	       (inner > 0 && (right - left + 1 >= WANDER_COLUMNS ||
				 bottom - top + 1 >= WANDER_ROWS));
}

static bool
noise_goes_on(const struct noise_run *n, const struct contrast *c,
    const struct noise_kind *kind)
{
	return n->near_q8 * 100u >= n->far_q8 * kind->even_percent &&
	       c->equal_permille < kind->equal_permille &&
	       (c->intra_only || !kind->intra_only) &&
	       c->excess_percent >= kind->excess_percent &&
	       n->near_q8 >= NOISE_LEAST_Q8;
}

/* Takes the newest `length` pairs into the run's bounds. */
static void
noise_extend(struct noise_run *n, const struct contrast *c, unsigned length)
{
	for (unsigned i = 0; i < length && i < c->depth; i++) {
		if (c->lag_q8[i] < n->near_q8)
			n->near_q8 = c->lag_q8[i];
		if (c->lag_q8[i] > n->far_q8)
			n->far_q8 = c->lag_q8[i];
	}
}

/* True when the run is long enough. */
static bool
noise_look(struct noise_run *n, const struct contrast *c, int64_t at_us,
    const struct noise_kind *kind)
{
	static const struct noise_run none = { 0, 0, UINT32_MAX, 0 };

	if (n->length > 0) {
		noise_extend(n, c, n->length + 1u);
		if (noise_goes_on(n, c, kind)) {
			if (n->length < 255)
				n->length++;
			return n->length >= kind->run;
		}
	}
	*n = none;
	noise_extend(n, c, 1);
	if (noise_goes_on(n, c, kind)) {
		n->length = 1;
		n->from_us = at_us;
	} else {
		*n = none;
	}
	return false;
}

/* The start of a run that is long enough, or 0. */
static int64_t
noise_shown(struct life *l, const struct contrast *c, int64_t at_us)
{
	int64_t from = 0;

	for (unsigned i = 0; i < NOISE_KINDS; i++)
		if (noise_look(&l->noise[i], c, at_us, &noise_kinds[i]))
			from = l->noise[i].from_us;
	return from;
}

static void
life_shown(struct life *l, int64_t at_us)
{
	l->shown_us = at_us;
	l->alive = true;
}

static void
motion_shown(struct life *l, int64_t at_us)
{
	if (l->motions == 0)
		l->begun_us = at_us;
	if (l->motions < 255)
		l->motions++;
	if (l->motions >= MOTIONS_PROVE && cells_wander(l))
		life_shown(l, at_us);
}

/* What was seen long ago must not add up to a proof: a clock's digits reach
 * further with every hour. */
static void
motion_expires(struct life *l)
{
	if (l->alive || ++l->looks < MOTION_MEMORY)
		return;
	l->looks = 0;
	l->motions = 0;
	memset(l->seen, 0, sizeof(l->seen));
}

enum sign
life_look(struct life *l, const struct contrast *c, int64_t at_us)
{
	bool was_alive = l->alive;
	bool leap; /* another scene, or another light */
	struct moved m;
	int64_t from;

	if (c->first)
		return SIGN_NONE;
	motion_expires(l);
	m = cells_moved(l, c);
	leap = c->excess_percent >= LEAP_PERCENT;
	if (m.inner > 0 || m.edge >= MOTION_EDGE || leap)
		motion_shown(l, at_us);
	from = noise_shown(l, c, at_us);
	if (from != 0) {
		if (!l->alive)
			l->begun_us = from;
		life_shown(l, at_us);
	}
	if (m.inner >= MOTION_INNER || m.edge >= MOTION_EDGE || leap ||
	    l->alive != was_alive)
		return SIGN_MOTION;
	return from != 0 ? SIGN_NOISE : SIGN_NONE;
}
