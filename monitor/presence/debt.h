/* SPDX-License-Identifier: GPL-3.0-or-later */
/* debt.h: feeds, how much each matters and when each was last watched -> what
 * to look at next. PURE.
 */
#ifndef MONITOR_PRESENCE_DEBT_H
#define MONITOR_PRESENCE_DEBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct debt {
	uint64_t feed;
	int64_t seen_us;     /* last watched; INT64_MIN: never */
	uint8_t criticality; /* 1 least .. ; 0 counts as 1 */
	bool shown;	     /* it is being watched: nothing is owed */
	bool good;	     /* there is something to see */
	uint64_t owed;	     /* out: seconds unseen x criticality */
};

/* Fills `owed` and sorts: most owed first; then feeds with a good picture, then
 * the smaller id. Never watched owes the time since `since_us` (when counting
 * began). Gives how many owe something; those come first. */
size_t debt_sort(struct debt *debts, size_t count, int64_t since_us,
    int64_t now_us);

#endif
