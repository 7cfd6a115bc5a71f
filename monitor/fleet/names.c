/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/fleet/names.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/address.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"
#include "monitor/fleet/child.h"
#include "monitor/fleet/resolver.h"

#define RESOLVERS 4u /* one slow name must not hold up the others */
#define DEADLINE_US (8 * US_PER_S) /* past glibc's first retry */
#define FRESH_US (60 * US_PER_S)
#define RETRY_S 1 /* until a resolver is tried again that can't be had */
#define FAILED_US (5 * US_PER_S) /* a failure is believed that long */
#define HASH 4096u
#define HOSTS_MAX (2u * LIMIT_FEEDS)
#define WAITERS_MAX (4u * LIMIT_FEEDS)
#define SWEEP_US (1 * US_PER_S) /* room is not made oftener */
#define OLD_US (86400 * US_PER_S)

struct waiter {
	STAILQ_ENTRY(waiter) next;
	uint64_t tag;
};

enum host_state { HOST_IDLE, HOST_QUEUED, HOST_ASKED };

struct host {
	struct host *chain;	  /* of its hash */
	STAILQ_ENTRY(host) queue; /* while QUEUED */
	STAILQ_HEAD(, waiter) waiters;
	enum host_state state;
	bool own;	  /* the inventory names it, not a camera alone */
	bool answering;	  /* those told may ask, and room be made for it */
	int64_t asked_us; /* last, by anybody */
	int64_t until_us; /* the answer is believed till then */
	uint32_t count;	  /* of the last good answer */
	bool failed;	  /* the last answer was none */
	bool silent;	  /* since nobody answered */
	struct wire_address addresses[LIMIT_ADDRESSES];
	char name[LIMIT_HOST_BYTES];
};

struct resolver {
	struct names *n;
	pid_t pid; /* 0 = not started */
	int fd;
	struct event *readable; /* also its deadline */
	struct host *host;	/* being asked, NULL = idle */
};

struct names {
	struct event_base *base;
	char *program;
	names_fn *answer;
	void *arg;
	struct event *kick; /* answers from the cache come from the loop */
	struct host *hash[HASH];
	uint32_t hosts;
	int64_t swept_us; /* room was last made; 0 = never */
	uint32_t waiting;
	STAILQ_HEAD(, host) queue;
	STAILQ_HEAD(, host) ready; /* fresh, with waiters (uses `queue`) */
	struct resolver resolvers[RESOLVERS];
	pid_t killed[RESOLVERS * 8]; /* to be reaped */
};

static void dispatch(struct names *n);

static uint32_t
hash_of(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h % HASH;
}

bool
names_literal(const char *host)
{
	struct wire_address any;

	return host[0] == '[' || address_parse(host, &any);
}

/* Letters, digits, hyphen, dot, underscore: what a resolver may be given. */
static bool
plausible(const char *host)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t n = strlen(host);

	return n > 0 && n < LIMIT_HOST_BYTES && host[0] != '-' &&
	       strspn(host, good) == n;
}

/* Those whom nobody waits for and that are not the inventory's, or that are
 * old. How many there were. */
static uint32_t
forget(struct names *n, bool own, int64_t before_us)
{
	uint32_t count = n->hosts;

	for (uint32_t h = 0; h < HASH; h++)
		for (struct host **at = &n->hash[h]; *at != NULL;) {
			struct host *e = *at;

			if (e->state != HOST_IDLE || e->answering ||
			    (e->own && !own) || e->asked_us >= before_us) {
				at = &e->chain;
				continue;
			}
			*at = e->chain;
			free(e);
			n->hosts--;
		}
	return count - n->hosts;
}

/* A camera that leads to another name each time must not keep those out that
 * the inventory names later. */
static void
make_room(struct names *n)
{
	int64_t now = clock_mono_us();

	if (n->swept_us != 0 && now - n->swept_us < SWEEP_US)
		return;
	n->swept_us = now;
	if (forget(n, false, now) == 0)
		forget(n, true, now - OLD_US);
}

static struct host *
host_get(struct names *n, const char *name)
{
	uint32_t h = hash_of(name);

	for (struct host *e = n->hash[h]; e != NULL; e = e->chain)
		if (strcmp(e->name, name) == 0)
			return e;

	if (n->hosts >= HOSTS_MAX)
		make_room(n);

	struct host *e = n->hosts < HOSTS_MAX ? calloc(1, sizeof(*e)) : NULL;

	if (e == NULL)
		return NULL;
	snprintf(e->name, sizeof(e->name), "%s", name);
	STAILQ_INIT(&e->waiters);
	e->chain = n->hash[h];
	n->hash[h] = e;
	n->hosts++;
	return e;
}

static void
answer_all(struct names *n, struct host *e)
{
	/* The last good answer stands in for a failed one. */
	struct wire_resolved answer = { .silent = e->silent,
		.address_count = e->count };
	struct waiter *w;

	memcpy(answer.host, e->name, sizeof(answer.host));
	memcpy(answer.addresses, e->addresses, sizeof(answer.addresses));
	e->answering = true;
	while ((w = STAILQ_FIRST(&e->waiters)) != NULL) {
		uint64_t tag = w->tag;

		STAILQ_REMOVE_HEAD(&e->waiters, next);
		free(w);
		n->waiting--;
		n->answer(n->arg, tag, &answer);
	}
	e->answering = false;
}

static void
settle(struct names *n, struct host *e, const struct wire_resolved *got)
{
	bool ok = got != NULL && got->address_count > 0;

	if (ok) {
		e->count = got->address_count;
		memcpy(e->addresses, got->addresses, sizeof(e->addresses));
	}
	if (e->failed == ok)
		log_info("names", "host=%s %s", e->name,
		    ok	       ? "resolves again"
		    : e->count ? "does not resolve; using the last answer"
			       : "does not resolve");
	e->failed = !ok;
	e->silent = got == NULL || got->silent;
	e->until_us = clock_mono_us() + (ok ? FRESH_US : FAILED_US);
	e->state = HOST_IDLE;
	answer_all(n, e);
}

static void
resolver_close(struct resolver *r)
{
	struct names *n = r->n;

	if (r->pid == 0)
		return;
	if (r->readable != NULL)
		event_free(r->readable);
	close(r->fd);
	kill(r->pid, SIGKILL);
	for (size_t i = 0; i < sizeof(n->killed) / sizeof(n->killed[0]); i++)
		if (n->killed[i] == 0) {
			n->killed[i] = r->pid;
			break;
		}
	r->pid = 0;
}

static void
resolver_on_event(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *r = arg;
	struct host *e = r->host;
	struct wire_resolved got;
	uint8_t body[1024];
	ssize_t n = -1;

	if ((what & EV_READ) != 0)
		n = recv(fd, body, sizeof(body), MSG_DONTWAIT);

	bool good = n > 0 && e != NULL &&
		    wire_get_resolved((struct span){ body, (size_t)n }, &got) &&
		    strcmp(got.host, e->name) == 0;

	if (!good)
		resolver_close(r);
	r->host = NULL;
	if (e != NULL)
		settle(r->n, e, good ? &got : NULL);
	dispatch(r->n);
}

static bool
resolver_open(struct resolver *r)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return false;

	const struct child_spec spec = { .path = r->n->program,
		.name = "camwarden-resolver",
		.argument = RESOLVER_COMMAND,
		.fds = &pair[1],
		.fd_count = 1 };
	pid_t pid = child_start(&spec);

	close(pair[1]);
	if (pid <= 0) {
		close(pair[0]);
		return false;
	}
	r->pid = pid;
	r->fd = pair[0];
	r->readable = event_new(r->n->base, r->fd, EV_READ | EV_PERSIST,
	    resolver_on_event, r);
	if (r->readable == NULL)
		resolver_close(r);
	return r->pid != 0;
}

static bool
resolver_give(struct resolver *r, struct host *e)
{
	static const struct timeval deadline = { DEADLINE_US / US_PER_S, 0 };
	struct wire_resolve ask = { 0 };
	uint8_t body[512];
	struct writer w = writer_of(body, sizeof(body));

	if (r->pid == 0 && !resolver_open(r))
		return false;
	memcpy(ask.host, e->name, sizeof(ask.host));
	wire_put_resolve(&w, &ask);
	if (send(r->fd, body, writer_length(&w), MSG_DONTWAIT | MSG_NOSIGNAL) <
	    0) {
		resolver_close(r);
		return false;
	}
	event_add(r->readable, &deadline);
	r->host = e;
	e->state = HOST_ASKED;
	return true;
}

/* Gives queued names to idle resolvers. */
static void
dispatch(struct names *n)
{
	for (uint32_t i = 0; i < RESOLVERS; i++) {
		struct resolver *r = &n->resolvers[i];
		struct host *e = STAILQ_FIRST(&n->queue);

		if (e == NULL)
			return;
		if (r->host != NULL)
			continue;
		bool given = resolver_give(r, e);

		/* Our own want (descriptors, processes) is no word on the
		 * name. */
		if (!given && e->count == 0) {
			static const struct timeval moment = { RETRY_S, 0 };

			event_add(n->kick, &moment);
			return;
		}
		STAILQ_REMOVE_HEAD(&n->queue, queue);
		if (!given)
			settle(n, e, NULL);
	}
}

static void
on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct names *n = arg;
	struct host *e;

	(void)fd;
	(void)what;
	while ((e = STAILQ_FIRST(&n->ready)) != NULL) {
		STAILQ_REMOVE_HEAD(&n->ready, queue);
		e->state = HOST_IDLE;
		answer_all(n, e);
	}
	dispatch(n);
}

bool
names_ask(struct names *n, const char *host, bool own, uint64_t tag)
{
	struct host *e;
	struct waiter *w;

	if (!plausible(host) || n->waiting >= WAITERS_MAX)
		return false;
	e = host_get(n, host);
	w = e != NULL ? malloc(sizeof(*w)) : NULL;
	if (w == NULL)
		return false;
	w->tag = tag;
	e->own |= own;
	e->asked_us = clock_mono_us();
	STAILQ_INSERT_TAIL(&e->waiters, w, next);
	n->waiting++;
	if (e->state == HOST_IDLE) {
		e->state = HOST_QUEUED;
		if (clock_mono_us() < e->until_us)
			STAILQ_INSERT_TAIL(&n->ready, e, queue);
		else
			STAILQ_INSERT_TAIL(&n->queue, e, queue);
	}
	event_active(n->kick, EV_TIMEOUT, 1);
	return true;
}

void
names_reap(struct names *n)
{
	for (size_t i = 0; i < sizeof(n->killed) / sizeof(n->killed[0]); i++)
		if (n->killed[i] != 0 &&
		    waitpid(n->killed[i], NULL, WNOHANG) != 0)
			n->killed[i] = 0;
}

struct names *
names_new(struct event_base *base, const char *program, names_fn *answer,
    void *arg)
{
	struct names *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->base = base;
	n->answer = answer;
	n->arg = arg;
	STAILQ_INIT(&n->queue);
	STAILQ_INIT(&n->ready);
	for (uint32_t i = 0; i < RESOLVERS; i++)
		n->resolvers[i].n = n;
	n->program = strdup(program);
	n->kick = event_new(base, -1, 0, on_kick, n);
	if (n->program == NULL || n->kick == NULL)
		names_free(&n);
	return n;
}

static void
host_free(struct host *e)
{
	struct waiter *w;

	while ((w = STAILQ_FIRST(&e->waiters)) != NULL) {
		STAILQ_REMOVE_HEAD(&e->waiters, next);
		free(w);
	}
	free(e);
}

void
names_free(struct names **np)
{
	struct names *n = *np;

	*np = NULL;
	if (n == NULL)
		return;
	for (uint32_t i = 0; i < RESOLVERS; i++)
		resolver_close(&n->resolvers[i]);
	for (size_t i = 0; i < sizeof(n->killed) / sizeof(n->killed[0]); i++)
		if (n->killed[i] != 0)
			waitpid(n->killed[i], NULL, 0);
	for (uint32_t h = 0; h < HASH; h++)
		while (n->hash[h] != NULL) {
			struct host *e = n->hash[h];

			n->hash[h] = e->chain;
			host_free(e);
		}
	if (n->kick != NULL)
		event_free(n->kick);
	free(n->program);
	free(n);
}
