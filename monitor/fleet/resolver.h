/* SPDX-License-Identifier: GPL-3.0-or-later */
/* resolver.h: the child that asks the system for addresses, so that a slow
 * name server stops nobody else. One request at a time on descriptor 3 (a
 * SOCK_SEQPACKET pair): the body of struct wire_resolve in, that of struct
 * wire_resolved out. Started by names.c as `camwarden _resolver`.
 */
#ifndef MONITOR_FLEET_RESOLVER_H
#define MONITOR_FLEET_RESOLVER_H

#define RESOLVER_COMMAND "_resolver" /* hidden command of the main program */

/* The child's whole life; returns its exit status. */
int resolver_child(void);

#endif
