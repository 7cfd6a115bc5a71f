/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert_parts.h: what the files of the book share; nobody else includes it.
 * alert.c: alerts and their incidents. alert_course.c: which rule is about one,
 * and when it says what to whom. alert_outbox.c: recipients, what waits for
 * them, and the queue of changes. alert_past.c: after a restart.
 */
#ifndef MONITOR_ALERT_ALERT_PARTS_H
#define MONITOR_ALERT_ALERT_PARTS_H

#include "common/ring.h"
#include "monitor/alert/alert.h"
#include "monitor/alert/alert_index.h"
#include "monitor/alert/alert_past.h"

/* A rule at work on an alert. */
struct course {
	uint8_t rule;	    /* its place in the configuration */
	uint8_t step;	    /* the next to be told */
	bool fired;	    /* somebody was told, or waits for it */
	int64_t next_us;    /* the next step's time, once fired */
	int64_t repeat_due; /* once fired */
	uint32_t fresh;	    /* named since other settings: to be told */
};

/* What waits of one alert for one recipient. */
struct wait {
	uint32_t sequence;
	uint8_t kind; /* enum notice_kind; 0 = nothing */
	uint8_t rule, step;
	int64_t since_us;
};

struct alert {
	struct alert_view view; /* its texts are owned */
	bool open;		/* its (latest) incident is */
	bool ending;		/* it is over, and not yet closed */
	enum cause cause;	/* of it; view's may be flapping */
	uint64_t causes;	/* all that it had */
	int64_t turn_us;	/* of one that flaps: the last up or down */
	struct course courses[ALERT_COURSES];
	uint32_t course_count;
	uint32_t sequence; /* of the last notice */
	/* Recipients, as bits. told: of it as bad as it is. owed: of it at
	 * all, but not of its end. */
	uint32_t told, owed;
	struct wait wait[ALERT_RECIPIENTS];
	uint32_t waiting; /* those of wait that are something */
	uint32_t queued;  /* changes in the queue that point here */
	bool row_queued;
	bool repeated; /* just now: its row is to say so */
};

/* A place, for as long as it has an alert or began to flap. */
struct spot {
	enum notice_of of;
	int64_t place_id;
	int64_t turns[ALERT_TURNS]; /* when alerts began, newest first */
	uint32_t turn_count;
	struct alert *flapping; /* that takes in all its incidents */
};

struct digest {
	uint32_t open, over, item_count;
	enum notice_severity severity;
	struct notice_item items[NOTICE_ITEMS];
};

struct queued {
	struct alert_change change;
	struct alert *alert;   /* NULL: a digest's */
	struct digest *digest; /* owned */
	uint32_t held_back;
};

struct spent { /* when notices were told, newest first */
	int64_t at_us[ALERT_BUDGET];
	uint32_t count;
};

struct mailbox { /* of a recipient */
	struct spent told, exempt;
	uint32_t waits;	  /* alerts that wait for it */
	int64_t first_us; /* since when the first of them does; .. */
	bool stale;	  /* .. one that waited is moot: to be looked up */
	uint32_t held_back;
};

struct alert_book {
	struct alert_config config;
	uint64_t next_id;
	struct alert **alerts; /* by id */
	size_t alert_count, alert_room;
	struct alert_index *by_incident; /* struct alert */
	struct alert_index *spots;	 /* struct spot, owned */
	struct mailbox boxes[ALERT_RECIPIENTS];
	uint32_t duty;	   /* recipients */
	struct ring queue; /* struct queued */
};

/* --- alert.c */
/* id 0: the next. NULL: no memory. */
struct alert *alert_add(struct alert_book *b, const struct alert_view *view,
    uint64_t id);
struct alert *alert_find(const struct alert_book *b, uint64_t id);
/* Its place is known from here on; NULL: no memory. */
struct spot *alert_spot(struct alert_book *b, enum notice_of of,
    int64_t place_id);
void spot_turn(struct spot *s, int64_t at_us);
/* What its times make due. */
void alert_work(struct alert_book *b, struct alert *a, int64_t now_us);

/* --- alert_course.c */
/* Which rules are about it, now that it is another. */
void course_match(struct alert_book *b, struct alert *a);
/* It begins anew: worse, or no longer as it was told. */
void course_restart(struct alert *a);
/* Says what is due. */
void course_work(struct alert_book *b, struct alert *a, int64_t now_us);

/* --- alert_outbox.c */
/* Room for what one call of these makes; false: no memory, try later. */
bool outbox_room(struct alert_book *b);
void outbox_row(struct alert_book *b, struct alert *a, int64_t now_us);
/* One more notice for that recipient: held, or told if w says it is exempt. */
void outbox_put(struct alert_book *b, struct alert *a, uint32_t recipient,
    const struct wait *w, int64_t now_us);
/* What waits of it for that recipient is moot. */
void outbox_drop(struct alert_book *b, struct alert *a, uint32_t recipient,
    int64_t now_us);
/* The same of one whose recipient is no more. */
void outbox_moot(struct alert_book *b, struct alert *a,
    const struct alert_past_notice *p, int64_t now_us);
/* Those whose turn it is are told. */
void outbox_flush(struct alert_book *b, int64_t now_us);
/* A notice was told then. */
void outbox_spend(struct spent *s, int64_t told_us);

#endif
