/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/when.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "monitor/zones.h"

struct when {
	struct zones *zones; /* owned */
};

struct when *
when_new(void)
{
	struct when *w = calloc(1, sizeof(*w));

	if (w != NULL)
		w->zones = zones_new();
	if (w != NULL && w->zones == NULL)
		when_free(&w);
	return w;
}

void
when_free(struct when **w)
{
	if (*w == NULL)
		return;
	zones_free(&(*w)->zones);
	free(*w);
	*w = NULL;
}

int32_t
when_ahead(void *arg, const char *zone, int64_t utc_us)
{
	return zones_ahead(((struct when *)arg)->zones, zone, utc_us);
}

/* Digits of a number of at most `most`; NULL: they are not there. */
static const char *
take(const char *p, unsigned digits, int most, int *out)
{
	int v = 0;

	for (unsigned i = 0; i < digits; i++) {
		if (!isdigit((unsigned char)*p))
			return NULL;
		v = v * 10 + (*p++ - '0');
	}
	*out = v;
	return v <= most ? p : NULL;
}

/* There is no 30 February, though timegm has one. */
static bool
is_a_day(const struct tm *tm)
{
	struct tm day = { .tm_year = tm->tm_year,
		.tm_mon = tm->tm_mon,
		.tm_mday = tm->tm_mday };

	timegm(&day);
	return day.tm_mon == tm->tm_mon && day.tm_mday == tm->tm_mday;
}

/* "2026-11-22". */
static const char *
take_date(const char *p, struct tm *tm)
{
	p = take(p, 4, 9999, &tm->tm_year);
	p = p != NULL && *p == '-' ? take(p + 1, 2, 12, &tm->tm_mon) : NULL;
	p = p != NULL && *p == '-' ? take(p + 1, 2, 31, &tm->tm_mday) : NULL;
	if (p == NULL || tm->tm_year < 1970 || tm->tm_mon < 1 ||
	    tm->tm_mday < 1)
		return NULL;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return is_a_day(tm) ? p : NULL;
}

/* Behind a date: "", "T06:00", " 06:00:30". */
static const char *
take_time(const char *p, struct tm *tm)
{
	if (*p != ' ' && *p != 'T')
		return p;
	p = take(p + 1, 2, 24, &tm->tm_hour);
	if (p == NULL || *p != ':')
		return NULL;
	p = take(p + 1, 2, 59, &tm->tm_min);
	if (p != NULL && *p == ':')
		p = take(p + 1, 2, 59, &tm->tm_sec);
	return tm->tm_hour == 24 && tm->tm_min + tm->tm_sec > 0 ? NULL : p;
}

static int64_t
from_local(struct when *w, const char *zone, int64_t local_s)
{
	int64_t utc = local_s;

	/* What clocks show there then is known only once it is known when: the
	 * second guess holds but in the hour that summer time skips. */
	for (int i = 0; i < 2; i++)
		utc = local_s - when_ahead(w, zone, utc * 1000000);
	return utc * 1000000;
}

/* The local day's beginning, or that of the day before. */
static void
midnight(struct when *w, const char *zone, int64_t now_utc, int64_t days_ago,
    int64_t *utc_out)
{
	int64_t local = now_utc / 1000000 + when_ahead(w, zone, now_utc);

	*utc_out = from_local(w, zone, (local / 86400 - days_ago) * 86400);
}

bool
when_parse(struct when *w, const char *zone, const char *text, int64_t now_utc,
    int64_t *utc_out)
{
	struct tm tm = { 0 };
	const char *p;

	*utc_out = now_utc;
	if (strcmp(text, "now") == 0)
		return true;
	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
		midnight(w, zone, now_utc, text[0] == 'y', utc_out);
		return true;
	}
	p = take_date(text, &tm);
	if (p != NULL)
		p = take_time(p, &tm);
	if (p == NULL || (*p != '\0' && strcmp(p, "Z") != 0))
		return false;
	int64_t local = (int64_t)timegm(&tm);

	*utc_out = *p != '\0' ? local * 1000000 : from_local(w, zone, local);
	return true;
}

/* "Z", "+01:00" and nothing behind it. */
static bool
take_offset(const char *p, int64_t *ahead_s_out)
{
	int hours, minutes;
	const char *q;

	*ahead_s_out = 0;
	if (*p == 'Z' || *p == 'z')
		return p[1] == '\0';
	if (*p != '+' && *p != '-')
		return false;
	q = take(p + 1, 2, 23, &hours);
	q = q != NULL && *q == ':' ? take(q + 1, 2, 59, &minutes) : NULL;
	if (q == NULL || *q != '\0')
		return false;
	*ahead_s_out = (*p == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

bool
when_parse_rfc3339(const char *text, int64_t *utc_out)
{
	struct tm tm = { 0 };
	int64_t ahead_s;
	const char *p = take_date(text, &tm);

	if (p == NULL || (*p != 'T' && *p != 't' && *p != ' '))
		return false;
	p = take(p + 1, 2, 23, &tm.tm_hour);
	p = p != NULL && *p == ':' ? take(p + 1, 2, 59, &tm.tm_min) : NULL;
	p = p != NULL && *p == ':' ? take(p + 1, 2, 60, &tm.tm_sec) : NULL;
	if (p != NULL && *p == '.')
		p += 1 + strspn(p + 1, "0123456789");
	if (p == NULL || !take_offset(p, &ahead_s))
		return false;
	*utc_out = ((int64_t)timegm(&tm) - ahead_s) * 1000000;
	return true;
}

static void
local_time(struct when *w, const char *zone, int64_t utc_us, struct tm *tm)
{
	time_t s = (time_t)(utc_us / 1000000 + when_ahead(w, zone, utc_us));

	if (gmtime_r(&s, tm) == NULL)
		memset(tm, 0, sizeof(*tm));
}

const char *
when_print(struct when *w, const char *zone, int64_t utc_us, char out[24])
{
	struct tm tm;

	local_time(w, zone, utc_us, &tm);
	if (utc_us <= 0 || strftime(out, 24, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(out, 24, "-");
	return out;
}

void
when_weekday(struct when *w, const char *zone, int64_t utc_us,
    unsigned *weekday_out, unsigned *minute_out)
{
	struct tm tm;

	local_time(w, zone, utc_us, &tm);
	*weekday_out = (unsigned)(tm.tm_wday + 6) % 7;
	*minute_out = (unsigned)(tm.tm_hour * 60 + tm.tm_min);
}
