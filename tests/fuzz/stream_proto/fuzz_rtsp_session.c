/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole session against a random server: the input is a script of events,
 * passing time and server bytes. Whatever it does, the session stays in a
 * state with a way out, and what it sends stays requests. */
#include <stdlib.h>
#include <string.h>

#include "camwarden/wire.h"
#include "probes/stream/proto/rtsp_session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
		if (op == 't') {
			now += (int64_t)arg * 250000;
			rtsp_session_tick(&s, now, &todo);
		} else {
			e.kind = (enum rtsp_event_kind)(arg % RTSP_EV_OK);
			e.addressed = op & 1;
			rtsp_session_step(&s, &e, now, &todo);
		}
		check(&s, &todo);
	}
	rtsp_session_fini(&s);
	return 0;
}
