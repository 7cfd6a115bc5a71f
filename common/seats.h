/* SPDX-License-Identifier: GPL-3.0-or-later */
/* seats.h: sessions of devices that serve few: those that are open, and those
 * that ended and that the device may still count. PURE, and no input of
 * anybody's; time is given. For the probes that open sessions, each for the
 * devices whose feeds it holds.
 */
#ifndef COMMON_SEATS_H
#define COMMON_SEATS_H

#include <stdbool.h>
#include <stdint.h>

#define SEATS_BUCKETS 4096u
#define SEATS_SLOW_US (65 * 1000000LL) /* RTSP's usual timeout, and some */

struct seats_device {
	struct seats_device *next; /* of its bucket */
	uint32_t device;
	uint32_t users;
	uint32_t open;	  /* sessions now */
	uint32_t resting; /* left lately: the device may count them .. */
	int64_t rest_us;  /* .. until then */
	int64_t left_us;  /* when the last one ended; 0 = none did */
	bool slow;	  /* it was full so soon after that: it frees late */
};

struct seats {
	struct seats_device *devices[SEATS_BUCKETS];
};

/* NULL when memory is out. Balance with seats_put, which remembers what the
 * device may remember. */
struct seats_device *seats_get(struct seats *s, uint32_t device);
void seats_put(struct seats *s, struct seats_device **device);
/* Whether it has no room for one more. sessions: 0 = no limit; device: may be
 * NULL, here and below. */
bool seats_full(struct seats_device *d, uint32_t sessions, int64_t now_us);
/* A session ended that the device may count until then: of one with a limit it
 * is no room for another one before. */
void seats_rest(struct seats_device *d, int64_t now_us, int64_t until_us);
/* It says that it serves no more. */
void seats_busy(struct seats_device *d, int64_t now_us);

#endif
