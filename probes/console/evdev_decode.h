/* SPDX-License-Identifier: GPL-3.0-or-later */
/* evdev_decode.h: events of one kernel input device -> the tally. PURE. The
 * code of a key is looked at only to tell keys from buttons. Called by
 * source_evdev.c.
 */
#ifndef PROBES_CONSOLE_EVDEV_DECODE_H
#define PROBES_CONSOLE_EVDEV_DECODE_H

#include <stdbool.h>

#include <linux/input.h>

#include "probes/console/tally.h"

/* What the packet so far (up to SYN_REPORT) moved; all zero at first. */
struct evdev_pointer {
	double dx, dy;
	bool moved;
};

void evdev_decode(struct evdev_pointer *p, const struct input_event *e,
    enum tally_origin origin, struct tally *t);

#endif
