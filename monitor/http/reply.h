/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h: finished HTTP answers, each with the security headers; those of
 * some length packed, those that the client has already as 304. Of the web
 * process and the agents' listener; nothing of the request is echoed.
 */
#ifndef MONITOR_HTTP_REPLY_H
#define MONITOR_HTTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer;
struct evhttp_request;
struct json_out;

#define REPLY_JSON "application/json"
#define REPLY_TAG_BYTES 48

/* Answers go over TLS from now on: browsers are told to insist on it. */
void reply_tls(bool tls);

/* One header of the request, or NULL. */
const char *reply_asked(struct evhttp_request *req, const char *name);
/* One header of the answer. */
void reply_header(struct evhttp_request *req, const char *name,
    const char *value);
/* The security headers and `type`; cache may be NULL (no-store). */
void reply_headers(struct evhttp_request *req, const char *type,
    const char *cache);

struct reply {
	const char *type;
	const char *cache;  /* NULL: no-store */
	const char *policy; /* Content-Security-Policy; NULL: the pages' */
	const char *tag;    /* ETag, quoted; NULL: of the body's digest */
	bool packed;	    /* the body is gzip already */
	bool pack;	    /* may be packed here */
};
/* 200, 304 or (to HEAD) no body; what is in body is taken. */
void reply_body(struct evhttp_request *req, const struct reply *r,
    struct evbuffer *body);
/* The same with a copy of the bytes; JSON and text is packed. */
void reply_bytes(struct evhttp_request *req, const char *type,
    const char *cache, const void *bytes, size_t length);
/* The same with what j holds, and ends it. */
void reply_json(struct evhttp_request *req, struct json_out *j);
/* Another success, not to be kept: 201 with JSON, 204 without a body. */
void reply_done(struct evhttp_request *req, int status, const void *json,
    size_t length);
/* An error as RFC 9457 problem details. detail: a sentence, or a JSON object
 * whose members are the problem's. */
void reply_problem(struct evhttp_request *req, int status, const char *detail);
void reply_problem_bytes(struct evhttp_request *req, int status,
    const void *detail, size_t length);
/* The same with Retry-After. */
void reply_later(struct evhttp_request *req, int status, unsigned seconds,
    const char *detail);

#endif
