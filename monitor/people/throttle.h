/* SPDX-License-Identifier: GPL-3.0-or-later */
/* throttle.h: who may try a password now -> whose turn it is, and who is to
 * come back later. PURE; names and addresses are hostile, time is an argument.
 * Called by the monitor's log-ins.
 *
 * A pair (user, address) that was wrong a few times waits, longer each time;
 * that never touches another address, so nobody is locked out from where he
 * sits by somebody who sits elsewhere. Each address has a budget of tries, and
 * all that are not known together have one, so that no flood takes the CPU.
 * Those that may try stand in a short queue that serves addresses in turn. A
 * pair that was let in before is known: it needs no budget and goes before
 * those of its address that are not. Who is let in over and over (a program
 * that logs in for each question) waits, too: each leaves lines on record.
 */
#ifndef MONITOR_PEOPLE_THROTTLE_H
#define MONITOR_PEOPLE_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THROTTLE_QUEUE 64u	  /* waiting or being tried, of all */
#define THROTTLE_OF_ADDRESS 8u	  /* of one address */
#define THROTTLE_FREE 5u	  /* wrong ones in a row that cost nothing */
#define THROTTLE_WAIT_US 60000000 /* the longest wait of a pair */
/* Right ones of a pair: so many at once, then one in .. */
#define THROTTLE_RIGHT_BURST 60
#define THROTTLE_RIGHT_EVERY_US 10000000
/* Tries of an address: so many at once, then one in .. */
#define THROTTLE_BURST 10
#define THROTTLE_EVERY_US 2000000
/* The same of all that are not known. */
#define THROTTLE_ALL_BURST 16
#define THROTTLE_ALL_EVERY_US 125000

struct throttle;

/* seed: random; lots are drawn by it. NULL: no memory. */
struct throttle *throttle_new(uint64_t seed);
void throttle_free(struct throttle **t);

struct throttle_ask {
	const char *user, *address; /* any texts; equal ones are the same */
	bool known;
	uint64_t ticket; /* the caller's, not 0; what it gets back */
};
/* 0: it stands in the queue. Else the seconds after which to come again; it is
 * forgotten. *dropped_out: a ticket that had to make room for this one, to be
 * told to come again; 0 = none. */
unsigned throttle_ask(struct throttle *t, const struct throttle_ask *ask,
    int64_t now_us, uint64_t *dropped_out);
/* Whose turn it is: its password is to be tried now. 0: nobody's, and *due_out
 * is when to ask again (0 = not before something happens). */
uint64_t throttle_next(struct throttle *t, int64_t now_us, int64_t *due_out);
/* What came of it. Not tried after all: it costs nothing. */
enum throttle_result { THROTTLE_RIGHT, THROTTLE_WRONG, THROTTLE_UNTRIED };
void throttle_done(struct throttle *t, uint64_t ticket,
    enum throttle_result result, int64_t now_us);
/* Waiting or being tried. */
size_t throttle_count(const struct throttle *t);

#endif
