/* SPDX-License-Identifier: GPL-3.0-or-later */
/* liveness.h: a feed's link reports -> the cause for which no media flows, if
 * any. PURE. For the judge's files only. */
#ifndef MONITOR_JUDGE_LIVENESS_H
#define MONITOR_JUDGE_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

#define LOSSES_KEPT 8u

struct liveness {
	enum phase phase;
	enum reason reason; /* of the last failure, until media flows again */
	uint16_t status;
	uint32_t attempts;
	bool flowed;	    /* media has flowed in this life */
	int64_t flowing_us; /* since when media flows; 0 = it does not */
	int64_t lost_us;    /* when it ended; 0 = flows, or never did */
	int64_t last_media_us;
	int64_t failed_us; /* first failure of a feed that never flowed */
	int64_t next_try_us;
	int64_t
	    losses[LOSSES_KEPT]; /* when flow ended, newest at loss_next-1 */
	uint8_t loss_next;
	uint32_t loss_count;
};

/* ours: our own side failed; what ends then is no loss of the feed's. */
void liveness_on_link(struct liveness *l, const struct link_report *r,
    bool ours);
/* Media came as late as that, as an account says. */
void liveness_on_media(struct liveness *l, int64_t at_us);
/* CAUSE_NONE while media flows, is awaited for the first time, or may still
 * come back within grace_us. */
enum cause liveness_cause(const struct liveness *l, int64_t grace_us,
    int64_t now_us);
/* When the answer may change by time alone; INT64_MAX never. */
int64_t liveness_deadline(const struct liveness *l, int64_t grace_us,
    int64_t now_us);
/* Last good evidence before the trouble; 0 when there never was any. */
int64_t liveness_since(const struct liveness *l);
/* How often flow ended in [from_us, ..]. */
unsigned liveness_losses(const struct liveness *l, int64_t from_us);

#endif
