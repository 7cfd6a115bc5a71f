/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/offspring/keeper.h"

#include <stdlib.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/offspring/offspring.h"

#define TICK_US (1 * US_PER_S)
#define RESTART_US (1 * US_PER_S)
#define RESTART_MOST_US (8 * US_PER_S) /* after failures one upon another */

struct keeper {
	struct event_base *base;
	struct keeper_spec spec;
	struct keeper_calls calls;
	struct event *tick;
	struct channel *ch; /* NULL while there is no process */
	pid_t pid;
	int64_t started_us, heard_us;
	int64_t ticked_us; /* we looked last */
	int64_t rest_us;   /* before it is started again */
};

static void
drop(struct keeper *k)
{
	bool stood = k->ch != NULL;

	channel_free(&k->ch);
	offspring_end(&k->pid);
	if (stood && k->calls.on_lost != NULL)
		k->calls.on_lost(k->calls.arg);
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct keeper *k = arg;

	return k->calls.on_message(k->calls.arg, type, body);
}

static void
on_closed(void *arg, const char *why)
{
	struct keeper *k = arg;

	log_error(k->spec.room, "%s is lost (%s)", k->spec.what, why);
	drop(k); /* the tick starts another */
}

/* The child's descriptors: its end of the channel, then what it needs. */
static int
gather(struct keeper *k, int *fds, const char **argument)
{
	int more = 0;

	*argument = NULL;
	if (k->calls.on_need != NULL)
		more = k->calls.on_need(k->calls.arg, fds + 1, argument);
	return more < 0 ? -1 : more + 1;
}

static void
start(struct keeper *k)
{
	struct channel_calls calls = { on_message, on_closed, k };
	int pair[2], fds[1 + KEEPER_FDS], count;
	const char *argument;

	k->started_us = k->heard_us = clock_mono_us();
	k->rest_us =
	    k->rest_us * 2 < RESTART_MOST_US ? k->rest_us * 2 : RESTART_MOST_US;
	if (!offspring_pair(pair))
		return;
	fds[0] = pair[0];
	count = gather(k, fds, &argument);
	if (count > 0)
		k->pid = offspring_spawn(k->spec.role, argument, fds, count);
	close(pair[0]);
	for (int i = 1; i < count; i++)
		close(fds[i]);
	if (k->pid != 0)
		k->ch =
		    channel_new(k->base, pair[1], k->spec.queue_bytes, &calls);
	if (k->ch == NULL) {
		close(pair[1]);
		offspring_end(&k->pid);
		return;
	}
	k->calls.on_start(k->calls.arg, k->ch);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct keeper *k = arg;
	int64_t now = clock_mono_us();

	int64_t late = now - k->ticked_us - TICK_US;

	(void)fd;
	(void)what;
	k->ticked_us = now;
	/* What we slept through ourselves is nobody's silence. */
	if (late > 0)
		k->heard_us =
		    k->heard_us + late < now ? k->heard_us + late : now;
	if (k->ch != NULL && now - k->heard_us > k->spec.silent_us) {
		log_error(k->spec.room, "%s hangs; it is replaced",
		    k->spec.what);
		drop(k);
	}
	if (k->ch == NULL && now - k->started_us >= k->rest_us)
		start(k);
}

struct keeper *
keeper_new(struct event_base *base, const struct keeper_spec *spec,
    const struct keeper_calls *calls)
{
	static const struct timeval every = { .tv_sec = TICK_US / US_PER_S };
	struct keeper *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return NULL;
	k->base = base;
	k->spec = *spec;
	k->calls = *calls;
	k->rest_us = RESTART_US;
	k->tick = event_new(base, -1, EV_PERSIST, on_tick, k);
	if (k->tick == NULL) {
		free(k);
		return NULL;
	}
	k->ticked_us = clock_mono_us();
	event_add(k->tick, &every);
	return k;
}

void
keeper_free(struct keeper **kp)
{
	struct keeper *k = *kp;

	if (k == NULL)
		return;
	*kp = NULL;
	k->calls.on_lost = NULL; /* its owner is about to go too */
	drop(k);
	event_free(k->tick);
	free(k);
}

struct channel *
keeper_channel(const struct keeper *k)
{
	return k->ch;
}

void
keeper_heard(struct keeper *k)
{
	k->heard_us = clock_mono_us();
	k->rest_us = RESTART_US;
}

void
keeper_restart(struct keeper *k)
{
	k->rest_us = RESTART_US;
	drop(k);
	start(k);
}
