/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_value.h"

#include <stddef.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define WORD_MAX 64u

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit durations[] = {
	{ "us", 1 },
	{ "ms", 1000 },
	{ "s", 1000000 },
	{ "m", 60000000 },
	{ "min", 60000000 },
	{ "h", 3600000000 },
	{ "d", 86400000000 },
};

static const struct unit sizes[] = {
	{ "B", 1 },
	{ "KiB", 1LL << 10 },
	{ "MiB", 1LL << 20 },
	{ "GiB", 1LL << 30 },
	{ "TiB", 1LL << 40 },
};

bool
config_value_bool(const char *text, int64_t *value_out)
{
	static const char *const yes[] = { "true", "yes", "on" };
	static const char *const no[] = { "false", "no", "off" };

	for (size_t i = 0; i < COUNT(yes); i++) {
		if (strcmp(text, yes[i]) != 0 && strcmp(text, no[i]) != 0)
			continue;
		*value_out = strcmp(text, yes[i]) == 0;
		return true;
	}
	return false;
}

/* Digits at *text; moves it behind them. False without one or when it would
 * not fit. */
static bool
digits(const char **text, int64_t *value_out)
{
	const char *p = *text;
	int64_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		if (v > (INT64_MAX - 9) / 10)
			return false;
		v = v * 10 + (*p - '0');
	}
	if (p == *text)
		return false;
	*text = p;
	*value_out = v;
	return true;
}

bool
config_value_integer(const char *text, int64_t *value_out)
{
	bool negative = *text == '-';
	int64_t v;

	if (negative)
		text++;
	if (!digits(&text, &v) || *text != '\0')
		return false;
	*value_out = negative ? -v : v;
	return true;
}

/* ".25" behind the whole part: numerator and denominator. */
static bool
fraction(const char **text, int64_t *over_out, int64_t *under_out)
{
	*over_out = 0;
	*under_out = 1;
	if (**text != '.')
		return true;
	(*text)++;

	const char *start = *text;

	if (!digits(text, over_out) || *text - start > 6)
		return false;
	for (; start < *text; start++)
		*under_out *= 10;
	return true;
}

static bool
with_unit(const char *text, const struct unit *units, size_t count,
    int64_t *value_out)
{
	int64_t whole, over, under;

	if (!digits(&text, &whole) || !fraction(&text, &over, &under))
		return false;
	if (*text == '\0' && whole == 0 && over == 0) {
		*value_out = 0;
		return true;
	}
	while (*text == ' ')
		text++;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, units[i].name) != 0)
			continue;
		int64_t part, v;

		if (__builtin_mul_overflow(whole, units[i].factor, &v) ||
		    __builtin_mul_overflow(over, units[i].factor, &part) ||
		    __builtin_add_overflow(v, part / under, &v))
			return false;
		*value_out = v;
		return true;
	}
	return false;
}

bool
config_value_duration(const char *text, int64_t *us_out)
{
	return with_unit(text, durations, COUNT(durations), us_out);
}

bool
config_value_size(const char *text, int64_t *bytes_out)
{
	return with_unit(text, sizes, COUNT(sizes), bytes_out);
}

/* "99.5%" -> parts in a million. */
bool
config_value_percent(const char *text, int64_t *ppm_out)
{
	static const struct unit percent[] = { { "%", 10000 } };

	return with_unit(text, percent, COUNT(percent), ppm_out);
}

/* "06:30" -> minutes. */
bool
config_value_clock(const char *text, int64_t *minutes_out)
{
	int64_t hours, minutes;

	if (!digits(&text, &hours) || hours > 23 || *text != ':' ||
	    strlen(text) != 3)
		return false;
	text++;
	if (!digits(&text, &minutes) || minutes > 59 || *text != '\0')
		return false;
	*minutes_out = hours * 60 + minutes;
	return true;
}

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

unsigned
config_value_distance(const char *a, const char *b, unsigned most)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned row[WORD_MAX + 1];

	if (la > WORD_MAX || lb > WORD_MAX)
		return most + 1;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned swap = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(row[j] + 1, row[j - 1] + 1, swap);
		}
	}
	return row[lb] > most ? most + 1 : row[lb];
}
