/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session's actions carried out: the only place where they have effects. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/channel.h"
#include "common/log.h"
#include "common/wire.h"
#include "probes/stream/conn.h"
#include "probes/stream/feed.h"
#include "probes/stream/udp.h"

#define SECOND 1000000LL
#define FMTP_BYTES 2048u
#define SHORT_TOLD_US (60 * SECOND)
#define SHORT_TEXT "camwarden itself lacks descriptors or memory"

static bool
is_loopback(const struct wire_address *a)
{
	static const uint8_t one[16] = { [15] = 1 };
	static const uint8_t
	    mapped[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };

	if (a->family == 4)
		return a->bytes[0] == 127;
	return memcmp(a->bytes, one, 16) == 0 ||
	       memcmp(a->bytes, mapped, 13) == 0;
}

/* The address to dial; false: a name that must be resolved first. */
static bool
pick_address(struct feed *f, const struct rtsp_url *url,
    struct wire_address *out)
{
	if (url->literal)
		*out = url->address;
	else if (f->session.foreign)
		*out = f->foreign;
	else if (f->address_count > 0)
		*out = f->addresses[f->address_at % f->address_count];
	else
		return false;
	return out->family != 0;
}

static void
set_host(struct feed *f, const struct wire_address *a)
{
	uint8_t opening = f->counted & FEED_OPENING;

	if (f->host != NULL && memcmp(&f->host->address, a, sizeof(*a)) == 0)
		return;
	if (f->host != NULL && opening)
		f->host->opening--;
	pace_host_put(&f->stream->pace, &f->host);
	f->host = pace_host_get(&f->stream->pace, a);
	if (f->host != NULL && opening)
		f->host->opening++;
}

/* ---- what the session wants done ---- */

static void
do_connect(struct feed *f, int64_t now_us)
{
	struct rtsp_url url;
	struct wire_address a;

	if (!rtsp_session_target(&f->session, &url) ||
	    !pick_address(f, &url, &a)) {
		feed_event(f, RTSP_EV_UNREACHABLE, "no address", now_us);
		return;
	}
	if (f->stream->config.loopback_only && !is_loopback(&a)) {
		feed_event(f, RTSP_EV_UNREACHABLE,
		    "address not allowed: loopback only", now_us);
		return;
	}
	set_host(f, &a);
	f->address = a;
	interleaved_fini(&f->framing);
	interleaved_init(&f->framing);
	f->resyncs = 0;
	f->own_ssrc = (uint32_t)stream_random(f->stream);
	conn_open(f, &a, url.port, now_us);
}

static void
do_resolve(struct feed *f)
{
	struct wire_resolve ask = { .ref = f->ref };
	struct rtsp_url url;

	if (!rtsp_session_target(&f->session, &url))
		return;
	memcpy(ask.host, url.host, sizeof(ask.host));
	channel_put(f->stream->channel, resolve, WIRE_RESOLVE, &ask);
}

static void
do_media(struct feed *f, const struct sdp_track *t, int64_t now_us)
{
	static char text[SDP_FORMATS][FMTP_BYTES];
	struct media_format formats[SDP_FORMATS];
	unsigned count = 0;

	for (unsigned i = 0; i < t->format_count; i++) {
		const struct sdp_format *s = &t->formats[i];
		bool has =
		    s->fmtp.n > 0 && span_copy(s->fmtp, text[i], FMTP_BYTES);

		if (s->codec == CODEC_OTHER)
			continue;
		formats[count++] = (struct media_format){ s->codec,
			s->payload_type, s->clock_rate, has ? text[i] : NULL };
	}
	if (!media_restart(&f->media, formats, count, f->session.udp, now_us))
		log_debug("stream", "feed=%u no format could be taken",
		    f->ref.feed);
	if (count == 1)
		interleaved_set_payload_type(&f->framing,
		    formats[0].payload_type);
	f->media_on = true;
	f->stalled_us = now_us;
}

static void
do_transport(struct feed *f, const struct rtsp_actions *todo)
{
	const struct rtsp_transport *t = &todo->transport;

	if (f->session.udp) {
		f->server_rtp = t->has_server_port ? t->server_rtp : 0;
		f->server_rtcp = t->has_server_port ? t->server_rtcp : 0;
		f->ssrc_hint = t->has_ssrc ? t->ssrc : 0;
		f->transport_known = true;
		return;
	}

	uint8_t rtp = t->has_channels ? t->rtp_channel : 0;
	uint8_t rtcp = t->has_channels ? t->rtcp_channel : 1;

	if (todo->transport_is_extra && !t->has_channels) {
		rtp = 2;
		rtcp = 3;
	}
	interleaved_add_channel(&f->framing, rtp);
	interleaved_add_channel(&f->framing, rtcp);
	if (todo->transport_is_extra)
		return;
	f->only_track = f->session.extra == NULL;
	media_set_channels(&f->media,
	    (struct media_channels){ rtp, rtcp, f->only_track });
}

static void
do_ports(struct feed *f, int64_t now_us)
{
	struct rtsp_event event = { .kind = RTSP_EV_PORTS };

	event.port = udp_attach(f);
	if (event.port == 0 && conn_lacks(errno)) {
		feed_short(f, errno, now_us);
		return;
	}
	if (event.port == 0) {
		event.kind = RTSP_EV_NO_PORTS;
		event.why = "no UDP ports";
	}
	feed_step(f, &event, now_us);
}

static void
do_close(struct feed *f, bool abort, int64_t now_us)
{
	if (f->media_on)
		media_end(&f->media, now_us);
	f->media_on = false;
	udp_detach(f);
	f->server_rtp = f->server_rtcp = 0;
	f->ssrc_hint = 0;
	f->transport_known = false;
	if (f->reading) { /* the walk over its bytes is still under way */
		interleaved_stop(&f->framing);
		f->close_after = true;
		f->abort_after = abort;
		event_del(&f->event);
	} else {
		conn_close(f, abort);
	}
}

static void
trace(struct feed *f, const char *what, const uint8_t *p, size_t n)
{
	const uint8_t *end = memchr(p, '\r', n);

	if (!f->stream->config.trace_requests)
		return;
	if (end != NULL)
		n = (size_t)(end - p);
	log_info("stream", "feed=%u %s %.*s", f->ref.feed, what,
	    (int)(n < 200 ? n : 200), (const char *)p);
}

/* ---- counting for the pace ---- */

static uint8_t
counts_of(const struct rtsp_session *s)
{
	uint8_t state = s->state, c = 0;

	if (state >= RTSP_CONNECTING && state <= RTSP_PLAY)
		c |= FEED_OPENING;
	if (state == RTSP_CONNECTING)
		c |= FEED_HALF_OPEN;
	if (state >= RTSP_CONNECTING && state <= RTSP_TEARDOWN)
		c |= FEED_IN_DEVICE;
	if (state == RTSP_FLOWING)
		c |= FEED_FLOWING;
	return c;
}

static void
move(uint32_t *count, uint8_t before, uint8_t now, uint8_t bit)
{
	if (now & bit && !(before & bit))
		++*count;
	else if (before & bit && !(now & bit))
		--*count;
}

static void
count(struct feed *f, int64_t now_us)
{
	uint8_t before = f->counted, now = counts_of(&f->session);
	struct stream *s = f->stream;
	uint32_t none = 0;

	if (now == before)
		return;
	move(f->host ? &f->host->opening : &none, before, now, FEED_OPENING);
	move(&s->pace.half_open, before, now, FEED_HALF_OPEN);
	move(f->device ? &f->device->open : &none, before, now, FEED_IN_DEVICE);
	move(&s->counts.flowing, before, now, FEED_FLOWING);
	if (before & ~now & FEED_IN_DEVICE && f->device_sessions != 0)
		seats_rest(f->device, now_us, f->session.lingers_us);
	f->counted = now;
}

static void
queue_or_not(struct feed *f, const struct rtsp_event *event)
{
	bool wants = f->session.state == RTSP_WAITING;

	if (wants && !f->waiting) {
		f->told = PACE_GO;
		stream_wait(f->stream, f, event->kind == RTSP_EV_RETRY);
	} else if (!wants && f->waiting) {
		stream_wait_not(f->stream, f);
	}
}

/* ---- events ---- */

static void
carry_out(struct feed *f, const struct rtsp_actions *todo, int64_t now_us)
{
	unsigned flags = todo->flags;

	if (flags & RTSP_DO_MEDIA)
		do_media(f, todo->track, now_us);
	if (flags & RTSP_DO_TRANSPORT)
		do_transport(f, todo);
	if (flags & RTSP_DO_SEND) {
		trace(f, "sends", (const uint8_t *)todo->out, todo->length);
		conn_send(f, todo->out, todo->length);
	}
	if (flags & RTSP_DO_BAD_LOGIN)
		pace_bad_login(f->host, todo->bad_logins, now_us);
	if (flags & RTSP_DO_GOOD_LOGIN && f->host != NULL)
		f->host->good = true;
	if (flags & RTSP_DO_CLOSE)
		do_close(f, (flags & RTSP_DO_ABORT) != 0, now_us);
	if (flags & RTSP_DO_NEXT_ADDRESS)
		f->address_at++;
	if (flags & RTSP_DO_REPORT)
		feed_report(f, todo->detail, now_us);
	if (flags & RTSP_DO_LEARNED)
		feed_learned(f);
}

static void
on_state(struct feed *f, uint8_t before, int64_t now_us)
{
	uint8_t state = f->session.state;

	if (state == before)
		return;
	if (before == RTSP_FLOWING)
		feed_account(f, now_us);
	if (state == RTSP_STALLED)
		f->stalled_us = now_us;
	if (state == RTSP_PLAYING) {
		f->report_us = now_us + 5 * SECOND;
		if (f->session.udp)
			udp_punch(f);
	}
	if (state == RTSP_FLOWING) {
		if (f->host != NULL)
			f->host->good = true;
		f->lowat_us = now_us;
		f->rate_bytes = 0;
		if (!f->session.udp)
			conn_lowat(f, f->stream->config.lowat_bytes);
	} else if (before == RTSP_FLOWING && f->fd >= 0) {
		conn_lowat(f, 0);
	}
}

static void
after(struct feed *f, const struct rtsp_event *event, uint8_t before,
    const struct rtsp_actions *todo, int64_t now_us)
{
	f->media.outage = f->session.outage;
	/* Before it is counted that this one ended. */
	if (before != RTSP_BACKOFF && f->session.state == RTSP_BACKOFF &&
	    (f->session.reason == REASON_BUSY_453 ||
		f->session.reason == REASON_BUSY_503))
		seats_busy(f->device, now_us);
	count(f, now_us);
	carry_out(f, todo, now_us);
	on_state(f, before, now_us);
	queue_or_not(f, event);
	stream_due(f->stream, f, now_us);
	/* These may step again: nothing of ours comes after them. */
	if (todo->flags & RTSP_DO_RESOLVE)
		do_resolve(f);
	else if (todo->flags & RTSP_DO_CONNECT)
		do_connect(f, now_us);
	else if (todo->flags & RTSP_DO_SECURE)
		conn_secure(f, now_us);
	else if (todo->flags & RTSP_DO_PORTS)
		do_ports(f, now_us);
	else if (todo->flags & RTSP_DO_TRANSPORT && f->session.udp &&
		 udp_conflicts(f)) {
		f->private_ports = true;
		feed_event(f, RTSP_EV_CONFLICT, NULL, now_us);
	}
}

void
feed_step(struct feed *f, const struct rtsp_event *event, int64_t now_us)
{
	struct rtsp_actions todo;
	uint8_t before = f->session.state;

	rtsp_session_step(&f->session, event, now_us, &todo);
	after(f, event, before, &todo, now_us);
}

void
feed_event(struct feed *f, enum rtsp_event_kind kind, const char *why,
    int64_t now_us)
{
	struct rtsp_event event = { .kind = kind, .why = why };

	feed_step(f, &event, now_us);
}

void
feed_message(struct feed *f, const struct rtsp_message *m, int64_t now_us)
{
	struct rtsp_actions todo;
	struct rtsp_event event = { .kind = RTSP_EV_OK };
	uint8_t before = f->session.state;

	if (m->is_request)
		trace(f, "is asked", m->method.p, m->method.n);
	else if (f->stream->config.trace_requests)
		log_info("stream", "feed=%u got %u", f->ref.feed, m->status);
	rtsp_session_message(&f->session, m, now_us, &todo);
	after(f, &event, before, &todo, now_us);
}

void
feed_tick(struct feed *f, int64_t now_us)
{
	struct rtsp_actions todo;
	struct rtsp_event event = { .kind = RTSP_EV_DEADLINE };
	uint8_t before = f->session.state;

	rtsp_session_tick(&f->session, now_us, &todo);
	after(f, &event, before, &todo, now_us);
}

void
feed_short(struct feed *f, int error, int64_t now_us)
{
	struct stream *s = f->stream;

	if (now_us >= s->short_told_us) {
		log_warn("stream", "feeds wait, since we lack %s",
		    strerror(error));
		s->short_told_us = now_us + SHORT_TOLD_US;
	}
	pace_short(&s->pace, now_us);
	feed_event(f, RTSP_EV_SHORT, SHORT_TEXT, now_us);
}

/* Why it waits, once. */
static void
tell_held(struct feed *f, enum pace_answer answer, enum rtsp_event_kind kind,
    const char *why, int64_t now_us)
{
	if (f->told == answer)
		return;
	f->told = (uint8_t)answer;
	feed_event(f, kind, why, now_us);
}

bool
feed_try_grant(struct feed *f, int64_t now_us)
{
	struct rtsp_event event = { .kind = RTSP_EV_GRANT };
	struct rtsp_url url;
	struct wire_address a;

	if (!rtsp_session_target(&f->session, &url))
		return true;
	event.addressed = pick_address(f, &url, &a);
	if (event.addressed)
		set_host(f, &a);

	struct pace_ask ask = { event.addressed ? f->host : NULL, f->device,
		f->device_sessions, url.tls, f->session.login_ever,
		f->session.user[0] != '\0' };

	enum pace_answer answer = pace_ask(&f->stream->pace, &ask, now_us);

	switch (answer) {
	case PACE_LATER:
		return false;
	case PACE_HOST:
		return true;
	case PACE_DEVICE:
		tell_held(f, answer, RTSP_EV_HELD,
		    "the device's sessions are all in use", now_us);
		return true;
	case PACE_SHORT:
		tell_held(f, answer, RTSP_EV_SHORT, SHORT_TEXT, now_us);
		return true;
	case PACE_LOCKED:
		feed_event(f, RTSP_EV_LOCKED, NULL, now_us);
		return true;
	case PACE_GO:
		feed_step(f, &event, now_us);
		return true;
	}
	return true;
}
