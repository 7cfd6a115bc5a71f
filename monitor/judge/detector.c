/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of detectors, and the counting that is the same for all. */
#include "monitor/judge/feed.h"

const struct detector *const detectors[] = {
	&detector_undecodable,
	&detector_no_signal,
	&detector_black,
	&detector_white,
	&detector_covered,
	&detector_moved,
	&detector_blurred,
	&detector_looped,
	&detector_frozen,
	&detector_corrupt,
	&detector_noisy,
	&detector_colour_cast,
	&detector_duplicate,
	&detector_no_video,
	&detector_flapping,
	&detector_packet_loss,
	&detector_low_fps,
	&detector_low_bitrate,
	&detector_clock_drift,
	&detector_changed,
};
const unsigned detector_count = sizeof(detectors) / sizeof(detectors[0]);
_Static_assert(sizeof(detectors) / sizeof(detectors[0]) <= DETECTORS_MAX,
    "raise DETECTORS_MAX");

static void
count_bad(const struct detector *d, struct detector_state *k,
    const struct opinion *o, int64_t at_us)
{
	k->good = 0;
	if (k->bad == 0)
		k->first_bad_us = at_us;
	if (k->bad < 255)
		k->bad++;
	k->confidence = o->confidence;
	if (k->called || k->bad < d->on || at_us - k->first_bad_us < d->on_us)
		return;
	k->called = true;
	k->since_us = k->first_bad_us;
	if (o->since_us != 0)
		k->since_us = o->since_us;
	else if (k->last_good_us != 0)
		k->since_us = k->last_good_us;
}

static void
count_good(const struct detector *d, struct detector_state *k, int64_t at_us)
{
	if (k->good == 0)
		k->cleared_us = at_us;
	if (k->good < 255)
		k->good++;
	k->bad = 0;
	if (k->called && k->good < d->off)
		return;
	k->called = false;
	k->last_good_us = at_us;
}

static void
count(const struct detector *d, struct detector_state *k,
    const struct opinion *o, int64_t at_us)
{
	k->odd = o->say == SAY_ODD || (o->say == SAY_BAD && !k->called);
	switch (o->say) {
	case SAY_NOTHING:
		break;
	case SAY_GOOD:
		count_good(d, k, at_us);
		break;
	case SAY_ODD:
		k->good = 0;
		break;
	case SAY_BAD:
		count_bad(d, k, o, at_us);
		k->odd = !k->called;
		break;
	}
}

void
detector_step(struct judge_feed *f, const struct sight *s)
{
	for (unsigned i = 0; i < detector_count; i++) {
		const struct detector *d = detectors[i];
		struct opinion o;

		if (d->at_account != (s->sample == NULL))
			continue;
		o = d->look(f, s);
		count(d, &f->state[i], &o, s->at_us);
	}
}

uint64_t
detector_causes(const struct judge_feed *f)
{
	uint64_t causes = 0, loud = 0;

	for (unsigned i = 0; i < detector_count; i++)
		if (f->state[i].called)
			causes |= 1ull << detectors[i]->cause;
	for (unsigned i = 0; i < detector_count; i++)
		if (f->state[i].called && !(detectors[i]->hushed_by & causes))
			loud |= 1ull << detectors[i]->cause;
	return loud;
}

bool
detector_any_odd(const struct judge_feed *f)
{
	for (unsigned i = 0; i < detector_count; i++)
		if (f->state[i].odd)
			return true;
	return false;
}

const struct detector_state *
detector_state_of(const struct judge_feed *f, enum cause cause,
    const struct detector **which_out)
{
	for (unsigned i = 0; i < detector_count; i++) {
		if (detectors[i]->cause != cause)
			continue;
		*which_out = detectors[i];
		return &f->state[i];
	}
	return NULL;
}
