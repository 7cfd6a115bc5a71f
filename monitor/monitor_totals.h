/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_totals.h: the monitor as a whole, in numbers, and whether it is well.
 * Comes with monitor.h.
 */
#ifndef MONITOR_MONITOR_TOTALS_H
#define MONITOR_MONITOR_TOTALS_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"
#include "monitor/capacity/arrival.h"
#include "monitor/capacity/health.h"

struct monitor;

struct monitor_totals {
	uint32_t feeds;
	uint32_t state[STATE_COUNT];
	uint32_t cause[CAUSE_COUNT];
	uint32_t flowing; /* said by the probes */
	/* Of those that shall be held, .. have had their first try. */
	uint32_t held, tried;
	uint32_t arrival_left_s; /* until all have; arrival.h */
	uint32_t demux_capacity;
	uint32_t demux_used;
	uint64_t samples;	  /* judged since start */
	uint64_t verdicts;	  /* changes since start */
	uint64_t restarts;	  /* of probes since start */
	uint32_t loop_lag_max_us; /* of ours, lately: health_worst */
	uint32_t loop_lag_p99_us; /* of the last 100 s, ours and the probes' */
	uint32_t sample_gap_p99_us; /* between judged pictures of a feed, in
				     * the last 45 to 90 s; 0 = none */
	uint64_t lost_bytes;	    /* dropped unread by the probes */
	struct health health;
	uint32_t store_queue;  /* operations not yet committed */
	uint32_t store_lag_us; /* since the last committed heartbeat */
	int64_t started_utc_us;
	int64_t now_utc_us;
	int64_t witnessed_utc_us;     /* last receipt from outside; 0 = none */
	int64_t heartbeat_utc_us;     /* ours was last heard; 0 = never */
	bool witnessed, contradicted; /* lately; by somebody outside */
	/* The system's clock, as its kernel counts; error: at most. */
	bool clock_known, clock_synchronised;
	int64_t clock_offset_us, clock_error_us;
	uint32_t alerts_open, notices_waiting;
	uint64_t notices_told, notices_dropped; /* since start */
};

void monitor_totals(const struct monitor *m, struct monitor_totals *out);
struct health monitor_health(const struct monitor *m);

#endif
