/* SPDX-License-Identifier: GPL-3.0-or-later */
/* White: over-exposed, or the sun or a lamp in the lens. Wide parts of the
 * picture are clipped, and far more than ever was usual here: a bright sky
 * always is. A picture that is white nearly all over needs no comparison. What
 * is less than that may be a pair of headlights, and must last.
 */
#include "monitor/judge/feed.h"

#define BLANK_PERMILLE 850u /* bad in itself */
#define BLANK_LEAVE_PERMILLE 700u
#define GLARE_PERMILLE 500u /* half is lost; only over the usual most: */
#define GLARE_OVER_PERMILLE 250u
#define GLARE_LEAVE_PERMILLE 300u
#define GLARE_LEAVE_OVER_PERMILLE 150u
#define WHOLE_PERMILLE 650u	  /* from here on it need not last */
#define GLARE_US (26ll * 1000000) /* who stands close has gone by then */
#define COLOURED_Q8 (30u * 256u)  /* a coloured card is none */
#define CLIPPED_Q8 (236u * 256u)
#define REST_OVER_Q8 (15u * 256u)
#define REST_Q8 (130u * 256u) /* what is not clipped is bright too */

static struct opinion
good(struct white *w)
{
	w->glare_us = 0;
	return (struct opinion){ SAY_GOOD, 0, 0 };
}

static struct opinion
glare(struct white *w, int64_t at_us)
{
	if (w->glare_us == 0)
		w->glare_us = at_us;
	if (w->permille < WHOLE_PERMILLE && at_us - w->glare_us < GLARE_US)
		return (struct opinion){ SAY_ODD, 0, 0 };
	return (struct opinion){ SAY_BAD,
		w->permille < WHOLE_PERMILLE ? (uint8_t)80 : (uint8_t)92, 0 };
}

/* What is not clipped is bright too, and brighter than it usually is. A bright
 * sky over a street leaves the street as it is; the sun in the lens, or a wrong
 * exposure, does not. */
static bool
rest_is_bright(const struct usual *u)
{
	const struct usual_light *l = usual_nearest(u);
	uint32_t sum = 0, usual = 0, n = 0;

	for (unsigned i = 0; i < CHROMA_CELLS; i++) {
		if (u->now.luma_q8[i] >= CLIPPED_Q8)
			continue;
		sum += u->now.luma_q8[i];
		usual += l->luma_q8[i];
		n++;
	}
	return n == 0 ||
	       (sum / n >= REST_Q8 && sum / n >= usual / n + REST_OVER_Q8);
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	struct white *w = &f->white;
	unsigned usual;

	w->blank = false;
	if (s->contrast == NULL)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	w->permille = f->usual.now.trait[TRAIT_WHITE];
	w->usual_permille = usual_most(&f->usual, TRAIT_WHITE);
	usual = f->life.alive ? w->usual_permille : 0;
	if (s->sample->measures.saturation_q8 > COLOURED_Q8)
		return good(w);
	if (w->permille >= BLANK_PERMILLE && w->permille >= usual) {
		w->blank = true;
		return glare(w, s->at_us);
	}
	if (f->life.alive && f->usual.now.any_known &&
	    w->permille >= GLARE_PERMILLE && rest_is_bright(&f->usual) &&
	    w->permille >= usual + GLARE_OVER_PERMILLE)
		return glare(w, s->at_us);
	if (w->permille < GLARE_LEAVE_PERMILLE ||
	    (f->life.alive && w->permille < BLANK_LEAVE_PERMILLE &&
		w->permille < usual + GLARE_LEAVE_OVER_PERMILLE))
		return good(w);
	return (struct opinion){ SAY_NOTHING, 0, 0 };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "clipped", f->white.permille, 1000);
	evidence_number(e, "clipped_usual_most", f->white.usual_permille, 1000);
}

const struct detector detector_white = {
	.name = "white",
	.cause = CAUSE_WHITE,
	.hushed_by = 1ull << CAUSE_NO_SIGNAL,
	.on = 3,
	.off = 2,
	.look = look,
	.tell = tell,
};
