/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _web`: its descriptors are the monitor's channel and the listening
 * socket; it opens nothing itself. */
#include "monitor/http/web.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/http/asks.h"
#include "monitor/http/changes.h"
#include "monitor/http/events.h"
#include "monitor/http/gate.h"
#include "monitor/http/present.h"
#include "monitor/http/reply.h"
#include "monitor/http/rights.h"
#include "monitor/http/routes.h"
#include "monitor/http/snapshots.h"
#include "monitor/http/tls.h"
#include "monitor/http/server.h"

#define HEADER_BYTES (16 << 10)
#define IDLE_SECONDS 15
#define PROOF_SECONDS 20	 /* for a connection to show a credential */
#define QUEUE_BYTES (32u << 20)	 /* two imports, and more */
#define FRESH_US (10 * US_PER_S) /* a picture this young is fresh */
#define WANT_US (2 * US_PER_S)	 /* ask no oftener, per feed */
#define MEMORY_BYTES ((size_t)2 << 30)

static const struct confine role = { .may = CONFINE_ACCEPT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES };

void
server_want_picture(struct server *s, struct row *row)
{
	int64_t now = clock_mono_us();

	if (row->no_picture || clock_utc_us() - row->thumb_utc_us < FRESH_US ||
	    (row->wanted_us != 0 && now - row->wanted_us < WANT_US))
		return;
	row->wanted_us = now;
	channel_send(s->monitor, WEB_WANT_PICTURE, row->uuid, 16);
}

void
server_reader_lost(struct server *s)
{
	if (s->reader != NULL)
		s->reader_us = clock_mono_us();
	channel_free(&s->reader);
	asks_fail(s->asks);
	channel_send(s->monitor, WEB_READER_LOST, NULL, 0);
}

static bool
on_reader_message(void *arg, unsigned type, struct span body)
{
	struct server *s = arg;

	return asks_on_message(s->asks, type, body);
}

static void
on_reader_closed(void *arg, const char *why)
{
	(void)why;
	server_reader_lost(arg);
}

static void
tell_reader(struct server *s)
{
	struct writer out = channel_scratch();

	if (s->reader == NULL)
		return;
	web_put_facts(&out, &s->facts);
	channel_send(s->reader, READ_FACTS, out.start, writer_length(&out));
}

static bool
on_facts(struct server *s, struct span body)
{
	if (!web_get_facts(body, &s->facts))
		return false;
	tell_reader(s);
	return true;
}

static bool
take_reader(struct server *s)
{
	struct channel_calls calls = { on_reader_message, on_reader_closed, s };
	int fd = channel_take_fd(s->monitor);

	if (fd < 0)
		return false;
	channel_free(&s->reader);
	asks_fail(s->asks);
	s->reader = channel_new(s->base, fd, QUEUE_BYTES, &calls);
	tell_reader(s);
	return s->reader != NULL;
}

static void
heard(struct server *s)
{
	s->heard_us = clock_mono_us();
	if (!s->late)
		return;
	s->late = false;
	events_pulse(s->events);
}

static bool
on_totals(struct server *s, struct span body)
{
	if (!web_get_totals(body, &s->totals))
		return false;
	heard(s);
	return true;
}

static bool
on_row(struct server *s, struct span body)
{
	static struct web_row m; /* large; one thread */
	struct row *row;

	if (!web_get_row(body, &m))
		return false;
	row = rows_put(&s->rows, &m);
	if (row == NULL) {
		log_error("web", "memory is out: a feed is not shown");
	} else {
		row->told_us = clock_mono_us();
		row->asked_us = 0;
	}
	present_told(s->present, m.uuid);
	events_changed(s->events);
	return true;
}

static bool
on_gone(struct server *s, struct span body)
{
	uint8_t uuid[16];

	if (!web_get_uuid(body, uuid))
		return false;
	rows_remove(&s->rows, uuid);
	present_told(s->present, uuid);
	events_changed(s->events);
	return true;
}

static bool
on_event(struct server *s, struct span body)
{
	static struct web_event m; /* large; one thread */

	if (!web_get_event(body, &m))
		return false;
	events_tell(s->events, &m);
	return true;
}

static bool
on_session(struct server *s, struct span body)
{
	struct principal p;
	struct session *session;
	bool known, moved;

	if (!web_get_principal(body, &p))
		return false;
	session = sessions_find(&s->sessions, p.sha256);
	known = session != NULL;
	moved = known && strcmp(session->who.site, p.site) != 0;
	if (known && memcmp(&session->who, &p, sizeof(p)) == 0)
		return true;
	session = sessions_put(&s->sessions, &p);
	if (session == NULL)
		log_error("web", "memory is out: somebody can't come in");
	else if (known)
		events_session(s->events, session, moved);
	return true;
}

static bool
on_session_gone(struct server *s, struct span body)
{
	struct session *session;

	if (body.n != 32)
		return false;
	session = sessions_find(&s->sessions, body.p);
	if (session == NULL)
		return true;
	events_end(s->events, session);
	sessions_remove(&s->sessions, body.p);
	return true;
}

/* Log-ins that are over by the clock: nobody tells their streams. */
static void
end_sessions(struct server *s)
{
	int64_t now = clock_utc_us();

	for (struct session *i = s->sessions.first; i != NULL; i = i->newest)
		if (i->streams > 0 && i->who.ends_utc_us != 0 &&
		    now >= i->who.ends_utc_us)
			events_end(s->events, i);
}

static bool
on_tls(struct server *s, struct span body)
{
	struct span certificate, key;
	SSL_CTX *ctx;

	if (!web_get_tls(body, &certificate, &key))
		return false;
	ctx = tls_server_text(certificate, key);
	if (ctx == NULL) {
		log_error("web", "the certificate can't be used");
		return true; /* the one there was stays */
	}
	gate_tls(s->gate, ctx);
	SSL_CTX_free(s->tls); /* connections hold what they began with */
	s->tls = ctx;
	reply_tls(true);
	gate_hold(s->gate, false);
	return true;
}

static bool
on_configure(struct server *s, struct span body)
{
	if (!web_get_configure(body, &s->configure))
		return false;
	gate_limit(s->gate, s->configure.connections, s->configure.per_address);
	gate_hold(s->gate, s->configure.tls && s->tls == NULL);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct server *s = arg;

	switch (type) {
	case WEB_CONFIGURE:
		return on_configure(s, body);
	case WEB_READER:
		return take_reader(s);
	case WEB_ROW:
		return on_row(s, body);
	case WEB_ROW_GONE:
		return on_gone(s, body);
	case WEB_EVENT:
		return on_event(s, body);
	case WEB_SESSION:
		return on_session(s, body);
	case WEB_SESSION_GONE:
		return on_session_gone(s, body);
	case WEB_TLS:
		return on_tls(s, body);
	case WEB_CHANGED:
		return changes_on_message(s->changes, body);
	case WEB_FACTS:
		return on_facts(s, body);
	case WEB_TOTALS:
		return on_totals(s, body);
	case WEB_LOADED:
		s->loaded = true;
		heard(s);
		return body.n == 0;
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct server *s = arg;

	(void)why;
	/* Without the monitor nothing can be said: the browser sees the
	 * connection end and says so. */
	event_base_loopbreak(s->base);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	struct web_alive m = { gate_count(s->gate), events_count(s->events),
		s->requests };
	struct writer w = channel_scratch();

	(void)fd;
	(void)what;
	web_put_alive(&w, &m);
	channel_send(s->monitor, WEB_ALIVE, w.start, writer_length(&w));
	end_sessions(s);
	if (!s->late && clock_mono_us() - s->heard_us > SERVER_LATE_US) {
		s->late = true;
		events_pulse(s->events);
	}
}

/* An import is read only from who may import: else anybody could keep those
 * who may from it. */
static enum strained
may_send_much(void *arg, const char *letters, const char *address)
{
	const struct server *s = arg;
	const struct session *session;
	uint8_t sha256[32];

	if (EVP_Digest(letters, strlen(letters), sha256, NULL, EVP_sha256(),
		NULL) != 1)
		return STRAINED_LATER;
	session = sessions_find(&s->sessions, sha256);
	if (session == NULL || !sessions_good(session, address, clock_utc_us()))
		return STRAINED_STRANGER;
	return rights_may(RIGHT_IMPORT, (enum role)session->who.role,
		   session->who.kind == CREDENTIAL_LOGIN)
		   ? STRAINED_WELL
		   : STRAINED_FORBIDDEN;
}

static bool
start_http(struct server *s)
{
	const struct gate_strain strain = { .body_most = RIGHTS_BODY_BYTES,
		.big_most = RIGHTS_BIG_BYTES,
		.big_path = rights_row(RIGHT_IMPORT)->path,
		.may = may_send_much,
		.arg = s };

	evutil_make_socket_nonblocking(WEB_FD_LISTEN);
	struct evconnlistener *l = evconnlistener_new(s->base, NULL, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, WEB_FD_LISTEN);

	s->http = evhttp_new(s->base);
	if (l == NULL || s->http == NULL)
		return false;
	evhttp_set_max_headers_size(s->http, HEADER_BYTES);
	evhttp_set_max_body_size(s->http, RIGHTS_BIG_BYTES);
	evhttp_set_timeout(s->http, IDLE_SECONDS);
	evhttp_set_default_content_type(s->http, NULL);
	/* All known methods come through, so that each gets a 405. */
	evhttp_set_allowed_methods(s->http, 0x1ff);
	evhttp_set_gencb(s->http, routes_on_request, s);
	s->gate = gate_new(s->base, s->http, l);
	if (s->gate == NULL || evhttp_bind_listener(s->http, l) == NULL)
		return false;
	gate_strain(s->gate, &strain);
	gate_proof(s->gate, PROOF_SECONDS);
	gate_hold(s->gate, true); /* until the monitor says how */
	return true;
}

static bool
start(struct server *s)
{
	struct channel_calls calls = { on_message, on_closed, s };

	s->base = event_base_new();
	if (s->base == NULL || !rows_init(&s->rows) ||
	    !sessions_init(&s->sessions) || !start_http(s))
		return false;
	s->snapshots = snapshots_new();
	s->heard_us = s->reader_us = clock_mono_us();
	if (getrandom(&s->epoch, sizeof(s->epoch), 0) != sizeof(s->epoch))
		s->epoch = (uint64_t)clock_utc_us();
	s->asks = asks_new(s);
	s->changes = changes_new(s);
	s->present = present_new(s);
	s->events = events_new(s);
	s->monitor = channel_new(s->base, WEB_FD_CHANNEL, QUEUE_BYTES, &calls);
	if (s->monitor != NULL)
		channel_wipe(s->monitor); /* passwords, the key */
	return s->asks != NULL && s->changes != NULL && s->events != NULL &&
	       s->snapshots != NULL && s->present != NULL && s->monitor != NULL;
}

int
web_process_main(int argc, char **argv)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct server s = { 0 };

	(void)argc;
	(void)argv;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL); /* the monitor ends us */
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-web");
	if (!start(&s)) {
		log_error("web", "can't start: is this not the monitor's "
				 "child?");
		return 2;
	}
	if (!confine_enter(&role, "web"))
		return 2;
	struct event *tick = event_new(s.base, -1, EV_PERSIST, on_second, &s);

	if (tick != NULL)
		event_add(tick, &second);
	event_base_dispatch(s.base);
	/* The end of the process closes what is open; locked in, it can't run
	 * what a library would like to do at exit. */
	_exit(0);
}
