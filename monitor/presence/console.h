/* SPDX-License-Identifier: GPL-3.0-or-later */
/* console.h: what a console's reporters say, heartbeat by heartbeat -> who is
 * there (enum presence). PURE; a heartbeat's content is hostile: it was decoded
 * and bounded, not believed. Called by the monitor, one struct per console.
 *
 * Times *_us are the monitor's monotonic clock. A heartbeat's own clock serves
 * only to tell how long it was under way: what came late is as old as it is.
 *
 * How verdicts become intervals. A verdict holds from at_us until the next
 * one's at_us. It may change what is already written of [since_us, at_us):
 * UNKNOWN takes all of it, any other state takes what was ATTENDED there and
 * leaves the rest (presence_takes); ATTENDED takes nothing (since == at). Two
 * verdicts may have the same at_us: the earlier one then stands for
 * [since_us, at_us) alone.
 *
 * - Attended: a person's input by hand not older than idle_after_s, or a
 *   prompt answered not longer ago than prompt_valid_s.
 * - Locked, dark, no session: away at once.
 * - Nothing heard for late_after_s, a heartbeat missing in between (its number
 *   tells), another life of the agent: nobody vouches for the time since the
 *   last heartbeat, it is unknown. After a missing heartbeat, unless the next
 *   one's counts cover its time, what was known of input counts no more: the
 *   console stays unknown until new input by hand, or
 *   idle_after_s without any. A console that has an agent is unknown
 *   without it, even when a browser page there still reports: else killing an
 *   agent could only help.
 * - While the agent sees input itself, the page's adds nothing.
 */
#ifndef MONITOR_PRESENCE_CONSOLE_H
#define MONITOR_PRESENCE_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/heartbeat.h"
#include "camwarden/presence.h"
#include "monitor/presence/pattern.h"

struct console_config {		  /* seconds */
	uint32_t idle_after_s;	  /* 300 */
	uint32_t late_after_s;	  /* 15 */
	uint32_t prompt_after_s;  /* quiet for so long: ask; 0 = never */
	uint32_t prompt_answer_s; /* 60 */
	uint32_t prompt_valid_s;  /* 900 */
	uint32_t desk_still_s;	  /* 600; 0 = no desk camera is declared */
	bool remote_input;	  /* a remote desktop or KVM: input by programs
				   * and virtual devices is a person's */
	bool has_agent; /* declared; else known at its first heartbeat */
	uint64_t seed;	/* of the moments at which prompts come */
};
/* The defaults above: without prompts; with a desk camera, so set desk_still_s
 * to 0 where there is none. */
struct console_config console_config_default(void);

/* Why a heartbeat was refused; nothing of it counts. Append, never renumber. */
enum heartbeat_fault {
	HEARTBEAT_FINE = 0,
	HEARTBEAT_REPEATED = 1,	    /* this number was here already */
	HEARTBEAT_OUT_OF_ORDER = 2, /* a higher number, or a later life, was */
	HEARTBEAT_FUTURE = 3,	    /* its clock is far ahead of ours */
	HEARTBEAT_PAST = 4,	    /* .. behind: old, or a wrong clock */
	HEARTBEAT_CONFLICT = 5,	    /* two agents use one token */
	HEARTBEAT_RATE = 6,	    /* too many */
	HEARTBEAT_RANGE = 7,	    /* a number that can't be */
};
#define HEARTBEAT_FAULT_COUNT 8
#define CONSOLE_CLOCK_LIMIT_MS 120000 /* FUTURE, PAST */
/* "out-of-order"; and one sentence for the sender and the admin. Never NULL. */
const char *heartbeat_fault_name(unsigned fault);
const char *heartbeat_fault_help(unsigned fault);

struct console_verdict {
	enum presence state;
	enum presence_why why;
	int64_t since_us, at_us; /* since <= at */
	/* evidence, for people; INT64_MIN: none yet */
	int64_t last_input_us, last_heard_us;
	uint32_t rhythm_pct;   /* pattern.h; how regular, how repeated: .. */
	uint32_t repeat_pct;   /* .. 100 = perfectly */
	uint32_t injected;     /* inputs by programs in the window */
	uint8_t kinds;	       /* of input by hand in the window: bit n = enum
				* input_kind */
	uint8_t wrong_answers; /* in a row */
};

/* What came of an answer to a prompt. */
enum prompt_result {
	PROMPT_COUNTED = 0,
	PROMPT_MORE = 1, /* right; after wrong ones another is needed */
	PROMPT_WRONG = 2,
	PROMPT_TOO_QUICK = 3, /* no person reads and picks in < 0.8 s */
	PROMPT_NOT_ASKED = 4, /* nothing was open, or no longer */
};
#define PROMPT_QUICK_MS 800

/* One reporter: the agent, or the browser page. Private to console*.c. */
#define CONSOLE_LIVES 4 /* remembered, newest first */
struct console_reporter {
	bool heard, goodbye, locked, dark, no_session, sees_input, sees_idle,
	    sees_lock, saw_input, saw_lock; /* saw: ever */
	uint8_t life_count;
	struct {
		char id[HEARTBEAT_ID_BYTES];
		uint64_t seq;
		int64_t first_us, first_utc_ms;
	} lives[CONSOLE_LIVES];
	int64_t sent_us; /* of the newest: arrival less what it was under way */
	int64_t utc_ms, back_ms; /* its clock; how far that was set back */
	int64_t base_ms[2];	 /* least arrival - clock of two windows */
	int64_t base_until_us;	 /* end of the newer one */
	bool conflict;
	int64_t conflict_us, turn_us; /* since; the speaker last changed */
	int64_t jump_us;	      /* its numbers last skipped some */
	int64_t refused_us;	      /* last spoke, with a clock too wrong */
	int64_t trial_us; /* a new life: the old one might still speak */
	int64_t spent_us; /* rate: how far its heartbeats reach */
};

struct console_prompt {
	bool open, more, missed; /* more: another right answer is needed */
	int64_t first_us, asked_us, deadline_us;
	int64_t missed_us, until_us; /* until: a right answer's worth */
	uint32_t part_pm;	     /* of the quiet time, drawn anew each */
	uint8_t wrong, needed;
};

#define CONSOLE_QUEUE 8
struct console {
	struct console_config config;
	struct console_reporter agent, page;
	struct pattern pattern;
	struct pattern_verdict odd; /* the pattern's newest */
	bool odd_held;		    /* resumed: until the pattern knows */
	int64_t carried_us; /* resumed: attended by input until then, whose
			     * age its agent may still know */
	int64_t odd_us;	    /* when it was judged */
	struct console_prompt prompt;
	struct console_verdict verdict; /* newest; the queue's are older */
	struct console_verdict queue[CONSOLE_QUEUE];
	unsigned queued;
	int64_t began_us, weighed_us;
	int64_t input_us, act_us; /* by hand; key, button or wheel */
	int64_t void_us; /* until then, not to know of input says nothing */
	int64_t free_us; /* since then neither locked nor without session */
	int64_t desk_moved_us, desk_heard_us, break_until_us;
	uint64_t random;
};

void console_init(struct console *c, const struct console_config *config,
    int64_t now_us);
/* New thresholds from now on; until now the old ones held, and what was heard
 * stays. */
void console_configure(struct console *c, const struct console_config *config,
    int64_t now_us);
/* After the monitor's own restart: the last stored state, so that a missed
 * prompt, a suspicion or a conflict doesn't end by it, and who was attended by
 * input is so still while the agent's idle time says it. ended_us: when the
 * earlier run ended; INT64_MIN: not known. */
void console_resume(struct console *c, enum presence state,
    enum presence_why why, int64_t ended_us, int64_t now_us);

/* utc_us: the monitor's own clock. kind: AGENT or BROWSER. Weigh after it. */
enum heartbeat_fault console_take(struct console *c, enum console_token kind,
    const struct heartbeat *hb, int64_t now_us, int64_t utc_us);
/* True: the state changed, here is the verdict; call again until false. */
bool console_weigh(struct console *c, int64_t now_us,
    struct console_verdict *out);
/* Weigh then at the latest; INT64_MAX: nothing changes by time alone. at_us is
 * exact even when weighed later. */
int64_t console_next_us(const struct console *c);

/* True: ask now. Not asked: busy, away, unknown, or one is open. */
bool console_prompt_due(const struct console *c, int64_t now_us);
void console_prompt_asked(struct console *c, int64_t now_us);
enum prompt_result console_prompt_answered(struct console *c, bool right,
    uint32_t latency_ms, int64_t now_us);

/* The desk camera's word, at least once a minute while it can see. */
void console_desk(struct console *c, bool moves, int64_t now_us);
/* A break that was said: idle or away, excused until then. */
void console_break(struct console *c, int64_t until_us);
/* That reporter's token was revoked: as if it had never been. */
void console_forget(struct console *c, enum console_token kind, int64_t now_us);

/* Whether [since, at) of `taken` becomes `taker` (above). */
bool presence_takes(enum presence taker, enum presence taken);

#endif
