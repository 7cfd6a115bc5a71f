/* SPDX-License-Identifier: GPL-3.0-or-later */
/* normal.h: pictures of a feed over time -> what it usually looks like, and
 * how the newest picture differs from that. PURE. For the judge's files only.
 *
 * Two modes, as by day and by night: whichever the picture agrees with is in
 * force, and a light that agrees with neither, while edges stay where they
 * are, becomes a new one. Learned only from pictures that no detector finds
 * odd, and of use only after the feed has shown life. A *pinned* picture
 * (approved by a person, or the first that was well known) never follows: slow
 * creep is measured against it.
 */
#ifndef MONITOR_JUDGE_NORMAL_H
#define MONITOR_JUDGE_NORMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"
#include "monitor/judge/marks.h"
#include "monitor/judge/match.h"
#include "monitor/judge/sharp.h"

#define NORMAL_SEEN 3u /* pictures until there is a normal: their median */

/* Zones, and how many of them, permille. */
#define ZONES_LEAST 10u	 /* fewer tell nothing */
#define AGREE_PERCENT 50 /* correlation of a zone that agrees */
#define SAME_PERMILLE 600u
#define LEFT_PERMILLE 380u /* more of the old view: something is before it */

enum view {
	VIEW_UNKNOWN, /* nothing learned, too dark, too bare, or unclear */
	VIEW_SAME,
	VIEW_LIGHT,   /* the same in a light that is not known yet */
	VIEW_BUSY,    /* the same, much of it hidden by what passes by */
	VIEW_HIDDEN,  /* most edges are gone and nothing is in their place */
	VIEW_SHIFTED, /* edges are elsewhere, all by the same way */
	VIEW_OTHER,   /* other edges */
};

struct mode {
	uint16_t seen;	 /* pictures it was learned from; 0 = none yet */
	uint16_t colour; /* saturation, q8 */
	struct sharpness sharp;
	struct marks marks;
	uint8_t agree[ZONES]; /* usual agreement of a zone, percent */
	uint8_t luma[SMALL_CELLS];
};

struct standing { /* a view that is not the normal, while it lasts */
	uint16_t pictures;
	uint8_t strange; /* the last one was not alike */
	int64_t from_us;
	uint8_t hidden[ZONES / 8]; /* zones, a bit each */
	uint8_t luma[SMALL_CELLS];
};

struct pinned {
	bool set;
	bool approved; /* by a person */
	int64_t at_us; /* of the approval; -1 restored */
	struct sharpness sharp;
	uint8_t luma[SMALL_CELLS];
};

struct compared { /* the newest picture with the mode in force */
	enum view view;
	uint8_t structured;	  /* zones that usually hold edges */
	uint16_t same_permille;	  /* of them, that agree */
	uint16_t hidden_permille; /* of them, where nothing is left */
	int8_t agree;		  /* mean correlation, percent */
	int8_t agree_usual;
	int8_t agree_inner;	   /* off the rows where text is drawn */
	uint16_t light_percent;	   /* level now / usual */
	uint16_t rest_percent;	   /* the same, of what agrees */
	uint16_t colour_percent;   /* saturation now / usual, at most 999 */
	struct displacement shift; /* when it is not the same place */
	struct softness soft;
	struct fineness fine;
	bool coarser;	 /* coded */
	bool evenly_lit; /* what is left of it: by a veil */
	bool early; /* no life was shown yet: the same place; the view and all
		     * that stands on it are unknown */
	bool switched;		   /* to or from no colour at all: infrared */
	uint16_t edged_permille;   /* edges now / usual, over the picture */
	uint8_t hidden[ZONES / 8]; /* which zones, a bit each */
	struct displacement drift; /* against the pinned, when last looked */
	bool drifted;
};

#define TRAVELS_KEPT 4u

struct normal {
	bool proven; /* the feed showed life, and what was learned stands */
	struct mode mode[2];
	struct candidates candidates;
	uint8_t in_force;
	struct standing standing;
	struct pinned pinned;
	struct compared now;
	int64_t moving_until_us;	 /* declared pan, tilt or zoom */
	int64_t light_us;		 /* when another mode came into force */
	int64_t travel_us[TRAVELS_KEPT]; /* when views were last left */
	uint8_t travels;     /* so far, but for whole rounds of those */
	int64_t clear_us;    /* when it was last as clear as usual */
	uint8_t coarse;	     /* pictures in a row, coded so */
	bool skip;	     /* the next picture is not learned from */
	bool veiled;	     /* by what can be seen through */
	bool away;	     /* from every mode */
	uint8_t until_drift; /* pictures to the next look at the pinned */
	uint8_t behind;	     /* pictures from which the normal stays behind */
};

struct scene {	       /* the newest picture, from looking to learning */
	bool compared; /* with the mode in force, and these are: */
	struct small small;
	struct field field;
	struct zone_match zone[ZONES];
};

struct judge_feed;
struct sight;

/* Before the detectors: compares. After them: learns, when none of them finds
 * the picture odd. */
void normal_look(struct judge_feed *f, const struct sight *s,
    struct scene *scene_out);
void normal_learn(struct judge_feed *f, const struct sight *s,
    const struct scene *scene);
/* True while pictures can be compared with a normal. */
bool normal_known(const struct judge_feed *f);
/* Not the usual view, but neither another nor hidden. */
bool normal_unclear(const struct normal *n);
/* A camera that turns by itself again and again: where it looks is no fault. */
bool normal_roams(const struct normal *n, int64_t at_us);
/* Pictures of one geometry are gone for another: nothing of the old holds. */
void normal_forget(struct normal *n);

/* compare.c: a picture with one mode; what place it is stays open. zone_out:
 * how each zone's edges agree. */
struct compared compare_mode(const struct mode *mode, const struct measures *m,
    const struct small *s, const struct field *now,
    struct zone_match zone_out[ZONES]);
/* The same, of the edges alone; usual_out: the mode's picture. */
void compare_edges(const struct mode *mode, const struct field *now,
    struct small *usual_out, struct zone_match zone_out[ZONES]);
/* Hidden is where neither the usual edges are, nor others that stay: stand is
 * how each zone agrees with the pictures before, whose mean shows the edges. */
void compare_bare(struct compared *c, const struct mode *mode,
    const struct zone_match *zone, const struct zone_match *stand);
/* All zones are hidden. */
void compare_hide(struct compared *c);

/* pinned.c: what is in force becomes the pinned picture; and, now and then,
 * how far the picture has crept from it. */
void normal_pin(struct normal *n);
void normal_look_for_drift(struct normal *n, const struct measures *m,
    const struct small *s);

/* All that is kept over a restart. restore: false and *n empty when the bytes
 * are not what save wrote. */
#define NORMAL_SAVE_BYTES                                                      \
	(2u + 3u * (SMALL_CELLS + 2u * ZONES + 10u) + 2u * (ZONES + 4u) +      \
	    2u * (3u * ZONES + 4u))
void normal_save(const struct normal *n, struct writer *w);
bool normal_restore(struct normal *n, struct reader *r);

#endif
