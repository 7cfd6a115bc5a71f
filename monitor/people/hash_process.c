/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `camwarden _hash`: one password at a time, and nothing of it is kept. Its
 * only descriptor is the monitor's channel. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/confine.h"
#include "common/log.h"
#include "monitor/people/hash.h"
#include "monitor/people/hash_wire.h"
#include "monitor/people/hasher.h"

#define QUEUE_BYTES (64u << 10)
#define ALIVE_S 2
#define NICE 5 /* feeds go before log-ins */
#define MEMORY_BYTES ((size_t)1 << 30)

static const struct confine role = { .nobody = true,
	.memory_bytes = MEMORY_BYTES,
	.files = 32 };

_Static_assert(HASHER_LETTERS_BYTES == HASH_LETTERS_BYTES &&
		   HASH_OUT_BYTES == HASH_LETTERS_BYTES,
    "the same");

static struct event_base *base;
static struct channel *monitor;

static bool
work(const struct hash_job *job, struct hash_done *out)
{
	return job->letters[0] != '\0' ? hash_is(job->letters, job->password)
				       : hash_make(job->password, out->letters);
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct hash_job job;
	struct hash_done done = { 0 };
	struct writer w;

	(void)arg;
	if (type != HASH_JOB || !hash_get_job(body, &job))
		return false;
	done.id = job.id;
	done.good = work(&job, &done);
	explicit_bzero(&job, sizeof(job));
	w = channel_scratch();
	hash_put_done(&w, &done);
	channel_send(monitor, HASH_DONE, w.start, writer_length(&w));
	explicit_bzero(&done, sizeof(done));
	explicit_bzero(w.start, writer_length(&w));
	return true;
}

static void
on_closed(void *arg, const char *why)
{
	(void)arg;
	(void)why;
	event_base_loopbreak(base);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	channel_send(monitor, HASH_ALIVE, NULL, 0);
}

static bool
prepare(void)
{
	static const struct timeval tick = { .tv_sec = ALIVE_S };
	struct channel_calls calls = { on_message, on_closed, NULL };
	struct event *alive;

	if (!hash_ready())
		return false;
	base = event_base_new();
	if (base == NULL)
		return false;
	monitor = channel_new(base, HASH_FD_CHANNEL, QUEUE_BYTES, &calls);
	alive = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	if (monitor == NULL || alive == NULL)
		return false;
	channel_wipe(monitor);
	event_add(alive, &tick);
	return true;
}

int
hash_process_main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)argc;
	(void)argv;
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGINT, &ignore, NULL); /* the monitor ends us */
	sigaction(SIGHUP, &ignore, NULL);
	prctl(PR_SET_NAME, "camwarden-hash");
	setpriority(PRIO_PROCESS, 0, NICE);
	if (!prepare()) {
		log_error("people", "can't start");
		return 2;
	}
	if (!confine_enter(&role, "people"))
		return 2;
	event_base_dispatch(base);
	_exit(0);
}
