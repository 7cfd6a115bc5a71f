/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_incident.h: incidents -> the database. Part of store.h; its rules hold.
 */
#ifndef MONITOR_STORE_STORE_INCIDENT_H
#define MONITOR_STORE_STORE_INCIDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/words.h"

struct store;
struct store_done;

/* What became of one (store_calls.on_incident). */
enum store_incident_news {
	STORE_INCIDENT_NONE,
	STORE_INCIDENT_OPENED,
	STORE_INCIDENT_CHANGED,
	STORE_INCIDENT_ACKNOWLEDGED,
	STORE_INCIDENT_COMMENTED,
	STORE_INCIDENT_CLOSED
};

/* Incident numbers are the caller's: store_incident_next gives a fresh one. */
int64_t store_incident_next(struct store *s);
struct store_incident {
	int64_t id;
	int64_t feed, site; /* one of them; the other 0 */
	int64_t since_us, at_us;
	enum cause cause;      /* none: people are missing, not a picture */
	bool alertable;	       /* false: an interruption, recorded only */
	const char *text;      /* for people */
	int64_t room, console; /* of a breach of the roster; 0 = none */
};
/* Opens; the feed's standing last-good thumbnail becomes its `before`. */
bool store_incident_open(struct store *s, const struct store_incident *i,
    const struct store_done *done);
/* Changes cause, alertable and text of an open one. */
bool store_incident_change(struct store *s, const struct store_incident *i,
    const struct store_done *done);
bool store_incident_close(struct store *s, int64_t id, int64_t since_us,
    int64_t at_us, const struct store_done *done);
bool store_incident_acknowledge(struct store *s, int64_t id, int64_t at_us,
    const char *actor, const char *note, const struct store_done *done);

#endif
