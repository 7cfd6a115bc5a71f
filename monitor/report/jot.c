/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/jot.h"

#include "common/civil.h"

static void
quoted(struct ink *out, const char *text)
{
	uint32_t c;

	ink_put(out, "\"");
	while ((c = ink_next(&text)) != 0) {
		if (c == '"' || c == '\\')
			ink_put(out, "\\");
		ink_character(out, c);
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

void
jot_time(struct jot *j, const char *key, int64_t utc_us)
{
	struct civil c = civil_of(utc_us);

	if (utc_us == 0) {
		jot_null(j, key);
		return;
	}
	begin(j, key);
	ink_format(j->out, "\"%04lld-%02u-%02uT%02u:%02u:%02u.%06uZ\"",
	    (long long)c.year, c.month, c.day, c.hour, c.minute, c.second,
	    c.micro);
}
