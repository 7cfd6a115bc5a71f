/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/floor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "monitor/inventory/arena.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/inventory/floor_parts.h"

#define EVERY_DAY 0x7fu

struct floor *
floor_new(void)
{
	struct floor *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->arena = arena_new();
	if (f->arena == NULL)
		floor_free(&f);
	return f;
}

void
floor_free(struct floor **f)
{
	if (*f == NULL)
		return;
	free((*f)->rooms);
	free((*f)->consoles);
	free((*f)->screens);
	free((*f)->patterns);
	free((*f)->shifts);
	arena_free(&(*f)->arena);
	free(*f);
	*f = NULL;
}

const struct floor_room *
floor_find_room(const struct floor *f, const char *name)
{
	for (size_t i = 0; i < f->room_count; i++)
		if (strcmp(f->rooms[i].name, name) == 0)
			return &f->rooms[i];
	return NULL;
}

const char *
floor_site_of_room(const struct floor *f, const char *room)
{
	const struct floor_room *r = floor_find_room(f, room);

	return r != NULL ? r->site : "";
}

const char *
floor_string(struct floor *f, const char *s)
{
	return arena_copy(f->arena, s, strlen(s));
}

int64_t *
floor_numbers(struct floor *f, const int64_t *v, size_t count)
{
	return arena_numbers(f->arena, v, count);
}

struct floor_room *
floor_add_room(struct floor *f)
{
	void *item;

	f->rooms =
	    arena_more(f->rooms, &f->room_count, sizeof(*f->rooms), &item);
	struct floor_room *r = item;

	if (r != NULL)
		r->name = r->site = "";
	return r;
}

void
floor_console_default(struct floor_console *c)
{
	*c = (struct floor_console){ .name = "",
		.room = "",
		.site = "",
		.idle_after_s = FLOOR_IDLE_AFTER_S,
		.max_tiles = VIEW_MAX_TILES,
		.desk_feed = "",
		.desk_still_s = FLOOR_DESK_STILL_S };
}

void
floor_screen_default(struct floor_screen *s)
{
	*s = (struct floor_screen){ .name = "",
		.console = "",
		.room = "",
		.output = "",
		.layout = "",
		.confirmed_by = "" };
}

void
floor_pattern_default(struct floor_pattern *p)
{
	*p = (struct floor_pattern){ .name = "",
		.class_ = "",
		.title = "",
		.feed = "" };
}

void
floor_shift_default(struct floor_shift *s)
{
	*s = (struct floor_shift){ .room = "",
		.console = "",
		.days = EVERY_DAY,
		.at_least = 1 };
}

struct floor_console *
floor_add_console(struct floor *f)
{
	void *item;

	f->consoles = arena_more(f->consoles, &f->console_count,
	    sizeof(*f->consoles), &item);
	if (item != NULL)
		floor_console_default(item);
	return item;
}

struct floor_screen *
floor_add_screen(struct floor *f)
{
	void *item;

	f->screens = arena_more(f->screens, &f->screen_count,
	    sizeof(*f->screens), &item);
	if (item != NULL)
		floor_screen_default(item);
	return item;
}

struct floor_pattern *
floor_add_pattern(struct floor *f)
{
	void *item;

	f->patterns = arena_more(f->patterns, &f->pattern_count,
	    sizeof(*f->patterns), &item);
	if (item != NULL)
		floor_pattern_default(item);
	return item;
}

struct floor_shift *
floor_add_shift(struct floor *f)
{
	void *item;

	f->shifts =
	    arena_more(f->shifts, &f->shift_count, sizeof(*f->shifts), &item);
	if (item != NULL)
		floor_shift_default(item);
	return item;
}

const char *
floor_kind_name(enum floor_kind kind)
{
	static const char *const names[] = { "consoles", "screens", "patterns",
		"roster", "rooms" };

	return names[kind <= FLOOR_ROOMS ? kind : FLOOR_ROOMS];
}

bool
floor_kind_named(const char *name, enum floor_kind *out)
{
	for (unsigned k = FLOOR_CONSOLES; k <= FLOOR_ROSTER; k++)
		if (strcmp(name, floor_kind_name((enum floor_kind)k)) == 0) {
			*out = (enum floor_kind)k;
			return true;
		}
	return false;
}

/* --- days and hours */

static const char *const day_names[7] = { "mon", "tue", "wed", "thu", "fri",
	"sat", "sun" };

/* "mon" or "Monday" -> 0; NULL: no day. */
static const char *
take_day(const char *p, unsigned *day_out)
{
	static const char *const rest[7] = { "day", "sday", "nesday", "rsday",
		"day", "urday", "day" };

	for (unsigned d = 0; d < 7; d++) {
		if (strncasecmp(p, day_names[d], 3) != 0)
			continue;
		*day_out = d;
		p += 3;
		size_t n = strlen(rest[d]);

		return strncasecmp(p, rest[d], n) == 0 ? p + n : p;
	}
	return NULL;
}

bool
floor_days_parse(const char *text, uint8_t *days_out)
{
	static const char between[] = " ,;";
	const char *p = text + strspn(text, between);
	uint8_t days = 0;

	if (*p == '\0' || strcasecmp(p, "daily") == 0) {
		*days_out = EVERY_DAY;
		return true;
	}
	while (*p != '\0') {
		unsigned first, last;

		p = take_day(p, &first);
		last = first;
		if (p != NULL && *p == '-')
			p = take_day(p + 1, &last);
		if (p == NULL || (*p != '\0' && strchr(between, *p) == NULL))
			return false;
		for (unsigned d = first;; d = (d + 1) % 7) {
			days |= (uint8_t)(1u << d);
			if (d == last)
				break;
		}
		p += strspn(p, between);
	}
	*days_out = days;
	return true;
}

void
floor_days_print(uint8_t days, char out[32])
{
	size_t n = 0;

	out[0] = '\0';
	if ((days & EVERY_DAY) == EVERY_DAY) {
		snprintf(out, 32, "daily");
		return;
	}
	for (unsigned d = 0; d < 7; d++) {
		unsigned last = d;

		if (!(days >> d & 1))
			continue;
		while (last < 6 && (days >> (last + 1) & 1))
			last++;
		n += (size_t)snprintf(out + n, 32 - n, "%s%s", n ? "," : "",
		    day_names[d]);
		if (last > d)
			n += (size_t)snprintf(out + n, 32 - n, "%s%s",
			    last > d + 1 ? "-" : ",", day_names[last]);
		d = last;
	}
}

void
floor_span_print(struct floor_span s, char out[12])
{
	snprintf(out, 12, "%02u:%02u-%02u:%02u", s.from / 60u % 24,
	    s.from % 60u, s.to / 60u % 25, s.to % 60u);
}

unsigned
floor_span_minutes(struct floor_span s)
{
	unsigned n = (s.to + DAY_MINUTES - s.from) % DAY_MINUTES;

	return n == 0 ? DAY_MINUTES : n;
}

bool
floor_shift_same(const struct floor_shift *a, const struct floor_shift *b)
{
	return strcmp(a->room, b->room) == 0 &&
	       strcmp(a->console, b->console) == 0 && a->days == b->days &&
	       a->hours.from == b->hours.from && a->hours.to == b->hours.to;
}

size_t
floor_shift_text(const struct floor_shift *s, char *out, size_t size)
{
	char days[32], hours[12];

	floor_days_print(s->days, days);
	floor_span_print(s->hours, hours);
	return (size_t)snprintf(out, size, "%s%s%s %s %s", s->room,
	    s->console[0] != '\0' ? "/" : "", s->console, days, hours);
}
