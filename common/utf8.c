/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/utf8.h"

size_t
utf8_length(const void *bytes, size_t left)
{
	const uint8_t *p = bytes;
	size_t n = p[0] < 0x80	 ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0;

	if (n == 0 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

uint32_t
utf8_letter(const void *bytes, size_t length)
{
	static const uint8_t own[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const uint8_t *p = bytes;
	uint32_t letter = p[0] & own[length];

	for (size_t i = 1; i < length; i++)
		letter = letter << 6 | (p[i] & 0x3fu);
	return letter;
}

size_t
utf8_put(char out[UTF8_TEXT], uint32_t letter)
{
	size_t n = letter < 0x80      ? 1
		   : letter < 0x800   ? 2
		   : letter < 0x10000 ? 3
				      : 4;
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n - 1; i > 0; i--, letter >>= 6)
		out[i] = (char)(0x80 | (letter & 0x3f));
	out[0] = (char)(lead[n] | letter);
	return n;
}
