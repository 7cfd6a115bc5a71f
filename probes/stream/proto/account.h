/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account.h: access units as they end -> struct account (DESIGN.md 4.2). Pure;
 * one pass, a fixed amount of memory, no decoding. What is learned (GOP, groups
 * of sizes, time line) outlives the interval; the sums begin again with each.
 */
#ifndef PROBES_STREAM_PROTO_ACCOUNT_H
#define PROBES_STREAM_PROTO_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "common/sizes.h"

/* One access unit, ended. */
struct account_unit {
	int64_t first_us; /* arrival of its first and last packet */
	int64_t last_us;
	uint32_t bytes; /* without filler */
	uint32_t rtp_time;
	uint32_t clock_rate;
	bool key;
	bool damaged;
};

struct account_state {
	int64_t from_us;
	int64_t first_au_us; /* of this interval, 0 = none */
	int64_t last_au_us;  /* ever, 0 = never */
	int64_t last_key_us; /* first packet of the last keyframe; 0 = none on
			      * this connection */
	uint64_t bytes;
	uint64_t wire_bytes;
	uint64_t key_bytes;
	uint64_t inter_sum;
	uint64_t inter_squares;
	int64_t ticks; /* RTP time covered, in us */
	struct sizes sizes;
	uint32_t tick_units;
	uint32_t units;
	uint32_t keyframes;
	uint32_t damaged;
	uint32_t packets;
	uint32_t lost;
	uint32_t duplicates;
	uint32_t discontinuities;
	uint32_t resyncs;
	uint32_t reconnects;
	uint32_t max_gap_us;
	uint32_t inter_min;
	uint32_t gop_us;
	uint32_t last_rtp;
	bool have_rtp; /* last_rtp is of this connection */
	bool replay_mark;
};

void account_init(struct account_state *a, int64_t now_us);
/* The time line of the source ends here (a new connection, a new SSRC). */
void account_break(struct account_state *a);
/* It was silent by no habit of its own: the time between the keyframes around
 * that silence says nothing. */
void account_outage(struct account_state *a);
void account_unit(struct account_state *a, const struct account_unit *u);
/* Fills the fields of *out that come from the units (not ref, codec, width,
 * height, parameter_print, clock_offset_us) and begins the next interval. */
void account_take(struct account_state *a, int64_t now_us, struct account *out);

#endif
