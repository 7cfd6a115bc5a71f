/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/routes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>

#include "common/clock.h"
#include "monitor/http/answers.h"
#include "monitor/http/asks.h"
#include "monitor/http/changes.h"
#include "monitor/http/assets.h"
#include "monitor/http/events.h"
#include "monitor/http/gate.h"
#include "monitor/http/metrics.h"
#include "monitor/http/reply.h"
#include "monitor/http/server.h"

#define JSON "application/json"
#define FEEDS "/api/v1/feeds/"
#define INCIDENTS "/api/v1/incidents/"
#define CONSOLES "/api/v1/consoles/"
#define OVERLAYS "/api/v1/overlays"
#define HISTORY_HOURS 24
#define HISTORY_HOURS_MOST (31 * 24)
#define LIMIT_MOST 500
#define LINES_MOST 4000
#define HOUR_US (3600 * US_PER_S)

/* A request with its query taken apart. */
struct asked {
	struct server *s;
	struct evhttp_request *req;
	const char *path;
	struct evkeyvalq query;
};

static const char *
in_header(struct evhttp_request *req, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req), name);
}

/* A loopback name, with or without a port: a page of elsewhere whose name was
 * turned to 127.0.0.1 (DNS rebinding) sends its own name here. */
static bool
host_is_ours(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1",
		"[::1]" };

	for (size_t i = 0; host != NULL && i < 3; i++) {
		size_t n = strlen(names[i]);

		if (strncasecmp(host, names[i], n) != 0)
			continue;
		if (host[n] == '\0' ||
		    (host[n] == ':' && strspn(host + n + 1, "0123456789") ==
					   strlen(host + n + 1)))
			return true;
	}
	return host != NULL && strncmp(host, "127.", 4) == 0 &&
	       strspn(host, "0123456789.:") == strlen(host);
}

static const char *
query_word(const struct asked *a, const char *key)
{
	const char *v = evhttp_find_header(&a->query, key);

	return v != NULL ? v : "";
}

/* 1..most, or `otherwise` when absent or no number. */
static uint32_t
query_number(const struct asked *a, const char *key, uint32_t otherwise,
    uint32_t most)
{
	const char *v = query_word(a, key);
	unsigned long n = strtoul(v, NULL, 10);

	if (strspn(v, "0123456789") != strlen(v) || n == 0)
		return otherwise;
	return n > most ? most : (uint32_t)n;
}

static void
get_asset(const struct asked *a, const struct asset *asset)
{
	const char *has = in_header(a->req, "If-None-Match");
	char tag[20];

	assets_tag(asset, tag);
	reply_header(a->req, "ETag", tag);
	if (has != NULL && strcmp(has, tag) == 0) {
		reply_headers(a->req, asset->type, "no-cache");
		evhttp_send_reply(a->req, 304, NULL, NULL);
		return;
	}
	reply_bytes(a->req, asset->type, "no-cache", asset->bytes,
	    asset->length);
}

static void
get_feeds(const struct asked *a)
{
	if (!a->s->loaded) {
		reply_header(a->req, "Retry-After", "1");
		reply_problem(a->req, 503, "the monitor is starting");
	} else if (!answers_feeds(a->s,
		       evhttp_request_get_output_buffer(a->req))) {
		reply_problem(a->req, 503, "memory is out");
	} else {
		reply_headers(a->req, JSON, NULL);
		evhttp_send_reply(a->req, 200, NULL, NULL);
	}
}

static void
get_feed(const struct asked *a, struct row *row)
{
	answers_feed(a->s, row, evhttp_request_get_output_buffer(a->req));
	reply_headers(a->req, JSON, NULL);
	evhttp_send_reply(a->req, 200, NULL, NULL);
}

static bool
kind_of(const char *word, uint8_t *kind_out)
{
	static const char *const kinds[] = { "", "last-good", "first-bad",
		"current", "recovered", "reference" };

	if (word[0] == '\0')
		word = "current";
	for (uint8_t i = 1; i < 6; i++) {
		if (strcmp(word, kinds[i]) != 0)
			continue;
		*kind_out = i;
		return true;
	}
	return false;
}

static void
get_thumbnail(const struct asked *a, struct row *row)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_THUMBNAIL };

	memcpy(ask.uuid, row->uuid, 16);
	if (row->no_picture) {
		reply_problem(a->req, 404, "no picture of this feed is kept");
		return;
	}
	if (!kind_of(query_word(a, "kind"), &ask.kind)) {
		reply_problem(a->req, 400,
		    "kind: expected current, reference, last-good, "
		    "first-bad or recovered");
		return;
	}
	if (strcmp(query_word(a, "fresh"), "1") == 0)
		server_want_picture(a->s, row);
	asks_send(a->s->asks, a->req, &ask);
}

static void
get_history(const struct asked *a, struct row *row)
{
	struct read_ask ask = { .what = READ_HISTORY, .limit = 2000 };

	memcpy(ask.uuid, row->uuid, 16);
	ask.from_utc_us =
	    clock_utc_us() -
	    query_number(a, "hours", HISTORY_HOURS, HISTORY_HOURS_MOST) *
		HOUR_US;
	asks_send(a->s->asks, a->req, &ask);
}

static void
get_watched(const struct asked *a, struct row *row)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_WATCHED };

	memcpy(ask.uuid, row->uuid, 16);
	ask.limit = LINES_MOST;
	ask.from_utc_us =
	    clock_utc_us() -
	    query_number(a, "hours", HISTORY_HOURS, HISTORY_HOURS_MOST) *
		HOUR_US;
	asks_send(a->s->asks, a->req, &ask);
}

static void
get_incidents(const struct asked *a)
{
	struct read_ask ask = { .what = READ_INCIDENTS,
		.flag = strcmp(query_word(a, "open"), "1") == 0,
		.limit = query_number(a, "limit", 100, LIMIT_MOST) };
	const char *feed = query_word(a, "feed");

	if (feed[0] != '\0' &&
	    (strlen(feed) != 36 || !rows_uuid_parse(feed, ask.uuid))) {
		reply_problem(a->req, 400, "feed: expected a UUID");
		return;
	}
	ask.from_utc_us =
	    clock_utc_us() -
	    query_number(a, "hours", HISTORY_HOURS_MOST, HISTORY_HOURS_MOST) *
		HOUR_US;
	asks_send(a->s->asks, a->req, &ask);
}

/* The span that most questions have; false: answered already. */
static bool
fill_ask(const struct asked *a, struct read_ask *ask, uint32_t hours)
{
	const char *site = query_word(a, "site");

	ask->limit = query_number(a, "limit", LIMIT_MOST, LINES_MOST);
	ask->from_utc_us =
	    clock_utc_us() -
	    query_number(a, "hours", hours, HISTORY_HOURS_MOST) * HOUR_US;
	if (strlen(site) < sizeof(ask->site)) {
		memcpy(ask->site, site, strlen(site) + 1);
		return true;
	}
	reply_problem(a->req, 400, "site: expected the path of a site");
	return false;
}

static void
get_consoles(const struct asked *a)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_CONSOLES };

	if (fill_ask(a, &ask, HISTORY_HOURS))
		asks_send(a->s->asks, a->req, &ask);
}

static void
get_unwatched(const struct asked *a)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_UNWATCHED };

	if (fill_ask(a, &ask, HISTORY_HOURS))
		asks_send(a->s->asks, a->req, &ask);
}

static void
get_roster(const struct asked *a)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_ROSTER };

	if (fill_ask(a, &ask, HISTORY_HOURS))
		asks_send(a->s->asks, a->req, &ask);
}

static void
get_overlays(const struct asked *a)
{
	struct read_ask ask = { .limit = READ_LIMIT,
		.what = READ_OVERLAYS,
		.flag = strcmp(query_word(a, "all"), "1") == 0 };

	if (fill_ask(a, &ask, HISTORY_HOURS))
		asks_send(a->s->asks, a->req, &ask);
}

/* "/12/end" -> 12; 0: it isn't that. */
static int64_t
overlay_ended(const char *path)
{
	const char *text = path + strlen(OVERLAYS);
	size_t digits;

	if (strncmp(path, OVERLAYS "/", strlen(OVERLAYS "/")) != 0)
		return 0;
	digits = strspn(++text, "0123456789");
	if (digits == 0 || digits > 18 || strcmp(text + digits, "/end") != 0)
		return 0;
	return strtoll(text, NULL, 10);
}

static void
route_post(const struct asked *a)
{
	int64_t ended = overlay_ended(a->path);

	if (strcmp(a->path, OVERLAYS) == 0)
		changes_ask(a->s->changes, a->req, RIGHT_OVERLAY_ADD, 0);
	else if (ended > 0)
		changes_ask(a->s->changes, a->req, RIGHT_OVERLAY_END, ended);
	else
		reply_problem(a->req, 404, "nothing can be changed here");
}

/* "4/presence": what is on record of console 4. */
static void
route_console(const struct asked *a)
{
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_PRESENCE };
	const char *text = a->path + strlen(CONSOLES);
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 18 ||
	    strcmp(text + digits, "/presence") != 0) {
		reply_problem(a->req, 404, "no such page");
		return;
	}
	ask.number = strtoll(text, NULL, 10);
	if (fill_ask(a, &ask, HISTORY_HOURS))
		asks_send(a->s->asks, a->req, &ask);
}

static void
get_events(const struct asked *a)
{
	const char *after = in_header(a->req, "Last-Event-ID");

	if (after == NULL)
		after = evhttp_find_header(&a->query, "after");
	events_follow(a->s->events, a->req, after);
}

static void
get_metrics(const struct asked *a)
{
	static char text[METRICS_BYTES];
	struct metrics m = { .totals = a->s->totals,
		.configure = a->s->configure,
		.late = a->s->late,
		.connections = gate_count(a->s->gate),
		.streams = events_count(a->s->events),
		.requests = a->s->requests,
		.refused = gate_refused(a->s->gate) };
	size_t n = metrics_print(&m, text, sizeof(text));

	reply_bytes(a->req, "text/plain; version=0.0.4; charset=utf-8", NULL,
	    text, n);
}

static void
get_health(const struct asked *a)
{
	const struct server *s = a->s;

	if (s->late)
		reply_problem(a->req, 503, "the monitor gives no sign of life");
	else if (!s->loaded)
		reply_problem(a->req, 503, "the monitor is starting");
	else if (s->totals.store_lag_us > SERVER_LATE_US)
		reply_problem(a->req, 503, "the database is late");
	else
		reply_bytes(a->req, JSON, NULL, "{\"status\":\"ok\"}\n", 16);
}

static const struct {
	const char *path;
	void (*get)(const struct asked *a);
} routes[] = {
	{ "/api/v1/feeds", get_feeds },
	{ "/api/v1/incidents", get_incidents },
	{ "/api/v1/consoles", get_consoles },
	{ "/api/v1/unwatched", get_unwatched },
	{ "/api/v1/roster", get_roster },
	{ OVERLAYS, get_overlays },
	{ "/api/v1/events", get_events },
	{ "/metrics", get_metrics },
	{ "/healthz", get_health },
};

static const struct {
	const char *rest; /* behind the UUID */
	void (*get)(const struct asked *a, struct row *row);
} feed_routes[] = {
	{ "", get_feed },
	{ "/thumbnail.png", get_thumbnail },
	{ "/history", get_history },
	{ "/watched", get_watched },
};

static void
route_feed(const struct asked *a)
{
	const char *text = a->path + strlen(FEEDS);
	struct row *row = NULL;
	uint8_t uuid[16];

	if (strlen(text) >= 36 && rows_uuid_parse(text, uuid))
		row = rows_find(&a->s->rows, uuid);
	if (row == NULL) {
		reply_problem(a->req, 404, "no such feed");
		return;
	}
	for (size_t i = 0; i < sizeof(feed_routes) / sizeof(feed_routes[0]);
	     i++) {
		if (strcmp(text + 36, feed_routes[i].rest) != 0)
			continue;
		feed_routes[i].get(a, row);
		return;
	}
	reply_problem(a->req, 404, "no such page");
}

/* "12/before.png": the two pictures of a trouble, and the one after it. */
static void
route_incident(const struct asked *a)
{
	static const struct {
		const char *rest;
		uint8_t kind;
	} pictures[] = { { "/before.png", 1 }, { "/after.png", 2 },
		{ "/recovered.png", 4 } };
	struct read_ask ask = { .limit = READ_LIMIT, .what = READ_EVIDENCE };
	const char *text = a->path + strlen(INCIDENTS);
	size_t digits = strspn(text, "0123456789");

	if (digits > 0 && digits < 19)
		ask.number = strtoll(text, NULL, 10);
	for (size_t i = 0; i < 3; i++)
		if (strcmp(text + digits, pictures[i].rest) == 0)
			ask.kind = pictures[i].kind;
	if (ask.number > 0 && ask.kind != 0)
		asks_send(a->s->asks, a->req, &ask);
	else
		reply_problem(a->req, 404, "no such picture");
}

static void
route(const struct asked *a)
{
	const struct asset *asset = assets_find(a->path);

	if (asset != NULL) {
		get_asset(a, asset);
		return;
	}
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (strcmp(a->path, routes[i].path) != 0)
			continue;
		routes[i].get(a);
		return;
	}
	if (strncmp(a->path, FEEDS, strlen(FEEDS)) == 0)
		route_feed(a);
	else if (strncmp(a->path, INCIDENTS, strlen(INCIDENTS)) == 0)
		route_incident(a);
	else if (strncmp(a->path, CONSOLES, strlen(CONSOLES)) == 0)
		route_console(a);
	else
		reply_problem(a->req, 404, "no such page");
}

static bool
is_method(struct evhttp_request *req)
{
	const char *path =
	    evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));
	enum evhttp_cmd_type method = evhttp_request_get_command(req);

	return method == EVHTTP_REQ_GET ||
	       (method == EVHTTP_REQ_POST &&
		   (strcmp(path, OVERLAYS) == 0 || overlay_ended(path) > 0));
}

/* Anything but the request itself being right; answers it then. */
static bool
refused(struct evhttp_request *req)
{
	const char *site = in_header(req, "Sec-Fetch-Site");
	const char *path =
	    evhttp_uri_get_path(evhttp_request_get_evhttp_uri(req));

	if (!is_method(req)) {
		reply_header(req, "Allow",
		    strncmp(path, OVERLAYS, strlen(OVERLAYS)) == 0 ? "GET, POST"
								   : "GET");
		reply_problem(req, 405, "only GET is answered");
		return true;
	}
	if (!host_is_ours(in_header(req, "Host"))) {
		reply_problem(req, 421,
		    "ask by a loopback address, like http://127.0.0.1/");
		return true;
	}
	if (site != NULL && strcmp(site, "cross-site") == 0 &&
	    strcmp(path, "/") != 0 && strcmp(path, "/references") != 0) {
		reply_problem(req, 403, "not from other sites' pages");
		return true;
	}
	return false;
}

void
routes_on_request(struct evhttp_request *req, void *arg)
{
	struct asked a = { .s = arg, .req = req };
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;

	a.s->requests++;
	gate_on_request(a.s->gate, req);
	if (uri == NULL || evhttp_uri_get_path(uri) == NULL) {
		reply_problem(req, 400, "no such address");
		return;
	}
	if (refused(req))
		return;
	a.path = evhttp_uri_get_path(uri);
	TAILQ_INIT(&a.query);
	if (query != NULL && evhttp_parse_query_str(query, &a.query) != 0) {
		reply_problem(req, 400, "the query can't be read");
		return;
	}
	if (evhttp_request_get_command(req) == EVHTTP_REQ_POST)
		route_post(&a);
	else
		route(&a);
	evhttp_clear_headers(&a.query);
}
