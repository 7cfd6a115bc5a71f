/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/availability.h"

#define MILLION 1000000

/* Rounded down: what is not all must not read as all. */
static uint32_t
ppm(int64_t part, int64_t whole)
{
	return (uint32_t)((__int128)part * MILLION / whole);
}

static struct availability_bounds
bounds(int64_t good, int64_t unknown, int64_t span)
{
	if (span <= 0)
		return (struct availability_bounds){ .none = true };
	return (struct availability_bounds){ ppm(good, span),
		ppm(good + unknown, span), false };
}

struct availability_bounds
availability_all(const struct availability *a)
{
	return bounds(a->counted_us[COUNTED_GOOD],
	    a->counted_us[COUNTED_UNKNOWN], a->span_us);
}

struct availability_bounds
availability_kept(const struct availability *a)
{
	int64_t span = a->span_us;

	for (unsigned c = 0; c < COUNTED_COUNT; c++)
		span -= a->excused_us[c];
	return bounds(a->counted_us[COUNTED_GOOD] - a->excused_us[COUNTED_GOOD],
	    a->counted_us[COUNTED_UNKNOWN] - a->excused_us[COUNTED_UNKNOWN],
	    span);
}

int64_t
availability_mtbf_us(const struct availability *a)
{
	return a->began > 0 ? a->counted_us[COUNTED_GOOD] / a->began : 0;
}

int64_t
availability_mttr_us(const struct availability *a)
{
	return a->ended > 0 ? a->repair_us / a->ended : 0;
}

void
availability_add(struct availability *sum, const struct availability *a)
{
	sum->span_us += a->span_us;
	for (unsigned c = 0; c < COUNTED_COUNT; c++) {
		sum->counted_us[c] += a->counted_us[c];
		sum->excused_us[c] += a->excused_us[c];
	}
	for (unsigned s = 0; s < STATE_COUNT; s++)
		sum->state_us[s] += a->state_us[s];
	for (unsigned c = 0; c < CAUSE_COUNT; c++)
		sum->cause_us[c] += a->cause_us[c];
	sum->outages += a->outages;
	sum->began += a->began;
	sum->ended += a->ended;
	sum->open += a->open;
	sum->outage_us += a->outage_us;
	sum->repair_us += a->repair_us;
	if (a->longest_us > sum->longest_us) {
		sum->longest_us = a->longest_us;
		sum->longest_start_us = a->longest_start_us;
	}
}

enum target_word
availability_target(struct availability_bounds bounds, uint32_t target_ppm)
{
	if (target_ppm == 0 || bounds.none)
		return TARGET_NONE;
	if (bounds.low >= target_ppm)
		return TARGET_MET;
	return bounds.high < target_ppm ? TARGET_MISSED : TARGET_UNDECIDED;
}
