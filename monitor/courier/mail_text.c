/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/courier/mail_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/civil.h"

#define WORD_BYTES 45u /* of text in one encoded word: 60 letters of base64 */
#define PLAIN_MOST 70u

void
mail_text_date(char *out, size_t size, int64_t utc_us)
{
	static const char days[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c = civil_of(utc_us);

	snprintf(out, size, "%.3s, %02u %.3s %04lld %02u:%02u:%02u +0000",
	    days + 3 * c.weekday, c.day, months + 3 * (c.month - 1),
	    (long long)c.year, c.hour, c.minute, c.second);
}

void
mail_text_stamp(char *out, size_t size, int64_t utc_us)
{
	struct civil c = civil_of(utc_us);

	snprintf(out, size, "%04lld-%02u-%02uT%02u:%02u:%02u.%06uZ",
	    (long long)c.year, c.month, c.day, c.hour, c.minute, c.second,
	    c.micro);
}

static bool
is_plain(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return n <= PLAIN_MOST && strstr(s, "=?") == NULL;
}

static size_t
base64(char *out, const uint8_t *in, size_t n)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t length = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)in[i] << 16;

		v |= i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0;
		v |= i + 2 < n ? in[i + 2] : 0;
		out[length++] = letters[v >> 18];
		out[length++] = letters[v >> 12 & 63];
		out[length++] = i + 1 < n ? letters[v >> 6 & 63] : '=';
		out[length++] = i + 2 < n ? letters[v & 63] : '=';
	}
	return length;
}

/* Bytes of text that fit one encoded word without cutting a letter. */
static size_t
word_length(const char *s, size_t n)
{
	size_t take = n < WORD_BYTES ? n : WORD_BYTES;

	while (take > 1 && take < n && ((uint8_t)s[take] & 0xc0) == 0x80)
		take--;
	return take;
}

static size_t
encoded(char *out, size_t size, const char *value)
{
	size_t n = strlen(value), at = 0, length = 0;

	while (at < n) {
		size_t take = word_length(value + at, n - at);
		char word[80];
		size_t w = base64(word, (const uint8_t *)value + at, take);
		int more = snprintf(out + length, size - length,
		    "%s=?UTF-8?B?%.*s?=", at > 0 ? "\n " : "", (int)w, word);

		if (more < 0 || (size_t)more >= size - length)
			return 0;
		length += (size_t)more;
		at += take;
	}
	return length;
}

void
mail_text_header(char *out, size_t size, const char *name, const char *value)
{
	size_t at = strlen(out);
	size_t n = strlen(name);
	size_t v;

	if (at + n + 4 >= size)
		return;
	memcpy(out + at, name, n);
	memcpy(out + at + n, ": ", 3);
	if (is_plain(value)) {
		v = strlen(value);
		if (at + n + 2 + v + 2 > size)
			v = 0;
		memcpy(out + at + n + 2, value, v);
	} else {
		v = encoded(out + at + n + 2, size - at - n - 4, value);
	}
	if (v == 0 && value[0] != '\0') {
		out[at] = '\0';
		return;
	}
	memcpy(out + at + n + 2 + v, "\n", 2);
}

void
mail_text_addresses(char *out, size_t size, const char *name, const char *list)
{
	size_t at = strlen(out), n = at;
	bool first = true;

	while (*(list += strspn(list, ", \t\r\n")) != '\0') {
		size_t length = strcspn(list, ", \t\r\n");
		bool good = true;
		int more;

		for (size_t i = 0; i < length; i++)
			good = good && list[i] > ' ' && list[i] <= '~';
		more = snprintf(out + n, size - n, "%s%s%.*s",
		    first ? name : ",\n", first ? ": " : " ",
		    good ? (int)length : 0, list);
		if (more < 0 || (size_t)more + 2 > size - n) {
			out[at] = '\0';
			return;
		}
		n += good ? (size_t)more : 0;
		first = first && !good;
		list += length;
	}
	out[n] = '\0';
	if (!first)
		memcpy(out + n, "\n", 2);
}

static void
token(char *out, size_t size, const char *text, size_t most)
{
	size_t n = 0;

	for (; text != NULL && text[n] != '\0' && n < most && n + 1 < size; n++)
		out[n] = text[n] > ' ' && text[n] <= '~' ? text[n] : '?';
	if (n == 0 && size > 1)
		out[n++] = '-';
	out[n] = '\0';
}

size_t
mail_text_syslog(char *out, size_t size, const struct syslog_line *l)
{
	char stamp[40], host[256], id[33];
	int n;

	mail_text_stamp(stamp, sizeof(stamp), l->utc_us);
	token(host, sizeof(host), l->host, 255);
	token(id, sizeof(id), l->id, 32);
	/* Behind the structured data, a byte order mark: UTF-8 follows. */
	n = snprintf(out, size, "<%u>1 %s %s camwarden - %s - \xef\xbb\xbf%s",
	    (l->facility & 31) * 8 + (l->severity & 7), stamp, host, id,
	    l->text);
	if (n < 0)
		return 0;
	if ((size_t)n >= size)
		n = (int)size - 1;
	for (int i = 0; i < n; i++)
		if ((uint8_t)out[i] < ' ' || out[i] == 0x7f)
			out[i] = ' ';
	return (size_t)n;
}
