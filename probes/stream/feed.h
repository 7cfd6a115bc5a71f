/* SPDX-License-Identifier: GPL-3.0-or-later */
/* feed.h: one feed in this probe: its session (what to say), its media (what
 * came), its socket, and its samples; and the wire messages about it. Bytes
 * from the network are hostile and go to the PURE parsers. For probes/stream
 * only. */
#ifndef PROBES_STREAM_FEED_H
#define PROBES_STREAM_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "camwarden/wire.h"
#include "probes/stream/pace.h"
#include "probes/stream/proto/interleaved.h"
#include "probes/stream/proto/media.h"
#include "probes/stream/proto/rtsp_session.h"
#include "probes/stream/stream.h"

struct tls;
struct post;

/* In which of the pace's counts the feed is now. */
#define FEED_OPENING 1u
#define FEED_HALF_OPEN 2u
#define FEED_IN_DEVICE 8u
#define FEED_FLOWING 16u

struct feed {
	struct stream *stream; /* borrowed */
	struct rtsp_session session;
	struct media media;
	struct interleaved framing;
	struct event event; /* of fd */
	struct feed *waiting_next;
	struct feed *waiting_prev;
	struct feed *pair_next; /* of its UDP port pair */
	struct udp_pair *pair;
	struct pace_host *host;
	struct seats_device *device;
	struct tls *tls;
	struct post *post; /* the way up of an HTTP tunnel, owned, or NULL */
	struct wire_address *addresses; /* owned */
	uint8_t *text;	 /* RTSP message under way, owned, mostly NULL */
	uint8_t *unsent; /* what the socket didn't take, owned, mostly NULL */
	struct rtsp_parser parser;
	struct feed_ref ref;
	struct wire_sample_ask ask;  /* ticket 0: none */
	struct wire_address address; /* dialled */
	struct wire_address foreign; /* a redirect's, resolved */
	int64_t read_us;	     /* last read of fd */
	int64_t account_us;	     /* next account is due */
	int64_t report_us;	     /* next RTCP report is due */
	int64_t visit_us;	     /* next visit begins or ends */
	int64_t lowat_us;	     /* since when rate_bytes are counted */
	int64_t stalled_us;	     /* media seen after this ends a stall */
	uint64_t rate_bytes;
	uint32_t text_length;
	uint32_t unsent_length;
	uint32_t account_bytes; /* wire bytes since the last account */
	uint32_t visit_seconds;
	uint32_t visit_every_seconds;
	uint32_t visit_phase_seconds;
	uint32_t device_sessions;
	uint32_t lowat;
	uint32_t resyncs; /* already told to media */
	uint32_t own_ssrc;
	int fd;		     /* -1 = closed */
	uint16_t server_rtp; /* UDP, 0 = not said */
	uint16_t server_rtcp;
	uint32_t ssrc_hint; /* from SETUP's answer, 0 = none */
	uint8_t uuid[16];
	uint8_t pin[32]; /* all 0 = none yet */
	uint8_t address_count;
	uint8_t address_at;
	uint8_t counted; /* FEED_ */
	int lacks;	 /* errno of what couldn't be sent for it, or 0 */
	uint8_t told;	 /* enum pace_answer: why it waits, as last told */
	bool pinned;
	bool verify;
	bool private_ports;
	bool waiting;
	bool reading; /* inside the walk: closing waits */
	bool close_after;
	bool abort_after;
	bool only_track;
	bool transport_known; /* SETUP was answered */
	bool media_on;	      /* media_restart was called for this connection */
	bool fresh_account;   /* something since the last account */
};

/* Takes the message's contents. NULL when memory is out. */
struct feed *feed_new(struct stream *s, const struct wire_feed_add *add,
    int64_t now_us);
/* Closes at once, tells nobody. */
void feed_free(struct feed **f);

/* feed_apply.c: one event into the session and its actions carried out. */
void feed_event(struct feed *f, enum rtsp_event_kind kind, const char *why,
    int64_t now_us);
void feed_step(struct feed *f, const struct rtsp_event *event, int64_t now_us);
void feed_message(struct feed *f, const struct rtsp_message *m, int64_t now_us);
void feed_tick(struct feed *f, int64_t now_us);

/* We lack descriptors or memory (error: errno's) for what it needs: nothing can
 * be said of the camera. Nobody connects for a moment. */
void feed_short(struct feed *f, int error, int64_t now_us);

/* Whether the pace may let it go; steps it accordingly. False: stop asking,
 * nobody may go now. */
bool feed_try_grant(struct feed *f, int64_t now_us);
/* Bytes came: tells the session what they mean. */
void feed_after_media(struct feed *f, int64_t now_us);
/* Its time has come (stream_due): deadlines, accounts, reports, quiet
 * sockets. Sets the next time itself. */
void feed_sweep(struct feed *f, int64_t now_us);
void feed_account(struct feed *f, int64_t now_us);
void feed_report(struct feed *f, const char *detail, int64_t now_us);
void feed_learned(struct feed *f);
void feed_ask(struct feed *f, const struct wire_sample_ask *ask);
void feed_resolved(struct feed *f, const struct wire_resolved *r,
    int64_t now_us);

#endif
