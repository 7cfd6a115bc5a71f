/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "probes/stream/proto/rtsp_machine.h"

#define AGENT "User-Agent: camwarden/" CAMWARDEN_VERSION "\r\n"

static const char *
method_name(enum rtsp_method method)
{
	static const char *const names[] = { "", "OPTIONS", "DESCRIBE", "SETUP",
		"PLAY", "TEARDOWN", "GET_PARAMETER", "SET_PARAMETER", "GET",
		"POST" };

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
put_authorization(struct rtsp_session *s, enum rtsp_method method,
    const char *uri, char *out, size_t size)
{
	bool web = method == RTSP_M_GET || method == RTSP_M_POST;
	const struct digest_challenge *c = web ? s->web : s->challenge;
	struct digest_request r = { .method = method_name(method),
		.uri = uri,
		.user = s->user,
		.password = s->password,
		.no_qop = !web && s->no_qop };

	if (c == NULL || s->user[0] == '\0' || s->foreign)
		return 0;
	r.nc = web ? ++s->web_nc : ++s->nc;
	r.cnonce = rtsp_request_random(s);
	return digest_write(c, &r, s->options->hash, out, size);
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
		length += put_authorization(s, method, uri, out + length,
		    size - length);
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

/* HTTP around RTSP, as QuickTime's servers wanted it and all have copied it
 * since (ONVIF Streaming, RTSP over HTTP). */
static size_t
put_http(struct rtsp_session *s, enum rtsp_method method, const char *headers,
    char *out, size_t size)
{
	struct rtsp_url url;

	if (!rtsp_session_target(s, &url))
		return 0;

	const char *path = url.text + url.path_at;
	bool v6 = url.address.family == 6;
	int n = snprintf(out, size,
	    "%s %s HTTP/1.0\r\nHost: %s%s%s:%u\r\n" AGENT
	    "x-sessioncookie: %08x%08x\r\n"
	    "Pragma: no-cache\r\nCache-Control: no-cache\r\n%s",
	    method_name(method), path, v6 ? "[" : "", url.host, v6 ? "]" : "",
	    url.port, s->cookie[0], s->cookie[1], headers);
	size_t length = (size_t)n;

	if (length < size)
		length += put_authorization(s, method, path, out + length,
		    size - length);
	if (length < size)
		length += (size_t)snprintf(out + length, size - length, "\r\n");
	return length < size ? length : 0;
}

void
rtsp_request_get(struct rtsp_step *st)
{
	struct rtsp_session *s = st->s;
	struct rtsp_actions *todo = st->todo;
	size_t n;

	s->cookie[0] = rtsp_request_random(s);
	s->cookie[1] = rtsp_request_random(s);
	n = put_http(s, RTSP_M_GET, "Accept: application/x-rtsp-tunnelled\r\n",
	    todo->out + todo->length, sizeof(todo->out) - todo->length);
	todo->length += (uint32_t)n;
	todo->flags |= RTSP_DO_SEND;
	s->pending = RTSP_M_GET;
	s->pending_cseq = 1; /* the answer says none */
	s->deadline_us = st->now + s->options->reply_us;
}

size_t
rtsp_session_post(struct rtsp_session *s, char *out, size_t size)
{
	return put_http(s, RTSP_M_POST,
	    "Content-Type: application/x-rtsp-tunnelled\r\n"
	    "Content-Length: 32767\r\n"
	    "Expires: Sun, 9 Jan 1972 00:00:00 GMT\r\n",
	    out, size);
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
