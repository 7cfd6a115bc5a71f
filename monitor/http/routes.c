/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/routes.h"

#include <string.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <openssl/evp.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/site.h"
#include "monitor/http/asks.h"
#include "monitor/http/assets.h"
#include "monitor/http/changes.h"
#include "monitor/http/gate.h"
#include "monitor/http/headers.h"
#include "monitor/http/read_query.h"
#include "monitor/http/reply.h"
#include "monitor/http/request.h"
#include "monitor/http/server.h"
#include "monitor/http/sessions.h"

#define SEEN_US (60 * US_PER_S) /* a credential's use is told no oftener */
/* Answers that nobody takes are given up after GATE_SECONDS; until then they
 * are no more than this, and one for each who waits. */
#define UNSENT_MOST (64u << 20)

/* --- who asks */

static void
tell_seen(struct request *r)
{
	int64_t now = clock_mono_us();
	struct writer out = channel_scratch();
	struct web_seen m = { .utc_us = clock_utc_us() };

	if (r->session->told_us != 0 && now - r->session->told_us < SEEN_US)
		return;
	r->session->told_us = now;
	memcpy(m.sha256, r->sha256, sizeof(m.sha256));
	memcpy(m.address, r->address, sizeof(m.address));
	web_put_seen(&out, &m);
	channel_send(r->s->monitor, WEB_SEEN, out.start, writer_length(&out));
}

static void
find_session(struct request *r)
{
	enum shown shown = sessions_shown(reply_asked(r->req, "Authorization"),
	    reply_asked(r->req, "Cookie"), r->letters);
	struct session *s;

	r->cookie = shown == SHOWN_COOKIE;
	r->rubbish = shown == SHOWN_RUBBISH;
	if (shown == SHOWN_NONE || shown == SHOWN_RUBBISH)
		return;
	r->rubbish = true;
	if (EVP_Digest(r->letters, PEOPLE_SECRET_BYTES - 1, r->sha256, NULL,
		EVP_sha256(), NULL) != 1)
		return;
	s = sessions_find(&r->s->sessions, r->sha256);
	/* A person's and a wall's come as cookies, a program's never does: so
	 * a stolen one can't be put to the other use. */
	if (s == NULL || r->cookie == (s->who.kind == CREDENTIAL_API) ||
	    !sessions_good(s, r->address, clock_utc_us()))
		return;
	r->rubbish = false;
	r->session = s;
	gate_proven(r->s->gate, r->req);
}

static bool
is_open(const struct request *r)
{
	return (r->row->flags & RIGHT_ANYONE) ||
	       ((r->row->flags & RIGHT_LOCAL) && r->s->configure.loopback);
}

/* False: answered. */
static bool
is_let_in(struct request *r)
{
	find_session(r);
	if (is_open(r))
		return true;
	if (r->session == NULL) {
		r->s->strangers++;
		reply_header(r->req, "WWW-Authenticate", "Bearer");
		reply_problem(r->req, 401,
		    r->rubbish ? "that credential is not good, or not any more"
			       : "log in first");
		return false;
	}
	tell_seen(r);
	if (rights_may(r->match.right, (enum role)r->session->who.role,
		r->session->who.kind == CREDENTIAL_LOGIN))
		return true;
	reply_problem(r->req, 403, "your role may not do that");
	return false;
}

/* --- what is asked of the reader */

/* A feed of the path: whoever may not see it is told that there is none.
 * False: answered. */
static bool
take_feed(struct request *r, struct read_ask *ask)
{
	static const uint8_t none[16];
	struct row *row;

	if (memcmp(r->match.uuid, none, 16) == 0)
		return true;
	row = rows_find(&r->s->rows, r->match.uuid);
	if (row == NULL && !r->s->loaded) {
		reply_later(r->req, 503, 1, "the monitor is starting");
		return false;
	}
	if (row == NULL || !site_within(row->site->path, request_scope(r))) {
		reply_problem(r->req, 404, "no such feed");
		return false;
	}
	memcpy(ask->uuid, r->match.uuid, 16);
	if (r->match.right != RIGHT_THUMBNAIL)
		return true;
	if (row->no_picture) {
		reply_problem(r->req, 404, "no picture of this feed is kept");
		return false;
	}
	if (strcmp(request_word(r, "fresh"), "1") == 0)
		server_want_picture(r->s, row);
	return true;
}

static void
ask_reader(struct request *r)
{
	char error[READ_ERROR_BYTES];
	struct read_ask ask;

	if (!read_ask_fill(r->row->what, request_find, r, clock_utc_us(), &ask,
		error)) {
		reply_problem(r->req, 400, error);
		return;
	}
	if (!take_feed(r, &ask))
		return;
	if (r->match.number != 0)
		ask.number = r->match.number;
	if (r->match.name[0] != '\0')
		memcpy(ask.name, r->match.name, sizeof(ask.name));
	if (r->row->detail != 0)
		ask.kind = r->row->detail;
	ask.role = (uint8_t)request_role(r);
	memcpy(ask.scope, r->session->who.site, sizeof(ask.scope));
	asks_send(r->s->asks, r, &ask);
}

/* --- files of the pages */

static void
get_asset(struct evhttp_request *req, const struct asset *asset)
{
	struct reply r = { .type = asset->type,
		.tag = asset->tag,
		.cache = asset->forever ? "public, max-age=31536000, immutable"
					: "no-cache",
		.pack = !asset->packed };
	struct evbuffer *body = evbuffer_new();

	if (asset->packed && !headers_gzip(reply_asked(req, "Accept-Encoding")))
		assets_unpack(asset, body);
	else if (body != NULL)
		evbuffer_add_reference(body, asset->bytes, asset->length, NULL,
		    NULL);
	r.packed = asset->packed && body != NULL &&
		   evbuffer_get_length(body) == asset->length;
	if (body == NULL || evbuffer_get_length(body) == 0)
		reply_problem(req, 503, "memory is out");
	else
		reply_body(req, &r, body);
	if (body != NULL)
		evbuffer_free(body);
}

/* --- routing */

static void
refuse_method(struct evhttp_request *req, uint32_t allowed)
{
	bool get = (allowed >> METHOD_GET & 1) != 0;
	bool post = (allowed >> METHOD_POST & 1) != 0;

	reply_header(req, "Allow",
	    get && post ? "GET, HEAD, POST"
	    : get	? "GET, HEAD"
			: "POST");
	reply_problem(req, 405, "that method does not go here");
}

static enum right_method
method_of(struct evhttp_request *req)
{
	switch (evhttp_request_get_command(req)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		return METHOD_GET;
	case EVHTTP_REQ_POST:
		return METHOD_POST;
	default:
		return METHOD_NONE;
	}
}

/* What is asked of the reader may be a large answer. */
static bool
has_room(struct request *r)
{
	if (gate_unsent(r->s->gate) <= UNSENT_MOST)
		return true;
	reply_later(r->req, 503, 5, "the reader is busy; ask again");
	return false;
}

static void
serve(struct request *r)
{
	r->row = rights_row(r->match.right);
	if (!is_let_in(r) || (r->row->by == BY_READER && !has_room(r)))
		return;
	if (r->row->by == BY_READER)
		ask_reader(r);
	else if (r->row->by == BY_MONITOR)
		changes_ask(r->s->changes, r);
	else
		request_answer(r);
}

/* Another site's page may link to ours and to nothing else. */
static bool
is_cross(const struct request *r, const struct asset *asset)
{
	const char *site = reply_asked(r->req, "Sec-Fetch-Site");

	return site != NULL && strcmp(site, "cross-site") == 0 &&
	       (asset == NULL || !asset->page);
}

static void
route(struct request *r)
{
	const struct asset *asset = assets_find(r->path);
	uint32_t allowed = 1u << METHOD_GET;
	enum rights_found found = RIGHTS_NO_PATH;

	if (is_cross(r, asset)) {
		reply_problem(r->req, 403, "not from other sites' pages");
		return;
	}
	if (asset == NULL)
		found = rights_find(r->method, r->path, &r->match, &allowed);
	if (asset != NULL && r->method == METHOD_GET)
		get_asset(r->req, asset);
	else if (asset != NULL || found == RIGHTS_NO_METHOD)
		refuse_method(r->req, allowed);
	else if (found == RIGHTS_NO_PATH)
		reply_problem(r->req, 404, "no such page");
	else
		serve(r);
}

void
routes_on_request(struct evhttp_request *req, void *arg)
{
	struct request r = { .s = arg, .req = req };
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;

	r.s->requests++;
	TAILQ_INIT(&r.query);
	r.method = method_of(req);
	if (!gate_on_request(r.s->gate, req, r.address) || uri == NULL ||
	    evhttp_uri_get_path(uri) == NULL) {
		reply_header(req, "Connection", "close");
		reply_problem(req, 400, "that is no request");
		return;
	}
	r.path = evhttp_uri_get_path(uri);
	if (!headers_host(reply_asked(req, "Host"), &r.s->configure)) {
		reply_problem(req, 421,
		    "ask by a name this server goes by (http.names), like "
		    "http://127.0.0.1/");
		return;
	}
	if (query != NULL && evhttp_parse_query_str(query, &r.query) != 0) {
		reply_problem(req, 400, "the query can't be read");
		return;
	}
	route(&r);
	evhttp_clear_headers(&r.query);
	explicit_bzero(r.letters, sizeof(r.letters));
}
