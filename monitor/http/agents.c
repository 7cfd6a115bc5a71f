/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/http/agents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/keeper.h"
#include "monitor/offspring/offspring.h"

#define QUEUE_BYTES (8u << 20)
#define SILENT_US (10 * US_PER_S) /* without AGENTS_ALIVE: replaced */

struct agents {
	struct agents_calls calls;
	struct keeper *keeper;
	int listen_fd;
	uint16_t port;
	struct agents_configure configure;
	char *certificate, *key; /* owned; "" = no TLS */
};

/* In place of an answer that is too much: one that isn't written whole would
 * end the listener, and so would a queue that is full. */
static void
bound(const struct agents *a, struct agents_answer *answer)
{
	static const char text[] = "too much is asked for; come again";
	const struct channel *ch = keeper_channel(a->keeper);

	if (answer->body.n <= AGENTS_BODY_BYTES &&
	    (ch == NULL ||
		channel_queued(ch) + answer->body.n < QUEUE_BYTES / 2))
		return;
	answer->status = 503;
	answer->picture = false;
	answer->body = (struct span){ (const uint8_t *)text, sizeof(text) - 1 };
}

static void
send_answer(struct agents *a, const struct agents_from *from,
    struct agents_answer *answer)
{
	struct channel *ch = keeper_channel(a->keeper);
	struct writer out = channel_scratch();

	bound(a, answer);
	answer->request = from->request;
	agents_put_answer(&out, answer);
	if (ch != NULL)
		channel_send(ch, AGENTS_ANSWER, out.start, writer_length(&out));
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
		keeper_heard(a->keeper);
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

void
agents_token_put(struct agents *a, const struct agents_token *t)
{
	struct channel *ch = keeper_channel(a->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	agents_put_token(&out, t);
	channel_send(ch, AGENTS_TOKEN, out.start, writer_length(&out));
}

void
agents_tokens_changed(struct agents *a)
{
	struct channel *ch = keeper_channel(a->keeper);

	if (ch == NULL)
		return;
	a->calls.tell_all(a->calls.arg, a);
	channel_send(ch, AGENTS_TOKENS, NULL, 0);
}

static void
send_configure(struct agents *a)
{
	struct channel *ch = keeper_channel(a->keeper);
	struct writer out = channel_scratch();

	if (ch == NULL)
		return;
	agents_put_configure(&out, &a->configure);
	channel_send(ch, AGENTS_CONFIGURE, out.start, writer_length(&out));
}

/* The files that the process needs and may not open. */
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

static int
on_need(void *arg, int fds_out[KEEPER_FDS], const char **argument_out)
{
	struct agents *a = arg;

	fds_out[0] = offspring_copy(a->listen_fd);
	if (fds_out[0] < 0)
		return -1;
	if (a->certificate[0] == '\0')
		return 1;
	*argument_out = "tls";
	if (open_files(a->certificate, a->key, fds_out + 1))
		return 3;
	close(fds_out[0]);
	return -1;
}

static void
on_start(void *arg, struct channel *ch)
{
	struct agents *a = arg;

	(void)ch;
	send_configure(a);
	agents_tokens_changed(a);
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
	static const struct keeper_spec spec = { .room = "agents",
		.what = "the agents' listener",
		.role = "_agents",
		.queue_bytes = QUEUE_BYTES,
		.silent_us = SILENT_US };
	struct agents *a = calloc(1, sizeof(*a));
	struct keeper_calls kept = { .on_message = on_message,
		.on_start = on_start,
		.on_need = on_need,
		.arg = a };

	*error_out = NULL;
	if (a == NULL)
		return NULL;
	a->calls = *calls;
	a->port = set->port;
	take_settings(a, set);
	a->listen_fd = offspring_listen(set->address, &a->port);
	if (a->listen_fd < 0 &&
	    asprintf(error_out, "agents.address %s, agents.port %u: %s",
		set->address, set->port, strerror(errno)) < 0)
		*error_out = NULL;
	a->keeper = keeper_new(base, &spec, &kept);
	if (a->listen_fd < 0 || a->keeper == NULL || a->certificate == NULL ||
	    a->key == NULL) {
		agents_free(&a);
		return NULL;
	}
	keeper_restart(a->keeper);
	return a;
}

void
agents_free(struct agents **ap)
{
	struct agents *a = *ap;

	if (a == NULL)
		return;
	*ap = NULL;
	keeper_free(&a->keeper);
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
	if (keeper_channel(a->keeper) != NULL && !usable(set)) {
		log_error("agents",
		    "agents.certificate, agents.key: not a certificate and "
		    "its key in PEM; the listener keeps those it has");
		a->configure.connections = set->connections;
		a->configure.per_address = set->per_address;
		send_configure(a);
		return;
	}
	take_settings(a, set);
	keeper_restart(a->keeper);
}

uint16_t
agents_port(const struct agents *a)
{
	return a->port;
}
