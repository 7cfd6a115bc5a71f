/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.h: requests that change something: each waits for the monitor's word
 * and goes on record as who asked. Of the web process; clients are hostile.
 */
#ifndef MONITOR_HTTP_CHANGES_H
#define MONITOR_HTTP_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/people.h"
#include "common/cursor.h"

struct changes;
struct server;
struct request;
struct evhttp_request;

#define CHANGES_MOST 32	   /* of those who are known, waiting at once */
#define CHANGES_EACH 8	   /* of them of one person or token */
#define CHANGES_SECONDS 20 /* then the monitor is too slow: 503 */
/* Log-ins wait for a password to be hashed: apart, so that they can't keep
 * others from working, and few of each address. */
#define CHANGES_LOGINS 64
#define CHANGES_LOGINS_ADDRESS 4

struct changes_logins {
	uint64_t in, refused, throttled; /* since the start */
	uint32_t waiting;
};

struct changes *changes_new(struct server *s);
void changes_free(struct changes **c);
/* r is let in and may; it will be answered from the monitor's answer. */
void changes_ask(struct changes *c, struct request *r);
/* The monitor's answer. False when it makes no sense. */
bool changes_on_message(struct changes *c, struct span body);
struct changes_logins changes_logins(const struct changes *c);

/* On the answer to req. */
void changes_set_cookie(struct evhttp_request *req, const char *letters,
    enum credential kind);
void changes_clear_cookie(struct evhttp_request *req);

#endif
