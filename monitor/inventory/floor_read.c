/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV -> records of the floor. A table names each column, where it may stand
 * and how its value is read; every mistake is said, with what was expected.
 * What a row names of others (sites, feeds, rooms) is looked up by the plan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "camwarden/limits.h"
#include "monitor/inventory/arena.h"
#include "monitor/inventory/cell.h"
#include "monitor/inventory/csv.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/inventory/floor.h"
#include "monitor/inventory/floor_parts.h"

struct row {
	struct floor *floor;
	struct inventory_mistakes *mistakes;
	const char *file;
	const struct csv_cell *cell; /* being read */
	enum floor_kind kind;
	uint32_t given;
	struct floor_console console;
	struct floor_screen screen;
	struct floor_pattern pattern;
	struct floor_shift shift;
	bool no_memory;
};

typedef void column_fn(struct row *row, const char *value);

static void
mistake(struct row *r, const char *what)
{
	mistake_add(r->mistakes,
	    (struct mistake_place){ r->file, r->cell->line,
		r->cell->column + r->cell->quoted },
	    "%s", what);
}

static const char *
kept(struct row *r, const char *s)
{
	const char *copy = floor_string(r->floor, s);

	r->no_memory |= copy == NULL;
	return copy != NULL ? copy : "";
}

/* Printable and short enough; "" when it is not, after saying so. */
static const char *
plain(struct row *r, const char *value, size_t limit)
{
	char what[80];

	if (!cell_is_plain(value)) {
		mistake(r,
		    "control characters or line breaks, expected plain text");
		return "";
	}
	if (strlen(value) < limit)
		return kept(r, value);
	snprintf(what, sizeof(what), "too long, expected at most %zu bytes",
	    limit - 1);
	mistake(r, what);
	return "";
}

static void
number(struct row *r, const char *value, uint32_t least, uint32_t most,
    const char *what, uint32_t *out)
{
	if (value[0] != '\0' && !cell_number(value, least, most, out))
		mistake(r, what);
}

static void
read_console(struct row *r, const char *value)
{
	const char *name = plain(r, value, LIMIT_NAME_BYTES);

	r->console.name = r->screen.console = r->shift.console = name;
}

static void
read_room(struct row *r, const char *value)
{
	const char *name = plain(r, value, LIMIT_NAME_BYTES);

	r->console.room = r->screen.room = r->shift.room = name;
}

static void
read_site(struct row *r, const char *value)
{
	char path[LIMIT_NAME_BYTES];

	value = plain(r, value, sizeof(path));
	if (value[0] != '\0' && !cell_path(value, path, sizeof(path))) {
		mistake(r, "a site's path has an empty part, expected "
			   "\"Region/Site\"");
		return;
	}
	r->console.site = value[0] != '\0' ? kept(r, path) : "";
}

static void
read_idle_after(struct row *r, const char *value)
{
	uint32_t v = 0;

	if (r->kind == FLOOR_ROSTER && strcmp(value, "0") == 0)
		return; /* the console's own */
	if (value[0] == '\0')
		return;
	number(r, value, 10, 14400,
	    r->kind == FLOOR_ROSTER
		? "not a time, expected 10 to 14400 seconds without input, or "
		  "0 for the console's own"
		: "not a time, expected 10 to 14400 seconds without input",
	    &v);
	r->console.idle_after_s = r->shift.idle_after_s = v;
}

static void
read_prompt_after(struct row *r, const char *value)
{
	uint32_t v = 0;

	number(r, value, 0, 86400,
	    r->kind == FLOOR_ROSTER
		? "not a time, expected 60 to 86400 seconds, or 0 for the "
		  "console's own"
		: "not a time, expected 60 to 86400 seconds, or 0 for no "
		  "prompts",
	    &v);
	if (v > 0 && v < 60)
		mistake(r, "too often, expected at least 60 seconds, or 0");
	r->console.prompt_after_s = r->shift.prompt_after_s = v;
}

static void
read_remote_input(struct row *r, const char *value)
{
	if (value[0] != '\0' && !cell_bool(value, &r->console.remote_input))
		mistake(r, "not a yes or no, expected yes or no");
}

static void
read_desk_feed(struct row *r, const char *value)
{
	r->console.desk_feed = plain(r, value, 2 * LIMIT_NAME_BYTES);
}

/* Longer than a camera's last word is believed (console.c), else one that just
 * failed would be quoted. */
static void
read_desk_still(struct row *r, const char *value)
{
	number(r, value, 120, 14400,
	    "not a time, expected 120 to 14400 seconds in which nobody moves",
	    &r->console.desk_still_s);
}

static void
read_max_tiles(struct row *r, const char *value)
{
	uint32_t v = VIEW_MAX_TILES;

	number(r, value, 1, FLOOR_LAYOUT_MAX,
	    "not a number of tiles, expected 1 to 64", &v);
	r->console.max_tiles = (uint8_t)v;
}

static void
read_screen(struct row *r, const char *value)
{
	r->screen.name = plain(r, value, LIMIT_NAME_BYTES);
}

static void
read_output(struct row *r, const char *value)
{
	r->screen.output = plain(r, value, HEARTBEAT_ID_BYTES);
}

/* "A/1 ; B/2" -> "A/1;B/2" */
static void
read_layout(struct row *r, const char *value)
{
	char text[CSV_CELL_BYTES];
	size_t n = 0, feeds = 0;

	value = plain(r, value, sizeof(text));
	for (const char *p = value; *p != '\0';) {
		size_t length = strcspn(p, ";"), end = length;
		size_t skip = strspn(p, " ");

		while (end > skip && p[end - 1] == ' ')
			end--;
		if (end > skip) {
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%s%.*s", n > 0 ? ";" : "", (int)(end - skip),
			    p + skip);
			feeds++;
		}
		p += length + (p[length] == ';');
	}
	text[n] = '\0';
	if (feeds > FLOOR_LAYOUT_MAX)
		mistake(r, "too many feeds, expected at most 64 in a layout");
	r->screen.layout = n > 0 ? kept(r, text) : "";
}

static void
read_confirmed_by(struct row *r, const char *value)
{
	r->screen.confirmed_by = plain(r, value, HEARTBEAT_ID_BYTES);
}

static void
read_pattern(struct row *r, const char *value)
{
	r->pattern.name = plain(r, value, HEARTBEAT_ID_BYTES);
	if (strcasecmp(r->pattern.name, FLOOR_BY_VMS) == 0)
		mistake(r, "\"vms\" has a meaning of its own, expected "
			   "another name");
}

static void
read_class(struct row *r, const char *value)
{
	r->pattern.class_ = plain(r, value, HEARTBEAT_GLOB_BYTES);
}

static void
read_title(struct row *r, const char *value)
{
	r->pattern.title = plain(r, value, HEARTBEAT_GLOB_BYTES);
}

static void
read_shows(struct row *r, const char *value)
{
	r->pattern.shows = FLOOR_SHOWS_FEED;
	if (strcasecmp(value, "layout") == 0)
		r->pattern.shows = FLOOR_SHOWS_LAYOUT;
	else if (strcasecmp(value, "connections") == 0)
		r->pattern.shows = FLOOR_SHOWS_CONNECTIONS;
	else if (value[0] == '\0')
		mistake(r,
		    "what it shows is missing, expected layout, connections "
		    "or a feed as SITE/NAME");
	else
		r->pattern.feed = plain(r, value, 2 * LIMIT_NAME_BYTES);
}

static void
read_tiles(struct row *r, const char *value)
{
	uint32_t v = 0;

	number(r, value, 1, FLOOR_LAYOUT_MAX,
	    "not a number of tiles, expected 1 to 64, or nothing: as many as "
	    "feeds",
	    &v);
	r->pattern.tiles = (uint8_t)v;
}

static void
read_days(struct row *r, const char *value)
{
	if (!floor_days_parse(value, &r->shift.days))
		mistake(r,
		    "not days, expected some like mon-fri or sat,sun, or "
		    "daily");
}

/* "6:00", "06:00", "24:00" -> minutes; NULL when it is none. */
static const char *
take_minute(const char *p, uint16_t *out)
{
	unsigned part[2] = { 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		unsigned digits = 0;

		for (; *p >= '0' && *p <= '9' && digits < 2; digits++)
			part[i] = part[i] * 10 + (unsigned)(*p++ - '0');
		if (digits == 0 || (i == 1 && digits != 2) ||
		    (i == 0 && *p++ != ':'))
			return NULL;
	}
	*out = (uint16_t)(part[0] * 60 + part[1]);
	return part[1] < 60 && *out <= DAY_MINUTES ? p : NULL;
}

static void
read_minute(struct row *r, const char *value, uint16_t *out)
{
	const char *end = take_minute(value, out);

	if (end == NULL || *end != '\0') {
		*out = 0;
		mistake(r, "not a time of day, expected one like 06:00");
	}
}

static void
read_from(struct row *r, const char *value)
{
	read_minute(r, value, &r->shift.hours.from);
	r->shift.hours.from %= DAY_MINUTES;
}

static void
read_to(struct row *r, const char *value)
{
	read_minute(r, value, &r->shift.hours.to);
	r->shift.hours.to %= DAY_MINUTES;
}

static void
read_at_least(struct row *r, const char *value)
{
	uint32_t v = 1;

	number(r, value, 1, 255, "not a number of consoles, expected 1 to 255",
	    &v);
	r->shift.at_least = (uint8_t)v;
}

static void
read_breaks(struct row *r, const char *value)
{
	struct floor_shift *s = &r->shift;
	static const char between[] = " ,;";
	const char *p = value + strspn(value, between);

	while (p != NULL && *p != '\0') {
		struct floor_span span;

		p = take_minute(p, &span.from);
		p = p != NULL && *p == '-' ? take_minute(p + 1, &span.to)
					   : NULL;
		if (p == NULL || (*p != '\0' && strchr(between, *p) == NULL) ||
		    s->break_count == FLOOR_BREAKS_MAX) {
			p = NULL;
			break;
		}
		span.from %= DAY_MINUTES;
		span.to %= DAY_MINUTES;
		s->breaks[s->break_count++] = span;
		p += strspn(p, between);
	}
	if (p == NULL)
		mistake(r,
		    "not breaks, expected at most 8 like 10:00-10:15;12:00-"
		    "12:30");
}

#define IN_CONSOLES (1u << FLOOR_CONSOLES)
#define IN_SCREENS (1u << FLOOR_SCREENS)
#define IN_PATTERNS (1u << FLOOR_PATTERNS)
#define IN_ROSTER (1u << FLOOR_ROSTER)

static const struct column {
	const char *name, *alias;
	unsigned where, needed; /* IN_* */
	column_fn *read;
} columns[FLOOR_COLUMNS] = {
	[FLOOR_CONSOLE] = { "console", "desk",
	    IN_CONSOLES | IN_SCREENS | IN_ROSTER, IN_CONSOLES, read_console },
	[FLOOR_ROOM] = { "room", NULL, IN_CONSOLES | IN_SCREENS | IN_ROSTER,
	    IN_CONSOLES | IN_ROSTER, read_room },
	[FLOOR_SITE] = { "site", NULL, IN_CONSOLES, 0, read_site },
	[FLOOR_IDLE_AFTER] = { "idle_after_s", "idle_after",
	    IN_CONSOLES | IN_ROSTER, 0, read_idle_after },
	[FLOOR_PROMPT_AFTER] = { "prompt_after_s", "prompt_after",
	    IN_CONSOLES | IN_ROSTER, 0, read_prompt_after },
	[FLOOR_REMOTE_INPUT] = { "remote_input", NULL, IN_CONSOLES, 0,
	    read_remote_input },
	[FLOOR_DESK_FEED] = { "desk_feed", NULL, IN_CONSOLES, 0,
	    read_desk_feed },
	[FLOOR_DESK_STILL] = { "desk_still_s", "desk_still", IN_CONSOLES, 0,
	    read_desk_still },
	[FLOOR_MAX_TILES] = { "max_tiles", NULL, IN_CONSOLES, 0,
	    read_max_tiles },
	[FLOOR_SCREEN] = { "screen", "monitor", IN_SCREENS, IN_SCREENS,
	    read_screen },
	[FLOOR_OUTPUT] = { "output", NULL, IN_SCREENS, 0, read_output },
	[FLOOR_LAYOUT] = { "layout", "feeds", IN_SCREENS, 0, read_layout },
	[FLOOR_CONFIRMED_BY] = { "confirmed_by", NULL, IN_SCREENS, 0,
	    read_confirmed_by },
	[FLOOR_PATTERN] = { "pattern", "id", IN_PATTERNS, IN_PATTERNS,
	    read_pattern },
	[FLOOR_CLASS] = { "class", NULL, IN_PATTERNS, 0, read_class },
	[FLOOR_TITLE] = { "title", NULL, IN_PATTERNS, 0, read_title },
	[FLOOR_SHOWS] = { "shows", NULL, IN_PATTERNS, IN_PATTERNS, read_shows },
	[FLOOR_TILES] = { "tiles", NULL, IN_PATTERNS, 0, read_tiles },
	[FLOOR_DAYS] = { "days", NULL, IN_ROSTER, IN_ROSTER, read_days },
	[FLOOR_FROM] = { "from", "start", IN_ROSTER, IN_ROSTER, read_from },
	[FLOOR_TO] = { "to", "end", IN_ROSTER, IN_ROSTER, read_to },
	[FLOOR_AT_LEAST] = { "at_least", NULL, IN_ROSTER, 0, read_at_least },
	[FLOOR_BREAKS] = { "breaks", NULL, IN_ROSTER, 0, read_breaks },
};

struct header {
	int column[CSV_CELLS]; /* enum floor_column; -1: unknown, said */
	size_t count;
};

static int
column_find(enum floor_kind kind, const char *cell)
{
	for (int i = 0; i < FLOOR_COLUMNS; i++)
		if ((columns[i].where >> kind & 1) &&
		    (cell_is_column(cell, columns[i].name) ||
			cell_is_column(cell, columns[i].alias)))
			return i;
	return -1;
}

static void
unknown_column(struct row *r)
{
	char known[256] = "";
	size_t n = 0;

	for (int i = 0; i < FLOOR_COLUMNS && n < sizeof(known); i++)
		if (columns[i].where >> r->kind & 1)
			n += (size_t)snprintf(known + n, sizeof(known) - n,
			    "%s%s", n > 0 ? ", " : "", columns[i].name);
	mistake_add(r->mistakes,
	    (struct mistake_place){ r->file, r->cell->line, r->cell->column },
	    "unknown column \"%.64s\", expected one of %s", r->cell->text,
	    known);
}

static void
header_cell(struct row *r, struct header *h)
{
	int c = column_find(r->kind, r->cell->text);

	if (c < 0)
		unknown_column(r);
	for (size_t i = 0; c >= 0 && i < h->count; i++)
		if (h->column[i] == c) {
			mistake(r, "this column stands here a second time, "
				   "expected each once");
			c = -1;
		}
	h->column[h->count++] = c;
	if (c >= 0)
		r->given |= FLOOR_BIT(c);
}

static bool
header_read(struct row *r, struct header *h, const struct csv_row *row)
{
	size_t before = r->mistakes->count;

	h->count = 0;
	for (size_t i = 0; i < row->count; i++) {
		r->cell = &row->cell[i];
		header_cell(r, h);
	}
	for (int i = 0; i < FLOOR_COLUMNS; i++)
		if ((columns[i].needed >> r->kind & 1) &&
		    !(r->given & FLOOR_BIT(i)))
			mistake_add(r->mistakes,
			    (struct mistake_place){ r->file, row->cell[0].line,
				1 },
			    "no column %s, expected a first row that names "
			    "the columns of %s",
			    columns[i].name, floor_kind_name(r->kind));
	return r->mistakes->count == before;
}

/* --- a whole row */

static bool
room_left(struct row *r, size_t count, size_t most)
{
	char what[64];

	if (count < most)
		return true;
	snprintf(what, sizeof(what), "too many %s, expected at most %zu",
	    floor_kind_name(r->kind), most);
	mistake(r, what);
	r->no_memory = true; /* no use to go on */
	return false;
}

static void
append_console(struct row *r)
{
	struct floor_console *c = &r->console;

	if (c->name[0] == '\0' || c->room[0] == '\0') {
		mistake(r, "a name is missing, expected a console and its "
			   "room");
		return;
	}
	if (!room_left(r, r->floor->console_count, FLOOR_CONSOLES_MAX))
		return;
	struct floor_console *to = floor_add_console(r->floor);

	r->no_memory |= to == NULL;
	if (to != NULL)
		*to = *c;
}

static void
append_screen(struct row *r)
{
	struct floor_screen *s = &r->screen;

	if (s->name[0] == '\0') {
		mistake(r, "the screen is missing, expected its name");
		return;
	}
	if ((s->console[0] == '\0') == (s->room[0] == '\0')) {
		mistake(r, "expected a console or a room, one of both");
		return;
	}
	if (!room_left(r, r->floor->screen_count, FLOOR_SCREENS_MAX))
		return;
	struct floor_screen *to = floor_add_screen(r->floor);

	r->no_memory |= to == NULL;
	if (to != NULL)
		*to = *s;
}

static void
append_pattern(struct row *r)
{
	struct floor_pattern *p = &r->pattern;

	if (p->name[0] == '\0') {
		mistake(r, "the pattern is missing, expected its name");
		return;
	}
	if (p->class_[0] == '\0' && p->title[0] == '\0')
		mistake(r, "it would match every window, expected a class, a "
			   "title, or both");
	if (!room_left(r, r->floor->pattern_count, HEARTBEAT_PATTERNS))
		return;
	struct floor_pattern *to = floor_add_pattern(r->floor);

	r->no_memory |= to == NULL;
	if (to != NULL)
		*to = *p;
}

static void
append_shift(struct row *r)
{
	struct floor_shift *s = &r->shift;
	unsigned length = floor_span_minutes(s->hours);

	if (s->room[0] == '\0') {
		mistake(r, "the room is missing, expected its name");
		return;
	}
	if (s->console[0] != '\0' && s->at_least > 1)
		mistake(r, "one console can't be more than one, expected "
			   "at_least 1");
	for (unsigned i = 0; i < s->break_count; i++) {
		unsigned into =
		    (s->breaks[i].from + DAY_MINUTES - s->hours.from) %
		    DAY_MINUTES;

		if (into + floor_span_minutes(s->breaks[i]) > length) {
			mistake(r, "a break lies outside the shift, expected "
				   "it within");
			break;
		}
	}
	if (!room_left(r, r->floor->shift_count, FLOOR_SHIFTS_MAX))
		return;
	struct floor_shift *to = floor_add_shift(r->floor);

	r->no_memory |= to == NULL;
	if (to != NULL)
		*to = *s;
}

static void
row_init(struct row *r, size_t line)
{
	floor_console_default(&r->console);
	floor_screen_default(&r->screen);
	floor_pattern_default(&r->pattern);
	floor_shift_default(&r->shift);
	r->console.line = r->screen.line = r->pattern.line = r->shift.line =
	    (uint32_t)line;
	r->console.given = r->screen.given = r->pattern.given = r->shift.given =
	    r->given;
}

static void
row_read(struct row *r, const struct header *h, const struct csv_row *row)
{
	static void (*const append[FLOOR_KINDS])(
	    struct row *) = { append_console, append_screen, append_pattern,
		append_shift };

	row_init(r, row->cell[0].line);
	r->cell = &row->cell[0];
	if (row->count != h->count) {
		char what[96];

		snprintf(what, sizeof(what),
		    "%zu cells, expected %zu as in the first row", row->count,
		    h->count);
		mistake(r, what);
		return;
	}
	size_t before = r->mistakes->count;

	for (size_t i = 0; i < h->count; i++) {
		r->cell = &row->cell[i];
		columns[h->column[i]].read(r, cell_unescape(r->cell->text));
	}
	r->cell = &row->cell[0];
	/* What is wrong was said; it would only be said twice. */
	if (r->mistakes->count == before)
		append[r->kind](r);
}

static void
rows_read(struct row *r, struct csv *csv)
{
	struct csv_row *row = malloc(sizeof(*row));
	struct header h;

	if (row == NULL) {
		r->no_memory = true;
		return;
	}
	if (!csv_next(csv, row))
		mistake_add(r->mistakes,
		    (struct mistake_place){ r->file, 1, 1 },
		    "the file is empty, expected a first row that names the "
		    "columns");
	else if (row->count > 0 && header_read(r, &h, row))
		while (!r->no_memory && csv_next(csv, row))
			if (row->count > 0)
				row_read(r, &h, row);
	free(row);
}

/* --- what a file says twice */

struct named {
	const char *name;
	uint32_t line;
};

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static size_t
names_of(const struct floor *f, enum floor_kind kind, struct named *out)
{
	size_t n = 0;

	for (; kind == FLOOR_CONSOLES && n < f->console_count; n++)
		out[n] =
		    (struct named){ f->consoles[n].name, f->consoles[n].line };
	for (; kind == FLOOR_SCREENS && n < f->screen_count; n++)
		out[n] =
		    (struct named){ f->screens[n].name, f->screens[n].line };
	for (; kind == FLOOR_PATTERNS && n < f->pattern_count; n++)
		out[n] =
		    (struct named){ f->patterns[n].name, f->patterns[n].line };
	for (; kind == FLOOR_ROSTER && n < f->shift_count; n++) {
		char text[LIMIT_NAME_BYTES * 2 + 64];
		const char *name;

		floor_shift_text(&f->shifts[n], text, sizeof(text));
		name = arena_copy(f->arena, text, strlen(text));
		out[n] = (struct named){ name != NULL ? name : "",
			f->shifts[n].line };
	}
	return n;
}

static void
unique(struct row *r)
{
	size_t most = FLOOR_SCREENS_MAX + 1, n;
	struct named *list = malloc(most * sizeof(*list));

	r->no_memory |= list == NULL;
	if (list == NULL)
		return;
	n = names_of(r->floor, r->kind, list);
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 1; i < n; i++)
		if (strcmp(list[i].name, list[i - 1].name) == 0)
			mistake_add(r->mistakes,
			    (struct mistake_place){ r->file, list[i].line, 0 },
			    "\"%.200s\" is there already in line %u, expected "
			    "each once",
			    list[i].name, list[i - 1].line);
	free(list);
}

bool
floor_read(struct floor *f, enum floor_kind kind, const char *file,
    const void *bytes, size_t length, struct inventory_mistakes *mistakes_out)
{
	struct row r = { .floor = f,
		.mistakes = mistakes_out,
		.file = file,
		.kind = kind };
	struct csv csv;

	if (csv_init(&csv, file, bytes, length, mistakes_out)) {
		rows_read(&r, &csv);
		csv_fini(&csv);
	} else if (mistakes_out->count == 0) {
		r.no_memory = true;
	}
	if (!r.no_memory)
		unique(&r);
	if (r.no_memory && mistakes_out->count == 0)
		mistake_add(mistakes_out, (struct mistake_place){ file, 0, 0 },
		    "out of memory");
	return mistakes_out->count == 0;
}

/* A kind whose needed columns are all there; what only it has comes first. */
static bool
kind_fits(const struct csv_row *row, enum floor_kind kind)
{
	for (int c = 0; c < FLOOR_COLUMNS; c++) {
		bool there = !(columns[c].needed >> kind & 1);

		for (size_t i = 0; i < row->count && !there; i++)
			there = column_find(kind, row->cell[i].text) == c;
		if (!there)
			return false;
	}
	return true;
}

bool
floor_kind_of(const void *bytes, size_t length, enum floor_kind *out)
{
	static const enum floor_kind order[] = { FLOOR_SCREENS, FLOOR_PATTERNS,
		FLOOR_ROSTER, FLOOR_CONSOLES };
	struct inventory_mistakes ignored = { 0 };
	struct csv_row *row = malloc(sizeof(*row));
	struct csv csv;
	bool found = false;

	if (row != NULL && csv_init(&csv, "", bytes, length, &ignored)) {
		bool read = csv_next(&csv, row);

		for (size_t i = 0; read && i < FLOOR_KINDS && !found; i++) {
			*out = order[i];
			found = kind_fits(row, order[i]);
		}
		csv_fini(&csv);
	}
	free(row);
	inventory_mistakes_fini(&ignored);
	return found;
}
