/* SPDX-License-Identifier: GPL-3.0-or-later */
/* relays.h: the monitor's side of asking relays (MediaMTX) who reads what:
 * spawns the process that asks, every few seconds, and hands on each relay's
 * whole list. Relays and process are hostile. Runs in the monitor's loop; the
 * process is replaced when it dies.
 */
#ifndef MONITOR_HTTP_RELAYS_H
#define MONITOR_HTTP_RELAYS_H

#include <stddef.h>

#include "monitor/http/relays_wire.h"

struct relays;
struct event_base;

/* The whole list of relay number n (of `urls`), or NULL: it doesn't answer. */
typedef void relays_fn(void *arg, unsigned n, const char *url,
    const struct relays_reader *list, size_t count);

/* urls: "http://[user:password@]host:port", separated by blanks or commas; at
 * most RELAYS_MOST. NULL: no memory. */
struct relays *relays_new(struct event_base *base, const char *urls,
    relays_fn *fn, void *arg);
void relays_free(struct relays **r);

/* The process's main: `camwarden _relays`. Exit code. */
int relays_process_main(int argc, char **argv);

#endif
