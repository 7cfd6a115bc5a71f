/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _relays`: asks each relay who reads what, every few seconds, one
 * list after the other. Its only descriptor is the monitor's channel. */
#include "monitor/http/relays.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <openssl/evp.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/confine.h"
#include "common/log.h"

#define QUEUE_BYTES (8u << 20)
#define ANSWER_SECONDS 4
#define TURN_US (US_PER_S / 2) /* eight that answer have theirs in 5 s */
#define ANSWER_BYTES (4 << 20)
#define PAGE_ITEMS 1000
#define PAGES_MOST 8
#define MEMORY_BYTES ((size_t)512 << 20)

static const struct confine role = { .may = CONFINE_CONNECT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES };

/* Lists of sessions; one that a relay has not (404) is empty. */
static const char *const lists[] = { "rtspsessions", "rtspssessions",
	"webrtcsessions", "srtconns" };
#define LISTS (sizeof(lists) / sizeof(lists[0]))

struct relay {
	struct asker *asker;
	uint8_t number;
	char host[256];
	char authorization[360]; /* "" = none */
	uint16_t port;
	struct evhttp_connection *evcon; /* of one question: relays close */
	struct event *next;		 /* asks it, outside of callbacks */
	bool asking;			 /* a round is under way */
	int64_t due_us;			 /* no round of it sooner */
	unsigned list, page;
	uint32_t readers;
};

struct asker {
	struct event_base *base;
	struct evdns_base *dns;
	struct channel *monitor;
	struct relay relays[RELAYS_MOST];
	unsigned count;
};

static void
send_byte(struct relay *r, unsigned type)
{
	channel_send(r->asker->monitor, type, &r->number, 1);
}

static void
end_round(struct relay *r)
{
	r->asking = false;
}

static void
fail(struct relay *r, const char *why)
{
	char text[128];
	int n = snprintf(text, sizeof(text), "%c%s", 0, why);

	text[0] = (char)r->number;
	channel_send(r->asker->monitor, RELAYS_FAILED, text, (size_t)n);
}

static void
on_reader(void *arg, const struct relays_reader *m)
{
	struct relay *r = arg;
	struct writer w = channel_scratch();

	if (r->readers++ >= RELAYS_READERS)
		return;
	relays_put_reader(&w, m);
	channel_send(r->asker->monitor, RELAYS_READER, w.start,
	    writer_length(&w));
}

static const char *
take_page(struct relay *r, struct evhttp_request *req, unsigned *pages)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	const char *body = (const char *)evbuffer_pullup(in, -1);

	*pages = 1;
	if (evhttp_request_get_response_code(req) == 404)
		return NULL; /* it knows no such sessions */
	if (evhttp_request_get_response_code(req) == 401)
		return "user and password are wrong or missing";
	if (evhttp_request_get_response_code(req) != 200 || body == NULL ||
	    !relays_json_read(body, evbuffer_get_length(in), on_reader, r,
		pages))
		return "its answer is not that of such a relay";
	return NULL;
}

static void
on_answer(struct evhttp_request *req, void *arg)
{
	struct relay *r = arg;
	unsigned pages;
	const char *why = "it doesn't answer";

	if (req != NULL && evhttp_request_get_response_code(req) != 0)
		why = take_page(r, req, &pages);
	if (why != NULL) {
		fail(r, why);
		end_round(r);
		return;
	}
	if (++r->page >= pages || r->page >= PAGES_MOST) {
		r->page = 0;
		r->list++;
	}
	if (r->list < LISTS) {
		event_active(r->next, EV_TIMEOUT, 0);
		return;
	}
	send_byte(r, RELAYS_END);
	end_round(r);
}

static bool
connect_anew(struct relay *r)
{
	if (r->evcon != NULL)
		evhttp_connection_free(r->evcon);
	r->evcon = evhttp_connection_base_new(r->asker->base, r->asker->dns,
	    r->host, r->port);
	if (r->evcon == NULL)
		return false;
	evhttp_connection_set_timeout(r->evcon, ANSWER_SECONDS);
	evhttp_connection_set_max_body_size(r->evcon, ANSWER_BYTES);
	return true;
}

static void
on_next(evutil_socket_t fd, short what, void *arg)
{
	struct relay *r = arg;
	struct evhttp_request *req = evhttp_request_new(on_answer, r);
	struct evkeyvalq *headers;
	char path[120];

	(void)fd;
	(void)what;
	if (req == NULL || !connect_anew(r)) {
		if (req != NULL)
			evhttp_request_free(req);
		end_round(r);
		return;
	}
	headers = evhttp_request_get_output_headers(req);
	evhttp_add_header(headers, "Host", r->host);
	evhttp_add_header(headers, "Connection", "close");
	if (r->authorization[0] != '\0')
		evhttp_add_header(headers, "Authorization", r->authorization);
	snprintf(path, sizeof(path), "/v3/%s/list?itemsPerPage=%d&page=%u",
	    lists[r->list], PAGE_ITEMS, r->page);
	/* It owns req from here on, also when it fails. */
	if (evhttp_make_request(r->evcon, req, EVHTTP_REQ_GET, path) != 0)
		end_round(r);
}

static void
begin_round(struct relay *r)
{
	r->asking = true;
	r->list = r->page = 0;
	r->readers = 0;
	send_byte(r, RELAYS_BEGIN);
	event_active(r->next, EV_TIMEOUT, 0);
}

/* Lists come whole and one at a time: relays take turns, and each has one
 * every few seconds however many there are, since a list that is too old says
 * nothing and those who watch would be recorded as if they didn't. */
static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	struct asker *a = arg;
	struct relay *first = NULL;
	int64_t now_us = clock_mono_us();

	(void)fd;
	(void)what;
	channel_send(a->monitor, RELAYS_ALIVE, NULL, 0);
	for (unsigned i = 0; i < a->count; i++) {
		struct relay *r = &a->relays[i];

		if (r->asking)
			return; /* its list is under way */
		if (now_us >= r->due_us &&
		    (first == NULL || r->due_us < first->due_us))
			first = r;
	}
	if (first == NULL)
		return;
	first->due_us = now_us + RELAYS_SECONDS * US_PER_S;
	begin_round(first);
}

static void
set_authorization(struct relay *r, const char *userinfo)
{
	uint8_t out[340] = { 0 };
	size_t n = strlen(userinfo);

	if (n == 0 || n > 240)
		return;
	EVP_EncodeBlock(out, (const uint8_t *)userinfo, (int)n);
	snprintf(r->authorization, sizeof(r->authorization), "Basic %s",
	    (char *)out);
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct asker *a = arg;
	struct relay *r = &a->relays[a->count];
	char text[LIMIT_URL_BYTES];
	struct evhttp_uri *uri;

	if (type != RELAYS_URL || body.n >= sizeof(text) ||
	    a->count == RELAYS_MOST)
		return false;
	memcpy(text, body.p, body.n);
	text[body.n] = '\0';
	uri = evhttp_uri_parse(text);
	if (uri == NULL || evhttp_uri_get_host(uri) == NULL)
		return false;
	r->asker = a;
	r->next = evtimer_new(a->base, on_next, r);
	if (r->next == NULL)
		return false;
	r->number = (uint8_t)a->count++;
	snprintf(r->host, sizeof(r->host), "%s", evhttp_uri_get_host(uri));
	r->port = evhttp_uri_get_port(uri) > 0
		      ? (uint16_t)evhttp_uri_get_port(uri)
		      : 9997;
	if (evhttp_uri_get_userinfo(uri) != NULL)
		set_authorization(r, evhttp_uri_get_userinfo(uri));
	evhttp_uri_free(uri);
	return true;
}

static void
on_closed(void *arg, const char *why)
{
	struct asker *a = arg;

	(void)why;
	event_base_loopbreak(a->base);
}

int
relays_process_main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	static struct asker a;
	struct channel_calls calls = { on_message, on_closed, &a };
	struct timeval turn = { .tv_usec = TURN_US };
	struct event *tick;

	(void)argc;
	(void)argv;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL); /* the monitor ends us */
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-relay");
	json_object_seed(0);
	a.base = event_base_new();
	if (a.base == NULL)
		return 2;
	/* Reads the name servers now: no file opens later. */
	a.dns = evdns_base_new(a.base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	a.monitor = channel_new(a.base, RELAYS_FD_CHANNEL, QUEUE_BYTES, &calls);
	tick = event_new(a.base, -1, EV_PERSIST, on_turn, &a);
	if (a.monitor == NULL || tick == NULL) {
		log_error("relays", "can't start");
		return 2;
	}
	if (!confine_enter(&role, "relays"))
		return 2;
	event_add(tick, &turn);
	event_base_dispatch(a.base);
	_exit(0);
}
