/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When the next picture is wanted. Often while something looks odd or no life
 * was shown yet, rarely while the account proves life, half as often while the
 * pictures themselves do, the base interval otherwise; and never sooner than
 * the keyframes come. */
#include "monitor/judge/feed.h"

#define LEARN_QUICKLY 8u /* first pictures at the suspect's interval */
#define ODD_MOST_US (330 * 1000000ll) /* long enough to decide anything */
#define LONGEST_US (60 * 1000000ll)
#define LIVELY 6u /* pictures in a row that showed life */
#define LIVELY_TIMES 2
#define ASK_PATIENCE_US (10 * 1000000ll)
#define GOP_MAYBE_US (15 * 1000000ll) /* between keyframes, not yet known */

static bool
quick(const struct judge_feed *f)
{
	if (detector_any_odd(f))
		return f->schedule.odd_us == 0 ||
		       f->sample_us - f->schedule.odd_us < ODD_MOST_US;
	return !f->life.alive && detector_causes(f) == 0 &&
	       (f->schedule.taken < LEARN_QUICKLY ||
		   f->life.noise[0].length > 0 || f->life.motions > 0);
}

/* Of a feed that is well. Where the rate is constant only pictures prove life;
 * as long as each one does, the next may wait. */
static int64_t
seldom(const struct judge_feed *f)
{
	const struct judge_config *cfg = f->cfg;
	int64_t us = cfg->sample_us;

	if (stream_proves_life(f))
		us = cfg->sample_rare_us;
	else if (f->schedule.lively >= LIVELY)
		us = cfg->sample_us * LIVELY_TIMES;
	if (us > LONGEST_US)
		us = LONGEST_US;
	return us > cfg->sample_us ? us : cfg->sample_us;
}

int64_t
schedule_interval(const struct judge_feed *f)
{
	const struct judge_config *cfg = f->cfg;

	if (quick(f))
		return cfg->sample_suspect_us;
	if (!cfg->adaptive || !f->life.alive || detector_causes(f) != 0)
		return cfg->sample_us;
	return seldom(f);
}

void
schedule_on_sign(struct judge_feed *f, enum sign sign)
{
	struct schedule *k = &f->schedule;

	if (sign == SIGN_NONE)
		k->lively = 0;
	else if (k->lively < LIVELY)
		k->lively++;
}

int64_t
schedule_validity(const struct judge_feed *f)
{
	int64_t base = schedule_interval(f);
	int64_t gop = f->stream.gop_us;

	if (gop == 0) /* not known before the second keyframe */
		gop = GOP_MAYBE_US;
	/* asking sooner must not make what was fresh a moment ago stale */
	if (base < f->schedule.wait_us)
		base = f->schedule.wait_us;
	if (base < f->cfg->sample_us)
		base = f->cfg->sample_us;
	return 3 * base > 2 * gop ? 3 * base : 2 * gop;
}

/* The first gap that is longer than the one before ends somewhere within it,
 * elsewhere for each feed: those that came up together would be looked at all
 * at once ever after, more than can be decoded then, and none in between. */
static int64_t
spread(const struct sample *s, int64_t was, int64_t wait)
{
	uint32_t place = s->ref.feed * 2654435761u >> 16; /* Knuth's hash */

	return wait > was ? was + (wait - was) * (place + 1) / 65536 : wait;
}

void
schedule_on_sample(struct judge_feed *f, const struct sample *s, int64_t now_us)
{
	struct schedule *k = &f->schedule;
	bool judged = s->result == SAMPLE_OK || s->result == SAMPLE_DAMAGED;
	int64_t interval, wait;

	if (!detector_any_odd(f))
		k->odd_us = 0;
	else if (k->odd_us == 0)
		k->odd_us = f->sample_us;
	interval = schedule_interval(f);
	wait = spread(s, k->wait_us, interval);
	k->asked_us = 0;
	k->wait_us = interval;
	if (judged && k->taken < UINT32_MAX)
		k->taken++;
	/* a full queue is not helped by asking sooner */
	if (s->result == SAMPLE_BUSY && wait < f->cfg->sample_us)
		wait = f->cfg->sample_us;
	k->next_us = (judged && s->at_us > 0 ? s->at_us : now_us) + wait;
	if (k->next_us < now_us)
		k->next_us = now_us;
}

void
schedule_on_account(struct judge_feed *f, int64_t now_us)
{
	int64_t at = f->sample_us + schedule_interval(f);

	if (stream_odd(f))
		at = f->sample_us + f->cfg->sample_suspect_us;
	if (f->schedule.asked_us == 0 && at < f->schedule.next_us)
		f->schedule.next_us = at > now_us ? at : now_us;
}

int64_t
judge_sample_due(const struct judge_feed *f)
{
	int64_t patience = 2 * (int64_t)f->stream.gop_us;

	if (f->link.phase != PHASE_FLOWING || f->blind != CAUSE_NONE)
		return INT64_MAX;
	if (f->schedule.asked_us == 0)
		return f->schedule.next_us;
	if (patience < ASK_PATIENCE_US)
		patience = ASK_PATIENCE_US;
	return f->schedule.asked_us + patience;
}

void
judge_sample_asked(struct judge_feed *f, int64_t now_us)
{
	f->schedule.asked_us = now_us > 0 ? now_us : 1;
}

int64_t
judge_sample_interval(const struct judge_feed *f)
{
	return schedule_interval(f);
}
