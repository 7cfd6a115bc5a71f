/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stream.h: the process: its loop, its channel to the monitor, its feeds, and
 * the timers that sweep them. Talks to the monitor, which is trusted; what
 * comes from cameras stays in feed.c and below. For probes/stream only. */
#ifndef PROBES_STREAM_STREAM_H
#define PROBES_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/wire.h"
#include "probes/stream/pace.h"
#include "probes/stream/proto/access_unit.h"
#include "probes/stream/proto/rtsp_session.h"
#include "probes/stream/sample.h"

#define STREAM_SCRATCH_BYTES (256u << 10)
#define STREAM_SWEEP_US 50000
/* With so many feeds flowing the loop looks at its sockets in turns. A fifth
 * of the sweep's time, so that no sweep is late by it; datagrams have only
 * their socket's buffer to wait in, so that with UDP turns are shorter. */
#define STREAM_TURN_FEEDS 64u
#define STREAM_TURN_US (STREAM_SWEEP_US / 5)
#define STREAM_TURN_UDP_US (STREAM_SWEEP_US / 25)
#define STREAM_LEAVING 256u
#define STREAM_ROOM_BYTES (256u << 20) /* for unfinished keyframes */

struct channel;
struct event;
struct event_base;
struct feed;
struct tls_context;
struct udp_pair;

struct stream_counts {
	uint32_t feeds;
	uint32_t flowing;
	uint32_t lag_max_us;
	uint64_t wire_bytes;
	uint64_t lost_bytes;
	uint64_t samples;
	uint64_t busy;
	uint64_t wakes; /* reads of camera sockets */
};

struct stream {
	struct event_base *base;
	struct channel *channel;
	struct event *sweep;
	struct tls_context *tls;
	struct udp_pair *pairs;
	struct udp_pair *busy_pair; /* being read; NULL once it is freed */
	struct wire_configure config;
	struct rtsp_options options;
	struct pace pace;
	struct sample_out out;
	struct stream_counts counts;
	struct access_unit_room room;
	struct feed **feeds; /* by the monitor's number; NULL holes */
	int64_t *due_us;     /* of each: when the sweep must look; 0 = none */
	uint32_t feed_room;
	struct feed *waiting_head; /* want to connect, first come first */
	struct feed *waiting_tail;
	struct {
		int fd;
		int64_t until_us;
	} leaving[STREAM_LEAVING]; /* removed feeds' sockets: TEARDOWN is
				    * out, its answer is awaited */
	uint32_t leaving_count;
	int64_t swept_us;      /* when the last sweep was due */
	int64_t short_told_us; /* what we lack is logged again from then */
	uint64_t random;
	bool greeted;
	bool configured;
	bool stopping;
	uint8_t *scratch; /* the one receive buffer */
};

/* Takes the loop; the channel is fd WIRE_FD_CHANNEL. False: no memory. */
bool stream_init(struct stream *s, struct event_base *base);
void stream_fini(struct stream *s);
/* Runs the loop until the monitor says stop or is gone. */
void stream_serve(struct stream *s);

/* For feed.c: queue and unqueue for a grant of the pace. */
void stream_wait(struct stream *s, struct feed *f, bool first);
void stream_wait_not(struct stream *s, struct feed *f);
/* The sweep shall look at this feed at that time. */
void stream_due(struct stream *s, const struct feed *f, int64_t at_us);
uint64_t stream_random(struct stream *s);

#endif
