/* SPDX-License-Identifier: GPL-3.0-or-later */
/* marks.h: the sharpest step of each zone, at the full resolution of the
 * thumbnail (160x90) -> how much of them is left, beside what is left of the
 * coarse edges (match.h) in the same zones. PURE. For the judge's files only.
 *
 * A lens out of focus takes the fine steps and leaves the coarse edges; flat
 * light, haze and dusk take both alike; noise and rain add to neither, since
 * each step has a place and a sign; a coarser coder leaves what is strong.
 */
#ifndef MONITOR_JUDGE_MARKS_H
#define MONITOR_JUDGE_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/judge/match.h"

struct marks {
	uint16_t seen;	   /* pictures; 0 = none */
	uint16_t energy;   /* of all steps of the picture, wherever they are */
	uint8_t at[ZONES]; /* cell within the zone, by rows; top bit: the
			    * step goes down, not to the right */
	int16_t step[ZONES]; /* usual, 128ths of a level */
};

struct candidates { /* steps that may become marks, if they stay */
	uint8_t at[ZONES];
	int16_t step[ZONES];
};

struct fineness {
	uint8_t zones;		  /* that could be compared */
	uint16_t part_permille;	  /* of the weight of all marks, in them */
	uint16_t fine_permille;	  /* steps now / usual: weighted median */
	uint16_t best_permille;	  /* .. and what the best quarter exceeds */
	uint16_t clear_permille;  /* coarse edges now / usual, the same way */
	uint16_t ratio_permille;  /* the one / the other */
	uint16_t energy_permille; /* of all steps, now / usual */
};

/* A picture that is good; seen 0: the first. */
void marks_learn(struct marks *k, struct candidates *c, const uint16_t *thumb,
    const struct zone_match zone[ZONES]);
/* Another mode is in force: what was seen in the one before, in another light,
 * is no mark of this one. */
void marks_leave(struct candidates *c);
/* False: no such places, as from bytes that were not saved. */
bool marks_valid(const struct marks *k);
/* The strongest step that each zone now has, wherever in it, of its mark's,
 * permille; -1 where there is no mark to speak of. */
void marks_own(const struct marks *k, const uint16_t *thumb,
    int16_t own_out[ZONES]);
/* Of the fine steps less is left than of the coarse edges around them, by what
 * a lens or its window does and no light; all over the picture, and enough of
 * it is seen to tell. */
bool marks_soft(const struct fineness *f);
/* The same, and next to nothing is left: told from fewer marks. */
bool marks_lost(const struct fineness *f);
struct fineness marks_compare(const struct marks *k, const uint16_t *thumb,
    const struct zone_match zone[ZONES]);

#endif
