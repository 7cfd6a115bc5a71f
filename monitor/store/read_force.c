/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The declared floor -> what a console is held to now. */
#include <string.h>

#include "monitor/inventory/floor.h"
#include "monitor/store/store_read_consoles.h"

struct roster_shift
store_roster_shift(const struct floor_shift *s)
{
	struct roster_shift r = { .days = s->days,
		.times = { s->hours.from, s->hours.to },
		.at_least = s->at_least,
		.break_count = (uint8_t)s->break_count,
		.idle_after_s = s->idle_after_s,
		.prompt_after_s = s->prompt_after_s };

	for (unsigned i = 0; i < s->break_count && i < ROSTER_BREAKS; i++)
		r.breaks[i] =
		    (struct roster_times){ s->breaks[i].from, s->breaks[i].to };
	return r;
}

static bool
concerns(const struct floor_shift *s, const struct floor_console *c)
{
	return strcmp(s->room, c->room) == 0 &&
	       (s->console[0] == '\0' || strcmp(s->console, c->name) == 0);
}

struct roster_force
store_console_force(const struct floor *f, const char *console, int64_t local_s)
{
	const struct floor_console *c = NULL;
	struct roster_force force = { 0 };
	unsigned weekday, minute;

	for (size_t i = 0; i < f->console_count && c == NULL; i++)
		if (strcmp(f->consoles[i].name, console) == 0)
			c = &f->consoles[i];
	if (c == NULL)
		return force;
	roster_local(local_s, &weekday, &minute);
	force = roster_force_own(c->idle_after_s, c->prompt_after_s);
	for (size_t i = 0; i < f->shift_count; i++) {
		struct roster_shift s = store_roster_shift(&f->shifts[i]);

		if (concerns(&f->shifts[i], c))
			roster_force_add(&force, &s,
			    roster_at(&s, weekday, minute));
	}
	return force;
}
