/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: the process that asks devices, for `camwarden devices discover`:
 * told whom, it searches, asks each device once, a few at a time, and tells
 * what it was told (include/camwarden/device.h). */
#ifndef PROBES_DEVICE_PROBE_H
#define PROBES_DEVICE_PROBE_H

struct event_base;
struct probe;

/* Sets libraries up. NULL: out of memory, or no channel at DEVICE_FD_CHANNEL.
 */
struct probe *probe_new(struct event_base *base);
/* To its end; the exit status. */
int probe_serve(struct probe *p);
void probe_free(struct probe **p);

#endif
