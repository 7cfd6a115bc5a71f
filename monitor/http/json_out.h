/* SPDX-License-Identifier: GPL-3.0-or-later */
/* json_out.h: values -> JSON text into a growing buffer. PURE; text may hold
 * any bytes: controls and HTML's special letters are escaped, what is no UTF-8
 * becomes U+FFFD. Errors (memory) stick and are checked once, at the end.
 */
#ifndef MONITOR_HTTP_JSON_OUT_H
#define MONITOR_HTTP_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_out {
	char *text; /* owned, NUL-terminated once something is in it */
	size_t length, size;
	bool bad;   /* memory was out */
	bool comma; /* a value stands before the next one */
};

void json_out_init(struct json_out *j);
void json_out_fini(struct json_out *j);
/* Takes the text out (given); NULL when memory was out. */
char *json_out_take(struct json_out *j, size_t *length_out);

/* '{', '[', and their ends. */
void json_out_open(struct json_out *j, char bracket);
void json_out_close(struct json_out *j, char bracket);
/* "key": of the next value; a literal without special letters. */
void json_out_key(struct json_out *j, const char *key);
void json_out_string(struct json_out *j, const char *text);
void json_out_integer(struct json_out *j, int64_t v);
/* v / 1000 with three digits. */
void json_out_milli(struct json_out *j, int64_t v);
void json_out_bool(struct json_out *j, bool v);
void json_out_null(struct json_out *j);
/* UTC microseconds as "2026-03-29T01:59:58.123Z", null for 0. */
void json_out_time(struct json_out *j, int64_t utc_us);
/* JSON made elsewhere, trusted to be such. */
void json_out_raw(struct json_out *j, const char *text, size_t length);

/* The same time format, for headers; out has 32 bytes. PURE calendar. */
void json_out_iso(int64_t utc_us, char out[32]);

#endif
