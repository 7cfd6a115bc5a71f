/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pending.h: requests that wait for another process's answer: each has a
 * number, and a way to end when its client goes first. Of the web process and
 * the agents' listener; clients are hostile.
 */
#ifndef MONITOR_HTTP_PENDING_H
#define MONITOR_HTTP_PENDING_H

#include <stdint.h>

struct pending;
struct event_base;
struct evhttp_request;

struct pending_config {
	uint32_t most;	  /* waiting at once */
	unsigned seconds; /* then the other process counts as hung */
	void (*on_hung)(void *arg);
	void *arg;
};
struct pending *pending_new(struct event_base *base,
    const struct pending_config *config);
void pending_free(struct pending **p);
/* Its number, `what` is kept for pending_take. 0: too many wait, or memory is
 * out; the request is still the caller's to answer. */
uint32_t pending_add(struct pending *p, struct evhttp_request *req,
    uint8_t what);
/* Marks the one of that number, by whom it is; how many of a mark wait. */
void pending_mark(struct pending *p, uint32_t id, uint64_t mark);
uint32_t pending_marked(const struct pending *p, uint64_t mark);
uint32_t pending_count(const struct pending *p);
/* The request of that number, the caller's to answer; NULL: its client has
 * gone. */
struct evhttp_request *pending_take(struct pending *p, uint32_t id,
    uint8_t *what_out);
/* The one that waits longest; NULL: none does. */
struct evhttp_request *pending_take_first(struct pending *p);

#endif
