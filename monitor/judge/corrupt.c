/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Corrupt: parts of the picture are damaged. The decoder says so, or units
 * arrive with holes in them; or the damage was decoded and coded anew on the
 * way (a recorder), and only shows: green or grey parts where there never were
 * any, what is drawn out downwards from a break, blocks strewn over the scene.
 * Damage comes and goes, so two of the last six will do.
 */
#include "monitor/judge/feed.h"

#define LOOKS 6u
#define DAMAGED_ON 2u /* of LOOKS */
#define DAMAGED_OFF 0u
#define UNITS_PERMILLE 50u /* of the units of the last minute */
#define GREEN_U 96	   /* and less, with .. */
#define GREEN_V 86
#define GREEN_LUMA_Q8 (130u * 256u)
#define GREEN_EVEN_Q8 384u
#define GREEN_USUAL 16 /* and so far from its usual place */
#define GREEN_CELLS 4u /* of 240 */
#define BLANK_OVER_PERMILLE 40u
#define STREAK_PERMILLE 70u
#define STREAK_OVER_PERMILLE 55u /* the usual most */
#define ZONE_TIMES_X10 17u	 /* a spoilt zone: of its highest .. */
#define ZONE_OVER_Q8 (4u * 256u) /* .. and so much more */
#define CALM_ZONES (ZONES / 2u)
#define STREWN_ZONES 8u
#define STREWN_LIKENESS 400 /* permille */
#define COLOUR_OFF 14u
#define OFF_LEAST 4u /* cells of 240 */
#define OFF_MOST 100u
#define OUTLIER_TIMES_X10 14u /* of the usual most .. */
#define OUTLIER_OVER 5u	      /* .. and so many permille more */
#define TORN_OVER_PERMILLE 12u
#define TORN_TIMES_X10 13u
#define TORN_OUTLIER_OVER 1u
#define TORN_CALM_ZONES 90u
#define LIT_LEAST 75u /* percent of the usual brightness .. */
#define LIT_MOST 135u
#define GAIN_LEAST_X100 50u /* .. and contrast, squared */
#define GAIN_MOST_X100 180u
#define GRAIN_TIMES 4u /* more is noise */
#define GRAIN_OVER 35u
#define COARSE_SEAM_X10 16u
#define DRAGGED_CALM_ZONES 40u	/* of 144: grain leaves none */
#define DRAGGED_OUTLIER_X10 16u /* of the usual most .. */
#define DRAGGED_OUTLIER_OVER 4u
#define DRAGGED_NOISE_X10 11u
#define DRAGGED_CHANGE_X10 18u /* of the usual mean .. */
#define DRAGGED_CHANGE_OVER_Q8 256u
#define DRAGGED_AGREE 15 /* percent below the usual agreement of edges */
#define SMEARED_AGREE 50 /* percent below the usual agreement of edges */
#define SMEARED_NOISE_PERCENT                                                  \
	45		       /* of the usual: what is drawn out has none     \
				*/
#define SMEARED_CHANGE_X10 13u /* of the usual mean */
#define SMEARED_LOOKS 6u       /* a lorry close by passes sooner */
#define HELD_MOST 60u	       /* pictures */
#define HELD_CHANGE_X10 15u

static unsigned
apart(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

/* Every part of the cell is as bright: a lawn has a texture. */
static bool
cell_is_even(const struct measures *m, unsigned cell)
{
	unsigned w = THUMB_W / CHROMA_W;
	unsigned y = cell / CHROMA_W * THUMB_H / CHROMA_H;
	const uint16_t *at = m->thumb + (y + 1) * THUMB_W + cell % CHROMA_W * w;
	unsigned level = at[1];

	for (unsigned j = 0; j < 5; j++, at += THUMB_W)
		for (unsigned i = 1; i + 1 < w; i++)
			if (apart(at[i], level) > GREEN_EVEN_Q8)
				return false;
	return true;
}

/* Cells of the green that zeros decode to. */
static unsigned
green_cells(const struct measures *m, const struct usual *u)
{
	const struct usual_light *l = usual_nearest(u);
	unsigned n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += m->chroma_u[i] <= GREEN_U && m->chroma_v[i] <= GREEN_V &&
		     u->now.luma_q8[i] <= GREEN_LUMA_Q8 &&
		     l->v_q8[i] / 256 > m->chroma_v[i] + GREEN_USUAL &&
		     cell_is_even(m, i);
	return n;
}

/* Coded so coarsely that all of it is blocks. */
static bool
is_coarse(const struct usual *u)
{
	return u->now.trait[TRAIT_SEAM] * 10u >
	       usual_here(u)->trait[TRAIT_SEAM].mean * COARSE_SEAM_X10;
}

/* Parts of the grey of nothing, where there usually are none. */
static bool
is_blanked(const struct usual *u)
{
	unsigned usual = usual_here(u)->trait[TRAIT_BLANK].most;

	return !is_coarse(u) &&
	       u->now.trait[TRAIT_BLANK] >= usual + BLANK_OVER_PERMILLE;
}

/* Zones that are far sharper than they ever were: people and cars are some,
 * too. */
static unsigned
spoilt_zones(const struct measures *m, const struct usual_light *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < ZONES; i++)
		n += m->zone_sharp[i] * 10u >
		     l->zone_most_q8[i] * ZONE_TIMES_X10 + ZONE_OVER_Q8 * 10u;
	return n;
}

static unsigned
off_colour_cells(const struct measures *m, const struct usual_light *l)
{
	unsigned n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += apart(m->chroma_u[i], l->u_q8[i] / 256u) +
			 apart(m->chroma_v[i], l->v_q8[i] / 256u) >
		     COLOUR_OFF;
	return n;
}

/* Everything below the break drawn out downwards. */
static bool
is_streaked(const struct usual *u)
{
	unsigned usual = usual_here(u)->trait[TRAIT_STREAK].most;

	return u->now.trait[TRAIT_STREAK] >= STREAK_PERMILLE &&
	       u->now.trait[TRAIT_STREAK] >= usual + STREAK_OVER_PERMILLE;
}

/* In more contrast steps are stronger, in less light grain is: neither is
 * damage. */
static bool
as_bright(const struct usual *u)
{
	unsigned bright = usual_brightness(u, usual_here(u));

	return bright >= LIT_LEAST && bright <= LIT_MOST;
}

static bool
usual_contrast(const struct usual *u)
{
	return as_bright(u) && u->now.gain_x100 >= GAIN_LEAST_X100 &&
	       u->now.gain_x100 <= GAIN_MOST_X100;
}

/* Blocks of wrong colour and grain strewn over a scene that is still there. */
static bool
is_strewn(struct corrupt *k, const struct usual *u, const struct measures *m)
{
	const struct usual_light *l = usual_here(u);
	unsigned outlier = u->now.trait[TRAIT_OUTLIER];
	unsigned usual = l->trait[TRAIT_OUTLIER].most;
	unsigned torn = l->trait[TRAIT_TORN].most + TORN_OVER_PERMILLE;
	unsigned off = off_colour_cells(m, l);
	unsigned calm = usual_calm_zones(u, m);

	k->zones = (uint16_t)spoilt_zones(m, l);
	if (calm < CALM_ZONES || u->now.likeness < STREWN_LIKENESS)
		return false;
	if (outlier * 10 >= usual * OUTLIER_TIMES_X10 + OUTLIER_OVER * 10u &&
	    u->now.trait[TRAIT_NOISE] > l->trait[TRAIT_NOISE].most &&
	    k->zones >= STREWN_ZONES && off >= OFF_LEAST && off <= OFF_MOST)
		return true;
	return u->now.trait[TRAIT_TORN] >= torn && calm >= TORN_CALM_ZONES &&
	       usual_contrast(u) &&
	       outlier < usual * GRAIN_TIMES + GRAIN_OVER &&
	       outlier * 10 >=
		   usual * TORN_TIMES_X10 + TORN_OUTLIER_OVER * 10u &&
	       !is_coarse(u);
}

static bool
is_called(const struct judge_feed *f, enum cause cause)
{
	const struct detector *d;

	return detector_state_of(f, cause, &d)->called;
}

/* The edges of a scene that is known, as bright as ever and at rest, agree less
 * than usual by so many percent. */
static bool
edges_fell(const struct judge_feed *f, int by)
{
	const struct compared *c = &f->normal.now;

	return normal_known(f) && as_bright(&f->usual) &&
	       f->now_us >= f->normal.moving_until_us &&
	       c->agree + by <= c->agree_usual;
}

/* Pieces of the picture are dragged over it: they differ from keyframe to
 * keyframe, and have grain and steps that the scene never had, but only they.
 */
static bool
is_dragged(const struct judge_feed *f, const struct measures *m)
{
	const struct usual *u = &f->usual;
	const struct usual_light *l = usual_here(u);
	const uint16_t *now = u->now.trait;

	if (f->grained || is_called(f, CAUSE_NOISY))
		return false; /* grain, whatever it hides */
	return edges_fell(f, DRAGGED_AGREE) &&
	       now[TRAIT_OUTLIER] * 10u >=
		   l->trait[TRAIT_OUTLIER].most * DRAGGED_OUTLIER_X10 +
		       DRAGGED_OUTLIER_OVER * 10u &&
	       now[TRAIT_NOISE] * 10u >=
		   l->trait[TRAIT_NOISE].most * DRAGGED_NOISE_X10 &&
	       now[TRAIT_CHANGE] * 10u >=
		   l->trait[TRAIT_CHANGE].mean * DRAGGED_CHANGE_X10 +
		       DRAGGED_CHANGE_OVER_Q8 * 10u &&
	       usual_calm_zones(u, m) >= DRAGGED_CALM_ZONES;
}

/* The scene is gone as if it were covered, and its grain, yet all goes on
 * changing more than it ever did, and for some time: blocks that are drawn on
 * and on from pictures that were lost. */
static bool
is_smeared(struct judge_feed *f)
{
	const struct usual *u = &f->usual;
	const struct usual_light *l = usual_here(u);
	const uint16_t *now = u->now.trait;
	bool odd = edges_fell(f, SMEARED_AGREE) &&
		   now[TRAIT_NOISE] * 100u <=
		       l->trait[TRAIT_NOISE].mean * SMEARED_NOISE_PERCENT &&
		   now[TRAIT_CHANGE] * 10u >=
		       l->trait[TRAIT_CHANGE].mean * SMEARED_CHANGE_X10;

	f->corrupt.smeared =
	    (uint8_t)(!odd			       ? f->corrupt.smeared / 2u
		      : f->corrupt.smeared < UINT8_MAX ? f->corrupt.smeared + 1u
						       : UINT8_MAX);
	return f->corrupt.smeared >= SMEARED_LOOKS;
}

static bool
shows_damage(struct judge_feed *f, const struct measures *m)
{
	struct corrupt *k = &f->corrupt;

	k->green = (uint16_t)green_cells(m, &f->usual);
	if (f->card || !f->life.alive || !f->usual.now.any_known)
		return false;
	if (k->green >= GREEN_CELLS)
		return true;
	return f->usual.now.known &&
	       (is_blanked(&f->usual) || is_streaked(&f->usual) ||
		   is_strewn(k, &f->usual, m) || is_dragged(f, m) ||
		   is_smeared(f));
}

static bool
is_damaged(struct judge_feed *f, const struct sight *s)
{
	if (s->sample->result != SAMPLE_OK)
		return true;
	return shows_damage(f, &s->sample->measures);
}

/* What was damaged is not whole again before the scene is back; but not for
 * ever, it may have been turned away as well. */
static bool
is_held(struct judge_feed *f)
{
	const struct usual *u = &f->usual;
	bool lost =
	    u->now.likeness < STREWN_LIKENESS &&
	    u->now.trait[TRAIT_CHANGE] * 10u >=
		usual_nearest(u)->trait[TRAIT_CHANGE].mean * HELD_CHANGE_X10;

	if (!is_called(f, CAUSE_CORRUPT) || !lost ||
	    f->corrupt.held >= HELD_MOST)
		return false;
	f->corrupt.held++;
	return true;
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	struct corrupt *k = &f->corrupt;
	unsigned n = 0;

	if (s->sample->result != SAMPLE_OK &&
	    s->sample->result != SAMPLE_DAMAGED &&
	    s->sample->result != SAMPLE_UNDECODABLE)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	if (is_called(f, CAUSE_UNDECODABLE)) { /* a matter of its own */
		k->recent = 0;
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	}
	k->units_permille = (uint16_t)stream_damaged_permille(f);
	k->recent = (uint8_t)(k->recent << 1 | is_damaged(f, s));
	for (unsigned i = 0; i < LOOKS; i++)
		n += k->recent >> i & 1u;
	k->damaged = (uint8_t)n;
	if (n > DAMAGED_OFF)
		k->held = 0;
	/* what can't be decoded is damage only beside what can */
	if (s->sample->result != SAMPLE_UNDECODABLE &&
	    (n >= DAMAGED_ON || k->units_permille >= UNITS_PERMILLE))
		return (struct opinion){ SAY_BAD, n > 3 ? 90 : 80, 0 };
	if (n > DAMAGED_OFF)
		return (struct opinion){ SAY_ODD, 0, 0 };
	if (is_held(f))
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	return (struct opinion){ SAY_GOOD, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct corrupt *k = &f->corrupt;

	evidence_number(e, "damaged_of_last_6", k->damaged, 1);
	evidence_number(e, "units_damaged", k->units_permille, 1000);
	evidence_number(e, "green_cells", k->green, 1);
	evidence_number(e, "blank", f->usual.now.trait[TRAIT_BLANK], 1000);
	evidence_number(e, "streaks", f->usual.now.trait[TRAIT_STREAK], 1000);
	evidence_number(e, "streaks_usual_most",
	    usual_here(&f->usual)->trait[TRAIT_STREAK].most, 1000);
	evidence_number(e, "spoilt_zones", k->zones, 1);
	evidence_number(e, "outliers", f->usual.now.trait[TRAIT_OUTLIER], 1000);
	evidence_number(e, "outliers_usual_most",
	    usual_here(&f->usual)->trait[TRAIT_OUTLIER].most, 1000);
	evidence_number(e, "seams", f->usual.now.trait[TRAIT_SEAM], 256);
	evidence_number(e, "seams_usual",
	    usual_here(&f->usual)->trait[TRAIT_SEAM].mean, 256);
}

const struct detector detector_corrupt = {
	.name = "corrupt",
	.cause = CAUSE_CORRUPT,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL | 1ull << CAUSE_UNDECODABLE,
	.on = 1,
	.off = 1,
	.look = look,
	.tell = tell,
};
