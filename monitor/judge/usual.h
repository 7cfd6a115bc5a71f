/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usual.h: good pictures of one feed -> what is usual for it in each kind of
 * light: a few numbers of the whole picture, and brightness and colour of
 * 20 x 12 cells. PURE. For the judge's files only; a picture's content is a
 * camera's, so hostile.
 *
 * Each sample: usual_see, then the detectors ask, then usual_learn when
 * nothing speaks against the picture. What was seen before the feed showed
 * life is kept aside and counts only from then on.
 */
#ifndef MONITOR_JUDGE_USUAL_H
#define MONITOR_JUDGE_USUAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"
#include "monitor/judge/history.h"

enum light {
	LIGHT_BRIGHT, /* in colour, by day or lit */
	LIGHT_DIM,    /* in colour, but dark */
	LIGHT_GREY,   /* without colour: infrared at night, or never any */
};
#define LIGHTS 3u

enum trait {
	TRAIT_NOISE,   /* measures.noise_q8 */
	TRAIT_OUTLIER, /* permille of pixels unlike both neighbours */
	TRAIT_SEAM,    /* measures.block_q8 */
	TRAIT_CHANGE,  /* calm difference to the most like of the dozen, q8 */
	TRAIT_WHITE,   /* permille of cells that are clipped */
	TRAIT_TORN,    /* permille, of measures.torn_q16 */
	TRAIT_STREAK,  /* permille of places that only vary sideways */
	TRAIT_BLANK,   /* permille of places of the grey of nothing */
	TRAIT_SATURATION, /* measures.saturation_q8, without clipped cells */
};
#define TRAITS 9u

struct trait_usual {
	uint16_t mean;
	uint16_t spread; /* mean deviation */
	uint16_t most;	 /* the highest, forgotten slowly */
};

struct usual_light {
	uint16_t seen;	   /* pictures learned from */
	uint16_t measured; /* of them in this size and codec: traits, zones */
	struct trait_usual trait[TRAITS];
	uint16_t luma_q8[CHROMA_CELLS];
	uint16_t u_q8[CHROMA_CELLS];
	uint16_t v_q8[CHROMA_CELLS];
	uint16_t zone_most_q8[ZONES]; /* highest zone_sharp, fading */
};

/* The picture at hand, against what is usual. */
struct seen {
	enum light light;
	uint16_t trait[TRAITS];
	uint16_t luma_q8[CHROMA_CELLS];
	uint16_t valid;	    /* cells neither clipped nor quite dark */
	int16_t likeness;   /* of brightness over the cells to the usual: share
			     * of it that the usual explains, permille; below
			     * zero: it looks like its negative */
	uint16_t gain_x100; /* contrast against the usual, squared */
	bool known;	    /* this light was learned enough to compare with,
			     * as it is coded now */
	bool any_known;	    /* brightness and colour of some light were */
};

struct usual {
	struct usual_light light[LIGHTS];
	struct seen now;
	uint8_t strange; /* pictures in a row, far from all before */
	uint8_t codec;
	uint16_t width, height;
};

/* Takes the picture in as the one at hand. In another size or codec grain,
 * seams and sharpness are others: these are learned anew, while brightness and
 * colour of the places stay known. */
void usual_see(struct usual *u, const struct sample *s,
    const struct contrast *c);
/* The picture at hand is good: learn from it. */
void usual_learn(struct usual *u, const struct measures *m);
/* The light's usual values, as of the picture at hand. */
const struct usual_light *usual_here(const struct usual *u);
/* The same, or where that light is not known yet, of the one known best. */
const struct usual_light *usual_nearest(const struct usual *u);
/* The light that the picture at hand is measured by: its own, or where that
 * is not known, one that shows the same scene as brightly. NULL: none. */
const struct usual_light *usual_alike(const struct usual *u);
/* How bright the picture at hand is, against a light, percent. */
unsigned usual_brightness(const struct usual *u, const struct usual_light *l);
/* How much contrast the picture at hand has for its light, against a light,
 * percent: weather costs some, grain and what shines do not. 100 where there is
 * none to compare with. */
unsigned usual_clearness(const struct usual *u, const struct usual_light *l);
/* Whether what makes the picture at hand unlike a light lies across it, in
 * bars: no weather does that. */
bool usual_barred(const struct usual *u, const struct usual_light *l);
/* Zones that are no sharper than they ever were in this light: noise and rain
 * leave none. */
unsigned usual_calm_zones(const struct usual *u, const struct measures *m);
/* The highest of a trait in any light that is known. */
uint16_t usual_most(const struct usual *u, enum trait trait);
/* Whether a cell tells colour: neither clipped nor dark. */
bool usual_cell_valid(const struct usual *u, unsigned cell);
void usual_forget(struct usual *u);
/* About 2.8 KB; load leaves u as it is when the bytes are no good. */
#define USUAL_SAVE_BYTES                                                       \
	(5u + LIGHTS * (4u + TRAITS * 6u + 3u * CHROMA_CELLS + ZONES))
void usual_save(const struct usual *u, struct writer *w);
bool usual_load(struct usual *u, struct reader *r);

#endif
