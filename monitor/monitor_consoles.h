/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_consoles.h: those who watch, as the composition root holds them: the
 * floor's consoles, screens and shifts, each with its PURE state. For the
 * monitor_*.c files and the run command only. monitor_consoles.c: the floor
 * and its turns. monitor_heard.c: what consoles and VMS say. monitor_links.c:
 * whose camera an address is. monitor_prompts.c: questions that need eyes.
 * monitor_roster.c: who should be there.
 */
#ifndef MONITOR_MONITOR_CONSOLES_H
#define MONITOR_MONITOR_CONSOLES_H

#include "monitor/http/agents.h"
#include "monitor/http/relays.h"
#include "monitor/inventory/floor.h"
#include "monitor/monitor_parts.h"
#include "monitor/presence/console.h"
#include "monitor/presence/roster.h"
#include "monitor/presence/views.h"
#include "monitor/zone.h"

#define PROMPT_PICTURES 4u

/* A question: made when its pictures are there, shown when a page asks. */
struct held_prompt {
	uint64_t id;	    /* 0 = there is none */
	int64_t begun_us;   /* pictures are wanted since */
	int64_t asked_us;   /* all are there: it can be shown; 0 = not yet */
	int64_t shown_us;   /* a page took it; 0 = not yet */
	int64_t retry_us;   /* no sooner, after one that could not be made */
	uint8_t right;	    /* which picture is the feed's */
	uint8_t last_right; /* of the one before */
	struct {
		int64_t feed; /* the store's id */
		uint8_t *png; /* owned; NULL = not there yet */
		size_t length;
		int64_t at_us; /* when it came */
	} pictures[PROMPT_PICTURES];
	char name[2 * LIMIT_NAME_BYTES]; /* SITE/NAME that is asked about */
};

struct held_console {
	int64_t id, room;
	const struct floor_console *floor; /* of consoles.floor */
	struct console state;
	struct console_verdict verdict;	       /* the last that was told */
	struct heartbeat *hb;		       /* owned: its agent's newest */
	int64_t hb_us;			       /* when; 0 = none */
	int64_t page_us;		       /* its page was last heard */
	char address[HEARTBEAT_ADDRESS_BYTES]; /* its agent speaks from */
	uint64_t refused[HEARTBEAT_FAULT_COUNT];
	int64_t refusal_told_us;
	uint32_t refusals_untold;
	int64_t record_due_us, dispute_due_us; /* how much of it lately */
	struct held_prompt prompt;
	uint64_t prompt_incident; /* open; 0 = none */
};

struct held_screen {
	int64_t id, room;
	const struct floor_screen *floor;
	struct held_console *console; /* NULL: a room's own */
	struct display shown;
	bool told;	 /* shown is in the store */
	int64_t seen_us; /* what says that it is so came then */
	struct views_post post;
	int64_t post_due_us; /* how many lately */
};

struct held_shift {
	struct roster_shift shift;
	struct roster_watch watch;
	const struct floor_shift *floor;
	const struct zone *zone;
	uint64_t incident;
};

struct held_token {
	struct agents_token token;
	int64_t console;   /* 0 = a VMS's */
	int64_t saved_utc; /* its use that is stored */
};

struct link_address { /* a feed's, for searching */
	struct wire_address address;
	int64_t feed;
};

/* What a relay says: somebody at this address reads this feed. */
struct relay_link {
	char address[HEARTBEAT_ADDRESS_BYTES];
	int64_t feed;
};
struct relay_list {
	struct relay_link *links; /* owned */
	size_t count;
	int64_t at_us;
	char host[LIMIT_HOST_BYTES]; /* of the relay's URL */
};

struct consoles {
	struct floor *floor;
	struct held_console **consoles;
	struct held_screen **screens;
	struct held_shift **shifts;
	struct views_pattern *patterns;
	struct held_token *tokens;
	size_t console_count, screen_count, shift_count, pattern_count,
	    token_count;
	uint32_t patterns_revision; /* a hash of them, never 0 */
	struct link_address *links; /* by address */
	size_t link_count;
	int64_t links_us;
	struct relay_list relays[RELAYS_MOST];
	struct agents *agents;	   /* borrowed, NULL = no listener */
	monitor_news_fn *follower; /* NULL = none */
	void *follower_arg;
	int64_t refused_told_us;
};

/* --- monitor_consoles.c */
/* Makes the held consoles look like the committed floor. False: unreadable. */
bool monitor_consoles_load(struct monitor *m);
void monitor_consoles_free(struct monitor *m);
void monitor_consoles_second(struct monitor *m, int64_t now_us);
/* The store lost some of what it was told: all is told again. */
void monitor_consoles_resync(struct monitor *m);
struct held_console *consoles_find(const struct consoles *c, int64_t id);
/* Weighs its presence and what its screens show, and stores what changed. */
void consoles_weigh(struct monitor *m, struct held_console *h, int64_t now_us);
void consoles_screen_weigh(struct monitor *m, struct held_screen *s,
    int64_t now_us);
/* Its agent's newest heartbeat, NULL when that is too old or in doubt. */
const struct heartbeat *consoles_heartbeat(const struct held_console *h,
    int64_t now_us);

/* --- monitor_links.c: feeds that the console is connected to. */
size_t links_of(struct monitor *m, const struct held_console *h,
    struct views_link *out, size_t max, int64_t now_us);
/* The feed of a UUID or SITE/NAME; NULL when there is none. */
struct watched_feed *links_feed_named(const struct monitor *m,
    const char *name);

/* --- monitor_prompts.c */
void monitor_prompts_on_png(struct monitor *m, const struct watched_feed *f,
    const struct wire_png *png);
void prompts_second(struct monitor *m, struct held_console *h, int64_t now_us);
void prompts_drop(struct held_prompt *p);
/* JSON of the question that a page is to show, "{}" for none; given. */
char *prompts_show(struct held_console *h, int64_t now_us);
/* PNG of one of its pictures; an empty span when it isn't one. */
struct span prompts_picture(const struct held_console *h, uint64_t id,
    uint8_t number);
enum prompt_result prompts_answer(struct monitor *m, struct held_console *h,
    const struct agents_reply *r, int64_t now_us);
/* The console's state changed: a missed prompt goes to the supervisor. */
void prompts_on_verdict(struct monitor *m, struct held_console *h,
    int64_t now_us);
/* The console is declared no longer: nobody can answer. */
void prompts_end(struct monitor *m, struct held_console *h, int64_t now_us);

/* --- monitor_roster.c */
/* Each console is held to what its shifts in force say. */
void roster_force_all(struct monitor *m, int64_t now_us);
void roster_second(struct monitor *m, int64_t now_us);
void roster_shift_end(struct monitor *m, struct held_shift *s, int64_t now_us);

#endif
