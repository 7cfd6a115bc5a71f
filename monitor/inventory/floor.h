/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor.h: CSV of consoles, screens, window patterns and rosters -> the floor
 * on which people watch -> the plan of changes that makes the current floor
 * look so; and back to CSV. PURE; the CSV is hostile (anybody's spreadsheet).
 * Called by the CLI, the monitor and the store (which applies a plan).
 * docs/formats.md, "CSV of the floor".
 *
 * Consoles, screens, patterns and rooms are known by their names; a room is
 * made by a console that stands in it. A shift is known by its room, console,
 * days and hours. Feeds are named SITE/NAME (or by UUID) and looked up in the
 * inventory when the plan is made: what is stored are their numbers.
 */
#ifndef MONITOR_INVENTORY_FLOOR_H
#define MONITOR_INVENTORY_FLOOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "monitor/inventory/inventory.h"

enum floor_kind {
	FLOOR_CONSOLES,
	FLOOR_SCREENS,
	FLOOR_PATTERNS,
	FLOOR_ROSTER,
	FLOOR_ROOMS /* of a change only: rooms have no file of their own */
};

#define FLOOR_CONSOLES_MAX 1024u
#define FLOOR_SCREENS_MAX 4096u
#define FLOOR_SHIFTS_MAX 4096u
#define FLOOR_LAYOUT_MAX 64u /* feeds of one layout */
#define FLOOR_BREAKS_MAX 8u
#define FLOOR_IDLE_AFTER_S 300u /* unless declared */
#define FLOOR_DESK_STILL_S 600u /* the same */
#define FLOOR_BY_VMS "vms"	/* confirmed_by: what the VMS posts */

/* Strings are never NULL and borrowed from the floor. `id` is the store's
 * number, 0 when not stored yet; `line` the CSV's, 0 otherwise. */
struct floor_room {
	int64_t id;
	const char *name, *site; /* site: its path */
};

struct floor_console {
	int64_t id;
	uint32_t given, line;
	const char *name, *room, *site;
	uint32_t idle_after_s;
	uint32_t prompt_after_s; /* 0 = it is never asked */
	bool remote_input;	 /* input by programs is a person's here */
	uint8_t max_tiles;	 /* a screen; more: views don't count */
	const char *desk_feed;	 /* SITE/NAME, "" = none */
	int64_t desk_feed_id;
	uint32_t desk_still_s; /* nobody moved there for so long: idle */
};

struct floor_screen {
	int64_t id;
	uint32_t given, line;
	const char *name;
	const char *console, *room; /* one of them, the other "" */
	const char *output;	    /* "" = the only, or first */
	const char *layout;	    /* "SITE/NAME;SITE/NAME", place by place */
	const int64_t *feeds;	    /* the same as numbers */
	size_t feed_count;
	const char *confirmed_by; /* a pattern's name, "vms", "" = any
				   * pattern that shows layouts */
};

enum floor_shows {
	FLOOR_SHOWS_LAYOUT,	 /* it confirms its screen's layout */
	FLOOR_SHOWS_CONNECTIONS, /* the feeds the console is connected to */
	FLOOR_SHOWS_FEED	 /* one feed */
};
struct floor_pattern {
	int64_t id;
	uint32_t given, line;
	const char *name; /* told to the agents as its id */
	const char *class_, *title;
	enum floor_shows shows;
	const char *feed; /* SITE/NAME when it shows one */
	int64_t feed_id;
	uint8_t tiles; /* 0 = as many as feeds */
};

struct floor_span {	   /* minutes of the local day, half-open */
	uint16_t from, to; /* to <= from: over midnight */
};
struct floor_shift {
	int64_t id;
	uint32_t given, line;
	const char *room, *console; /* console: "" = any of the room */
	uint8_t days; /* bit 0 = Monday: the day on which it begins */
	struct floor_span hours; /* from == to: all day */
	uint8_t at_least;	 /* attended consoles */
	struct floor_span breaks[FLOOR_BREAKS_MAX];
	unsigned break_count;
	/* While it is due; 0 = the console's own. */
	uint32_t idle_after_s, prompt_after_s;
};

struct floor {
	struct floor_room *rooms;
	struct floor_console *consoles;
	struct floor_screen *screens;
	struct floor_pattern *patterns;
	struct floor_shift *shifts;
	size_t room_count, console_count, screen_count, pattern_count,
	    shift_count;
	struct inventory_arena *arena; /* owns the strings */
};

struct floor *floor_new(void); /* NULL: no memory */
void floor_free(struct floor **f);
const char *floor_string(struct floor *f, const char *s);
int64_t *floor_numbers(struct floor *f, const int64_t *v, size_t count);
/* NULL: none of that name. */
const struct floor_room *floor_find_room(const struct floor *f,
    const char *name);
/* "": it has none, or isn't there. */
const char *floor_site_of_room(const struct floor *f, const char *room);
/* Append one record with defaults; NULL: no memory. Valid until the next. */
struct floor_room *floor_add_room(struct floor *f);
struct floor_console *floor_add_console(struct floor *f);
struct floor_screen *floor_add_screen(struct floor *f);
struct floor_pattern *floor_add_pattern(struct floor *f);
struct floor_shift *floor_add_shift(struct floor *f);

/* What a first row's columns make of a file; false: no kind has them. */
bool floor_kind_of(const void *bytes, size_t length, enum floor_kind *out);
/* "consoles" */
const char *floor_kind_name(enum floor_kind kind);
/* One that has a file of its own; false: none is called so. */
bool floor_kind_named(const char *name, enum floor_kind *out);
/* Reads a whole CSV into f. True when there was no mistake; otherwise f is not
 * to be used. `file` is what mistakes call it. */
bool floor_read(struct floor *f, enum floor_kind kind, const char *file,
    const void *bytes, size_t length, struct inventory_mistakes *mistakes_out);
/* One CSV, malloc'ed and NUL-terminated, that reads back the same. */
char *floor_write(const struct floor *f, enum floor_kind kind);

struct floor_change {
	enum inventory_change_kind change;
	enum floor_kind kind;
	int64_t id; /* of CHANGE, REMOVE */
	/* The record as it shall be (ADD, CHANGE) or was (REMOVE). */
	struct floor_room room;
	struct floor_console console;
	struct floor_screen screen;
	struct floor_pattern pattern;
	struct floor_shift shift;
};
struct floor_plan {
	struct floor_change *changes; /* in an order that can be applied */
	size_t count;
	size_t added, changed, removed, unchanged; /* without rooms */
	struct inventory_arena *arena;
};

struct floor_options {
	enum floor_kind kind; /* what the file was: complete concerns it */
	bool complete;	      /* remove what the file does not name */
	const char *file;     /* for mistakes */
};
/* inventory: the current one, in which sites and feeds are looked up. NULL
 * when memory is out or, with mistakes_out->count > 0, when the wish names
 * what does not exist or contradicts the current floor. */
struct floor_plan *floor_plan_new(const struct floor *current,
    const struct floor *wanted, const struct inventory *inventory,
    const struct floor_options *opt, struct inventory_mistakes *mistakes_out);
/* The plan that removes one, by name (a shift: as floor_shift_text says it).
 * A console goes with its screens. NULL + mistake: no such, or in use. */
struct floor_plan *floor_plan_remove(const struct floor *current,
    enum floor_kind kind, const char *what,
    struct inventory_mistakes *mistakes_out);
void floor_plan_free(struct floor_plan **plan);
/* "changed console Desk 4: idle_after_s"; snprintf's return. */
size_t floor_change_text(const struct floor_change *c, char *out, size_t size);

/* "mon-fri" and back; "daily" for all. out of 32 bytes. */
bool floor_days_parse(const char *text, uint8_t *days_out);
void floor_days_print(uint8_t days, char out[32]);
/* "Control room mon-fri 06:00-14:00" */
size_t floor_shift_text(const struct floor_shift *s, char *out, size_t size);

#endif
