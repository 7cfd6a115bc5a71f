/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/media.h"

#include <string.h>

#include "probes/stream/proto/depacketise.h"
#include "probes/stream/proto/rtcp.h"

#define REPLAY_EXTENSION 0xabac /* ONVIF Streaming, replay */
#define DEFAULT_CLOCK 90000

_Static_assert(MEDIA_REPORT_BYTES == RTCP_REPORT_BYTES, "one buffer");

void
media_init(struct media *m, const struct media_calls *calls, void *arg)
{
	memset(m, 0, sizeof(*m));
	m->calls = calls;
	m->arg = arg;
	m->channels = (struct media_channels){ -1, -1, true };
	m->sr_offset_us = INT64_MIN;
	parameter_sets_init(&m->sets);
	account_init(&m->account, 0);
}

void
media_fini(struct media *m)
{
	rtp_reorder_free(&m->window);
	access_unit_fini(m);
	parameter_sets_fini(&m->sets);
}

static uint32_t
fmtp_number(const char *fmtp, const char *name)
{
	struct span v = parameter_sets_fmtp_value(fmtp, name);
	uint32_t n = 0;

	for (; v.n && *v.p >= '0' && *v.p <= '9' && n < 100000; v.p++, v.n--)
		n = n * 10 + (uint32_t)(*v.p - '0');
	return n;
}

static void
add_format(struct media *m, const struct media_format *f)
{
	unsigned i = m->format_count;

	if (f->codec < CODEC_H264 || f->codec > CODEC_MPEG4 ||
	    f->payload_type > 127 || i >= MEDIA_FORMATS)
		return;
	m->formats[i].codec = (uint8_t)f->codec;
	m->formats[i].payload_type = f->payload_type;
	m->formats[i].clock_rate =
	    f->clock_rate ? f->clock_rate : DEFAULT_CLOCK;
	/* the second is ffmpeg's reading of RFC 7798 7.1 */
	m->formats[i].donl =
	    f->codec == CODEC_H265 && f->fmtp &&
	    (fmtp_number(f->fmtp, "sprop-max-don-diff") ||
		fmtp_number(f->fmtp, "sprop-depack-buf-nalus"));
	m->format_count++;
}

/* Better than a description's sets are those that came with the pictures. One
 * that brings none takes none away. */
static void
take_description(struct media *m, const struct media_format *formats,
    unsigned count)
{
	enum codec codec = (enum codec)m->formats[0].codec;
	struct parameter_sets said;

	if (m->sets.in_band)
		return;
	parameter_sets_init(&said);
	for (unsigned i = 0; i < count; i++)
		if (formats[i].codec == codec && formats[i].fmtp)
			parameter_sets_from_fmtp(&said, codec, formats[i].fmtp);
	if (!said.print)
		return;
	parameter_sets_fini(&m->sets);
	m->sets = said;
}

bool
media_restart(struct media *m, const struct media_format *formats,
    unsigned count, bool udp, int64_t now_us)
{
	uint8_t codec_before = m->formats[m->format].codec;
	unsigned i;

	rtp_reorder_free(&m->window);
	m->reorder = udp;
	if (udp)
		m->window = rtp_reorder_new();
	m->format_count = 0;
	m->format = 0;
	for (i = 0; i < count; i++)
		add_format(m, &formats[i]);
	rtp_source_init(&m->source);
	access_unit_reset(m, now_us);
	account_break(&m->account);
	m->channels = (struct media_channels){ -1, -1, true };
	m->bye = 0;
	m->packets = 0;
	m->last_media_us = 0;
	m->sr_offset_us = INT64_MIN;
	m->sr_ntp_mid = 0;
	m->sr_at_us = 0;
	if (!m->account.from_us)
		m->account.from_us = now_us;
	if (!m->format_count)
		return false;
	if (m->formats[0].codec != codec_before)
		parameter_sets_clear(&m->sets);
	take_description(m, formats, count);
	return true;
}

void
media_set_channels(struct media *m, struct media_channels channels)
{
	m->channels = channels;
}

void
media_end(struct media *m, int64_t now_us)
{
	(void)now_us;
	access_unit_end(m);
	access_unit_reset(m, now_us);
	account_break(&m->account);
	m->account.reconnects++;
	m->gap_before_us = m->gap_now_us[0] = m->gap_now_us[1] = 0;
}

/* Choose the format of this payload type; false when it is none of ours. */
static bool
select_format(struct media *m, uint8_t payload_type)
{
	unsigned i;

	if (m->formats[m->format].payload_type == payload_type)
		return m->format_count != 0;
	for (i = 0; i < m->format_count; i++)
		if (m->formats[i].payload_type == payload_type)
			break;
	if (i == m->format_count)
		return false;
	access_unit_end(m);
	if (m->formats[i].codec != m->formats[m->format].codec)
		parameter_sets_clear(&m->sets);
	m->format = (uint8_t)i;
	return true;
}

static bool
is_ours(const struct media *m, uint8_t payload_type)
{
	unsigned i;

	for (i = 0; i < m->format_count; i++)
		if (m->formats[i].payload_type == payload_type)
			return true;
	return false;
}

static void
depacketise(struct media *m, const struct rtp_packet *p, int64_t now_us)
{
	switch ((enum codec)m->formats[m->format].codec) {
	case CODEC_H264:
		h264_packet(m, p, now_us);
		break;
	case CODEC_H265:
		h265_packet(m, p, now_us);
		break;
	case CODEC_MJPEG:
		mjpeg_packet(m, p, now_us);
		break;
	case CODEC_MPEG4:
		mpeg4_packet(m, p, now_us);
		break;
	case CODEC_NONE:
	case CODEC_OTHER:
		break;
	}
}

static void
note_arrival(struct media *m, const struct rtp_packet *p, uint32_t length,
    int64_t now_us)
{
	int64_t gap = m->last_media_us ? now_us - m->last_media_us : 0;

	if (m->outage) {
		gap = 0;
		account_outage(&m->account);
	}
	if (gap > m->gap_now_us[0]) {
		m->gap_now_us[1] = m->gap_now_us[0];
		m->gap_now_us[0] = gap;
	} else if (gap > m->gap_now_us[1]) {
		m->gap_now_us[1] = gap;
	}
	m->last_media_us = now_us;
	m->packets++;
	m->account.packets++;
	m->account.wire_bytes += length;
	if (p->extension_id == REPLAY_EXTENSION)
		m->account.replay_mark = true;
}

/* One parsed packet in its turn. */
static void
take_rtp(struct media *m, const struct rtp_packet *p, uint32_t length,
    int64_t now_us)
{
	uint32_t lost = 0;

	if (!is_ours(m, p->payload_type)) {
		m->foreign++;
		return;
	}
	switch (rtp_source_take(&m->source, p, now_us, &lost)) {
	case RTP_FIRST:
		if (m->source.switched) {
			access_unit_end(m);
			account_break(&m->account);
		}
		break;
	case RTP_NEXT:
		break;
	case RTP_GAP:
		m->account.lost += lost;
		m->unit.lost = true;
		break;
	case RTP_DUPLICATE:
		m->account.duplicates++;
		return;
	case RTP_FOREIGN:
		m->foreign++;
		return;
	}
	if (!select_format(m, p->payload_type))
		return;
	note_arrival(m, p, length, now_us);
	depacketise(m, p, now_us);
}

static void
take_rtcp(struct media *m, struct span packet, int64_t now_us)
{
	struct rtcp_news news;
	int64_t ntp_us;

	m->account.wire_bytes += packet.n;
	if (!rtcp_parse(packet, m->source.locked, m->source.ssrc, &news))
		return;
	if (news.sender_report && rtcp_ntp_unix_us(news.ntp, &ntp_us)) {
		m->sr_offset_us = ntp_us - now_us;
		m->sr_ntp_mid = (uint32_t)(news.ntp >> 16);
		m->sr_at_us = now_us;
	}
	if (news.bye)
		m->bye = 1;
}

static void
take_packet(struct media *m, struct span packet, int64_t now_us)
{
	struct rtp_packet p;

	if (rtp_parse(packet, (uint32_t)packet.n, &p))
		take_rtp(m, &p, (uint32_t)packet.n, now_us);
	else
		m->foreign++;
}

/* A channel that the SETUP answer didn't name, with only one track set up. */
static void
adopt(struct media *m, unsigned channel, struct span packet, int64_t now_us)
{
	struct rtp_packet p;

	if (!m->channels.only_track ||
	    !rtp_parse(packet, (uint32_t)packet.n, &p) ||
	    !is_ours(m, p.payload_type) ||
	    (m->source.locked && p.ssrc != m->source.ssrc)) {
		m->foreign++;
		return;
	}
	m->channels.rtp = (int16_t)channel;
	take_rtp(m, &p, (uint32_t)packet.n, now_us);
}

void
media_interleaved(struct media *m, unsigned channel, struct span packet,
    int64_t now_us)
{
	bool ours = (int)channel == m->channels.rtp ||
		    (int)channel == m->channels.rtcp || m->channels.only_track;

	if (!ours)
		return;
	if (rtcp_is(packet)) /* whatever the channel says (chan_swapped) */
		take_rtcp(m, packet, now_us);
	else if ((int)channel == m->channels.rtp)
		take_packet(m, packet, now_us);
	else
		adopt(m, channel, packet, now_us);
}

static bool
head_suffices(const struct media *m, const struct rtp_packet *p)
{
	switch ((enum codec)m->formats[m->format].codec) {
	case CODEC_H264:
		return h264_head_suffices(m, p);
	case CODEC_H265:
		return h265_head_suffices(m, p);
	case CODEC_MJPEG:
		return mjpeg_head_suffices(m, p);
	case CODEC_MPEG4:
		return mpeg4_head_suffices(m, p);
	case CODEC_NONE:
	case CODEC_OTHER:
		break;
	}
	return false;
}

bool
media_head(struct media *m, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct rtp_packet p;

	if ((int)channel != m->channels.rtp || !m->source.locked ||
	    rtcp_is(head) || !rtp_parse(head, length, &p))
		return false;
	if (p.payload_type != m->formats[m->format].payload_type ||
	    p.ssrc != m->source.ssrc ||
	    p.sequence != (uint16_t)(m->source.max + 1) || m->unit.lost ||
	    !head_suffices(m, &p))
		return false;
	take_rtp(m, &p, length, now_us);
	return true;
}

static void
drain(struct media *m, int64_t now_us)
{
	int64_t at_us;
	struct span packet;

	while (packet = rtp_reorder_next(m->window, now_us, &at_us), packet.p)
		take_packet(m, packet, now_us);
}

void
media_udp(struct media *m, bool rtcp, struct span packet, int64_t now_us)
{
	if (rtcp || rtcp_is(packet)) {
		if (rtcp_is(packet))
			take_rtcp(m, packet, now_us);
		else
			m->foreign++;
		return;
	}
	if (!m->window || rtp_reorder_direct(m->window, packet)) {
		take_packet(m, packet, now_us);
		return;
	}
	if (!rtp_reorder_put(m->window, packet, now_us))
		m->account.duplicates++;
	drain(m, now_us);
}

void
media_want(struct media *m, uint64_t ticket, int64_t from_us)
{
	m->want = ticket;
	m->want_from_us = from_us;
	if (!ticket || m->unit.collect == COLLECT_NO)
		return;
	/* what is being collected began before this ask */
	m->unit.collect = COLLECT_NO;
	access_unit_drop(m);
}

void
media_tick(struct media *m, int64_t now_us)
{
	if (m->window)
		drain(m, now_us);
	access_unit_tick(m, now_us);
}

uint32_t
media_packets(const struct media *m)
{
	return m->packets;
}

void
media_resynced(struct media *m, unsigned count)
{
	m->account.resyncs += count;
	if (count)
		m->unit.lost = true;
}

static uint32_t
picture_print(const struct media *m)
{
	if (m->sets.print || !m->unit.width)
		return m->sets.print;
	return (uint32_t)m->unit.width << 16 | m->unit.height;
}

/* What happened once was an outage, and learning from it would hide the next
 * one; what happens again is the stream's way. */
static void
learn_gap(struct media *m)
{
	int64_t *now = m->gap_now_us;
	int64_t again = now[0] < m->gap_before_us ? now[0] : m->gap_before_us;
	int64_t usual = now[1] > again ? now[1] : again;

	if (now[0] == 0) /* one packet, or none: nothing to learn from */
		return;
	if (usual > m->gap_us)
		m->gap_us = usual;
	else
		m->gap_us -= (m->gap_us - usual) / 8;
	m->gap_before_us = now[0];
	now[0] = now[1] = 0;
}

void
media_account(struct media *m, int64_t now_us, int64_t utc_anchor_us,
    struct account *out)
{
	bool jpeg = m->formats[m->format].codec == CODEC_MJPEG;

	account_take(&m->account, now_us, out);
	out->codec = (enum codec)m->formats[m->format].codec;
	out->width = jpeg ? m->unit.width : m->sets.width;
	out->height = jpeg ? m->unit.height : m->sets.height;
	out->parameter_print = picture_print(m);
	out->clock_offset_us = m->sr_offset_us == INT64_MIN
				   ? INT64_MIN
				   : m->sr_offset_us - utc_anchor_us;
	learn_gap(m);
}

/* Fraction lost since the last report (RFC 3550 A.3). */
static uint8_t
fraction_lost(struct rtp_source *s, uint32_t expected)
{
	uint32_t interval = expected - s->prior_expected;
	uint32_t received = s->received - s->prior_received;

	s->prior_expected = expected;
	s->prior_received = s->received;
	if (!interval || received >= interval)
		return 0;
	return (
	    uint8_t)(((uint64_t)(interval - received) * 256) / interval > 255
			 ? 255
			 : ((uint64_t)(interval - received) * 256) / interval);
}

unsigned
media_report(struct media *m, uint32_t own_ssrc, int64_t now_us,
    uint8_t out[MEDIA_REPORT_BYTES])
{
	struct rtp_source *s = &m->source;
	struct rtcp_report r = { 0 };
	uint32_t expected;

	if (!s->locked)
		return 0;
	r.own_ssrc = own_ssrc;
	r.ssrc = s->ssrc;
	r.highest = s->cycles + s->max;
	expected = r.highest - s->base + 1;
	r.lost = expected > s->received ? expected - s->received : 0;
	r.fraction = fraction_lost(s, expected);
	if (m->sr_at_us) {
		uint64_t delay = (uint64_t)(now_us - m->sr_at_us);

		r.last_sr = m->sr_ntp_mid;
		r.delay_sr = (uint32_t)(delay * 65536 / 1000000);
	}
	return rtcp_report(&r, out);
}
