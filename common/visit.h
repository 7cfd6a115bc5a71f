/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit.h: when a visited feed's next visit begins. PURE. Every probe keeps to
 * the one monotonic clock, so that feeds which share a thin line, in whatever
 * probe they are, don't meet on it. */
#ifndef COMMON_VISIT_H
#define COMMON_VISIT_H

#include <stdint.h>

/* The first moment from now_us on that is phase_s, modulo every_s (1 or more).
 */
int64_t visit_next_us(uint32_t every_s, uint32_t phase_s, int64_t now_us);

#endif
