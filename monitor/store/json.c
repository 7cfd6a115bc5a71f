/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/json.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"
#include "common/utf8.h"

static void
put(struct json *j, const char *p, size_t n)
{
	/* Two bytes stay free for "}" and NUL. */
	if (j->bad || n + 2 > j->size - j->length) {
		j->bad = true;
		return;
	}
	memcpy(j->buffer + j->length, p, n);
	j->length += n;
}

static void
put_quoted(struct json *j, const char *value)
{
	const unsigned char *p = (const unsigned char *)value;
	char escape[8];

	put(j, "\"", 1);
	while (*p != '\0') {
		size_t n = utf8_length(p, UTF8_TEXT);

		if (n == 0) {
			put(j, "\\ufffd", 6);
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			put(j, "\\", 1);
			put(j, (const char *)p, 1);
		} else if (*p < 0x20 || *p == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", *p);
			put(j, escape, 6);
		} else {
			put(j, (const char *)p, n);
		}
		p += n;
	}
	put(j, "\"", 1);
}

static void
comma(struct json *j)
{
	if (j->more)
		put(j, ",", 1);
	j->more = true;
}

static void
key_of(struct json *j, const char *key)
{
	comma(j);
	put_quoted(j, key);
	put(j, ":", 1);
}

struct json
json_open(char *buffer, size_t size)
{
	struct json j = { .buffer = buffer, .size = size };

	put(&j, "{", 1);
	return j;
}

void
json_text(struct json *j, const char *key, const char *value)
{
	key_of(j, key);
	put_quoted(j, value);
}

static void
put_number(struct json *j, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)value);

	put(j, text, (size_t)n);
}

void
json_number(struct json *j, const char *key, int64_t value)
{
	key_of(j, key);
	put_number(j, value);
}

void
json_bool(struct json *j, const char *key, bool value)
{
	json_raw(j, key, value ? "true" : "false");
}

void
json_raw(struct json *j, const char *key, const char *value)
{
	key_of(j, key);
	put(j, value, strlen(value));
}

void
json_hex(struct json *j, const char *key, const uint8_t *p, size_t n)
{
	char two[3];

	key_of(j, key);
	put(j, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		hex_print(&p[i], 1, two);
		put(j, two, 2);
	}
	put(j, "\"", 1);
}

void
json_list_open(struct json *j, const char *key)
{
	key_of(j, key);
	put(j, "[", 1);
	j->more = false;
}

void
json_item(struct json *j, const char *value)
{
	comma(j);
	put_quoted(j, value);
}

void
json_item_number(struct json *j, int64_t value)
{
	comma(j);
	put_number(j, value);
}

void
json_list_close(struct json *j)
{
	put(j, "]", 1);
	j->more = true;
}

const char *
json_close(struct json *j)
{
	if (j->bad)
		return "{}";
	j->buffer[j->length] = '}';
	j->buffer[j->length + 1] = '\0';
	return j->buffer;
}
