/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run_notify.h: words to systemd (Type=notify): still starting, ready,
 * stopping, and each half of its watchdog's time that all is well, as long as
 * it is (health_pings). Does nothing where systemd did not start us. Of `run`
 * alone.
 */
#ifndef MONITOR_CLI_RUN_NOTIFY_H
#define MONITOR_CLI_RUN_NOTIFY_H

#include <stdbool.h>

struct event_base;
struct monitor;

struct run_notify {
	struct monitor *monitor; /* borrowed */
	struct event *tick;	 /* NULL: no watchdog */
	bool silent;		 /* pings are withheld */
};

/* The start takes longer: no end is to be made of it within 90 s from now. */
#define RUN_NOTIFY_STILL "EXTEND_TIMEOUT_USEC=90000000"
void run_notify_say(const char *text);
/* From now on, if WATCHDOG_USEC asks for it, from the monitor's own loop: one
 * that is stuck says nothing. */
void run_notify_watch(struct run_notify *n, struct event_base *base,
    struct monitor *m);
void run_notify_end(struct run_notify *n);

#endif
