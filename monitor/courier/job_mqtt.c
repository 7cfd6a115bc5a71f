/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MQTT 3.1.1 through libmosquitto on our own loop: one connection for each
 * broker and login, kept for the next job, so that its will stands. What the
 * library calls back is noted, and acted upon when its call has returned. */
#include "monitor/courier/job.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/tcp.h>

#include <event2/event.h>
#include <mosquitto.h>
#include <openssl/ssl.h>

#include "common/clock.h"
#include "common/log.h"

#define SESSIONS_MOST 18u
#define CONNECT_US (15 * US_PER_S) /* to one address, up to CONNACK */
#define ACKNOWLEDGE_US (20 * US_PER_S)
#define KEEPALIVE_S 30
#define WINDOW_US (60 * US_PER_S)
#define WINDOW_BYTES (256u << 10) /* a broker has little to say to us */

struct mqtt_session {
	struct mqtt_session *next;
	struct mosquitto *mosq;
	struct event *ev; /* NULL = nothing is watched */
	short watched;
	struct courier_job m; /* the login of it; its spans are empty */
	struct sockaddr_storage addresses[JOB_ADDRESSES];
	unsigned address_count, address;
	struct job *jobs[COURIER_MOST];
	unsigned count;
	bool reached; /* by TCP */
	bool up;      /* CONNACK was good */
	bool greeted;
	uint16_t serial; /* of the connection, from 1 */
	bool over;	 /* and why: */
	bool lasting;
	char why[200];
	int64_t began_us; /* to connect */
	int64_t window_us;
	uint64_t window_bytes; /* received at its beginning */
};

static struct {
	struct event_base *base;
	struct event *tick;
	struct mqtt_session *sessions;
	uint16_t serial;
	struct mqtt_session *now; /* in whose call we are */
	long verified;		  /* what OpenSSL said of the certificate */
} all;

/* --- what the library says */

static void
end(struct mqtt_session *s, bool lasting, const char *why)
{
	if (s->over)
		return;
	s->over = true;
	s->lasting = lasting;
	snprintf(s->why, sizeof(s->why), "%s", why);
}

/* What went wrong, by the library's number. */
static void
end_by(struct mqtt_session *s, int rc)
{
	char why[200];

	if (all.verified != X509_V_OK)
		job_trust_why(all.verified, why, sizeof(why));
	else if (rc == MOSQ_ERR_TLS || errno == EPROTO)
		snprintf(why, sizeof(why), "TLS failed");
	else if (rc == MOSQ_ERR_ERRNO)
		snprintf(why, sizeof(why), "%s", strerror(errno));
	else if (rc == MOSQ_ERR_CONN_LOST && !s->up)
		snprintf(why, sizeof(why),
		    "the broker closed the connection "
		    "before it answered");
	else
		snprintf(why, sizeof(why), "%s", mosquitto_strerror(rc));
	end(s, false, why);
}

static void
on_connect(struct mosquitto *mosq, void *arg, int rc)
{
	struct mqtt_session *s = arg;
	char why[200];

	(void)mosq;
	if (s->up)
		end(s, false, "the broker answers a connection twice");
	else if (rc == 0)
		s->up = true;
	else {
		snprintf(why, sizeof(why), "the broker refuses us (%d): %s", rc,
		    mosquitto_connack_string(rc));
		/* 3 is "unavailable now". */
		end(s, rc != 3, why);
	}
}

static void
on_disconnect(struct mosquitto *mosq, void *arg, int rc)
{
	(void)mosq;
	end_by(arg, rc);
}

static void
on_publish(struct mosquitto *mosq, void *arg, int mid)
{
	struct mqtt_session *s = arg;

	(void)mosq;
	for (unsigned i = 0; i < s->count; i++)
		for (unsigned k = 0; k < COURIER_PUBLISHES; k++)
			if (s->jobs[i]->mids[k] == mid)
				s->jobs[i]->mids[k] = 0;
}

static int
on_verify(int good, X509_STORE_CTX *store)
{
	if (!good)
		all.verified = X509_STORE_CTX_get_error(store);
	return good;
}

/* The library knows the broker by its address alone. */
static void
on_handshake(const SSL *ssl, int where, int value)
{
	struct in6_addr six;
	const char *host = all.now != NULL ? all.now->m.host : "";

	(void)value;
	if ((where & SSL_CB_HANDSHAKE_START) == 0 || all.now == NULL)
		return;
	if (inet_pton(AF_INET, host, &six) == 1 ||
	    inet_pton(AF_INET6, host, &six) == 1)
		host = NULL;
	SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, host);
}

/* --- a connection */

static void settle(struct mqtt_session *s);

static void
unwatch(struct mqtt_session *s)
{
	if (s->ev != NULL)
		event_free(s->ev);
	s->ev = NULL;
	s->watched = 0;
}

/* Until it is up all: a handshake of TLS goes on in reading, and what waited
 * for it is written then. */
static void
turn(struct mqtt_session *s, short what)
{
	int rc = MOSQ_ERR_SUCCESS;

	if ((what & EV_WRITE) != 0 || !s->up)
		rc = mosquitto_loop_write(s->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS && !s->over &&
	    ((what & EV_READ) != 0 || !s->up))
		rc = mosquitto_loop_read(s->mosq, 1);
	if (rc == MOSQ_ERR_SUCCESS && !s->over && !s->up)
		rc = mosquitto_loop_write(s->mosq, 1);
	if (rc != MOSQ_ERR_SUCCESS)
		end_by(s, rc);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct mqtt_session *s = arg;
	(void)fd;
	all.now = s;
	s->reached = true;
	turn(s, what);
	settle(s);
}

static void
watch(struct mqtt_session *s)
{
	int fd = mosquitto_socket(s->mosq);
	short what = EV_READ | EV_PERSIST;

	/* In a handshake of TLS the library always says that it wants to
	 * write; ticks are enough for when it does. */
	if (!s->reached || (mosquitto_want_write(s->mosq) &&
			       (s->up || s->m.tls == COURIER_TLS_NEVER)))
		what |= EV_WRITE;
	if (fd < 0)
		end(s, false, "the connection is gone");
	if (fd < 0 || (s->ev != NULL && s->watched == what))
		return;
	unwatch(s);
	s->ev = event_new(all.base, fd, what, on_event, s);
	s->watched = what;
	if (s->ev == NULL || event_add(s->ev, NULL) != 0)
		end(s, false, "memory is out");
}

static bool
set_tls(struct mqtt_session *s)
{
	SSL_CTX *ctx;
	bool good;

	if (s->m.tls == COURIER_TLS_NEVER)
		return true;
	ctx = job_trust_tls(s->m.trust, s->m.host);
	if (ctx == NULL)
		return false;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_info_callback(ctx, on_handshake);
	good = mosquitto_int_option(s->mosq, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS,
		   0) == MOSQ_ERR_SUCCESS &&
	       mosquitto_void_option(s->mosq, MOSQ_OPT_SSL_CTX, ctx) ==
		   MOSQ_ERR_SUCCESS;
	SSL_CTX_free(ctx); /* the library has its own hold on it */
	return good;
}

static bool
set_up(struct mqtt_session *s)
{
	static const char gone[] = "offline";

	s->mosq = mosquitto_new(s->m.client, true, s);
	if (s->mosq == NULL)
		return false;
	mosquitto_connect_callback_set(s->mosq, on_connect);
	mosquitto_disconnect_callback_set(s->mosq, on_disconnect);
	mosquitto_publish_callback_set(s->mosq, on_publish);
	return set_tls(s) &&
	       (s->m.status[0] == '\0' ||
		   mosquitto_will_set(s->mosq, s->m.status, sizeof(gone) - 1,
		       gone, 1, true) == MOSQ_ERR_SUCCESS) &&
	       (s->m.user[0] == '\0' ||
		   mosquitto_username_pw_set(s->mosq, s->m.user,
		       s->m.password) == MOSQ_ERR_SUCCESS);
}

static void
take_down(struct mqtt_session *s)
{
	unwatch(s);
	if (s->mosq != NULL)
		mosquitto_destroy(s->mosq);
	s->mosq = NULL;
	s->reached = s->up = s->greeted = false;
}

/* To the next address; false: there is none. */
static bool
dial(struct mqtt_session *s)
{
	char number[INET6_ADDRSTRLEN];
	const struct sockaddr_storage *a;
	const void *raw;
	int rc;

	take_down(s);
	if (s->address == s->address_count)
		return false;
	a = &s->addresses[s->address++];
	raw = a->ss_family == AF_INET6
		  ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
		  : (const void *)&((const struct sockaddr_in *)a)->sin_addr;
	s->over = false;
	s->began_us = s->window_us = clock_mono_us();
	s->window_bytes = 0;
	all.now = s;
	all.verified = X509_V_OK;
	if (inet_ntop(a->ss_family, raw, number, sizeof(number)) == NULL ||
	    !set_up(s)) {
		end(s, false, "memory is out");
		return true;
	}
	rc = mosquitto_connect_async(s->mosq, number, s->m.port, KEEPALIVE_S);
	if (rc != MOSQ_ERR_SUCCESS)
		end_by(s, rc);
	return true;
}

/* --- jobs */

static void
publish(struct mqtt_session *s, struct job *j)
{
	j->published = true;
	j->deadline_us = clock_mono_us() + ACKNOWLEDGE_US;
	for (unsigned k = 0; k < j->m.publish_count && !s->over; k++) {
		const struct courier_publish *p = &j->m.publishes[k];
		int rc = mosquitto_publish(s->mosq, &j->mids[k], p->topic,
		    (int)p->payload.n, p->payload.p, 1, p->retain);

		if (rc == MOSQ_ERR_SUCCESS)
			continue;
		if (rc == MOSQ_ERR_CONN_LOST || rc == MOSQ_ERR_NO_CONN ||
		    rc == MOSQ_ERR_ERRNO)
			end_by(s, rc);
		job_end(j, false, rc == MOSQ_ERR_INVAL, 0,
		    mosquitto_strerror(rc), NULL, 0);
		return;
	}
}

static void
greet(struct mqtt_session *s)
{
	static const char here[] = "online";

	if (s->m.status[0] != '\0')
		mosquitto_publish(s->mosq, NULL, s->m.status, sizeof(here) - 1,
		    here, 1, true);
}

static bool
is_acknowledged(const struct job *j)
{
	for (unsigned k = 0; k < j->m.publish_count; k++)
		if (j->mids[k] != 0)
			return false;
	return j->published;
}

static void
forget(struct mqtt_session *s)
{
	struct mqtt_session **at = &all.sessions;

	while (*at != NULL && *at != s)
		at = &(*at)->next;
	if (*at == s)
		*at = s->next;
	take_down(s);
	if (all.now == s)
		all.now = NULL;
	explicit_bzero(s, sizeof(*s));
	free(s);
}

static void
fail_all(struct mqtt_session *s)
{
	while (s->count > 0)
		job_end(s->jobs[s->count - 1], false, s->lasting, 0, s->why,
		    NULL, 0); /* takes it out */
	if (s->up)
		log_info("courier", "broker %s: %s", s->m.host, s->why);
	forget(s);
}

/* After each call of the library: what it told is carried out. */
static void
settle(struct mqtt_session *s)
{
	if (s->up && !s->over && !s->greeted) {
		greet(s);
		s->greeted = true;
		all.serial =
		    (uint16_t)(all.serial == UINT16_MAX ? 1 : all.serial + 1);
		s->serial = all.serial;
	}
	/* Back to front: an end takes the job out. */
	for (unsigned i = s->count; i-- > 0;) {
		struct job *j = s->jobs[i];

		if (s->up && !s->over && !j->published)
			publish(s, j);
		else if (is_acknowledged(j))
			job_end(j, true, false, s->serial,
			    "acknowledged by the broker", NULL, 0);
	}
	if (!s->over)
		watch(s);
	while (s->over) {
		/* One that was up is not looked for elsewhere. */
		if (s->up || s->lasting || !dial(s)) {
			fail_all(s);
			return;
		}
		if (!s->over)
			watch(s);
	}
}

static bool
same_login(const struct courier_job *a, const struct courier_job *b)
{
	return strcmp(a->host, b->host) == 0 && a->port == b->port &&
	       a->tls == b->tls && a->trust == b->trust &&
	       strcmp(a->user, b->user) == 0 &&
	       strcmp(a->password, b->password) == 0 &&
	       strcmp(a->client, b->client) == 0 &&
	       strcmp(a->status, b->status) == 0;
}

static struct mqtt_session *
find(const struct job *j)
{
	struct mqtt_session *s = all.sessions;

	while (s != NULL && !same_login(&s->m, &j->m))
		s = s->next;
	return s;
}

static struct mqtt_session *
open_session(const struct job *j)
{
	struct mqtt_session *s, *idle = NULL;
	unsigned count = 0;

	for (s = all.sessions; s != NULL; s = s->next) {
		count++;
		if (s->count == 0)
			idle = s; /* the oldest comes last */
	}
	if (count >= SESSIONS_MOST && idle == NULL)
		return NULL;
	if (count >= SESSIONS_MOST)
		forget(idle);
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->m = j->m;
	s->m.body = s->m.html = s->m.picture = (struct span){ 0 };
	memset(s->m.publishes, 0, sizeof(s->m.publishes));
	memcpy(s->addresses, j->addresses, sizeof(s->addresses));
	s->address_count = j->address_count;
	s->next = all.sessions;
	all.sessions = s;
	dial(s);
	return s;
}

void
job_mqtt_start(struct job *j)
{
	struct mqtt_session *s = find(j);

	if (s == NULL)
		s = open_session(j);
	if (s == NULL) {
		job_end(j, false, false, 0, "memory is out", NULL, 0);
		return;
	}
	j->mqtt = s;
	j->deadline_us = INT64_MAX;
	s->jobs[s->count++] = j; /* no more than the process has */
	all.now = s;
	settle(s);
}

void
job_mqtt_drop(struct job *j)
{
	struct mqtt_session *s = j->mqtt;

	if (s == NULL)
		return;
	for (unsigned i = 0; i < s->count; i++) {
		if (s->jobs[i] != j)
			continue;
		memmove(&s->jobs[i], &s->jobs[i + 1],
		    (s->count - i - 1) * sizeof(s->jobs[0]));
		s->count--;
		break;
	}
	j->mqtt = NULL;
}

/* --- time */

static bool
is_flooding(struct mqtt_session *s, int64_t now_us)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	if (getsockopt(mosquitto_socket(s->mosq), IPPROTO_TCP, TCP_INFO, &info,
		&n) != 0)
		return false;
	if (info.tcpi_bytes_received - s->window_bytes > WINDOW_BYTES)
		return true;
	if (now_us - s->window_us > WINDOW_US) {
		s->window_us = now_us;
		s->window_bytes = info.tcpi_bytes_received;
	}
	return false;
}

static void
look(struct mqtt_session *s, int64_t now_us)
{
	int rc;

	all.now = s;
	if (s->mosq == NULL || mosquitto_socket(s->mosq) < 0) {
		end(s, false, "the connection is gone");
	} else if (is_flooding(s, now_us)) {
		end(s, false, "the broker sends more than it was asked for");
	} else if (!s->up && now_us - s->began_us > CONNECT_US) {
		end(s, false, "the broker doesn't answer");
	} else if (!s->up) {
		turn(s, 0);
	} else {
		rc = mosquitto_loop_misc(s->mosq);
		if (rc != MOSQ_ERR_SUCCESS)
			end_by(s, rc);
	}
	for (unsigned i = 0; i < s->count; i++)
		if (s->jobs[i]->published && now_us > s->jobs[i]->deadline_us)
			end(s, false,
			    "the broker doesn't acknowledge what was sent");
	settle(s);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	int64_t now = clock_mono_us();
	struct mqtt_session *next;

	(void)fd;
	(void)what;
	(void)arg;
	for (struct mqtt_session *s = all.sessions; s != NULL; s = next) {
		next = s->next;
		look(s, now);
	}
}

bool
job_mqtt_init(struct event_base *base)
{
	static const struct timeval often = { .tv_usec = 500000 };

	all.base = base;
	/* Another process, another connection: also to whoever remembers the
	 * number of the last one's. */
	all.serial = (uint16_t)getpid();
	all.tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	return all.tick != NULL && event_add(all.tick, &often) == 0 &&
	       mosquitto_lib_init() == MOSQ_ERR_SUCCESS;
}
