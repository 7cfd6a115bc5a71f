/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/life.h"

#include <string.h>

#define EDGE_ROWS 2u	/* of COARSE_H, at the top and at the bottom: OSD */
#define OFTEN 128u	/* a cell hot more often than half of the time */
#define OFTEN_SHIFT 3	/* memory of about 8 keyframes */
#define MOTION_INNER 2u /* fresh hot cells away from the OSD rows .. */
#define MOTION_EDGE 5u	/* .. or within them */
#define WANDER_ROWS 3u	/* what a clock's text does not span */
#define WANDER_COLUMNS 7u
#define WANDER_CELLS 6u
#define WANDER_EDGE_CELLS 16u
#define MOTIONS_PROVE 2u
#define NOISE_EQUAL_PERMILLE 120u
#define NOISE_EVEN_PERCENT 78u
#define NOISE_RUN 7u
#define NOISE_LEAST_Q8 40u /* below 0.16 level there is nothing to see */

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

/* Whether cells that are not always hot changed, and enough of them. */
static bool
cells_moved(struct life *l, const struct contrast *c)
{
	unsigned inner = 0, edge = 0;

	for (unsigned i = 0; i < COARSE; i++) {
		bool hot = cell_get(c->hot_cell, i);

		if (hot && l->often[i] < OFTEN)
			*(cell_is_edge(i) ? &edge : &inner) += 1;
		if (hot)
			l->often[i] +=
			    (uint8_t)((255 - l->often[i]) >> OFTEN_SHIFT);
		else
			l->often[i] -= l->often[i] >> OFTEN_SHIFT;
		if (hot)
			l->seen[i / 8] |= (uint8_t)(1u << i % 8);
	}
	return inner >= MOTION_INNER || edge >= MOTION_EDGE;
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
	return edge >= WANDER_EDGE_CELLS || inner >= WANDER_CELLS ||
	       (inner > 0 && (right - left + 1 >= WANDER_COLUMNS ||
				 bottom - top + 1 >= WANDER_ROWS));
}

static bool
noise_goes_on(const struct life *l, const struct contrast *c)
{
	uint32_t near = c->near_q8, far = c->far_q8;

	if (c->equal_permille >= NOISE_EQUAL_PERMILLE || near < NOISE_LEAST_Q8)
		return false;
	if (l->noise_run > 0) {
		near = near < l->noise_near_q8 ? near : l->noise_near_q8;
		far = far > l->noise_far_q8 ? far : l->noise_far_q8;
	}
	return near * 100u >= far * NOISE_EVEN_PERCENT;
}

static void
noise_look(struct life *l, const struct contrast *c, int64_t at_us)
{
	if (!noise_goes_on(l, c)) {
		l->noise_run = 0;
		return;
	}
	if (l->noise_run == 0) {
		l->noise_us = at_us;
		l->noise_near_q8 = c->near_q8;
		l->noise_far_q8 = c->far_q8;
	}
	if (c->near_q8 < l->noise_near_q8)
		l->noise_near_q8 = c->near_q8;
	if (c->far_q8 > l->noise_far_q8)
		l->noise_far_q8 = c->far_q8;
	if (l->noise_run < 255)
		l->noise_run++;
}

static void
life_shown(struct life *l, int64_t at_us)
{
	l->shown_us = at_us;
	l->alive = true;
}

enum sign
life_look(struct life *l, const struct contrast *c, int64_t at_us)
{
	if (c->first)
		return SIGN_NONE;
	bool moved = cells_moved(l, c);

	noise_look(l, c, at_us);
	if (moved) {
		if (l->motions == 0)
			l->begun_us = at_us;
		if (l->motions < 255)
			l->motions++;
		if (l->motions >= MOTIONS_PROVE && cells_wander(l))
			life_shown(l, at_us);
		return SIGN_MOTION;
	}
	if (l->noise_run >= NOISE_RUN) {
		if (!l->alive)
			l->begun_us = l->noise_us;
		life_shown(l, at_us);
		return SIGN_NOISE;
	}
	return SIGN_NONE;
}

void
life_restart(struct life *l)
{
	l->motions = 0;
	l->noise_run = 0;
	memset(l->often, 0, sizeof(l->often));
	memset(l->seen, 0, sizeof(l->seen));
}
