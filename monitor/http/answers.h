/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answers.h: what the web process knows by itself -> bodies of answers: the
 * list of all feeds, one feed, the pulse. While the monitor is late every state
 * in them is unknown.
 */
#ifndef MONITOR_HTTP_ANSWERS_H
#define MONITOR_HTTP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

struct server;
struct row;
struct evbuffer;

/* Appends the list to out: one shared text for all that ask in the same fifth
 * of a second, so that slow clients can't multiply it. False: no memory. */
bool answers_feeds(struct server *s, struct evbuffer *out);
void answers_feed(const struct server *s, const struct row *r,
    struct evbuffer *out);
/* One server-sent event "pulse" with the totals; its length. */
size_t answers_pulse(const struct server *s, char *out, size_t size);
/* The server ends. */
void answers_fini(struct server *s);

#endif
