/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_front.h: struct report -> what its first page counts and lists: what
 * needs a person today. PURE. Shared by the HTML, the text and the subject of
 * the mail, so that they can't differ.
 */
#ifndef MONITOR_REPORT_REPORT_FRONT_H
#define MONITOR_REPORT_REPORT_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report;

/* A console that is used stood idle or away for so long on end. */
#define FRONT_IDLE_US (30 * 60 * 1000000LL)
/* A receipt this much older than what is reported is late. */
#define FRONT_LATE_US (20 * 60 * 1000000LL)

enum front_list { /* in the order in which they are shown */
	FRONT_STILL = 0,
	FRONT_REPEATERS = 1,
	FRONT_WINDOWS = 2,
	FRONT_CONSOLES = 3,
	FRONT_NEVER = 4,
};
#define FRONT_LISTS 5

enum front_witness {
	FRONT_NOT_WITNESSED = 0,
	FRONT_WITNESSED_LATE = 1, /* a receipt, but older than the span's end */
	FRONT_WITNESSED = 2,
};

struct front {
	uint32_t down, poor; /* of the feeds that are still bad */
	/* Feeds of which nobody knows what they show now, of so many: with all
	 * of them, a 0 of those that are still bad says nothing. */
	uint32_t unsure, feeds;
	uint32_t idle;	 /* consoles */
	uint32_t missed; /* prompts */
	uint32_t lists[FRONT_LISTS];
	/* No screen, or no console, is declared: none is not nothing. */
	bool no_screens, no_consoles;
	uint32_t *consoles; /* owned: indexes, worst first */
	int64_t ends_utc;   /* of what can be told: the span's or as_of */
	int64_t off_us;	    /* the monitor was off for so long */
	enum front_witness witness;
	bool well; /* nothing needs a person */
};

/* False: no memory. */
bool front_init(struct front *f, const struct report *r);
void front_fini(struct front *f);
/* False: of that list nothing can be told. */
bool front_measured(const struct front *f, enum front_list list);
/* How many rows each list gets of so many: every list a few, then those that
 * are more urgent as far as they need. */
void front_share(const uint32_t *lists, uint32_t rows, uint32_t *shares_out);

#endif
