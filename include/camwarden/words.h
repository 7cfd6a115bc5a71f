/* SPDX-License-Identifier: GPL-3.0-or-later */
/* words.h: the vocabulary that every process, table, page and report shares
 * (docs/architecture.md, "Words"). No logic beyond naming and the fixed tables
 * reason -> cause -> state. Numbers are stored and sent: append, never
 * renumber.
 */
#ifndef CAMWARDEN_WORDS_H
#define CAMWARDEN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum state {
	STATE_UNKNOWN = 0, /* nobody can say; never counts as good */
	STATE_UP = 1,
	STATE_DEGRADED = 2,
	STATE_DOWN = 3,
};
#define STATE_COUNT 4

/* Why. Every cause belongs to exactly one state (cause_state). */
enum cause {
	CAUSE_NONE = 0, /* up */
	/* down */
	CAUSE_UNREACHABLE = 1,
	CAUSE_REFUSED = 2,
	CAUSE_NAME_FAILED = 3,
	CAUSE_TLS_FAILED = 4,
	CAUSE_AUTH_FAILED = 5,
	CAUSE_NOT_FOUND = 6,
	CAUSE_BUSY = 7,
	CAUSE_PROTOCOL_ERROR = 8,
	CAUSE_NO_VIDEO = 9,
	CAUSE_STALLED = 10,
	CAUSE_UNDECODABLE = 11,
	CAUSE_FROZEN = 12,
	CAUSE_BLACK = 13,
	CAUSE_NO_SIGNAL = 14,
	CAUSE_COVERED = 15,
	CAUSE_LOOPED = 16,
	/* degraded, picture */
	CAUSE_WHITE = 17,
	CAUSE_BLURRED = 18,
	CAUSE_MOVED = 19,
	CAUSE_NOISY = 20,
	CAUSE_CORRUPT = 21,
	CAUSE_COLOUR_CAST = 22,
	CAUSE_DUPLICATE = 23,
	/* degraded, stream */
	CAUSE_FLAPPING = 24,
	CAUSE_LOW_FPS = 25,
	CAUSE_LOW_BITRATE = 26,
	CAUSE_PACKET_LOSS = 27,
	CAUSE_CLOCK_DRIFT = 28,
	CAUSE_CHANGED = 29,
	/* unknown */
	CAUSE_LEARNING = 30,
	CAUSE_NOT_SAMPLED = 31,
	CAUSE_PROBE_LOST = 32,
	CAUSE_OVER_CAPACITY = 33,
	CAUSE_NETWORK_LOST = 34,
	CAUSE_MONITOR_OFF = 35,
	CAUSE_RELAY_LOST = 36,
};
#define CAUSE_COUNT 37

/* What a stream or demux probe saw go wrong with a connection. Each maps to
 * one cause (reason_cause); the reason is evidence, the cause is the verdict.
 */
enum reason {
	REASON_NONE = 0,
	REASON_DNS_FAIL = 1,
	REASON_REFUSED = 2,
	REASON_UNREACHABLE = 3, /* ICMP, no route */
	REASON_CONNECT_TIMEOUT = 4,
	REASON_TLS_FAIL = 5,
	REASON_TLS_PIN_CHANGED = 6,
	REASON_AUTH_MISSING = 7, /* challenged, no credentials configured */
	REASON_AUTH_WRONG = 8,
	REASON_AUTH_LOCKED_SUSPECT = 9,
	REASON_NOT_FOUND_404 = 10,
	REASON_BUSY_453 = 11,
	REASON_BUSY_503 = 12,
	REASON_UNSUPPORTED_461 = 13,
	REASON_SDP_NO_VIDEO = 14,
	REASON_CODEC_UNSUPPORTED = 15,
	REASON_PLAY_NO_MEDIA = 16,
	REASON_STALL_SERVER_ALIVE = 17,
	REASON_STALL_DEAD = 18,
	REASON_RTP_GARBAGE = 19,
	REASON_PEER_CLOSED = 20,
	REASON_BYE = 21,
	REASON_REDIRECT_REFUSED = 22, /* loop, too many hops, other host */
	REASON_DECODER_CRASH = 23,
	REASON_CONFIG_ERROR = 24,  /* the URL is not one */
	REASON_REPLY_TIMEOUT = 25, /* connected, no RTSP/HTTP answer in time */
	REASON_PROTOCOL =
	    26, /* talks, but not this protocol; limits exceeded */
	REASON_STATUS_OTHER = 27, /* any other status; its number is evidence */
	REASON_SESSION_LOST_454 = 28,
	REASON_OPEN_FAILED = 29, /* demux: libavformat refused the source */
	REASON_END_OF_STREAM = 30,
	REASON_OVER_CAPACITY = 31,
	REASON_SHUTDOWN = 32, /* we ended it: removed, stopping, visit over */
	REASON_SESSION_LIMIT = 33, /* held back by the device's session limit */
	REASON_NAMES_SILENT = 34,  /* no name server gave an answer */
	REASON_YIELDED = 35, /* it answers; its sessions are left to others */
};
#define REASON_COUNT 36

/* Where a feed's connection stands. */
enum phase {
	PHASE_IDLE = 0,	   /* not wanted now: between visits, just added */
	PHASE_WAITING = 1, /* wants to connect; held by a pace or a limit */
	PHASE_RESOLVING = 2,
	PHASE_CONNECTING = 3,  /* TCP, TLS */
	PHASE_NEGOTIATING = 4, /* OPTIONS .. PLAY */
	PHASE_PLAYING = 5,     /* PLAY accepted, media awaited */
	PHASE_FLOWING = 6,     /* media arrives */
	PHASE_STALLED = 7,     /* media stopped, connection still held */
	PHASE_BACKOFF = 8,     /* failed; next try is due later */
};
#define PHASE_COUNT 9

enum codec {
	CODEC_NONE = 0,
	CODEC_H264 = 1,
	CODEC_H265 = 2,
	CODEC_MJPEG = 3,
	CODEC_MPEG4 = 4, /* part 2 */
	CODEC_OTHER =
	    5, /* known to libavcodec, decoded only by the demux path */
};
#define CODEC_COUNT 6

/* What came of one sample that was asked for. */
enum sample_result {
	SAMPLE_OK = 0,
	SAMPLE_DAMAGED =
	    1, /* decoded, decoder reports damage; measures stand */
	SAMPLE_UNDECODABLE = 2,
	SAMPLE_TOO_LARGE = 3,	/* beyond max_pixels or max bytes */
	SAMPLE_NO_KEYFRAME = 4, /* none came before the request was replaced,
				 * or what came needs pictures before it */
	SAMPLE_BUSY = 5, /* dropped: the picture probe's queue was full */
	SAMPLE_QUARANTINED = 6, /* its like killed a decoder */
	SAMPLE_LOST = 7,	/* a process in between died */
};
#define SAMPLE_RESULT_COUNT 8

/* The short kebab-case word of each value ("no-signal"); never NULL, "?" when
 * out of range, so that a number from outside can be printed. */
const char *state_name(unsigned state);
const char *cause_name(unsigned cause);
const char *reason_name(unsigned reason); /* "connect_timeout" */
const char *phase_name(unsigned phase);
const char *codec_name(unsigned codec); /* "h264" */
const char *sample_result_name(unsigned result);

/* Word -> value; false when it is not one. */
bool cause_find(const char *word, enum cause *cause_out);
bool state_find(const char *word, enum state *state_out);

enum state cause_state(enum cause cause);
/* Lower = leads. A verdict with several causes in force is led by the one of
 * lowest rank: what makes the others meaningless comes first. */
int cause_rank(enum cause cause);
/* True for the causes that leave a feed `good` (degraded by the stream only).*/
bool cause_is_stream(enum cause cause);
enum cause reason_cause(enum reason reason);
/* One plain sentence for an operator: what it means and what to try. */
const char *cause_help(enum cause cause);

#endif
