/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reply.h"

#include <event2/buffer.h>
#include <event2/http.h>

static const struct {
	const char *name, *value;
} always[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Content-Security-Policy",
	    "default-src 'self'; img-src 'self' blob: data:; object-src "
	    "'none'; base-uri 'none'; form-action 'none'; frame-ancestors "
	    "'none'" },
};

void
reply_header(struct evhttp_request *req, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

void
reply_headers(struct evhttp_request *req, const char *type, const char *cache)
{
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		reply_header(req, always[i].name, always[i].value);
	reply_header(req, "Content-Type", type);
	reply_header(req, "Cache-Control", cache ? cache : "no-store");
}

void
reply_bytes(struct evhttp_request *req, const char *type, const char *cache,
    const void *bytes, size_t length)
{
	reply_headers(req, type, cache);
	evbuffer_add(evhttp_request_get_output_buffer(req), bytes, length);
	evhttp_send_reply(req, 200, NULL, NULL);
}

static const char *
title_of(int status)
{
	switch (status) {
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 421:
		return "Misdirected Request";
	case 503:
		return "Service Unavailable";
	default:
		return "Internal Server Error";
	}
}

void
reply_problem(struct evhttp_request *req, int status, const char *detail)
{
	reply_headers(req, "application/problem+json", NULL);
	evbuffer_add_printf(evhttp_request_get_output_buffer(req),
	    "{\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n",
	    title_of(status), status, detail);
	evhttp_send_reply(req, status, title_of(status), NULL);
}
