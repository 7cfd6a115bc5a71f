/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pattern.h: what a console's input looked like over ten minutes and, for
 * repetition, over an hour -> is it a person's? PURE; the numbers come from a
 * console, whose owner may wish to deceive. Called by console.c.
 *
 * It looks at counts second by second, never at what was typed or where the
 * pointer was. It finds fault, it proves nothing: what it calls suspect goes to
 * a person or a prompt. Quiet is never odd, and neither is one kind of input
 * alone while it comes as people move. Members that an agent doesn't say
 * (seconds, path) are done without.
 */
#ifndef MONITOR_PRESENCE_PATTERN_H
#define MONITOR_PRESENCE_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "camwarden/presence.h"

#define PATTERN_SECONDS 3600 /* remembered, second by second */

struct pattern_verdict {
	/* NONE: nothing odd; INJECTED, RHYTHM, ONE_KIND or REPEATED */
	enum presence_why why;
	int64_t since_us;    /* where the odd stretch began */
	uint32_t rhythm_pct; /* how regular; 100 = perfectly */
	uint32_t repeat_pct; /* how much of it was here before */
	uint32_t injected;   /* inputs by programs, last ten minutes */
	uint8_t kinds;	     /* bit n = enum input_kind, by hand */
};

/* One heartbeat's input. Private to pattern.c. */
struct pattern_beat {
	int64_t at_us;
	uint32_t path_px, span_px; /* HEARTBEAT_NOT_SAID */
	uint16_t count[INPUT_KINDS];
	uint16_t injected; /* all kinds; also of virtual devices */
	uint16_t span_ms;
};
#define PATTERN_BEATS 128

struct pattern {
	struct pattern_beat beats[PATTERN_BEATS]; /* a ring; with input only */
	uint32_t beat_next, beat_count;
	/* A ring by second of the monitor's clock: low 4 bits the kinds, high
	 * 4 how many by hand, roughly. */
	uint8_t second[PATTERN_SECONDS];
	int64_t newest_s;	   /* its second; all before it are filled */
	int64_t began_us, hand_us; /* first heard; last input by hand */
	int64_t newest_us;	   /* last input of any origin */
	int64_t coarse_us;	   /* last said without its seconds */
	int64_t repeat_us;	   /* repetition was last looked for */
	int64_t repeat_since_us;
	uint32_t repeat_pct;
	bool repeats;
};

void pattern_init(struct pattern *p);
/* sent_us: when it was sent, of the monitor's clock; remote: injected and
 * virtual input counts as by hand. In time order. */
void pattern_take(struct pattern *p, const struct heartbeat *hb,
    int64_t sent_us, bool remote);
/* What it looks like now. Costs microseconds; call it after pattern_take. */
void pattern_judge(struct pattern *p, int64_t now_us,
    struct pattern_verdict *out);

#endif
