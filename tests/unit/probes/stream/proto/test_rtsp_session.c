/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state machine: every cell of its table, then whole conversations with
 * the cameras of RTSP.md, on an injected clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_session.h"

#define SECOND 1000000LL
#define SDP                                                                    \
	"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"                   \
	"a=control:t\r\n"

static void
hash(enum digest_algorithm algorithm, const struct span *parts, size_t count,
    uint8_t out[32])
{
	uint32_t h = 5381 + algorithm;

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < parts[i].n; k++)
			h = h * 33 + parts[i].p[k];
	for (int i = 0; i < 32; i++)
		out[i] = (uint8_t)(h >> (i % 4 * 8));
}

static const struct rtsp_options options = {
	.connect_us = 10 * SECOND,
	.reply_us = 10 * SECOND,
	.first_media_us = 10 * SECOND,
	.stall_us = 10 * SECOND,
	.backoff_max_us = 60 * SECOND,
	.hash = hash,
};

static struct rtsp_session s;
static struct rtsp_actions todo;
static int64_t now;
static unsigned flags; /* of all actions since `asked` looked */
static char sent[RTSP_OUT_BYTES];

static void
note(void)
{
	flags |= todo.flags;
	if (todo.flags & RTSP_DO_SEND) {
		assert_true(todo.length < sizeof(sent));
		memcpy(sent, todo.out, todo.length);
		sent[todo.length] = '\0';
	}
}

static void
event(enum rtsp_event_kind kind)
{
	struct rtsp_event e = { .kind = kind, .port = 5000, .addressed = true };

	rtsp_session_step(&s, &e, now, &todo);
	note();
}

/* The server says this; lines end in \n, the empty line is added. */
static void
reply(const char *head, const char *body)
{
	char text[8192];
	struct rtsp_parser p = { .http = s.state == RTSP_TUNNEL };
	struct rtsp_message m;
	size_t used;
	const char *why = "";

	snprintf(text, sizeof(text), "%s%sContent-Length: %zu\n\n%s", head,
	    head[strlen(head) - 1] == '\n' ? "" : "\n", strlen(body), body);
	if (rtsp_message_parse(&p, span_of(text), &m, &used, &why) !=
	    PARSE_DONE)
		fail_msg("bad test reply: %s", why);
	rtsp_session_message(&s, &m, now, &todo);
	note();
}

static void
ok(const char *more, const char *body)
{
	char head[1024];

	snprintf(head, sizeof(head), "RTSP/1.0 200 OK\nCSeq: %u\n%s", s.cseq,
	    more);
	reply(head, body);
}

static void
later(int64_t us)
{
	now += us;
	rtsp_session_tick(&s, now, &todo);
	note();
}

#define IN(x) assert_string_equal(rtsp_state_name(s.state), x)
#define SENT(x)                                                                \
	do {                                                                   \
		if (strstr(sent, x) == NULL)                                   \
			fail_msg("%s is not in: %s", x, sent);                 \
	} while (0)
#define NOT_SENT(x) assert_null(strstr(sent, x))

static void
begin(const char *url, const char *user, const char *password)
{
	now = 1000 * SECOND;
	flags = 0;
	assert_true(rtsp_session_init(&s, &options, url, user, password, 7));
	event(RTSP_EV_WANT);
}

static void
dial(void)
{
	IN("waiting");
	event(RTSP_EV_GRANT);
	IN("connecting");
	event(RTSP_EV_CONNECTED);
}

static void
to_play(void)
{
	dial();
	IN("options");
	ok("", "");
	IN("describe");
	ok("", SDP);
	IN("setup");
	ok("Session: tok;timeout=20\nTransport: RTP/AVP/TCP;interleaved=0-1",
	    "");
	IN("play");
}

static void
to_flow(void)
{
	to_play();
	ok("", "");
	IN("playing");
	event(RTSP_EV_MEDIA);
	IN("flowing");
}

static void
end(void)
{
	rtsp_session_fini(&s);
}

/* ---- the table ---- */

static const char *const urls[] = { "rtsp://127.0.0.1/a", "nonsense" };

/* A session as it would be in this state. */
static void
place(unsigned state, const char *url)
{
	now = 1000 * SECOND;
	assert_true(rtsp_session_init(&s, &options, url, "u", "p", 7));
	s.wanted = state != RTSP_IDLE;
	s.state = (uint8_t)state;
	s.dialogue_us = now + 15 * SECOND;
	if (state >= RTSP_SETUP && state <= RTSP_TEARDOWN) {
		s.aggregate = strdup("rtsp://127.0.0.1/a/");
		s.track = strdup("rtsp://127.0.0.1/a/t");
		s.token = strdup("tok");
	}
	if (state >= RTSP_TUNNEL && state <= RTSP_PLAY)
		s.pending_cseq = 1;
}

static void
test_every_cell(void **unused)
{
	struct rtsp_message m = { .status = 200,
		.reason = span_of("x\x01y"),
		.headers = span_of("Session: q\r\nLocation: rtsp://h/b\r\n"
				   "WWW-Authenticate: Digest realm=\"a\", "
				   "nonce=\"b\"\r\n"),
		.body = span_of(SDP) };

	(void)unused;
	for (unsigned i = 0; i < RTSP_STATE_COUNT * RTSP_EVENT_COUNT * 2; i++) {
		unsigned state = i / 2 / RTSP_EVENT_COUNT;
		unsigned kind = i / 2 % RTSP_EVENT_COUNT;
		struct rtsp_event e = { .kind = (enum rtsp_event_kind)kind,
			.why = "why",
			.port = 4000 };
		struct rtsp_cell cell;

		if (kind >= RTSP_EV_OK)
			e.message = &m;
		if (!rtsp_session_cell(state, kind, &cell))
			fail_msg("no row: %s x %s", rtsp_state_name(state),
			    rtsp_event_name(kind));
		place(state, urls[i % 2]);
		rtsp_session_step(&s, &e, now, &todo);
		assert_true(s.state < RTSP_STATE_COUNT);
		if (cell.ignored)
			assert_int_equal(s.state, state);
		if (todo.flags & RTSP_DO_SEND)
			assert_memory_equal(todo.out + todo.length - 4,
			    "\r\n\r\n", 4);
		/* Every state with a connection ends or has a deadline. */
		if (s.state != RTSP_IDLE && s.state != RTSP_WAITING &&
		    s.state != state)
			assert_true(rtsp_session_due(&s) < INT64_MAX);
		for (const char *c = todo.detail; *c != '\0'; c++)
			assert_true(*c >= ' ' && *c <= '~');
		end();
	}
}

/* What must hold of the table as such. */
static void
test_table_sense(void **unused)
{
	static const unsigned ends[] = { RTSP_EV_CLOSED, RTSP_EV_DEADLINE,
		RTSP_EV_UNWANT, RTSP_EV_DEAD };
	struct rtsp_cell cell;

	(void)unused;
	for (unsigned state = RTSP_CONNECTING; state <= RTSP_TEARDOWN; state++)
		for (unsigned i = 0; i < 4; i++) {
			assert_true(rtsp_session_cell(state, ends[i], &cell));
			assert_false(cell.ignored);
		}
	for (unsigned kind = RTSP_EV_OK; kind <= RTSP_EV_STATUS; kind++) {
		rtsp_session_cell(RTSP_TEARDOWN, kind, &cell);
		assert_false(cell.ignored);
		rtsp_session_cell(RTSP_OPTIONS, kind, &cell);
		assert_false(cell.ignored);
		rtsp_session_cell(RTSP_IDLE, kind, &cell);
		assert_true(cell.ignored);
	}
}

/* ---- conversations ---- */

static void
test_plain(void **unused)
{
	(void)unused;
	begin("rtsp://u:p@127.0.0.1:8554/a?b=1", "", "");
	dial();
	SENT("OPTIONS rtsp://127.0.0.1:8554/a?b=1 RTSP/1.0\r\nCSeq: 1\r\n"
	     "User-Agent: camwarden");
	ok("Public: OPTIONS", "");
	SENT("Accept: application/sdp\r\n");
	NOT_SENT("Authorization");
	ok("Content-Base: rtsp://10.0.0.9/z/", SDP);
	SENT("SETUP rtsp://127.0.0.1:8554/z/t RTSP/1.0");
	SENT("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n");
	assert_true(flags & RTSP_DO_MEDIA);
	ok("session:   tok ; timeout=30\nTransport: RTP/AVP/TCP", "");
	SENT("PLAY rtsp://127.0.0.1:8554/z/ RTSP/1.0");
	SENT("Session: tok\r\nRange: npt=0.000-\r\n");
	ok("", "");
	event(RTSP_EV_MEDIA);
	IN("flowing");
	assert_int_equal(s.attempts, 0);
	event(RTSP_EV_UNWANT);
	IN("teardown");
	SENT("TEARDOWN rtsp://127.0.0.1:8554/z/ RTSP/1.0");
	ok("", "");
	later(SECOND);
	IN("idle");
	assert_int_equal(s.reason, REASON_SHUTDOWN);
	end();
}

/* sess_in_play, sess_t0, sess_changes */
static void
test_session_header(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	ok("", "");
	ok("", SDP);
	ok("", "");
	NOT_SENT("Session:");
	ok("Session: late;timeout=1", "");
	assert_string_equal(s.token, "late");
	assert_int_equal(s.timeout_s, 60);
	event(RTSP_EV_MEDIA);
	/* min(T/2, T-5) = 30 s, +-10 % */
	s.last_media_us = now + 20 * SECOND;
	later(24 * SECOND);
	NOT_SENT("OPTIONS rtsp://127.0.0.1/a ");
	s.last_media_us = now + 9 * SECOND;
	later(10 * SECOND);
	IN("flowing");
	SENT("OPTIONS rtsp://127.0.0.1/a RTSP/1.0");
	SENT("Session: late\r\n");
	end();
}

/* options_403, options_501, options_no_reply */
static void
test_options(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	reply("RTSP/1.0 403 No", "");
	IN("describe");
	end();
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	reply("RTSP/1.0 501 No", "");
	IN("describe");
	end();
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	later(3 * SECOND);
	IN("describe");
	/* the late answer to OPTIONS isn't DESCRIBE's */
	reply("RTSP/1.0 200 OK\nCSeq: 1", "");
	IN("describe");
	reply("RTSP/1.0 200 OK\nCSeq: 2", SDP);
	IN("setup");
	end();
}

static void
test_login(void **unused)
{
	static const char challenge[] =
	    "RTSP/1.0 401 No\nWWW-Authenticate: Digest realm=\"r\", "
	    "nonce=\"%s\"%s";
	char text[256];

	(void)unused;
	/* right password, then a nonce that rotates in SETUP */
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	ok("", "");
	NOT_SENT("Authorization");
	snprintf(text, sizeof(text), challenge, "n1", "");
	reply(text, "");
	IN("describe");
	SENT("Authorization: Digest username=\"u\"");
	SENT("uri=\"rtsp://127.0.0.1/a\"");
	ok("", SDP);
	assert_true(flags & RTSP_DO_GOOD_LOGIN);
	snprintf(text, sizeof(text), challenge, "n2", ", stale=true");
	reply(text, "");
	IN("setup");
	SENT("nonce=\"n2\"");
	assert_false(flags & RTSP_DO_BAD_LOGIN);
	end();
	/* wrong password, the same nonce: one try */
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	ok("", "");
	snprintf(text, sizeof(text), challenge, "n1", "");
	reply(text, "");
	reply(text, "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_AUTH_WRONG);
	assert_true(flags & RTSP_DO_BAD_LOGIN);
	assert_true(s.next_try_us - now >= 1800 * SECOND);
	end();
	/* wrong password, a new nonce each time: two tries, no more */
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	ok("", "");
	reply(text, "");
	snprintf(text, sizeof(text), challenge, "n2", "");
	reply(text, "");
	IN("describe");
	snprintf(text, sizeof(text), challenge, "n3", "");
	reply(text, "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_AUTH_WRONG);
	end();
	/* auth_qop_liar: without qop at the second try */
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	ok("", "");
	snprintf(text, sizeof(text), challenge, "n1", ", qop=\"auth\"");
	reply(text, "");
	SENT("qop=auth, nc=00000001");
	reply(text, "");
	SENT("Authorization");
	NOT_SENT("qop");
	ok("", SDP);
	IN("setup");
	end();
	/* none configured */
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	reply(text, "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_AUTH_MISSING);
	end();
}

/* auth_close_after_401 */
static void
test_close_after_401(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	ok("", "");
	reply("RTSP/1.0 401 No\nConnection: close\nWWW-Authenticate: Digest "
	      "realm=\"r\", nonce=\"n\"",
	    "");
	IN("backoff");
	assert_int_equal(rtsp_session_phase(&s), PHASE_WAITING);
	later(SECOND);
	dial();
	IN("describe");
	SENT("nonce=\"n\"");
	event(RTSP_EV_CLOSED);
	IN("backoff");
	assert_int_equal(s.reason, REASON_PEER_CLOSED);
	end();
}

/* ka_401, ka_no_reply, ka_400_old_cseq, 454_mid */
static void
test_keepalive(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "u", "p");
	to_flow();
	for (int i = 0; i < 12; i++) {
		s.last_media_us = now + 5 * SECOND;
		later(5 * SECOND);
		IN("flowing");
	}
	SENT("OPTIONS rtsp://127.0.0.1/a RTSP/1.0");
	reply("RTSP/1.0 401 No\nWWW-Authenticate: Digest realm=\"r\", "
	      "nonce=\"n\"",
	    "");
	IN("flowing");
	SENT("Authorization: Digest");
	reply("RTSP/1.0 400 Bad\nCSeq: 1", "");
	IN("flowing");
	s.kept_cseq = 99;
	reply("RTSP/1.0 454 Gone\nCSeq: 99", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_SESSION_LOST_454);
	assert_true(s.next_try_us - now <= 2 * SECOND);
	end();
}

/* ka_drop_on_getparam: twice dead beside a keep-alive -> another method */
static void
test_keepalive_learns(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	for (int i = 0; i < 2; i++) {
		to_flow();
		sent[0] = '\0';
		for (int k = 0; k < 100 && strstr(sent, "OPTIONS") == NULL;
		     k++) {
			s.last_media_us = now + SECOND;
			later(SECOND);
		}
		flags = 0;
		now += SECOND;
		event(RTSP_EV_CLOSED);
		IN("backoff");
		now = s.next_try_us;
		later(0);
	}
	assert_true(flags & RTSP_DO_LEARNED);
	assert_int_equal(s.keepalive, RTSP_KEEP_GET_PARAMETER);
	end();
}

/* A time below 5 s is mostly a mistake; where sessions end by it, twice, it
 * was meant. */
static void
test_keepalive_brief(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	for (int i = 0; i < 3; i++) {
		dial();
		ok("", "");
		ok("", SDP);
		ok("Session: tok;timeout=2\nTransport: RTP/AVP/TCP;"
		   "interleaved=0-1",
		    "");
		ok("", "");
		event(RTSP_EV_MEDIA);
		IN("flowing");
		sent[0] = '\0';
		if (i == 2)
			break;
		for (int k = 0; k < 4; k++) {
			s.last_media_us = now + SECOND;
			later(SECOND);
		}
		NOT_SENT("OPTIONS");
		event(RTSP_EV_CLOSED);
		IN("backoff");
		now = s.next_try_us;
		later(0);
	}
	assert_int_equal(s.keepalive, RTSP_KEEP_OPTIONS);
	for (int k = 0; k < 4; k++) {
		sent[0] = '\0';
		later(6 * SECOND / 5);
		SENT("OPTIONS");
		s.last_media_us = now;
	}
	end();
}

static void
test_stall(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	to_flow();
	s.last_media_us = now;
	flags = 0;
	later(9 * SECOND);
	IN("flowing");
	later(SECOND);
	IN("stalled");
	assert_int_equal(s.reason, REASON_STALL_DEAD);
	SENT("OPTIONS");
	ok("", "");
	IN("stalled");
	assert_int_equal(s.reason, REASON_STALL_SERVER_ALIVE);
	assert_true(flags & RTSP_DO_REPORT);
	assert_false(s.outage);
	event(RTSP_EV_MEDIA);
	IN("flowing");
	/* an answer that comes late was held by what held the media */
	s.last_media_us = now;
	later(10 * SECOND);
	assert_true(s.outage);
	now += 4 * SECOND;
	ok("", "");
	assert_int_equal(s.reason, REASON_STALL_SERVER_ALIVE);
	assert_true(s.outage);
	event(RTSP_EV_MEDIA);
	assert_false(s.outage);
	s.last_media_us = now;
	later(10 * SECOND);
	later(40 * SECOND);
	IN("teardown");
	assert_int_equal(rtsp_session_phase(&s), PHASE_BACKOFF);
	later(SECOND);
	IN("backoff");
	end();
	/* vfr: what was learned counts three times */
	begin("rtsp://127.0.0.1/a", "", "");
	to_flow();
	s.gap_us = 50 * SECOND;
	s.last_media_us = now;
	later(149 * SECOND);
	IN("flowing");
	later(SECOND);
	IN("stalled");
	end();
}

/* redir, redir_loop, redir_evil_host, no downgrade */
static void
test_redirect(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "u", "p");
	for (int i = 0; i < 5; i++) {
		dial();
		ok("", "");
		reply("RTSP/1.0 302 Moved\nLocation: rtsp://127.0.0.1:99/b",
		    "");
		IN("backoff");
		later(0);
	}
	dial();
	SENT("OPTIONS rtsp://127.0.0.1:99/b ");
	ok("", "");
	reply("RTSP/1.0 302 Moved\nLocation: rtsp://127.0.0.1:99/b", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_REDIRECT_REFUSED);
	end();
	/* another host: our password is not for it */
	begin("rtsp://127.0.0.1/a", "u", "p");
	dial();
	reply("RTSP/1.0 301 Moved\nLocation: rtsp://127.6.6.6/steal", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_REDIRECT_REFUSED);
	end();
	/* without one it is followed; asked for one there, we leave */
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	reply("RTSP/1.0 301 Moved\nLocation: rtsp://127.6.6.6/other", "");
	later(0);
	dial();
	SENT("rtsp://127.6.6.6/other");
	reply("RTSP/1.0 401 No\nWWW-Authenticate: Digest realm=\"r\", "
	      "nonce=\"n\"",
	    "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_REDIRECT_REFUSED);
	end();
	begin("rtsps://127.0.0.1/a", "u", "p");
	event(RTSP_EV_GRANT);
	event(RTSP_EV_CONNECTED);
	IN("securing");
	event(RTSP_EV_SECURED);
	reply("RTSP/1.0 301 Moved\nLocation: rtsp://127.0.0.1/a", "");
	assert_int_equal(s.reason, REASON_REDIRECT_REFUSED);
	end();
}

/* Each answer to DESCRIBE ends in its reason. */
static void
test_status(void **unused)
{
	static const struct {
		unsigned status;
		enum reason reason;
		int least_s, most_s; /* until the next try */
	} cases[] = { { 404, REASON_NOT_FOUND_404, 60, 600 },
		{ 453, REASON_BUSY_453, 60, 300 },
		{ 503, REASON_BUSY_503, 60, 300 },
		{ 454, REASON_SESSION_LOST_454, 1, 2 },
		{ 403, REASON_AUTH_LOCKED_SUSPECT, 1800, 1860 },
		{ 500, REASON_STATUS_OTHER, 1, 2 },
		{ 405, REASON_STATUS_OTHER, 1, 2 } };

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char head[64];

		begin("rtsp://127.0.0.1/a", "u", "p");
		dial();
		ok("", "");
		snprintf(head, sizeof(head), "RTSP/1.0 %u x\ncseq:2",
		    cases[i].status);
		reply(head, "");
		IN("backoff");
		assert_int_equal(s.reason, cases[i].reason);
		assert_int_equal(s.status, cases[i].status);
		assert_true(s.next_try_us - now >= cases[i].least_s * SECOND);
		assert_true(s.next_try_us - now <= cases[i].most_s * SECOND);
		end();
	}
}

/* One that is full may say when to come again: that is kept to, within reason.
 */
static void
test_retry_after(void **unused)
{
	static const struct {
		const char *head;
		int least_s, most_s;
	} cases[] = { { "RTSP/1.0 503 x\ncseq:2\nRetry-After: 900", 900, 900 },
		{ "RTSP/1.0 453 x\ncseq:2\nRetry-After: 5", 60, 300 },
		{ "RTSP/1.0 503 x\ncseq:2\nRetry-After: 4000000000", 3600,
		    3600 },
		{ "RTSP/1.0 503 x\ncseq:2\nRetry-After: soon", 60, 300 } };

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin("rtsp://127.0.0.1/a", "u", "p");
		dial();
		ok("", "");
		reply(cases[i].head, "");
		IN("backoff");
		assert_in_range(s.next_try_us - now, cases[i].least_s * SECOND,
		    cases[i].most_s * SECOND);
		end();
	}
}

/* 400: once more without OPTIONS; then it is a fault. */
static void
test_bad_request(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	ok("", "");
	reply("RTSP/1.0 400 Bad", "");
	assert_int_equal(rtsp_session_phase(&s), PHASE_WAITING);
	later(SECOND);
	dial();
	IN("describe");
	reply("RTSP/1.0 400 Bad", "");
	assert_int_equal(s.reason, REASON_STATUS_OTHER);
	end();
}

/* 461 and the silence of UDP: the other transport on a fresh connection. */
static void
test_transports(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	ok("", "");
	ok("", SDP);
	reply("RTSP/1.0 461 No", "");
	later(SECOND);
	dial();
	ok("", "");
	ok("", SDP);
	assert_true(todo.flags & RTSP_DO_PORTS);
	event(RTSP_EV_PORTS);
	SENT("Transport: RTP/AVP;unicast;client_port=5000-5001\r\n");
	ok("Session: a\nTransport: RTP/AVP;unicast;server_port=7-8", "");
	ok("", "");
	event(RTSP_EV_MEDIA);
	IN("flowing");
	assert_true(flags & RTSP_DO_LEARNED);
	end();
	/* configured UDP, nothing comes: TCP */
	begin("rtsp://127.0.0.1/a", "", "");
	s.configured = WIRE_TRANSPORT_UDP;
	dial();
	ok("", "");
	ok("", SDP);
	event(RTSP_EV_PORTS);
	ok("Session: a\nTransport: RTP/AVP;unicast;server_port=7-8", "");
	ok("", "");
	IN("playing");
	later(10 * SECOND);
	IN("teardown");
	assert_int_equal(rtsp_session_phase(&s), PHASE_WAITING);
	ok("", "");
	later(SECOND);
	later(SECOND);
	dial();
	ok("", "");
	ok("", SDP);
	SENT("interleaved=0-1");
	ok("Session: a", "");
	ok("", "");
	later(10 * SECOND);
	assert_int_equal(s.reason, REASON_PLAY_NO_MEDIA);
	end();
}

/* What some servers say in place of 461. */
static void
test_refused_otherwise(void **unused)
{
	static const char *const words[] = { "RTSP/1.0 405 No",
		"RTSP/1.0 501 No", "RTSP/1.0 500 No", "RTSP/1.0 551 No",
		"RTSP/1.0 400 No" };

	(void)unused;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		bool minimal = strstr(words[i], "400") != NULL;

		begin("rtsp://127.0.0.1/a", "", "");
		dial();
		for (int tries = minimal ? 2 : 1; tries > 0; tries--) {
			if (minimal && tries == 1)
				IN("describe");
			else
				ok("", "");
			ok("", SDP);
			IN("setup");
			reply(words[i], "");
			later(SECOND);
			dial();
		}
		if (!minimal)
			ok("", "");
		ok("", SDP);
		assert_true(todo.flags & RTSP_DO_PORTS);
		event(RTSP_EV_PORTS);
		reply(words[i], ""); /* both refused: it's said, and rests */
		assert_int_equal(s.reason, REASON_STATUS_OTHER);
		IN("backoff");
		end();
	}
}

/* need_range, reject_range, and PLAY's other URLs */
static void
test_play(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a/", "", "");
	to_play();
	reply("RTSP/1.0 457 Range", "");
	SENT("PLAY rtsp://127.0.0.1/a/ ");
	NOT_SENT("Range:");
	ok("", "");
	IN("playing");
	end();
	begin("rtsp://127.0.0.1/a", "", "");
	to_play();
	reply("RTSP/1.0 404 No", "");
	SENT("PLAY rtsp://127.0.0.1/a RTSP");
	reply("RTSP/1.0 404 No", "");
	SENT("PLAY rtsp://127.0.0.1/a/t ");
	reply("RTSP/1.0 404 No", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_NOT_FOUND_404);
	end();
}

/* srv_options, srv_announce_eos, srv_redirect */
static void
test_server_requests(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	to_flow();
	reply("OPTIONS rtsp://x/ RTSP/1.0\nCSeq: 77", "");
	SENT("RTSP/1.0 200 OK\r\nCSeq: 77\r\nSession: tok\r\n");
	reply("RECORD rtsp://x/ RTSP/1.0\nCSeq: 78", "");
	SENT("RTSP/1.0 501");
	IN("flowing");
	reply("ANNOUNCE rtsp://x/ RTSP/1.0\nCSeq: 79\nx-notice: 2101 End", "");
	IN("teardown");
	SENT("RTSP/1.0 200 OK\r\nCSeq: 79");
	SENT("TEARDOWN");
	assert_int_equal(s.reason, REASON_BYE);
	end();
	begin("rtsp://127.0.0.1/a", "", "");
	to_flow();
	reply("TEARDOWN rtsp://x/ RTSP/1.0\nCSeq: 3", "");
	IN("teardown");
	SENT("RTSP/1.0 200 OK\r\nCSeq: 3");
	assert_int_equal(s.reason, REASON_BYE);
	end();
	begin("rtsp://127.0.0.1/a", "", "");
	to_flow();
	reply("REDIRECT rtsp://x/ RTSP/1.0\nCSeq: 5\nLocation: "
	      "rtsp://127.0.0.1/b",
	    "");
	later(SECOND);
	later(SECOND);
	dial();
	SENT("rtsp://127.0.0.1/b");
	end();
	/* each after it served for a while: however often */
	begin("rtsp://127.0.0.1/a", "", "");
	for (int i = 0; i < 12; i++) {
		to_flow();
		now += 61 * SECOND;
		reply("REDIRECT rtsp://x/ RTSP/1.0\nCSeq: 5\nLocation: "
		      "rtsp://127.0.0.1/b",
		    "");
		assert_int_not_equal(s.reason, REASON_REDIRECT_REFUSED);
		later(SECOND);
		later(SECOND);
	}
	end();
}

/* h264dvr_need_audio: the audio is set up too, and dropped */
static void
test_extra_track(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	ok("", "");
	ok("", "s=H264DVR 1.0\n" SDP "m=audio 0 RTP/AVP 8\na=control:au\n");
	ok("Session: a\nTransport: RTP/AVP/TCP;interleaved=0-1", "");
	IN("setup");
	SENT("SETUP rtsp://127.0.0.1/a/au ");
	SENT("interleaved=2-3");
	ok("Transport: RTP/AVP/TCP;interleaved=2-3", "");
	assert_true(todo.transport_is_extra);
	IN("play");
	end();
}

/* full jitter: 1 s x 2^n to 60 s, halved at most; forgotten after 60 s good */
static void
test_back_off(void **unused)
{
	int64_t first = 0, most = 0;

	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	for (int n = 0; n < 12; n++) {
		event(RTSP_EV_GRANT);
		event(RTSP_EV_REFUSED);
		IN("backoff");
		assert_int_equal(s.reason, REASON_REFUSED);

		int64_t wait = s.next_try_us - now;
		int64_t full = n == 0  ? 350000
			       : n > 6 ? 60 * SECOND
				       : SECOND << (n - 1);

		assert_true(wait >= full / 2 && wait <= full);
		if (n == 0)
			first = wait;
		if (wait > most)
			most = wait;
		now = s.next_try_us;
		later(0);
	}
	assert_true(first <= 350000 && most >= 30 * SECOND);
	to_flow();
	s.last_media_us = now + 61 * SECOND;
	now += 61 * SECOND;
	event(RTSP_EV_CLOSED);
	assert_true(s.next_try_us - now <= 350000);
	end();
}

static void
pauses(uint32_t least_ms, uint32_t most_ms)
{
	struct rtsp_event e = { .kind = RTSP_EV_PAUSE,
		.least_ms = least_ms,
		.most_ms = most_ms };

	rtsp_session_step(&s, &e, now, &todo);
	note();
}

static void
fail_once(enum rtsp_event_kind how)
{
	now = s.next_try_us > now ? s.next_try_us : now;
	later(0);
	IN("waiting");
	event(RTSP_EV_GRANT);
	event(how);
	IN("backoff");
}

/* Told to pause for long it does, whatever it did before; told otherwise, it
 * goes by that at once. Nothing of it is reported: it is no news of the
 * camera. */
static void
test_pauses(void **unused)
{
	int64_t least = INT64_MAX, most = 0;

	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	fail_once(RTSP_EV_UNREACHABLE);
	flags = 0;
	pauses(150000, 300000);
	IN("backoff");
	assert_int_equal(flags, 0);
	for (int i = 0; i < 200; i++) {
		int64_t wait = s.next_try_us - now;

		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
		assert_int_equal(rtsp_session_due(&s), s.next_try_us);
		fail_once(RTSP_EV_UNREACHABLE);
	}
	assert_true(least >= 150 * SECOND && least < 155 * SECOND);
	assert_true(most <= 300 * SECOND && most > 295 * SECOND);
	pauses(2500, 5000);
	assert_true(s.next_try_us - now <= 5 * SECOND);
	fail_once(RTSP_EV_UNREACHABLE);
	assert_true(s.next_try_us - now >= 2500000);
	pauses(150000, 300000);
	event(RTSP_EV_RETRY); /* an operator's wish counts all the same */
	IN("waiting");
	event(RTSP_EV_GRANT);
	event(RTSP_EV_UNREACHABLE);
	assert_true(s.next_try_us - now >= 150 * SECOND);
	pauses(0, 0); /* released: now, and the back-off from its beginning */
	later(0);
	IN("waiting");
	event(RTSP_EV_GRANT);
	event(RTSP_EV_UNREACHABLE);
	assert_true(s.next_try_us - now <= 350000);
	end();
}

/* What runs goes on; what was answered keeps its own wait. */
static void
test_pauses_elsewhere(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "u", "p");
	to_flow();
	pauses(150000, 300000);
	IN("flowing");
	s.last_media_us = now;
	later(10 * SECOND);
	IN("stalled");
	later(10 * SECOND);
	IN("teardown");
	pauses(0, 0);
	IN("teardown");
	later(SECOND);
	IN("backoff");
	later(SECOND);
	IN("waiting");
	dial();
	ok("", "");
	reply("RTSP/1.0 403 No", "");
	IN("backoff");
	assert_true(s.next_try_us - now >= 1800 * SECOND);
	pauses(2500, 5000);
	pauses(0, 0); /* it may lock us out */
	assert_true(s.next_try_us - now >= 1800 * SECOND);
	end();
}

/* ---- RTSP over HTTP ---- */

static void
begin_http(const char *url, const char *user)
{
	begin(url, user, "p");
	s.configured = WIRE_TRANSPORT_HTTP;
}

/* Without a login: GET, its answer, then RTSP goes into the POST. */
static void
test_tunnel(void **unused)
{
	char head[1024];

	(void)unused;
	begin_http("rtsp://127.0.0.1/a?b=1", "");
	dial();
	IN("tunnel");
	assert_false(rtsp_session_posts(&s));
	SENT("GET /a?b=1 HTTP/1.0\r\nHost: 127.0.0.1:80\r\n");
	SENT("Accept: application/x-rtsp-tunnelled\r\n");
	reply("HTTP/1.1 200 OK", "");
	IN("options");
	assert_true(rtsp_session_posts(&s));
	SENT("OPTIONS rtsp://127.0.0.1/a?b=1 RTSP/1.0\r\nCSeq: 1\r\n");
	assert_true(rtsp_session_post(&s, head, sizeof(head)) > 0);
	assert_non_null(strstr(head, "POST /a?b=1 HTTP/1.0\r\n"));
	assert_null(strstr(head, "Authorization"));
	ok("", "");
	ok("", SDP);
	SENT("interleaved=0-1");
	/* refused: there is no other transport than this one */
	reply("RTSP/1.0 461 No", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_UNSUPPORTED_461);
	end();
}

static unsigned
http_port(const char *text)
{
	struct rtsp_url url;

	begin_http(text, "");
	assert_true(rtsp_session_target(&s, &url));
	end();
	return url.port;
}

static void
test_tunnel_port(void **unused)
{
	(void)unused;
	assert_int_equal(http_port("rtsp://127.0.0.1/a"), 80);
	assert_int_equal(http_port("rtsps://127.0.0.1/a"), 443);
	assert_int_equal(http_port("rtsp://127.0.0.1:554/a"), 554);
	assert_int_equal(http_port("rtsp://127.0.0.1:8080/a"), 8080);
}

#define HTTP_401(nonce)                                                        \
	"HTTP/1.1 401 No\nWWW-Authenticate: Digest realm=\"w\", "              \
	"nonce=\"" nonce "\""

/* HTTP and RTSP ask each for their own; both logins are counted apart. */
static void
test_tunnel_login(void **unused)
{
	char head[1024];

	(void)unused;
	begin_http("rtsp://127.0.0.1/a", "u");
	dial();
	NOT_SENT("Authorization");
	reply(HTTP_401("n1"), "");
	IN("backoff");
	later(0);
	dial();
	SENT("GET /a HTTP/1.0");
	SENT("Authorization: Digest username=\"u\"");
	SENT("nonce=\"n1\"");
	reply("HTTP/1.0 200 OK", "");
	assert_true(flags & RTSP_DO_GOOD_LOGIN);
	NOT_SENT("Authorization");
	rtsp_session_post(&s, head, sizeof(head));
	assert_non_null(strstr(head, "nonce=\"n1\""));
	ok("", "");
	reply("RTSP/1.0 401 No\nWWW-Authenticate: Digest realm=\"r\", "
	      "nonce=\"n2\"",
	    "");
	SENT("nonce=\"n2\"");
	ok("", SDP);
	IN("setup");
	/* Lost: the next GET goes with n1, which has aged without a word. */
	event(RTSP_EV_CLOSED);
	later(0);
	assert_false(flags & RTSP_DO_BAD_LOGIN);
	end();
}

/* One wrong password is one, not two: cameras lock out. */
static void
test_tunnel_refused(void **unused)
{
	(void)unused;
	begin_http("rtsp://127.0.0.1/a", "u");
	dial();
	reply(HTTP_401("n1"), "");
	later(0);
	dial();
	reply(HTTP_401("n2"), "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_AUTH_WRONG);
	assert_true(flags & RTSP_DO_BAD_LOGIN);
	assert_true(s.next_try_us - now >= 1800 * SECOND);
	end();
	/* an old nonce is no wrong password, but no reason to go on for ever */
	begin_http("rtsp://127.0.0.1/a", "u");
	for (int i = 0; i < 3; i++) {
		dial();
		reply(HTTP_401("n\", stale=true, x=\""), "");
		later(0);
	}
	IN("backoff");
	assert_int_equal(s.reason, REASON_AUTH_WRONG);
	assert_false(flags & RTSP_DO_BAD_LOGIN);
	end();
	begin_http("rtsp://127.0.0.1/a", "");
	dial();
	reply(HTTP_401("n1"), "");
	assert_int_equal(s.reason, REASON_AUTH_MISSING);
	end();
	begin_http("rtsp://127.0.0.1/a", "");
	dial();
	reply("HTTP/1.1 404 Not Found", "");
	assert_int_equal(s.reason, REASON_NOT_FOUND_404);
	assert_non_null(strstr(todo.detail, "HTTP GET: 404"));
	end();
}

/* We lack descriptors or memory: no word on the camera, no back-off that grows,
 * none of its own forgotten. */
static void
test_short(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	event(RTSP_EV_SHORT); /* waiting in line */
	IN("waiting");
	assert_int_equal(s.reason, REASON_OVER_CAPACITY);
	assert_true(flags & RTSP_DO_REPORT);
	for (int i = 0; i < 20; i++) {
		event(RTSP_EV_GRANT);
		IN("connecting");
		event(RTSP_EV_SHORT);
		IN("backoff");
		assert_int_equal(s.reason, REASON_OVER_CAPACITY);
		assert_in_range(s.next_try_us - now, SECOND / 4, SECOND / 2);
		later(SECOND / 2);
		IN("waiting");
	}
	assert_int_equal(s.failures, 0);
	to_play();
	ok("", "");
	event(RTSP_EV_MEDIA);
	IN("flowing");
	assert_int_equal(s.reason, REASON_NONE);
	end();
}

/* A camera whose sessions are others' is asked what it has, and left: no SETUP,
 * no failure; and asked again. So it is when it is full. */
static void
test_knock(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	s.quirks = WIRE_QUIRK_SINGLE_SESSION;
	s.knocks = true;
	for (int i = 0; i < 3; i++) {
		flags = 0;
		dial();
		ok("", "");
		ok("", SDP);
		IN("backoff");
		NOT_SENT("SETUP");
		assert_true(flags & RTSP_DO_CLOSE);
		assert_int_equal(s.reason, REASON_YIELDED);
		assert_int_equal(s.failures, 0);
		assert_in_range(s.next_try_us - now, 60 * SECOND, 120 * SECOND);
		later(s.next_try_us - now);
	}
	dial();
	ok("", "");
	reply("RTSP/1.0 503 Service Unavailable\ncseq:2", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_YIELDED);
	later(s.next_try_us - now);
	dial();
	ok("", "");
	reply("RTSP/1.0 404 Not Found\ncseq:2", "");
	assert_int_equal(s.reason, REASON_NOT_FOUND_404);
	end();
}

/* How long the camera may count what we left: it knows of an end that it
 * caused, or answered; of any other it learns when its own time is over (20 s,
 * as it said). Nobody connects before, where sessions are limited. */
static void
test_lingers(void **unused)
{
	static const struct {
		enum rtsp_event_kind end;
		bool teardown, answered;
		int lingers_s;
	} cases[] = {
		{ RTSP_EV_CLOSED, false, false, 1 },
		{ RTSP_EV_DEAD, false, false, 25 },
		{ RTSP_EV_SHORT, false, false, 25 },
		{ RTSP_EV_BYE, true, true, 1 },
		{ RTSP_EV_BYE, true, false, 25 },
		{ RTSP_EV_UNWANT, true, true, 1 },
		{ RTSP_EV_UNWANT, true, false, 25 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin("rtsp://127.0.0.1/a", "", "");
		s.limited = true;
		to_flow();
		event(cases[i].end);
		if (cases[i].teardown) {
			IN("teardown");
			if (cases[i].answered)
				ok("", "");
			later(SECOND);
		}
		assert_int_equal(s.lingers_us - now,
		    cases[i].lingers_s * SECOND);
		if (cases[i].end != RTSP_EV_UNWANT) {
			IN("backoff");
			assert_true(s.next_try_us >= s.lingers_us);
		}
		end();
	}
	/* One that was never set up, or was refused, is none. */
	begin("rtsp://127.0.0.1/a", "", "");
	s.limited = true;
	dial();
	ok("", "");
	ok("", SDP);
	reply("RTSP/1.0 453 Not Enough Bandwidth\ncseq:3", "");
	assert_int_equal(s.lingers_us - now, SECOND);
	end();
	/* Asked to set one up it may have done so: it never said. */
	begin("rtsp://127.0.0.1/a", "", "");
	s.limited = true;
	dial();
	ok("", "");
	ok("", SDP);
	later(10 * SECOND);
	IN("backoff");
	assert_int_equal(s.lingers_us - now, 65 * SECOND);
	end();
}

/* A nonce that is used up when we leave: said once more with the new one, lest
 * the camera count us on; refused again, it does. */
static void
test_leave_login(void **unused)
{
	(void)unused;
	for (int refused = 1; refused <= 2; refused++) {
		flags = 0;
		begin("rtsp://127.0.0.1/a", "u", "p");
		s.limited = true;
		to_flow();
		event(RTSP_EV_UNWANT);
		IN("teardown");
		reply("RTSP/1.0 401 No\nWWW-Authenticate: Digest realm=\"r\", "
		      "nonce=\"n1\", stale=TRUE",
		    "");
		IN("teardown");
		SENT("TEARDOWN ");
		SENT("nonce=\"n1\"");
		if (refused == 1)
			ok("", "");
		for (int more = 0; refused == 2 && more < 2; more++)
			reply("RTSP/1.0 401 No\nWWW-Authenticate: Digest "
			      "realm=\"r\", nonce=\"n2\", stale=TRUE",
			    "");
		if (refused == 1)
			later(SECOND);
		IN("idle");
		assert_int_equal(s.lingers_us - now,
		    (refused == 1 ? 1 : 25) * SECOND);
		end();
	}
}

/* A visit in vain is what the feed is until the next one. */
static void
test_visit_in_vain(void **unused)
{
	(void)unused;
	begin("rtsp://127.0.0.1/a", "", "");
	event(RTSP_EV_GRANT);
	event(RTSP_EV_REFUSED);
	IN("backoff");
	event(RTSP_EV_UNWANT);
	IN("idle");
	assert_int_equal(s.reason, REASON_REFUSED);
	event(RTSP_EV_WANT);
	to_flow();
	event(RTSP_EV_UNWANT);
	ok("", "");
	later(SECOND);
	IN("idle");
	assert_int_equal(s.reason, REASON_SHUTDOWN);
	end();
}

/* One that answers each question just in time is cut all the same. */
static void
test_dialogue_is_bounded(void **unused)
{
	(void)unused;
	begin("rtsps://127.0.0.1/a", "u", "p");
	dial();
	IN("securing");

	int64_t connected = now;

	later(5 * SECOND);
	event(RTSP_EV_SECURED);
	IN("options");
	later(2 * SECOND);
	ok("", "");
	IN("describe");
	later(7 * SECOND);
	ok("", SDP);
	IN("setup");
	later(SECOND - 1);
	IN("setup");
	later(1);
	IN("backoff");
	assert_int_equal(now - connected, options.reply_us * 3 / 2);
	assert_int_equal(s.reason, REASON_REPLY_TIMEOUT);
	end();
	/* a camera that takes its time, but not that much */
	begin("rtsp://127.0.0.1/a", "", "");
	dial();
	later(2 * SECOND);
	ok("", "");
	later(9 * SECOND);
	ok("", SDP);
	later(SECOND);
	ok("Session: tok", "");
	later(SECOND);
	ok("", "");
	IN("playing");
	later(9 * SECOND); /* the wait for media is another one */
	IN("playing");
	end();
}

static void
test_not_a_url(void **unused)
{
	(void)unused;
	begin("http://u:secret@h/", "", "");
	IN("backoff");
	assert_int_equal(s.reason, REASON_CONFIG_ERROR);
	assert_string_equal(s.url, "");
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_table_sense),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_session_header),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_close_after_401),
		cmocka_unit_test(test_keepalive),
		cmocka_unit_test(test_keepalive_learns),
		cmocka_unit_test(test_keepalive_brief),
		cmocka_unit_test(test_stall),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_bad_request),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_refused_otherwise),
		cmocka_unit_test(test_play),
		cmocka_unit_test(test_server_requests),
		cmocka_unit_test(test_extra_track),
		cmocka_unit_test(test_back_off),
		cmocka_unit_test(test_pauses),
		cmocka_unit_test(test_pauses_elsewhere),
		cmocka_unit_test(test_tunnel),
		cmocka_unit_test(test_tunnel_port),
		cmocka_unit_test(test_tunnel_login),
		cmocka_unit_test(test_tunnel_refused),
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_knock),
		cmocka_unit_test(test_lingers),
		cmocka_unit_test(test_leave_login),
		cmocka_unit_test(test_visit_in_vain),
		cmocka_unit_test(test_dialogue_is_bounded),
		cmocka_unit_test(test_not_a_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
