/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <openssl/evp.h>

#include "common/hex.h"
#include "monitor/http/headers.h"
#include "monitor/http/json_out.h"
#include "monitor/http/pack.h"
#include "monitor/http/refusals.h"

#define PACKED_FROM 1400 /* bytes: less fits in one packet anyway */
#define PAGES_POLICY                                                           \
	"default-src 'self'; img-src 'self' blob: data:; object-src 'none'; "  \
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const struct {
	const char *name, *value;
} always[] = {
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Permissions-Policy",
	    "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
};

static bool over_tls;

void
reply_tls(bool tls)
{
	over_tls = tls;
}

const char *
reply_asked(struct evhttp_request *req, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req), name);
}

void
reply_header(struct evhttp_request *req, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

static void
add_headers(struct evhttp_request *req, const struct reply *r)
{
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		reply_header(req, always[i].name, always[i].value);
	if (over_tls)
		reply_header(req, "Strict-Transport-Security",
		    "max-age=31536000");
	reply_header(req, "Content-Security-Policy",
	    r->policy != NULL ? r->policy : PAGES_POLICY);
	reply_header(req, "Cache-Control",
	    r->cache != NULL ? r->cache : "no-store");
	if (r->type != NULL)
		reply_header(req, "Content-Type", r->type);
}

void
reply_headers(struct evhttp_request *req, const char *type, const char *cache)
{
	struct reply r = { .type = type, .cache = cache };

	add_headers(req, &r);
}

static const char *
title_of(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = { { 200, "OK" }, { 201, "Created" }, { 204, "No Content" },
		{ 304, "Not Modified" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" }, { 409, "Conflict" },
		{ 411, "Length Required" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 503, "Service Unavailable" } };

	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return "Internal Server Error";
}

/* To HEAD all but the body is told. */
static void
send_reply(struct evhttp_request *req, int status)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(req);
	size_t length = evbuffer_get_length(out);
	char text[24];

	if (evhttp_request_get_command(req) == EVHTTP_REQ_HEAD && length > 0) {
		evbuffer_drain(out, length);
		snprintf(text, sizeof(text), "%zu", length);
		reply_header(req, "Content-Length", text);
	}
	evhttp_send_reply(req, status, title_of(status), NULL);
}

/* The body's own name: "\"<32 digits>\"". */
static bool
make_tag(struct evbuffer *body, char out[REPLY_TAG_BYTES])
{
	size_t n = evbuffer_get_length(body);
	const unsigned char *p =
	    n > 0 ? evbuffer_pullup(body, -1) : (const unsigned char *)"";
	uint8_t digest[32];

	if (p == NULL ||
	    EVP_Digest(p, n, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	out[0] = '"';
	hex_print(digest, 16, out + 1);
	memcpy(out + 33, "\"", 2);
	return true;
}

/* What is packed is other bytes: a strong tag must differ (RFC 9110, 8.8.3). */
static void
mark_packed(char tag[REPLY_TAG_BYTES])
{
	size_t n = strlen(tag);

	if (n > 0 && n + 3 < REPLY_TAG_BYTES && strncmp(tag, "W/", 2) != 0)
		memcpy(tag + n - 1, "-z\"", 4);
}

static bool
is_packing(struct evhttp_request *req, const struct reply *r,
    struct evbuffer *body)
{
	return r->pack && !r->packed &&
	       evbuffer_get_length(body) >= PACKED_FROM &&
	       headers_gzip(reply_asked(req, "Accept-Encoding"));
}

void
reply_body(struct evhttp_request *req, const struct reply *r,
    struct evbuffer *body)
{
	const char *known = reply_asked(req, "If-None-Match");
	bool packed = r->packed, packing = is_packing(req, r, body);
	char tag[REPLY_TAG_BYTES] = "";

	if (r->tag != NULL)
		snprintf(tag, sizeof(tag), "%s", r->tag);
	else
		make_tag(body, tag);
	if (packing || packed)
		mark_packed(tag);
	add_headers(req, r);
	if (r->pack || r->packed)
		reply_header(req, "Vary", "Accept-Encoding");
	if (known != NULL && tag[0] != '\0' && headers_has_tag(known, tag)) {
		reply_header(req, "ETag", tag);
		evbuffer_drain(body, evbuffer_get_length(body));
		send_reply(req, 304);
		return;
	}
	if (packing)
		packed = pack_evbuffer(body);
	if (packing && !packed) /* no time left for it: as it is */
		tag[0] = '\0';
	if (tag[0] != '\0')
		reply_header(req, "ETag", tag);
	if (packed)
		reply_header(req, "Content-Encoding", "gzip");
	evbuffer_add_buffer(evhttp_request_get_output_buffer(req), body);
	send_reply(req, 200);
}

void
reply_bytes(struct evhttp_request *req, const char *type, const char *cache,
    const void *bytes, size_t length)
{
	struct reply r = { .type = type, .cache = cache };
	struct evbuffer *body = evbuffer_new();

	if (body == NULL || evbuffer_add(body, bytes, length) != 0) {
		if (body != NULL)
			evbuffer_free(body);
		reply_problem(req, 503, "memory is out");
		return;
	}
	r.pack = strncmp(type, "image/png", 9) != 0;
	reply_body(req, &r, body);
	evbuffer_free(body);
}

void
reply_json(struct evhttp_request *req, struct json_out *j)
{
	size_t length;
	char *text = json_out_take(j, &length);

	if (text == NULL)
		reply_problem(req, 503, "memory is out");
	else
		reply_bytes(req, REPLY_JSON, NULL, text, length);
	free(text);
}

void
reply_done(struct evhttp_request *req, int status, const void *json,
    size_t length)
{
	reply_headers(req, status == 204 ? NULL : REPLY_JSON, NULL);
	if (status != 204)
		evbuffer_add(evhttp_request_get_output_buffer(req), json,
		    length);
	send_reply(req, status);
}

static void
send_problem(struct evhttp_request *req, int status, const char *text,
    size_t length, bool is_object)
{
	struct json_out j;
	char *made;

	json_out_init(&j);
	json_out_open(&j, '{');
	json_out_key(&j, "type");
	json_out_string(&j, "about:blank");
	json_out_key(&j, "title");
	json_out_string(&j, title_of(status));
	json_out_key(&j, "status");
	json_out_integer(&j, status);
	if (is_object) { /* its members follow ours; it ends both */
		json_out_raw(&j, text + 1, length - 1);
	} else {
		json_out_key(&j, "detail");
		json_out_string(&j, text);
		refusals_put(&j, text);
		json_out_close(&j, '}');
	}
	made = json_out_take(&j, &length);
	reply_headers(req, "application/problem+json", NULL);
	if (made != NULL)
		evbuffer_add(evhttp_request_get_output_buffer(req), made,
		    length);
	free(made);
	send_reply(req, status);
}

void
reply_problem(struct evhttp_request *req, int status, const char *detail)
{
	send_problem(req, status, detail, strlen(detail), false);
}

void
reply_problem_bytes(struct evhttp_request *req, int status, const void *detail,
    size_t length)
{
	const char *text = detail;
	char *sentence;

	if (length > 2 && text[0] == '{' && text[length - 1] == '}') {
		send_problem(req, status, text, length, true);
		return;
	}
	sentence = strndup(length > 0 ? text : "", length);
	reply_problem(req, status, sentence != NULL ? sentence : "");
	free(sentence);
}

void
reply_later(struct evhttp_request *req, int status, unsigned seconds,
    const char *detail)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", seconds > 0 ? seconds : 1);
	reply_header(req, "Retry-After", text);
	reply_problem(req, status, detail);
}
