/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dark_hours.h: the hours of the day in which a feed is expected to be dark
 * ("21:00-05:30", a place without light) <-> text, and whether a minute lies
 * in them. PURE; the text is hostile (a cell of anybody's spreadsheet). Called
 * by the inventory's reader and by the monitor. Minutes are of the local day.
 */
#ifndef MONITOR_INVENTORY_DARK_HOURS_H
#define MONITOR_INVENTORY_DARK_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DARK_HOURS_SPANS 4u
#define DARK_HOURS_BYTES 48u /* of the text, with its end */
#define DAY_MINUTES 1440u

struct dark_hours {
	unsigned count;
	struct dark_span {
		uint16_t from; /* half-open; to <= from: over midnight */
		uint16_t to;   /* 1..1440 */
	} span[DARK_HOURS_SPANS];
};

/* Spans like "21:00-05:30", with blanks, commas or semicolons between; "" and
 * "no" are none. False when it is something else. */
bool dark_hours_parse(const char *text, struct dark_hours *out);
/* The same in one spelling, in the order of their beginnings. */
void dark_hours_print(const struct dark_hours *d, char out[DARK_HOURS_BYTES]);
/* How many minutes it stays dark from `minute` on (at most a day); 0: it is
 * not dark then. */
unsigned dark_hours_left(const struct dark_hours *d, unsigned minute);

#endif
