/* SPDX-License-Identifier: GPL-3.0-or-later */
/* post.h: one heartbeat at a time to the server over HTTPS, never waiting for
 * it; and the agent's poll, which is curl's. Certificates are always checked.
 * What the server answers is bounded and its text only logged. Called by
 * agent.c.
 */
#ifndef PROBES_CONSOLE_POST_H
#define PROBES_CONSOLE_POST_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct post;

struct post_result {
	long status;	  /* of HTTP; 0 = it came to none */
	const char *body; /* borrowed until the next call */
	size_t length;
	/* When status is 0, in plain words: what kind of failure, and which. */
	const char *kind, *why;
};

/* ca: "" = the system's. NULL: no memory, or the file can't be used. */
struct post *post_new(const char *server, const char *ca);
/* Takes a copy. Nothing may be under way. */
bool post_send(struct post *p, const char *token, const char *body);
bool post_busy(const struct post *p);
/* Waits for the network, any of fds (their revents are set), or the time. */
void post_wait(struct post *p, struct pollfd *fds, int count, int timeout_ms);
/* True: what was sent is over, this way or that. */
bool post_done(struct post *p, struct post_result *out);
void post_free(struct post **p);

#endif
