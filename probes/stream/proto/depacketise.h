/* SPDX-License-Identifier: GPL-3.0-or-later */
/* depacketise.h: one RTP payload -> pieces of access units, per codec (RFC
 * 6184, 7798, 2435, 6416). Pure, hostile input; called by media.c only, with
 * packets in order and of one source.
 *
 * x_packet takes a whole packet. x_head_suffices says whether the first bytes
 * of a packet (have < size) tell all: then x_packet may be given just those.
 */
#ifndef PROBES_STREAM_PROTO_DEPACKETISE_H
#define PROBES_STREAM_PROTO_DEPACKETISE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cursor.h"
#include "probes/stream/proto/access_unit.h"
#include "probes/stream/proto/rtp.h"

/* Enough for a fragment's headers and a slice header's first fields. */
#define DEPACKETISE_HEAD_BYTES 24

void h264_packet(struct media *m, const struct rtp_packet *p, int64_t now_us);
bool h264_head_suffices(const struct media *m, const struct rtp_packet *p);
/* nal: its header, then as much as is there. */
struct nal_class h264_classify(struct span nal);
bool h264_sei_is_recovery(struct span nal);

void h265_packet(struct media *m, const struct rtp_packet *p, int64_t now_us);
bool h265_head_suffices(const struct media *m, const struct rtp_packet *p);
struct nal_class h265_classify(struct span nal);

void mjpeg_packet(struct media *m, const struct rtp_packet *p, int64_t now_us);
bool mjpeg_head_suffices(const struct media *m, const struct rtp_packet *p);

void mpeg4_packet(struct media *m, const struct rtp_packet *p, int64_t now_us);
bool mpeg4_head_suffices(const struct media *m, const struct rtp_packet *p);

#endif
