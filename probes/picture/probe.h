/* SPDX-License-Identifier: GPL-3.0-or-later */
/* probe.h: camwarden-picture's inside: units from the picture links -> decoder
 * -> measures (and a PNG when asked) -> the monitor. Input hostile on both
 * sides of it; keeps nothing about any feed from one unit to the next. Called
 * by main.c, which has locked the process in before.
 */
#ifndef PROBES_PICTURE_PROBE_H
#define PROBES_PICTURE_PROBE_H

struct decoder;

/* Serves until the monitor says stop or is gone. Takes the decoder and the
 * event base (struct event_base) with it. Returns the exit status. */
struct event_base;
int probe_serve(struct event_base *base, struct decoder *decoder);

#endif
