/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/cell.h"

#include <string.h>
#include <strings.h>

bool
cell_is_column(const char *cell, const char *name)
{
	if (name == NULL)
		return false;
	for (; *cell != '\0' && *name != '\0'; cell++, name++) {
		char c = *cell >= 'A' && *cell <= 'Z'
			     ? (char)(*cell - 'A' + 'a')
			     : *cell;

		if ((c == ' ' || c == '-' ? '_' : c) != *name)
			return false;
	}
	return *cell == *name;
}

const char *
cell_unescape(const char *value)
{
	const char *p = value;

	while (*p == '\'')
		p++;
	if (p > value && *p != '\0' && strchr("=+-@", *p) != NULL)
		return value + 1;
	return value;
}

bool
cell_bool(const char *value, bool *out)
{
	static const char *const words[2][4] = { { "no", "false", "0", "off" },
		{ "yes", "true", "1", "on" } };

	for (int v = 0; v < 2; v++)
		for (int i = 0; i < 4; i++)
			if (strcasecmp(value, words[v][i]) == 0) {
				*out = v;
				return true;
			}
	return false;
}

bool
cell_number(const char *value, uint32_t least, uint32_t most, uint32_t *out)
{
	uint64_t v = 0;
	const char *p = value;

	for (; *p >= '0' && *p <= '9' && v <= most; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == value || *p != '\0' || v < least || v > most)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
cell_is_plain(const char *value)
{
	for (const char *p = value; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	return true;
}

bool
cell_path(const char *value, char *out, size_t size)
{
	size_t n = 0, part = 0;

	if (strlen(value) >= size)
		return false;
	for (const char *p = value;; p++) {
		if (*p == '/' || *p == '\0') {
			while (part > 0 && out[n - 1] == ' ') {
				n--;
				part--;
			}
			if (part == 0)
				return false;
			if (*p == '\0')
				break;
			out[n++] = '/';
			part = 0;
		} else if (*p != ' ' || part > 0) {
			out[n++] = *p;
			part++;
		}
	}
	out[n] = '\0';
	return true;
}
