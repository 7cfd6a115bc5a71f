/* SPDX-License-Identifier: GPL-3.0-or-later */
/* store_alert.h: who was told what, and what was held back: written and read.
 * Part of store.h and store_read.h; their rules hold. Numbers of alerts are the
 * caller's. A notice that is told brings its deliveries (store_ledger.h) in the
 * same transaction: what is sent was committed before.
 */
#ifndef MONITOR_STORE_STORE_ALERT_H
#define MONITOR_STORE_STORE_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/words.h"

struct store;
struct store_done;
struct store_reader;

/* --- written */

/* The alert as it is now; its incident is its from now on. Numbers of `of`,
 * severity and excuses are those of alert/notice.h and alert.h. */
struct store_alert {
	int64_t id, incident;
	int of;
	int64_t place_id;
	const char *place, *site, *rule;
	int severity, criticality, excused;
	enum cause cause;
	bool flapping, acknowledged, done;
	uint32_t feeds, turns, repeats;
	int64_t repeated_us; /* with repeats */
	int64_t since_us, at_us;
	int64_t good_us, closed_us; /* of one that is over (closed) */
	bool closed;
	int64_t now_us;
};
bool store_alert(struct store *s, const struct store_alert *a,
    const struct store_done *done);

enum store_notice_step {
	STORE_NOTICE_HELD,
	STORE_NOTICE_TOLD,
	STORE_NOTICE_DROPPED
};
struct store_notice {
	enum store_notice_step step;
	int64_t alert;	   /* 0: a digest, of all that wait for its recipient */
	uint32_t sequence; /* with alert: which */
	int kind;
	const char *kind_name; /* "firing": for its ledger line */
	const char *recipient, *rule;
	int rule_step;
	bool exempt;
	int64_t at_us;
	/* TOLD: */
	const void *body; /* notice_write's */
	size_t length;
	const char *subject;  /* for the log */
	const char *channels; /* names by comma: a delivery each; "" = none */
	bool reminder; /* .. but where an earlier one of the alert waits */
};
/* result->id: the notice's number. */
bool store_notice(struct store *s, const struct store_notice *n,
    const struct store_done *done);
/* --- read */

struct store_alert_row {
	int64_t id, incident, place_id;
	int of, severity, criticality, excused;
	const char *place, *site, *rule;
	const char *text; /* of its incident */
	enum cause cause, incident_cause;
	bool flapping, acknowledged, done;
	uint32_t feeds, turns, repeats;
	int64_t repeated_utc; /* 0 = never */
	int64_t since_utc, at_utc, changed_utc;
	int64_t good_utc, closed_utc; /* 0 = it is not over */
	bool incident_open;
	/* Of its notices: */
	uint32_t told, waiting, dropped;
};
typedef bool store_alert_fn(void *arg, const struct store_alert_row *row);
struct store_alert_ask {
	bool open_only;		  /* not yet closed */
	bool undone_only;	  /* some were not told of the end */
	bool held_only;		  /* something of it waits, or was never told */
	int64_t id;		  /* that one; 0 = all */
	int64_t incident;	  /* of that incident; 0 = all */
	int64_t from_utc, to_utc; /* that began then; 0 = any */
	const char *site;	  /* with all below it; NULL = all */
	int64_t before_id; /* older ones than that; 0 = from the newest */
	uint32_t limit;
};
/* The highest number; 0 = there is none, or (store_reader_error) it can't be
 * read. */
int64_t store_read_newest_alert(struct store_reader *r);
/* Newest first. */
bool store_read_alerts(struct store_reader *r,
    const struct store_alert_ask *ask, store_alert_fn *fn, void *arg);

struct store_notice_row {
	int64_t id, alert, digest; /* digest: that told it; 0 = none */
	uint32_t sequence;
	int kind, step;
	const char *recipient, *rule;
	bool exempt;
	int64_t made_utc, told_utc, dropped_utc; /* 0 = not */
	const void *body; /* of one that was told alone, or a digest */
	size_t length;
	const char *place; /* of its alert; "" = a digest */
	int severity;	   /* likewise; 0 */
};
/* What became of it: "waiting", "told", "digest" or "dropped". */
const char *store_notice_state(const struct store_notice_row *row);
typedef bool store_notice_fn(void *arg, const struct store_notice_row *row);
struct store_notice_ask {
	int64_t alert, id;     /* 0 = all */
	int64_t digest;	       /* that it told; 0 = all */
	const char *recipient; /* NULL = all */
	bool waiting_only;
	bool oldest_first;
	const char *site;  /* of its alert; NULL = all */
	int64_t since_utc; /* made since; 0 = any */
	bool or_undone; /* .. or of an alert that is not done; oldest first */
	int64_t before_id;
	uint32_t limit; /* 0 = none */
};
/* A delivery, and whose it is. */
struct store_sent_row {
	int64_t id, notice, alert; /* 0 = a mail's; a digest's */
	const char *kind;	   /* "mail", "test", "alert" */
	const char *channel, *subject;
	const char *said;      /* what went wrong, or the server's word */
	const char *recipient; /* of its notice; "" = none */
	int64_t made_utc, due_utc, done_utc, gave_up_utc; /* 0 = not */
	uint32_t tries;
};
typedef bool store_sent_fn(void *arg, const struct store_sent_row *row);
struct store_sent_ask {
	int64_t alert;	     /* of its notices; 0 = all */
	const char *channel; /* NULL = all */
	bool waiting_only;
	const char *site; /* of its alert; NULL = all */
	int64_t before_id;
	uint32_t limit; /* 0 = none */
};
/* Newest first. */
bool store_read_sent(struct store_reader *r, const struct store_sent_ask *ask,
    store_sent_fn *fn, void *arg);

/* By their number: newest first, or oldest. */
bool store_read_notices(struct store_reader *r,
    const struct store_notice_ask *ask, store_notice_fn *fn, void *arg);

#endif
