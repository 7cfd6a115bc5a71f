/* SPDX-License-Identifier: GPL-3.0-or-later */
/* changes.h: requests that change something: each has a token, waits for the
 * monitor's word and goes on record as that token's. Of the web process;
 * clients are hostile, so a wrong token is slow to try again.
 */
#ifndef MONITOR_HTTP_CHANGES_H
#define MONITOR_HTTP_CHANGES_H

#include <stdint.h>

#include "common/cursor.h"
#include "monitor/http/rights.h"

struct changes;
struct server;
struct evhttp_request;

#define CHANGES_MOST 16	   /* waiting at once */
#define CHANGES_SECONDS 10 /* then the monitor is too slow: 503 */
/* Wrong tokens: so many at once, then one in so many seconds. */
#define CHANGES_WRONG 10
#define CHANGES_WRONG_SECONDS 6

struct changes *changes_new(struct server *s);
void changes_free(struct changes **c);
/* req is answered, now or later. */
void changes_ask(struct changes *c, struct evhttp_request *req, enum right verb,
    int64_t number);
/* What the monitor says. */
bool changes_on_message(struct changes *c, struct span body);

#endif
