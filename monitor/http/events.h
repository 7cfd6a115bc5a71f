/* SPDX-License-Identifier: GPL-3.0-or-later */
/* events.h: server-sent events (the HTML standard, 9.2) to any number of
 * browsers. A follower has no queue: it is given rows changed after its
 * number as fast as it reads, so memory per client is bounded. Of the web
 * process; clients are hostile.
 */
#ifndef MONITOR_HTTP_EVENTS_H
#define MONITOR_HTTP_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

struct server;
struct events;
struct request;
struct session;
struct web_event; /* web_wire.h */

#define EVENTS_AHEAD_BYTES (64u << 10) /* given before it has read */
#define EVENTS_PULSE_US 2000000
#define EVENTS_STUCK_SECONDS 30 /* takes nothing for so long: closed */
#define EVENTS_EACH 24		/* streams of one credential */

struct events *events_new(struct server *s);
void events_free(struct events **e);
/* Answers r with a stream of what its credential may see. after:
 * "epoch-number" of the last event it saw, or NULL: from now on. One that can't
 * be followed up gets `reset`. */
void events_follow(struct events *e, struct request *r, const char *after);
/* Rows have changed: tell soon. */
void events_changed(struct events *e);
/* The monitor turned late or is back: tell now. */
void events_pulse(struct events *e);
/* An event for whoever follows now, may hear it and keeps up; it has no number.
 */
void events_tell(struct events *e, const struct web_event *m);
/* What a credential is good for has changed; moved: its site, too. */
void events_session(struct events *e, const struct session *session,
    bool moved);
/* A credential is good no more: its streams are told, and end. */
void events_end(struct events *e, const struct session *session);
uint32_t events_count(const struct events *e);

#endif
