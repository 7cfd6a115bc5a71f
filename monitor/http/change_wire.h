/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change_wire.h: credentials as the web process knows them, and what requests
 * ask of the monitor. PURE. The monitor does not trust the web process
 * (web_wire.h).
 */
#ifndef MONITOR_HTTP_CHANGE_WIRE_H
#define MONITOR_HTTP_CHANGE_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/people.h"
#include "common/cursor.h"

/* At most one a minute and credential. */
struct web_seen {
	uint8_t sha256[32];
	int64_t utc_us;
	char address[PEOPLE_ADDRESS_BYTES];
};

/* What a request asks to change. Whether its credential may is the monitor's to
 * say (rights_may, scope); the web process has looked already, but may lie. */
#define WEB_CHANGE_PART_BYTES (256u << 10)
struct web_change {
	uint32_t id;	    /* echoed */
	uint8_t verb;	    /* enum right, one that the monitor does */
	uint8_t sha256[32]; /* of the credential; zeros: none was shown */
	char address[PEOPLE_ADDRESS_BYTES]; /* of the client */
	char agent[PEOPLE_AGENT_BYTES];	    /* what it calls itself; hostile */
	int64_t number;			    /* {n} of the path */
	uint8_t uuid[16];		    /* {id} of the path */
	char name[LIMIT_NAME_BYTES];	    /* {name} of the path */
	/* JSON, hostile; borrowed from the message. Up to RIGHTS_BODY_BYTES, or
	 * RIGHTS_BIG_BYTES: then parts came before, and web.c puts it together.
	 */
	struct span body;
};

/* The cookie that the answer sets. */
enum web_cookie { COOKIE_KEEP, COOKIE_SET, COOKIE_CLEAR };

#define WEB_CHANGED_BYTES (480u << 10)
struct web_changed {
	uint32_t id;
	/* 200, 201: body is JSON; 204: empty; 422: JSON (import) or a sentence;
	 * else a sentence for people, the problem's detail. */
	uint16_t status;
	uint16_t retry_s; /* 429, 503: Retry-After; 0 = none */
	uint8_t cookie;	  /* enum web_cookie */
	/* SET: the new credential, NUL-terminated; its WEB_SESSION was sent
	 * before this. The body is then empty: the web process answers with
	 * the Session. */
	char token[PEOPLE_SECRET_BYTES];
	struct span body; /* borrowed */
};

void web_put_principal(struct writer *w, const struct principal *m);
void web_put_seen(struct writer *w, const struct web_seen *m);
void web_put_change(struct writer *w, const struct web_change *m);
void web_put_changed(struct writer *w, const struct web_changed *m);
bool web_get_principal(struct span body, struct principal *m_out);
bool web_get_seen(struct span body, struct web_seen *m_out);
/* A part's or the last message's body is at most WEB_CHANGE_PART_BYTES. */
bool web_get_change(struct span body, struct web_change *m_out);
bool web_get_changed(struct span body, struct web_changed *m_out);

#endif
