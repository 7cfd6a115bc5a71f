/* SPDX-License-Identifier: GPL-3.0-or-later */
/* post.h: the way up of RTSP over HTTP: what the session says -> base64 in the
 * body of a POST on a second connection, which is dialled when there is
 * something to say and again when the server has closed it (RTSP.md 7; ONVIF
 * Streaming Specification, "RTSP over HTTP"). The peer is hostile. For conn.c
 * only. */
#ifndef PROBES_STREAM_POST_H
#define PROBES_STREAM_POST_H

#include <stddef.h>

struct feed;
struct post;

/* Never steps the session: a refusal is told by an event of its own later, or
 * found out by the silence that follows. What doesn't fit is dropped. */
void post_send(struct feed *f, const void *bytes, size_t n);
void post_free(struct post **p);

#endif
