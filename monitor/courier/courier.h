/* SPDX-License-Identifier: GPL-3.0-or-later */
/* courier.h: the monitor's side of what leaves the house: mail, requests
 * over HTTP, syslog, MQTT. Jobs go to a process of its own (`camwarden
 * _courier`), which meets the servers; it has no database, opens no file, and
 * is replaced when it dies. Servers and process are hostile. Keeps nothing:
 * whoever sends a job sends it again when it failed. In the monitor's loop.
 */
#ifndef MONITOR_COURIER_COURIER_H
#define MONITOR_COURIER_COURIER_H

#include "monitor/courier/courier_wire.h"

struct courier;
struct event_base;

/* What came of a job; once for each that courier_send took. */
typedef void courier_fn(void *arg, const struct courier_result *r);

/* PEM files of who may vouch for the servers of jobs of that number; "" or NULL
 * = the system's. */
struct courier_trust {
	const char *files[COURIER_TRUSTS];
};
/* Copies trust. NULL: no memory. */
struct courier *courier_new(struct event_base *base,
    const struct courier_trust *trust, courier_fn *fn, void *arg);
void courier_free(struct courier **c);
/* False: not now (too many are under way, or the process is just replaced).
 * job->id must not be under way. fd: the attachment's file, -1 = none; stays
 * the caller's. */
bool courier_send(struct courier *c, const struct courier_job *job, int fd);
/* Other files, or whatever else a new process forgets; jobs under way fail and
 * come again. */
void courier_reload(struct courier *c, const struct courier_trust *trust);

/* The process's main: `camwarden _courier`. Exit code. */
int courier_process_main(int argc, char **argv);

#endif
