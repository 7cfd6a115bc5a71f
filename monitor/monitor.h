/* SPDX-License-Identifier: GPL-3.0-or-later */
/* monitor.h: the composition root. monitor.c alone knows all rooms: it turns
 * the inventory (store) into held feeds (fleet), their observations into
 * verdicts (judge), and those into rows of the database and of whoever
 * watches (web, control socket). One event loop, one thread; the caller owns
 * the loop. Calls come from trusted code of this process (run, control
 * socket); what they carry may be a person's mistake and is answered, not
 * trusted.
 */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "camwarden/wire.h"
#include "monitor/config/config.h" /* struct monitor_config, all settings */
#include "monitor/monitor_totals.h"

struct event_base;
struct monitor;

/* One feed as a page or `status` shows it. Strings are borrowed until the
 * call returns. Times are UTC microseconds, 0 = never. */
struct monitor_row {
	uint32_t feed; /* this run's number; the UUID is the lasting name */
	uint8_t uuid[16];
	const char *site;
	const char *device;
	const char *name, *tags; /* tags: by comma, or NULL */
	const char *url;	 /* without credentials */
	bool removed;	 /* the last row of a feed taken out of the inventory */
	bool no_picture; /* none is stored or shown */
	bool maintenance; /* overlays in force now */
	bool muted;
	bool ptz;		  /* declared */
	int64_t reference_utc_us; /* approved then; 0 = none is */
	uint8_t criticality;
	enum state state;
	enum cause cause;
	uint64_t causes;    /* bit n = cause n */
	uint8_t confidence; /* percent */
	int64_t since_utc_us;
	int64_t at_utc_us;
	const char *evidence; /* one JSON object */
	enum phase phase;
	enum reason reason;
	const char *detail;
	enum codec codec;
	uint16_t width;
	uint16_t height;
	uint32_t fps_milli;
	uint32_t kbps;
	uint32_t gop_us;
	uint32_t loss_ppm;
	uint32_t samples;
	int64_t last_sample_utc_us; /* last judged picture */
	int64_t thumb_utc_us;	    /* last stored PNG */
	uint32_t version;	    /* raised with each change of the row */
};

/* A row that changed (a verdict, an overlay, a stored picture, its naming) or
 * was asked for. Called from the loop; must not call back into monitor.h but
 * for monitor_picture. */
typedef void monitor_row_fn(void *arg, const struct monitor_row *row);

/* A site's line that has a ceiling: what is planned, and what comes over it
 * now, that of sites below included. plan->path is borrowed. */
struct ration_site;
typedef void monitor_line_fn(void *arg, const struct ration_site *plan,
    uint64_t measured_kbps);
void monitor_lines(const struct monitor *m, monitor_line_fn *fn, void *arg);

/* Opens the store, loads the inventory, starts the probes. cfg is copied;
 * progress is told how far a database is that is brought up to date. NULL with
 * a sentence in error_out (given: free it). */
struct store_progress; /* store/store.h */
struct monitor *monitor_new(struct event_base *base,
    const struct monitor_config *cfg, const struct store_progress *progress,
    char **error_out);
/* Probes told to stop, intervals closed as monitor-off, last heartbeat
 * committed; then `done`, from the loop, within 3 s. */
void monitor_stop(struct monitor *m, void (*done)(void *arg), void *arg);
void monitor_free(struct monitor **m);
/* New settings (SIGHUP). What needs a restart (state_dir, numbers of probes)
 * is named in a sentence, given, or NULL when all of it is in force. */
char *monitor_reload(struct monitor *m, const struct monitor_config *cfg);

bool monitor_watch(struct monitor *m, monitor_row_fn *fn, void *arg);
void monitor_unwatch(struct monitor *m, monitor_row_fn *fn, void *arg);
/* Every feed now, in the order of site and name. */
void monitor_rows(struct monitor *m, monitor_row_fn *fn, void *arg);
bool monitor_row(struct monitor *m, const uint8_t uuid[16], monitor_row_fn *fn,
    void *arg);

/* A page wants a picture of this feed no older than 10 s: a sample with PNG
 * is asked when there is none. The row changes once it is stored. False: no
 * such feed, no-picture, no media flows, or we are behind. */
bool monitor_picture(struct monitor *m, const uint8_t uuid[16]);
/* Try to connect now (after a repair); forgets the back-off. */
bool monitor_retry(struct monitor *m, const uint8_t uuid[16]);

/* Who changes something, and why; both end up in the event row. */
struct monitor_actor {
	const char *actor;
	const char *reason;
};

/* What came of a change. `text`: for people, lines; one fault a line as
 * "file:line:column: what, what was expected" when !ok, and then nothing was
 * changed. */
struct monitor_answer {
	bool ok;
	bool later; /* not done, for want of ours: ask again */
	uint32_t added, changed, removed, unchanged;
	const char *text;
	int64_t seq; /* of its line, where that is one; else 0 */
	int64_t id;  /* of the row that was made or changed; else 0 */
	/* Of an import (inventory/), else NULL. Borrowed, as text is. */
	const struct diff *diff;
	const char *expects; /* of lines, once it is made: ration.h; or NULL */
	const struct inventory_mistakes *mistakes;
	const struct inventory_mistakes *notes; /* what was taken as what */
};
/* Called once, from the loop or from within the call, after the commit. */
typedef void monitor_answer_fn(void *arg, const struct monitor_answer *a);

enum monitor_table {
	MONITOR_SITES = 1,
	MONITOR_DEVICES = 2,
	MONITOR_FEEDS = 3
};

struct monitor_import {
	const char *file; /* what mistakes call it; NULL = "-" */
	enum monitor_table table;
	const char *csv; /* with header line */
	size_t length;
	bool dry_run;	     /* say what would change; change nothing */
	bool complete;	     /* rows that the CSV lacks are removed */
	bool ignore_unknown; /* columns that nobody knows are left out */
	const char *scope;   /* only within that site; NULL, "" = anywhere */
};
void monitor_import(struct monitor *m, const struct monitor_import *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);
/* One row out, by name (SITE/NAME or UUID for feeds); with_feeds: of a device,
 * and all that it serves. */
void monitor_remove(struct monitor *m, enum monitor_table table,
    const char *name, bool with_feeds, const struct monitor_actor *who,
    monitor_answer_fn *answer, void *arg);

/* What feeds show now is approved as what they shall show; or (clear) nothing
 * is any more. */
struct monitor_reference {
	bool clear;
	bool all;
	const char *site;  /* with all below it; "" = not by site */
	const char *feeds; /* lines, each a UUID or SITE/NAME */
	size_t length;
};
/* answer: `changed` were; `unchanged` were not, and text says why, a line
 * each. !ok: a name is unknown and nothing was done, or not all was stored. */
void monitor_reference(struct monitor *m, const struct monitor_reference *what,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

void monitor_acknowledge(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);
/* Of one that somebody has acknowledged before, while its alert asks for a hand
 * anew, since it became worse: who was first stays so, this is a comment beside
 * it. False: it asks for none; nothing was done, answer is not called. */
bool monitor_acknowledge_again(struct monitor *m, int64_t incident,
    const struct monitor_actor *who, monitor_answer_fn *answer, void *arg);

/* The agents' listener: what it is to call, and the listener itself once it
 * stands (NULL: it is gone), to which tokens are then told. */
struct agents;
struct agents_calls; /* http/agents.h */
void monitor_agents_calls(struct monitor *m, struct agents_calls *out);
void monitor_agents_set(struct monitor *m, struct agents *agents);
/* What happens, for whoever follows live: name is "console" or "incident", json
 * one object on one line; site: whom it concerns, a path, "" = the whole fleet.
 * One follower; fn NULL ends it. Incidents are told once they are committed. */
typedef void monitor_news_fn(void *arg, const char *name, const char *site,
    const char *json);
void monitor_news_watch(struct monitor *m, monitor_news_fn *fn, void *arg);
/* Who reads what of relay number n (http/relays.h); list NULL: it doesn't
 * answer. Feeds are its own whose URL has the same host. */
struct relays_reader;
void monitor_relays_on_list(struct monitor *m, unsigned n, const char *url,
    const struct relays_reader *list, size_t count);

#endif
