/* SPDX-License-Identifier: GPL-3.0-or-later */
/* interleaved.h: the bytes of an RTSP connection -> `$` frames and RTSP text
 * (RFC 2326 s10.12), walked in place in the caller's receive buffer, piece by
 * piece. Pure, hostile input. Between calls it keeps at most the first 64
 * bytes of a frame; a whole frame is kept (malloc) only when `on_head` says
 * that it is needed. It doesn't understand RTSP text: `on_text` does.
 */
#ifndef PROBES_STREAM_PROTO_INTERLEAVED_H
#define PROBES_STREAM_PROTO_INTERLEAVED_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"

#define INTERLEAVED_HEAD_BYTES 64
#define INTERLEAVED_GARBAGE_BYTES 65536 /* at most, in one resync */

enum interleaved_text {
	INTERLEAVED_TEXT_MORE, /* took all, the message goes on */
	INTERLEAVED_TEXT_DONE, /* took *used_out bytes, the message is whole */
	INTERLEAVED_TEXT_BAD,  /* not RTSP: look for the next frame */
};

enum interleaved_result {
	INTERLEAVED_OK,
	INTERLEAVED_STOPPED, /* interleaved_stop was called; rest not read */
	INTERLEAVED_LOST, /* 64 KiB garbage or 3 resyncs in 60 s: reconnect */
};

struct interleaved_calls {
	/* A complete frame; borrowed. */
	void (*on_frame)(void *arg, unsigned channel, struct span packet,
	    int64_t now_us);
	/* The beginning of a frame of `length` bytes. True: skip the rest. May
	 * be NULL. */
	bool (*on_head)(void *arg, unsigned channel, struct span head,
	    uint32_t length, int64_t now_us);
	/* RTSP text at a message's start or within one. */
	enum interleaved_text (
	    *on_text)(void *arg, struct span text, size_t *used_out);
};

struct interleaved {
	uint8_t head[INTERLEAVED_HEAD_BYTES]; /* of the frame begun */
	uint8_t *frame;	  /* owned; whole frame being put together, or NULL */
	uint32_t have;	  /* bytes in head or frame, with the 4 of the header */
	uint32_t skip;	  /* bytes of the frame still to pass by */
	uint32_t garbage; /* passed in this resync */
	uint32_t channels;    /* bit n = channel n was set up */
	uint32_t resyncs;     /* total */
	int64_t resync_us[2]; /* when the last two began */
	uint8_t payload_type; /* known one, 255 = any */
	uint8_t state;
	bool stop;
};

void interleaved_init(struct interleaved *il);
void interleaved_fini(struct interleaved *il);
/* Declare a channel (0..31) as set up; others are passed to on_frame too when
 * they look like RTP. */
void interleaved_add_channel(struct interleaved *il, unsigned channel);
/* Helps to tell a frame from garbage after a loss of framing. */
void interleaved_set_payload_type(struct interleaved *il, uint8_t type);
/* Reads all of `bytes` (borrowed for the call). */
enum interleaved_result interleaved_feed(struct interleaved *il,
    const struct interleaved_calls *calls, void *arg, struct span bytes,
    int64_t now_us);
/* From within a callback: return at once, the connection is going away. */
void interleaved_stop(struct interleaved *il);

#endif
