/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/agents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/offspring.h"

#define QUEUE_BYTES (8u << 20)
#define SILENT_US (10 * US_PER_S) /* without AGENTS_ALIVE: replaced */
#define RESTART_US (1 * US_PER_S)
#define RESTART_MOST_US (8 * US_PER_S) /* after failures one upon another */

struct agents {
	struct event_base *base;
	struct agents_calls calls;
	struct event *tick;
	struct channel *ch; /* NULL while there is no process */
	pid_t pid;
	int listen_fd;
	uint16_t port;
	int64_t started_us, alive_us;
	int64_t rest_us; /* before it is started again */
	struct agents_configure configure;
	char *certificate, *key; /* owned; "" = no TLS */
};

static void
drop(struct agents *a)
{
	channel_free(&a->ch);
	offspring_end(&a->pid);
}

/* In place of an answer that is too much: one that isn't written whole would
 * end the listener, and so would a queue that is full. */
static void
bound(const struct agents *a, struct agents_answer *answer)
{
	static const char text[] = "too much is asked for; come again";

	if (answer->body.n <= AGENTS_BODY_BYTES &&
	    (a->ch == NULL ||
		channel_queued(a->ch) + answer->body.n < QUEUE_BYTES / 2))
		return;
	answer->status = 503;
	answer->picture = false;
	answer->body = (struct span){ (const uint8_t *)text, sizeof(text) - 1 };
}

static void
send_answer(struct agents *a, const struct agents_from *from,
    struct agents_answer *answer)
{
	struct writer out = channel_scratch();

	bound(a, answer);
	answer->request = from->request;
	agents_put_answer(&out, answer);
	if (a->ch != NULL)
		channel_send(a->ch, AGENTS_ANSWER, out.start,
		    writer_length(&out));
}

static bool
on_heartbeat(struct agents *a, struct span body)
{
	static struct heartbeat hb; /* large; one thread */
	struct agents_answer answer = { .status = 500 };
	struct agents_from from;

	if (!agents_get_heartbeat(body, &from, &hb))
		return false;
	a->calls.heartbeat(a->calls.arg, &from, &hb, &answer);
	send_answer(a, &from, &answer);
	return true;
}

static bool
on_views(struct agents *a, struct span body)
{
	static struct agents_views views; /* large; one thread */
	struct agents_answer answer = { .status = 500 };
	struct agents_from from;

	if (!agents_get_views(body, &from, &views))
		return false;
	a->calls.views(a->calls.arg, &from, &views, &answer);
	send_answer(a, &from, &answer);
	return true;
}

static bool
on_ask(struct agents *a, struct span body)
{
	struct agents_answer answer = { .status = 500 };
	struct agents_from from;
	struct agents_ask ask;

	if (!agents_get_ask(body, &from, &ask))
		return false;
	a->calls.ask(a->calls.arg, &from, &ask, &answer);
	send_answer(a, &from, &answer);
	return true;
}

static bool
on_reply(struct agents *a, struct span body)
{
	struct agents_answer answer = { .status = 500 };
	struct agents_from from;
	struct agents_reply reply;

	if (!agents_get_reply(body, &from, &reply))
		return false;
	a->calls.reply(a->calls.arg, &from, &reply, &answer);
	send_answer(a, &from, &answer);
	return true;
}

static bool
on_dispute(struct agents *a, struct span body)
{
	struct agents_answer answer = { .status = 500 };
	struct agents_dispute dispute;
	struct agents_from from;

	if (!agents_get_dispute(body, &from, &dispute))
		return false;
	a->calls.dispute(a->calls.arg, &from, &dispute, &answer);
	send_answer(a, &from, &answer);
	return true;
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct agents *a = arg;
	struct agents_alive alive;
	struct agents_refused refused;

	switch (type) {
	case AGENTS_ALIVE:
		a->alive_us = clock_mono_us();
		a->rest_us = RESTART_US;
		return agents_get_alive(body, &alive);
	case AGENTS_HEARTBEAT:
		return on_heartbeat(a, body);
	case AGENTS_VIEWS:
		return on_views(a, body);
	case AGENTS_ASK:
		return on_ask(a, body);
	case AGENTS_REPLY:
		return on_reply(a, body);
	case AGENTS_DISPUTE:
		return on_dispute(a, body);
	case AGENTS_REFUSED:
		if (!agents_get_refused(body, &refused))
			return false;
		a->calls.refused(a->calls.arg, &refused);
		return true;
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct agents *a = arg;

	log_error("agents", "the agents' listener is lost (%s)", why);
	drop(a); /* the tick starts another */
}

void
agents_token_put(struct agents *a, const struct agents_token *t)
{
	struct writer out = channel_scratch();

	if (a->ch == NULL)
		return;
	agents_put_token(&out, t);
	channel_send(a->ch, AGENTS_TOKEN, out.start, writer_length(&out));
}

void
agents_tokens_changed(struct agents *a)
{
	if (a->ch == NULL)
		return;
	a->calls.tell_all(a->calls.arg, a);
	channel_send(a->ch, AGENTS_TOKENS, NULL, 0);
}

static void
send_configure(struct agents *a)
{
	struct writer out = channel_scratch();

	if (a->ch == NULL)
		return;
	agents_put_configure(&out, &a->configure);
	channel_send(a->ch, AGENTS_CONFIGURE, out.start, writer_length(&out));
}

/* The files that the process needs and may not open; fds[2], [3]. */
static bool
open_files(const char *certificate, const char *key, int *fds)
{
	const char *const names[] = { certificate, key };

	for (int i = 0; i < 2; i++) {
		fds[i] = open(names[i], O_RDONLY | O_CLOEXEC);
		if (fds[i] >= 0)
			fds[i] = offspring_fd(fds[i]);
		if (fds[i] >= 0)
			continue;
		log_error("agents", "%s: %s", names[i], strerror(errno));
		if (i == 1)
			close(fds[0]);
		return false;
	}
	return true;
}

static void
start(struct agents *a)
{
	struct channel_calls calls = { on_message, on_closed, a };
	int pair[2], fds[4], count = a->certificate[0] != '\0' ? 4 : 2;

	a->started_us = a->alive_us = clock_mono_us();
	a->rest_us =
	    a->rest_us * 2 < RESTART_MOST_US ? a->rest_us * 2 : RESTART_MOST_US;
	if (!offspring_pair(pair))
		return;
	fds[0] = pair[0];
	fds[1] = a->listen_fd;
	if (count == 4 && !open_files(a->certificate, a->key, fds + 2)) {
		close(pair[0]);
		close(pair[1]);
		return;
	}
	a->pid =
	    offspring_spawn("_agents", count == 4 ? "tls" : NULL, fds, count);
	close(pair[0]);
	for (int i = 2; i < count; i++)
		close(fds[i]);
	if (a->pid != 0)
		a->ch = channel_new(a->base, pair[1], QUEUE_BYTES, &calls);
	if (a->ch == NULL) {
		close(pair[1]);
		offspring_end(&a->pid);
		return;
	}
	send_configure(a);
	agents_tokens_changed(a);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct agents *a = arg;
	int64_t now = clock_mono_us();

	(void)fd;
	(void)what;
	if (a->ch != NULL && now - a->alive_us > SILENT_US) {
		log_error("agents", "the agents' listener hangs; it is "
				    "replaced");
		drop(a);
	}
	if (a->ch == NULL && now - a->started_us >= a->rest_us)
		start(a);
}

static void
take_settings(struct agents *a, const struct agents_settings *set)
{
	free(a->certificate);
	free(a->key);
	a->certificate = strdup(set->certificate);
	a->key = strdup(set->key);
	a->configure.connections = set->connections;
	a->configure.per_address = set->per_address;
}

struct agents *
agents_new(struct event_base *base, const struct agents_settings *set,
    const struct agents_calls *calls, char **error_out)
{
	static const struct timeval second = { .tv_sec = 1 };
	struct agents *a = calloc(1, sizeof(*a));

	*error_out = NULL;
	if (a == NULL)
		return NULL;
	a->base = base;
	a->calls = *calls;
	a->port = set->port;
	a->rest_us = RESTART_US;
	take_settings(a, set);
	a->listen_fd = offspring_listen(set->address, &a->port);
	if (a->listen_fd < 0 &&
	    asprintf(error_out, "agents.address %s, agents.port %u: %s",
		set->address, set->port, strerror(errno)) < 0)
		*error_out = NULL;
	a->tick = event_new(base, -1, EV_PERSIST, on_tick, a);
	if (a->listen_fd < 0 || a->tick == NULL || a->certificate == NULL ||
	    a->key == NULL) {
		agents_free(&a);
		return NULL;
	}
	event_add(a->tick, &second);
	start(a);
	return a;
}

void
agents_free(struct agents **ap)
{
	struct agents *a = *ap;

	if (a == NULL)
		return;
	*ap = NULL;
	drop(a);
	if (a->tick != NULL)
		event_free(a->tick);
	if (a->listen_fd >= 0)
		close(a->listen_fd);
	free(a->certificate);
	free(a->key);
	free(a);
}

static bool
usable(const struct agents_settings *set)
{
	int fds[2];

	return set->certificate[0] == '\0' ||
	       (open_files(set->certificate, set->key, fds) &&
		   agents_material_good(fds[0], fds[1]));
}

/* The certificates are the process's from its start on: another takes over
 * the listening socket; agents come again within seconds. */
void
agents_reload(struct agents *a, const struct agents_settings *set)
{
	if (a->ch != NULL && !usable(set)) {
		log_error("agents",
		    "agents.certificate, agents.key: not a certificate and "
		    "its key in PEM; the listener keeps those it has");
		a->configure.connections = set->connections;
		a->configure.per_address = set->per_address;
		send_configure(a);
		return;
	}
	take_settings(a, set);
	a->rest_us = RESTART_US;
	drop(a);
	start(a);
}

uint16_t
agents_port(const struct agents *a)
{
	return a->port;
}
