/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rtsp_transport.h: the Transport header of a SETUP answer -> its parameters
 * (RFC 2326 s12.39). PURE, hostile input. Order, blanks and the lower
 * transport may be odd or missing: what isn't there has its has_ flag unset. */
#ifndef PROBES_STREAM_PROTO_RTSP_TRANSPORT_H
#define PROBES_STREAM_PROTO_RTSP_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/stream/proto/parse.h"

struct rtsp_transport {
	bool tcp; /* "/TCP", or interleaved= was given */
	bool multicast;
	bool has_channels;
	bool has_server_port;
	bool has_ssrc;
	uint8_t rtp_channel;
	uint8_t rtcp_channel; /* rtp_channel + 1 when a single one was given */
	uint16_t server_rtp;
	uint16_t server_rtcp;
	uint32_t ssrc; /* a hint at best: Hikvision's is unreliable */
};

/* Reads the first of several comma-separated transports; never fails. */
void rtsp_transport_parse(struct span value, struct rtsp_transport *out);

#endif
