/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alert.h: incidents, rules, who is on duty, and time -> who is told what,
 * when. PURE: time comes with each call (any clock that doesn't jump). Called
 * by the monitor alone; input is the book of incidents' and people's, already
 * checked. What is decided comes out as a queue of changes, each to become a
 * committed row before it counts.
 *
 * One alert per incident that may alert; of a place that flaps one for all its
 * incidents, until it was calm for calm_us. Rules are tried in their order: the
 * first that is about the alert decides (with go_on: and the next, too). It
 * tells its first recipients once the trouble has lasted for_us, the next ones
 * each escalate_us later, all of them again each repeat_us, until somebody
 * acknowledges; whoever was told hears of the end. One that becomes worse
 * starts anew.
 *
 * A recipient has a budget: so many notices in a span. What comes beyond it is
 * held and told as one digest when there is room again; what is over before
 * that is only counted (held_back). Each recipient's notices wait gather_us for
 * others, so that what comes at once costs one. What exempt rules say passes
 * all of this, unless it is itself a flood: then it waits like the rest. One
 * without a budget is a machine: it is told each by itself, at once.
 */
#ifndef MONITOR_ALERT_ALERT_H
#define MONITOR_ALERT_ALERT_H

#include "monitor/alert/notice.h"

#define ALERT_RECIPIENTS 32u /* bits of a mask */
#define ALERT_RULES 32u
#define ALERT_STEPS 5u
#define ALERT_COURSES 4u /* rules at once */
#define ALERT_BUDGET 16u /* notices in a span, at most */
#define ALERT_TURNS 8u	 /* that make a place flap, at most */

struct alert_rule {
	char name[NOTICE_NAME_BYTES];
	/* What it is about; 0 or "" = anything. */
	char site[LIMIT_NAME_BYTES];
	uint8_t criticality_low, criticality_high;
	enum notice_severity severity; /* at least */
	uint64_t causes;	       /* bit n = cause n */
	uint32_t of;		       /* bit n = enum notice_of */
	int64_t for_us;
	int64_t repeat_us;   /* 0 = never */
	int64_t escalate_us; /* between steps */
	bool exempt;
	bool go_on;
	uint8_t step_count;
	uint32_t steps[ALERT_STEPS]; /* recipients, as bits */
};

struct alert_recipient {
	char name[NOTICE_NAME_BYTES];
	uint32_t budget; /* notices in budget_us; 0 = no bound at all */
	int64_t budget_us;
};

struct alert_config {
	struct alert_recipient recipients[ALERT_RECIPIENTS];
	struct alert_rule rules[ALERT_RULES];
	uint32_t recipient_count, rule_count;
	int64_t gather_us;
	/* So many of exempt rules in so long are a flood. */
	uint32_t flood; /* at most ALERT_BUDGET; 0 = no number is */
	int64_t flood_us;
	uint32_t flap_count; /* 2..ALERT_TURNS */
	int64_t flap_us, calm_us;
};

enum alert_excuse { ALERT_MAINTENANCE = 1, ALERT_MUTE = 2 };

/* An incident that may alert, as it is now. Texts are borrowed. */
struct alert_sign {
	int64_t incident;
	enum notice_of of;
	int64_t place_id; /* with `of`, the same over restarts */
	const char *place, *site, *text;
	uint8_t criticality; /* of a site: the highest under it; 0 = of none */
	enum cause cause;
	enum notice_severity severity;
	uint32_t feeds;
	uint8_t excused;   /* bits of enum alert_excuse */
	bool acknowledged; /* before it became an alert */
	int64_t since_us;
};

/* An alert as others see it. Texts are borrowed until the next call. */
struct alert_view {
	uint64_t id;
	int64_t incident; /* the latest */
	enum notice_of of;
	int64_t place_id;
	const char *place, *site, *text;
	uint8_t criticality;
	enum cause cause; /* flapping, when it does */
	enum notice_severity severity;
	uint32_t feeds;
	bool flapping;
	uint32_t turns;
	uint8_t excused; /* bits of enum alert_excuse */
	bool acknowledged;
	const char *rule; /* the first; "" = none is about it: nobody is told */
	uint32_t repeats;
	int64_t repeated_us; /* the last of them; 0 = none */
	int64_t since_us, at_us;
	int64_t good_us, closed_us; /* 0 = it is not over */
	bool done;		    /* .. and all who were told of it know */
};

enum alert_change_kind {
	/* The alert's row is new or another; its incident is its. */
	ALERT_ROW = 1,
	/* A notice that waits for room. */
	ALERT_HELD = 2,
	/* One that is told now: alone (perhaps it waited), or a digest of all
	 * that wait for this recipient. */
	ALERT_TOLD = 3,
	/* What waits of this alert for this recipient is moot: over before it
	 * was told, or its recipient is no more. */
	ALERT_DROPPED = 4,
};

struct alert_change {
	enum alert_change_kind kind;
	uint64_t alert; /* 0: a digest */
	uint32_t sequence;
	enum notice_kind notice;
	char recipient[NOTICE_NAME_BYTES], rule[NOTICE_NAME_BYTES];
	uint8_t step;
	bool exempt;
	int64_t at_us;
};

struct alert_book;

/* NULL: no memory. */
struct alert_book *alert_book_new(uint64_t first_id);
void alert_book_free(struct alert_book **b);
/* Recipients and rules are known again by their names; what waits for a
 * recipient that is none any more is dropped. Whoever a rule names now and did
 * not before is told of what it has said of alerts that are open. */
void alert_configure(struct alert_book *b, const struct alert_config *config,
    int64_t now_us);
const struct alert_config *alert_config_of(const struct alert_book *b);

/* A new incident, or it changed. False: no memory, tell it again. */
bool alert_on_incident(struct alert_book *b, const struct alert_sign *sign,
    int64_t now_us);
void alert_on_close(struct alert_book *b, int64_t incident, int64_t good_us,
    int64_t now_us);
void alert_on_acknowledge(struct alert_book *b, int64_t incident,
    int64_t now_us);
/* Maintenance or mute of its place begins, or is another; 0 = ends. */
void alert_on_excuse(struct alert_book *b, uint64_t alert, uint8_t excused,
    int64_t now_us);
/* Who is not on duty is passed over; at first everybody is. */
void alert_on_duty(struct alert_book *b, uint32_t recipients);
/* Time passes. Each second. */
void alert_step(struct alert_book *b, int64_t now_us);

/* The oldest change that nobody took yet; false: none. */
bool alert_peek(struct alert_book *b, struct alert_change *out);
void alert_pop(struct alert_book *b);

/* False: not known (any more). An alert is known until its end was told. */
bool alert_view(const struct alert_book *b, uint64_t alert,
    struct alert_view *out);
/* The alert of an incident; 0 = it has none here. */
uint64_t alert_of_incident(const struct alert_book *b, int64_t incident);
/* Alerts that are open; notices that wait for room. */
void alert_counts(const struct alert_book *b, uint32_t *open_out,
    uint32_t *waiting_out);
typedef bool alert_view_fn(void *arg, const struct alert_view *view);
/* All that are open, oldest first; false from fn ends it. */
void alert_each(const struct alert_book *b, alert_view_fn *fn, void *arg);
/* What the book knows of the notice that the oldest change tells; the rest is
 * "" and 0. Times are in the book's clock. */
void alert_fill(const struct alert_book *b, struct notice *out);

#endif
