/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The floor -> CSV that floor_read reads back the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/csv_out.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/floor_parts.h"

static void
head(struct csv_out *t, const char *columns)
{
	csv_out_put(t, columns, strlen(columns));
	csv_out_row_end(t);
}

static void
consoles(struct csv_out *t, const struct floor *f)
{
	head(t, "console,room,site,idle_after_s,prompt_after_s,remote_input,"
		"desk_feed,desk_still_s,max_tiles");
	for (size_t i = 0; i < f->console_count; i++) {
		const struct floor_console *c = &f->consoles[i];

		csv_out_cell(t, c->name);
		csv_out_cell(t, c->room);
		csv_out_cell(t, c->site);
		csv_out_number(t, c->idle_after_s);
		csv_out_number(t, c->prompt_after_s);
		csv_out_cell(t, c->remote_input ? "yes" : "no");
		csv_out_cell(t, c->desk_feed);
		csv_out_number(t, c->desk_still_s);
		csv_out_number(t, c->max_tiles);
		csv_out_row_end(t);
	}
}

static void
screens(struct csv_out *t, const struct floor *f)
{
	head(t, "screen,console,room,output,layout,confirmed_by");
	for (size_t i = 0; i < f->screen_count; i++) {
		const struct floor_screen *s = &f->screens[i];

		csv_out_cell(t, s->name);
		csv_out_cell(t, s->console);
		csv_out_cell(t, s->room);
		csv_out_cell(t, s->output);
		csv_out_cell(t, s->layout);
		csv_out_cell(t, s->confirmed_by);
		csv_out_row_end(t);
	}
}

static void
patterns(struct csv_out *t, const struct floor *f)
{
	head(t, "pattern,class,title,shows,tiles");
	for (size_t i = 0; i < f->pattern_count; i++) {
		const struct floor_pattern *p = &f->patterns[i];

		csv_out_cell(t, p->name);
		csv_out_cell(t, p->class_);
		csv_out_cell(t, p->title);
		csv_out_cell(t, p->shows == FLOOR_SHOWS_LAYOUT ? "layout"
				: p->shows == FLOOR_SHOWS_CONNECTIONS
				    ? "connections"
				    : p->feed);
		if (p->tiles > 0)
			csv_out_number(t, p->tiles);
		else
			csv_out_cell(t, "");
		csv_out_row_end(t);
	}
}

static void
minute(struct csv_out *t, unsigned m)
{
	char text[8];

	snprintf(text, sizeof(text), "%02u:%02u", m / 60 % 25, m % 60);
	csv_out_cell(t, text);
}

static void
roster(struct csv_out *t, const struct floor *f)
{
	head(t, "room,console,days,from,to,at_least,breaks,idle_after_s,"
		"prompt_after_s");
	for (size_t i = 0; i < f->shift_count; i++) {
		const struct floor_shift *s = &f->shifts[i];
		char text[FLOOR_BREAKS_MAX * 12 + 1] = "", days[32];

		floor_days_print(s->days, days);
		csv_out_cell(t, s->room);
		csv_out_cell(t, s->console);
		csv_out_cell(t, days);
		minute(t, s->hours.from);
		minute(t, s->hours.to);
		csv_out_number(t, s->at_least);
		for (unsigned k = 0; k < s->break_count; k++) {
			char *to = text + k * 12; /* 11 and a semicolon */

			floor_span_print(s->breaks[k], to);
			if (k + 1 < s->break_count)
				to[11] = ';';
		}
		csv_out_cell(t, text);
		csv_out_number(t, s->idle_after_s);
		csv_out_number(t, s->prompt_after_s);
		csv_out_row_end(t);
	}
}

char *
floor_write(const struct floor *f, enum floor_kind kind)
{
	static void (*const write[FLOOR_KINDS])(struct csv_out *,
	    const struct floor *) = { consoles, screens, patterns, roster };
	struct csv_out t = { 0 };

	csv_out_put(&t, "", 0);
	if ((unsigned)kind < FLOOR_KINDS)
		write[kind](&t, f);
	if (t.no_memory) {
		free(t.p);
		return NULL;
	}
	return t.p;
}
