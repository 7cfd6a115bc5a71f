/* SPDX-License-Identifier: GPL-3.0-or-later */
/* audit_script.h: thirty days of a control centre, second by second, as they
 * truly were: who sat where, what each screen showed, which feeds were well,
 * when agents and the monitor were dead. bench_audit.c plays it to
 * monitor/presence; `truth` is counted here on its own, one second at a time.
 *
 * The agent speaks every five seconds, and at once when something changes.
 */
#ifndef TESTS_BENCH_AUDIT_SCRIPT_H
#define TESTS_BENCH_AUDIT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/presence.h"

#define DAY_S 86400
#define BEAT_S 5
#define IDLE_S 300
#define LATE_S 15
#define ALONE_S 120 /* a program's input, after the last hand's */
#define DWELL_S 300
#define ROOMS 6
#define SLOT_TILES 4 /* of a console's screen */
#define WALL_TILES 16
#define CONSOLE_SCREENS 2
#define WALLS 2 /* screens of a room */

enum spell_kind {
	WORKING,
	QUIET,	  /* there, but no input */
	INJECTED, /* a program moves the mouse, nobody is there */
	LOCKED,
	DARK,
	NO_SESSION,
	DEAD, /* the agent was killed, somebody goes on working */
};
struct spell {
	int32_t start_s, end_s;
	enum spell_kind kind;
};
/* What the players do that must never count. */
enum player { PLAIN, OPENS_ALL, MINIMISED, LOCKED_LAYOUT };

struct script_console {
	uint64_t seed;
	unsigned room;
	enum player player;
	struct spell *spells;
	size_t count;
	int32_t dead_s, odd_s; /* ends of the last such spells */
	uint8_t *attended;     /* enum attendance by second: the truth */
};
struct span_s {
	int32_t start_s, end_s;
};
/* A tile, as it truly was. */
struct script_view {
	int32_t start_s, end_s;
	uint8_t worth, power;
	uint8_t room;	 /* a room's wall; */
	uint8_t console; /* or a console's screen: 255 = the wall */
};
struct script_feed {
	struct script_view *views;
	size_t view_count, view_room;
	struct span_s *bad, *unknown; /* otherwise good */
	size_t bad_count, unknown_count;
};
struct script {
	int32_t seconds;
	unsigned console_count, feed_count;
	struct script_console *consoles;
	struct script_feed *feeds;
	struct span_s off[16]; /* the monitor */
	size_t off_count;
	uint8_t *rooms[ROOMS]; /* enum attendance by second */
};

struct script *script_new(unsigned days, unsigned consoles, unsigned feeds,
    uint64_t seed);
void script_free(struct script *s);
bool script_off(const struct script *s, int32_t at_s);

/* Seconds of each class in each hour, and the longest gaps. hours has
 * seconds / 3600 rows. scratch: `seconds` bytes. */
struct truth {
	uint32_t (*hours)[WATCHED_COUNT];
	int64_t seconds[WATCHED_COUNT];
	struct span_s gap_low, gap_high;
};
void script_truth(const struct script *s, const struct script_feed *f,
    uint8_t *scratch, struct truth *out);

#endif
