/* SPDX-License-Identifier: GPL-3.0-or-later */
/* names.h: host names -> addresses, without ever blocking: resolver children
 * do the asking (a hung one is killed and replaced), answers are kept for a
 * minute, and the last good answer stands in when the name server fails.
 * Names may come from probes: hostile, bounded. Used by the fleet.
 */
#ifndef MONITOR_FLEET_NAMES_H
#define MONITOR_FLEET_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"

struct event_base;
struct names;

/* From the loop, once per names_ask; without a ref. */
typedef void names_fn(void *arg, uint64_t tag,
    const struct wire_resolved *answer);

/* program: path of the main program, whose hidden command is the child. */
struct names *names_new(struct event_base *base, const char *program,
    names_fn *answer, void *arg);
/* Kills the children; nothing more is answered. */
void names_free(struct names **n);
/* own: the inventory names it; of others only so many are remembered. False:
 * not a host name, or too many are asked at once. */
bool names_ask(struct names *n, const char *host, bool own, uint64_t tag);
/* SIGCHLD: reaps its own dead children. */
void names_reap(struct names *n);
/* True for an address written out (1.2.3.4, ::1, [::1]), which needs none. */
bool names_literal(const char *host);

#endif
