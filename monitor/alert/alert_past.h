/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert_past.h: what an earlier run committed of its alerts -> a book that goes
 * on with them. Part of alert.h; its rules hold. Called in this order, after
 * alert_configure and before the first call of alert.h's.
 */
#ifndef MONITOR_ALERT_ALERT_PAST_H
#define MONITOR_ALERT_ALERT_PAST_H

#include "monitor/alert/alert.h"

struct alert_past {
	struct alert_view view; /* of an alert that is not done */
	enum cause cause;	/* its incident's: one that flaps hides it */
	bool open_incident;	/* else it is calm, or over */
	int64_t turn_us;	/* of one that flaps: the last up or down */
};
/* False: no memory. */
bool alert_restore(struct alert_book *b, const struct alert_past *past);
struct alert_past_notice {
	uint64_t alert; /* 0: a digest */
	uint32_t sequence;
	enum notice_kind notice;
	const char *recipient, *rule;
	uint8_t step;
	bool exempt;
	bool waits;
	bool covered; /* a digest told it */
	int64_t made_us, told_us;
};
/* In the order in which they were made. */
void alert_restore_notice(struct alert_book *b,
    const struct alert_past_notice *past);
/* An alert of that place began then: for those that flap. Newest first. */
void alert_restore_turn(struct alert_book *b, enum notice_of of,
    int64_t place_id, int64_t at_us);
/* That was all: what was under way when it ended is taken up. */
void alert_restored(struct alert_book *b, int64_t now_us);

#endif
