/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outlet.h: units -> one picture link each, in order, without ever waiting
 * for a slow picture probe: a short queue, then the unit is refused. Main
 * thread only.
 */
#ifndef PROBES_DEMUX_OUTLET_H
#define PROBES_DEMUX_OUTLET_H

#include <stdbool.h>

#include "probes/demux/outbox.h"

struct event_base;
struct outlet;

/* A unit that can't be delivered after all; the note is borrowed. */
typedef void outlet_lost_fn(void *arg, const struct note *unit);

/* fd stays the process's own. NULL when memory is out. */
struct outlet *outlet_new(struct event_base *base, int fd, outlet_lost_fn *lost,
    void *arg);
void outlet_free(struct outlet **o);
/* Takes a NOTE_UNIT. False, and the note stays the caller's: queue full. */
bool outlet_push(struct outlet *o, struct note *unit);

#endif
