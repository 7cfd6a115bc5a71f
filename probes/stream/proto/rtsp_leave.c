/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_machine.h"

#define SECOND 1000000LL
#define FIRST_RETRY_US 350000 /* so that `refused` is known within 1 s */
#define GOOD_US (60 * SECOND) /* of media, then failures are forgotten */
#define TEARDOWN_US SECOND
#define AUTH_FIRST_US (1800 * SECOND) /* cameras lock us out for 30 min */
#define AUTH_NEXT_US (7200 * SECOND)
#define SHORT_US (SECOND / 2)  /* until we try again what we lacked */
#define STALE_US (65 * SECOND) /* a dead session's life in old live555 */
#define TIMEOUT_S 60	       /* of a session, RFC 2326 s12.37 .. */
#define LATE_US (5 * SECOND)   /* .. and how late servers look for dead ones */
#define ASKED_S 3600u	       /* longer than that nobody makes us wait */

enum retry_class {
	RETRY_NETWORK,
	RETRY_BUSY,
	RETRY_MISSING,
	RETRY_AUTH,
	RETRY_OURS,  /* not the camera's fault: no longer each time */
	RETRY_YIELD, /* no fault at all */
	RETRY_NEVER
};

static enum retry_class
class_of(enum reason reason)
{
	switch ((int)reason) {
	case REASON_BUSY_453:
	case REASON_BUSY_503:
		return RETRY_BUSY;
	case REASON_NOT_FOUND_404:
	case REASON_CODEC_UNSUPPORTED:
	case REASON_REDIRECT_REFUSED:
	case REASON_UNSUPPORTED_461:
	case REASON_TLS_PIN_CHANGED:
		return RETRY_MISSING;
	case REASON_AUTH_MISSING:
	case REASON_AUTH_WRONG:
	case REASON_AUTH_LOCKED_SUSPECT:
		return RETRY_AUTH;
	case REASON_OVER_CAPACITY:
		return RETRY_OURS;
	case REASON_YIELDED:
		return RETRY_YIELD;
	case REASON_CONFIG_ERROR:
		return RETRY_NEVER;
	default:
		return RETRY_NETWORK;
	}
}

/* 2^n x base, at most max. */
static int64_t
grow(int64_t base, unsigned n, int64_t max)
{
	while (n-- > 0 && base < max)
		base *= 2;
	return base < max ? base : max;
}

/* As told, in place of the back-off. */
static int64_t
pause_us(struct rtsp_session *s)
{
	return (s->least_ms + (int64_t)(rtsp_request_random(s) %
					(s->most_ms - s->least_ms + 1ull))) *
	       1000;
}

bool
rtsp_leave_pauses(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if ((s->state != RTSP_BACKOFF && s->state != RTSP_TEARDOWN) ||
	    s->urgent || class_of((enum reason)s->reason) != RETRY_NETWORK)
		return false;
	s->next_try_us = st->now + pause_us(s);
	return true;
}

static int64_t
delay_us(struct rtsp_session *s, enum retry_class class)
{
	int64_t unit = s->options->backoff_max_us; /* 60 s, less in tests */
	unsigned n = s->failures, again = s->class_failures;
	int64_t full = 0;

	switch (class) {
	case RETRY_NETWORK:
		if (s->most_ms != 0)
			return pause_us(s);
		full = n == 0 ? FIRST_RETRY_US : grow(SECOND, n - 1, unit);
		break;
	case RETRY_BUSY: /* 60..300 s; x 2 since jitter may halve it */
		full = grow(2 * unit, again, 5 * unit);
		break;
	case RETRY_MISSING:
		full = grow(2 * unit, again, 10 * unit);
		break;
	case RETRY_AUTH: /* not shortened for tests: it guards cameras */
		return (again == 0 ? AUTH_FIRST_US : AUTH_NEXT_US) +
		       rtsp_request_random(s) % (60 * SECOND);
	case RETRY_OURS:
		full = SHORT_US;
		break;
	case RETRY_YIELD:
		full = 2 * unit;
		break;
	case RETRY_NEVER:
		return INT64_MAX / 4;
	}
	return full / 2 + full / 2 * (rtsp_request_random(s) % 1024) / 1024;
}

void
rtsp_leave_forget(struct rtsp_session *s)
{
	free(s->aggregate);
	free(s->track);
	free(s->extra);
	free(s->token);
	s->aggregate = s->track = s->extra = s->token = NULL;
	s->pending = RTSP_M_NONE;
	s->pending_cseq = s->kept_cseq = s->passed_cseq = 0;
	s->keepalive_us = s->kept_us = s->played_us = 0;
	s->timeout_s = s->hint_s = 0;
	s->auth_sends = 0;
	s->play_tries = 0;
	s->extra_done = false;
	s->login_proved = false;
}

static void
forget_redirect(struct rtsp_session *s)
{
	free(s->dial);
	s->dial = NULL;
	s->hops = 0;
	s->foreign = false;
}

static void
forget_challenge(struct rtsp_session *s)
{
	free(s->challenge);
	free(s->web);
	s->challenge = s->web = NULL;
	s->nc = s->web_nc = 0;
	s->no_qop = s->web_proved = false;
}

/* A connection that dies just after a keep-alive, or when the session's time
 * is over, twice running: the camera doesn't bear or doesn't count this
 * method, or means a time that we took for a mistake (RTSP.md 4). */
static void
suspect_keepalive(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	int64_t died = st->now, timeout = s->timeout_s * SECOND;

	if (s->state == RTSP_STALLED || s->state == RTSP_FLOWING)
		if (st->event->kind == RTSP_EV_DEADLINE)
			died = s->last_media_us;
	if (s->played_us == 0 || timeout == 0)
		return;

	bool after = s->kept_us != 0 && died - s->kept_us <= 3 * SECOND &&
		     died >= s->kept_us - SECOND / 2;
	int64_t age = died - s->played_us;
	bool expired =
	    age > timeout - 5 * SECOND && age < timeout + 10 * SECOND;
	int64_t hint = s->hint_s * SECOND;
	/* our first report may have prolonged it */
	bool brief = hint != 0 && !s->brief && age > hint - SECOND &&
		     age < hint + 15 * SECOND;

	if (!after && !expired && !brief) {
		s->suspect = 0;
		return;
	}
	if (++s->suspect < 2)
		return;
	s->suspect = 0;
	if (brief) {
		s->brief = true;
		return;
	}
	s->keepalive = s->keepalive >= RTSP_KEEP_SET_PARAMETER
			   ? RTSP_KEEP_OPTIONS
			   : (uint8_t)(s->keepalive + 1);
	st->todo->flags |= RTSP_DO_LEARNED;
}

static const char *
pending_name(const struct rtsp_session *s)
{
	static const char *const names[] = { "connection", "OPTIONS",
		"DESCRIBE", "SETUP", "PLAY", "TEARDOWN", "keep-alive",
		"keep-alive", "HTTP GET", "HTTP POST" };

	return names[s->pending];
}

void
rtsp_leave_detail(struct rtsp_step *st, const char *why)
{
	char *out = st->todo->detail;
	size_t size = sizeof(st->todo->detail);
	const struct rtsp_message *m = st->event->message;

	if (out[0] != '\0')
		return;
	if (why == NULL)
		why = st->event->why;
	if (m != NULL && !m->is_request)
		snprintf(out, size, "%s: %u %.*s%s%s", pending_name(st->s),
		    m->status, (int)(m->reason.n < 60 ? m->reason.n : 60),
		    (const char *)m->reason.p, why ? ": " : "", why ? why : "");
	else if (why != NULL)
		snprintf(out, size, "%s: %s", pending_name(st->s), why);
	for (; *out != '\0'; out++)
		if ((unsigned char)*out < ' ' || (unsigned char)*out > 126)
			*out = '?';
}

/* One that is full may say itself when to come again. */
static int64_t
asked_us(const struct rtsp_step *st)
{
	const struct rtsp_message *m = st->event->message;
	uint32_t s;

	if (m == NULL || m->is_request ||
	    !span_number(rtsp_message_find(m, "retry-after"), &s))
		return 0;
	return (s < ASKED_S ? s : ASKED_S) * SECOND;
}

static void
count_failure(struct rtsp_step *st, enum reason reason)
{
	struct rtsp_session *s = st->s;
	enum retry_class class = class_of(reason);

	if (s->flowing_us != 0 && st->now - s->flowing_us >= GOOD_US)
		s->failures = s->class_failures = 0;
	s->flowing_us = 0;
	if (class != class_of((enum reason)s->reason))
		s->class_failures = 0;
	s->next_try_us = st->now + delay_us(s, class);
	if ((class == RETRY_BUSY || class == RETRY_YIELD) &&
	    s->next_try_us < st->now + asked_us(st))
		s->next_try_us = st->now + asked_us(st);
	if (class == RETRY_YIELD)
		s->failures = s->class_failures = 0;
	else if (class != RETRY_OURS && s->failures < 32)
		s->failures++;
	if (class != RETRY_NETWORK && class != RETRY_YIELD &&
	    s->class_failures < 32)
		s->class_failures++;
	s->reason = (uint8_t)reason;
	s->urgent = false;
}

static bool
peer_is_gone(const struct rtsp_step *st)
{
	return st->event->kind == RTSP_EV_CLOSED ||
	       st->event->kind == RTSP_EV_DEAD;
}

/* Until when the camera may count the session that we leave. It has a second
 * to clear up after one that it ended, refused or was told the end of; of
 * another it hears nothing before its own time is over. */
static int64_t
lingers(const struct rtsp_step *st)
{
	const struct rtsp_session *s = st->s;
	const struct rtsp_message *m = st->event->message;
	bool answered = m != NULL && (m->is_request || m->status != 401);
	bool knows = s->state < RTSP_SETUP || st->event->kind == RTSP_EV_CLOSED;

	if (s->state == RTSP_TEARDOWN)
		knows |= answered || s->pending == RTSP_M_NONE;
	else
		knows |= answered && s->token == NULL;
	return st->now +
	       (knows ? SECOND
		      : (s->timeout_s != 0 ? s->timeout_s : TIMEOUT_S) *
				SECOND +
			    LATE_US);
}

/* The connection is to be closed now: by us, unless the peer did. */
static void
close_now(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	int64_t soonest = st->now;

	if (s->state >= RTSP_CONNECTING && s->state <= RTSP_TEARDOWN) {
		st->todo->flags |= RTSP_DO_CLOSE;
		s->lingers_us = lingers(st);
	}
	if (s->limited && s->lingers_us > soonest)
		soonest = s->lingers_us;
	/* Never two at once to one URL: what we left lives on for a while. A
	 * redirect leads to another one. */
	if (s->state >= RTSP_OPTIONS && !peer_is_gone(st) &&
	    !(s->urgent && s->hops > 0))
		soonest =
		    soonest > st->now + SECOND ? soonest : st->now + SECOND;
	if (s->old_live555 && s->unclean && s->played_us != 0)
		soonest = st->now + STALE_US;
	if (s->next_try_us < soonest)
		s->next_try_us = soonest;
	rtsp_leave_forget(s);
}

unsigned
rtsp_leave_with(struct rtsp_step *st, enum reason reason)
{
	struct rtsp_session *s = st->s;

	rtsp_leave_detail(st, NULL);
	if (s->state >= RTSP_PLAYING && s->state <= RTSP_STALLED)
		suspect_keepalive(st);
	s->unclean = !peer_is_gone(st);
	count_failure(st, reason);
	close_now(st);
	forget_redirect(s);
	forget_challenge(s);
	s->early_closes = 0;
	st->todo->flags |= RTSP_DO_REPORT;
	return RTSP_BACKOFF;
}

unsigned
rtsp_leave_fail(struct rtsp_step *st)
{
	if (st->s->state == RTSP_CONNECTING)
		st->todo->flags |= RTSP_DO_NEXT_ADDRESS;
	return rtsp_leave_with(st, st->reason);
}

unsigned
rtsp_leave_abort(struct rtsp_step *st)
{
	st->todo->flags |= RTSP_DO_ABORT;
	return rtsp_leave_with(st, st->reason);
}

unsigned
rtsp_leave_tell(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	s->keepalive_us = 0;
	rtsp_request_send(st, RTSP_M_TEARDOWN, s->aggregate, "");
	s->deadline_us = st->now + TEARDOWN_US;
	return RTSP_TEARDOWN;
}

/* The media failed but the server may be there: leave its session in order.
 * The back-off runs from now, so the report is final. */
unsigned
rtsp_leave_teardown(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->token == NULL || s->aggregate == NULL)
		return rtsp_leave_with(st, st->reason);
	rtsp_leave_detail(st, NULL);
	suspect_keepalive(st);
	count_failure(st, st->reason);
	if (s->next_try_us < st->now + SECOND)
		s->next_try_us = st->now + SECOND;
	forget_redirect(s);
	st->todo->flags |= RTSP_DO_REPORT;
	return rtsp_leave_tell(st);
}

unsigned
rtsp_leave_again(struct rtsp_step *st, int64_t delay)
{
	struct rtsp_session *s = st->s;

	s->urgent = true;
	s->next_try_us = st->now + delay;
	if (s->state >= RTSP_SETUP && s->state <= RTSP_STALLED &&
	    s->token != NULL && s->aggregate != NULL && !peer_is_gone(st))
		return rtsp_leave_tell(st);
	close_now(st);
	return RTSP_BACKOFF;
}

unsigned
rtsp_leave_unwanted(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	s->wanted = false;
	/* A visit in vain is what it was, until the next one. */
	if (s->state != RTSP_BACKOFF)
		s->reason = REASON_SHUTDOWN;
	s->flowing_us = 0;
	close_now(st);
	forget_redirect(s);
	forget_challenge(s);
	return RTSP_IDLE;
}

unsigned
rtsp_leave_unwanted_teardown(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	if (s->token == NULL || s->aggregate == NULL)
		return rtsp_leave_unwanted(st);
	s->wanted = false;
	s->reason = REASON_SHUTDOWN;
	s->flowing_us = 0;
	s->next_try_us = 0;
	return rtsp_leave_tell(st);
}

unsigned
rtsp_leave_done(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;

	s->unclean =
	    st->event->kind == RTSP_EV_DEADLINE && s->pending != RTSP_M_NONE;
	close_now(st);
	if (!s->urgent)
		forget_challenge(s);
	return s->wanted ? RTSP_BACKOFF : RTSP_IDLE;
}

/* TIME_WAIT sits with whoever closes first: give the server the chance. */
unsigned
rtsp_leave_answered(struct rtsp_step *st)
{
	st->s->pending = RTSP_M_NONE;
	st->s->deadline_us = st->now + TEARDOWN_US / 4;
	return RTSP_TEARDOWN;
}
