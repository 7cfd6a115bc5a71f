/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backoff.h: how often a thing has failed -> when it is tried again, and when
 * no more. PURE.
 */
#ifndef MONITOR_COURIER_BACKOFF_H
#define MONITOR_COURIER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MOST_US (30 * 60 * 1000000ll)

/* After the tries-th failure (from 1): 15 s, doubled, at most half an hour. */
int64_t backoff_us(unsigned tries);
/* A mail made then is given up: after five days as RFC 5321 4.5.4.1 has it;
 * after one when the server refused it for good, which a person may yet mend.
 */
bool backoff_over(int64_t made_us, int64_t now_us, bool lasting);

#endif
