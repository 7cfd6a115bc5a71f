/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/json_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/civil.h"
#include "common/utf8.h"

void
json_out_init(struct json_out *j)
{
	memset(j, 0, sizeof(*j));
}

void
json_out_fini(struct json_out *j)
{
	free(j->text);
	memset(j, 0, sizeof(*j));
}

static void
put(struct json_out *j, const char *bytes, size_t n)
{
	if (j->bad)
		return;
	if (j->length + n + 1 > j->size) {
		size_t size = (j->length + n + 1) * 2 + 128;
		char *text = realloc(j->text, size);

		if (text == NULL) {
			j->bad = true;
			return;
		}
		j->text = text;
		j->size = size;
	}
	memcpy(j->text + j->length, bytes, n);
	j->length += n;
	j->text[j->length] = '\0';
}

char *
json_out_take(struct json_out *j, size_t *length_out)
{
	char *text = j->bad ? NULL : j->text;

	*length_out = j->length;
	if (text == NULL)
		free(j->text);
	memset(j, 0, sizeof(*j));
	return text;
}

static void
separate(struct json_out *j)
{
	if (j->comma)
		put(j, ",", 1);
	j->comma = true;
}

void
json_out_open(struct json_out *j, char bracket)
{
	separate(j);
	put(j, &bracket, 1);
	j->comma = false;
}

void
json_out_close(struct json_out *j, char bracket)
{
	put(j, &bracket, 1);
	j->comma = true;
}

void
json_out_key(struct json_out *j, const char *key)
{
	separate(j);
	put(j, "\"", 1);
	put(j, key, strlen(key));
	put(j, "\":", 2);
	j->comma = false;
}

void
json_out_string(struct json_out *j, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	separate(j);
	put(j, "\"", 1);
	while (*p != '\0') {
		size_t n = utf8_length(p, UTF8_TEXT);
		char code[8];

		if (n == 0)
			put(j, "\xef\xbf\xbd", 3);
		else if (n == 1 && (*p < 0x20 || strchr("\"\\<>&\x7f", *p))) {
			snprintf(code, sizeof(code), "\\u%04x", *p);
			put(j, code, 6);
		} else {
			put(j, (const char *)p, n);
		}
		p += n > 0 ? n : 1;
	}
	put(j, "\"", 1);
}

void
json_out_integer(struct json_out *j, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)v);

	separate(j);
	put(j, text, (size_t)n);
}

void
json_out_milli(struct json_out *j, int64_t v)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%s%lld.%03lld", v < 0 ? "-" : "",
	    llabs(v / 1000), llabs(v % 1000));

	separate(j);
	put(j, text, (size_t)n);
}

void
json_out_bool(struct json_out *j, bool v)
{
	separate(j);
	put(j, v ? "true" : "false", v ? 4 : 5);
}

void
json_out_null(struct json_out *j)
{
	separate(j);
	put(j, "null", 4);
}

void
json_out_iso(int64_t utc_us, char out[32])
{
	struct civil c = civil_of(utc_us > 0 ? utc_us : 0);

	if (c.year > 9999)
		c = civil_of(0);
	snprintf(out, 32, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
	    (unsigned)c.year % 10000, c.month % 100, c.day % 100, c.hour % 100,
	    c.minute % 60, c.second % 60, c.micro / 1000 % 1000);
}

void
json_out_time(struct json_out *j, int64_t utc_us)
{
	char text[32];

	if (utc_us <= 0) {
		json_out_null(j);
		return;
	}
	json_out_iso(utc_us, text);
	json_out_string(j, text);
}

void
json_out_raw(struct json_out *j, const char *text, size_t length)
{
	separate(j);
	put(j, text, length);
}
