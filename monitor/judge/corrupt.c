/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Corrupt: parts of the picture are damaged. The decoder says so, or units
 * arrive with holes in them; or the damage was decoded and coded anew on the
 * way (a recorder), and only shows: green or grey parts where there never were
 * any. Damage comes and goes, so two of the last six will do.
 */
#include "monitor/judge/feed.h"

#define LOOKS 6u
#define DAMAGED_ON 2u /* of LOOKS */
#define DAMAGED_OFF 0u
#define UNITS_PERMILLE 50u /* of the units of the last minute */
#define GREEN_LEVEL 56	   /* U and V of what decodes from zeros */
#define GREEN_LUMA_Q8 (130u * 256u)
#define GREEN_USUAL 16		   /* and so far from its usual place */
#define GREEN_CELLS 5u		   /* of 240 */
#define GREY_LUMA_Q8 (131u * 256u) /* 128 as coded, by the usual range .. */
#define GREY_FULL_Q8 (128u * 256u) /* .. and by full range */
#define GREY_NEAR_Q8 384u
#define GREY_CHROMA 1
#define GREY_USUAL_Q8 (6u * 256u)
#define GREY_CELLS 10u

static unsigned
apart(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

/* Cells of the green that zeros decode to. */
static unsigned
green_cells(const struct measures *m, const struct usual *u)
{
	const struct usual_light *l = usual_here(u);
	unsigned n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += m->chroma_u[i] <= GREEN_LEVEL &&
		     m->chroma_v[i] <= GREEN_LEVEL &&
		     u->now.luma_q8[i] <= GREEN_LUMA_Q8 &&
		     l->v_q8[i] / 256 > m->chroma_v[i] + GREEN_USUAL;
	return n;
}

/* Every part of the cell is that grey: a real thing has a texture, or at least
 * another shade. */
static bool
cell_is_even(const struct measures *m, unsigned cell, unsigned grey)
{
	unsigned w = THUMB_W / CHROMA_W,
		 y = cell / CHROMA_W * THUMB_H / CHROMA_H;
	const uint16_t *at = m->thumb + (y + 1) * THUMB_W + cell % CHROMA_W * w;

	for (unsigned j = 0; j < 5; j++, at += THUMB_W)
		for (unsigned i = 1; i + 1 < w; i++)
			if (apart(at[i], grey) > GREY_NEAR_Q8)
				return false;
	return true;
}

/* Cells of the grey that nothing decodes to. */
static unsigned
grey_cells(const struct measures *m, const struct usual *u)
{
	const struct usual_light *l = usual_here(u);
	unsigned grey = m->range_full ? GREY_FULL_Q8 : GREY_LUMA_Q8;
	unsigned n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++)
		n += apart(m->chroma_u[i], 128) <= GREY_CHROMA &&
		     apart(m->chroma_v[i], 128) <= GREY_CHROMA &&
		     cell_is_even(m, i, grey) &&
		     apart(l->luma_q8[i], grey) >= GREY_USUAL_Q8;
	return n;
}

static bool
shows_damage(struct judge_feed *f, const struct measures *m)
{
	struct corrupt *k = &f->corrupt;

	k->green = (uint16_t)green_cells(m, &f->usual);
	k->grey = (uint16_t)grey_cells(m, &f->usual);
	if (!f->life.alive || !f->usual.now.known)
		return false;
	return k->green >= GREEN_CELLS || k->grey >= GREY_CELLS;
}

static bool
is_damaged(struct judge_feed *f, const struct sight *s)
{
	if (s->sample->result != SAMPLE_OK)
		return true;
	return shows_damage(f, &s->sample->measures);
}

static bool
undecodable_called(const struct judge_feed *f)
{
	const struct detector *d;

	return detector_state_of(f, CAUSE_UNDECODABLE, &d)->called;
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
	if (undecodable_called(f)) { /* a matter of its own */
		k->recent = 0;
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	}
	k->units_permille = (uint16_t)stream_damaged_permille(f);
	k->recent = (uint8_t)(k->recent << 1 | is_damaged(f, s));
	for (unsigned i = 0; i < LOOKS; i++)
		n += k->recent >> i & 1u;
	k->damaged = (uint8_t)n;
	if (n >= DAMAGED_ON || k->units_permille >= UNITS_PERMILLE)
		return (struct opinion){ SAY_BAD, n > 3 ? 90 : 80, 0 };
	if (n > DAMAGED_OFF)
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (struct opinion){ SAY_GOOD, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct corrupt *k = &f->corrupt;

	evidence_number(e, "damaged_of_last_6", k->damaged, 1);
	evidence_number(e, "units_damaged", k->units_permille, 1000);
	evidence_number(e, "green_cells", k->green, 1);
	evidence_number(e, "grey_cells", k->grey, 1);
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
