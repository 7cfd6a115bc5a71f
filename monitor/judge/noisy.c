/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noisy: grain over the whole picture, far beyond what is usual in this light,
 * in space and from keyframe to keyframe, while the scene still shows through.
 * Noise adds as squares do, so what came to the usual noise is measured. A
 * sensor in the dark is noisy too: in less light than usual, or in one that is
 * not known yet, only very much is called; and rain is like grain, so where
 * contrast went as well, much. Where the coder can't afford noise it shows as
 * blocks, coarser ones for no fewer bytes.
 */
#include "monitor/judge/feed.h"

#define CLEAR_PERCENT 94u	    /* of the usual contrast, for the light */
#define CHANGE_OF_ADDED_X10 7u	    /* it differs from keyframe to keyframe */
#define UNKNOWN_Q8 (20u * 256u)	    /* where this light is not known */
#define UNKNOWN_DAY_Q8 (12u * 256u) /* bright and in colour */
#define UNKNOWN_TIMES 3u	    /* the most of any light */
#define UNKNOWN_CHANGE_Q8 (2u * 256u)
#define LIT_PERCENT 75u	     /* of the usual brightness: else it is dark */
#define CHANGE_TIMES_X10 18u /* the usual difference of keyframes .. */
#define CHANGE_OVER_Q8 (2u * 256u)
#define OUTLIER_TIMES 4u /* of the usual most .. */
#define OUTLIER_OVER 35u /* .. and so many permille more */
#define EVEN_CALM_ZONES                                                        \
	20u		    /* all others are sharper than they ever were ..   \
			     */
#define EVEN_CHANGE_X10 25u /* .. and differ, against the usual mean .. */
#define EVEN_CHANGE_OVER_Q8 256u /* .. and by more than this */
#define HUM_CLEAR 115u		 /* percent of the usual contrast: bars add */
#define HUM_CHANGE_TIMES 3u /* the usual difference, to the one before .. */
#define HUM_CHANGE_OVER_Q8 (2u * 256u) /* .. and by so much more */
#define HUM_KNOWN 3u	   /* pictures of the light it is held against */
#define LEAVE_PERCENT 75u  /* clears only below this of the limits */
#define LIKENESS_LEAST 250 /* permille: the scene is there */
#define HOT_MOST 6u	   /* or at least nothing but grain goes on in it */
#define NOISY_US (8ll * 1000000)
#define BEFORE_US (60ll * 1000000) /* an exposure has long settled by then */
#define BEFORE_X10 12u

/* Crushed by the coder: seams of blocks x10 of the usual, strong steps where
 * macroblocks meet beyond the usual most, keyframes that differ more, and
 * bytes of the units between them, percent of their low usual. */
static const struct crush {
	unsigned seam_x10, torn_permille, change_percent;
	unsigned change_over_q8, bytes_percent;
} crushes[] = {
	{ 17, 60, 180, 2 * 256, 0 }, { 25, 25, 100, 384, 0 },
	{ 15, 20, 120, 256, 115 },
	{ 8, 30, 190, 512, 110 }, /* now this much, now that */
	{ 25, 10, 95, 0, 112 },	  /* in the dark: to a mosaic */
};
#define HELD_SEAM_X10 15u /* while called: whatever goes on in the scene */
#define HELD_TORN_PERMILLE 15u

struct limits {
	uint64_t noise_square; /* q16 */
	unsigned noise_q8, change_q8;
};

static uint64_t
square(uint64_t v)
{
	return v * v;
}

static unsigned
larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* In a light that is not known, or less of it than usual. */
static struct limits
limits_unknown(const struct usual *u)
{
	unsigned least =
	    u->now.light == LIGHT_BRIGHT ? UNKNOWN_DAY_Q8 : UNKNOWN_Q8;
	struct limits k = { 0 };

	k.noise_q8 = larger(least, usual_most(u, TRAIT_NOISE) * UNKNOWN_TIMES);
	k.noise_square = square(k.noise_q8);
	k.change_q8 = UNKNOWN_CHANGE_Q8;
	return k;
}

/* What must have come to the usual noise, and how it must exceed the most. Rain
 * and dusk raise noise too, by themselves and by the gain: but they cost
 * contrast. Hum lays bars across, which nothing else does. */
static const struct raise {
	unsigned least_q8, times_x10, most_x10;
} raises[] = { { 5 * 256, 18, 12 }, { 5 * 256, 30, 18 }, { 2 * 256, 9, 12 } };
enum { PLAIN, WEATHER, BARRED };

static const struct raise *
raise_of(const struct usual *u, const struct usual_light *l)
{
	if (usual_barred(u, l))
		return &raises[BARRED];
	return &raises[usual_clearness(u, l) < CLEAR_PERCENT ? WEATHER : PLAIN];
}

static struct limits
limits(const struct usual *u, const struct usual_light *l)
{
	const struct raise *r;
	unsigned usual, added;
	struct limits k;

	if (l == NULL || usual_brightness(u, l) < LIT_PERCENT)
		return limits_unknown(u);
	r = raise_of(u, l);
	usual = l->trait[TRAIT_NOISE].mean;
	added = larger(r->least_q8, usual * r->times_x10 / 10);
	k.noise_square = square(usual) + square(added);
	k.noise_q8 = l->trait[TRAIT_NOISE].most * r->most_x10 / 10;
	k.change_q8 = added * CHANGE_OF_ADDED_X10 / 10;
	return k;
}

/* Keyframes differ far more than they usually do. */
static bool
is_restless(const struct usual *u, const struct usual_light *l,
    unsigned percent)
{
	unsigned usual = l->trait[TRAIT_CHANGE].mean;

	return u->now.trait[TRAIT_CHANGE] * 100u >=
	       larger(usual * CHANGE_TIMES_X10 / 10, usual + CHANGE_OVER_Q8) *
		   percent;
}

static bool
is_grained(const struct usual *u, const struct usual_light *l, unsigned percent)
{
	const uint16_t *now = u->now.trait;
	struct limits k = limits(u, l);

	if (now[TRAIT_CHANGE] * 100u >= k.change_q8 * percent &&
	    now[TRAIT_NOISE] * 100u >= k.noise_q8 * percent &&
	    square(now[TRAIT_NOISE]) * 100u >= k.noise_square * percent)
		return true;
	return u->now.known && is_restless(u, l, percent) &&
	       now[TRAIT_OUTLIER] * 100u >=
		   (l->trait[TRAIT_OUTLIER].most * OUTLIER_TIMES +
		       OUTLIER_OVER) *
		       percent;
}

/* A pattern all over the picture, of whatever kind: interference too. */
static bool
is_everywhere(const struct usual *u, const struct measures *m, unsigned percent)
{
	const struct usual_light *l = usual_here(u);

	return u->now.known && usual_brightness(u, l) >= LIT_PERCENT &&
	       u->now.trait[TRAIT_CHANGE] * 1000u >=
		   (l->trait[TRAIT_CHANGE].mean * EVEN_CHANGE_X10 +
		       EVEN_CHANGE_OVER_Q8 * 10u) *
		       percent &&
	       usual_calm_zones(u, m) * percent <= EVEN_CALM_ZONES * 100u;
}

/* Bars that were not there, and that lie elsewhere in the picture before:
 * smooth ones too, and in whatever light they make of it. Between the bars'
 * edges each row is as ever. */
static bool
is_hum(const struct judge_feed *f, unsigned percent)
{
	const struct usual *u = &f->usual;
	const struct usual_light *l = usual_nearest(u);
	unsigned change = l->trait[TRAIT_CHANGE].mean;

	return l->measured >= HUM_KNOWN &&
	       f->contrast.adjacent.calm_q8 * 100u >=
		   larger(change * HUM_CHANGE_TIMES,
		       change + HUM_CHANGE_OVER_Q8) *
		       percent &&
	       usual_barred(u, l) && usual_clearness(u, l) >= HUM_CLEAR;
}

static bool
is_crush(const struct judge_feed *f, const struct crush *k, unsigned percent)
{
	const struct usual *u = &f->usual;
	const struct usual_light *l = usual_here(u);
	const uint16_t *now = u->now.trait;
	unsigned change = l->trait[TRAIT_CHANGE].mean;

	return now[TRAIT_SEAM] * 1000u >=
		   l->trait[TRAIT_SEAM].mean * k->seam_x10 * percent &&
	       now[TRAIT_TORN] * 100u >=
		   (l->trait[TRAIT_TORN].most + k->torn_permille) * percent &&
	       now[TRAIT_CHANGE] * 100u >=
		   larger(change * k->change_percent / 100,
		       change + k->change_over_q8) *
		       percent &&
	       (k->bytes_percent == 0 ||
		   (f->stream.inter_low > 0 &&
		       f->stream.inter_now * 10000ull >=
			   (uint64_t)f->stream.inter_low * k->bytes_percent *
			       percent));
}

/* Noise that the coder could not afford: all of it is blocks, which differ
 * from keyframe to keyframe. */
static bool
is_crushed(const struct judge_feed *f, unsigned percent)
{
	for (unsigned i = 0; i < sizeof(crushes) / sizeof(crushes[0]); i++)
		if (f->usual.now.known && is_crush(f, &crushes[i], percent))
			return true;
	return false;
}

/* Once called, it goes on while the blocks do. */
static bool
is_held(const struct judge_feed *f)
{
	const struct usual_light *l = usual_here(&f->usual);
	const uint16_t *now = f->usual.now.trait;
	const struct detector *d;

	return detector_state_of(f, CAUSE_NOISY, &d)->called &&
	       f->usual.now.known &&
	       now[TRAIT_SEAM] * 10u >=
		   l->trait[TRAIT_SEAM].mean * HELD_SEAM_X10 &&
	       now[TRAIT_TORN] >=
		   l->trait[TRAIT_TORN].most + HELD_TORN_PERMILLE;
}

/* It is the scene that one knows; or it is hidden, but nothing in it moves,
 * only its grain. */
static bool
shows_through(const struct judge_feed *f)
{
	const struct usual_light *l = usual_alike(&f->usual);

	return f->usual.now.likeness >= LIKENESS_LEAST || is_hum(f, 100) ||
	       (l != NULL && f->contrast.hot <= HOT_MOST &&
		   is_restless(&f->usual, l, 100));
}

static bool
is_noisy(const struct judge_feed *f, const struct sight *s, unsigned percent)
{
	const struct usual *u = &f->usual;

	return is_grained(u, usual_alike(u), percent) ||
	       is_crushed(f, percent) || is_hum(f, percent) ||
	       is_everywhere(u, &s->sample->measures, percent);
}

/* No noisier than a moment ago, when nothing was wrong but the light was
 * another one: a lamp that goes out brings no grain, but for some pictures a
 * light in which there was less. */
static bool
is_of_before(const struct judge_feed *f, int64_t at_us)
{
	const struct noisy *k = &f->noisy;

	return k->good_us != 0 && k->light != f->usual.now.light &&
	       at_us - k->good_us <= BEFORE_US &&
	       f->usual.now.trait[TRAIT_NOISE] * 10u <=
		   k->noise_q8 * BEFORE_X10;
}

static struct opinion
good(struct judge_feed *f, int64_t at_us)
{
	f->noisy = (struct noisy){ .good_us = at_us,
		.noise_q8 = f->usual.now.trait[TRAIT_NOISE],
		.light = (uint8_t)f->usual.now.light };
	return (struct opinion){ SAY_GOOD, 0, 0 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	f->grained = false;
	if (s->contrast == NULL || s->contrast->first || !f->life.alive ||
	    !f->usual.now.any_known)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	f->grained = is_noisy(f, s, 100) && !is_of_before(f, s->at_us);
	if (f->grained)
		return shows_through(f) ? (struct opinion){ SAY_BAD, 85, 0 }
					: (struct opinion){ SAY_NOTHING, 0, 0 };
	if (!is_noisy(f, s, LEAVE_PERCENT) && !is_held(f))
		return good(f, s->at_us);
	return (struct opinion){ SAY_NOTHING, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct usual_light *l = usual_here(&f->usual);
	const struct seen *n = &f->usual.now;

	evidence_number(e, "noise", n->trait[TRAIT_NOISE], 256);
	evidence_number(e, "noise_usual", l->trait[TRAIT_NOISE].mean, 256);
	evidence_number(e, "torn", n->trait[TRAIT_TORN], 1000);
	evidence_number(e, "torn_usual_most", l->trait[TRAIT_TORN].most, 1000);
	evidence_number(e, "difference", n->trait[TRAIT_CHANGE], 256);
	evidence_number(e, "difference_usual", l->trait[TRAIT_CHANGE].mean,
	    256);
}

const struct detector detector_noisy = {
	.name = "noisy",
	.cause = CAUSE_NOISY,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL | 1ull << CAUSE_CORRUPT |
		     1ull << CAUSE_COVERED | 1ull << CAUSE_UNDECODABLE,
	.on = 4,
	.off = 3,
	.on_us = NOISY_US,
	.look = look,
	.tell = tell,
};
