/* SPDX-License-Identifier: GPL-3.0-or-later */
/* looped.h: prints of access-unit sizes -> whether they come again at one lag:
 * a recording is played, copied as it was coded. PURE. For the judge's files
 * only; input is a camera's, so hostile.
 */
#ifndef MONITOR_JUDGE_LOOPED_H
#define MONITOR_JUDGE_LOOPED_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"

/* Where a print was last seen, by the print itself: the newest takes the
 * place. One in 64 prints is also kept apart, so that what is hours old can
 * still be found. */
#define LOOPED_SLOTS 512u

struct print_slot {
	uint32_t print;
	uint32_t at_ds; /* tenths of a second since the judge began, from 1 */
};

struct looped {
	struct print_slot recent[LOOPED_SLOTS];
	struct print_slot kept[LOOPED_SLOTS];
	int64_t base_us;  /* what at_ds counts from */
	int64_t lag_us;	  /* the one lag, 0 = none */
	int64_t first_us; /* first and last print that came again at it */
	int64_t last_us;
	uint32_t hits;
	uint8_t misses;	 /* new prints in a row since */
	uint32_t prints; /* seen */
};

#endif
