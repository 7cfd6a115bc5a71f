/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The camera looks somewhere else: the edges that it usually shows are all
 * displaced by the same way, or gone for others that stand just as still; or
 * they have crept away from the pinned picture so slowly that the normal went
 * with them. Another light moves no edges. A camera declared to turn, or that
 * turns by itself again and again, is not at fault.
 */
#include <stdlib.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000
#define ALIKE_Q4 20 /* of two displacements */
#define STRAYS 2u   /* displaced by another way, in a row: it moves on */
#define SHIFTED_PICTURES 4u
#define SHIFTED_US (26 * SECOND)
#define OTHER_PICTURES 5u
#define OTHER_US (26 * SECOND)
#define DRIFT_PICTURES 4u

/* The same displacement again; what passes by hides it at times. True when
 * this picture shows it. */
static bool
count_shift(struct moved *k, const struct compared *c, int64_t at_us)
{
	bool shifted = c->view == VIEW_SHIFTED;

	if (shifted && k->hits > 0 &&
	    abs(k->x_q4 - c->shift.x_q4) <= ALIKE_Q4 &&
	    abs(k->y_q4 - c->shift.y_q4) <= ALIKE_Q4) {
		k->hits = (uint8_t)(k->hits + (k->hits < 255));
		k->strays = 0;
		k->x_q4 = c->shift.x_q4; /* it may creep on */
		k->y_q4 = c->shift.y_q4;
		return true;
	}
	k->misses = (uint8_t)(k->misses + (k->misses < 255));
	if (!shifted)
		return false;
	if (k->hits == 0 || ++k->strays >= STRAYS)
		*k = (struct moved){ .hits = 1,
			.from_us = at_us,
			.x_q4 = c->shift.x_q4,
			.y_q4 = c->shift.y_q4 };
	return false;
}

static struct opinion
weigh(struct judge_feed *f, int64_t at_us)
{
	const struct normal *n = &f->normal;
	const struct standing *v = &n->standing;
	const struct moved *k = &f->moved;

	if (normal_roams(n, at_us))
		return (struct opinion){ SAY_NOTHING };
	if (count_shift(&f->moved, &n->now, at_us) &&
	    k->hits >= SHIFTED_PICTURES && k->hits >= k->misses &&
	    at_us - k->from_us >= SHIFTED_US)
		return (struct opinion){ SAY_BAD, 92 };
	if (v->pictures >= OTHER_PICTURES && at_us - v->from_us >= OTHER_US)
		return (struct opinion){ SAY_BAD, 75 };
	return (struct opinion){ SAY_ODD };
}

/* Crept, seen in a row: on is one, since the others need no more. */
static struct opinion
weigh_drift(struct judge_feed *f)
{
	if (!f->normal.now.drifted) {
		f->moved.drifts = 0;
		if (f->normal.behind > 1)
			return (struct opinion){ SAY_ODD };
		return (struct opinion){
			f->normal.now.view == VIEW_SAME ? SAY_GOOD : SAY_NOTHING
		};
	}
	if (f->moved.drifts < DRIFT_PICTURES)
		f->moved.drifts++;
	if (f->moved.drifts < DRIFT_PICTURES)
		return (struct opinion){ SAY_ODD };
	return (struct opinion){ SAY_BAD, f->normal.pinned.approved ? 92 : 85 };
}

/* What there is to say, the pinned picture says. */
static bool
by_drift(const struct normal *n)
{
	return n->now.view == VIEW_SAME ||
	       ((n->now.drifted || n->behind > 0) && normal_unclear(n));
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct compared *c = &f->normal.now;

	if (s->contrast == NULL || s->sample->result != SAMPLE_OK)
		return (struct opinion){ SAY_NOTHING };
	if (c->view == VIEW_SHIFTED || c->view == VIEW_OTHER)
		return weigh(f, s->at_us);
	if (c->view == VIEW_SAME)
		f->moved.hits = f->moved.misses = 0;
	if (by_drift(&f->normal))
		return weigh_drift(f);
	if (s->at_us < f->normal.moving_until_us)
		return (struct opinion){ SAY_GOOD };
	return (struct opinion){ SAY_NOTHING };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct compared *c = &f->normal.now;
	const struct displacement *s =
	    by_drift(&f->normal) ? &c->drift : &c->shift;

	evidence_text(e, "against",
	    !by_drift(&f->normal)	? "normal"
	    : f->normal.pinned.approved ? "reference"
					: "first normal");
	if (c->view != VIEW_OTHER) {
		/* of the picture's sides */
		evidence_number(e, "shift_x", s->x_q4 * 1000 / 16 / 80, 1000);
		evidence_number(e, "shift_y", s->y_q4 * 1000 / 16 / 45, 1000);
		evidence_number(e, "agreement_shifted", s->agree, 100);
	}
	evidence_number(e, "agreement", c->agree, 100);
	evidence_number(e, "agreement_usual", c->agree_usual, 100);
	evidence_number(e, "same", c->same_permille, 1000);
}

const struct detector detector_moved = {
	.name = "moved",
	.cause = CAUSE_MOVED,
	.hushed_by = 1ull << CAUSE_BLACK | 1ull << CAUSE_NO_SIGNAL |
		     1ull << CAUSE_WHITE | 1ull << CAUSE_CORRUPT |
		     1ull << CAUSE_COVERED | 1ull << CAUSE_NOISY,
	.on = 1,
	.off = 2,
	.look = look,
	.tell = tell,
};
