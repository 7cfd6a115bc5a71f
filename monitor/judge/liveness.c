/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/judge/liveness.h"

#include <string.h>

/* A connection that merely ended may be back at once; all other reasons are
 * the answer to an attempt, and say what is wrong without waiting. */
static bool
reason_is_ending(enum reason reason)
{
	return reason == REASON_NONE || reason == REASON_PEER_CLOSED ||
	       reason == REASON_BYE || reason == REASON_SESSION_LOST_454 ||
	       reason == REASON_END_OF_STREAM;
}

static void
flow_lost(struct liveness *l, const struct link_report *r, bool ours)
{
	l->flowing_us = 0;
	l->lost_us = r->at_us;
	if (ours || r->reason == REASON_SHUTDOWN)
		return;
	l->losses[l->loss_next] = r->at_us;
	l->loss_next = (uint8_t)((l->loss_next + 1) % LOSSES_KEPT);
	l->loss_count++;
}

void
liveness_on_link(struct liveness *l, const struct link_report *r, bool ours)
{
	bool flows = r->phase == PHASE_FLOWING;

	if (l->flowing_us != 0 && !flows)
		flow_lost(l, r, ours);
	if (flows && l->flowing_us == 0) {
		l->flowing_us = r->at_us > 0 ? r->at_us : 1;
		l->lost_us = 0;
		l->failed_us = 0;
		l->flowed = true;
	}
	if (flows)
		l->reason = REASON_NONE;
	else if (r->reason != REASON_NONE)
		l->reason = r->reason;
	if (!flows && !l->flowed && l->failed_us == 0 &&
	    l->reason != REASON_NONE)
		l->failed_us = r->at_us;
	l->phase = r->phase;
	l->status = r->status;
	l->attempts = r->attempts;
	l->next_try_us = r->next_try_us;
	if (r->last_media_us > l->last_media_us)
		l->last_media_us = r->last_media_us;
}

/* Reports tell of media when its flow begins or ends. Where its end is told by
 * another life of the feed, which knows of none, the accounts do. */
void
liveness_on_media(struct liveness *l, int64_t at_us)
{
	if (at_us > l->last_media_us)
		l->last_media_us = at_us;
}

/* Wanted, but not there, and nothing said why. */
static bool
awaited(const struct liveness *l)
{
	return l->flowed && l->phase != PHASE_IDLE;
}

enum cause
liveness_cause(const struct liveness *l, int64_t grace_us, int64_t now_us)
{
	if (l->phase == PHASE_FLOWING || l->reason == REASON_SHUTDOWN)
		return CAUSE_NONE;
	if (l->phase == PHASE_STALLED)
		return CAUSE_STALLED;
	if (l->reason == REASON_NONE && !awaited(l))
		return CAUSE_NONE;
	if (reason_is_ending(l->reason) && l->lost_us != 0 &&
	    now_us - l->lost_us < grace_us)
		return CAUSE_NONE;
	if (l->reason == REASON_NONE)
		return CAUSE_STALLED;
	return reason_cause(l->reason);
}

int64_t
liveness_deadline(const struct liveness *l, int64_t grace_us, int64_t now_us)
{
	if (l->phase == PHASE_FLOWING || l->lost_us == 0 ||
	    now_us - l->lost_us >= grace_us)
		return INT64_MAX;
	return l->lost_us + grace_us;
}

int64_t
liveness_since(const struct liveness *l)
{
	if (!l->flowed)
		return l->failed_us;
	/* the end of the connection is no proof of media */
	if (l->last_media_us != 0 &&
	    (l->lost_us == 0 || l->last_media_us < l->lost_us))
		return l->last_media_us;
	return l->lost_us;
}

unsigned
liveness_losses(const struct liveness *l, int64_t from_us)
{
	unsigned kept =
	    l->loss_count < LOSSES_KEPT ? l->loss_count : LOSSES_KEPT;
	unsigned n = 0;

	for (unsigned i = 0; i < kept; i++)
		n += l->losses[i] >= from_us;
	return n;
}
