/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colour cast: all over the picture the colours are off their usual place in
 * the same direction, while brightness shows the same scene in much the same
 * light. An infrared filter that is stuck open turns them towards purple.
 * Towards blue or orange, where lamps and the low sun lie, or in another light
 * at the same time, they must be further off and last longer.
 */
#include <math.h>
#include <stdlib.h>

#include "monitor/judge/feed.h"

#define SHIFT_Q8 (9 * 256) /* towards purple or green */
#define SHIFT_OTHER_Q8 (20 * 256)
#define SHIFT_STRONG_Q8 (30u * 256u)
#define CAST_STRONG_US (20ll * 1000000)
#define LEAVE_PERCENT 60
#define AGREE_PERMILLE 780u /* cells that go along by half at least */
#define CELLS_LEAST 72u
#define LIKENESS_LEAST 450  /* permille of the brightness explained */
#define GAIN_LEAST_X100 30u /* contrast, squared: .55 .. 1.7 */
#define GAIN_MOST_X100 290u
#define SAME_LEAST_X100 65u /* the same light: .8 .. 1.25 */
#define SAME_MOST_X100 155u
#define CAST_US (6ll * 1000000)
#define CAST_SLOW_US (60ll * 1000000)
#define UNEVEN_PERMILLE 450u
#define SEEN_LEAST 4u

struct shift {
	int u_q8, v_q8;
	uint32_t size_q8;
	unsigned cells, agree_permille;
	unsigned uneven_permille; /* mean departure from the shift, of it */
};

struct vector {
	int u, v;
};

static struct vector
cell_shift(const struct measures *m, const struct usual_light *l, unsigned i)
{
	return (struct vector){ m->chroma_u[i] * 256 + 128 - l->u_q8[i],
		m->chroma_v[i] * 256 + 128 - l->v_q8[i] };
}

static struct shift
shift_of(const struct usual *u, const struct usual_light *l,
    const struct measures *m)
{
	struct shift k = { 0 };
	int64_t su = 0, sv = 0;
	unsigned agree = 0, uneven = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		struct vector d = cell_shift(m, l, i);

		if (!usual_cell_valid(u, i))
			continue;
		su += d.u;
		sv += d.v;
		k.cells++;
	}
	if (k.cells < CELLS_LEAST)
		return k;
	k.u_q8 = (int)(su / k.cells);
	k.v_q8 = (int)(sv / k.cells);
	k.size_q8 =
	    (uint32_t)sqrt((double)k.u_q8 * k.u_q8 + (double)k.v_q8 * k.v_q8);
	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		struct vector d = cell_shift(m, l, i);

		if (usual_cell_valid(u, i))
			uneven +=
			    (unsigned)(abs(d.u - k.u_q8) + abs(d.v - k.v_q8));
	}
	if (k.size_q8 > 0)
		k.uneven_permille =
		    (unsigned)((uint64_t)uneven * 1000u / k.cells / k.size_q8);
	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		struct vector d = cell_shift(m, l, i);
		int64_t along = (int64_t)d.u * k.u_q8 + (int64_t)d.v * k.v_q8;

		if (usual_cell_valid(u, i))
			agree += along * 2 >=
				 (int64_t)k.size_q8 * (int64_t)k.size_q8;
	}
	k.agree_permille = agree * 1000 / k.cells;
	return k;
}

/* Towards purple or green: daylight and lamps differ along the other axis,
 * from blue to orange. */
static bool
is_unnatural(const struct shift *k)
{
	return abs(k->u_q8 + k->v_q8) * 5 >= abs(k->u_q8 - k->v_q8) * 3;
}

static bool
same_light(const struct seen *n)
{
	return n->gain_x100 >= SAME_LEAST_X100 &&
	       n->gain_x100 <= SAME_MOST_X100;
}

/* How long it must last. No lamp turns a scene quite another colour and leaves
 * its brightness alone. */
static int64_t
wait_of(const struct shift *k, const struct seen *n, bool slow)
{
	if (!slow)
		return CAST_US;
	return k->size_q8 >= SHIFT_STRONG_Q8 && same_light(n) ? CAST_STRONG_US
							      : CAST_SLOW_US;
}

static struct opinion
weigh(struct cast *c, const struct shift *k, const struct seen *n,
    int64_t at_us)
{
	uint32_t limit = SHIFT_Q8;
	bool slow = !is_unnatural(k) || !same_light(n);

	if (slow)
		limit = SHIFT_OTHER_Q8;
	if (k->size_q8 * 100 < limit * LEAVE_PERCENT ||
	    k->agree_permille < AGREE_PERMILLE / 2) {
		c->off_us = 0;
		return (struct opinion){ SAY_GOOD, 0, 0 };
	}
	if (k->size_q8 < limit || k->agree_permille < AGREE_PERMILLE)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	if (c->off_us == 0)
		c->off_us = at_us;
	if (at_us - c->off_us < wait_of(k, n, slow))
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (struct opinion){ SAY_BAD, slow ? (uint8_t)75 : (uint8_t)88, 0 };
}

/* Where the scene itself is grey, colour is another light than the one that is
 * known: then only an even tint tells. */
static const struct usual_light *
reference(const struct usual *u)
{
	if (u->light[LIGHT_BRIGHT].seen >= SEEN_LEAST)
		return &u->light[LIGHT_BRIGHT];
	return &u->light[LIGHT_GREY];
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct seen *n = &f->usual.now;
	const struct usual_light *l = reference(&f->usual);
	struct shift k;

	if (s->contrast == NULL || !f->life.alive || l->seen < SEEN_LEAST ||
	    n->light != LIGHT_BRIGHT)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	k = shift_of(&f->usual, l, &s->sample->measures);
	f->cast.u_q8 = (int32_t)k.u_q8;
	f->cast.v_q8 = (int32_t)k.v_q8;
	f->cast.agree_permille = (uint16_t)k.agree_permille;
	if (k.cells < CELLS_LEAST || n->likeness < LIKENESS_LEAST ||
	    n->gain_x100 < GAIN_LEAST_X100 || n->gain_x100 > GAIN_MOST_X100)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	if (l == &f->usual.light[LIGHT_GREY] &&
	    (k.uneven_permille > UNEVEN_PERMILLE || !same_light(n)))
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	return weigh(&f->cast, &k, n, s->at_us);
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "shift_u", f->cast.u_q8, 256);
	evidence_number(e, "shift_v", f->cast.v_q8, 256);
	evidence_number(e, "agree", f->cast.agree_permille, 1000);
	evidence_number(e, "likeness", f->usual.now.likeness, 1000);
	evidence_number(e, "saturation", f->usual.now.trait[TRAIT_SATURATION],
	    256);
	evidence_number(e, "saturation_usual",
	    f->usual.light[LIGHT_BRIGHT].trait[TRAIT_SATURATION].mean, 256);
}

const struct detector detector_colour_cast = {
	.name = "colour-cast",
	.cause = CAUSE_COLOUR_CAST,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL | 1ull << CAUSE_BLACK |
		     1ull << CAUSE_WHITE | 1ull << CAUSE_CORRUPT |
		     1ull << CAUSE_COVERED | 1ull << CAUSE_MOVED |
		     1ull << CAUSE_UNDECODABLE,
	.on = 3,
	.off = 3,
	.look = look,
	.tell = tell,
};
