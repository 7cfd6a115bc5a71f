/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/rtsp_session.h"

#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_machine.h"

#define SECOND 1000000LL
#define STAY RTSP_STATE_COUNT
#define ALIVE_US (5 * SECOND)	   /* a stalled server's time to answer */
#define PROMPT_US (1 * SECOND)	   /* later, what held media held the answer */
#define GAP_MOST_US (100 * SECOND) /* a longer silence is no habit */
#define OPTIONS_US (3 * SECOND)	   /* then DESCRIBE without its answer */

#define S(x) (1u << RTSP_##x)
#define AT_REST (S(IDLE) | S(WAITING) | S(RESOLVING) | S(BACKOFF))
#define OPENING (S(CONNECTING) | S(SECURING))
#define ASKING (S(TUNNEL) | S(DESCRIBE) | S(SETUP) | S(PLAY))
#define TALKING (S(OPTIONS) | ASKING)
#define LIVE (S(PLAYING) | S(FLOWING) | S(STALLED))
#define ALL ((1u << RTSP_STATE_COUNT) - 1)

/* ---- actions that need no dialogue ---- */

static unsigned
ignore(struct rtsp_step *st)
{
	return st->next;
}

static unsigned
queue(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct rtsp_url url;

	s->wanted = true;
	if (st->event->kind == RTSP_EV_RETRY) {
		s->failures = s->class_failures = 0;
		s->urgent = false;
	}
	if (s->reason == REASON_SHUTDOWN || s->reason == REASON_SESSION_LIMIT)
		s->reason = REASON_NONE;
	if (rtsp_session_target(s, &url)) {
		s->tls = url.tls;
		return RTSP_WAITING;
	}
	rtsp_leave_detail(st, "the URL is not one");
	return rtsp_leave_with(st, REASON_CONFIG_ERROR);
}

/* What is under way goes on; the pause after it, or the one we are in, is
 * another. */
static unsigned
pause_anew(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	s->least_ms = st->event->least_ms;
	s->most_ms = st->event->most_ms;
	if (!rtsp_leave_pauses(st))
		return st->next;
	if (s->most_ms == 0)
		s->failures = 0;
	if (s->state == RTSP_BACKOFF)
		s->deadline_us = s->next_try_us;
	return st->next;
}

static unsigned
held(struct rtsp_step *st)
{
	st->s->reason = REASON_SESSION_LIMIT;
	return st->next;
}

/* Another feed's wrong password: one more try might lock the host for all. */
static unsigned
locked(struct rtsp_step *st)
{
	rtsp_leave_detail(st, "held back: wrong passwords at this host");
	return rtsp_leave_with(st, REASON_AUTH_WRONG);
}

/* Nobody connects while we lack what it takes: whatever was last heard of the
 * camera, now nothing can be said. */
static unsigned
short_of(struct rtsp_step *st)
{
	st->s->reason = (uint8_t)st->reason;
	rtsp_leave_detail(st, NULL);
	return st->next;
}

static unsigned
once_more(struct rtsp_step *st)
{
	return rtsp_leave_again(st, SECOND);
}

static unsigned
want_later(struct rtsp_step *st)
{
	st->s->wanted = true;
	return st->next;
}

static unsigned
unwant_later(struct rtsp_step *st)
{
	st->s->wanted = false;
	st->s->urgent = false;
	st->s->reason = REASON_SHUTDOWN;
	return st->next;
}

static unsigned
flow(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->attempts > 0 && s->configured == WIRE_TRANSPORT_AUTO && s->udp)
		st->todo->flags |= RTSP_DO_LEARNED;
	s->reason = REASON_NONE;
	s->attempts = 0;
	s->status = 0;
	if (s->flowing_us == 0)
		s->flowing_us = st->now;
	s->last_media_us = st->now;
	s->outage = false;
	return RTSP_FLOWING;
}

/* FLOWING's deadline is checked lazily: media moves a timestamp, no timer. */
static unsigned
silence(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	int64_t due = s->last_media_us + rtsp_session_stall_us(s);

	if (st->now < due) {
		s->deadline_us = due;
		return RTSP_FLOWING;
	}
	s->reason = REASON_STALL_DEAD;
	s->stalled_us = st->now;
	s->outage = true;
	if (s->flowing_us != 0 && st->now - s->flowing_us > 60 * SECOND)
		s->stalls = 0;
	if (s->stalls < 255)
		s->stalls++;
	rtsp_request_keepalive(st, RTSP_M_OPTIONS);
	return RTSP_STALLED;
}

static unsigned
alive(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (st->now - s->kept_us <= ALIVE_US)
		s->reason = REASON_STALL_SERVER_ALIVE;
	if (st->now - s->stalled_us <= PROMPT_US)
		s->outage = false;
	return st->next;
}

static unsigned
give_up_stalled(struct rtsp_step *st)
{
	st->reason = (enum reason)st->s->reason;
	rtsp_leave_detail(st, st->reason == REASON_STALL_DEAD
				  ? "no media and no answer"
				  : "no media, the server answers");
	return rtsp_leave_teardown(st);
}

/* ---- the table ---- */

struct row {
	unsigned states;
	enum rtsp_event_kind event;
	unsigned next; /* STAY, or what the action makes of it */
	const char *name;
	rtsp_action_fn *action;
	enum reason reason;
};

#define FAIL "fail", rtsp_leave_fail
#define LEAVE "teardown", rtsp_leave_teardown
#define DONE "done", rtsp_leave_done
#define DESCRIBE "describe", rtsp_dialog_describe
#define IGNORE "ignore", ignore, REASON_NONE
#define EV(x) RTSP_EV_##x
#define R(x) REASON_##x

/* First matching row counts. Every cell is covered: what isn't expected in a
 * state is ignored by a row that says so. */
static const struct row table[] = {
	{ S(IDLE) | S(BACKOFF), EV(WANT), STAY, "queue", queue, R(NONE) },
	{ S(TEARDOWN), EV(WANT), STAY, "want", want_later, R(NONE) },
	{ ALL, EV(WANT), STAY, IGNORE },
	{ S(BACKOFF), EV(RETRY), STAY, "queue", queue, R(NONE) },
	{ ALL, EV(RETRY), STAY, IGNORE },
	{ ALL, EV(PAUSE), STAY, "pause", pause_anew, R(NONE) },
	{ AT_REST | OPENING | S(TUNNEL) | S(OPTIONS) | S(DESCRIBE), EV(UNWANT),
	    RTSP_IDLE, "drop", rtsp_leave_unwanted, R(SHUTDOWN) },
	{ S(SETUP) | S(PLAY) | LIVE, EV(UNWANT), RTSP_TEARDOWN, "leave",
	    rtsp_leave_unwanted_teardown, R(SHUTDOWN) },
	{ S(TEARDOWN), EV(UNWANT), STAY, "unwant", unwant_later, R(SHUTDOWN) },
	{ S(WAITING), EV(HELD), STAY, "held", held, R(SESSION_LIMIT) },
	{ ALL, EV(HELD), STAY, IGNORE },
	{ S(WAITING), EV(LOCKED), RTSP_BACKOFF, "locked", locked,
	    R(AUTH_WRONG) },
	{ ALL, EV(LOCKED), STAY, IGNORE },
	{ S(WAITING), EV(SHORT), STAY, "short", short_of, R(OVER_CAPACITY) },
	{ OPENING | TALKING | LIVE, EV(SHORT), RTSP_BACKOFF, FAIL,
	    R(OVER_CAPACITY) },
	{ ALL, EV(SHORT), STAY, IGNORE },
	{ S(WAITING), EV(GRANT), STAY, "dial", rtsp_dialog_dial, R(NONE) },
	{ ALL, EV(GRANT), STAY, IGNORE },
	{ S(RESOLVING), EV(RESOLVED), STAY, "dial", rtsp_dialog_dial, R(NONE) },
	{ ALL, EV(RESOLVED), STAY, IGNORE },
	{ S(RESOLVING), EV(NO_NAME), RTSP_BACKOFF, FAIL, R(DNS_FAIL) },
	{ ALL, EV(NO_NAME), STAY, IGNORE },

	{ S(CONNECTING), EV(CONNECTED), STAY, "begin", rtsp_dialog_connected,
	    R(NONE) },
	{ ALL, EV(CONNECTED), STAY, IGNORE },
	{ S(CONNECTING), EV(REFUSED), RTSP_BACKOFF, FAIL, R(REFUSED) },
	{ ALL, EV(REFUSED), STAY, IGNORE },
	{ S(CONNECTING), EV(UNREACHABLE), RTSP_BACKOFF, FAIL, R(UNREACHABLE) },
	{ ALL, EV(UNREACHABLE), STAY, IGNORE },
	{ S(SECURING), EV(SECURED), STAY, "begin", rtsp_dialog_begin, R(NONE) },
	{ ALL, EV(SECURED), STAY, IGNORE },
	{ S(SECURING), EV(TLS_FAILED), RTSP_BACKOFF, FAIL, R(TLS_FAIL) },
	{ ALL, EV(TLS_FAILED), STAY, IGNORE },
	{ S(SECURING), EV(PIN_CHANGED), RTSP_BACKOFF, FAIL,
	    R(TLS_PIN_CHANGED) },
	{ ALL, EV(PIN_CHANGED), STAY, IGNORE },

	{ S(CONNECTING), EV(CLOSED), RTSP_BACKOFF, FAIL, R(PEER_CLOSED) },
	{ S(SECURING), EV(CLOSED), RTSP_BACKOFF, FAIL, R(TLS_FAIL) },
	{ S(OPTIONS), EV(CLOSED), STAY, "without-options",
	    rtsp_dialog_closed_on_options, R(PEER_CLOSED) },
	{ ASKING, EV(CLOSED), STAY, "closed", rtsp_dialog_closed,
	    R(PEER_CLOSED) },
	{ LIVE, EV(CLOSED), RTSP_BACKOFF, FAIL, R(PEER_CLOSED) },
	{ S(TEARDOWN), EV(CLOSED), STAY, DONE, R(NONE) },
	{ ALL, EV(CLOSED), STAY, IGNORE },
	{ S(CONNECTING), EV(DEAD), RTSP_BACKOFF, FAIL, R(CONNECT_TIMEOUT) },
	{ S(SECURING), EV(DEAD), RTSP_BACKOFF, FAIL, R(TLS_FAIL) },
	{ TALKING, EV(DEAD), RTSP_BACKOFF, FAIL, R(REPLY_TIMEOUT) },
	{ LIVE, EV(DEAD), RTSP_BACKOFF, FAIL, R(STALL_DEAD) },
	{ S(TEARDOWN), EV(DEAD), STAY, DONE, R(NONE) },
	{ ALL, EV(DEAD), STAY, IGNORE },

	{ S(SETUP), EV(PORTS), STAY, "setup", rtsp_dialog_ports, R(NONE) },
	{ ALL, EV(PORTS), STAY, IGNORE },
	{ S(SETUP), EV(NO_PORTS), STAY, "other-transport",
	    rtsp_dialog_other_transport, R(UNSUPPORTED_461) },
	{ ALL, EV(NO_PORTS), STAY, IGNORE },
	{ S(SETUP) | S(PLAY) | LIVE, EV(CONFLICT), STAY, "again", once_more,
	    R(NONE) },
	{ ALL, EV(CONFLICT), STAY, IGNORE },
	{ S(PLAYING) | S(STALLED), EV(MEDIA), RTSP_FLOWING, "flow", flow,
	    R(NONE) },
	{ ALL, EV(MEDIA), STAY, IGNORE },
	{ LIVE, EV(BYE), RTSP_TEARDOWN, LEAVE, R(BYE) },
	{ ALL, EV(BYE), STAY, IGNORE },
	{ TALKING, EV(GARBAGE), RTSP_BACKOFF, "abort", rtsp_leave_abort,
	    R(PROTOCOL) },
	{ LIVE, EV(GARBAGE), RTSP_BACKOFF, "abort", rtsp_leave_abort,
	    R(RTP_GARBAGE) },
	{ S(TEARDOWN), EV(GARBAGE), STAY, DONE, R(NONE) },
	{ ALL, EV(GARBAGE), STAY, IGNORE },
	{ TALKING, EV(RUBBISH), RTSP_BACKOFF, "abort", rtsp_leave_abort,
	    R(PROTOCOL) },
	{ ALL, EV(RUBBISH), STAY, IGNORE },

	{ S(BACKOFF), EV(DEADLINE), STAY, "queue", queue, R(NONE) },
	{ S(RESOLVING), EV(DEADLINE), RTSP_BACKOFF, FAIL, R(DNS_FAIL) },
	{ S(CONNECTING), EV(DEADLINE), RTSP_BACKOFF, FAIL, R(CONNECT_TIMEOUT) },
	{ S(SECURING), EV(DEADLINE), RTSP_BACKOFF, FAIL, R(TLS_FAIL) },
	{ S(OPTIONS), EV(DEADLINE), STAY, "skip-options",
	    rtsp_dialog_skip_options, R(NONE) },
	{ ASKING, EV(DEADLINE), RTSP_BACKOFF, FAIL, R(REPLY_TIMEOUT) },
	{ S(PLAYING), EV(DEADLINE), STAY, "other-transport",
	    rtsp_dialog_other_transport, R(PLAY_NO_MEDIA) },
	{ S(FLOWING), EV(DEADLINE), STAY, "silence", silence, R(STALL_DEAD) },
	{ S(STALLED), EV(DEADLINE), STAY, "give-up", give_up_stalled,
	    R(STALL_DEAD) },
	{ S(TEARDOWN), EV(DEADLINE), STAY, DONE, R(NONE) },
	{ ALL, EV(DEADLINE), STAY, IGNORE },

	{ S(TUNNEL), EV(OK), STAY, "tunnelled", rtsp_dialog_tunnelled,
	    R(NONE) },
	{ S(OPTIONS), EV(OK), STAY, DESCRIBE, R(NONE) },
	{ S(DESCRIBE), EV(OK), STAY, "choose", rtsp_dialog_sdp, R(NONE) },
	{ S(SETUP), EV(OK), STAY, "play", rtsp_dialog_setup_done,
	    R(UNSUPPORTED_461) },
	{ S(PLAY), EV(OK), RTSP_PLAYING, "played", rtsp_dialog_played,
	    R(NONE) },
	{ S(TEARDOWN), EV(OK), STAY, "answered", rtsp_leave_answered, R(NONE) },
	{ ALL, EV(OK), STAY, IGNORE },
	{ S(TUNNEL), EV(AUTH), STAY, "tunnel-login", rtsp_dialog_tunnel_auth,
	    R(AUTH_WRONG) },
	{ TALKING, EV(AUTH), STAY, "login", rtsp_dialog_auth, R(AUTH_WRONG) },
	{ TALKING, EV(REDIRECT), STAY, "redirect", rtsp_dialog_redirect,
	    R(REDIRECT_REFUSED) },
	{ LIVE, EV(REDIRECT), STAY, "redirect", rtsp_dialog_redirect,
	    R(REDIRECT_REFUSED) },
	/* OPTIONS may be answered with anything: go on to DESCRIBE. */
	{ S(OPTIONS), EV(FORBIDDEN), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(BAD_REQUEST), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(NOT_FOUND), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(NOT_ALLOWED), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(BUSY), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(NO_SESSION), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(WRONG_STATE), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(TRANSPORT), STAY, DESCRIBE, R(NONE) },
	{ S(OPTIONS), EV(STATUS), STAY, DESCRIBE, R(NONE) },
	{ ASKING, EV(FORBIDDEN), RTSP_BACKOFF, "forbidden",
	    rtsp_dialog_forbidden, R(AUTH_LOCKED_SUSPECT) },
	{ S(PLAY), EV(BAD_REQUEST), STAY, "play-again", rtsp_dialog_play_again,
	    R(STATUS_OTHER) },
	{ ASKING, EV(BAD_REQUEST), STAY, "minimal", rtsp_dialog_bad_request,
	    R(STATUS_OTHER) },
	/* Some servers know no 461 and refuse a transport in other words. */
	{ S(SETUP), EV(NOT_ALLOWED), STAY, "other-transport",
	    rtsp_dialog_other_transport, R(STATUS_OTHER) },
	{ S(SETUP), EV(STATUS), STAY, "other-transport",
	    rtsp_dialog_other_transport, R(STATUS_OTHER) },
	{ S(PLAY), EV(NOT_FOUND), STAY, "play-again", rtsp_dialog_play_again,
	    R(NOT_FOUND_404) },
	{ ASKING, EV(NOT_FOUND), RTSP_BACKOFF, FAIL, R(NOT_FOUND_404) },
	{ ASKING, EV(NOT_ALLOWED), RTSP_BACKOFF, FAIL, R(STATUS_OTHER) },
	{ ASKING, EV(BUSY), RTSP_BACKOFF, "busy", rtsp_dialog_busy,
	    R(BUSY_503) },
	{ ASKING | LIVE, EV(NO_SESSION), RTSP_BACKOFF, FAIL,
	    R(SESSION_LOST_454) },
	{ S(PLAY), EV(WRONG_STATE), STAY, "play-again", rtsp_dialog_play_again,
	    R(STATUS_OTHER) },
	{ ASKING, EV(WRONG_STATE), RTSP_BACKOFF, FAIL, R(STATUS_OTHER) },
	{ S(SETUP), EV(TRANSPORT), STAY, "other-transport",
	    rtsp_dialog_other_transport, R(UNSUPPORTED_461) },
	{ ASKING, EV(TRANSPORT), RTSP_BACKOFF, FAIL, R(STATUS_OTHER) },
	{ ASKING, EV(STATUS), RTSP_BACKOFF, FAIL, R(STATUS_OTHER) },
	/* Whatever TEARDOWN is answered with, it is over (Hikvision: 500). */
	{ S(TEARDOWN), EV(AUTH), STAY, "leave-login", rtsp_dialog_leave_login,
	    R(NONE) },
	{ S(TEARDOWN), EV(REDIRECT), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(FORBIDDEN), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(BAD_REQUEST), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(NOT_FOUND), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(NOT_ALLOWED), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(BUSY), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(NO_SESSION), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(WRONG_STATE), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(TRANSPORT), STAY, DONE, R(NONE) },
	{ S(TEARDOWN), EV(STATUS), STAY, DONE, R(NONE) },
	{ ALL, EV(AUTH), STAY, IGNORE },
	{ ALL, EV(FORBIDDEN), STAY, IGNORE },
	{ ALL, EV(REDIRECT), STAY, IGNORE },
	{ ALL, EV(BAD_REQUEST), STAY, IGNORE },
	{ ALL, EV(NOT_FOUND), STAY, IGNORE },
	{ ALL, EV(NOT_ALLOWED), STAY, IGNORE },
	{ ALL, EV(BUSY), STAY, IGNORE },
	{ ALL, EV(NO_SESSION), STAY, IGNORE },
	{ ALL, EV(WRONG_STATE), STAY, IGNORE },
	{ ALL, EV(TRANSPORT), STAY, IGNORE },
	{ ALL, EV(STATUS), STAY, IGNORE },
	{ S(STALLED), EV(KEPT), STAY, "alive", alive, R(STALL_SERVER_ALIVE) },
	{ ALL, EV(KEPT), STAY, IGNORE },
	{ LIVE, EV(KEPT_AUTH), STAY, "keep-login", rtsp_dialog_keep_login,
	    R(NONE) },
	{ ALL, EV(KEPT_AUTH), STAY, IGNORE },
};

static const struct row *
find_row(unsigned state, unsigned event)
{
	/* Rows of one event lie together: remember where each begins. */
	static uint16_t first[RTSP_EVENT_COUNT];
	static bool ready;
	const unsigned count = sizeof(table) / sizeof(table[0]);

	if (!ready) {
		for (unsigned i = count; i-- > 0;)
			first[table[i].event] = (uint16_t)i;
		ready = true;
	}
	for (unsigned i = first[event]; i < count; i++)
		if (table[i].event == event && table[i].states & 1u << state)
			return &table[i];
	return NULL;
}

bool
rtsp_session_cell(unsigned state, unsigned event, struct rtsp_cell *out)
{
	const struct row *row = find_row(state, event);

	if (row == NULL)
		return false;
	*out = (struct rtsp_cell){ row->next, row->name, row->reason,
		row->action == ignore };
	return true;
}

/* ---- one step ---- */

static int64_t
time_in(const struct rtsp_session *s, unsigned state)
{
	const struct rtsp_options *o = s->options;
	bool last_hope = s->tcp_failed || s->configured == WIRE_TRANSPORT_TCP;

	switch ((enum rtsp_state)state) {
	case RTSP_IDLE:
	case RTSP_WAITING:
	case RTSP_BACKOFF:
		return 0;
	case RTSP_RESOLVING:
	case RTSP_TUNNEL:
	case RTSP_DESCRIBE:
	case RTSP_SETUP:
	case RTSP_PLAY:
		return o->reply_us;
	case RTSP_CONNECTING:
	case RTSP_SECURING:
		return o->connect_us;
	case RTSP_OPTIONS:
		return o->reply_us < OPTIONS_US ? o->reply_us : OPTIONS_US;
	case RTSP_PLAYING:
		return o->first_media_us * (s->udp && last_hope ? 2 : 1);
	case RTSP_FLOWING:
		return rtsp_session_stall_us(s);
	case RTSP_STALLED:
		/* Longer each time: a camera with a frame a minute is learned
		 * only by waiting for it (f=vfr). */
		return rtsp_session_stall_us(s)
		       << (s->stalls < 4 ? s->stalls - 1 : 3);
	case RTSP_TEARDOWN:
		return SECOND;
	}
	return 0;
}

static void
enter(struct rtsp_session *s, unsigned state, int64_t now)
{
	if (state == s->state)
		return;
	s->state = (uint8_t)state;
	s->deadline_us = now + time_in(s, state);
	if (state == RTSP_BACKOFF)
		s->deadline_us = s->next_try_us;
	else if (state == RTSP_IDLE || state == RTSP_WAITING)
		s->deadline_us = 0;
}

/* min(T/2, T - 5 s), at least 2 s or T/2, +-10 % (RTSP.md 4) */
static int64_t
keepalive_after(struct rtsp_session *s)
{
	int64_t t = s->timeout_s * SECOND, wait = t / 2;
	int64_t least = wait < 2 * SECOND ? wait : 2 * SECOND;

	if (t - 5 * SECOND < wait)
		wait = t - 5 * SECOND;
	if (wait < least)
		wait = least;
	return wait * (900 + rtsp_request_random(s) % 200) / 1000;
}

static void
start(struct rtsp_actions *todo)
{
	todo->flags = 0;
	todo->bad_logins = 0;
	todo->length = 0;
	todo->track = NULL;
	todo->detail[0] = '\0';
	todo->transport_is_extra = false;
}

static void
step(struct rtsp_session *s, const struct rtsp_event *event, int64_t now,
    struct rtsp_actions *todo)
{
	const struct row *row = find_row(s->state, event->kind);
	enum phase phase = rtsp_session_phase(s);
	uint8_t reason = s->reason;

	if (row == NULL)
		return;

	struct rtsp_step st = { s, event, todo, now, row->reason,
		row->next == STAY ? s->state : row->next };
	unsigned next = row->action(&st);

	enter(s, next == STAY ? st.next : next, now);
	if (1u << s->state & (S(SECURING) | TALKING) &&
	    s->deadline_us > s->dialogue_us)
		s->deadline_us = s->dialogue_us;
	if (s->keepalive_us == 1)
		s->keepalive_us = now + keepalive_after(s);
	if (rtsp_session_phase(s) != phase || s->reason != reason)
		todo->flags |= RTSP_DO_REPORT;
}

void
rtsp_session_step(struct rtsp_session *s, const struct rtsp_event *event,
    int64_t now_us, struct rtsp_actions *todo)
{
	start(todo);
	step(s, event, now_us, todo);
}

static enum rtsp_event_kind
kind_of(unsigned status)
{
	static const struct {
		uint16_t status;
		uint16_t kind;
	} known[] = { { 400, EV(BAD_REQUEST) }, { 401, EV(AUTH) },
		{ 403, EV(FORBIDDEN) }, { 404, EV(NOT_FOUND) },
		{ 410, EV(NOT_FOUND) }, { 405, EV(NOT_ALLOWED) },
		{ 501, EV(NOT_ALLOWED) }, { 453, EV(BUSY) }, { 503, EV(BUSY) },
		{ 454, EV(NO_SESSION) }, { 455, EV(WRONG_STATE) },
		{ 456, EV(WRONG_STATE) }, { 457, EV(WRONG_STATE) },
		{ 461, EV(TRANSPORT) }, { 304, EV(STATUS) } };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].status == status)
			return (enum rtsp_event_kind)known[i].kind;
	if (status / 100 == 2)
		return EV(OK);
	return status / 100 == 3 ? EV(REDIRECT) : EV(STATUS);
}

/* An answer to a keep-alive: anything proves that the server lives, nothing
 * but a lost session matters. */
static void
on_kept(struct rtsp_session *s, struct rtsp_event *event, int64_t now,
    struct rtsp_actions *todo)
{
	unsigned status = event->message->status;

	s->kept_cseq = 0;
	event->kind = EV(KEPT);
	if (status == 401)
		event->kind = EV(KEPT_AUTH);
	else if (status == 454)
		event->kind = EV(NO_SESSION);
	else
		s->auth_sends = 0;
	if (status == 405 || status == 501) /* can't: try another method */
		s->keepalive = s->keepalive >= RTSP_KEEP_SET_PARAMETER
				   ? RTSP_KEEP_OPTIONS
				   : (uint8_t)(s->keepalive + 1);
	step(s, event, now, todo);
}

static void
on_request(struct rtsp_session *s, struct rtsp_event *event, int64_t now,
    struct rtsp_actions *todo)
{
	const struct rtsp_message *m = event->message;
	bool redirect = span_equal(m->method, "REDIRECT");
	bool announce = span_equal(m->method, "ANNOUNCE");
	bool teardown = span_equal(m->method, "TEARDOWN");
	bool known = redirect || announce || teardown ||
		     span_equal(m->method, "OPTIONS") ||
		     span_equal(m->method, "GET_PARAMETER") ||
		     span_equal(m->method, "SET_PARAMETER");
	struct rtsp_step st = { .s = s, .todo = todo, .now = now };
	/* 2101 End-of-Stream Reached, and its kin 2103..2106 */
	bool eos =
	    announce && (span_starts(rtsp_message_find(m, "x-notice"), "21") ||
			    span_starts(rtsp_message_find(m, "notice"), "21"));

	rtsp_request_answer(&st, m, known);
	if (redirect || eos || teardown) {
		event->kind = redirect ? EV(REDIRECT) : EV(BYE);
		event->why = redirect ? NULL : "the server announced the end";
		step(s, event, now, todo);
	}
}

void
rtsp_session_message(struct rtsp_session *s, const struct rtsp_message *m,
    int64_t now_us, struct rtsp_actions *todo)
{
	struct rtsp_event event = { .kind = kind_of(m->status), .message = m };

	start(todo);
	if (m->is_request) {
		on_request(s, &event, now_us, todo);
		return;
	}
	if (m->status < 200) /* 100 Continue: the answer is still to come */
		return;
	if (s->passed_cseq != 0 && m->has_cseq && m->cseq == s->passed_cseq) {
		s->passed_cseq = 0; /* the OPTIONS we didn't wait for */
		return;
	}
	/* Matched loosely: some answer with an old CSeq or none. */
	if (s->kept_cseq != 0 &&
	    (s->pending_cseq == 0 ||
		(m->has_cseq && m->cseq == s->kept_cseq))) {
		on_kept(s, &event, now_us, todo);
		return;
	}
	if (s->pending_cseq == 0)
		return;
	if (s->state != RTSP_TEARDOWN) /* evidence of what went wrong */
		s->status = m->status / 100 == 2 ? 0 : m->status;
	step(s, &event, now_us, todo);
}

void
rtsp_session_tick(struct rtsp_session *s, int64_t now_us,
    struct rtsp_actions *todo)
{
	static const enum rtsp_method methods[] = { RTSP_M_OPTIONS,
		RTSP_M_OPTIONS, RTSP_M_GET_PARAMETER, RTSP_M_SET_PARAMETER };
	struct rtsp_event event = { .kind = EV(DEADLINE) };
	struct rtsp_step st = { s, &event, todo, now_us, REASON_NONE, 0 };

	start(todo);
	if (s->keepalive_us != 0 && now_us >= s->keepalive_us) {
		rtsp_request_keepalive(&st, methods[s->keepalive & 3]);
		s->keepalive_us = now_us + keepalive_after(s);
	}
	if (s->deadline_us != 0 && now_us >= s->deadline_us)
		step(s, &event, now_us, todo);
}

int64_t
rtsp_session_due(const struct rtsp_session *s)
{
	int64_t due = s->deadline_us != 0 ? s->deadline_us : INT64_MAX;

	if (s->keepalive_us != 0 && s->keepalive_us < due)
		due = s->keepalive_us;
	return due;
}

/* ---- life and queries ---- */

bool
rtsp_session_init(struct rtsp_session *s, const struct rtsp_options *options,
    const char *url, const char *user, const char *password, uint64_t seed)
{
	struct rtsp_url parsed;
	const char *why;
	bool fine = rtsp_url_parse(span_of(url), &parsed, &why) == PARSE_DONE;

	*s = (struct rtsp_session){ .options = options, .random = seed };
	s->keepalive = RTSP_KEEP_OPTIONS;
	s->port_given = parsed.port_given;
	if (fine && user[0] == '\0' && parsed.credentials) {
		user = parsed.user;
		password = parsed.password;
	}
	if (!fine) /* it may hold a password: keep nothing of it */
		url = "";
	else
		url = parsed.text;
	if (rtsp_dialog_keep(&s->url, url, strlen(url)) &&
	    rtsp_dialog_keep(&s->user, user, strlen(user)) &&
	    rtsp_dialog_keep(&s->password, password, strlen(password)))
		return true;
	rtsp_session_fini(s);
	return false;
}

void
rtsp_session_fini(struct rtsp_session *s)
{
	rtsp_leave_forget(s);
	free(s->challenge);
	free(s->web);
	if (s->password != NULL)
		explicit_bzero(s->password, strlen(s->password));
	free(s->password);
	free(s->user);
	free(s->url);
	free(s->dial);
	*s = (struct rtsp_session){ 0 };
}

bool
rtsp_session_target(const struct rtsp_session *s, struct rtsp_url *out)
{
	const char *why;
	const char *url = s->dial != NULL ? s->dial : s->url;

	if (rtsp_url_parse(span_of(url), out, &why) != PARSE_DONE)
		return false;
	if (rtsp_session_tunnels(s) && !out->port_given &&
	    (s->dial != NULL || !s->port_given))
		out->port = out->tls ? 443 : 80;
	return true;
}

bool
rtsp_session_tunnels(const struct rtsp_session *s)
{
	return s->configured == WIRE_TRANSPORT_HTTP;
}

bool
rtsp_session_posts(const struct rtsp_session *s)
{
	return rtsp_session_tunnels(s) && s->state > RTSP_TUNNEL;
}

enum phase
rtsp_session_phase(const struct rtsp_session *s)
{
	static const uint8_t phases[RTSP_STATE_COUNT] = {
		[RTSP_IDLE] = PHASE_IDLE,
		[RTSP_WAITING] = PHASE_WAITING,
		[RTSP_RESOLVING] = PHASE_RESOLVING,
		[RTSP_CONNECTING] = PHASE_CONNECTING,
		[RTSP_SECURING] = PHASE_CONNECTING,
		[RTSP_TUNNEL] = PHASE_NEGOTIATING,
		[RTSP_OPTIONS] = PHASE_NEGOTIATING,
		[RTSP_DESCRIBE] = PHASE_NEGOTIATING,
		[RTSP_SETUP] = PHASE_NEGOTIATING,
		[RTSP_PLAY] = PHASE_NEGOTIATING,
		[RTSP_PLAYING] = PHASE_PLAYING,
		[RTSP_FLOWING] = PHASE_FLOWING,
		[RTSP_STALLED] = PHASE_STALLED,
		[RTSP_TEARDOWN] = PHASE_BACKOFF,
		[RTSP_BACKOFF] = PHASE_BACKOFF,
	};

	if (s->state == RTSP_TEARDOWN && !s->wanted)
		return PHASE_IDLE;
	if ((s->state == RTSP_TEARDOWN || s->state == RTSP_BACKOFF) &&
	    s->urgent)
		return PHASE_WAITING;
	return (enum phase)phases[s->state];
}

int64_t
rtsp_session_stall_us(const struct rtsp_session *s)
{
	int64_t limit = s->stall_us != 0 ? s->stall_us : s->options->stall_us;

	int64_t learned = s->gap_us < GAP_MOST_US ? s->gap_us : GAP_MOST_US;

	return learned * 3 > limit ? learned * 3 : limit;
}

const char *
rtsp_state_name(unsigned state)
{
	static const char *const names[] = { "idle", "waiting", "resolving",
		"connecting", "securing", "tunnel", "options", "describe",
		"setup", "play", "playing", "flowing", "stalled", "teardown",
		"backoff" };

	return state < RTSP_STATE_COUNT ? names[state] : "?";
}

const char *
rtsp_event_name(unsigned event)
{
	static const char *const names[] = { "want", "retry", "pause", "unwant",
		"held", "locked", "short", "grant", "resolved", "no-name",
		"connected", "refused", "unreachable", "secured", "tls-failed",
		"pin-changed", "closed", "dead", "ports", "no-ports",
		"conflict", "media", "bye", "garbage", "rubbish", "deadline",
		"ok", "auth", "forbidden", "redirect", "bad-request",
		"not-found", "not-allowed", "busy", "no-session", "wrong-state",
		"transport", "status", "kept", "kept-auth" };

	return event < RTSP_EVENT_COUNT ? names[event] : "?";
}
