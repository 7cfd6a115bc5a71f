/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/cell.h"

#include <string.h>
#include <strings.h>

#include "common/utf8.h"
#include "monitor/inventory/headings.h"

#define DIGITS "0123456789"

/* ' ' for any blank; 0 for a letter that isn't seen (but for the two joiners,
 * which scripts need); else itself. Pages and programs leave such in what is
 * copied from them. */
static uint32_t
seen(uint32_t c)
{
	if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	    c == 0x3000)
		return ' ';
	if (c == 0xad || c == 0x200b || c == 0x200e || c == 0x200f ||
	    (c >= 0x202a && c <= 0x202e) || c == 0x2060 || c == 0xfeff)
		return 0;
	return c;
}

size_t
cell_blank(const char *p, size_t left)
{
	size_t n = utf8_length(p, left);
	uint32_t c = n > 0 ? seen(utf8_letter(p, n)) : 'x';

	return c == 0 || c == ' ' || c == '\t' ? n : 0;
}

size_t
cell_blank_before(const char *text, const char *end)
{
	for (size_t n = 1; n < UTF8_TEXT && n <= (size_t)(end - text); n++)
		if (cell_blank(end - n, n) == n)
			return n;
	return 0;
}

char *
cell_one_line(char *text)
{
	char *to = text;

	for (const char *p = text; *p != '\0';) {
		size_t n = utf8_length(p, UTF8_TEXT);
		uint32_t c = n > 0 ? seen(utf8_letter(p, n)) : 'x';

		if (c == '\n' || c == '\r') {
			while (to > text && to[-1] == ' ')
				to--;
			p += strspn(p, "\r\n ");
			*to++ = ' ';
			continue;
		}
		n = n > 0 ? n : 1;
		if (c == ' ') {
			*to++ = ' ';
		} else if (c != 0) {
			memmove(to, p, n);
			to += n;
		}
		p += n;
	}
	*to = '\0';
	return text;
}

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

bool
cell_is_escaped(const char *value)
{
	const char *p = value;

	while (*p == '\'')
		p++;
	if (p == value)
		return false;
	if (*p >= '0' && *p <= '9')
		return true;
	p += strspn(p, " \t\r\n");
	return *p != '\0' && strchr("=+-@", *p) != NULL;
}

const char *
cell_unescape(const char *value)
{
	return value + cell_is_escaped(value);
}

bool
cell_bool(const char *value, bool *out)
{
	if (heading_among(" no false 0 off n nein falsch falso non faux nao ",
		value))
		*out = false;
	else if (heading_among(" yes true 1 on y x si ja wahr verdadero oui "
			       "vrai vero sim verdadeiro ",
		     value))
		*out = true;
	else
		return false;
	return true;
}

bool
cell_number(const char *value, uint32_t least, uint32_t most, uint32_t *out)
{
	uint64_t v = 0;
	const char *p = value, *mark;
	size_t n;

	for (; *p >= '0' && *p <= '9' && v <= most; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	if (p == value)
		return false;
	/* What a spreadsheet makes of it: 8,554 or 8.554 or 8'554, and 3.0. */
	mark = *p != '\0' && strchr(",.' ", *p) != NULL ? p : "";
	while (*p != '\0' && *p == *mark && v <= most && (mark - value) <= 3 &&
	       strspn(p + 1, DIGITS) == 3) {
		for (n = 1; n <= 3; n++)
			v = v * 10 + (uint64_t)(p[n] - '0');
		p += 4;
	}
	if ((*p == '.' || *p == ',') && p[1] == '0')
		p += 1 + strspn(p + 1, "0");
	if (*p != '\0' || v < least || v > most)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
cell_is_nothing(const char *value, bool text)
{
	static const char *const words[] = { "-", "--", "\xe2\x80\x93",
		"\xe2\x80\x94", "n/a", "n.a.", "none", "null", "keine",
		"keiner", "ninguno", "ninguna", "aucun", "aucune", "nessuno",
		"nessuna", "nenhum", "nenhuma" };

	for (size_t i = 0; i < (text ? 1 : sizeof(words) / sizeof(words[0]));
	     i++)
		if (strcasecmp(value, words[i]) == 0)
			return true;
	return false;
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

/* Behind its unit a rate may say what anybody takes it for. */
static const char *
past_rate_words(const char *p)
{
	static const char *const words[] = { "bit/s", "bits/s", "bps", "b/s",
		"bit" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(p, words[i]) == 0)
			return "";
	return p;
}

bool
cell_rate(const char *value, uint32_t *kbps_out)
{
	uint64_t milli = 0; /* of the unit */
	int behind = -1;
	const char *p = value;

	for (; (*p >= '0' && *p <= '9') || *p == '.' || *p == ','; p++) {
		if (*p == '.' || *p == ',') {
			if (behind >= 0 || p == value)
				return false;
			behind = 0;
			continue;
		}
		if (behind == 3 || milli > 100000000)
			return false;
		milli = milli * 10 + (uint64_t)(*p - '0');
		behind += behind >= 0;
	}
	if (p == value || behind == 0)
		return false;
	for (int i = behind < 0 ? 0 : behind; i < 3; i++)
		milli *= 10;
	while (*p == ' ')
		p++;

	char unit = *p;
	uint64_t kbps = milli / 1000;

	if (unit == 'M' || unit == 'm')
		kbps = milli;
	else if (unit == 'G' || unit == 'g')
		kbps = milli * 1000;
	else if (unit != 'k' && unit != 'K')
		return false;
	*kbps_out = (uint32_t)kbps;
	return *past_rate_words(p + 1) == '\0' && kbps > 0 && kbps <= 4000000;
}

bool
cell_percent(const char *value, uint32_t *ppm_out)
{
	uint64_t v = 0;
	int behind = -1; /* digits behind the point; -1: none yet */
	bool some = false;

	for (; *value != '\0' && *value != ' ' && *value != '%'; value++) {
		if ((*value == '.' || *value == ',') && behind < 0 && some) {
			behind = 0;
			continue;
		}
		if (*value < '0' || *value > '9' || behind == 4 || v > 1000000)
			return false;
		v = v * 10 + (uint64_t)(*value - '0');
		behind += behind >= 0;
		some = true;
	}
	while (*value == ' ')
		value++;
	if (*value == '%')
		value++;
	for (int i = behind < 0 ? 0 : behind; i < 4; i++)
		v *= 10;
	*ppm_out = (uint32_t)v;
	return *value == '\0' && some && behind != 0 && v > 0 && v <= 1000000;
}
