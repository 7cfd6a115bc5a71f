/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expiry.h: the statements of retention: each deletes a bounded step of what is
 * too old in one table and adds to the tally how much, and up to where. What
 * is missing beyond that was not deleted by age, and `verify` says so. Private
 * to this room; on the writer thread.
 */
#ifndef MONITOR_STORE_EXPIRY_H
#define MONITOR_STORE_EXPIRY_H

#include "monitor/ledger/hash.h"
#include "monitor/store/json.h"
#include "monitor/store/writer.h"

struct expired { /* of one table */
	int64_t count;
	int64_t to; /* the latest end, time or number that was deleted */
};
enum expiry {
	EXPIRY_INTERVALS, /* to: their end */
	EXPIRY_ROLLUPS,	  /* to: their day */
	EXPIRY_THUMBNAILS,
	EXPIRY_PRESENCE,
	EXPIRY_DISPLAYS,
	EXPIRY_WATCHED, /* to: their day */
	EXPIRY_PROMPTS,
	EXPIRY_DISPUTES,
	EXPIRY_NAMES,	   /* who acknowledged, who declared an overlay */
	EXPIRY_CONTENTS,   /* of lines; to: seq */
	EXPIRY_EVENTS,	   /* whole lines; to: seq */
	EXPIRY_OLD_EVENTS, /* of before the ledger; to: seq */
	EXPIRY_CHECKPOINTS,
	EXPIRY_DELIVERIES,
	EXPIRY_REPORTS,
	EXPIRY_LOGINS,	 /* those that ended; to: when */
	EXPIRY_USERS,	 /* those that were removed; to: when */
	EXPIRY_COMMENTS, /* to: when they were made */
	EXPIRY_HANDOVERS,
	EXPIRY_ALERTS,	/* that are done; their notices go with them */
	EXPIRY_DIGESTS, /* notices of no alert */
};
#define EXPIRY_COUNT 21

struct tally {
	struct expired of[EXPIRY_COUNT];
	uint8_t cut[LEDGER_HASH]; /* of the last whole line deleted */
};

/* before: UTC. Gives how many it deleted. */
int64_t expiry_step(struct writer *w, enum expiry what, int64_t before,
    struct tally *t);
bool expiry_some(const struct tally *t);
/* "<name>": count and "<name>_to": to, of those that have any; of whole lines
 * "events_hash" too. */
void expiry_say(const struct tally *t, struct json *j);

#endif
