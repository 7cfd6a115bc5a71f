/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/dark_hours.h"

#include <stdio.h>
#include <string.h>

/* "5:30", "05:30", "24:00" -> minutes; NULL when it is none. */
static const char *
take_time(const char *p, unsigned *minutes_out)
{
	unsigned part[2] = { 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		unsigned digits = 0;

		for (; *p >= '0' && *p <= '9' && digits < 2; digits++)
			part[i] = part[i] * 10 + (unsigned)(*p++ - '0');
		if (digits == 0 || (i == 1 && digits != 2))
			return NULL;
		if (i == 0 && *p++ != ':')
			return NULL;
	}
	*minutes_out = part[0] * 60 + part[1];
	return part[1] < 60 && *minutes_out <= DAY_MINUTES ? p : NULL;
}

static const char *
take_span(const char *p, struct dark_span *out)
{
	unsigned from, to;

	p = take_time(p, &from);
	if (p == NULL || *p != '-')
		return NULL;
	p = take_time(p + 1, &to);
	if (p == NULL || from == to || from == DAY_MINUTES)
		return NULL;
	out->from = (uint16_t)from;
	out->to = (uint16_t)(to == 0 ? DAY_MINUTES : to);
	return p;
}

static void
insert(struct dark_hours *d, struct dark_span s)
{
	unsigned i = d->count++;

	for (; i > 0 && d->span[i - 1].from > s.from; i--)
		d->span[i] = d->span[i - 1];
	d->span[i] = s;
}

bool
dark_hours_parse(const char *text, struct dark_hours *out)
{
	static const char between[] = " ,;";
	const char *p = text + strspn(text, between);

	memset(out, 0, sizeof(*out));
	if (strcmp(p, "no") == 0)
		return true;
	while (*p != '\0') {
		struct dark_span s;

		if (out->count == DARK_HOURS_SPANS)
			return false;
		p = take_span(p, &s);
		if (p == NULL || (*p != '\0' && strchr(between, *p) == NULL))
			return false;
		insert(out, s);
		p += strspn(p, between);
	}
	return true;
}

void
dark_hours_print(const struct dark_hours *d, char out[DARK_HOURS_BYTES])
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < d->count && n < DARK_HOURS_BYTES; i++) {
		unsigned from = d->span[i].from, to = d->span[i].to;

		n += (size_t)snprintf(out + n, DARK_HOURS_BYTES - n,
		    "%s%02u:%02u-%02u:%02u", i > 0 ? " " : "", from / 60,
		    from % 60, to / 60, to % 60);
	}
}

/* Of one span alone. */
static unsigned
span_left(struct dark_span s, unsigned minute)
{
	unsigned length = (s.to + DAY_MINUTES - s.from) % DAY_MINUTES;
	unsigned into = (minute + DAY_MINUTES - s.from) % DAY_MINUTES;

	if (length == 0)
		length = DAY_MINUTES;
	return into < length ? length - into : 0;
}

unsigned
dark_hours_left(const struct dark_hours *d, unsigned minute)
{
	unsigned left = 0;

	/* Spans may touch: each may carry on where another, or itself a
	 * day before, ends. */
	for (unsigned turn = 0; turn <= d->count; turn++)
		for (unsigned i = 0; i < d->count; i++) {
			unsigned at = (minute + left) % DAY_MINUTES;

			left += span_left(d->span[i], at);
		}
	return left < DAY_MINUTES ? left : DAY_MINUTES;
}
