/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/hex.h"

static char *
put(uint8_t byte, char *out)
{
	static const char digits[] = "0123456789abcdef";

	*out++ = digits[byte >> 4];
	*out++ = digits[byte & 15];
	return out;
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Never looks behind a NUL. */
static bool
take(const char *text, uint8_t *out)
{
	int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

	if (low < 0)
		return false;
	*out = (uint8_t)(high << 4 | low);
	return true;
}

void
hex_print(const void *bytes, size_t n, char *out)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++)
		out = put(p[i], out);
	*out = '\0';
}

bool
hex_read(const char *text, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!take(text + 2 * i, &out[i]))
			return false;
	return text[2 * n] == '\0';
}

static bool
dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void
uuid_print(const uint8_t uuid[16], char out[UUID_TEXT])
{
	for (size_t i = 0; i < 16; i++) {
		if (dash_before(i))
			*out++ = '-';
		out = put(uuid[i], out);
	}
	*out = '\0';
}

bool
uuid_read(const char *text, uint8_t uuid_out[16])
{
	for (size_t i = 0; i < 16; i++, text += 2)
		if ((dash_before(i) && *text++ != '-') ||
		    !take(text, &uuid_out[i]))
			return false;
	return true;
}
