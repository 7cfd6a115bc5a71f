/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/capacity/health.h"

static const struct {
	const char *name, *text;
	bool restart; /* would mend it */
} faults[HEALTH_FAULTS] = {
	[HEALTH_MONITOR] = { "monitor-silent",
	    "the monitor gives no sign of life" },
	[HEALTH_STARTING] = { "starting", "the monitor is starting" },
	[HEALTH_READER] = { "reader-lost",
	    "nobody reads the database for the pages" },
	[HEALTH_LOOP] = { "loop-late", "the monitor's loop is late" },
	[HEALTH_STORE] = { "database-late",
	    "nothing was written to the database lately" },
	[HEALTH_DISK] = { "disk", "the database can't be written" },
	[HEALTH_STUCK] = { "writer-stuck",
	    "the database's writer does not come back from the disk", true },
	[HEALTH_PROBE] = { "probe-lost", "a probe gives no answer" },
	[HEALTH_CLOCK] = { "clock", "no time server sets the clock right" },
	[HEALTH_CAPACITY] = { "behind", "camwarden falls behind" },
	[HEALTH_SPACE] = { "disk-nearly-full",
	    "the disk is nearly full: thumbnails are not kept" },
};

void
health_worst_take(struct health_worst *w, uint32_t value, int64_t now_us)
{
	int64_t age = now_us - w->from_us;

	if (age >= HEALTH_WINDOW_US) {
		w->before = age < 2 * HEALTH_WINDOW_US ? w->now : 0;
		w->now = 0;
		w->from_us = now_us;
	}
	if (value > w->now)
		w->now = value;
}

uint32_t
health_worst(const struct health_worst *w)
{
	return w->now > w->before ? w->now : w->before;
}

static uint32_t
bit_if(bool is, enum health_fault fault)
{
	return is ? HEALTH_BIT(fault) : 0;
}

struct health
health_of(const struct health_facts *f)
{
	bool unset = !f->clock_synchronised;
	struct health h = { .level = f->level };

	h.faults = bit_if(f->loop_lag_us >= HEALTH_LOOP_US, HEALTH_LOOP) |
		   bit_if(f->committed_us >= HEALTH_COMMIT_US, HEALTH_STORE) |
		   bit_if(f->failing, HEALTH_DISK) |
		   bit_if(f->writer_us >= HEALTH_STUCK_US, HEALTH_STUCK) |
		   bit_if(f->probe_us >= HEALTH_PROBE_US, HEALTH_PROBE) |
		   bit_if(unset && f->clock_required, HEALTH_CLOCK) |
		   bit_if(f->level == CAPACITY_SHED, HEALTH_CAPACITY);
	h.warnings =
	    bit_if(f->low_space, HEALTH_SPACE) |
	    bit_if(unset && !f->clock_required, HEALTH_CLOCK) |
	    bit_if(f->level != CAPACITY_OK && f->level != CAPACITY_SHED,
		HEALTH_CAPACITY);
	return h;
}

bool
health_pings(const struct health *h)
{
	for (unsigned i = 0; i < HEALTH_FAULTS; i++)
		if (faults[i].restart && (h->faults >> i & 1))
			return false;
	return true;
}

const char *
health_name(enum health_fault fault)
{
	return faults[fault].name;
}

const char *
health_text(enum health_fault fault)
{
	return faults[fault].text;
}
