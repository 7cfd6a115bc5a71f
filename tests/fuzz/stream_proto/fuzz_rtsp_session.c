/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole session against a random server: the input is a script of events,
 * passing time, server bytes ('m') and answers ('a') that fit the request in
 * flight as far as the script wants them to. Whatever it does, the session
 * stays in a state with a way out, and what it sends stays requests. */
#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_session.h"
#include "tests/fuzz/fuzz.h"

static void
hash(enum digest_algorithm algorithm, const struct span *parts, size_t count,
    uint8_t out[32])
{
	(void)parts;
	memset(out, (int)(algorithm + count), 32);
}

static void
check(const struct rtsp_session *s, const struct rtsp_actions *todo)
{
	if (s->state >= RTSP_STATE_COUNT || s->reason >= REASON_COUNT)
		abort();
	if (s->state > RTSP_WAITING && rtsp_session_due(s) == INT64_MAX)
		abort();
	if (todo->flags & RTSP_DO_SEND &&
	    (todo->length < 4 ||
		memcmp(todo->out + todo->length - 4, "\r\n\r\n", 4) != 0 ||
		memmem(todo->out, todo->length, "secret", 6) != NULL))
		abort();
	for (const char *c = todo->detail; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			abort();
}

/* Server bytes up to the next 0xff. */
static void
feed(struct rtsp_session *s, struct span *in, int64_t now,
    struct rtsp_actions *todo)
{
	struct span bytes = span_cut(in, (char)0xff);

	while (bytes.n > 0) {
		struct rtsp_parser p = { .http = s->state == RTSP_TUNNEL };
		struct rtsp_message m;
		size_t used = 0;
		const char *why;

		if (rtsp_message_parse(&p, bytes, &m, &used, &why) !=
		    PARSE_DONE)
			return;
		rtsp_session_message(s, &m, now, todo);
		check(s, todo);
		bytes.p += used;
		bytes.n -= used;
	}
}

static const char *const statuses[] = { "200 OK", "401 Unauthorized",
	"301 Moved", "302 Moved", "404 Not Found", "400 Bad Request",
	"453 Not Enough Bandwidth", "454 Session Not Found", "455 Not Valid",
	"461 Unsupported Transport", "501 Not Implemented", "503 Busy",
	"551 Option not supported", "459 Aggregate", "500 Error", "100 Go on" };
/* Bit n of an answer's mask: header n. */
static const char *const headers[] = { "Session: 12345678;timeout=20",
	"Transport: RTP/AVP/TCP;unicast;interleaved=0-1",
	"Transport: "
	"RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001",
	"WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"",
	"WWW-Authenticate: Basic realm=\"r\"",
	"WWW-Authenticate: Digest realm=\"r\", nonce=\"m\", stale=true, "
	"algorithm=SHA-256",
	"Location: rtsp://127.0.0.1:8554/other",
	"Location: rtsps://192.0.2.1/other",
	"Content-Base: rtsp://127.0.0.1/a/",
	"Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER",
	"Retry-After: 7", "Connection: close",
	"Content-Type: application/x-rtsp-tunnelled",
	"RTP-Info: url=rtsp://127.0.0.1/a/t;seq=1;rtptime=2", "Server: LIVE555",
	"Session: 87654321" };

static const char sdp[] =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\na=control:*\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 "
    "packetization-mode=1;sprop-parameter-sets=Z0IAHpWoKA9k,aM48gA==\r\n"
    "a=control:t1\r\nm=audio 0 RTP/AVP 0\r\na=control:t2\r\n";

/* An answer to what is in flight; `how`: status, and what of it is odd. */
static void
answer(struct rtsp_session *s, uint8_t how, struct span *in, int64_t now,
    struct rtsp_actions *todo)
{
	static char text[8192];
	struct reader r = reader_of(in->p, in->n);
	unsigned mask = reader_le16(&r);
	const char *body = how & 0x40 ? sdp : "";
	struct rtsp_parser p = { .http = s->state == RTSP_TUNNEL };
	struct rtsp_message m;
	const char *why;
	size_t used = 0;
	int n;

	*in = reader_span(&r, reader_left(&r));
	n = snprintf(text, sizeof(text), "%s %s\r\nCSeq: %u\r\n",
	    p.http ? "HTTP/1.0" : "RTSP/1.0", statuses[how & 15],
	    s->pending_cseq + (how & 0x10));
	for (unsigned i = 0; i < 16; i++)
		if (mask >> i & 1)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
			    "%s\r\n", headers[i]);
	n += snprintf(text + n, sizeof(text) - (size_t)n,
	    "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
	if (rtsp_message_parse(&p,
		(struct span){ (const uint8_t *)text, (size_t)n }, &m, &used,
		&why) != PARSE_DONE)
		return;
	rtsp_session_message(s, &m, now, todo);
	check(s, todo);
}

/* A script's numbers are its own, or seeds would mean something else with each
 * new event: append. */
static const uint8_t events[] = { RTSP_EV_WANT, RTSP_EV_RETRY, RTSP_EV_UNWANT,
	RTSP_EV_HELD, RTSP_EV_LOCKED, RTSP_EV_GRANT, RTSP_EV_RESOLVED,
	RTSP_EV_NO_NAME, RTSP_EV_CONNECTED, RTSP_EV_REFUSED,
	RTSP_EV_UNREACHABLE, RTSP_EV_SECURED, RTSP_EV_TLS_FAILED,
	RTSP_EV_PIN_CHANGED, RTSP_EV_CLOSED, RTSP_EV_DEAD, RTSP_EV_PORTS,
	RTSP_EV_NO_PORTS, RTSP_EV_CONFLICT, RTSP_EV_MEDIA, RTSP_EV_BYE,
	RTSP_EV_GARBAGE, RTSP_EV_RUBBISH, RTSP_EV_DEADLINE, RTSP_EV_PAUSE,
	RTSP_EV_SHORT };
_Static_assert(sizeof(events) == RTSP_EV_OK, "an event is not in it");

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rtsp_options options = { 10000000, 10000000,
		10000000, 10000000, 60000000, hash };
	struct span in = { data, size };
	struct rtsp_session s;
	struct rtsp_actions todo;
	int64_t now = 1000000000;

	/* What a server says we may echo: then nothing can be told. */
	if (memmem(data, size, "secret", 6) != NULL)
		return 0;
	if (!rtsp_session_init(&s, &options, "rtsp://127.0.0.1/a", "user",
		"secret", 1))
		return 0;
	if (in.n > 0)
		s.configured = in.p[0] % WIRE_TRANSPORT_COUNT;
	while (in.n > 1) {
		uint8_t op = in.p[0], arg = in.p[1];
		struct rtsp_event e = { .why = "why", .port = 5000 };

		in.p += 2;
		in.n -= 2;
		todo.flags = 0;
		todo.detail[0] = '\0';
		if (op == 'm') {
			feed(&s, &in, now, &todo);
			continue;
		}
		if (op == 'a') {
			answer(&s, arg, &in, now, &todo);
			continue;
		}
		if (op == 't') {
			now += (int64_t)arg * 250000;
			rtsp_session_tick(&s, now, &todo);
		} else {
			e.kind =
			    (enum rtsp_event_kind)events[arg % sizeof(events)];
			e.addressed = op & 1;
			e.least_ms = op * 100u;
			e.most_ms = e.least_ms * (op % 5u);
			rtsp_session_step(&s, &e, now, &todo);
		}
		check(&s, &todo);
	}
	rtsp_session_fini(&s);
	return 0;
}
