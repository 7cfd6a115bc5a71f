/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job.h: one job as the courier's process holds it, for its files alone.
 * courier_process.c: what the monitor says, names, the end of a job.
 * job_curl.c: mail and posts (the only file that includes curl). job_line.c:
 * syslog. Servers are hostile.
 */
#ifndef MONITOR_COURIER_JOB_H
#define MONITOR_COURIER_JOB_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "monitor/courier/courier_wire.h"

#define JOB_ADDRESSES 8

struct event_base;
struct job_curl;
struct job_line;

struct job {
	struct job *next;
	struct courier_job m; /* its body is owned */
	int fd;		      /* attachment; -1 = none */
	struct sockaddr_storage addresses[JOB_ADDRESSES];
	socklen_t lengths[JOB_ADDRESSES];
	unsigned address_count;
	struct job_curl *curl; /* owned by job_curl.c; NULL = not its */
	struct job_line *line; /* owned by job_line.c; NULL = not its */
};

/* Ends the job: the monitor is told, the job is freed. status: of the server,
 * 0 = none; answer may be NULL. */
void job_end(struct job *j, bool ok, bool lasting, unsigned status,
    const char *detail, const void *answer, size_t length);

/* Before the process locks itself in: libraries are set up, the system's
 * authorities read. False: it can't be. */
bool job_curl_init(struct event_base *base);
/* PEM in place of the system's. */
void job_curl_authorities(int fd);
/* Its addresses are known: the job is under way, job_end follows. */
void job_curl_start(struct job *j);
void job_curl_drop(struct job *j);

void job_line_start(struct job *j, struct event_base *base);
void job_line_drop(struct job *j);

#endif
