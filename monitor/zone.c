/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 44u
#define DAY_S 86400ll
#define TYPES_MOST 256u
#define TIMES_MOST 4096u

/* When in the year the clock is set, as POSIX.1 TZ says it. */
struct day_rule {
	char kind; /* 'M' month.week.weekday, 'J' 1..365, 'D' 0..365 */
	int month, week, day;
	int32_t time_s;
};

struct zone {
	size_t times;
	int64_t *at;	/* owned: when another offset begins */
	int32_t *then;	/* owned: that offset */
	int32_t before; /* the offset before the first */
	/* What holds after the last one: */
	bool ruled, summer;
	int32_t standard_s, summer_s;
	struct day_rule begin, end;
};

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int64_t
be64(const uint8_t *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

struct counts {
	uint32_t utc, standard, leaps, times, types, letters;
};

static bool
counts_read(const uint8_t *p, size_t length, struct counts *out)
{
	if (length < HEAD || memcmp(p, "TZif", 4) != 0)
		return false;
	*out = (struct counts){ be32(p + 20), be32(p + 24), be32(p + 28),
		be32(p + 32), be32(p + 36), be32(p + 40) };
	return out->utc <= TYPES_MOST && out->standard <= TYPES_MOST &&
	       out->leaps <= TIMES_MOST && out->times <= TIMES_MOST &&
	       out->types > 0 && out->types <= TYPES_MOST &&
	       out->letters <= 65536;
}

/* Bytes of the data behind a header; wide: of one time. */
static size_t
data_length(const struct counts *c, size_t wide)
{
	return c->times * (wide + 1) + c->types * 6u + c->letters +
	       c->leaps * (wide + 4) + c->standard + c->utc;
}

/* --- the rule at the end: "CET-1CEST,M3.5.0,M10.5.0/3" */

static bool
take_number(const char **p, int most, int *out)
{
	const char *s = *p;
	int v = 0;

	for (; *s >= '0' && *s <= '9' && v <= most; s++)
		v = v * 10 + (*s - '0');
	if (s == *p || v > most)
		return false;
	*p = s;
	*out = v;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool
take_clock(const char **p, int32_t *out)
{
	int sign = **p == '-' ? -1 : 1;
	int part[3] = { 0, 0, 0 };

	if (**p == '-' || **p == '+')
		++*p;
	if (!take_number(p, 167, &part[0]))
		return false;
	for (int i = 1; i < 3 && **p == ':'; i++) {
		++*p;
		if (!take_number(p, 59, &part[i]))
			return false;
	}
	*out = sign * (part[0] * 3600 + part[1] * 60 + part[2]);
	return true;
}

static bool
skip_name(const char **p)
{
	const char *s = *p;

	if (*s == '<') {
		s += strcspn(s, ">");
		if (*s++ != '>')
			return false;
	} else {
		while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
			s++;
	}
	bool some = s > *p;

	*p = s;
	return some;
}

static bool
take_rule(const char **p, struct day_rule *out)
{
	*out = (struct day_rule){ .kind = 'D', .time_s = 7200 };
	if (*(*p)++ != ',')
		return false;
	if (**p == 'M' || **p == 'J')
		out->kind = *(*p)++;
	if (out->kind == 'M') {
		if (!take_number(p, 12, &out->month) || *(*p)++ != '.' ||
		    !take_number(p, 5, &out->week) || *(*p)++ != '.' ||
		    !take_number(p, 6, &out->day) || out->month == 0 ||
		    out->week == 0)
			return false;
	} else if (!take_number(p, 365, &out->day)) {
		return false;
	}
	if (**p != '/')
		return true;
	++*p;
	return take_clock(p, &out->time_s);
}

static bool
take_footer(struct zone *z, const char *p)
{
	int32_t west;

	if (!skip_name(&p) || !take_clock(&p, &west))
		return false;
	z->standard_s = -west;
	z->ruled = true;
	if (*p == '\0')
		return true;
	z->summer_s = z->standard_s + 3600;
	if (!skip_name(&p))
		return false;
	if (*p != ',' && *p != '\0') {
		if (!take_clock(&p, &west))
			return false;
		z->summer_s = -west;
	}
	z->summer =
	    take_rule(&p, &z->begin) && take_rule(&p, &z->end) && *p == '\0';
	return z->summer;
}

/* --- days */

/* Days from 1970-01-01 to the first of March of that year. */
static int64_t
march_of(int64_t year)
{
	return year * 365 + year / 4 - year / 100 + year / 400 - 719468;
}

static bool
leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t
january_of(int64_t year)
{
	return march_of(year) - 59 - leap(year);
}

static int64_t
year_of(int64_t utc_s)
{
	int64_t day = utc_s / DAY_S - (utc_s % DAY_S < 0);
	int64_t year = 1970 + day / 366;

	while (january_of(year + 1) <= day)
		year++;
	while (january_of(year) > day)
		year--;
	return year;
}

/* The day of that month of the year that is the week-th such weekday. */
static int64_t
month_day(const struct day_rule *r, int64_t year)
{
	static const int before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243,
		273, 304, 334, 365 };
	int64_t first = january_of(year) + before[r->month - 1] +
			(r->month > 2 && leap(year));
	int length = before[r->month] - before[r->month - 1] +
		     (r->month == 2 && leap(year));
	int weekday = (int)((first % 7 + 11) % 7); /* 1970-01-01: Thursday */
	int day = (r->day - weekday + 7) % 7 + (r->week - 1) * 7;

	while (day >= length)
		day -= 7;
	return first + day;
}

/* The rule's moment in that year, in seconds of its own local time. */
static int64_t
moment(const struct day_rule *r, int64_t year)
{
	int64_t day = january_of(year) + r->day;

	if (r->kind == 'M')
		day = month_day(r, year);
	else if (r->kind == 'J')
		day += (leap(year) && r->day > 59) - 1;
	return day * DAY_S + r->time_s;
}

static int32_t
ruled_offset(const struct zone *z, int64_t utc_s)
{
	int64_t year = year_of(utc_s + z->standard_s);
	int64_t begin, end;
	bool summer;

	if (!z->summer)
		return z->standard_s;
	begin = moment(&z->begin, year) - z->standard_s;
	end = moment(&z->end, year) - z->summer_s;
	if (begin < end)
		summer = utc_s >= begin && utc_s < end;
	else
		summer = utc_s >= begin || utc_s < end;
	return summer ? z->summer_s : z->standard_s;
}

/* --- the file */

/* The first kind of time that is no summer time holds before all else. */
static int32_t
first_offset(const uint8_t *types, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (types[6 * i + 4] == 0)
			return (int32_t)be32(types + 6 * i);
	return (int32_t)be32(types);
}

static bool
data_read(struct zone *z, const uint8_t *p, const struct counts *c)
{
	const uint8_t *index = p + c->times * 8u;
	const uint8_t *types = index + c->times;

	z->at = calloc(c->times + 1u, sizeof(*z->at));
	z->then = calloc(c->times + 1u, sizeof(*z->then));
	if (z->at == NULL || z->then == NULL)
		return false;
	z->before = first_offset(types, c->types);
	for (uint32_t i = 0; i < c->times; i++) {
		if (index[i] >= c->types)
			return false;
		z->at[i] = be64(p + 8u * i);
		z->then[i] = (int32_t)be32(types + 6u * index[i]);
		if (i > 0 && z->at[i] <= z->at[i - 1])
			return false;
	}
	z->times = c->times;
	return true;
}

static bool
footer_read(struct zone *z, const uint8_t *p, size_t length)
{
	char text[128];
	size_t n = 0;

	if (length < 2 || p[0] != '\n')
		return true; /* none: the last offset stays */
	while (n + 1 < length && n < sizeof(text) - 1 && p[n + 1] != '\n') {
		text[n] = (char)p[n + 1];
		n++;
	}
	text[n] = '\0';
	return n == 0 || take_footer(z, text);
}

/* No clock is further from UTC than that (RFC 8536 3.2). */
static bool
sound(int32_t offset_s)
{
	return offset_s > -25 * 3600 && offset_s < 26 * 3600;
}

static bool
all_sound(const struct zone *z)
{
	for (size_t i = 0; i < z->times; i++)
		if (!sound(z->then[i]))
			return false;
	return sound(z->before) && sound(z->standard_s) && sound(z->summer_s);
}

static bool
file_read(struct zone *z, const uint8_t *p, size_t length)
{
	struct counts c;
	size_t skip, data;

	if (!counts_read(p, length, &c) || p[4] < '2')
		return false;
	skip = HEAD + data_length(&c, 4);
	if (skip > length || !counts_read(p + skip, length - skip, &c))
		return false;
	skip += HEAD;
	data = data_length(&c, 8);
	return data <= length - skip && data_read(z, p + skip, &c) &&
	       footer_read(z, p + skip + data, length - skip - data) &&
	       all_sound(z);
}

struct zone *
zone_new(const void *tzif, size_t length)
{
	struct zone *z = calloc(1, sizeof(*z));

	if (z != NULL && !file_read(z, tzif, length))
		zone_free(&z);
	return z;
}

void
zone_free(struct zone **z)
{
	if (*z == NULL)
		return;
	free((*z)->at);
	free((*z)->then);
	free(*z);
	*z = NULL;
}

int32_t
zone_offset(const struct zone *z, int64_t utc_s)
{
	size_t low = 0, high;

	if (z == NULL)
		return 0;
	high = z->times;
	while (low < high) { /* how many have begun by then */
		size_t mid = (low + high) / 2;

		if (z->at[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == z->times && z->ruled)
		return ruled_offset(z, utc_s);
	return low == 0 ? z->before : z->then[low - 1];
}

unsigned
zone_minute(const struct zone *z, int64_t utc_us)
{
	int64_t s = utc_us / 1000000;

	s = (s + zone_offset(z, s)) % DAY_S;
	return (unsigned)((s < 0 ? s + DAY_S : s) / 60);
}
