/* SPDX-License-Identifier: GPL-3.0-or-later */
/* place_print.h: what the lists of sites and devices print alike: feeds by
 * state and cause, lines of a name and a word.
 */
#ifndef MONITOR_CLI_PLACE_PRINT_H
#define MONITOR_CLI_PLACE_PRINT_H

#include <stdint.h>

#include <jansson.h>

#include "camwarden/words.h"
#include "monitor/cli/cli.h"

#define PLACE_PRINT_HEADS "FEEDS", "UP", "DEGRADED", "DOWN", "UNKNOWN"
#define PLACE_PRINT_COLUMNS 5

/* The cells under those heads. */
void place_print_cells(struct cli_table *t, uint32_t feeds,
    const uint32_t states[STATE_COUNT]);
/* {"up": 3, ..}; those with a cause, {"frozen": 1}. Given. */
json_t *place_print_states(const uint32_t states[STATE_COUNT]);
json_t *place_print_causes(const uint32_t causes[CAUSE_COUNT]);
/* "feeds    40: 36 up, 1 degraded, 2 down, 1 unknown"; "causes   2 frozen". */
void place_print_counts(uint32_t feeds, const uint32_t states[STATE_COUNT],
    const uint32_t causes[CAUSE_COUNT]);
/* "contact  TEXT"; nothing for "". */
void place_print_line(const char *name, const char *text);

#endif
