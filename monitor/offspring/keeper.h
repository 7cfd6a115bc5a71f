/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keeper.h: keeps one process of ours (offspring.h) alive: starts it, replaces
 * it when it is lost or hangs, after failures with growing pauses. What the
 * process says is for the caller to check; a word that isn't borne ends it. In
 * the monitor's loop.
 */
#ifndef MONITOR_OFFSPRING_KEEPER_H
#define MONITOR_OFFSPRING_KEEPER_H

#include <stddef.h>
#include <stdint.h>

#include "common/channel.h"

#define KEEPER_FDS 3 /* most that ride along beside the channel */

struct keeper;
struct event_base;

struct keeper_spec { /* texts are borrowed for as long as the keeper lives */
	const char *room;   /* for the log */
	const char *what;   /* "the courier" */
	const char *role;   /* "_courier" */
	size_t queue_bytes; /* unsent; beyond it the process counts as hung */
	int64_t silent_us;  /* without keeper_heard: replaced */
};

struct keeper_calls {
	channel_message_fn *on_message;
	/* One stands: it is to be told what it needs. */
	void (*on_start)(void *arg, struct channel *ch);
	/* It is gone, with all that was under way. NULL = of no concern. */
	void (*on_lost)(void *arg);
	/* Its descriptors 4, 5, ..: how many of fds_out (all from offspring_fd
	 * or offspring_listen; taken) or -1, which was logged: not now. Its
	 * argument, borrowed, goes to argument_out. NULL = none. */
	int (*on_need)(void *arg, int fds_out[KEEPER_FDS],
	    const char **argument_out);
	void *arg;
};

/* NULL: no memory. */
struct keeper *keeper_new(struct event_base *base,
    const struct keeper_spec *spec, const struct keeper_calls *calls);
void keeper_free(struct keeper **k);
/* NULL while there is no process. */
struct channel *keeper_channel(const struct keeper *k);
/* It said that it lives. */
void keeper_heard(struct keeper *k);
/* Ends it and starts another at once. */
void keeper_restart(struct keeper *k);

#endif
