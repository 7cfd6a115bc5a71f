/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/visit.h"
#include "common/wire.h"
#include "probes/stream/conn.h"
#include "probes/stream/udp.h"

#define SECOND 1000000LL
/* A socket quiet for so long is read: SO_RCVLOWAT may hide its tail. Below the
 * second within which a silent stop must be noticed. */
#define QUIET_US 800000
#define REPORT_US (10 * SECOND) /* between RTCP receiver reports */
#define LOWAT_US (5 * SECOND)	/* the rate is measured over so long */
#define LOWAT_MOST (256u << 10)
#define WAKES_PER_10S 25 /* wanted per feed */
#define TICK_US 250000	 /* of UDP media */

static void
tell_gone(struct feed *f, uint64_t ticket, enum sample_result why)
{
	struct wire_sample_gone gone = { f->ref, ticket, why };

	channel_put(f->stream->channel, sample_gone, WIRE_SAMPLE_GONE, &gone);
}

static void
on_unit(void *arg, struct media *m, struct media_unit *unit)
{
	struct feed *f = arg;
	struct stream *s = f->stream;
	struct unit_head head = { .ticket = unit->ticket,
		.at_us = unit->at_us,
		.utc_us = unit->at_us + s->config.utc_anchor_us,
		.flags = f->ask.flags,
		.total = unit->length,
		.codec = (uint8_t)unit->codec,
		.ref = f->ref };

	if (unit->ticket != f->ask.ticket || unit->ticket == 0) {
		free(unit->bytes);
		return;
	}
	media_want(m, 0, 0);
	f->ask.ticket = 0;
	if (unit->result != SAMPLE_OK) {
		tell_gone(f, unit->ticket, unit->result);
		return;
	}
	memcpy(head.uuid, f->uuid, sizeof(head.uuid));
	if (sample_out_send(&s->out, f->ref.feed, &head, unit->bytes)) {
		s->counts.samples++;
		return;
	}
	s->out.on_gone(s->out.arg, &head);
}

static const struct media_calls media_calls = { on_unit };

static bool
take_addresses(struct feed *f, const struct wire_address *a, uint32_t count)
{
	struct wire_address *copy;

	if (count > LIMIT_ADDRESSES)
		count = LIMIT_ADDRESSES;
	if (count == 0)
		return true;
	copy = malloc(count * sizeof(*copy));
	if (copy == NULL)
		return false;
	memcpy(copy, a, count * sizeof(*copy));
	free(f->addresses);
	f->addresses = copy;
	f->address_count = (uint8_t)count;
	f->address_at = 0;
	return true;
}

static int64_t
next_visit(const struct feed *f, int64_t now_us)
{
	return visit_next_us(f->visit_every_seconds, f->visit_phase_seconds,
	    now_us);
}

static void
spread_times(struct feed *f, const struct wire_feed_add *add, int64_t now_us)
{
	struct stream *s = f->stream;
	int64_t interval = (int64_t)s->config.account_interval_ms * 1000;
	int64_t from_us =
	    add->not_before_us > now_us ? add->not_before_us : now_us;

	f->account_us =
	    now_us + (int64_t)(stream_random(s) % (uint64_t)interval);
	f->visit_us = 0;
	if (f->visit_seconds != 0)
		f->visit_us = next_visit(f, from_us);
	else if (from_us > now_us)
		f->visit_us = from_us;
}

struct feed *
feed_new(struct stream *s, const struct wire_feed_add *add, int64_t now_us)
{
	static const uint8_t none[32];
	struct feed *f = calloc(1, sizeof(*f));
	struct account unused;

	if (f == NULL)
		return NULL;
	f->stream = s;
	f->fd = -1;
	f->ref = add->ref;
	memcpy(f->uuid, add->uuid, sizeof(f->uuid));
	memcpy(f->pin, add->tls_pin, sizeof(f->pin));
	f->pinned = memcmp(f->pin, none, sizeof(none)) != 0;
	f->verify = (add->quirks & WIRE_QUIRK_TLS_VERIFY) != 0;
	f->device_sessions = add->device_sessions;
	f->visit_seconds = add->visit_seconds;
	f->visit_every_seconds = add->visit_every_seconds > add->visit_seconds
				     ? add->visit_every_seconds
				     : add->visit_seconds + 1;
	f->visit_phase_seconds = add->visit_phase_seconds;
	media_init(&f->media, &media_calls, f);
	f->media.unit.room = &s->room;
	/* The first account runs from now. */
	media_account(&f->media, now_us, s->config.utc_anchor_us, &unused);
	interleaved_init(&f->framing);
	f->device = seats_get(&s->pace.seats, add->device);
	if (f->device == NULL ||
	    !take_addresses(f, add->addresses, add->address_count) ||
	    !rtsp_session_init(&f->session, &s->options, add->url, add->user,
		add->password, stream_random(s))) {
		feed_free(&f);
		return NULL;
	}
	f->session.quirks = (uint8_t)add->quirks;
	f->session.limited = add->device_sessions != 0;
	f->session.knocks = (add->quirks & WIRE_QUIRK_SINGLE_SESSION) != 0 &&
			    add->visit_seconds == 0;
	f->session.configured = (uint8_t)add->transport;
	f->session.stall_us = (int64_t)add->stall_timeout_ms * 1000;
	f->session.gap_us = add->gap_us;
	f->media.gap_us = add->gap_us;
	if (add->keepalive >= RTSP_KEEP_OPTIONS &&
	    add->keepalive <= RTSP_KEEP_SET_PARAMETER)
		f->session.keepalive = add->keepalive;
	spread_times(f, add, now_us);
	return f;
}

void
feed_free(struct feed **at)
{
	struct feed *f = *at;

	*at = NULL;
	if (f == NULL)
		return;
	if (f->waiting)
		stream_wait_not(f->stream, f);
	udp_detach(f);
	conn_close(f, false);
	if (f->counted & FEED_OPENING && f->host != NULL)
		f->host->opening--;
	if (f->counted & FEED_IN_DEVICE && f->device != NULL)
		f->device->open--;
	if (f->counted & FEED_HALF_OPEN)
		f->stream->pace.half_open--;
	if (f->counted & FEED_FLOWING)
		f->stream->counts.flowing--;
	pace_host_put(&f->stream->pace, &f->host);
	seats_put(&f->stream->pace.seats, &f->device);
	media_fini(&f->media);
	interleaved_fini(&f->framing);
	rtsp_session_fini(&f->session);
	free(f->addresses);
	free(f);
}

/* ---- to the monitor ---- */

void
feed_report(struct feed *f, const char *detail, int64_t now_us)
{
	const struct rtsp_session *s = &f->session;
	struct link_report r = { .ref = f->ref,
		.at_us = now_us,
		.phase = rtsp_session_phase(s),
		.reason = (enum reason)s->reason,
		.status = s->status,
		.attempts = s->attempts,
		.last_media_us = s->last_media_us };

	if (s->state >= RTSP_CONNECTING && s->state <= RTSP_STALLED)
		r.transport = rtsp_session_tunnels(s) ? 4
			      : s->udp		      ? 2
			      : s->tls		      ? 3
						      : 1;
	if (r.phase == PHASE_BACKOFF || r.phase == PHASE_WAITING)
		r.next_try_us = s->next_try_us;
	snprintf(r.detail, sizeof(r.detail), "%s", detail);
	channel_put(f->stream->channel, link_report, WIRE_LINK_REPORT, &r);
}

void
feed_learned(struct feed *f)
{
	struct wire_learned m = { .ref = f->ref,
		.keepalive = f->session.keepalive,
		.transport =
		    f->session.udp ? WIRE_TRANSPORT_UDP : WIRE_TRANSPORT_TCP,
		.gap_us = (uint32_t)f->session.gap_us };

	memcpy(m.tls_pin, f->pin, sizeof(m.tls_pin));
	channel_put(f->stream->channel, learned, WIRE_LEARNED, &m);
}

void
feed_account(struct feed *f, int64_t now_us)
{
	struct account a;

	if (!f->fresh_account)
		return;
	f->fresh_account = false;
	media_account(&f->media, now_us, f->stream->config.utc_anchor_us, &a);
	a.ref = f->ref;
	f->session.gap_us = f->media.gap_us;
	channel_put(f->stream->channel, account, WIRE_ACCOUNT, &a);
}

void
feed_ask(struct feed *f, const struct wire_sample_ask *ask)
{
	if (f->ask.ticket != 0)
		tell_gone(f, f->ask.ticket, SAMPLE_NO_KEYFRAME);
	f->ask = *ask;
	media_want(&f->media, ask->ticket, ask->not_before_us);
}

void
feed_resolved(struct feed *f, const struct wire_resolved *r, int64_t now_us)
{
	struct rtsp_url url;

	if (!rtsp_session_target(&f->session, &url) ||
	    strcmp(url.host, r->host) != 0)
		return;
	if (r->address_count == 0) {
		feed_event(f, RTSP_EV_NO_NAME, "the name has no address",
		    now_us);
		return;
	}
	if (f->session.foreign)
		f->foreign = r->addresses[0];
	else if (!take_addresses(f, r->addresses, r->address_count))
		return;
	feed_event(f, RTSP_EV_RESOLVED, NULL, now_us);
}

/* ---- from the network ---- */

void
feed_after_media(struct feed *f, int64_t now_us)
{
	struct rtsp_session *s = &f->session;

	if (f->media.last_media_us > s->last_media_us) {
		s->last_media_us = f->media.last_media_us;
		f->fresh_account = true;
	}
	if (s->state == RTSP_PLAYING
		? media_packets(&f->media) >= 2
		: s->state == RTSP_STALLED &&
		      f->media.last_media_us > f->stalled_us)
		feed_event(f, RTSP_EV_MEDIA, NULL, now_us);
	if (f->media.bye != 0 && s->state >= RTSP_PLAYING &&
	    s->state <= RTSP_STALLED)
		feed_event(f, RTSP_EV_BYE, "the source said goodbye", now_us);
}

/* ---- the sweep ---- */

static bool
is_live(const struct feed *f)
{
	return f->session.state >= RTSP_PLAYING &&
	       f->session.state <= RTSP_STALLED;
}

static void
send_report(struct feed *f, int64_t now_us)
{
	uint8_t frame[4 + MEDIA_REPORT_BYTES];
	unsigned n = media_report(&f->media, f->own_ssrc, now_us, frame + 4);

	f->report_us = now_us + REPORT_US -
		       (int64_t)(stream_random(f->stream) % (2 * SECOND));
	if (f->session.udp) {
		udp_punch(f); /* keeps NATs open too */
		if (n > 0)
			udp_send_report(f, (struct span){ frame + 4, n });
		return;
	}
	if (n == 0 || f->media.channels.rtcp < 0)
		return;
	frame[0] = '$';
	frame[1] = (uint8_t)f->media.channels.rtcp;
	frame[2] = 0;
	frame[3] = (uint8_t)n;
	conn_send(f, frame, 4 + n);
}

/* As many bytes as come in 0.4 s, so that a fast stream wakes us no oftener
 * than a slow one; never below what is configured. */
static void
adapt_lowat(struct feed *f, int64_t now_us)
{
	int64_t passed = now_us - f->lowat_us;
	uint32_t least = f->stream->config.lowat_bytes;

	if (f->session.udp || f->session.state != RTSP_FLOWING || least == 0 ||
	    passed < LOWAT_US)
		return;

	uint64_t want =
	    f->rate_bytes * 10 * SECOND / ((uint64_t)passed * WAKES_PER_10S);

	f->rate_bytes = 0;
	f->lowat_us = now_us;
	if (want < least)
		want = least;
	if (want > LOWAT_MOST)
		want = LOWAT_MOST;
	/* Not for a trifle: it costs a system call. */
	if (want > f->lowat + f->lowat / 4 || want + want / 4 < f->lowat)
		conn_lowat(f, (uint32_t)want);
}

static void
visit(struct feed *f, int64_t now_us)
{
	if (f->visit_us == 0 || now_us < f->visit_us)
		return;
	if (f->visit_seconds == 0) { /* not_before of a held feed */
		f->visit_us = 0;
		feed_event(f, RTSP_EV_WANT, NULL, now_us);
	} else if (f->session.wanted) {
		f->visit_us = next_visit(f, now_us);
		feed_event(f, RTSP_EV_UNWANT, "the visit is over", now_us);
	} else {
		f->visit_us = now_us + f->visit_seconds * SECOND;
		feed_event(f, RTSP_EV_WANT, NULL, now_us);
	}
}

static int64_t
next_time(const struct feed *f, int64_t now_us)
{
	int64_t at = rtsp_session_due(&f->session);

	if (f->account_us < at)
		at = f->account_us;
	if (f->visit_us != 0 && f->visit_us < at)
		at = f->visit_us;
	if (is_live(f)) {
		int64_t quiet =
		    f->session.udp ? now_us + TICK_US : f->read_us + QUIET_US;

		if (quiet < at)
			at = quiet;
		if (f->report_us < at)
			at = f->report_us;
	}
	return at;
}

static bool
socket_is_due(const struct feed *f, int64_t now_us)
{
	const struct rtsp_session *s = &f->session;

	if (f->fd < 0 || !is_live(f) || s->udp)
		return false;
	/* Before a stall is called, look what the kernel withholds. (Most
	 * deadlines have been outrun by media, and keep-alives call nothing.)
	 */
	return now_us - f->read_us >= QUIET_US ||
	       (s->state == RTSP_FLOWING &&
		   now_us - s->last_media_us >= rtsp_session_stall_us(s));
}

void
feed_sweep(struct feed *f, int64_t now_us)
{
	if (socket_is_due(f, now_us))
		conn_read(f, now_us);
	if (is_live(f))
		media_tick(&f->media, now_us);
	if (f->lacks != 0 && !is_live(f)) /* a keep-alive is missed easily */
		feed_short(f, f->lacks, now_us);
	f->lacks = 0;
	if (rtsp_session_due(&f->session) <= now_us)
		feed_tick(f, now_us);
	if (is_live(f) && now_us >= f->report_us)
		send_report(f, now_us);
	adapt_lowat(f, now_us);
	if (now_us >= f->account_us) {
		f->account_us =
		    now_us +
		    (int64_t)f->stream->config.account_interval_ms * 1000;
		feed_account(f, now_us);
	}
	visit(f, now_us);
	stream_due(f->stream, f, next_time(f, now_us));
}
