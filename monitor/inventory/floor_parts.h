/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_parts.h: what the files of the floor share: its columns as bits of
 * `given`, and their names. PURE; private to this room.
 */
#ifndef MONITOR_INVENTORY_FLOOR_PARTS_H
#define MONITOR_INVENTORY_FLOOR_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/inventory/floor.h"

enum floor_column {
	FLOOR_CONSOLE,
	FLOOR_ROOM,
	FLOOR_SITE,
	FLOOR_IDLE_AFTER,
	FLOOR_PROMPT_AFTER,
	FLOOR_REMOTE_INPUT,
	FLOOR_DESK_FEED,
	FLOOR_DESK_STILL,
	FLOOR_MAX_TILES,
	FLOOR_SCREEN,
	FLOOR_OUTPUT,
	FLOOR_LAYOUT,
	FLOOR_CONFIRMED_BY,
	FLOOR_PATTERN,
	FLOOR_CLASS,
	FLOOR_TITLE,
	FLOOR_SHOWS,
	FLOOR_TILES,
	FLOOR_DAYS,
	FLOOR_FROM,
	FLOOR_TO,
	FLOOR_AT_LEAST,
	FLOOR_BREAKS,
};
#define FLOOR_COLUMNS 23
#define FLOOR_BIT(column) ((uint32_t)1 << (column))
#define FLOOR_KINDS 4 /* that have files */

/* What a record without a row is like. */
void floor_console_default(struct floor_console *c);
void floor_screen_default(struct floor_screen *s);
void floor_pattern_default(struct floor_pattern *p);
void floor_shift_default(struct floor_shift *s);

/* "06:00-14:00"; out of 12 bytes. */
void floor_span_print(struct floor_span s, char out[12]);
/* The same two shifts, whatever else they say. */
bool floor_shift_same(const struct floor_shift *a, const struct floor_shift *b);
/* Minutes from its beginning to its end, 1..1440. */
unsigned floor_span_minutes(struct floor_span s);

#endif
