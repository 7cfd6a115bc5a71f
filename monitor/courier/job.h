/* SPDX-License-Identifier: GPL-3.0-or-later */
/* job.h: one job as the courier's process holds it, for its files alone.
 * courier_process.c: what the monitor says, names, the end of a job.
 * job_curl.c: mail and HTTP (the only file that includes curl). job_line.c:
 * syslog. job_mqtt.c: MQTT (the only one that includes mosquitto).
 * job_trust.c: who may vouch for servers. Servers are hostile.
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
struct mqtt_session;
struct ssl_ctx_st;

struct job {
	struct job *next;
	struct courier_job m; /* borrows from: */
	uint8_t *bytes;	      /* owned, with its length */
	size_t length;
	int fd; /* attachment; -1 = none */
	struct sockaddr_storage addresses[JOB_ADDRESSES];
	socklen_t lengths[JOB_ADDRESSES];
	unsigned address_count;
	/* Of its result, where there is something to say. */
	uint32_t asked_s;
	uint64_t later;
	struct job_curl *curl; /* owned by job_curl.c; NULL = not its */
	struct job_line *line; /* owned by job_line.c; NULL = not its */
	/* Of job_mqtt.c: on that connection; numbers of what was published,
	 * 0 = acknowledged. */
	struct mqtt_session *mqtt;
	int mids[COURIER_PUBLISHES];
	bool published;
	int64_t deadline_us;
};

/* Ends the job: the monitor is told, the job is freed. status: of the server,
 * 0 = none; answer may be NULL. */
void job_end(struct job *j, bool ok, bool lasting, unsigned status,
    const char *detail, const void *answer, size_t length);

/* Each job_.._init before the process locks itself in: libraries are set up,
 * the system's authorities read. False: it can't be. */
bool job_trust_init(void);
/* PEM in place of the system's, for jobs of that trust. */
void job_trust_set(unsigned trust, int fd);
/* What libcurl takes; never empty. Borrowed. */
const uint8_t *job_trust_pem(unsigned trust, size_t *length_out);
/* For a connection to that host, by its name or number; given. NULL: no
 * memory. */
struct ssl_ctx_st *job_trust_tls(unsigned trust, const char *host);
/* What OpenSSL has against it, for people; empties its list of errors. */
void job_trust_why(long verified, char *out, size_t size);

bool job_curl_init(struct event_base *base);
/* Its addresses are known: the job is under way, job_end follows. */
void job_curl_start(struct job *j);
void job_curl_drop(struct job *j);

void job_line_start(struct job *j, struct event_base *base);
void job_line_drop(struct job *j);

bool job_mqtt_init(struct event_base *base);
void job_mqtt_start(struct job *j);
void job_mqtt_drop(struct job *j);

#endif
