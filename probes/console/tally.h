/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tally.h: single inputs (when, what kind, who made them) -> the counts of a
 * heartbeat. PURE. It is given neither keys nor letters nor places of clicks,
 * so it can't keep any. What was taken out and could not be delivered is given
 * back, so that no count is lost. Called by the sources of input.
 */
#ifndef PROBES_CONSOLE_TALLY_H
#define PROBES_CONSOLE_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"

enum tally_origin {
	TALLY_HAND = 0,
	TALLY_INJECTED = 1, /* a program, through XTEST */
	TALLY_VIRTUAL = 2,  /* a device without hardware */
};
#define TALLY_ORIGINS 3

/* Counts from start_us on; all of it is mergeable. */
struct tally_part {
	int64_t start_us, end_us; /* end: set when it is taken */
	uint32_t count[TALLY_ORIGINS][INPUT_KINDS];
	uint32_t gaps[HEARTBEAT_GAP_BINS];
	/* Inputs by hand in second s (of the clock) at [s % 16]; newest_s is
	 * the newest of them that is counted, 0 = none yet. */
	uint16_t ring[HEARTBEAT_SECONDS];
	int64_t newest_s;
	double path;   /* pixels */
	bool boxed;    /* the box holds at least one place */
	double box[4]; /* left, top, right, bottom */
};

struct tally {
	struct tally_part now;
	int64_t last_us; /* last input by hand; 0 = none seen yet */
	bool placed;	 /* the pointer's place is known */
	double x, y;
	bool pathless; /* a pointer was moved whose way can't be told */
};

void tally_init(struct tally *t, int64_t now_us);
/* One input. at_us may lie a little before that of the call before. */
void tally_input(struct tally *t, int64_t at_us, enum input_kind kind,
    enum tally_origin origin);
/* Where the pointer is now, pixels; by_hand: a hand brought it there, so that
 * the way from the place before counts. */
void tally_place(struct tally *t, double x, double y, bool by_hand);
/* The same for a pointer that only says how far it went. */
void tally_moved(struct tally *t, double dx, double dy);
/* Moves all counts so far out and begins anew. */
void tally_take(struct tally *t, int64_t now_us, struct tally_part *out);
/* Puts what was taken back, in front of what was counted since. */
void tally_back(struct tally *t, const struct tally_part *part);
/* Writes it into a heartbeat: input and span_ms. */
void tally_write(const struct tally *t, const struct tally_part *part,
    struct heartbeat *hb);
/* Since the last input by hand; HEARTBEAT_NOT_SAID before the first one: that
 * the agent just started says nothing of anybody. */
uint32_t tally_idle_ms(const struct tally *t, int64_t now_us);

#endif
