/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lists.h: rows in memory -> the lists that pages and programs ask for, each
 * limited to a scope. PURE; what is asked for is hostile text.
 */
#ifndef MONITOR_HTTP_LISTS_H
#define MONITOR_HTTP_LISTS_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/http/json_out.h"
#include "monitor/http/rows.h"

/* Who asks, and how much is true now. */
struct lists_view {
	const char *scope; /* path of a site, "" = all */
	/* The monitor is late: what it said last is unknown since then. */
	bool late;
	int64_t now_utc_us;   /* of this answer */
	int64_t heard_utc_us; /* the monitor's last word */
	const char *event;    /* the number of the newest event */
};

/* {now, late, event, sites, feeds}: the wall. False: memory is out. */
bool lists_wall(struct rows *t, const struct lists_view *v, struct json_out *j);

/* One feed: FeedRow, or with its detail. */
void lists_feed(const struct row *r, const struct lists_view *v, bool detail,
    struct json_out *j);

#define LISTS_LIMIT 500u /* when none is said */
#define LISTS_LIMIT_MOST 1000u
#define LISTS_WORDS_BYTES 256

/* Which feeds: what was not said is "" or the count of its words. */
struct lists_ask {
	char site[LIMIT_NAME_BYTES], tag[LIMIT_NAME_BYTES];
	char q[LISTS_WORDS_BYTES]; /* words, all of them in its names */
	char after[37];		   /* a UUID */
	unsigned state, cause;
	uint32_t limit;
};
/* From the words of a query; word gives NULL for what isn't there. NULL, or the
 * sentence that says what was expected. */
const char *lists_ask_fill(const char *(*word)(void *arg, const char *key),
    void *arg, struct lists_ask *out);
/* {items, next} of those. evidence: with it, as verdicts. False: `after` is no
 * longer in the list, or memory is out. */
bool lists_feeds(struct rows *t, const struct lists_ask *ask,
    const struct lists_view *v, bool evidence, struct json_out *j);

/* How many feeds of each state each site has, in Prometheus' words: one line
 * per site and state that has any. */
void lists_sites(struct rows *t, const struct lists_view *v,
    void (*line)(void *arg, const char *site, const uint32_t *states),
    void *arg);

#endif
