/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h: every message between the monitor and its probes, with direction.
 *
 * A message is a 12-byte head { u32 length of body, u16 type, u16 zero, u32
 * check } and a body, all little-endian, packed by common/wire.c; strings are
 * u16 length + bytes. It travels on a SOCK_STREAM socketpair (common/channel).
 * The first message each way is WIRE_HELLO; another version ends the probe.
 * Bump WIRE_VERSION with every change here: both ends come from one build.
 *
 * Access units go beside this, from stream and demux probes straight to the
 * picture probes, over SOCK_SEQPACKET links (struct unit_head, common/link).
 */
#ifndef CAMWARDEN_WIRE_H
#define CAMWARDEN_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "camwarden/unit.h"
#include "camwarden/wire_feed.h"

#define WIRE_VERSION 7u
#define WIRE_HEAD_BYTES 12u

/* File descriptors a probe is born with. */
#define WIRE_FD_CHANNEL 3    /* the message channel to the monitor */
#define WIRE_FD_LINK_FIRST 4 /* picture links: one per partner, P of them */

enum probe_role { ROLE_STREAM = 1, ROLE_DEMUX = 2, ROLE_PICTURE = 3 };

enum wire_type {
	/* both ways */
	WIRE_HELLO = 1,
	/* monitor -> any probe */
	WIRE_CONFIGURE = 2,
	WIRE_PING = 3,
	WIRE_STOP = 4, /* TEARDOWN what is open, then exit 0 */
	/* monitor -> stream, demux */
	WIRE_FEED_ADD = 10,
	WIRE_FEED_REMOVE = 11,
	WIRE_SAMPLE_ASK = 12,
	WIRE_RESOLVED = 13,
	WIRE_FEED_RETRY = 14, /* forget the back-off, try now */
	WIRE_FEED_PAUSE = 15, /* how long between two tries */
	/* any probe -> monitor */
	WIRE_PONG = 20,
	WIRE_LOG = 21,
	/* stream, demux -> monitor */
	WIRE_LINK_REPORT = 30,
	WIRE_ACCOUNT = 31,
	WIRE_SAMPLE_GONE = 32, /* an asked sample that will not come */
	WIRE_RESOLVE = 33,
	WIRE_LEARNED = 34, /* quirks worth keeping over a restart */
	/* picture -> monitor */
	WIRE_DECODE_BEGIN = 40, /* names the suspect should the decoder die */
	WIRE_SAMPLE = 41,	/* struct sample with measures */
	WIRE_PNG = 42,
};

struct wire_hello {
	uint32_t version;
	enum probe_role role;
	uint32_t number; /* of this probe within its role */
	uint32_t pid;
};

/* One for all roles; a probe reads what concerns it. */
struct wire_configure {
	int64_t utc_anchor_us; /* UTC = anchor + monotonic, this boot */
	uint64_t seed;	/* of every random choice, for repeatable tests */
	uint32_t links; /* number of picture links at WIRE_FD_LINK_FIRST */
	uint32_t connect_timeout_ms;	 /* 10000 */
	uint32_t reply_timeout_ms;	 /* 10000 */
	uint32_t first_media_timeout_ms; /* 10000 */
	uint32_t stall_timeout_ms;    /* 10000; or 3 x learned gap if longer */
	uint32_t account_interval_ms; /* 10000 */
	uint32_t connects_per_second; /* pace of new connections, this probe */
	uint32_t connects_per_host_second;
	uint32_t connects_per_host; /* in progress at once */
	uint32_t lowat_bytes;	    /* SO_RCVLOWAT, 16384; 0 = off */
	uint32_t demux_threads;	    /* capacity of a demux probe */
	uint32_t max_pixels;
	uint32_t thumb_width;	 /* of PNGs, 320 */
	uint32_t backoff_max_ms; /* 60000 */
	bool trace_requests;	 /* log every RTSP request (tests) */
	bool loopback_only;	 /* refuse other addresses (tests, demo) */
};

#define WIRE_SAMPLE_PNG 1u /* make a PNG too */

struct wire_sample_ask {
	struct feed_ref ref;
	uint64_t ticket; /* one-time, unguessable; 0 is never one */
	uint32_t flags;
	int64_t not_before_us; /* take the first keyframe from here on */
};

struct wire_sample_gone {
	struct feed_ref ref;
	uint64_t ticket;
	enum sample_result why;
};

struct wire_resolve { /* and its answer */
	struct feed_ref ref;
	char host[LIMIT_HOST_BYTES];
};

struct wire_resolved {
	struct feed_ref ref;
	char host[LIMIT_HOST_BYTES];
	bool silent;		/* failed, since no name server answers */
	uint32_t address_count; /* 0 = failed */
	struct wire_address addresses[LIMIT_ADDRESSES];
};

struct wire_learned {
	struct feed_ref ref;
	uint8_t keepalive;
	uint8_t transport; /* enum wire_transport that works */
	uint8_t tls_pin[32];
	uint32_t gap_us;
	uint32_t gop_us;
};

struct wire_pong {
	uint64_t nonce;
	uint32_t feeds;
	uint32_t flowing;
	uint32_t lag_max_us; /* worst event loop lateness since the last pong */
	uint64_t cpu_us;     /* user + system of the process */
	uint64_t wire_bytes; /* received from cameras since start */
	uint64_t lost_bytes; /* dropped unread by us, since start */
	uint64_t samples;    /* sent or decoded since start */
	uint64_t busy;	     /* samples dropped because a queue was full */
};

struct wire_log {
	uint8_t level;	     /* syslog's: 3 error .. 7 debug */
	struct feed_ref ref; /* 0,0 = the probe itself */
	char text[512];
};

struct wire_decode_begin {
	uint64_t ticket;
};

/* WIRE_PNG carries { ticket, width, height, bytes } */
struct wire_png {
	uint64_t ticket;
	uint16_t width;
	uint16_t height;
	uint32_t length;
	const uint8_t *bytes; /* borrowed from the message */
};

#endif
