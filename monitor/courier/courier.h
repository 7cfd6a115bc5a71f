/* SPDX-License-Identifier: GPL-3.0-or-later */
/* courier.h: the monitor's side of what leaves the house: mail, posts to
 * witnesses, syslog. Jobs go to a process of its own (`camwarden _courier`),
 * which meets the servers; it has no database, opens no file, and is replaced
 * when it dies. Servers and process are hostile. Keeps nothing: whoever sends
 * a job sends it again when it failed. In the monitor's loop.
 */
#ifndef MONITOR_COURIER_COURIER_H
#define MONITOR_COURIER_COURIER_H

#include "monitor/courier/courier_wire.h"

struct courier;
struct event_base;

/* What came of a job; once for each that courier_send took. */
typedef void courier_fn(void *arg, const struct courier_result *r);

/* ca_file: PEM of who may vouch for servers, "" = the system's. NULL: no
 * memory. */
struct courier *courier_new(struct event_base *base, const char *ca_file,
    courier_fn *fn, void *arg);
void courier_free(struct courier **c);
/* False: not now (too many are under way, or the process is just replaced).
 * job->id must not be under way. fd: the attachment's file, -1 = none; stays
 * the caller's. */
bool courier_send(struct courier *c, const struct courier_job *job, int fd);
/* Another file of authorities; jobs under way fail and come again. */
void courier_reload(struct courier *c, const char *ca_file);

/* The process's main: `camwarden _courier`. Exit code. */
int courier_process_main(int argc, char **argv);

#endif
