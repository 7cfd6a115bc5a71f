/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: camwarden-demux's main thread: the monitor's messages -> sources;
 * what their threads say -> the monitor and the picture links.
 */
#ifndef PROBES_DEMUX_PROBE_H
#define PROBES_DEMUX_PROBE_H

struct event_base;
struct probe;

/* Takes the base and the monitor's channel (WIRE_FD_CHANNEL) and greets it.
 * NULL when memory is out. */
struct probe *probe_new(struct event_base *base);
/* Serves until the monitor says stop or is gone: returns the exit status.
 * Threads that hang in a name's resolution may still run then. */
int probe_serve(struct probe *p);

#endif
