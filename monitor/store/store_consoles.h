/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_consoles.h: those who watch -> the database: the floor, who is there,
 * what each screen shows, tokens, prompts, disputes. Part of store.h (the
 * writer's side, main thread); its rules hold: copied arguments, false = not
 * accepted, times *_us CLOCK_MONOTONIC, each change with its event row in one
 * transaction. docs/formats.md, "Consoles".
 */
#ifndef MONITOR_STORE_STORE_CONSOLES_H
#define MONITOR_STORE_STORE_CONSOLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/people.h"
#include "camwarden/presence.h"

struct store;
struct store_done;
struct floor_plan;

#define STORE_TILES 64 /* of one screen */
#define STORE_HASH_BYTES 32

/* Applies the plan as one change, or nothing of it. `revision` is the floor's
 * the plan was made against (store_read_floor); another one now is an error.
 * The plan is given. store_calls.on_floor follows. */
bool store_floor(struct store *s, struct floor_plan *plan, uint64_t revision,
    const char *actor, const char *reason, const struct store_done *done);

/* A console's presence changed. It begins at `at`; what is worse reaches back
 * to `since`, over attended time (suspect, idle and away also over milder
 * ones), within the epoch. Nothing new: nothing is written. */
struct store_presence {
	int64_t console;
	enum presence state;
	enum presence_why why;
	int64_t since_us, at_us;
	const char *evidence; /* JSON */
};
bool store_presence(struct store *s, const struct store_presence *p,
    const struct store_done *done);

struct store_tile {
	int64_t feed; /* > 0 */
	enum view_worth worth;
};
/* What a screen shows changed. It begins at `at`; at `since`, if no view on it
 * is sure (worth COUNTS on a screen that is on or dimmed) that wasn't in the
 * display before, and then no earlier than that one did. At most STORE_TILES.
 */
struct store_display {
	int64_t screen;
	enum screen_power power;
	enum view_source source;
	int64_t since_us, at_us;
	const struct store_tile *tiles;
	size_t tile_count;
};
bool store_display(struct store *s, const struct store_display *d,
    const struct store_done *done);

/* Only the token's SHA-256 is kept. console 0: the VMS's. result.id = its
 * number. on_floor follows both. */
struct store_token {
	int64_t console; /* 0: the VMS's, or the API's */
	enum console_token kind;
	uint8_t hash[STORE_HASH_BYTES];
	int64_t at_us;
	const char *actor, *reason;
	const char *name; /* of an API or kiosk token: the actor is api:NAME */
	/* Of those too; a kiosk's is ROLE_KIOSK. site: a path, "" = all. */
	enum role role;
	const char *site;
};
bool store_token_add(struct store *s, const struct store_token *t,
    const struct store_done *done);
bool store_token_revoke(struct store *s, int64_t id, int64_t at_us,
    const char *actor, const char *reason, const struct store_done *done);

#define PROMPT_OPEN 2 /* prompt.right: nothing was said of its end */
/* A prompt begins (open), and is over: answered, or missed (answered_us 0). One
 * that was never said to be over (the monitor ended, its console left) is lost:
 * it counts for nobody and against nobody. */
struct store_prompt {
	bool open;
	int64_t console;
	int64_t asked_us, answered_us;
	int64_t at_us; /* when that was known */
	bool right;
	uint32_t latency_ms; /* as the console measured it; 0 = not said */
};
bool store_prompt(struct store *s, const struct store_prompt *p,
    const struct store_done *done);

/* An operator's word about the own record: it stands beside it, and changes
 * nothing of it. */
struct store_dispute {
	int64_t console;
	int64_t from_utc, to_utc;
	int64_t at_us;
	const char *actor, *text;
};
bool store_dispute(struct store *s, const struct store_dispute *d,
    const struct store_done *done);

#endif
