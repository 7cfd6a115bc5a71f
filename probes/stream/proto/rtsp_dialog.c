/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_machine.h"

#define SECOND 1000000LL
#define TIMEOUT_DEFAULT_S 60u /* RFC 2326 s12.37 */
/* Less is a mistake, and taken as the default, until sessions end by it. */
#define TIMEOUT_LEAST_S 5u
#define TOKEN_BYTES 256u
#define SERVED_US (60 * SECOND) /* so long no link of a chain serves */
#define NEXT RTSP_STATE_COUNT	/* the row's next state */

bool
rtsp_dialog_keep(char **where, const char *text, size_t n)
{
	char *copy = malloc(n + 1);

	if (copy == NULL)
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	free(*where);
	*where = copy;
	return true;
}

static const char *
dialled(const struct rtsp_session *s)
{
	return s->dial != NULL ? s->dial : s->url;
}

static bool
interleaved_only(const struct rtsp_session *s)
{
	return s->configured == WIRE_TRANSPORT_TCP || rtsp_session_tunnels(s);
}

unsigned
rtsp_dialog_dial(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	s->status = 0;
	s->udp = s->configured == WIRE_TRANSPORT_UDP ? !s->udp_failed
						     : s->tcp_failed;
	s->udp = s->udp && !interleaved_only(s);
	s->urgent = false;
	s->range = (s->quirks & WIRE_QUIRK_NO_RANGE) == 0;
	if (st->event->kind == RTSP_EV_GRANT && !st->event->addressed) {
		st->todo->flags |= RTSP_DO_RESOLVE;
		return RTSP_RESOLVING;
	}
	if (s->attempts < UINT32_MAX)
		s->attempts++;
	st->todo->flags |= RTSP_DO_CONNECT;
	return RTSP_CONNECTING;
}

unsigned
rtsp_dialog_connected(struct rtsp_step *st)
{
	/* Who answers each question just in time is cut, too. */
	st->s->dialogue_us = st->now + st->s->options->reply_us * 3 / 2;
	if (!st->s->tls)
		return rtsp_dialog_begin(st);
	st->todo->flags |= RTSP_DO_SECURE;
	return RTSP_SECURING;
}

unsigned
rtsp_dialog_begin(struct rtsp_step *st)
{
	if (!rtsp_session_tunnels(st->s))
		return rtsp_dialog_tunnelled(st);
	rtsp_request_get(st);
	return RTSP_TUNNEL;
}

/* The first request. With a challenge carried over from a connection that was
 * closed on 401, or where OPTIONS hurts, DESCRIBE goes first. */
unsigned
rtsp_dialog_tunnelled(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->web != NULL) {
		st->todo->flags |= RTSP_DO_GOOD_LOGIN;
		s->web_proved = s->login_ever = true;
		s->early_closes = 0;
	}
	s->cseq = 0;
	if (s->skip_options || s->minimal || s->challenge != NULL)
		return rtsp_dialog_describe(st);
	rtsp_request_send(st, RTSP_M_OPTIONS, dialled(s), "");
	return RTSP_OPTIONS;
}

unsigned
rtsp_dialog_describe(struct rtsp_step *st)
{
	rtsp_request_send(st, RTSP_M_DESCRIBE, dialled(st->s),
	    "Accept: application/sdp\r\n");
	return RTSP_DESCRIBE;
}

unsigned
rtsp_dialog_skip_options(struct rtsp_step *st)
{
	st->s->skip_options = true;
	st->s->passed_cseq = st->s->pending_cseq;
	return rtsp_dialog_describe(st);
}

unsigned
rtsp_dialog_closed_on_options(struct rtsp_step *st)
{
	if (st->s->skip_options)
		return rtsp_leave_with(st, st->reason);
	st->s->skip_options = true;
	return rtsp_leave_again(st, SECOND);
}

/* Closed before the answer. VStarcam closes after its 401: one more
 * connection with the nonce we got (RTSP.md 2). */
unsigned
rtsp_dialog_closed(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->challenge == NULL || s->auth_sends == 0 || s->early_closes > 0)
		return rtsp_leave_with(st, st->reason);
	s->early_closes++;
	return rtsp_leave_again(st, SECOND);
}

/* ---- DESCRIBE and SETUP ---- */

static bool
join(struct rtsp_session *s, struct span base, struct span control,
    char **where)
{
	char text[LIMIT_URL_BYTES];
	struct rtsp_url url;

	return rtsp_session_target(s, &url) &&
	       rtsp_url_join(&url, base, control, text) &&
	       rtsp_dialog_keep(where, text, strlen(text));
}

static struct span
base_of(const struct rtsp_session *s, const struct rtsp_message *m)
{
	struct span base = rtsp_message_find(m, "content-base");

	if (base.n == 0)
		base = rtsp_message_find(m, "content-location");
	return base.n == 0 ? span_of(dialled(s)) : base;
}

static unsigned
send_setup(struct rtsp_step *st, const char *url, bool extra)
{
	struct rtsp_session *s = st->s;
	char header[96];

	if (s->udp)
		snprintf(header, sizeof(header),
		    "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", s->port,
		    s->port + 1u);
	else
		snprintf(header, sizeof(header),
		    "Transport: RTP/AVP/TCP;unicast;interleaved=%s\r\n",
		    extra ? "2-3" : "0-1");
	rtsp_request_send(st, RTSP_M_SETUP, url, header);
	return RTSP_SETUP;
}

static void
note_extra(struct rtsp_session *s, const struct sdp *sdp, struct span base,
    const struct sdp_track *ours, struct span server)
{
	bool all = (s->quirks & WIRE_QUIRK_SETUP_ALL) != 0 ||
		   sdp_needs_all(sdp, server);

	for (uint32_t i = 0; all && i < sdp->track_count; i++) {
		const struct sdp_track *t = &sdp->tracks[i];

		if (t != ours && span_equal(t->type, "audio")) {
			join(s, base, t->control, &s->extra);
			return;
		}
	}
}

/* It is there and would serve; whoever needs its session finds it free. */
static unsigned
yield(struct rtsp_step *st)
{
	st->s->attempts = 0;
	rtsp_leave_detail(st, "it answers; its sessions are left to others");
	return rtsp_leave_with(st, REASON_YIELDED);
}

unsigned
rtsp_dialog_sdp(struct rtsp_step *st)
{
	static struct sdp sdp; /* 20 KB: not on the stack; one thread only */
	struct rtsp_session *s = st->s;
	struct span server = rtsp_message_find(st->event->message, "server");
	enum reason reason;

	rtsp_dialog_login_proved(st);
	sdp_parse(st->event->message->body, &sdp);
	s->old_live555 = sdp_is_old_live555(&sdp, server);

	const struct sdp_track *t = sdp_choose(&sdp, &reason);

	if (t == NULL) {
		rtsp_leave_detail(st,
		    reason == REASON_SDP_NO_VIDEO
			? "no video in the description"
			: "no codec we know in the description");
		return rtsp_leave_with(st, reason);
	}
	if (s->knocks)
		return yield(st);

	struct span base = base_of(s, st->event->message);
	/* A session-level absolute control is a better base (RTSP.md 3). */
	bool rooted = span_starts(sdp.control, "rtsp");

	if (!join(s, base, sdp.control, &s->aggregate) ||
	    !join(s, rooted ? sdp.control : base, t->control, &s->track)) {
		rtsp_leave_detail(st, "control URL too long");
		return rtsp_leave_with(st, REASON_PROTOCOL);
	}
	note_extra(s, &sdp, base, t, server);
	st->todo->track = t;
	st->todo->flags |= RTSP_DO_MEDIA;
	if (s->udp) {
		st->todo->flags |= RTSP_DO_PORTS;
		s->pending = RTSP_M_NONE;
		s->pending_cseq = 0;
		s->deadline_us = st->now + s->options->reply_us;
		return RTSP_SETUP;
	}
	return send_setup(st, s->track, false);
}

unsigned
rtsp_dialog_ports(struct rtsp_step *st)
{
	st->s->port = st->event->port;
	return send_setup(st, st->s->track, false);
}

static void
take_session(struct rtsp_session *s, const struct rtsp_message *m)
{
	uint32_t timeout;
	struct span token = rtsp_message_session(m, &timeout);
	char text[TOKEN_BYTES];

	if (timeout < TIMEOUT_LEAST_S && timeout > 0)
		s->hint_s = timeout;
	if (s->timeout_s == 0 && timeout >= (s->brief ? 1 : TIMEOUT_LEAST_S) &&
	    timeout <= 86400)
		s->timeout_s = timeout;
	/* Another token in a later answer is ignored: the first one counts. */
	if (s->token == NULL && token.n > 0 &&
	    span_copy(token, text, sizeof(text)))
		rtsp_dialog_keep(&s->token, text, token.n);
}

unsigned
rtsp_dialog_setup_done(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	const struct rtsp_message *m = st->event->message;
	struct rtsp_transport *t = &st->todo->transport;
	struct span value = rtsp_message_find(m, "transport");

	rtsp_dialog_login_proved(st);
	take_session(s, m);
	rtsp_transport_parse(value, t);
	if (value.n > 0 && (s->udp ? t->tcp : t->has_server_port && !t->tcp)) {
		rtsp_leave_detail(st, "answered with another transport");
		return rtsp_dialog_other_transport(st);
	}
	st->todo->transport_is_extra = s->extra_done;
	st->todo->flags |= RTSP_DO_TRANSPORT;
	if (s->extra != NULL && !s->extra_done && !s->udp) {
		s->extra_done = true;
		return send_setup(st, s->extra, true);
	}
	rtsp_request_send(st, RTSP_M_PLAY, s->aggregate, "");
	return RTSP_PLAY;
}

static bool
transport_left(struct rtsp_session *s)
{
	if (s->udp)
		s->udp_failed = true;
	else
		s->tcp_failed = true;
	if (interleaved_only(s) || (s->udp_failed && s->tcp_failed)) {
		s->udp_failed = s->tcp_failed = false;
		return false;
	}
	return true;
}

/* Refused, or UDP stays silent: a fresh connection with the other one. */
unsigned
rtsp_dialog_other_transport(struct rtsp_step *st)
{
	/* No media over TCP is not the transport's fault. */
	if (st->reason == REASON_PLAY_NO_MEDIA && !st->s->udp) {
		rtsp_leave_detail(st, "PLAY accepted, no media came");
		return rtsp_leave_teardown(st);
	}
	if (transport_left(st->s))
		return rtsp_leave_again(st, SECOND);
	return st->reason == REASON_PLAY_NO_MEDIA
		   ? rtsp_leave_teardown(st)
		   : rtsp_leave_with(st, st->reason);
}

/* ---- PLAY ---- */

/* Aggregate with Range, the same with it toggled, the URL we dialled, the
 * track's own: some want one, some another (RTSP.md 3, 6). */
unsigned
rtsp_dialog_play_again(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	const char *url = s->aggregate;

	s->play_tries++;
	if (s->play_tries == 1 && st->event->kind == RTSP_EV_NOT_FOUND)
		s->play_tries++;
	if (s->play_tries == 1) {
		s->range = !s->range;
	} else if (s->play_tries == 2) {
		s->range = (s->quirks & WIRE_QUIRK_NO_RANGE) == 0;
		url = dialled(s);
	} else if (s->play_tries == 3) {
		url = s->track;
	} else {
		return rtsp_leave_with(st, st->reason);
	}
	rtsp_request_send(st, RTSP_M_PLAY, url, "");
	return RTSP_PLAY;
}

unsigned
rtsp_dialog_played(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	rtsp_dialog_login_proved(st);
	take_session(s, st->event->message);
	if (s->timeout_s == 0)
		s->timeout_s = TIMEOUT_DEFAULT_S;
	s->pending = RTSP_M_NONE;
	s->pending_cseq = 0;
	s->played_us = st->now;
	s->keepalive_us = 1; /* schedule: see rtsp_session.c */
	return NEXT;
}

/* ---- answers that stop us ---- */

void
rtsp_dialog_login_proved(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->challenge == NULL || s->auth_sends == 0)
		return;
	if (!s->login_proved)
		st->todo->flags |= RTSP_DO_GOOD_LOGIN;
	s->login_proved = s->login_ever = true;
	s->auth_sends = 0;
	s->early_closes = 0;
}

static struct digest_challenge *
challenges_of(const struct rtsp_session *s, const struct rtsp_message *m)
{
	struct digest_challenge *best = NULL;
	struct span rest = m->headers, name, value;
	bool basic = s->tls || (s->quirks & WIRE_QUIRK_BASIC_OK) != 0;

	while (rtsp_message_header(&rest, &name, &value))
		if (span_equal(name, "www-authenticate"))
			digest_challenge_add(value, basic, &best);
	return best;
}

/* May the request be sent once more with this challenge? Counts what the
 * camera will count: a camera locks us out after some five bad logins. */
static bool
may_login_again(struct rtsp_step *st, const struct digest_challenge *fresh)
{
	struct rtsp_session *s = st->s;
	const struct digest_challenge *old = s->challenge;

	if (old == NULL)
		return true;

	bool other = strcmp(old->nonce, fresh->nonce) != 0;

	if (fresh->stale || (other && s->login_proved)) {
		s->login_proved = false;
		return s->auth_sends < 2;
	}
	if (s->auth_sends == 0)
		return true;
	st->todo->flags |= RTSP_DO_BAD_LOGIN;
	st->todo->bad_logins = 1;
	if (s->auth_sends >= 2)
		return false;
	/* A fresh nonce refused: perhaps it only offers qop and can't do it
	 * (f=auth_qop_liar). Without qop, a refusal is the password's. */
	if (old->qop && !s->no_qop) {
		s->no_qop = true;
		return true;
	}
	return other && !old->basic;
}

static unsigned
resend(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	switch (s->state) {
	case RTSP_SETUP:
		return send_setup(st, s->extra_done ? s->extra : s->track,
		    s->extra_done);
	case RTSP_PLAY:
		rtsp_request_send(st, RTSP_M_PLAY,
		    s->play_tries == 2	 ? dialled(s)
		    : s->play_tries == 3 ? s->track
					 : s->aggregate,
		    "");
		return RTSP_PLAY;
	default:
		return rtsp_dialog_describe(st);
	}
}

static bool
can_login(const struct rtsp_session *s, const struct digest_challenge *fresh)
{
	return !s->foreign && s->user[0] != '\0' && fresh != NULL;
}

static unsigned
cannot_login(struct rtsp_step *st, struct digest_challenge *fresh)
{
	const struct rtsp_session *s = st->s;

	free(fresh);
	rtsp_leave_detail(st,
	    s->foreign ? "another host asks for our password"
	    : s->user[0] == '\0'
		? "a password is asked for and none is configured"
		: "no login scheme that we may use is offered");
	return rtsp_leave_with(st,
	    s->foreign ? REASON_REDIRECT_REFUSED : REASON_AUTH_MISSING);
}

unsigned
rtsp_dialog_auth(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct digest_challenge *fresh = challenges_of(s, st->event->message);

	if (!can_login(s, fresh))
		return cannot_login(st, fresh);

	bool again = may_login_again(st, fresh);
	bool other = s->challenge == NULL ||
		     strcmp(s->challenge->nonce, fresh->nonce) != 0;

	free(s->challenge);
	s->challenge = fresh;
	if (other)
		s->nc = 0;
	if (!again)
		return rtsp_leave_with(st, REASON_AUTH_WRONG);
	if (st->event->message->close && s->early_closes == 0) {
		s->early_closes++;
		return rtsp_leave_again(st, SECOND);
	}
	return resend(st);
}

/* 401 to a keep-alive: answered once; a refusal is never a reason to leave. */
unsigned
rtsp_dialog_keep_login(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct digest_challenge *fresh;

	if (s->user[0] == '\0' || s->foreign || s->auth_sends >= 2)
		return st->next;
	fresh = challenges_of(s, st->event->message);
	if (fresh == NULL)
		return st->next;
	free(s->challenge);
	s->challenge = fresh;
	s->nc = 0;
	s->auth_sends++;
	rtsp_request_keepalive(st, RTSP_M_OPTIONS);
	return st->next;
}

/* 401 to TEARDOWN: its nonce was used up, and the session lives on until its
 * own time is over. Said once more. */
unsigned
rtsp_dialog_leave_login(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct digest_challenge *fresh = challenges_of(s, st->event->message);

	if (!can_login(s, fresh) || s->auth_sends >= 2) {
		free(fresh);
		return rtsp_leave_done(st);
	}
	free(s->challenge);
	s->challenge = fresh;
	s->nc = 0;
	return rtsp_leave_tell(st);
}

/* 401 to the GET: a new connection with the login (live555 never answers a
 * second GET on the first). Refused once, the password is wrong. */
unsigned
rtsp_dialog_tunnel_auth(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct digest_challenge *fresh = challenges_of(s, st->event->message);
	const struct digest_challenge *old = s->web;

	if (!can_login(s, fresh))
		return cannot_login(st, fresh);

	bool aged = old != NULL &&
		    (fresh->stale || (s->web_proved && strcmp(old->nonce,
							   fresh->nonce) != 0));
	bool refused = old != NULL && !aged;

	free(s->web);
	s->web = fresh;
	s->web_nc = 0;
	s->web_proved = false;
	if (refused) {
		st->todo->flags |= RTSP_DO_BAD_LOGIN;
		st->todo->bad_logins = 1;
	}
	if (refused || s->early_closes >= 2)
		return rtsp_leave_with(st, REASON_AUTH_WRONG);
	s->early_closes++;
	return rtsp_leave_again(st, 0);
}

unsigned
rtsp_dialog_forbidden(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	return rtsp_leave_with(st, s->challenge != NULL || s->user[0] != '\0'
				       ? REASON_AUTH_LOCKED_SUSPECT
				       : REASON_AUTH_MISSING);
}

unsigned
rtsp_dialog_busy(struct rtsp_step *st)
{
	if (st->s->quirks & WIRE_QUIRK_SINGLE_SESSION)
		return yield(st);
	return rtsp_leave_with(st, st->event->message->status == 453
				       ? REASON_BUSY_453
				       : REASON_BUSY_503);
}

/* A bad path, or a header it doesn't bear: once more, with the least; then it
 * may be the transport that it doesn't bear. */
unsigned
rtsp_dialog_bad_request(struct rtsp_step *st)
{
	if (st->s->minimal)
		return st->s->state == RTSP_SETUP
			   ? rtsp_dialog_other_transport(st)
			   : rtsp_leave_with(st, st->reason);
	st->s->minimal = true;
	return rtsp_leave_again(st, SECOND);
}

/* ---- redirects ---- */

static unsigned
refuse_redirect(struct rtsp_step *st, const char *why)
{
	rtsp_leave_detail(st, why);
	return rtsp_leave_with(st, REASON_REDIRECT_REFUSED);
}

unsigned
rtsp_dialog_redirect(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct span where = rtsp_message_find(st->event->message, "location");
	struct rtsp_url origin, here, there;
	char joined[LIMIT_URL_BYTES];
	const char *why;

	/* One that served before it sent us on begins another chain: a server
	 * may do so each week, and we never leave it otherwise. */
	if (s->played_us != 0 && st->now - s->played_us >= SERVED_US)
		s->hops = 0;
	if (++s->hops > LIMIT_REDIRECTS)
		return refuse_redirect(st, "too many redirects");
	if (!rtsp_session_target(s, &here))
		return refuse_redirect(st, "out of memory");
	if (where.n > 0 && where.p[0] == '/' &&
	    rtsp_url_join(&here, where, span_of(""), joined))
		where = span_of(joined);
	if (rtsp_url_parse(where, &there, &why) != PARSE_DONE)
		return refuse_redirect(st, "redirected to no URL of ours");
	if (here.tls && !there.tls)
		return refuse_redirect(st, "redirected from TLS to plain text");
	if (rtsp_url_parse(span_of(s->url), &origin, &why) != PARSE_DONE ||
	    !rtsp_dialog_keep(&s->dial, there.text, strlen(there.text)))
		return refuse_redirect(st, "out of memory");
	s->foreign = strcmp(origin.host, there.host) != 0;
	/* Our password is for the host it was configured for. */
	if (s->foreign && s->user[0] != '\0')
		return refuse_redirect(st, "redirected to another host");
	s->tls = there.tls;
	free(s->challenge);
	free(s->web);
	s->challenge = s->web = NULL;
	s->nc = s->web_nc = 0;
	return rtsp_leave_again(st, 0);
}
