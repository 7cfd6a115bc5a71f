/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/marks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DOWN 128u
#define CELLS_W (THUMB_W / ZONE_W)
#define CELLS_H (THUMB_H / ZONE_H)
#define CELLS (CELLS_W * CELLS_H)
#define REACH 1 /* cells that a mast in the wind may move the picture by */
#define BORDER 2u
#define LEVEL 128		 /* of a step */
#define STEP_FAINT (2 * LEVEL)	 /* weighs nothing */
#define STEP_STRONG (18 * LEVEL) /* weighs no more than this */
#define AGREE_LEAST 60
#define SHIFT_BETTER 40 /* permille of all weight */
#define BINS 64
#define BIN_PERMILLE 25
#define CANDIDATE_WEIGHT 4
#define SEEN_WELL 16u
#define LOOK_EVERY 4u  /* zones: the search is dear */
#define CLEAR_LEAST 50 /* percent of the usual contrast, as allowed for */
#define CLEAR_MOST 200
#define STEP_MOST (100 * 16) /* for the energy, 16ths */

#define SOFT_ZONES 12u
#define SOFT_PART 400u	 /* permille of all marks, where nothing passes */
#define SOFT_RATIO 720u	 /* of coarse edges: less is out of focus, .. */
#define SOFT_BEST 850u	 /* .. all over the picture, .. */
#define SOFT_ENERGY 955u /* .. where no other steps have come */
#define LOST_PART 250u	 /* fewer do where next to nothing is left */
#define LOST_RATIO 550u
#define LOST_BEST 600u
#define LOST_ENERGY 750u

_Static_assert(THUMB_W % ZONE_W == 0 && THUMB_H % ZONE_H == 0 && CELLS <= 128,
    "a zone holds whole cells, few enough for a byte");

static int
clamp(int v, int least, int most)
{
	return v < least ? least : v > most ? most : v;
}

static unsigned
cell_of(unsigned zone, unsigned at)
{
	at &= DOWN - 1;
	return (zone / ZONE_W * CELLS_H + at / CELLS_W) * THUMB_W +
	       zone % ZONE_W * CELLS_W + at % CELLS_W;
}

static int
step_at(const uint16_t *thumb, unsigned cell, bool down)
{
	return (thumb[cell + (down ? THUMB_W : 1)] - thumb[cell]) / 2;
}

static bool
inside(unsigned cell)
{
	unsigned x = cell % THUMB_W, y = cell / THUMB_W;

	return x >= BORDER && y >= BORDER && x + BORDER + 1 < THUMB_W &&
	       y + BORDER + 1 < THUMB_H;
}

/* How strong the stronger of both steps of each cell is, in one row of zones:
 * where it is sought below is seldom asked, and this the compiler makes many
 * cells at a time. */
struct steps {
	uint16_t most[CELLS_H][THUMB_W];
};

static void
steps_of_row(const uint16_t *thumb, unsigned row, struct steps *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < CELLS_H; i++) {
		unsigned y = row * CELLS_H + i;
		const uint16_t *at = thumb + y * THUMB_W;

		if (y < BORDER || y + BORDER + 1 >= THUMB_H)
			continue;
		for (unsigned x = BORDER; x < THUMB_W - BORDER - 1; x++) {
			uint16_t here = at[x], r = at[x + 1];
			uint16_t d = at[x + THUMB_W];
			uint16_t right =
			    (uint16_t)(r > here ? r - here : here - r);
			uint16_t down =
			    (uint16_t)(d > here ? d - here : here - d);

			s->most[i][x] =
			    (uint16_t)((right > down ? right : down) / 2);
		}
	}
}

static unsigned
strongest_of(const struct steps *s, unsigned zone)
{
	const unsigned x = zone % ZONE_W * CELLS_W;
	unsigned best = 0;

	for (unsigned i = 0; i < CELLS_H; i++)
		for (unsigned k = x; k < x + CELLS_W; k++)
			best = s->most[i][k] > best ? s->most[i][k] : best;
	return best;
}

/* The strongest step of a zone, and where. */
static int
strongest(const struct steps *s, const uint16_t *thumb, unsigned zone,
    uint8_t *at_out)
{
	const unsigned x = zone % ZONE_W * CELLS_W;
	unsigned most = strongest_of(s, zone), i = 0, cell;
	int right, down;

	if (most == 0)
		return 0;
	while (s->most[i / CELLS_W][x + i % CELLS_W] != most)
		i++;
	cell = cell_of(zone, i);
	right = step_at(thumb, cell, false);
	down = step_at(thumb, cell, true);
	*at_out = (uint8_t)(abs(down) > abs(right) ? i | DOWN : i);
	return abs(down) > abs(right) ? down : right;
}

/* Root mean square of all steps, wherever they are, 16ths of a level; what is
 * very strong counts as merely strong. */
static uint16_t
energy_of(const uint16_t *thumb)
{
	uint64_t sum = 0;

	/* every other row is enough, and half as dear */
	for (unsigned y = 1; y + 1 < THUMB_H; y += 2) {
		const uint16_t *at = thumb + y * THUMB_W;
		uint32_t row = 0;

		for (unsigned x = 1; x + 1 < THUMB_W; x++) {
			int here = at[x] >> 4;
			int a = (at[x + 1] >> 4) - here;
			int b = (at[x + THUMB_W] >> 4) - here;

			a = a > STEP_MOST ? STEP_MOST : a;
			a = a < -STEP_MOST ? -STEP_MOST : a;
			b = b > STEP_MOST ? STEP_MOST : b;
			b = b < -STEP_MOST ? -STEP_MOST : b;
			row += (uint32_t)(a * a + b * b);
		}
		sum += row;
	}
	return (uint16_t)sqrt(
	    (double)(uint32_t)(sum / (THUMB_W * THUMB_H / 2)));
}

static void
begin(struct marks *k, struct candidates *c, const uint16_t *thumb)
{
	struct steps s;

	for (unsigned z = 0; z < ZONES; z++) {
		if (z % ZONE_W == 0)
			steps_of_row(thumb, z / ZONE_W, &s);
		k->at[z] = CELLS_H / 2 * CELLS_W + CELLS_W / 2;
		k->step[z] = (int16_t)strongest(&s, thumb, z, &k->at[z]);
		c->at[z] = k->at[z];
		c->step[z] = 0;
	}
	k->energy = energy_of(thumb);
	k->seen = 1;
}

static int
now_at(const uint16_t *thumb, unsigned zone, uint8_t at)
{
	return step_at(thumb, cell_of(zone, at), at & DOWN);
}

/* A step as it were with the usual contrast, of which the zone now has
 * `percent`: one that is new when fog lifts must not be taken for stronger
 * than those that were learned in it. */
static int
as_usual(int step, int percent)
{
	step = step * 100 / clamp(percent, CLEAR_LEAST, CLEAR_MOST);
	return clamp(step, -INT16_MAX, INT16_MAX);
}

/* Noise and what passes by have the strongest step of a picture elsewhere in
 * the next: a candidate must stay to become a mark. */
static void
try_another(struct marks *k, struct candidates *c, const struct steps *s,
    const uint16_t *thumb, unsigned z, int percent)
{
	int usual = abs(k->step[z]);
	int enough = usual + usual / 2 + 2 * LEVEL;
	int step = c->step[z];

	/* Candidates are not saved: after a start theirs is no place yet. */
	if (!inside(cell_of(z, c->at[z])))
		c->at[z] = k->at[z];
	step += (as_usual(now_at(thumb, z, c->at[z]), percent) - step) /
		CANDIDATE_WEIGHT;
	if (abs(step) > enough) {
		k->at[z] = c->at[z];
		k->step[z] = (int16_t)step;
		step = 0;
	} else if (abs(step) * 2 < enough &&
		   (k->seen < SEEN_WELL ||
		       z % LOOK_EVERY == k->seen % LOOK_EVERY)) {
		step = as_usual(strongest(s, thumb, z, &c->at[z]), percent) / 2;
	}
	c->step[z] = (int16_t)step;
}

void
marks_leave(struct candidates *c)
{
	memset(c->step, 0, sizeof(c->step));
}

bool
marks_valid(const struct marks *k)
{
	for (unsigned z = 0; z < ZONES; z++)
		if ((k->at[z] & (DOWN - 1)) >= CELLS ||
		    !inside(cell_of(z, k->at[z])))
			return false;
	return true;
}

void
marks_learn(struct marks *k, struct candidates *c, const uint16_t *thumb,
    const struct zone_match zone[ZONES])
{
	int w = (int)learn_weight(k->seen);
	struct steps s;

	if (k->seen == 0) {
		begin(k, c, thumb);
		return;
	}
	for (unsigned z = 0; z < ZONES; z++) {
		int now = now_at(thumb, z, k->at[z]);

		if (z % ZONE_W == 0)
			steps_of_row(thumb, z / ZONE_W, &s);
		k->step[z] = (int16_t)(k->step[z] + (now - k->step[z]) / w);
		if (zone == NULL || zone[z].agree >= AGREE_LEAST)
			try_another(k, c, &s, thumb, z,
			    zone == NULL ? 100 : zone[z].slope);
	}
	k->energy = (uint16_t)(k->energy + (energy_of(thumb) - k->energy) / w);
	if (k->seen < UINT16_MAX)
		k->seen++;
}

static int
weight_of(const struct marks *k, unsigned zone)
{
	int w = abs(k->step[zone]);

	return w < STEP_FAINT ? 0 : w > STEP_STRONG ? STEP_STRONG : w;
}

/* Steps now of usual, permille, of one zone. */
static int
part_at(const struct marks *k, const uint16_t *thumb, unsigned zone, int shift)
{
	unsigned cell = (unsigned)((int)cell_of(zone, k->at[zone]) + shift);

	return clamp(step_at(thumb, cell, k->at[zone] & DOWN) * 1000 /
			 k->step[zone],
	    -500, 1500);
}

void
marks_own(const struct marks *k, const uint16_t *thumb, int16_t own[ZONES])
{
	struct steps s;

	for (unsigned z = 0; z < ZONES; z++) {
		if (z % ZONE_W == 0)
			steps_of_row(thumb, z / ZONE_W, &s);
		own[z] = -1;
		if (weight_of(k, z) > 0)
			own[z] = (int16_t)clamp((int)strongest_of(&s, z) *
						    1000 / abs(k->step[z]),
			    0, 9999);
	}
}

struct spread { /* of values in permille, by weight */
	int32_t bin[BINS];
	int32_t all;
};

static void
put(struct spread *s, int permille, int weight)
{
	s->bin[clamp(permille / BIN_PERMILLE, 0, BINS - 1)] += weight;
	s->all += weight;
}

/* Where so many quarters of the weight are below. */
static uint16_t
quarter(const struct spread *s, int quarters)
{
	int32_t part = s->all / 4 * quarters, below = 0;

	for (int i = 0; i < BINS; i++) {
		if (s->bin[i] == 0 || below + s->bin[i] < part) {
			below += s->bin[i];
			continue;
		}
		return (uint16_t)(i * BIN_PERMILLE +
				  BIN_PERMILLE * (int64_t)(part - below) /
				      s->bin[i]);
	}
	return 0;
}

static int
mean_at(const struct marks *k, const uint16_t *thumb, const uint8_t *use,
    int shift)
{
	int64_t sum = 0, all = 0;

	for (unsigned z = 0; z < ZONES; z++) {
		int w = use[z] ? weight_of(k, z) : 0;

		if (w == 0)
			continue;
		sum += (int64_t)w * part_at(k, thumb, z, shift);
		all += w;
	}
	return all == 0 ? 0 : (int)(sum / all);
}

/* Where the picture has swung to. */
static int
shift_of(const struct marks *k, const uint16_t *thumb, const uint8_t *use)
{
	int best = mean_at(k, thumb, use, 0) + SHIFT_BETTER, at = 0;

	for (int y = -REACH; y <= REACH; y++)
		for (int x = -REACH; x <= REACH; x++) {
			int shift = y * (int)THUMB_W + x;
			int mean = mean_at(k, thumb, use, shift);

			if (mean > best) {
				best = mean;
				at = shift;
			}
		}
	return at;
}

struct fineness
marks_compare(const struct marks *k, const uint16_t *thumb,
    const struct zone_match zone[ZONES])
{
	struct fineness f = { .ratio_permille = 1000, .energy_permille = 1000 };
	struct spread fine = { 0 }, clear = { 0 };
	uint8_t use[ZONES];
	int32_t all = 0;
	int shift;

	for (unsigned z = 0; z < ZONES; z++) {
		int w = weight_of(k, z);

		use[z] = w > 0 && zone[z].edges >= EDGES_FAINT &&
			 zone[z].agree >= AGREE_LEAST;
		all += w;
		f.zones = (uint8_t)(f.zones + use[z]);
	}
	f.energy_permille = (uint16_t)clamp(energy_of(thumb) * 1000 /
						(k->energy > 0 ? k->energy : 1),
	    0, 9999);
	if (f.zones == 0)
		return f;
	shift = shift_of(k, thumb, use);
	for (unsigned z = 0; z < ZONES; z++) {
		if (!use[z])
			continue;
		put(&fine, part_at(k, thumb, z, shift), weight_of(k, z));
		put(&clear, zone[z].slope * 10, weight_of(k, z));
	}
	f.part_permille = (uint16_t)((int64_t)fine.all * 1000 / all);
	f.fine_permille = quarter(&fine, 2);
	f.best_permille = quarter(&fine, 3);
	f.clear_permille = quarter(&clear, 2);
	f.ratio_permille =
	    (uint16_t)(f.clear_permille < 50
			   ? 1000
			   : f.fine_permille * 1000 / f.clear_permille);
	return f;
}

bool
marks_lost(const struct fineness *f)
{
	return f->zones >= SOFT_ZONES && f->part_permille >= LOST_PART &&
	       f->ratio_permille < LOST_RATIO && f->best_permille < LOST_BEST &&
	       f->energy_permille < LOST_ENERGY;
}

bool
marks_soft(const struct fineness *f)
{
	return marks_lost(f) ||
	       (f->zones >= SOFT_ZONES && f->part_permille >= SOFT_PART &&
		   f->ratio_permille < SOFT_RATIO &&
		   f->best_permille < SOFT_BEST &&
		   f->energy_permille < SOFT_ENERGY);
}
