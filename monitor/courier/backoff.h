/* SPDX-License-Identifier: GPL-3.0-or-later */
/* backoff.h: how often a thing has failed -> when it is tried again, and when
 * no more. PURE.
 */
#ifndef MONITOR_COURIER_BACKOFF_H
#define MONITOR_COURIER_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_MOST_US (30 * 60 * 1000000ll)
#define BACKOFF_NOTICE_US (2 * 60 * 1000000ll)
/* Most that a server may ask for. */
#define BACKOFF_ASKED_US (60 * 60 * 1000000ll)

/* After the tries-th failure (from 1): 15 s, doubled, at most half an hour. */
int64_t backoff_us(unsigned tries);
/* Of a notice: not as long, unless its own server has refused it, or asks for
 * more (asked_s; 0 = doesn't). */
int64_t backoff_notice_us(unsigned tries, bool refused, unsigned asked_s);

/* A server that doesn't answer, says that it can't now, or refuses one thing
 * after the other: nothing goes to it until then, and after that one thing at a
 * time until one was taken. */
#define BACKOFF_REFUSALS 3u
struct backoff_rest {
	unsigned fails, refusals; /* in a row */
	int64_t until_us;
};
void backoff_taken(struct backoff_rest *r);
void backoff_failed(struct backoff_rest *r, unsigned asked_s, int64_t now_us);
void backoff_refused(struct backoff_rest *r, int64_t now_us);

/* A mail made then is given up: after five days as RFC 5321 4.5.4.1 has it;
 * after one when the server refused it for good, which a person may yet mend.
 */
bool backoff_over(int64_t made_us, int64_t now_us, bool lasting);

#endif
