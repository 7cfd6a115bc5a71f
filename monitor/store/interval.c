/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/interval.h"

/* What an interval is worth when a later verdict reaches into it. */
enum worth {
	WORTH_UP,
	WORTH_STREAM, /* degraded by stream causes only: good */
	WORTH_POOR,   /* degraded by the picture */
	WORTH_DOWN,
	WORTH_WAITING, /* unknown: not judged (yet) */
	WORTH_BLIND,   /* unknown: our own side failed */
};
#define WORTH_COUNT 6

enum reach {
	REACH_NO,    /* the old interval stands until the new one's `at` */
	REACH_BACK,  /* the new verdict takes its time back to `since` */
	REACH_PROOF, /* recovery: to the first proof within it, not before it
		      * was called */
};

static const uint8_t reaches[WORTH_COUNT][WORTH_COUNT] = {
	/* [new][old]: old = up, stream, poor, down, waiting, blind */
	[WORTH_UP] = { REACH_NO, REACH_PROOF, REACH_PROOF, REACH_PROOF,
	    REACH_NO, REACH_NO },
	[WORTH_STREAM] = { REACH_BACK, REACH_NO, REACH_PROOF, REACH_PROOF,
	    REACH_NO, REACH_NO },
	[WORTH_POOR] = { REACH_BACK, REACH_BACK, REACH_NO, REACH_PROOF,
	    REACH_BACK, REACH_NO },
	[WORTH_DOWN] = { REACH_BACK, REACH_BACK, REACH_BACK, REACH_NO,
	    REACH_BACK, REACH_NO },
	[WORTH_WAITING] = { REACH_BACK, REACH_BACK, REACH_BACK, REACH_NO,
	    REACH_NO, REACH_NO },
	[WORTH_BLIND] = { REACH_BACK, REACH_BACK, REACH_BACK, REACH_NO,
	    REACH_NO, REACH_NO },
};

static bool
only_stream_causes(const struct interval_verdict *v)
{
	if (!cause_is_stream(v->cause))
		return false;
	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		if ((v->causes >> c & 1) && !cause_is_stream((enum cause)c))
			return false;
	return true;
}

static enum worth
unknown_worth(enum cause cause)
{
	bool waiting = cause == CAUSE_LEARNING || cause == CAUSE_NOT_SAMPLED;

	return waiting ? WORTH_WAITING : WORTH_BLIND;
}

static enum worth
worth_of(const struct interval_verdict *v)
{
	switch (v->state) {
	case STATE_UP:
		return WORTH_UP;
	case STATE_DEGRADED:
		return only_stream_causes(v) ? WORTH_STREAM : WORTH_POOR;
	case STATE_DOWN:
		return WORTH_DOWN;
	case STATE_UNKNOWN:
		break;
	}
	return unknown_worth(v->cause);
}

bool
interval_good(const struct interval_verdict *v)
{
	enum worth w = worth_of(v);

	return w == WORTH_UP || w == WORTH_STREAM;
}

static int64_t
max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool
same_verdict(const struct interval_verdict *a, const struct interval_verdict *b)
{
	return a->state == b->state && a->cause == b->cause &&
	       a->causes == b->causes;
}

/* Where the new interval begins, seen from the past alone. */
static int64_t
border(const struct interval_past *past, size_t count,
    const struct interval_verdict *verdict, int64_t since, int64_t at)
{
	enum worth mine = worth_of(verdict);
	int64_t start = at;

	for (size_t i = 0; i < count && start > since; i++) {
		uint8_t reach = reaches[mine][worth_of(&past[i].verdict)];

		if (reach == REACH_NO)
			break;
		if (reach == REACH_PROOF) {
			/* (Called while nothing could be written, it begins
			 * behind that time, which stays unknown.) */
			int64_t proof = max64(max64(since, past[i].at_utc),
			    past[i].start_utc);

			return i == 0 && proof < start ? proof : start;
		}
		start = max64(since, past[i].start_utc);
	}
	return start;
}

struct interval_plan
interval_plan(const struct interval_past *past, size_t count,
    const struct interval_verdict *verdict, int64_t since_utc, int64_t at_utc)
{
	struct interval_plan plan = { 0 };
	int64_t at = max64(at_utc, past[0].start_utc);

	if (same_verdict(&past[0].verdict, verdict)) {
		plan.same = true;
		plan.start_utc = past[0].start_utc;
		return plan;
	}
	plan.start_utc = border(past, count, verdict, since_utc, at);
	plan.start_utc = max64(plan.start_utc, past[count - 1].start_utc);
	while (plan.swallow < count &&
	       past[plan.swallow].start_utc >= plan.start_utc)
		plan.swallow++;
	plan.clip = plan.swallow < count;
	return plan;
}
