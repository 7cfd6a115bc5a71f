/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _courier`: sends what the monitor tells it, several jobs at once.
 * Its only descriptors are the monitor's channel and the sockets it opens. */
#include "monitor/courier/courier.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>

#include "common/channel.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/courier/job.h"

#define QUEUE_BYTES (8u << 20)
#define ALIVE_S 2
#define MEMORY_BYTES                                                           \
	((size_t)192 << 20) /* libmosquitto takes what it is told */

static const struct confine role = { .may = CONFINE_CONNECT,
	.nobody = true,
	.memory_bytes = MEMORY_BYTES };

static struct {
	struct event_base *base;
	struct evdns_base *dns;
	struct channel *monitor;
	struct job *jobs;
	unsigned count;
	bool stale; /* a name failed: the name servers may be others by now */
} all;

/* --- the end of a job */

static void
forget(struct job *j)
{
	struct job **at = &all.jobs;

	while (*at != NULL && *at != j)
		at = &(*at)->next;
	if (*at == j) {
		*at = j->next;
		all.count--;
	}
	job_curl_drop(j);
	job_line_drop(j);
	job_mqtt_drop(j);
	if (j->fd >= 0)
		close(j->fd);
	explicit_bzero(j->m.password, sizeof(j->m.password));
	explicit_bzero(j->bytes, j->length); /* of headers, a password */
	free(j->bytes);
	free(j);
}

void
job_end(struct job *j, bool ok, bool lasting, unsigned status,
    const char *detail, const void *answer, size_t length)
{
	struct courier_result r = { .id = j->m.id,
		.ok = ok,
		.lasting = lasting,
		.status = (uint16_t)status,
		.asked_s = j->asked_s,
		.later = j->later,
		.answer = { answer, length } };
	struct writer w = channel_scratch();

	snprintf(r.detail, sizeof(r.detail), "%s", detail);
	courier_put_result(&w, &r);
	channel_send(all.monitor, COURIER_RESULT, w.start, writer_length(&w));
	forget(j);
}

/* --- names */

static void
begin(struct job *j)
{
	switch (j->m.kind) {
	case COURIER_MAIL:
	case COURIER_HTTP:
		job_curl_start(j);
		break;
	case COURIER_LINE_UDP:
	case COURIER_LINE_TCP:
		job_line_start(j, all.base);
		break;
	case COURIER_MQTT:
		job_mqtt_start(j);
		break;
	}
}

static void
on_addresses(int error, struct evutil_addrinfo *found, void *arg)
{
	struct job *j = arg;

	for (struct evutil_addrinfo *a = found;
	     a != NULL && j->address_count < JOB_ADDRESSES; a = a->ai_next) {
		if (a->ai_addrlen > sizeof(j->addresses[0]))
			continue;
		memcpy(&j->addresses[j->address_count], a->ai_addr,
		    a->ai_addrlen);
		j->lengths[j->address_count++] = (socklen_t)a->ai_addrlen;
	}
	if (found != NULL)
		evutil_freeaddrinfo(found);
	if (j->address_count > 0) {
		begin(j);
		return;
	}
	char detail[COURIER_DETAIL_BYTES];

	all.stale = true;
	snprintf(detail, sizeof(detail), "the name %.200s: %.80s", j->m.host,
	    error != 0 ? evutil_gai_strerror(error) : "has no address");
	job_end(j, false, false, 0, detail, NULL, 0);
}

static void
resolve(struct job *j)
{
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP };
	char port[8];

	snprintf(port, sizeof(port), "%u", j->m.port);
	/* It calls back at once for a number, else from the loop. */
	evdns_getaddrinfo(all.dns, j->m.host, port, &hints, on_addresses, j);
}

/* --- the monitor */

/* What it borrows lies in its own copy of the message. */
static bool
take_job(struct span body)
{
	struct job *j = calloc(1, sizeof(*j));

	if (j == NULL)
		return false;
	j->fd = -1;
	j->length = body.n;
	j->bytes = malloc(body.n + 1);
	if (j->bytes != NULL)
		memcpy(j->bytes, body.p, body.n);
	if (j->bytes == NULL || all.count == COURIER_MOST ||
	    !courier_get_job((struct span){ j->bytes, body.n }, &j->m)) {
		free(j->bytes);
		free(j);
		return false;
	}
	if (j->m.attachment[0] != '\0')
		j->fd = channel_take_fd(all.monitor);
	j->next = all.jobs;
	all.jobs = j;
	all.count++;
	resolve(j);
	return true;
}

static bool
take_trust(struct span body)
{
	int fd = channel_take_fd(all.monitor);
	bool good = body.n == 1 && body.p[0] < COURIER_TRUSTS;

	if (good)
		job_trust_set(body.p[0], fd);
	if (fd >= 0)
		close(fd);
	return good;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	(void)arg;
	switch (type) {
	case COURIER_TRUST:
		return take_trust(body);
	case COURIER_JOB:
		return take_job(body);
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	event_base_loopbreak(all.base);
}

/* Name servers are read at the start, while files may still be opened: after a
 * name that failed, another life reads them anew. */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	channel_send(all.monitor, COURIER_ALIVE, NULL, 0);
	if (all.stale && all.count == 0) {
		channel_flush(all.monitor);
		event_base_loopbreak(all.base);
	}
}

static bool
prepare(void)
{
	struct channel_calls calls = { on_message, on_closed, NULL };

	all.base = event_base_new();
	if (all.base == NULL || !job_trust_init() || !job_curl_init(all.base) ||
	    !job_mqtt_init(all.base))
		return false;
	all.dns = evdns_base_new(all.base, EVDNS_BASE_INITIALIZE_NAMESERVERS);
	if (all.dns == NULL) /* no name server: /etc/hosts and numbers remain */
		all.dns = evdns_base_new(all.base, 0);
	all.monitor =
	    channel_new(all.base, COURIER_FD_CHANNEL, QUEUE_BYTES, &calls);
	return all.dns != NULL && all.monitor != NULL;
}

int
courier_process_main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct timeval tick = { .tv_sec = ALIVE_S };
	struct event *alive;

	(void)argc;
	(void)argv;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL); /* the monitor ends us */
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-post");
	if (!prepare()) {
		log_error("courier", "can't start");
		return 2;
	}
	if (!confine_enter(&role, "courier"))
		return 2;
	alive = event_new(all.base, -1, EV_PERSIST, on_tick, NULL);
	if (alive == NULL)
		return 2;
	event_add(alive, &tick);
	event_base_dispatch(all.base);
	_exit(0);
}
