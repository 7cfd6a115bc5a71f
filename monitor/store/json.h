/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json.h: fields -> the one-line JSON object of an event's body. PURE; texts
 * may be hostile (names from a spreadsheet, words of a camera): all are
 * escaped, bytes that are not UTF-8 become U+FFFD. Private to this room.
 */
#ifndef MONITOR_STORE_JSON_H
#define MONITOR_STORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *buffer; /* borrowed, `size` bytes */
	size_t size, length;
	bool bad;  /* did not fit; the object is not to be used */
	bool more; /* a comma is due */
};

struct json json_open(char *buffer, size_t size);
void json_text(struct json *j, const char *key, const char *value);
void json_number(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
/* value is JSON already. */
void json_raw(struct json *j, const char *key, const char *value);
void json_hex(struct json *j, const char *key, const uint8_t *p, size_t n);
/* An array: begin, items, end. */
void json_list_open(struct json *j, const char *key);
void json_item(struct json *j, const char *value);
void json_item_number(struct json *j, int64_t value);
void json_list_close(struct json *j);
/* The object, NUL-terminated; "{}" when it did not fit. */
const char *json_close(struct json *j);

#endif
