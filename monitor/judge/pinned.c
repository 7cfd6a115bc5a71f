/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pinned picture: what a person approved, or else the first that was well
 * known. It never follows; what has crept away from it is found by it. */
#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define DRIFT_EVERY 15u
#define DRIFT_AGREE 60
#define DRIFT_BETTER 10
#define DRIFT_Q4 22 /* 1.4 cells: 1.7 % of the width */
#define DRIFT_BACK_Q4 14
#define DRIFT_ALIKE 16
#define BEHIND_AGREE 40 /* less of it where the normal stays behind, .. */
#define BEHIND_BETTER 20
#define BEHIND_PICTURES 8u /* .. but in a row */

void
normal_pin(struct normal *n)
{
	struct pinned *p = &n->pinned;
	const struct mode *mode = &n->mode[n->in_force];

	p->set = true;
	memcpy(p->luma, mode->luma, sizeof(p->luma));
	p->sharp = mode->sharp;
	n->now.drifted = false;
	n->until_drift = 0;
	n->behind = 0;
}

static int
farthest(const struct displacement *d)
{
	int x = abs(d->x_q4), y = abs(d->y_q4);

	return x > y ? x : y;
}

static bool
crept(const struct displacement *d)
{
	return d->agree >= DRIFT_AGREE && farthest(d) >= DRIFT_Q4 &&
	       d->agree >= d->agree_unshifted + DRIFT_BETTER;
}

static bool
alike(const struct displacement *a, const struct displacement *b)
{
	return abs(a->x_q4 - b->x_q4) <= DRIFT_ALIKE &&
	       abs(a->y_q4 - b->y_q4) <= DRIFT_ALIKE;
}

/* Creep that the normal does not follow, since it is too quick, but that wears
 * it to a smear: displaced by the same way against both, picture after
 * picture. True once that is sure. */
static bool
behind(struct normal *n, const struct displacement *d,
    const struct displacement *before, const struct small *s,
    const struct small *usual)
{
	struct displacement of;
	bool is = d->agree >= BEHIND_AGREE && farthest(d) >= DRIFT_Q4 &&
		  d->agree >= d->agree_unshifted + BEHIND_BETTER &&
		  (n->behind == 0 || alike(d, before));

	if (is) {
		of = match_shift(s, usual);
		is = alike(&of, d) && of.agree > of.agree_unshifted;
	}
	n->behind = (uint8_t)(is ? n->behind + 1 : n->behind / 2);
	return n->behind >= BEHIND_PICTURES;
}

/* Against the pinned picture: slow creep that the normal has followed. Both
 * must lie displaced by the same way, the picture, in which something may pass
 * by, and the normal, in which nothing does. */
static void
look_for_drift(struct normal *n, const struct measures *m,
    const struct small *s)
{
	struct small pinned, usual;
	struct displacement *d = &n->now.drift, before = *d, of;

	if (!n->pinned.set || !sharp_same_shape(&n->pinned.sharp, m))
		return;
	small_of_bytes(&pinned, n->pinned.luma);
	*d = match_shift(s, &pinned);
	if (d->agree >= BEHIND_AGREE && farthest(d) < DRIFT_BACK_Q4)
		n->now.drifted = false;
	if (n->now.drifted)
		return;
	small_of_bytes(&usual, n->mode[n->in_force].luma);
	if (behind(n, d, &before, s, &usual)) {
		n->now.drifted = true;
		n->behind = 0;
		return;
	}
	if (!crept(d))
		return; /* or another light, or much that is new */
	of = match_shift(&usual, &pinned);
	n->now.drifted = crept(&of) && alike(&of, d);
}

void
normal_look_for_drift(struct normal *n, const struct measures *m,
    const struct small *s)
{
	if (n->until_drift > 0 && !n->now.drifted && n->behind == 0) {
		n->until_drift--;
		return;
	}
	n->until_drift = DRIFT_EVERY;
	look_for_drift(n, m, s);
}

static uint64_t
picture_causes(const struct judge_feed *f)
{
	uint64_t causes = 0;

	for (unsigned i = 0; i < detector_count; i++)
		if (f->state[i].called && !detectors[i]->at_account)
			causes |= 1ull << detectors[i]->cause;
	return causes;
}

/* A person says that what is seen is what should be seen: also where it is
 * not what was learned, once it has stood for a while. */
bool
judge_reference_set(struct judge_feed *f, int64_t now_us)
{
	const uint64_t may = 1ull << CAUSE_MOVED | 1ull << CAUSE_BLURRED |
			     1ull << CAUSE_COLOUR_CAST;
	struct normal *n = &f->normal;
	struct mode *mode = &n->mode[n->in_force];

	if (now_us > f->now_us)
		f->now_us = now_us;
	if (!normal_known(f) || (picture_causes(f) & ~may))
		return false;
	if (n->now.view == VIEW_SHIFTED || n->now.view == VIEW_OTHER) {
		if (n->standing.pictures < NORMAL_SEEN)
			return false;
		memcpy(mode->luma, n->standing.luma, sizeof(mode->luma));
		memset(mode->agree, 90, sizeof(mode->agree));
		mode->seen = NORMAL_SEEN;
		mode->sharp.seen = mode->marks.seen = 0;
		n->mode[!n->in_force].seen = 0;
		n->standing.pictures = 0;
	} else if (n->now.view != VIEW_SAME) {
		return false;
	} else if (picture_causes(f) & 1ull << CAUSE_BLURRED) {
		mode->sharp.seen = mode->marks.seen = 0;
	}
	normal_pin(n);
	n->pinned.approved = true;
	n->pinned.at_us = f->now_us > 0 ? f->now_us : 1;
	return true;
}

void
judge_reference_clear(struct judge_feed *f)
{
	f->normal.pinned.set = false;
	f->normal.pinned.approved = false;
	f->normal.now.drifted = false;
}

int64_t
judge_reference_us(const struct judge_feed *f)
{
	const struct pinned *p = &f->normal.pinned;

	return p->set && p->approved ? p->at_us : 0;
}
