/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern_inside.h: what the tests behind pattern.h share. Nobody else includes
 * it. PURE.
 */
#ifndef MONITOR_PRESENCE_PATTERN_INSIDE_H
#define MONITOR_PRESENCE_PATTERN_INSIDE_H

#include "monitor/presence/pattern.h"

#define S_US 1000000LL
#define PATTERN_LEVELS 16
#define KIND(k) (1u << (k))

/* Roughly how many inputs a second of that level had. */
extern const uint16_t pattern_middle[PATTERN_LEVELS];
/* The n-th newest heartbeat with input; NULL: none. */
const struct pattern_beat *pattern_beat_back(const struct pattern *p,
    uint32_t n);

/* A run of seconds with input, at most one empty one between two. */
#define EPISODES 160
struct episode {
	int32_t start_s; /* within the hour kept */
	uint16_t seconds;
	uint8_t kinds;
	uint32_t count;
};
/* Newest first, at most an hour back. */
struct episodes {
	struct episode at[EPISODES];
	unsigned count;
	int64_t zero_s; /* what start_s counts from */
};
void episodes_find(struct episodes *e, const struct pattern *p);
/* Regular, or of one kind without variety: sets since_us, rhythm_pct. */
enum presence_why episodes_judge(const struct episodes *e,
    struct pattern_verdict *out);
/* Goes on and on, without a person's pauses and bursts. */
enum presence_why steady_judge(const struct pattern *p, int64_t *since_us);
/* The same again; looks every 90 s, else gives what it found then. */
bool repeat_judge(struct pattern *p, const struct episodes *e, int64_t now_us);

#endif
