/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Out of focus, dirty or steamed up: the same place, but of its fine steps
 * less is left than of its coarse edges, and less than usual of any, wherever
 * they are. Fog and dusk take both alike; noise, rain and what passes by add
 * steps; a mast in the wind moves them; a coarser coder leaves the strong
 * ones. Steps too fine for the thumbnail are looked at at full resolution, as
 * far as the former do not speak against it. A lens that hunts for its focus
 * is through in seconds; after a switch between day and night it may take
 * longer: not called then.
 */
#include "monitor/judge/feed.h"

#define SECOND 1000000
#define ENERGY_PERMILLE 955u /* of all steps: no others have come */
#define FINE_BACK_PERMILLE 800u
#define BEST_BACK_PERMILLE 900u
#define ENERGY_BACK_PERMILLE 970u
#define MARKS_LEAST 12u
#define PART_PERMILLE 400u /* of all marks must lie where nothing passes */

/* At full resolution. */
#define SHARP_PERMILLE 640u /* of the usual: median of zones */
#define SOFT_PERMILLE 280u  /* .. and so many zones with 0.6 or less */
#define ALL_PERMILLE 840u   /* .. of all of them together */
#define SHARP_BACK_PERMILLE 830u
#define ALL_BACK_PERMILLE 950u
#define FINE_SOME_PERMILLE 880u
#define ZONES_MANY 30u
#define STRONGER_PERMILLE 1100u

#define PICTURES 6u
#define SEEN_LEAST 5u
#define DOUBTS 3u /* one that is between for so many that are soft */
#define LASTS_US (28 * SECOND)
#define REFOCUS_US (60 * SECOND)

static bool
slightly(const struct compared *c)
{
	return !c->coarser && c->soft.zones >= ZONES_MANY &&
	       c->soft.sharp_permille < SHARP_PERMILLE &&
	       c->soft.all_permille < ALL_PERMILLE &&
	       c->soft.soft_permille >= SOFT_PERMILLE &&
	       c->fine.ratio_permille < FINE_SOME_PERMILLE &&
	       c->fine.energy_permille < ENERGY_PERMILLE;
}

/* Enough of the marks lie where nothing passes. */
static bool
enough(const struct fineness *f)
{
	return marks_soft(f) ||
	       (f->zones >= MARKS_LEAST && f->part_permille >= PART_PERMILLE);
}

/* By its marks; or as sharp as ever, where these have been carried away. */
static bool
sharp_again(const struct compared *c)
{
	bool sharp = c->soft.sharp_permille >= SHARP_BACK_PERMILLE;

	if (c->fine.ratio_permille >= FINE_BACK_PERMILLE)
		return sharp || c->coarser || c->soft.zones < ZONES_MANY;
	return c->fine.energy_permille >= ENERGY_BACK_PERMILLE && sharp &&
	       !c->coarser && c->soft.zones >= ZONES_MANY &&
	       c->soft.all_permille >= ALL_BACK_PERMILLE;
}

/* Neither as soft as is called nor as sharp as is let go: what passes by, and
 * the coder, carry a picture over the bound now and then. */
static bool
doubtful(const struct blurred *b, const struct compared *c)
{
	return b->doubts * DOUBTS < b->pictures &&
	       c->fine.ratio_permille < FINE_BACK_PERMILLE &&
	       c->fine.best_permille < BEST_BACK_PERMILLE &&
	       c->fine.energy_permille < ENERGY_BACK_PERMILLE;
}

/* By its marks. No blur makes coarse edges stronger: another light does, and
 * where it is not well known the fine ones lie elsewhere. */
static bool
is_blurred(const struct compared *c)
{
	return marks_soft(&c->fine) &&
	       c->fine.clear_permille < STRONGER_PERMILLE;
}

static struct opinion
weigh(struct judge_feed *f, const struct compared *c, int64_t at_us)
{
	if (!is_blurred(c) && !slightly(c)) {
		if (doubtful(&f->blurred, c)) {
			f->blurred.doubts++;
			return (struct opinion){ SAY_ODD };
		}
		f->blurred.pictures = f->blurred.doubts = 0;
		return (
		    struct opinion){ sharp_again(c) ? SAY_GOOD : SAY_NOTHING };
	}
	if (f->blurred.pictures == 0)
		f->blurred.from_us = at_us;
	if (f->blurred.pictures < UINT16_MAX)
		f->blurred.pictures++;
	if (f->blurred.pictures < PICTURES ||
	    at_us - f->blurred.from_us < LASTS_US)
		return (struct opinion){ SAY_ODD };
	return (struct opinion){ SAY_BAD, marks_soft(&c->fine) ? 92 : 80 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct normal *n = &f->normal;
	const struct marks *k = &n->mode[n->in_force].marks;

	if (s->contrast == NULL || s->sample->result != SAMPLE_OK ||
	    (n->now.view != VIEW_SAME && n->now.view != VIEW_BUSY &&
		!n->now.early))
		return (struct opinion){ SAY_NOTHING };
	if (k->seen == 0) /* a person said that it shall be so */
		return (struct opinion){ SAY_GOOD };
	if (!enough(&n->now.fine) || k->seen < SEEN_LEAST ||
	    (n->light_us != 0 && s->at_us - n->light_us < REFOCUS_US))
		return (struct opinion){ SAY_NOTHING };
	/* not well known yet, or no life was shown, so that all may be a
	 * coder's doing: only where next to nothing is left, strong steps
	 * included */
	if ((k->seen < SHARP_SETTLED || n->now.early) &&
	    !marks_lost(&n->now.fine))
		return (struct opinion){ sharp_again(&n->now) ? SAY_GOOD
							      : SAY_NOTHING };
	return weigh(f, &n->now, s->at_us);
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct compared *c = &f->normal.now;

	evidence_number(e, "fine", c->fine.fine_permille, 1000);
	evidence_number(e, "coarse", c->fine.clear_permille, 1000);
	evidence_number(e, "fine_usual", 1, 1);
	evidence_number(e, "steps", c->fine.energy_permille, 1000);
	evidence_number(e, "sharpness", c->soft.sharp_permille, 1000);
	evidence_number(e, "sharpness_usual", 1, 1);
	evidence_number(e, "soft_zones", c->soft.soft_permille, 1000);
	evidence_number(e, "agreement", c->agree, 100);
	evidence_number(e, "light", c->light_percent, 100);
}

const struct detector detector_blurred = {
	.name = "blurred",
	.cause = CAUSE_BLURRED,
	.hushed_by = 1ull << CAUSE_BLACK | 1ull << CAUSE_NO_SIGNAL |
		     1ull << CAUSE_WHITE | 1ull << CAUSE_CORRUPT |
		     1ull << CAUSE_COVERED | 1ull << CAUSE_NOISY,
	.on = 1,
	.off = 2,
	.look = look,
	.tell = tell,
};
