/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtp.h: one RTP packet's header (RFC 3550 s5.1), the sequence of one source
 * (A.1) with its loss, and for UDP a bounded window that puts packets in
 * order. Pure, hostile input.
 */
#ifndef PROBES_STREAM_PROTO_RTP_H
#define PROBES_STREAM_PROTO_RTP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

#define RTP_HEADER_BYTES 12
#define RTP_MAX_DROPOUT 3000 /* RFC 3550 A.1 */
#define RTP_MAX_MISORDER 100
#define RTP_WINDOW 64 /* packets kept for reordering */
#define RTP_WINDOW_BYTES (256u << 10)
#define RTP_WINDOW_US 100000

struct rtp_packet {
	const uint8_t *payload; /* borrowed */
	uint32_t have; /* payload bytes present; less than size in a head */
	uint32_t size; /* payload bytes without padding */
	uint32_t timestamp;
	uint32_t ssrc;
	uint16_t sequence;
	uint8_t payload_type;
	bool marker;
	uint16_t extension_id; /* profile word, 0 with no extension */
	struct span extension;
};

/* bytes: the packet or its beginning; length: its whole length. False when it
 * is not RTP, lies about its parts, or its beginning is too short to tell
 * (a padded packet needs all its bytes). */
bool rtp_parse(struct span bytes, uint32_t length,
    struct rtp_packet *packet_out);

enum rtp_verdict {
	RTP_FIRST,     /* of this source, or after a restart: no continuity */
	RTP_NEXT,      /* follows without a gap */
	RTP_GAP,       /* follows, *lost_out packets are missing in between */
	RTP_DUPLICATE, /* or too late */
	RTP_FOREIGN,   /* another source that is not ours (yet) */
};

struct rtp_source {
	uint32_t ssrc;
	uint32_t other_ssrc; /* candidate to follow it */
	int64_t last_us;     /* arrival of the last packet of ssrc */
	uint32_t cycles;
	uint32_t base; /* extended first sequence number */
	uint32_t received;
	uint32_t prior_expected; /* at the last receiver report */
	uint32_t prior_received;
	uint16_t max;
	uint16_t bad;	     /* next number that would prove a restart */
	uint16_t other_next; /* sequence number expected of the candidate */
	uint16_t other_run;  /* its packets in order, none of ours between */
	bool locked;	     /* ssrc is known */
	bool bad_armed;
	bool switched; /* the last packet began a new source */
};

void rtp_source_init(struct rtp_source *s);
/* Takes one parsed packet that arrived now. */
enum rtp_verdict rtp_source_take(struct rtp_source *s,
    const struct rtp_packet *p, int64_t now_us, uint32_t *lost_out);

/* For UDP: holds packets that came too early. */
struct rtp_reorder;

struct rtp_reorder *rtp_reorder_new(void);
void rtp_reorder_free(struct rtp_reorder **w);
/* True when the datagram is the very next one and none is held: take it as it
 * is, it isn't copied. Else put it. */
bool rtp_reorder_direct(struct rtp_reorder *w, struct span packet);
/* Copies a datagram in. False: it is a duplicate, too late or no RTP. */
bool rtp_reorder_put(struct rtp_reorder *w, struct span packet, int64_t now_us);
/* The next datagram in order; an empty span when one is awaited still. Call it
 * until empty after each put. Valid until the next call. *at_us_out: when it
 * arrived. */
struct span rtp_reorder_next(struct rtp_reorder *w, int64_t now_us,
    int64_t *at_us_out);

#endif
