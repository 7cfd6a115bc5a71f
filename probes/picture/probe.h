/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: camwarden-picture's inside: units from the picture links -> decoder
 * -> measures (and a PNG when asked) -> the monitor. Input hostile on both
 * sides of it; keeps nothing about any feed from one unit to the next. Called
 * by main.c, which has locked the process in before.
 */
#ifndef PROBES_PICTURE_PROBE_H
#define PROBES_PICTURE_PROBE_H

struct decoder;
struct event_base;
struct probe;

/* Takes the monitor's channel (WIRE_FD_CHANNEL), the decoder and the base;
 * greets the monitor. To be called before the sandbox is entered. NULL when
 * memory is out. */
struct probe *probe_new(struct event_base *base, struct decoder *decoder);
/* Serves until the monitor says stop or is gone: returns the exit status. */
int probe_serve(struct probe *p);
void probe_free(struct probe **p);

#endif
