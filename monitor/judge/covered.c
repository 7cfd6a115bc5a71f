/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Something lies on the lens or close before it: where the feed usually shows
 * edges there are none, or only what is far out of focus. Light that goes takes
 * the edges' strength with it, but in proportion, and that is allowed for. What
 * walks by moves on; a truck has edges of its own, and is not called.
 */
#include "monitor/judge/feed.h"

#define SECOND 1000000
#define WHOLE_PERMILLE 850u
#define WHOLE_PICTURES 3u
#define WHOLE_US (5 * SECOND)
#define PART_PICTURES 4u
#define PART_US (30 * SECOND) /* who stands close goes again */
#define HALF_PERMILLE 480u
#define LESS_US (34 * SECOND)
#define BACK_PERMILLE 250u

static bool
whole(const struct compared *c)
{
	return c->hidden_permille >= WHOLE_PERMILLE;
}

/* Hidden pictures in a row, and none of them unlike the one before. */
static struct opinion
weigh(const struct judge_feed *f, int64_t at_us)
{
	const struct standing *v = &f->normal.standing;
	bool all = whole(&f->normal.now) && !f->normal.veiled;
	unsigned pictures = all ? WHOLE_PICTURES : PART_PICTURES;
	int64_t us = all					      ? WHOLE_US
		     : f->normal.now.hidden_permille >= HALF_PERMILLE ? PART_US
								      : LESS_US;

	if (v->pictures < pictures || at_us - v->from_us < us || v->strange)
		return (struct opinion){ SAY_ODD };
	return (struct opinion){ SAY_BAD, all ? 93 : 80 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct compared *c = &f->normal.now;

	if (s->contrast == NULL || s->sample->result != SAMPLE_OK ||
	    s->at_us < f->dark_until_us || f->black.blank || f->white.blank)
		return (struct opinion){ SAY_NOTHING };
	if (c->view == VIEW_HIDDEN)
		return weigh(f, s->at_us);
	if (c->view == VIEW_SAME || c->view == VIEW_LIGHT ||
	    c->view == VIEW_SHIFTED || c->view == VIEW_OTHER)
		return (struct opinion){ c->hidden_permille > BACK_PERMILLE
					     ? SAY_NOTHING
					     : SAY_GOOD };
	return (struct opinion){ SAY_NOTHING };
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct compared *c = &f->normal.now;

	evidence_number(e, "hidden", c->hidden_permille, 1000);
	evidence_number(e, "edges", c->edged_permille, 1000);
	evidence_number(e, "agreement", c->agree, 100);
	evidence_number(e, "agreement_usual", c->agree_usual, 100);
	evidence_number(e, "light", c->light_percent, 100);
}

const struct detector detector_covered = {
	.name = "covered",
	.cause = CAUSE_COVERED,
	.hushed_by = 1ull << CAUSE_BLACK | 1ull << CAUSE_NO_SIGNAL |
		     1ull << CAUSE_WHITE | 1ull << CAUSE_CORRUPT,
	.on = 1,
	.off = 2,
	.look = look,
	.tell = tell,
};
