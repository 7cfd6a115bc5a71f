/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/judge/feed.h"

#define SECOND 1000000ll

void
judge_config_defaults(struct judge_config *cfg)
{
	*cfg = (struct judge_config){
		.sample_us = 10 * SECOND,
		.sample_suspect_us = 2 * SECOND,
		.sample_rare_us = 60 * SECOND,
		.adaptive = true,
		.return_grace_us = 900000,
	};
}

struct judge_feed *
judge_feed_new(const struct judge_config *cfg, int64_t now_us)
{
	struct judge_feed *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->cfg = cfg;
	f->born_us = now_us;
	f->now_us = now_us;
	f->schedule.next_us = now_us;
	f->stream.offset_us = INT64_MIN;
	f->verdict = (struct verdict){
		.state = STATE_UNKNOWN,
		.cause = CAUSE_LEARNING,
		.causes = 1ull << CAUSE_LEARNING,
		.confidence = 100,
		.since_us = now_us,
		.at_us = now_us,
		.evidence = "{}",
	};
	return f;
}

void
judge_feed_free(struct judge_feed **f)
{
	free(*f);
	*f = NULL;
}

static void
time_passes(struct judge_feed *f, int64_t now_us)
{
	if (now_us > f->now_us)
		f->now_us = now_us;
}

void
judge_on_link(struct judge_feed *f, const struct link_report *r, int64_t now_us)
{
	bool flowed = f->link.flowing_us != 0;

	time_passes(f, now_us);
	liveness_on_link(&f->link, r, f->blind != CAUSE_NONE);
	if (flowed == (f->link.flowing_us != 0))
		return;
	f->schedule.asked_us = 0;
	if (!flowed) {
		f->schedule.next_us = now_us;
		history_break(&f->history);
	}
}

void
judge_on_account(struct judge_feed *f, const struct account *a, int64_t now_us)
{
	struct sight sight = { .at_us = a->to_us, .account = a };

	time_passes(f, now_us);
	if (a->to_us <= a->from_us)
		return;
	if (a->units > 0 && a->last_au_us <= f->now_us)
		liveness_on_media(&f->link, a->last_au_us);
	stream_take(f, a);
	detector_step(f, &sight);
	schedule_on_account(f, now_us);
}

/* One that was decoded: compare, look for life, remember. */
static void
take_picture(struct judge_feed *f, const struct sample *s, struct sight *sight,
    struct scene *scene)
{
	history_take(&f->history, s, &f->contrast);
	sight->contrast = &f->contrast;
	usual_see(&f->usual, s, &f->contrast);
	/* damage is unlike what was before it, and after: that is no life */
	sight->clean = s->result == SAMPLE_OK && !f->marred;
	f->marred = s->result != SAMPLE_OK;
	if (sight->clean)
		sight->sign = life_look(&f->life, &f->contrast, s->at_us);
	schedule_on_sign(f, sight->sign);
	normal_look(f, sight, scene);
	looped_see(f, sight->at_us);
	f->samples++;
	if (s->at_us > f->sample_us)
		f->sample_us = s->at_us;
}

#define PICTURE_CAUSES ((2ull << CAUSE_DUPLICATE) - (1ull << CAUSE_UNDECODABLE))
/* What comes holds no picture: none is awaited. */
#define NO_PICTURE (1ull << CAUSE_NO_VIDEO | 1ull << CAUSE_UNDECODABLE)

/* Nothing is learned from a picture against which anything speaks. */
static void
learn(struct judge_feed *f, const struct sample *s)
{
	if (s->result == SAMPLE_OK && !f->black.blank && !f->white.blank &&
	    !detector_any_odd(f) && !(detector_causes(f) & PICTURE_CAUSES))
		usual_learn(&f->usual, &s->measures);
}

void
judge_on_sample(struct judge_feed *f, const struct sample *s, int64_t now_us)
{
	struct sight sight = { .at_us = s->at_us, .sample = s };
	struct scene scene;

	time_passes(f, now_us);
	/* times come from another process: never later than now, never back */
	if (sight.at_us > f->now_us || sight.at_us <= f->sample_us)
		sight.at_us = f->now_us;
	if (s->result == SAMPLE_OK || s->result == SAMPLE_DAMAGED)
		take_picture(f, s, &sight, &scene);
	detector_step(f, &sight);
	learn(f, s);
	if (sight.contrast != NULL)
		normal_learn(f, &sight, &scene);
	schedule_on_sample(f, s, now_us);
}

void
judge_on_blind(struct judge_feed *f, enum cause cause, int64_t now_us)
{
	time_passes(f, now_us);
	if (cause == f->blind)
		return;
	if (f->blind == CAUSE_NONE)
		f->blind_us = now_us;
	f->blind = cause;
	f->schedule.asked_us = 0;
	if (cause == CAUSE_NONE)
		f->schedule.next_us = now_us;
}

void
judge_on_starved(struct judge_feed *f, int64_t now_us)
{
	time_passes(f, now_us);
	if (!(f->verdict.causes >> CAUSE_NOT_SAMPLED & 1))
		f->starved_us = f->now_us;
}

void
judge_on_annotation(struct judge_feed *f, const struct annotation *a,
    int64_t now_us)
{
	time_passes(f, now_us);
	if (a->kind == ANNOTATION_DARK_HOURS && a->from_us <= now_us &&
	    a->to_us > f->dark_until_us)
		f->dark_until_us = a->to_us;
	if (a->kind == ANNOTATION_PTZ_MOVING && a->from_us <= now_us &&
	    a->to_us > f->normal.moving_until_us)
		f->normal.moving_until_us = a->to_us;
}

/* The last picture; until there is one, the stream's beginning. 0: neither. */
static int64_t
pictured_us(const struct judge_feed *f)
{
	return f->sample_us != 0 ? f->sample_us : f->link.flowing_us;
}

static bool
stale(const struct judge_feed *f)
{
	int64_t from = pictured_us(f);

	return from != 0 && f->now_us - from > schedule_validity(f);
}

/* Until then it is our fault that no picture was judged; 0: it is not. After
 * that the camera had all the time that any has. */
static int64_t
excused_until(const struct judge_feed *f)
{
	return f->starved_us > pictured_us(f)
		   ? f->starved_us + schedule_validity(f)
		   : 0;
}

static enum cause
cause_of_stale(const struct judge_feed *f)
{
	return f->now_us <= excused_until(f) ? CAUSE_OVER_CAPACITY
					     : CAUSE_NOT_SAMPLED;
}

/* All causes in force, as bits. */
static uint64_t
causes_now(const struct judge_feed *f)
{
	enum cause down =
	    liveness_cause(&f->link, f->cfg->return_grace_us, f->now_us);
	uint64_t causes;

	if (f->blind != CAUSE_NONE)
		return 1ull << f->blind;
	if (down != CAUSE_NONE)
		return 1ull << down;
	causes = detector_causes(f);
	if (causes & NO_PICTURE)
		return causes;
	if (stale(f))
		causes |= 1ull << cause_of_stale(f);
	else if (f->sample_us == 0 || !f->life.alive)
		causes |= 1ull << CAUSE_LEARNING;
	else if (f->link.reason == REASON_SHUTDOWN &&
		 f->verdict.state == STATE_UNKNOWN)
		/* we ended it: the picture of before proves nothing anew */
		causes |= 1ull << CAUSE_NOT_SAMPLED;
	return causes;
}

static bool
is_picture_cause(unsigned cause)
{
	return cause >= CAUSE_UNDECODABLE && cause <= CAUSE_DUPLICATE;
}

/* A picture that is too old carries no verdict; one that is called `down`
 * needs no life to have been shown before, nor one that went out of focus, what
 * stands still doesn't, nor one that is damaged. */
static uint64_t
causes_settled(const struct judge_feed *f)
{
	uint64_t causes = causes_now(f), kept = 0;
	bool old = causes >> cause_of_stale(f) & 1;
	bool down = false;

	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		if (!(causes >> c & 1))
			continue;
		if (old && is_picture_cause(c))
			continue;
		down |= cause_state((enum cause)c) == STATE_DOWN ||
			c == CAUSE_BLURRED || c == CAUSE_CORRUPT;
		kept |= 1ull << c;
	}
	return down ? kept & ~(1ull << CAUSE_LEARNING) : kept;
}

/* Unknown leads over what is only degraded. */
static enum cause
leading(uint64_t causes)
{
	enum cause best = CAUSE_NONE;

	for (unsigned c = 1; c < CAUSE_COUNT; c++)
		if (causes >> c & 1 &&
		    (best == CAUSE_NONE ||
			cause_rank((enum cause)c) < cause_rank(best)))
			best = (enum cause)c;
	return best;
}

/* The last moment for which anything spoke well of the feed. */
static int64_t
last_evidence(const struct judge_feed *f)
{
	int64_t at = f->sample_us;

	if (f->stream.account_us > at)
		at = f->stream.account_us;
	if (f->link.flowing_us > at)
		at = f->link.flowing_us;
	return at;
}

static int64_t
since_of_good(const struct judge_feed *f, const struct verdict *old)
{
	int64_t at = f->link.flowing_us;

	if (old->cause == CAUSE_LEARNING && f->life.begun_us > at)
		return f->life.begun_us;
	for (unsigned i = 0; i < detector_count; i++)
		if (old->causes >> detectors[i]->cause & 1 &&
		    f->state[i].cleared_us > at)
			at = f->state[i].cleared_us;
	if (f->blind == CAUSE_NONE && cause_state(old->cause) == STATE_UNKNOWN)
		return last_evidence(f);
	return at;
}

static int64_t
since_of(const struct judge_feed *f, enum cause cause)
{
	const struct detector *d;
	const struct detector_state *k = detector_state_of(f, cause, &d);

	if (k != NULL)
		if (k->called)
			return k->since_us;
	if (cause == CAUSE_NONE)
		return since_of_good(f, &f->verdict);
	if (f->blind == CAUSE_NONE && cause == cause_of_stale(f))
		return pictured_us(f);
	if (cause_state(cause) == STATE_UNKNOWN)
		return cause == CAUSE_LEARNING ? f->born_us : last_evidence(f);
	return liveness_since(&f->link);
}

static void
tell_link(const struct judge_feed *f, struct evidence *e)
{
	evidence_text(e, "phase", phase_name(f->link.phase));
	if (f->link.reason != REASON_NONE)
		evidence_text(e, "reason", reason_name(f->link.reason));
	if (f->link.status != 0)
		evidence_number(e, "status", f->link.status, 1);
	evidence_number(e, "attempts", f->link.attempts, 1);
	if (f->link.last_media_us != 0)
		evidence_number(e, "silent_s",
		    (f->now_us - f->link.last_media_us) / 1000, 1000);
}

static void
tell_life(const struct judge_feed *f, struct evidence *e)
{
	evidence_number(e, "samples", f->samples, 1);
	if (f->sample_us != 0)
		evidence_number(e, "picture_age_s",
		    (f->now_us - f->sample_us) / 1000, 1000);
	if (f->life.alive)
		evidence_number(e, "life_age_s",
		    (f->now_us - f->life.shown_us) / 1000, 1000);
	evidence_number(e, "change", f->contrast.change_q8, 256);
}

/* What is odd but not yet called, by name. */
static void
tell_suspects(const struct judge_feed *f, struct evidence *e)
{
	for (unsigned i = 0; i < detector_count; i++) {
		if (!f->state[i].odd || f->state[i].called)
			continue;
		evidence_text(e, "suspect", detectors[i]->name);
		detectors[i]->tell(f, e);
		return;
	}
}

static void
tell(const struct judge_feed *f, struct verdict *v)
{
	const struct detector *d;
	const struct detector_state *k = detector_state_of(f, v->cause, &d);
	struct evidence e;

	evidence_open(&e, v->evidence, sizeof(v->evidence));
	if (k != NULL && k->called)
		d->tell(f, &e);
	else if (v->state == STATE_DOWN)
		tell_link(f, &e);
	if (v->state != STATE_DOWN || k != NULL)
		tell_life(f, &e);
	tell_suspects(f, &e);
	evidence_close(&e);
}

static uint8_t
confidence(const struct judge_feed *f, const struct verdict *v)
{
	const struct detector *d;
	const struct detector_state *k = detector_state_of(f, v->cause, &d);

	if (k != NULL && k->called)
		return k->confidence;
	if (v->state == STATE_UP)
		return detector_any_odd(f) ? 70 : 95;
	return v->state == STATE_DOWN ? 99 : 100;
}

static int64_t
within(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

bool
judge_step(struct judge_feed *f, int64_t now_us, struct verdict *out)
{
	struct verdict *v = &f->verdict;
	uint64_t causes;
	bool changed;

	time_passes(f, now_us);
	causes = causes_settled(f);
	changed = causes != v->causes;
	if (changed) {
		enum cause cause = leading(causes);
		int64_t since = since_of(f, cause);

		/* intervals tile: none begins before the one it ends */
		v->since_us = cause == v->cause
				  ? v->since_us
				  : within(since, v->since_us, f->now_us);
		v->cause = cause;
		v->state = cause_state(cause);
		v->causes = causes;
		v->at_us = f->now_us;
	}
	v->confidence = confidence(f, v);
	tell(f, v);
	if (changed)
		*out = *v;
	return changed;
}

bool
judge_suspects(const struct judge_feed *f)
{
	return detector_any_odd(f);
}

const struct verdict *
judge_verdict(const struct judge_feed *f)
{
	return &f->verdict;
}

int64_t
judge_deadline(const struct judge_feed *f)
{
	int64_t at =
	    liveness_deadline(&f->link, f->cfg->return_grace_us, f->now_us);
	int64_t stale_at;

	if (f->blind != CAUSE_NONE || pictured_us(f) == 0)
		return at;
	stale_at = pictured_us(f) + schedule_validity(f) + 1;
	if (stale_at <= f->now_us)
		stale_at = excused_until(f) + 1;
	if (stale_at > f->now_us && stale_at < at)
		at = stale_at;
	return at;
}

void
judge_stream(const struct judge_feed *f, struct judge_stream *out)
{
	uint64_t us = 0, bytes = 0, lost = 0, packets = 0, units = 0;
	const struct note *last = history_last(&f->history);

	for (unsigned i = 0; i < f->stream.span_count; i++) {
		const struct span_count *p = &f->stream.span[i];

		us += (uint64_t)(p->to_us - p->from_us);
		units += p->units;
		bytes += p->bytes;
		lost += p->lost;
		packets += p->packets + (uint64_t)p->lost;
	}
	*out = (struct judge_stream){
		.codec = f->stream.codec,
		.width = f->stream.width,
		.height = f->stream.height,
		.fps_milli = f->stream.fps_milli,
		.gop_us = f->stream.gop_us,
		.samples = f->samples,
		.last_sample_us = f->sample_us,
	};
	if (out->width == 0 && last != NULL) {
		out->width = last->width;
		out->height = last->height;
	}
	if (us > 0)
		out->kbps = (uint32_t)(bytes * 8000u / us);
	if (out->fps_milli == 0 && us > 0)
		out->fps_milli = (uint32_t)(units * 1000000000ull / us);
	if (packets > 0)
		out->loss_ppm = (uint32_t)(lost * 1000000u / packets);
}

int64_t
judge_moved_us(const struct judge_feed *f)
{
	return f->looped.differ_us;
}
