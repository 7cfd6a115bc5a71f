/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cell.h: how one cell of a spreadsheet is read, whatever the table. PURE; the
 * text is hostile. Private to this room.
 */
#ifndef MONITOR_INVENTORY_CELL_H
#define MONITOR_INVENTORY_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the blank, or of the letter that isn't seen, at p; 0: none. */
size_t cell_blank(const char *p, size_t left);
/* The same of the one that ends there. */
size_t cell_blank_before(const char *text, const char *end);
/* In place: a line break or any other blank is ' ', what isn't seen goes. */
char *cell_one_line(char *text);
/* "-", "n/a" and the like, where there was nothing to say; a text may well be
 * such a word, but no dash (inventory_quote escapes it). */
bool cell_is_nothing(const char *value, bool text);
/* "No-Picture" and "no picture" are no_picture; name NULL: never. */
bool cell_is_column(const char *cell, const char *name);
/* What a spreadsheet would run as a formula has an apostrophe before it
 * (inventory_quote), or a number that is to stay as it is written ("'0012").
 */
bool cell_is_escaped(const char *value);
/* The same without the first apostrophe; else value. Part of it. */
const char *cell_unescape(const char *value);
/* yes, no, and the like; false: neither. */
bool cell_bool(const char *value, bool *out);
/* Digits, perhaps in threes or with a fraction of zeros, in [least, most];
 * false: not such a number. */
bool cell_number(const char *value, uint32_t least, uint32_t most,
    uint32_t *out);
/* "99.5" or "99,5 %" -> 995000 parts per million; at most four digits behind
 * the point, above 0, at most 100. */
bool cell_percent(const char *value, uint32_t *ppm_out);
/* "20 Mbit/s", "512kbit" -> kbit/s, 1 to 4,000,000. */
bool cell_rate(const char *value, uint32_t *kbps_out);
/* Without control characters and line breaks. */
bool cell_is_plain(const char *value);
/* "A / B" -> "A/B"; false: an empty part, or size bytes don't hold it. */
bool cell_path(const char *value, char *out, size_t size);

#endif
