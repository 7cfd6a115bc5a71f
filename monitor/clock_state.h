/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock_state.h: what the kernel says of its clock -> what of it is worth a
 * line of the record. PURE. Called by monitor_setup.c.
 */
#ifndef MONITOR_CLOCK_STATE_H
#define MONITOR_CLOCK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock_state {
	bool known;	      /* the kernel told us */
	bool synchronised;    /* something outside sets it right */
	int64_t offset_us;    /* still to be slewed away */
	int64_t error_us;     /* off by at most, as the kernel counts it */
	int64_t estimated_us; /* off by probably */
};

/* Against what was last told: another word, or an error that fell into another
 * class (0.1 s, 1 s, 10 s; back only when well below). */
bool clock_state_changed(const struct clock_state *told,
    const struct clock_state *now);
/* For people; into out, and back. */
const char *clock_state_text(const struct clock_state *c, char *out,
    size_t size);

#endif
