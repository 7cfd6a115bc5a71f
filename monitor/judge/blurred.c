/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Out of focus, dirty or steamed up: the same place, but its fine edges are
 * fainter than they usually are in this light, nearly everywhere. Noise is
 * taken off first, since it grows as light goes. After a switch between day
 * and night a camera may hunt for its focus: not called then.
 */
#include "monitor/judge/feed.h"

#define SECOND 1000000
#define BLURRED_PERMILLE 760u /* of the usual sharpness: median of zones */
#define SOFT_PERMILLE 280u    /* .. and so many zones with 0.6 or less */
#define ALL_PERMILLE 840u     /* .. of all of them together, .. */
#define SHARP_PERMILLE 830u
#define FEW_PERMILLE 640u /* .. where few zones can be compared, .. */
#define FEW_TIMES 2	  /* .. for so many times as long */
#define HAZE_LIGHT 85u
#define HAZE_PERMILLE 480u
#define ZONES_LEAST 10u
#define ZONES_MANY 30u
#define PICTURES 4u
#define LASTS_US (14 * SECOND)
#define REFOCUS_US (60 * SECOND)

/* Steamed up: in as much light as ever, coarse edges fade too. */
static bool
hazy(const struct compared *c)
{
	return c->light_percent >= HAZE_LIGHT &&
	       c->soft.clear_permille < HAZE_PERMILLE;
}

static struct opinion
weigh(struct judge_feed *f, const struct compared *c, int64_t at_us)
{
	bool many = c->soft.zones >= ZONES_MANY;
	unsigned limit = many ? BLURRED_PERMILLE : FEW_PERMILLE;
	unsigned times = many ? 1 : FEW_TIMES;

	if (!hazy(c) && (c->soft.sharp_permille >= limit ||
			    c->soft.all_permille >= ALL_PERMILLE ||
			    c->soft.soft_permille < SOFT_PERMILLE)) {
		f->blurred.pictures = 0;
		return (struct opinion){
			c->soft.sharp_permille >= SHARP_PERMILLE ? SAY_GOOD
								 : SAY_NOTHING
		};
	}
	if (f->blurred.pictures == 0)
		f->blurred.from_us = at_us;
	if (f->blurred.pictures < UINT16_MAX)
		f->blurred.pictures++;
	if (f->blurred.pictures < PICTURES * times ||
	    at_us - f->blurred.from_us < LASTS_US * times)
		return (struct opinion){ SAY_ODD };
	return (struct opinion){ SAY_BAD,
		c->soft.sharp_permille < BLURRED_PERMILLE * 2 / 3 ? 92 : 82 };
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct normal *n = &f->normal;

	if (s->contrast == NULL || s->sample->result != SAMPLE_OK ||
	    n->now.view != VIEW_SAME || n->now.soft.zones < ZONES_LEAST ||
	    n->now.coarser ||
	    (n->light_us != 0 && s->at_us - n->light_us < REFOCUS_US))
		return (struct opinion){ SAY_NOTHING };
	return weigh(f, &n->now, s->at_us);
}

static void
tell(const struct judge_feed *f, struct evidence *e)
{
	const struct compared *c = &f->normal.now;

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
