/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reply.h: finished HTTP answers, each with the security headers. Of the web
 * process; nothing of the request is echoed.
 */
#ifndef MONITOR_HTTP_REPLY_H
#define MONITOR_HTTP_REPLY_H

#include <stddef.h>

struct evbuffer;
struct evhttp_request;

/* One header of the answer. */
void reply_header(struct evhttp_request *req, const char *name,
    const char *value);
/* The security headers and `type`; cache may be NULL (no-store). */
void reply_headers(struct evhttp_request *req, const char *type,
    const char *cache);
/* 200 with a copy of the bytes. */
void reply_bytes(struct evhttp_request *req, const char *type,
    const char *cache, const void *bytes, size_t length);
/* An error as RFC 9457 problem details. */
void reply_problem(struct evhttp_request *req, int status, const char *detail);

#endif
