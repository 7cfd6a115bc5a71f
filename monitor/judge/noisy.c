/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noisy: grain over the whole picture, far beyond what is usual in this light,
 * in space and from keyframe to keyframe, while the scene still shows through.
 * A sensor at night is noisy too: that is another light, with a usual of its
 * own, and until that is known only very much is called.
 */
#include "monitor/judge/feed.h"

#define TIMES_X10 25u		/* the usual noise .. */
#define OVER_Q8 (8u * 256u)	/* .. and so many levels above it */
#define UNKNOWN_Q8 (20u * 256u) /* where this light is not known yet */
#define CHANGE_TIMES_X10 18u	/* the usual difference of keyframes .. */
#define CHANGE_OVER_Q8 (2u * 256u)
#define TORN_OVER_PERMILLE 60u /* crushed by the coder */
#define SEAM_TIMES_X10 17u
#define TORN_LESS_PERMILLE 25u
#define SEAM_MORE_X10 25u
#define CRUSHED_CHANGE_Q8 (3u * 128u)
#define OUTLIER_TIMES 4u   /* of the usual most .. */
#define OUTLIER_OVER 35u   /* .. and so many permille more */
#define LEAVE_PERCENT 75u  /* clears only below this of the limits */
#define LIKENESS_LEAST 250 /* permille: the scene is there */
#define NOISY_US (8ll * 1000000)

struct limits {
	unsigned noise_q8, change_q8;
};

static struct limits
limits(const struct usual *u)
{
	const struct usual_light *l = usual_here(u);
	unsigned usual = l->trait[TRAIT_NOISE].mean;
	unsigned change = l->trait[TRAIT_CHANGE].mean;
	struct limits k = { UNKNOWN_Q8, CHANGE_OVER_Q8 };

	if (!u->now.known)
		return k;
	k.noise_q8 = usual * TIMES_X10 / 10;
	if (k.noise_q8 < usual + OVER_Q8)
		k.noise_q8 = usual + OVER_Q8;
	if (k.noise_q8 < l->trait[TRAIT_NOISE].most)
		k.noise_q8 = l->trait[TRAIT_NOISE].most;
	k.change_q8 = change * CHANGE_TIMES_X10 / 10;
	if (k.change_q8 < change + CHANGE_OVER_Q8)
		k.change_q8 = change + CHANGE_OVER_Q8;
	return k;
}

/* Noise that the coder could not afford: all of it is blocks, which differ
 * from keyframe to keyframe. */
static bool
is_crushed(const struct usual *u, const struct limits *k, unsigned percent)
{
	const struct usual_light *l = usual_here(u);
	const uint16_t *now = u->now.trait;
	unsigned torn = l->trait[TRAIT_TORN].most;
	unsigned seam = now[TRAIT_SEAM] * 1000u;

	if (!u->now.known)
		return false;
	if (now[TRAIT_CHANGE] * 100u >= k->change_q8 * percent &&
	    now[TRAIT_TORN] * 100u >= (torn + TORN_OVER_PERMILLE) * percent &&
	    seam >= l->trait[TRAIT_SEAM].mean * SEAM_TIMES_X10 * percent)
		return true;
	return (now[TRAIT_CHANGE] - l->trait[TRAIT_CHANGE].mean) * 100 >=
		   (int)(CRUSHED_CHANGE_Q8 * percent) &&
	       now[TRAIT_TORN] * 100u >=
		   (torn + TORN_LESS_PERMILLE) * percent &&
	       seam >= l->trait[TRAIT_SEAM].mean * SEAM_MORE_X10 * percent;
}

static bool
is_grained(const struct usual *u, const struct limits *k, unsigned percent)
{
	const uint16_t *now = u->now.trait;
	unsigned outlier = usual_here(u)->trait[TRAIT_OUTLIER].most;

	if (now[TRAIT_CHANGE] * 100u < k->change_q8 * percent)
		return false;
	return now[TRAIT_NOISE] * 100u >= k->noise_q8 * percent ||
	       (u->now.known &&
		   now[TRAIT_OUTLIER] * 100u >=
		       (outlier * OUTLIER_TIMES + OUTLIER_OVER) * percent);
}

static struct opinion
look(struct judge_feed *f, const struct sight *s)
{
	const struct usual *u = &f->usual;
	struct limits k;

	if (s->contrast == NULL || s->contrast->first || !f->life.alive ||
	    !u->now.any_known)
		return (struct opinion){ SAY_NOTHING, 0, 0 };
	k = limits(u);
	if (is_grained(u, &k, 100) || is_crushed(u, &k, 100))
		return u->now.likeness >= LIKENESS_LEAST
			   ? (struct opinion){ SAY_BAD, 85, 0 }
			   : (struct opinion){ SAY_NOTHING, 0, 0 };
	if (!is_grained(u, &k, LEAVE_PERCENT) &&
	    !is_crushed(u, &k, LEAVE_PERCENT))
		return (struct opinion){ SAY_GOOD, 0, 0 };
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
