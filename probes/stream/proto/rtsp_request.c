/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probes/stream/proto/rtsp_machine.h"

#define AGENT "User-Agent: camwarden/" CAMWARDEN_VERSION "\r\n"

static const char *
method_name(enum rtsp_method method)
{
	static const char *const names[] = { "", "OPTIONS", "DESCRIBE", "SETUP",
		"PLAY", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER" };

	return names[method];
}

/* splitmix64: cnonces and jitter need to differ, not to be secret. */
uint32_t
rtsp_request_random(struct rtsp_session *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(z >> 32);
}

static size_t
put_authorization(struct rtsp_session *s, const char *method, const char *uri,
    char *out, size_t size)
{
	struct digest_request r = { .method = method,
		.uri = uri,
		.user = s->user,
		.password = s->password,
		.no_qop = s->no_qop };

	if (s->challenge == NULL || s->user[0] == '\0' || s->foreign)
		return 0;
	r.nc = ++s->nc;
	r.cnonce = rtsp_request_random(s);
	return digest_write(s->challenge, &r, s->options->hash, out, size);
}

/* Appends a request; its CSeq. What doesn't fit can't have come from a URL
 * within our limits, and is left out. */
static uint32_t
put(struct rtsp_step *st, enum rtsp_method method, const char *uri,
    const char *headers)
{
	struct rtsp_session *s = st->s;
	struct rtsp_actions *todo = st->todo;
	char *out = todo->out + todo->length;
	size_t size = sizeof(todo->out) - todo->length;
	int n = snprintf(out, size, "%s %s RTSP/1.0\r\nCSeq: %u\r\n" AGENT,
	    method_name(method), uri, ++s->cseq);
	size_t length = (size_t)n;

	if (length < size)
		length += put_authorization(s, method_name(method), uri,
		    out + length, size - length);
	if (length < size)
		length += (size_t)snprintf(out + length, size - length, "%s",
		    headers);
	if (length < size && s->token != NULL && method != RTSP_M_DESCRIBE)
		length += (size_t)snprintf(out + length, size - length,
		    "Session: %s\r\n", s->token);
	/* Range goes last (RTSP.md 16). */
	if (length < size && method == RTSP_M_PLAY && s->range)
		length += (size_t)snprintf(out + length, size - length,
		    "Range: npt=0.000-\r\n");
	if (length < size)
		length += (size_t)snprintf(out + length, size - length, "\r\n");
	if (length < size) {
		todo->length += (uint32_t)length;
		todo->flags |= RTSP_DO_SEND;
	}
	return s->cseq;
}

void
rtsp_request_send(struct rtsp_step *st, enum rtsp_method method,
    const char *uri, const char *headers)
{
	struct rtsp_session *s = st->s;

	if (s->pending != method)
		s->auth_sends = 0;
	s->pending = (uint8_t)method;
	s->pending_cseq = put(st, method, uri, headers);
	if (s->challenge != NULL && s->auth_sends < 255)
		s->auth_sends++;
	s->deadline_us = st->now + s->options->reply_us;
}

void
rtsp_request_keepalive(struct rtsp_step *st, enum rtsp_method method)
{
	struct rtsp_session *s = st->s;

	s->kept_cseq = put(st, method, s->aggregate, "");
	s->kept_us = st->now;
}

void
rtsp_request_answer(struct rtsp_step *st, const struct rtsp_message *m,
    bool known)
{
	struct rtsp_session *s = st->s;
	struct rtsp_actions *todo = st->todo;
	size_t size = sizeof(todo->out) - todo->length;
	int n = snprintf(todo->out + todo->length, size,
	    "RTSP/1.0 %s\r\nCSeq: %u\r\n%s%s%s" AGENT "\r\n",
	    known ? "200 OK" : "501 Not Implemented", m->cseq,
	    s->token ? "Session: " : "", s->token ? s->token : "",
	    s->token ? "\r\n" : "");

	if (n > 0 && (size_t)n < size) {
		todo->length += (uint32_t)n;
		todo->flags |= RTSP_DO_SEND;
	}
}
