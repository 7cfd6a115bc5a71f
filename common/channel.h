/* SPDX-License-Identifier: GPL-3.0-or-later */
/* channel.h: wire messages over a SOCK_STREAM socketpair, on libevent. One
 * owner, one thread. The peer may be hostile: a bad head, an over-long message
 * or a full queue ends the channel through on_closed, never the process.
 */
#ifndef COMMON_CHANNEL_H
#define COMMON_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/cursor.h"

struct channel;
struct event_base;

/* One whole message; body is borrowed until the call returns. Return false
 * when it is not to be borne (undecodable, out of turn): the channel closes.
 * It may call channel_free on its own channel. */
typedef bool channel_message_fn(void *arg, unsigned type, struct span body);
/* Once, when the peer is gone or banned; `why` is a static sentence. Free the
 * channel here or later. */
typedef void channel_closed_fn(void *arg, const char *why);

struct channel_calls {
	channel_message_fn *on_message;
	channel_closed_fn *on_closed;
	void *arg;
};

/* Takes fd. queue_limit: bytes that may wait unsent before the peer counts as
 * hung. NULL when memory is out. */
struct channel *channel_new(struct event_base *base, int fd, size_t queue_limit,
    const struct channel_calls *calls);
void channel_free(struct channel **ch);

/* Queue one message; false when the channel is closed or its queue is full
 * (on_closed then follows from the loop, not from within this call). */
bool channel_send(struct channel *ch, unsigned type, const void *body,
    size_t length);
/* The same with a descriptor riding along (a duplicate is sent; fd stays the
 * caller's). */
bool channel_send_fd(struct channel *ch, unsigned type, const void *body,
    size_t length, int fd);
/* Next descriptor that came with a message, -1 when none waits. Given. */
int channel_take_fd(struct channel *ch);
/* What passes from now on is wiped here once it has: it holds passwords. */
void channel_wipe(struct channel *ch);
/* Bytes queued and not yet sent. */
size_t channel_queued(const struct channel *ch);
/* Try to send all now (before exit). */
void channel_flush(struct channel *ch);

/* A process-wide scratch to encode one message into; valid to the next call. */
struct writer channel_scratch(void);

/* channel_put(ch, link_report, WIRE_LINK_REPORT, &report): encode and send. */
#define channel_put(ch, name, type, m)                                         \
	({                                                                     \
		struct writer w_ = channel_scratch();                          \
		wire_put_##name(&w_, (m));                                     \
		!w_.bad &&channel_send((ch), (type), w_.start,                 \
		    writer_length(&w_));                                       \
	})

#endif
