/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reply.h"

#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/http.h>

#include "monitor/http/json_out.h"

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
	case 401:
		return "Unauthorized";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 409:
		return "Conflict";
	case 421:
		return "Misdirected Request";
	case 422:
		return "Unprocessable Content";
	case 429:
		return "Too Many Requests";
	case 503:
		return "Service Unavailable";
	default:
		return "Internal Server Error";
	}
}

void
reply_problem(struct evhttp_request *req, int status, const char *detail)
{
	struct json_out j;
	size_t length;
	char *text;

	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "title");
	json_out_string(&j, title_of(status));
	json_out_key(&j, "status");
	json_out_integer(&j, status);
	json_out_key(&j, "detail");
	json_out_string(&j, detail);
	json_out_close(&j, '}');
	text = json_out_take(&j, &length);
	reply_headers(req, "application/problem+json", NULL);
	if (text != NULL)
		evbuffer_add(evhttp_request_get_output_buffer(req), text,
		    length);
	free(text);
	evhttp_send_reply(req, status, title_of(status), NULL);
}
