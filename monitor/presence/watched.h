/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watched.h: a feed's picture x the screens that showed it x who attended
 * those -> for every instant whether it was watched (enum watched), sums per
 * hour of it, and those packed for the database. PURE; input is the monitor's
 * own record. Called by store, monitor and readers through plain structs.
 *
 * All times are microseconds UTC, all spans half-open. At an instant, the
 * first that holds:
 *   no picture span, or PICTURE_OFF ..................... unknown
 *   a view that counts, lit, attended; picture good ..... watched
 *   it could be so but for something unknown ............ unknown
 *   a view that counts, lit, attended; picture bad ...... on-screen-bad-picture
 *   a view that counts, lit ............................. on-screen-unattended
 *   otherwise ........................................... not-on-screen
 * "Could be" of a view: worth COUNTS or MAYBE, power not OFF, attendance yes or
 * unknown, picture good or unknown. Lit: ON or DIMMED.
 */
#ifndef MONITOR_PRESENCE_WATCHED_H
#define MONITOR_PRESENCE_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/presence.h"

#define WATCHED_HOUR_US 3600000000LL
#define WATCHED_DAY_HOURS 24

/* Of a feed at an instant. */
enum picture {
	PICTURE_OFF = 0,     /* monitor-off, or no interval */
	PICTURE_UNKNOWN = 1, /* any other state unknown */
	PICTURE_BAD = 2,
	PICTURE_GOOD = 3, /* up, or degraded by the stream alone */
};
/* Three-valued: whether somebody attends a screen. */
enum attendance { ATTEND_NO = 0, ATTEND_UNKNOWN = 1, ATTEND_YES = 2 };

/* A stretch of one value: of enum picture, attendance, watched or presence. */
struct watched_span {
	int64_t start_us, end_us;
	uint8_t value;
};
/* In order, without overlap; a hole is the value 0 for a picture and for
 * watched (unknown), and unknown for attendance. */
struct watched_line {
	const struct watched_span *spans; /* borrowed */
	size_t count;
};
/* One tile: a screen showed the feed. Any order, may overlap. */
struct watched_view {
	int64_t start_us, end_us;
	uint8_t worth; /* enum view_worth */
	uint8_t power; /* enum screen_power */
	/* Who attends that screen (enum attendance); NULL: nobody can say. */
	const struct watched_line *who;
};

enum attendance attendance_of(enum presence state);
/* Presence of the consoles of a room (spans of enum presence) -> attendance
 * of the room, tiling [from, to): yes if any console is attended, else unknown
 * if any is unknown or has a hole there, else no; no console at all: no. One
 * console alone: its own attendance. Gives how many spans there are; those
 * beyond max are not written. */
size_t watched_attendance(const struct watched_line *consoles, size_t count,
    int64_t from_us, int64_t to_us, struct watched_span *out, size_t max);

/* The table above, for one instant. any_* over the views at that instant. */
struct watched_seen {
	bool sure, sure_attended; /* counts and lit; .. and attended */
	bool maybe_attended;	  /* could be, as far as the view goes */
};
enum watched watched_judge(enum picture picture,
    const struct watched_seen *seen);

/* Time line of a feed, tiling [from, to) (enum watched), neighbours differing.
 * Gives how many spans there are (those beyond max are not written);
 * SIZE_MAX: no memory. */
size_t watched_join(const struct watched_line *picture,
    const struct watched_view *views, size_t view_count, int64_t from_us,
    int64_t to_us, struct watched_span *out, size_t max);

/* What an hour of a feed came to. Offsets from the hour's start. */
struct watched_moments {
	uint32_t first_us,
	    last_us;	    /* last: end of it; both UINT32_MAX: never */
	uint32_t gap_us;    /* longest between two of its stretches */
	uint32_t gap_at_us; /* where that one begins */
};
struct watched_hour {
	uint32_t us[WATCHED_COUNT];  /* < an hour in all: the rest is unknown */
	struct watched_moments sure; /* of watched */
	struct watched_moments maybe; /* of watched or unknown */
};
/* Sums of the hour that begins at hour_us, from a line that covers what is
 * known of it; time that the line doesn't cover counts as unknown, within
 * [from, to) only (an hour not yet over). */
void watched_sum(const struct watched_line *line, int64_t hour_us,
    int64_t from_us, int64_t to_us, struct watched_hour *out);

/* A UTC day of a feed. present: bit n = hour n is there. */
struct watched_day {
	uint32_t present;
	struct watched_hour hours[WATCHED_DAY_HOURS];
};
#define WATCHED_DAY_BYTES 1600 /* at most, packed */
/* Gives the length; out has WATCHED_DAY_BYTES. */
size_t watched_pack(const struct watched_day *day, uint8_t *out);
/* False: not such bytes (then all hours are missing: unknown). */
bool watched_unpack(const uint8_t *bytes, size_t length,
    struct watched_day *out);

#endif
