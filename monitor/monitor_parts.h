/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor_parts.h: what the files of the composition root share; nobody else
 * includes it. monitor.c: birth, turns, end. monitor_feeds.c: the inventory
 * as held feeds. monitor_observe.c: observations -> verdicts -> store and
 * watchers. monitor_row.c: what others may see. monitor_change.c: what people
 * change. monitor_reference.c: what they approve. monitor_declared.c: what the
 * inventory declares, what was learned. monitor_network.c: our own network.
 */
#ifndef MONITOR_MONITOR_PARTS_H
#define MONITOR_MONITOR_PARTS_H

#include "monitor/capacity/capacity.h"
#include "monitor/deadlines.h"
#include "monitor/fleet/fleet.h"
#include "monitor/judge/duplicate.h"
#include "monitor/inventory/dark_hours.h"
#include "monitor/judge/incident.h"
#include "monitor/judge/judge.h"
#include "monitor/monitor.h"
#include "monitor/monitor_guest.h"
#include "monitor/monitor_network.h"
#include "monitor/monitor_own.h"
#include "monitor/network/network_watch.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"

#define WATCHERS_MAX 8u
#define LAGS 1024u
#define GAP_STEPS 512
#define GAP_STEP_US 250000
#define GAP_WINDOW_US (45 * US_PER_S)
#define UUID_HASH 8192u

/* Why a picture is wanted, as bits. */
#define PICTURE_CURRENT 1u /* a page asks */
#define PICTURE_FIRST_BAD 2u
#define PICTURE_LAST_GOOD 4u
#define PICTURE_RECOVERED 8u
#define PICTURE_REFERENCE 16u /* rides on a picture taken anyway */
#define PICTURE_PROMPT 32u    /* a question is made of it */

/* Ten minutes of accounts. */
struct rollup {
	int64_t slot; /* UTC / ten minutes; 0 = empty */
	uint64_t us, units, bytes, packets, lost;
};

struct watched_feed {
	bool used;
	uint32_t number;       /* its place in monitor.feeds */
	uint32_t chain;	       /* next of the same UUID hash + 1 */
	uint32_t id_chain;     /* the same by the store's id */
	int64_t id, device_id; /* the store's */
	uint32_t site_id;
	uint8_t uuid[16], password_mark[16]; /* monitor_credentials.h */
	char *site, *device, *name, *tags;   /* owned */
	struct wire_feed_add *add; /* owned; what the fleet was given */
	uint8_t learned_transport; /* .. in place of AUTO; AUTO: none was */
	bool no_picture, maintenance, muted;
	uint8_t criticality;
	struct judge_feed *judge; /* owned */
	/* Why our own side doesn't see it; the first leads. */
	enum cause fleet_blind, network_blind; /* then guest.relay_blind */
	struct guest guest;
	uint8_t way;	      /* of the network, its number there */
	uint32_t way_version; /* asked at that version; 0 = not yet */
	int64_t silent_us;    /* failing without an answer since; 0 = is not */
	int64_t tried_us;     /* its connection, or try, began then */
	int64_t turned_us;    /* its way was last lost, or whole again, then */
	int64_t doubt_us;     /* awaits a proof of its way from then; or 0 */
	enum phase phase;
	enum reason reason;
	char *detail;		/* owned, NULL = none */
	int64_t last_sample_us; /* arrival of the last judged picture */
	int64_t thumb_us;	/* of the last stored picture, 0 = none */
	int64_t good_png_us;	/* last LAST_GOOD kept */
	uint32_t wanted;	/* PICTURE_ bits not yet asked */
	uint32_t asked_for;	/* PICTURE_ bits of the ask that is out */
	int64_t asked_us;	/* 0 = no ask is out */
	bool resample;		/* lost by our own side: ask again at once */
	int64_t not_before_us;	/* no ask sooner: the fleet said not now */
	uint64_t incident;	/* that first_bad belongs to */
	struct rollup rollup;
	bool ptz;		 /* declared */
	struct dark_hours dark;	 /* declared, in .. */
	const struct zone *zone; /* .. its site's time; borrowed, NULL UTC */
	int64_t reference_utc;	 /* approved then; 0 = none is */
	int64_t saved_us;	 /* what was learned was last stored, */
	uint64_t saved_print;	 /* and what it was */
	uint32_t version;
	bool seen; /* by the inventory reading under way */
};

struct monitor {
	struct event_base *base;
	struct monitor_config config;
	struct store *store;
	struct store_reader *reader;
	struct fleet *fleet;
	struct network_watch *network; /* NULL = not watched */
	uint64_t heard_bytes;	       /* by all probes, at the last count */
	uint64_t network_incident;     /* open; 0 = none */
	struct outage *outage;	       /* who waits for whom; owned */
	bool held;		       /* anybody did, at the last look */
	struct own_incident own[OWN_TROUBLES];
	struct nightly_duty *nightly; /* the nightly report; owned */
	int64_t witnessed_utc_us;     /* last receipt from outside; 0 = none */
	struct outside *outside;      /* what leaves the house; owned */
	struct consoles *consoles;    /* those who watch; owned */
	struct people *people;	      /* those who log in; owned */
	struct credentials *credentials; /* what cameras ask; owned */
	struct incident_book *incidents;
	struct alerts *alerts; /* who is told of them; owned */
	struct duplicate_index *duplicates;
	struct watched_feed **feeds; /* LIMIT_FEEDS, NULL = free */
	uint32_t uuid_hash[UUID_HASH], id_hash[UUID_HASH]; /* number + 1 */
	struct guests guests;
	uint32_t *order; /* by site and name */
	uint32_t feed_count;
	struct deadlines deadlines;
	struct event *timer, *second, *lag, *store_event;
	int64_t anchor_us; /* UTC = anchor + monotonic */
	int64_t slept_us;  /* by the machine since its boot, as last seen */
	int64_t lag_due_us;
	uint32_t lags[LAGS], lag_count;
	struct health_worst lag_worst;
	/* Gaps between judged samples of a feed, in steps of GAP_STEP_US;
	 * two windows in turn, so that what is told is recent. */
	uint32_t gaps[2][GAP_STEPS];
	int64_t gaps_us;	  /* when the present window, gaps[0], began */
	struct capacity capacity; /* how far behind we are */
	uint32_t next_declared, next_saved; /* of m->order: whose turn it is */
	struct zones *zones;		    /* owned; NULL = none yet */
	uint32_t seconds;		    /* ticks since start */
	struct {
		monitor_row_fn *fn;
		void *arg;
	} watchers[WATCHERS_MAX];
	uint64_t samples, verdicts;
	int64_t started_utc_us, disk_well_us; /* disk: 0 = it is not */
	struct setup *setup;		      /* monitor_setup.c; owned */
	bool stopping;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

int64_t monitor_utc(const struct monitor *m, int64_t mono_us);

/* --- monitor_feeds.c */
/* Makes the held feeds look like the committed inventory. learned: also what
 * earlier runs learned (at the start). False: the database can't be read. */
bool monitor_feeds_load(struct monitor *m, bool learned);
void monitor_feeds_free(struct monitor *m);
struct watched_feed *monitor_feed_find(const struct monitor *m,
    const uint8_t uuid[16]);
struct watched_feed *monitor_feed_of_id(const struct monitor *m, int64_t id);
void monitor_overlays_apply(struct monitor *m);
/* What a probe found out of it, for whichever holds it next. */
void monitor_feed_learned(struct watched_feed *f, const struct wire_learned *l);

/* --- monitor_observe.c */
void monitor_observe_calls(struct monitor *m, struct fleet_calls *out);
/* Weighs the feed, asks what it wants, sets its next deadline. */
void monitor_feed_touch(struct monitor *m, struct watched_feed *f,
    int64_t now_us);
/* The deadline timer fires at once. */
void monitor_timer_soon(struct monitor *m);
/* Writes the ten minutes that have passed for every feed. */
void monitor_rollups_flush(struct monitor *m, int64_t now_us, bool all);
void monitor_incidents_drain(struct monitor *m);
/* Posts the verdict in force again (the store lost some). */
void monitor_verdict_post(struct monitor *m, struct watched_feed *f);

/* --- monitor_reference.c */
/* What earlier runs were told to hold as reference. False: unreadable. */
bool monitor_references_load(struct monitor *m);
/* What was approved of it says nothing any more. */
void monitor_reference_drop(struct monitor *m, struct watched_feed *f,
    const char *why);
/* What it shows now may be kept as the picture of its reference. */
bool monitor_reference_fits(const struct watched_feed *f);

/* --- monitor_declared.c */
/* The zone of that name, NULL when there is none; lives as long as m. */
const struct zone *monitor_zone(struct monitor *m, const char *name);
void monitor_zones_free(struct monitor *m);
/* Tells the judge what is declared of the feed, for the next minutes. */
void monitor_declare(struct monitor *m, struct watched_feed *f, int64_t now_us);
/* Each second: the next few feeds. */
void monitor_declared_second(struct monitor *m, int64_t now_us);
/* What was learned of it; nothing of its picture where none may be kept. */
size_t monitor_judge_save(const struct watched_feed *f, void *out, size_t size);
void monitor_learned_save_all(struct monitor *m, int64_t now_us);

/* --- monitor_row.c */
void monitor_row_changed(struct monitor *m, struct watched_feed *f,
    bool removed);
void monitor_order_sort(struct monitor *m);
#endif
