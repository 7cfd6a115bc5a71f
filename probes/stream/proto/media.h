/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media.h: RTP and RTCP packets of one video track -> the account of its
 * access units and, when a sample was asked for, the next keyframe's access
 * unit. Pure, hostile input; for probes/stream only. One struct media lives as
 * long as its feed: a new connection is media_restart. At rest it costs its
 * own size and the feed's parameter sets; a buffer exists only while a
 * keyframe is collected. Time is CLOCK_MONOTONIC us, given by the caller, and
 * never runs backwards.
 *
 * How bytes come in:
 *   TCP: interleaved_feed() finds the frames; its on_frame and on_head call
 *        media_interleaved() and media_head().
 *   UDP: media_udp() per datagram; it puts packets in order.
 * media_tick() now and then (each 250..1000 ms) flushes a pending unit.
 */
#ifndef PROBES_STREAM_PROTO_MEDIA_H
#define PROBES_STREAM_PROTO_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/observation.h"
#include "common/cursor.h"
#include "probes/stream/proto/account.h"
#include "probes/stream/proto/access_unit.h"
#include "probes/stream/proto/parameter_sets.h"
#include "probes/stream/proto/rtp.h"

#define MEDIA_FORMATS 4

/* One payload type of the chosen m= section. */
struct media_format {
	enum codec codec; /* H264, H265, MJPEG or MPEG4; others are refused */
	uint8_t payload_type; /* 0..127 */
	uint32_t clock_rate;  /* Hz, 0 = 90000 */
	const char *fmtp; /* value of a=fmtp after the payload type, borrowed
			   * during the call, NULL = none */
};

/* A finished keyframe. `bytes` is given: the callee frees it with free(). */
struct media_unit {
	enum sample_result result; /* SAMPLE_OK; else why bytes is NULL:
				    * too large, undecodable, or busy: we have
				    * no room for it */
	uint8_t *bytes; /* Annex B with parameter sets, JPEG, or MPEG-4 */
	uint32_t length;
	enum codec codec;
	int64_t at_us;	 /* arrival of its first packet */
	uint64_t ticket; /* as given to media_want */
	bool damaged;	 /* loss inside; given only after better ones failed */
};

struct media;

struct media_calls {
	/* May call media_want, but not media_restart or media_fini. */
	void (*on_unit)(void *arg, struct media *m, struct media_unit *unit);
};

struct media_channels { /* interleaved channels, -1 = not known */
	int16_t rtp;
	int16_t rtcp;
	bool
	    only_track; /* nothing else is set up: unknown channels may be it */
};

struct media {
	const struct media_calls *calls; /* borrowed */
	void *arg;
	struct media_channels channels;
	uint8_t format_count;
	uint8_t format;	 /* index of the one in use */
	uint8_t reorder; /* UDP */
	uint8_t bye;	 /* the source said goodbye */
	bool outage;	 /* set by the caller: the silence that the next packet
			  * ends is no habit of the stream */
	struct {
		uint8_t codec;
		uint8_t payload_type;
		uint8_t donl; /* H.265 decoding order numbers present */
		uint32_t clock_rate;
	} formats[MEDIA_FORMATS];
	int64_t last_media_us; /* arrival of the last valid RTP packet */
	int64_t gap_us; /* learned: usual longest silence between packets */
	int64_t gap_now_us[2]; /* longest two of this account's interval */
	int64_t gap_before_us; /* longest of the one before */
	uint32_t packets;      /* valid ones of this connection */
	uint64_t want;	       /* ticket of the pending ask, 0 = none */
	int64_t want_from_us;
	struct rtp_source source;
	struct rtp_reorder *window; /* owned; UDP only */
	struct parameter_sets sets;
	struct access_unit unit;
	struct account_state account;
	int64_t sr_offset_us; /* NTP (as unix us) - arrival; INT64_MIN none */
	uint32_t sr_ntp_mid;  /* middle 32 bits of the last SR's NTP, for RRs */
	int64_t sr_at_us;
	uint32_t foreign; /* packets dropped: PT or SSRC not ours, not RTP */
	uint32_t unsupported; /* packetisations nobody implements */
};

/* calls and arg are kept. */
void media_init(struct media *m, const struct media_calls *calls, void *arg);
void media_fini(struct media *m);

/* A new connection begins (from DESCRIBE's answer). Forgets RTP state and any
 * half unit; the account, what was learned, the ask and in-band parameter sets
 * of the same codec stay, those of a description until another brings some.
 * Formats that can't be read are skipped; false when none is left. udp: put
 * packets in order. */
bool media_restart(struct media *m, const struct media_format *formats,
    unsigned count, bool udp, int64_t now_us);
/* From the SETUP answer, TCP only. */
void media_set_channels(struct media *m, struct media_channels channels);
/* The connection ended: flush what is pending, count the reconnect. */
void media_end(struct media *m, int64_t now_us);

/* One complete interleaved frame. */
void media_interleaved(struct media *m, unsigned channel, struct span packet,
    int64_t now_us);
/* The first bytes of a frame of `length` bytes. True: all that matters was in
 * them and the rest may be skipped unseen. False: nothing happened, give the
 * whole frame to media_interleaved. */
bool media_head(struct media *m, unsigned channel, struct span head,
    uint32_t length, int64_t now_us);
/* One datagram of the RTP or the RTCP port. */
void media_udp(struct media *m, bool rtcp, struct span packet, int64_t now_us);

/* Ask for the first keyframe that starts at or after from_us (0 = now on); a
 * later ask replaces it. Ticket 0 takes the ask back. */
void media_want(struct media *m, uint64_t ticket, int64_t from_us);
/* Flush a unit whose packets ceased (500 ms), the reorder window (100 ms). */
void media_tick(struct media *m, int64_t now_us);

/* Valid RTP packets of this connection (2 in sequence = media flows). */
uint32_t media_packets(const struct media *m);

/* The framing was lost and found `count` times. */
void media_resynced(struct media *m, unsigned count);

/* Fills *out but for its ref and starts the next account at now_us. */
void media_account(struct media *m, int64_t now_us, int64_t utc_anchor_us,
    struct account *out);

/* A receiver report with CNAME for the RTCP channel; 0 when there is nothing
 * to report on yet. own_ssrc: any random number of this connection. */
#define MEDIA_REPORT_BYTES 64
unsigned media_report(struct media *m, uint32_t own_ssrc, int64_t now_us,
    uint8_t out[MEDIA_REPORT_BYTES]);

#endif
