/* SPDX-License-Identifier: GPL-3.0-or-later */
/* match.h: two small pictures (80x45 luma) -> how far they show the same
 * place. PURE. For the judge's files only; pictures are a camera's, so their
 * content is hostile, which can only make the numbers silly, not wrong.
 *
 * Edges are compared, not levels: the gradient vectors of one picture with
 * those of the other, as a correlation, so that brighter, darker and flatter
 * light change nothing. Zone by zone (16x9), since what passes by hides some
 * zones, a cover most, and a turn of the camera all.
 */
#ifndef MONITOR_JUDGE_MATCH_H
#define MONITOR_JUDGE_MATCH_H

#include <stdint.h>

#include "camwarden/observation.h"

#define SMALL_W 80u
#define SMALL_H 45u
#define SMALL_CELLS (SMALL_W * SMALL_H)
#define SMALL_UNIT 4u /* cells of struct small are in quarters of a level */

/* Edges of a zone to go by, root mean square of gradients; and of one in a
 * picture that has few. */
#define EDGES_CLEAR (2u * SMALL_UNIT)
#define EDGES_FAINT (1u * SMALL_UNIT)

/* How many pictures a new one counts as little as. */
static inline unsigned
learn_weight(unsigned seen)
{
	return seen < 31 ? seen + 1 : 32;
}

struct small {
	uint16_t cell[SMALL_CELLS];
	uint16_t level; /* mean, same unit */
};

struct field { /* gradient, x and y side by side, in quarters of a level */
	int16_t g[SMALL_CELLS * 2];
};

/* One zone of `now` against the same zone of `usual`. */
struct zone_match {
	int8_t agree;	 /* correlation, percent, -100..100; 0 where flat */
	int16_t slope;	 /* of usual's edges, so many percent are left */
	uint16_t energy; /* now / usual, percent, at most 1000 */
	uint16_t edges;	 /* root mean square of usual's, unit of small */
	uint16_t edges_now;
};

struct displacement {
	int16_t x_q4; /* where usual's content is now, sixteenths of a cell */
	int16_t y_q4;
	int8_t agree; /* correlation there, and unshifted, percent */
	int8_t agree_unshifted;
};

void small_of_thumb(struct small *s, const uint16_t *thumb);
void small_of_bytes(struct small *s, const uint8_t *luma);
uint16_t level_of_bytes(const uint8_t *luma); /* unit of struct small */
void field_of(struct field *f, const struct small *s);
/* The same with twice the angle: what an edge parts may be brighter on either
 * side, as a skyline is by day and by infrared. Costs some ten times more. */
void field_of_axes(struct field *axes, const struct field *f);
void match_zones(const struct field *now, const struct field *usual,
    struct zone_match zone_out[ZONES]);
/* The mean of each zone, unit of small. */
void match_levels(const struct small *s, uint16_t level_out[ZONES]);
/* Correlation over the whole picture, unshifted, percent. */
int match_whole(const struct field *now, const struct field *usual);
/* The shift (up to 30 % of the width, 27 % of the height) at which the two
 * agree best. Costs as much as all the rest together: not for every sample. */
struct displacement match_shift(const struct small *now,
    const struct small *usual);

#endif
