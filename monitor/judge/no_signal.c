/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A card in place of the camera: drawn, not seen. Most of it is one value
 * over wide areas, its rows repeat the row above, and nothing in it moves but
 * a clock. No lens and sensor give that. Or snow: noise as strong as the
 * picture, that neither neighbours nor the next keyframe know.
 */
#include "monitor/judge/feed.h"

#include "common/places.h"

#define FLAT_PERMILLE 850u   /* blocks with a range of at most 4 levels */
#define ONE_PERMILLE 500u    /* blocks of exactly one value */
#define REPEAT_PERMILLE 300u /* rows equal to the row above */
#define BAND_Q8 (4u * 256u)
#define MOVED_CELLS_MOST 16u
#define ALL_ONE_PERMILLE 700u
#define WANDER_CELLS_MOST 48u
#define DRAWN_LEVEL 20u /* evenly above: drawn, not dark */
#define BLACK_LEVEL 34u
#define COLOURED_Q8 (24u * 256u)
#define LIT_Q8 (56u * 256u)
#define LIT_CELLS 12u
#define WHITE_LEVEL 236u
#define WORDS_LEVEL 110u
#define DARKER_Q8 (16u * 256u)
#define DARKER_CELLS 6u /* of 240 */
#define GREEN_U 96	/* as corrupt.c */
#define GREEN_V 86
#define CUT_ROWS 2u /* of cells */
#define SNOW_SCENE_Q8 (14u * 256u)
#define LESS_FLAT_PERMILLE 750u /* less of it, with more of the others */
#define MOSAIC_SEAM_Q8 (12u * 256u)
#define MOSAIC_FEW_PERMILLE 700u
#define MOSAIC_REPEAT_PERMILLE 600u
#define MORE_ONE_PERMILLE 650u
#define MORE_REPEAT_PERMILLE 500u
#define SHADED_FLAT_PERMILLE 880u
#define FRESH_FLAT_PERMILLE 650u
#define FRESH_Q8 (3u * 256u) /* words where nothing was ever so sharp */
#define WORDS_ROW 2u /* rows of zones at the top and at the bottom: text */
#define WORDS_ZONES 2u
#define WORDS_SHARP_Q8 (6u * 256u)
#define SMOOTH_SHARP_Q8 300u
#define SMOOTH_ZONES (ZONES * 7u / 10u)
#define BARRED_PERMILLE 450u
#define SAME_Q8 3u
#define NEARLY_SAME_Q8 24u /* where it is known not to be the scene */
#define STILL_Q8 128u
#define SCENE_LIKENESS 500 /* permille */
#define SNOW_OUTLIER_PERMILLE 150u
#define SNOW_NOISE_Q8 (18u * 256u)
#define SNOW_DIFFERENCE_Q8 (18u * 256u)
#define MUSH_OUTLIER_PERMILLE 45u /* the same, crushed by the coder */
#define MUSH_NOISE_Q8 (7u * 256u)
#define MUSH_DIFFERENCE_Q8 (10u * 256u)
#define MUSH_MEAN_Q8 (48u * 256u) /* darker: gain behind a cover */
#define MUSH_SURE_Q8 (16u * 256u) /* so restless without a scene: snow */
#define MUSH_CHANGE_X10 25u	  /* of the usual difference of keyframes */
#define UNLIKE 100		  /* permille: nothing of the usual scene */
#define PAINTED_COLOUR 40u /* strong colour, the same to a level or two .. */
#define PAINTED_APART 2u
#define PAINTED_APART_Q8 (3u * 256u)
#define PAINTED_CELLS (CHROMA_CELLS * 85u / 100u) /* .. nearly all over */

static unsigned
permille(uint16_t q16)
{
	return q16 * 1000u / 65535u;
}

/* Share of the coarse cells that the three fullest bands of level hold. */
static unsigned
cover(const struct note *n)
{
	uint16_t band[65] = { 0 };
	unsigned sum = 0;

	for (unsigned i = 0; i < COARSE; i++)
		band[n->coarse[i] / BAND_Q8]++;
	for (unsigned k = 0; k < 3; k++) {
		unsigned best = 0;

		for (unsigned i = 1; i < 65; i++)
			if (band[i] > band[best])
				best = i;
		sum += band[best];
		band[best] = 0;
	}
	return sum * 1000 / COARSE;
}

static unsigned
one_value(const struct measures *m)
{
	unsigned n = 0;

	for (unsigned i = 0; i < BLOCK_HASHES; i++)
		n += BLOCK_TEXTURE(m->block[i]) == BLOCK_FLAT;
	return n * 1000 / BLOCK_HASHES;
}

/* Dark all over without colour, but for text near the edges: black's. */
static bool
plain_black(const struct measures *m)
{
	unsigned lit = 0;

	if (m->saturation_q8 > COLOURED_Q8)
		return false;
	for (unsigned i = THUMB_H / 5 * THUMB_W;
	     i < (THUMB_H - THUMB_H / 5) * THUMB_W; i++)
		lit += m->thumb[i] > LIT_Q8;
	if (m->p50 > DRAWN_LEVEL && one_value(m) >= ALL_ONE_PERMILLE)
		return false;
	return lit <= LIT_CELLS && m->p50 <= BLACK_LEVEL;
}

/* Cells clearly darker than they usually are. */
static unsigned
darker_cells(const struct usual *u)
{
	const struct usual_light *l = usual_nearest(u);
	unsigned n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += u->now.luma_q8[i] + DARKER_Q8 < l->luma_q8[i];
	return n;
}

/* White all over without colour, and what is not is light too, or was darker
 * before: a picture that is over-exposed. On a card of white, words are dark.
 */
static bool
plain_white(const struct judge_feed *f, const struct measures *m)
{
	if (m->saturation_q8 > COLOURED_Q8 || m->p50 < WHITE_LEVEL)
		return false;
	return m->p01 >= WORDS_LEVEL ||
	       (f->life.alive && f->usual.now.any_known &&
		   darker_cells(&f->usual) <= DARKER_CELLS);
}

/* Green to the end below a break, as zeros decode, with something above. */
static bool
is_cut_off(const struct measures *m)
{
	unsigned row = CHROMA_CELLS;

	while (row > 0 && m->chroma_u[row - 1] <= GREEN_U &&
	       m->chroma_v[row - 1] <= GREEN_V)
		row--;
	return row > 0 && row <= CHROMA_CELLS - CUT_ROWS * CHROMA_W;
}

/* Hardly any difference between the places of the picture: noise averages
 * out, a scene does not. Words over it are few cells. */
static bool
no_scene(const struct note *n)
{
	uint16_t cell[COARSE];

	for (unsigned i = 0; i < COARSE; i++) {
		unsigned j = i;

		for (; j > 0 && cell[j - 1] > n->coarse[i]; j--)
			cell[j] = cell[j - 1];
		cell[j] = n->coarse[i];
	}
	return (unsigned)(cell[COARSE * 85 / 100] - cell[COARSE * 15 / 100]) <=
	       SNOW_SCENE_Q8;
}

static bool
is_snow(const struct judge_feed *f, const struct measures *m,
    const struct contrast *c)
{
	unsigned outlier = permille(m->outlier_q16);
	unsigned usual = usual_nearest(&f->usual)->trait[TRAIT_CHANGE].mean;

	if (c->first || !no_scene(history_last(&f->history)))
		return false;
	if (outlier >= SNOW_OUTLIER_PERMILLE && m->noise_q8 >= SNOW_NOISE_Q8 &&
	    c->near_q8 >= SNOW_DIFFERENCE_Q8)
		return true;
	if (m->mean_q8 < MUSH_MEAN_Q8 || c->near_q8 < MUSH_DIFFERENCE_Q8 ||
	    c->near_q8 * 10u < usual * MUSH_CHANGE_X10)
		return false;
	return c->near_q8 >= MUSH_SURE_Q8 ||
	       (outlier >= MUSH_OUTLIER_PERMILLE &&
		   m->noise_q8 >= MUSH_NOISE_Q8);
}

/* A feed that has shown life, and now nothing of what it usually shows. */
static bool
is_other(const struct judge_feed *f)
{
	return f->life.alive && f->usual.now.any_known &&
	       f->usual.now.likeness < UNLIKE;
}

/* Nothing of a scene that has one: what it is may show in another keyframe,
 * the coder leaves more or less of it. */
static bool
scene_is_lost(const struct judge_feed *f)
{
	return is_other(f) && !f->black.blank && !f->white.blank &&
	       no_scene(history_last(&f->history));
}

/* Wide areas of one value. The more of them, the less else is asked. Coarse
 * coding makes a mosaic of any scene: one value in each block, another in the
 * next. */
static bool
is_drawn(unsigned flat, unsigned one, unsigned repeat, unsigned seam_q8,
    unsigned few)
{
	if (seam_q8 >= MOSAIC_SEAM_Q8 ||
	    (few < MOSAIC_FEW_PERMILLE && repeat < MOSAIC_REPEAT_PERMILLE))
		return false;
	return (flat >= FLAT_PERMILLE && one >= ONE_PERMILLE &&
		   repeat >= REPEAT_PERMILLE) ||
	       (flat >= LESS_FLAT_PERMILLE && one >= MORE_ONE_PERMILLE &&
		   repeat >= MORE_REPEAT_PERMILLE);
}

/* Bars, coarsely coded: rows that repeat, and picture after picture the same.
 */
static bool
is_barred(const struct judge_feed *f, const struct contrast *c, unsigned flat,
    unsigned one, unsigned repeat)
{
	return !c->first &&
	       c->adjacent.calm_q8 <=
		   (is_other(f) ? NEARLY_SAME_Q8 : SAME_Q8) &&
	       flat >= BARRED_PERMILLE && one >= BARRED_PERMILLE &&
	       repeat >= BARRED_PERMILLE;
}

/* Words on a smooth ground that shades off, and no grain at all. A cover has
 * no words but those of the camera, at the top and at the bottom; what is seen
 * past it is no sharper than it ever was. */
static bool
is_shaded(const struct judge_feed *f, const struct measures *m,
    const struct contrast *c, unsigned flat)
{
	const uint16_t *most = usual_nearest(&f->usual)->zone_most_q8;
	unsigned words = 0, fresh = 0, smooth = 0;

	for (unsigned i = 0; i < ZONES; i++) {
		unsigned row = i / ZONE_W;
		bool word = row >= WORDS_ROW && row < ZONE_H - WORDS_ROW &&
			    m->zone_sharp[i] >= WORDS_SHARP_Q8;

		words += word;
		fresh += word && m->zone_sharp[i] >= most[i] + FRESH_Q8;
		smooth += m->zone_sharp[i] <= SMOOTH_SHARP_Q8;
	}
	if (smooth < SMOOTH_ZONES || c->first || c->adjacent.calm_q8 > STILL_Q8)
		return false;
	return (flat >= SHADED_FLAT_PERMILLE && words >= WORDS_ZONES) ||
	       (flat >= FRESH_FLAT_PERMILLE && fresh >= WORDS_ZONES &&
		   is_other(f));
}

static unsigned
apart(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

static uint8_t
median(const uint8_t *value)
{
	uint16_t count[256] = { 0 };
	unsigned have = 0, v = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		count[value[i]]++;
	for (; have + count[v] <= CHROMA_CELLS / 2; v++)
		have += count[v];
	return (uint8_t)v;
}

/* One strong colour, and as bright, nearly all over: whatever shades off in
 * light is not. A recorder's analogue side may lay some noise over it. */
static bool
is_painted(const struct measures *m, const struct usual *usual)
{
	uint8_t u, v;
	unsigned n = 0;

	if (m->saturation_q8 < PAINTED_COLOUR * 256u)
		return false;
	u = median(m->chroma_u);
	v = median(m->chroma_v);
	if (apart(u, 128) + apart(v, 128) < PAINTED_COLOUR)
		return false;
	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += apart(m->chroma_u[i], u) <= PAINTED_APART &&
		     apart(m->chroma_v[i], v) <= PAINTED_APART &&
		     apart(usual->now.luma_q8[i], m->p50 * 256u) <=
			 PAINTED_APART_Q8;
	return n >= PAINTED_CELLS;
}

/* The camera's own scene shows: parts of it are damaged, or it is flat. */
static bool
is_scene(const struct judge_feed *f)
{
	return f->life.alive && f->usual.now.any_known &&
	       f->usual.now.likeness >= SCENE_LIKENESS;
}

/* Nothing moves in a card but a clock; in one that is all of one value words
 * may wander. What is nothing like the scene may have an analogue recorder's
 * noise on it. */
static bool
stands_still(const struct judge_feed *f, const struct sight *s)
{
	const struct measures *m = &s->sample->measures;

	if (one_value(m) >= ALL_ONE_PERMILLE || is_painted(m, &f->usual))
		return s->contrast->hot <= WANDER_CELLS_MOST;
	return s->contrast->hot <= MOVED_CELLS_MOST &&
	       (s->sign == SIGN_NONE || !f->life.alive ||
		   (s->sign == SIGN_NOISE && is_other(f)));
}

static bool
is_card(struct judge_feed *f, const struct sight *s)
{
	const struct measures *m = &s->sample->measures;
	unsigned flat = permille(m->flat_q16);
	unsigned repeat = permille(m->repeat_q16);
	bool before = f->card;

	f->flat_permille = (uint16_t)flat;
	f->repeat_permille = (uint16_t)repeat;
	f->cover_permille = (uint16_t)cover(history_last(&f->history));
	f->card =
	    !plain_black(m) && !plain_white(f, m) && !is_cut_off(m) &&
	    !is_scene(f) &&
	    (is_drawn(flat, one_value(m), repeat, m->block_q8,
		 f->cover_permille) ||
		is_barred(f, s->contrast, flat, one_value(m), repeat) ||
		is_painted(m, &f->usual) || is_shaded(f, m, s->contrast, flat));
	/* the first differs from the scene before it, of course */
	return f->card && (!before || stands_still(f, s));
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	f->card = f->card && s->sample->result == SAMPLE_OK;
	if (s->contrast == NULL || s->sample->result != SAMPLE_OK)
		return (struct opinion){ SAY_NOTHING };
	if (is_card(f, s))
		return (struct opinion){ SAY_BAD, 92 };
	if (is_snow(f, &s->sample->measures, s->contrast))
		return (struct opinion){ SAY_BAD, 90 };
	if (scene_is_lost(f))
		return (struct opinion){ SAY_NOTHING };
	return (struct opinion){ SAY_GOOD };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "flat", f->flat_permille, 1000);
	evidence_number(e, "rows_repeated", f->repeat_permille, 1000);
	evidence_number(e, "few_levels", f->cover_permille, 1000);
}

const struct detector detector_no_signal = {
	.name = "no-signal",
	.cause = CAUSE_NO_SIGNAL,
	.on = 3,
	.off = 2,
	.look = look,
	.tell = tell,
};
