/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sdp.h: a DESCRIBE body -> media sections and the one to set up (RFC 4566 s5,
 * RFC 6184 s8.2). PURE, hostile input. Reads m=, a=control, a=rtpmap, a=fmtp,
 * a=tool, a=sendonly; skips whatever else it meets, so that no oddity in o=, s=
 * or t= costs us a camera. Spans borrow the body. */
#ifndef PROBES_STREAM_PROTO_SDP_H
#define PROBES_STREAM_PROTO_SDP_H

#include <stdbool.h>
#include <stdint.h>

#include "camwarden/limits.h"
#include "camwarden/words.h"
#include "probes/stream/proto/parse.h"

#define SDP_FORMATS 4

struct sdp_format {
	uint8_t payload_type;
	enum codec codec;    /* CODEC_OTHER: named, not one of ours */
	uint32_t clock_rate; /* 0 = not said */
	struct span fmtp;    /* behind the payload type */
};

struct sdp_track {
	struct span type; /* "video" */
	struct span control;
	bool sendonly; /* normal video on some, a backchannel on others */
	uint8_t format_count;
	struct sdp_format formats[SDP_FORMATS];
};

struct sdp {
	struct span control; /* of the session */
	struct span tool;
	struct span name; /* s= */
	uint32_t track_count;
	struct sdp_track tracks[LIMIT_SDP_MEDIA];
};

/* Never fails; body beyond LIMIT_SDP_BYTES isn't read. */
void sdp_parse(struct span body, struct sdp *sdp_out);
/* The video track to set up, or NULL: then *reason_out is SDP_NO_VIDEO or
 * CODEC_UNSUPPORTED. */
const struct sdp_track *sdp_choose(const struct sdp *sdp,
    enum reason *reason_out);
/* `server`: the answer's Server header, may be empty.
 * The server needs every track set up (RTSP.md 3, f=h264dvr_need_audio). */
bool sdp_needs_all(const struct sdp *sdp, struct span server);
/* live555 older than 2017.06.04, which may send a dead session's packets to a
 * new connection (RTSP.md 5, f=stale_fd_packets). */
bool sdp_is_old_live555(const struct sdp *sdp, struct span server);

#endif
