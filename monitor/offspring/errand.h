/* SPDX-License-Identifier: GPL-3.0-or-later */
/* errand.h: one command run beside the loop, with a time limit: its input is
 * given, the beginning of what it prints and the end of what it complains is
 * kept. For what must not hold the monitor up: a folder on a server that
 * hangs, a report that takes its time. What it prints is not trusted.
 */
#ifndef MONITOR_OFFSPRING_ERRAND_H
#define MONITOR_OFFSPRING_ERRAND_H

#include <stdbool.h>
#include <stddef.h>

#define ERRAND_OUTPUT_BYTES (64u << 10)
#define ERRAND_COMPLAINT_BYTES 2048u

struct errand;
struct event_base;

struct errand_spec {
	const char *path;	 /* of the program */
	const char *const *argv; /* with the name, ended by NULL */
	const void *input;	 /* its standard input, copied */
	size_t input_length;
	unsigned seconds; /* then it is killed, with all it started */
	int nice;
	bool idle;	     /* reads and writes when nobody else does */
	size_t memory_bytes; /* of data it may have; 0 = no limit */
};

struct errand_result {
	int code;	  /* its exit code; -1: killed, or not started */
	bool late;	  /* it was killed because its time was over */
	const char *text; /* what it printed, ended by NUL; borrowed */
	size_t length;
	bool whole;	       /* text is all of it */
	const char *complaint; /* the end of its standard error; borrowed */
};
typedef void errand_done_fn(void *arg, const struct errand_result *r);

/* done is called once, from the loop, unless errand_free comes first. NULL: it
 * could not be started, errno says why. */
struct errand *errand_start(struct event_base *base,
    const struct errand_spec *spec, errand_done_fn *done, void *arg);
/* Kills it; also allowed from within done. */
void errand_free(struct errand **e);

#endif
