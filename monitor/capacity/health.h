/* SPDX-License-Identifier: GPL-3.0-or-later */
/* health.h: what the monitor knows of itself -> whether it is well, and if not,
 * of what. PURE. The one truth behind /healthz, /metrics, `camwarden status`
 * and the watchdog. Called by monitor_health.c; the web process adds what only
 * it can know and prints it.
 */
#ifndef MONITOR_CAPACITY_HEALTH_H
#define MONITOR_CAPACITY_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/capacity/capacity.h"

enum health_fault {
	HEALTH_MONITOR = 0, /* gives no sign of life: said by the web process */
	HEALTH_STARTING = 1, /* as is this, */
	HEALTH_READER = 2,   /* and this */
	HEALTH_LOOP = 3,     /* the loop is late */
	HEALTH_STORE = 4,    /* nothing was committed lately */
	HEALTH_DISK = 5,     /* commits fail */
	HEALTH_STUCK = 6,    /* the writer doesn't come back at all */
	HEALTH_PROBE = 7,    /* one gives no answer */
	HEALTH_CLOCK = 8,    /* nothing sets the clock right */
	HEALTH_CAPACITY = 9, /* falls behind */
	HEALTH_SPACE = 10,   /* the disk is nearly full */
};
#define HEALTH_FAULTS 11
#define HEALTH_BIT(fault) (1u << (fault))

#define HEALTH_LOOP_US 1000000
#define HEALTH_COMMIT_US 10000000
#define HEALTH_STUCK_US 20000000
#define HEALTH_PROBE_US 5000000

/* The worst of the last five to ten seconds: of the present window and the
 * one before. */
#define HEALTH_WINDOW_US 5000000
struct health_worst {
	int64_t from_us;
	uint32_t now, before;
};
void health_worst_take(struct health_worst *w, uint32_t value, int64_t now_us);
uint32_t health_worst(const struct health_worst *w);

struct health_facts {
	uint32_t loop_lag_us;	 /* worst of the last seconds */
	int64_t committed_us;	 /* since the last commit */
	int64_t writer_us;	 /* since the writer last ended a try */
	bool failing, low_space; /* as the store says */
	int64_t probe_us; /* the longest that a probe was not heard for */
	bool clock_synchronised; /* the kernel says so */
	bool clock_required;	 /* by the settings */
	enum capacity_level level;
};

struct health {
	uint32_t faults;   /* bits: not well */
	uint32_t warnings; /* bits: well, but a person should know */
	enum capacity_level level;
};

struct health health_of(const struct health_facts *f);
/* Whether the watchdog is still told that all is well: no fault of those that
 * a new process would mend. The loop itself needs no word here: one that is
 * stuck tells nothing. A disk that fails, a probe that is being replaced, a
 * clock, too much work are not mended by a restart, which costs everybody's
 * connection and the time until all have shown life again. */
bool health_pings(const struct health *h);
const char *health_name(enum health_fault fault);
/* For people: a sentence. */
const char *health_text(enum health_fault fault);

#endif
