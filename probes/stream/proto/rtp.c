/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtp.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATE_RUN 64 /* in order, with none of ours in between */
#define CANDIDATE_SILENCE_US 1000000
#define CANDIDATE_RUN_SILENT 2

static uint16_t
be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* The header extension at *at; moves *at behind it. */
static bool
parse_extension(struct span b, uint32_t length, uint32_t *at,
    struct rtp_packet *p)
{
	uint32_t words;

	if (*at + 4 > b.n)
		return false;
	p->extension_id = be16(b.p + *at);
	words = be16(b.p + *at + 2);
	*at += 4;
	if (*at + words * 4 > length || *at + words * 4 > b.n)
		return false;
	p->extension = (struct span){ b.p + *at, words * 4 };
	*at += words * 4;
	return true;
}

bool
rtp_parse(struct span b, uint32_t length, struct rtp_packet *packet_out)
{
	struct rtp_packet p = { 0 };
	uint32_t at, padding = 0;

	if (b.n < RTP_HEADER_BYTES || b.n > length || b.p[0] >> 6 != 2)
		return false;
	at = RTP_HEADER_BYTES + 4u * (b.p[0] & 15);
	if (at > b.n)
		return false;
	if (b.p[0] & 0x10 && !parse_extension(b, length, &at, &p))
		return false;
	if (b.p[0] & 0x20) {
		if (b.n < length)
			return false;
		padding = b.p[length - 1];
		if (!padding || padding > length - at)
			return false;
	}
	p.marker = b.p[1] >> 7;
	p.payload_type = b.p[1] & 0x7f;
	p.sequence = be16(b.p + 2);
	p.timestamp = be32(b.p + 4);
	p.ssrc = be32(b.p + 8);
	p.payload = b.p + at;
	p.size = length - at - padding;
	p.have = (uint32_t)b.n - at;
	if (p.have > p.size)
		p.have = p.size;
	*packet_out = p;
	return true;
}

void
rtp_source_init(struct rtp_source *s)
{
	memset(s, 0, sizeof(*s));
}

static enum rtp_verdict
source_begin(struct rtp_source *s, const struct rtp_packet *p, int64_t now_us)
{
	s->switched = s->locked;
	s->locked = true;
	s->ssrc = p->ssrc;
	s->last_us = now_us;
	s->cycles = 0;
	s->base = p->sequence;
	s->max = p->sequence;
	s->received = 1;
	s->prior_expected = 0;
	s->prior_received = 0;
	s->bad_armed = false;
	s->other_run = 0;
	return RTP_FIRST;
}

/* Another SSRC: a restarted encoder, or a dead session's packets on a reused
 * descriptor (live555). The first falls silent for good, the second doesn't,
 * so the old one's silence decides. */
static enum rtp_verdict
source_other(struct rtp_source *s, const struct rtp_packet *p, int64_t now_us)
{
	bool silent = now_us - s->last_us >= CANDIDATE_SILENCE_US;

	if (s->other_run && s->other_ssrc == p->ssrc &&
	    s->other_next == p->sequence)
		s->other_run++;
	else
		s->other_run = 1;
	s->other_ssrc = p->ssrc;
	s->other_next = (uint16_t)(p->sequence + 1);
	if (s->other_run >= CANDIDATE_RUN ||
	    (silent && s->other_run >= CANDIDATE_RUN_SILENT))
		return source_begin(s, p, now_us);
	return RTP_FOREIGN;
}

enum rtp_verdict
rtp_source_take(struct rtp_source *s, const struct rtp_packet *p,
    int64_t now_us, uint32_t *lost_out)
{
	uint16_t delta;

	s->switched = false;
	if (!s->locked)
		return source_begin(s, p, now_us);
	if (p->ssrc != s->ssrc)
		return source_other(s, p, now_us);
	s->other_run = 0;
	s->last_us = now_us;
	delta = (uint16_t)(p->sequence - s->max);
	if (!delta)
		return RTP_DUPLICATE;
	if (delta < RTP_MAX_DROPOUT) {
		if (p->sequence < s->max)
			s->cycles += 65536;
		s->max = p->sequence;
		s->received++;
		s->bad_armed = false;
		if (delta == 1)
			return RTP_NEXT;
		*lost_out = delta - 1u;
		return RTP_GAP;
	}
	if (delta > 65536 - RTP_MAX_MISORDER)
		return RTP_DUPLICATE;
	if (s->bad_armed && p->sequence == s->bad)
		return source_begin(s, p, now_us);
	s->bad = (uint16_t)(p->sequence + 1);
	s->bad_armed = true;
	return RTP_FOREIGN;
}

struct slot {
	uint8_t *bytes;
	uint32_t length;
	int64_t at_us;
};

struct rtp_reorder {
	struct slot slots[RTP_WINDOW];
	struct slot pending; /* too far ahead: what is held goes first */
	struct slot out;     /* given to the caller last */
	uint32_t held;
	uint32_t held_bytes;
	uint32_t ssrc;
	uint32_t other_ssrc;
	uint16_t other_run;
	uint16_t next;
	bool begun;
	bool pass; /* pending is of another source: not for the window */
};

struct rtp_reorder *
rtp_reorder_new(void)
{
	return calloc(1, sizeof(struct rtp_reorder));
}

void
rtp_reorder_free(struct rtp_reorder **wp)
{
	struct rtp_reorder *w = *wp;
	unsigned i;

	*wp = NULL;
	if (!w)
		return;
	for (i = 0; i < RTP_WINDOW; i++)
		free(w->slots[i].bytes);
	free(w->pending.bytes);
	free(w->out.bytes);
	free(w);
}

/* False when the packet is of another source than the window's. */
static bool
reorder_is_ours(struct rtp_reorder *w, uint32_t ssrc)
{
	if (w->begun && ssrc == w->ssrc) {
		w->other_run = 0;
		return true;
	}
	if (!w->begun)
		return true;
	w->other_run = w->other_ssrc == ssrc ? (uint16_t)(w->other_run + 1) : 1;
	w->other_ssrc = ssrc;
	return false;
}

static bool
reorder_keep(struct slot *slot, struct span packet, int64_t now_us)
{
	slot->bytes = malloc(packet.n);
	if (!slot->bytes)
		return false;
	memcpy(slot->bytes, packet.p, packet.n);
	slot->length = (uint32_t)packet.n;
	slot->at_us = now_us;
	return true;
}

bool
rtp_reorder_direct(struct rtp_reorder *w, struct span packet)
{
	if (packet.n < RTP_HEADER_BYTES || packet.p[0] >> 6 != 2 || w->held ||
	    w->pending.bytes || !w->begun || be32(packet.p + 8) != w->ssrc ||
	    be16(packet.p + 2) != w->next)
		return false;
	w->next++;
	w->other_run = 0;
	return true;
}

bool
rtp_reorder_put(struct rtp_reorder *w, struct span packet, int64_t now_us)
{
	struct slot *slot;
	uint16_t sequence, ahead;

	if (packet.n < RTP_HEADER_BYTES || packet.p[0] >> 6 != 2 ||
	    packet.n > 65535 || w->pending.bytes)
		return false;
	sequence = be16(packet.p + 2);
	w->pass = false;
	if (!reorder_is_ours(w, be32(packet.p + 8))) {
		w->pass = w->other_run < 16;
		if (!w->pass)
			w->begun = false;
		else
			return reorder_keep(&w->pending, packet, now_us);
	}
	if (!w->begun) {
		w->ssrc = be32(packet.p + 8);
		w->begun = true;
		w->other_run = 0;
		if (!w->held)
			w->next = sequence;
	}
	ahead = (uint16_t)(sequence - w->next);
	if (ahead > 65536 - RTP_MAX_MISORDER)
		return false;
	if (ahead >= RTP_WINDOW || w->held_bytes > RTP_WINDOW_BYTES)
		return reorder_keep(&w->pending, packet, now_us);
	slot = &w->slots[sequence % RTP_WINDOW];
	if (slot->bytes)
		return false;
	if (!reorder_keep(slot, packet, now_us))
		return false;
	w->held++;
	w->held_bytes += slot->length;
	return true;
}

static struct span
reorder_give(struct rtp_reorder *w, struct slot *slot, int64_t *at_us_out)
{
	w->out = *slot;
	memset(slot, 0, sizeof(*slot));
	*at_us_out = w->out.at_us;
	return (struct span){ w->out.bytes, w->out.length };
}

/* Steps from next to the first held packet, 0..RTP_WINDOW - 1. */
static uint16_t
reorder_first(const struct rtp_reorder *w)
{
	uint16_t i;

	for (i = 0; i < RTP_WINDOW; i++)
		if (w->slots[(w->next + i) % RTP_WINDOW].bytes)
			break;
	return i;
}

/* The pending packet may enter the window once nothing older is held. */
static void
reorder_settle(struct rtp_reorder *w)
{
	uint16_t sequence = be16(w->pending.bytes + 2);
	uint16_t ahead = (uint16_t)(sequence - w->next);
	struct slot *slot = &w->slots[sequence % RTP_WINDOW];

	if (ahead >= RTP_WINDOW && ahead < RTP_MAX_DROPOUT && !w->held) {
		w->next = (uint16_t)(sequence - RTP_WINDOW + 1);
		ahead = RTP_WINDOW - 1;
	} else if (ahead >= RTP_WINDOW && !w->held) {
		w->next = sequence;
		ahead = 0;
	}
	if (ahead >= RTP_WINDOW || slot->bytes)
		return;
	*slot = w->pending;
	memset(&w->pending, 0, sizeof(w->pending));
	w->held++;
	w->held_bytes += slot->length;
}

struct span
rtp_reorder_next(struct rtp_reorder *w, int64_t now_us, int64_t *at_us_out)
{
	struct slot *slot;
	struct span given;
	uint16_t step;

	free(w->out.bytes);
	memset(&w->out, 0, sizeof(w->out));
	if (w->pending.bytes && w->pass)
		return reorder_give(w, &w->pending, at_us_out);
	if (w->pending.bytes)
		reorder_settle(w);
	if (!w->held)
		return (struct span){ NULL, 0 };
	step = reorder_first(w);
	slot = &w->slots[(w->next + step) % RTP_WINDOW];
	if (step && !w->pending.bytes && w->held_bytes <= RTP_WINDOW_BYTES &&
	    now_us - slot->at_us < RTP_WINDOW_US)
		return (struct span){ NULL, 0 };
	w->held--;
	w->held_bytes -= slot->length;
	w->next = (uint16_t)(w->next + step + 1);
	given = reorder_give(w, slot, at_us_out);
	return given;
}
