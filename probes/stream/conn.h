/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conn.h: a feed's TCP socket, plain or TLS, on the loop. Bytes read are
 * walked in place in the process's scratch buffer. For feed.c only. */
#ifndef PROBES_STREAM_CONN_H
#define PROBES_STREAM_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "camwarden/wire.h"
#include "common/cursor.h"

struct feed;

/* Begins to connect; its outcome comes as an event of the session, perhaps
 * within this call. */
void conn_open(struct feed *f, const struct wire_address *a, uint16_t port,
    int64_t now_us);
void conn_secure(struct feed *f, int64_t now_us);
void conn_close(struct feed *f, bool abort);
/* Whether it tells of our own want of descriptors or memory. */
bool conn_lacks(int error);
/* A new non-blocking socket that begins to connect; errno when -1. */
int conn_dial(const struct wire_address *a, uint16_t port);
/* Takes the plain socket away from the feed; -1 when there is none. Given. */
int conn_release(struct feed *f);
/* Queues what the socket doesn't take; in an HTTP tunnel it goes up (post.h).
 */
void conn_send(struct feed *f, const void *bytes, size_t n);
/* Reads what is there, also below the low-water mark. */
void conn_read(struct feed *f, int64_t now_us);
/* SO_RCVLOWAT, 0 = at once. */
void conn_lowat(struct feed *f, uint32_t bytes);

#endif
