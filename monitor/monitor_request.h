/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_request.h: what a person asked to be changed, on its way from the
 * plan to the store's confirmation. Of the composition root; nobody else
 * includes it.
 */
#ifndef MONITOR_MONITOR_REQUEST_H
#define MONITOR_MONITOR_REQUEST_H

#include <stdbool.h>

#include "monitor/inventory/inventory.h"
#include "monitor/monitor.h"

struct store_result;

struct monitor_request {
	monitor_answer_fn *answer;
	void *arg;
	struct monitor_answer result;
	char *text;	   /* owned; what is answered when it was done */
	struct diff *diff; /* owned, NULL = none; likewise */
	char *expects;	   /* owned, NULL = none; likewise */
	struct inventory_mistakes notes; /* owned; likewise */
	/* Whose list of who is in force is made anew before the answer. */
	struct monitor *people; /* NULL: it has nothing to do with that */
};

void monitor_answer_now(monitor_answer_fn *answer, void *arg, bool ok,
    const char *text);
#define MONITOR_STORE_BUSY "the database can't keep up: try again in a minute"
/* Not done, for want of ours. */
void monitor_answer_later(monitor_answer_fn *answer, void *arg,
    const char *why);
/* Not done: what is wrong with the file, or (no mistakes) why. */
void monitor_answer_refused(monitor_answer_fn *answer, void *arg,
    const struct inventory_mistakes *mistakes, const char *why);
/* NULL: no memory; the answer was given. */
struct monitor_request *monitor_request_new(monitor_answer_fn *answer,
    void *arg);
/* A store_done_fn: answers, and frees the request (arg). */
void monitor_request_done(void *arg, const struct store_result *r);
/* Another: the text is the number of what was made. */
void monitor_request_made(void *arg, const struct store_result *r);
/* The store took it, or (then it is answered and freed) did not. */
void monitor_request_posted(struct monitor_request *q, bool accepted);

#endif
