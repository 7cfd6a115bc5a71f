/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_value.h: the text of one YAML scalar -> a number with its unit. PURE;
 * any bytes are borne. Called by the schema walk.
 */
#ifndef MONITOR_CONFIG_CONFIG_VALUE_H
#define MONITOR_CONFIG_CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>

/* Each returns false unless the whole text is one such value. */
bool config_value_bool(const char *text, int64_t *value_out);
/* Decimal digits, no sign beyond '-', no unit. */
bool config_value_integer(const char *text, int64_t *value_out);
/* 250ms, 10s, 5m, 2h, 30d, 1.5s -> microseconds. A unit is a must, except for
 * a plain 0. */
bool config_value_duration(const char *text, int64_t *us_out);
/* 0, 512B, 16KiB, 4MiB, 2GiB, 1TiB -> bytes. A unit is a must. */
bool config_value_size(const char *text, int64_t *bytes_out);

/* 99.5% -> 995000 parts in a million. */
bool config_value_percent(const char *text, int64_t *ppm_out);
/* 06:30 -> 390 minutes, at most 23:59. */
bool config_value_clock(const char *text, int64_t *minutes_out);

/* How many single-letter changes lead from a to b, at most `most` + 1. */
unsigned config_value_distance(const char *a, const char *b, unsigned most);

#endif
