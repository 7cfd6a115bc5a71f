/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sessions.h: the credentials that are good, by their digests, as the monitor
 * tells them; what a request shows -> whose it is. PURE. Headers are hostile,
 * principals are the monitor's.
 */
#ifndef MONITOR_HTTP_SESSIONS_H
#define MONITOR_HTTP_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "camwarden/people.h"

#define SESSIONS_MOST 65536u
#define SESSIONS_COOKIE "__Host-camwarden"

struct session {
	struct principal who;
	struct session *chain;	/* of the hash bucket */
	struct session *newest; /* all, newest first */
	int64_t told_us;  /* monotonic: when its use was last told; 0 = never */
	uint32_t streams; /* event streams it holds open */
};

struct sessions {
	struct session **bucket;
	struct session *first;
	uint32_t count;
};

/* False: memory is out. */
bool sessions_init(struct sessions *t);
void sessions_fini(struct sessions *t);
/* Adds it or makes it so; NULL: memory is out or there are too many. */
struct session *sessions_put(struct sessions *t, const struct principal *p);
/* By its digest alone; NULL: it is not good. */
struct session *sessions_find(const struct sessions *t,
    const uint8_t sha256[32]);
/* Whether it is good from there and then. address: of the client. */
bool sessions_good(const struct session *s, const char *address,
    int64_t now_utc_us);
void sessions_remove(struct sessions *t, const uint8_t sha256[32]);

/* What a request's headers show. letters_out: PEOPLE_SECRET_BYTES. */
enum shown {
	SHOWN_NONE,
	SHOWN_COOKIE,
	SHOWN_BEARER,
	SHOWN_RUBBISH, /* an Authorization that is no bearer's */
};
/* authorization, cookie: header values or NULL. With an Authorization the
 * cookie does not count. */
enum shown sessions_shown(const char *authorization, const char *cookie,
    char letters_out[PEOPLE_SECRET_BYTES]);

#endif
