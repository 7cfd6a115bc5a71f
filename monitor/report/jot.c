/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/jot.h"

#include <stdio.h>
#include <string.h>

static void
quoted(struct ink *out, const char *text)
{
	char utf8[5];
	uint32_t c;

	ink_put(out, "\"");
	while ((c = ink_next(&text)) != 0) {
		if (c == '"' || c == '\\') {
			utf8[0] = '\\';
			utf8[1] = (char)c;
			ink_bytes(out, utf8, 2);
			continue;
		}
		size_t n = 1;

		if (c < 0x80) {
			utf8[0] = (char)c;
		} else if (c < 0x800) {
			utf8[0] = (char)(0xc0 | c >> 6);
			n = 2;
		} else if (c < 0x10000) {
			utf8[0] = (char)(0xe0 | c >> 12);
			n = 3;
		} else {
			utf8[0] = (char)(0xf0 | c >> 18);
			n = 4;
		}
		for (size_t i = 1; i < n; i++)
			utf8[i] =
			    (char)(0x80 | (c >> (6 * (n - 1 - i)) & 0x3f));
		ink_bytes(out, utf8, n);
	}
	ink_put(out, "\"");
}

static void
begin(struct jot *j, const char *key)
{
	if (j->some)
		ink_put(j->out, ",");
	j->some = true;
	if (key == NULL)
		return;
	quoted(j->out, key);
	ink_put(j->out, ":");
}

void
jot_open(struct jot *j, const char *key, char bracket)
{
	begin(j, key);
	ink_bytes(j->out, &bracket, 1);
	j->some = false;
}

void
jot_close(struct jot *j, char bracket)
{
	ink_bytes(j->out, &bracket, 1);
	j->some = true;
}

void
jot_text(struct jot *j, const char *key, const char *text)
{
	begin(j, key);
	quoted(j->out, text);
}

void
jot_number(struct jot *j, const char *key, int64_t v)
{
	begin(j, key);
	ink_format(j->out, "%lld", (long long)v);
}

void
jot_real(struct jot *j, const char *key, double v)
{
	begin(j, key);
	ink_format(j->out, "%.6f", v);
}

void
jot_bool(struct jot *j, const char *key, bool v)
{
	begin(j, key);
	ink_put(j->out, v ? "true" : "false");
}

void
jot_null(struct jot *j, const char *key)
{
	begin(j, key);
	ink_put(j->out, "null");
}

void
jot_seconds(struct jot *j, const char *key, int64_t us)
{
	uint64_t v = us < 0 ? (uint64_t)0 - (uint64_t)us : (uint64_t)us;

	begin(j, key);
	ink_format(j->out, "%s%llu", us < 0 ? "-" : "",
	    (unsigned long long)(v / 1000000));
	if (v % 1000000 != 0)
		ink_format(j->out, ".%06llu",
		    (unsigned long long)(v % 1000000));
}

/* Days since 1970 -> the date (proleptic Gregorian). */
static void
date_of(int64_t day, int *year, int *month, int *mday)
{
	int64_t z = day + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

void
jot_time(struct jot *j, const char *key, int64_t utc_us)
{
	int64_t day = utc_us / 86400000000LL, rest = utc_us % 86400000000LL;
	int year, month, mday;

	if (utc_us == 0) {
		jot_null(j, key);
		return;
	}
	if (rest < 0) {
		rest += 86400000000LL;
		day--;
	}
	date_of(day, &year, &month, &mday);
	begin(j, key);
	ink_format(j->out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"", year,
	    month, mday, (int)(rest / 3600000000LL),
	    (int)(rest / 60000000LL % 60), (int)(rest / 1000000 % 60),
	    (int)(rest % 1000000));
}
