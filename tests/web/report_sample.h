/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_sample.h: a report of a made-up agency, by seed, as large and as bad
 * as asked for. What a database would give, without one. For tests. */
#ifndef TESTS_WEB_REPORT_SAMPLE_H
#define TESTS_WEB_REPORT_SAMPLE_H

#include "monitor/report/report.h"
#include "monitor/report/report_face.h"

struct sample_ask {
	uint32_t sites, feeds; /* feeds over all sites */
	uint32_t incidents;    /* of each feed in trouble */
	uint32_t consoles;
	unsigned trouble;     /* of a hundred feeds */
	unsigned days;	      /* 0 = 1 */
	bool hostile;	      /* names of 500 bytes in every script */
	bool witnessed, late; /* a receipt; an old one */
	bool screens;	      /* somebody watches */
	bool fall, spring;    /* the day on which the clocks change */
	uint32_t seed;
};

/* Freed by sample_free, not by report_free. */
struct report *sample_new(const struct sample_ask *ask);
void sample_free(struct report *r);
/* Time in Tijuana in 2026, as struct report_face wants it. */
int32_t sample_ahead(void *arg, const char *zone, int64_t utc_us);

#endif
