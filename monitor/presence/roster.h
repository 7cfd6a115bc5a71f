/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roster.h: who should be where, and who is -> breaches. PURE; local time
 * comes in as weekday and minute, so that a change of summer time is the
 * caller's. The rows are parsed elsewhere (inventory). Called by the monitor.
 *
 * A shift belongs to the day on which it begins: mon 22:00-06:00 covers Tuesday
 * until six. Unknown consoles don't count as attended.
 */
#ifndef MONITOR_PRESENCE_ROSTER_H
#define MONITOR_PRESENCE_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/presence.h"

#define ROSTER_BREAKS 8
#define ROSTER_DAY_MINUTES 1440

struct roster_times {
	uint16_t from_min, to_min; /* of the day, 0..1439; to <= from: past
				    * midnight; equal: 24 hours */
};
struct roster_shift {
	uint64_t room;
	uint64_t console; /* 0: any of the room */
	uint8_t days;	  /* bit 0 = Monday .. bit 6 = Sunday */
	struct roster_times times;
	uint16_t at_least; /* attended consoles; with a console: 1 */
	uint8_t break_count;
	struct roster_times breaks[ROSTER_BREAKS];
	uint32_t idle_after_s, prompt_after_s; /* 0: the console's own */
};

enum roster_due {
	ROSTER_OFF = 0,	  /* nobody is asked for */
	ROSTER_BREAK = 1, /* within the shift, excused */
	ROSTER_DUE = 2,
};
/* weekday: 0 = Monday. */
enum roster_due roster_at(const struct roster_shift *shift, unsigned weekday,
    unsigned minute);
/* Both of a local time: seconds since 1970 on the wall's clock. */
void roster_local(int64_t local_s, unsigned *weekday_out, unsigned *minute_out);
/* Minutes until roster_at gives something else, 1..; at most a week: then it
 * never does. */
unsigned roster_next_min(const struct roster_shift *shift, unsigned weekday,
    unsigned minute);

/* What a console is held to. A shift's own thresholds are in force while it is
 * due (not in its breaks), in place of the console's: a night's may be laxer.
 * Of several shifts at once the strictest counts, each with the console's own
 * where it says none. */
struct roster_force {
	uint32_t own_idle_s, own_prompt_s; /* prompt: 0 = never asked */
	uint32_t idle_after_s, prompt_after_s;
	unsigned shifts; /* in force now */
};
struct roster_force roster_force_own(uint32_t idle_after_s,
    uint32_t prompt_after_s);
/* One shift that is about this console. */
void roster_force_add(struct roster_force *f, const struct roster_shift *shift,
    enum roster_due due);

/* Of the consoles that the shift is about. */
struct roster_seen {
	uint16_t attended, unknown;
};

#define ROSTER_GRACE_US 60000000LL
/* One shift's breach over time; all zero (roster_begin) at first. */
struct roster_watch {
	bool breach;	    /* called and not ended */
	bool sure;	    /* even if all unknown consoles were attended */
	int64_t changed_us; /* too few (or enough again) since; .. */
	bool changing;	    /* .. not yet long enough to be called */
	uint16_t attended;  /* least during it */
	int64_t breach_us;  /* where it began */
};
enum roster_change { ROSTER_SAME = 0, ROSTER_BREACH = 1, ROSTER_ENDED = 2 };
struct roster_event {
	enum roster_change change;
	int64_t start_us, end_us;    /* of the breach; end: ENDED only */
	uint16_t attended, at_least; /* least seen; asked for */
	bool sure;
};

void roster_begin(struct roster_watch *w);
/* Weigh at each change of `due` or `seen`, and at roster_weigh_next. A breach
 * is called once too few were there for the grace, since its first moment; it
 * ends once enough were for the grace, at the first moment of that, or with
 * the duty. True: out tells what happened. */
bool roster_weigh(struct roster_watch *w, const struct roster_shift *shift,
    enum roster_due due, const struct roster_seen *seen, int64_t now_us,
    struct roster_event *out);
int64_t roster_weigh_next(const struct roster_watch *w);

#endif
