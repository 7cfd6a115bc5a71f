/* SPDX-License-Identifier: GPL-3.0-or-later */
/* progress.h: how far long work is, in one line of a terminal that goes away
 * again; and Ctrl-C, which such work obeys by undoing what it began.
 */
#ifndef MONITOR_CLI_PROGRESS_H
#define MONITOR_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool terminal, shown;
	int64_t told_us;
};

/* From here on SIGINT, SIGTERM and SIGHUP are only noted. */
void progress_begin(struct progress *p);
/* How often since then: 0, once, or more often. */
unsigned progress_stops(void);
/* A store_progress_fn; false: it was asked to stop. */
bool progress_tell(void *arg, const char *what, uint64_t done, uint64_t all);
void progress_end(struct progress *p);

#endif
