/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media.h: a URL or an open file -> the packets of its video track, and on
 * demand the last packet as an access unit that a picture probe can decode by
 * itself. The room around libavformat (with locator.h); input hostile. Blocks:
 * one thread per source; an interrupt callback with a deadline ends every
 * wait. Decodes nothing.
 */
#ifndef PROBES_DEMUX_MEDIA_H
#define PROBES_DEMUX_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probes/demux/tally.h"

struct media_config {
	const char *url;     /* with credentials; borrowed for the call */
	const char *headers; /* HTTP, lines ending in CRLF; NULL none */
	int fd; /* >= 0: read this file instead; stays the caller's */
	bool live;
	/* Asked while libavformat waits; true ends the wait. */
	bool (*interrupted)(void *arg);
	/* The source was accepted; what is waited for next is media. */
	void (*accepted)(void *arg); /* may be NULL */
	void *arg;
};

struct media_packet {
	uint32_t bytes;
	bool key;
	bool damaged;
	int64_t media_us; /* TALLY_NO_TIME when the source gives none */
};

struct media_unit {
	enum codec codec;
	uint32_t codec_id; /* CODEC_OTHER */
	uint8_t *bytes;	   /* given: free() */
	uint32_t length;
};

struct media;

/* 0 or an AVERROR; AVERROR_STREAM_NOT_FOUND: no video in it. */
int media_open(const struct media_config *config, struct media **media_out);
void media_close(struct media **m);
/* True for single pictures over HTTP: the end of it is no fault; open again
 * for the next picture. */
bool media_is_snapshot(const struct media *m);
/* True when the source itself comes in bursts (HLS segments). */
bool media_is_bursty(const struct media *m);
/* The next packet of the video track: 0 or an AVERROR. */
int media_read(struct media *m, struct media_packet *packet_out);
/* The packet last read as a unit. False when it can't be one (too large,
 * without parameter sets anywhere). */
bool media_unit(struct media *m, struct media_unit *unit_out);
/* Codec and geometry as known now. */
struct tally_stream media_stream(const struct media *m);
/* Bytes received since the last call, as far as libavformat tells. */
uint64_t media_received(struct media *m);

#endif
