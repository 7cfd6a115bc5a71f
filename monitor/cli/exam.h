/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exam.h: the observations of one feed, in the order of their time -> verdict
 * lines and a summary on a stream. What `camwarden probe` and `camwarden
 * judge` share: one judge, one feed, one printed time line. Takes time as an
 * argument; 0 of the printed time line is `start_us`.
 */
#ifndef MONITOR_CLI_EXAM_H
#define MONITOR_CLI_EXAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "camwarden/observation.h"
#include "monitor/judge/judge.h"

struct exam {
	struct judge_config config;
	struct judge_feed *feed; /* owned */
	FILE *out;		 /* verdicts and summary */
	bool json;
	int64_t start_us;    /* second 0 of what is printed */
	int64_t now_us;	     /* how far the judge has come */
	struct verdict last; /* as printed */
	bool printed;
};

/* Exit statuses of DESIGN.md 6. */
enum exam_status { EXAM_UP = 0, EXAM_BAD = 1, EXAM_UNKNOWN = 2 };

/* False when memory is out. config is copied. */
bool exam_init(struct exam *e, const struct judge_config *config, FILE *out,
    bool json, int64_t start_us);
void exam_fini(struct exam *e);

/* Lets time pass to now_us, never back: the judge's deadlines on the way are
 * kept, and what it says is printed. */
void exam_until(struct exam *e, int64_t now_us);
void exam_link(struct exam *e, const struct link_report *r, int64_t now_us);
void exam_account(struct exam *e, const struct account *a, int64_t now_us);
void exam_sample(struct exam *e, const struct sample *s, int64_t now_us);
/* What is known of the feed from elsewhere. */
void exam_annotate(struct exam *e, const struct annotation *a, int64_t now_us);
void exam_blind(struct exam *e, enum cause cause, int64_t now_us);

/* Prints the summary of what was examined; the exit status. */
int exam_finish(struct exam *e, int64_t now_us);
/* The summary of a feed that was not examined at all. */
void exam_print_nothing(FILE *out, bool json);

#endif
