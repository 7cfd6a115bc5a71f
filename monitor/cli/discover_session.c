/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/discover_session.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/device_wire.h"
#include "monitor/cli/cli.h"
#include "monitor/fleet/child.h"

#define PROGRAM "camwarden-device"
#define QUEUE_LIMIT (16u << 20)
#define WORDS_MOST 1000u

struct session {
	struct event_base *base;
	struct channel *channel;
	struct discover_found *found;
	bool terminal;
};

/* --- what it says */

/* One more of a list; NULL: no memory. */
static void *
more(void *list, uint32_t *room, uint32_t count, size_t size)
{
	uint32_t wanted = *room > 0 ? *room * 2 : 16;
	void *grown = list;

	if (count < *room)
		return list;
	grown = realloc(list, wanted * size);
	if (grown != NULL)
		*room = wanted;
	return grown;
}

static bool
on_result(struct discover_found *f, struct span body)
{
	struct device_result r;
	struct discover_device *list, *d;

	if (f->count == DEVICE_MOST || !device_get_result(body, &r))
		return false;
	/* All streams of the one before have come. */
	if (f->count > 0 && f->devices[f->count - 1].streams_got !=
				f->devices[f->count - 1].result.stream_count)
		return false;
	list = more(f->devices, &f->room, f->count, sizeof(*list));
	if (list == NULL)
		return false;
	f->devices = list;
	d = &list[f->count];
	*d = (struct discover_device){ .result = r };
	if (r.stream_count > 0 &&
	    (d->streams = calloc(r.stream_count, sizeof(*d->streams))) == NULL)
		return false;
	f->count++;
	return true;
}

static bool
on_stream(struct discover_found *f, struct span body)
{
	struct discover_device *d =
	    f->count > 0 ? &f->devices[f->count - 1] : NULL;

	return d != NULL && d->streams_got < d->result.stream_count &&
	       device_get_stream(body, &d->streams[d->streams_got]) &&
	       ++d->streams_got > 0;
}

static bool
on_word(struct discover_found *f, struct span body)
{
	struct device_word *list;

	if (f->word_count == WORDS_MOST)
		return false;
	list = more(f->words, &f->word_room, f->word_count, sizeof(*list));
	if (list == NULL)
		return false;
	f->words = list;
	return device_get_word(body, &list[f->word_count]) &&
	       ++f->word_count > 0;
}

static void
show_progress(const struct session *s)
{
	const struct device_progress *p = &s->found->progress;

	if (!s->terminal)
		return;
	fprintf(stderr, "\r\033[K");
	if (p->to_search > 0)
		fprintf(stderr, "searching, %u addresses to go; ",
		    p->to_search);
	fprintf(stderr, "%u devices asked, %u under way, %u to go", p->done,
	    p->asked, p->waiting);
	fflush(stderr);
}

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct session *s = arg;
	struct discover_found *f = s->found;

	switch (type) {
	case DEVICE_RESULT:
		return on_result(f, body);
	case DEVICE_STREAM:
		return on_stream(f, body);
	case DEVICE_WORD:
		return on_word(f, body);
	case DEVICE_PROGRESS:
		if (!device_get_progress(body, &f->progress))
			return false;
		show_progress(s);
		return true;
	case DEVICE_END:
		if (body.n != 0)
			return false;
		f->whole = true;
		event_base_loopbreak(s->base);
		return true;
	default:
		return false;
	}
}

static void
on_closed(void *arg, const char *why)
{
	struct session *s = arg;

	cli_say("the process that asks devices was lost: %s", why);
	event_base_loopbreak(s->base);
}

/* What has been told by now counts. */
static void
on_interrupt(evutil_socket_t fd, short what, void *arg)
{
	struct session *s = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(s->base);
}

/* --- what it is told */

static bool
say(struct channel *ch, unsigned type, const struct writer *w)
{
	return !w->bad && channel_send(ch, type, w->start, writer_length(w));
}

static bool
tell_key(struct channel *ch, const struct device_key *key)
{
	struct writer w = channel_scratch();
	bool good;

	device_put_key(&w, key);
	good = say(ch, DEVICE_KEY, &w);
	explicit_bzero(w.start, writer_length(&w));
	return good;
}

static bool
tell(struct channel *ch, const struct discover_ask *ask)
{
	struct writer w = channel_scratch();
	bool good;

	device_put_begin(&w, &ask->begin);
	good = say(ch, DEVICE_BEGIN, &w);
	for (uint32_t i = 0; good && i < ask->key_count; i++)
		good = tell_key(ch, &ask->keys[i]);
	for (uint32_t i = 0; good && i < ask->targets.count; i++) {
		w = channel_scratch();
		device_put_target(&w, &ask->targets.list[i]);
		good = say(ch, DEVICE_TARGET, &w);
	}
	return good && channel_send(ch, DEVICE_GO, NULL, 0);
}

/* --- its life */

/* Its end of the channel; -1. */
static int
start(const char *program_dir, pid_t *pid_out)
{
	char own[PATH_MAX], path[PATH_MAX + sizeof(PROGRAM) + 1];
	int pair[2];

	if (program_dir[0] == '\0' && child_own_folder(own, sizeof(own)) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/" PROGRAM,
	    program_dir[0] != '\0' ? program_dir : own);
	if (access(path, X_OK) != 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		cli_say("%s can't be started", path);
		return -1;
	}

	const struct child_spec spec = { .path = path,
		.name = PROGRAM,
		.fds = &pair[1],
		.fd_count = 1 };

	*pid_out = child_start(&spec);
	close(pair[1]);
	if (*pid_out > 0)
		return pair[0];
	close(pair[0]);
	cli_say("%s can't be started", path);
	return -1;
}

static bool
listen_to(struct session *s, int fd, const struct discover_ask *ask)
{
	const struct channel_calls calls = { .on_message = on_message,
		.on_closed = on_closed,
		.arg = s };
	struct event *stop[2] = { evsignal_new(s->base, SIGINT, on_interrupt,
				      s),
		evsignal_new(s->base, SIGTERM, on_interrupt, s) };
	bool good;

	s->channel = channel_new(s->base, fd, QUEUE_LIMIT, &calls);
	if (s->channel != NULL)
		channel_wipe(s->channel); /* passwords */
	good = s->channel != NULL && stop[0] != NULL && stop[1] != NULL &&
	       event_add(stop[0], NULL) == 0 && event_add(stop[1], NULL) == 0 &&
	       tell(s->channel, ask);
	if (good)
		event_base_dispatch(s->base);
	for (int i = 0; i < 2; i++)
		if (stop[i] != NULL)
			event_free(stop[i]);
	return good;
}

static int
by_address(const void *a, const void *b)
{
	const struct device_result *l =
	    &((const struct discover_device *)a)->result;
	const struct device_result *r =
	    &((const struct discover_device *)b)->result;
	int order = (int)l->address.family - r->address.family;

	if (order == 0)
		order = memcmp(l->address.bytes, r->address.bytes,
		    sizeof(l->address.bytes));
	return order != 0 ? order : (int)l->port - r->port;
}

bool
discover_session(const char *program_dir, const struct discover_ask *ask,
    struct discover_found *out)
{
	struct session s = { .base = event_base_new(),
		.found = out,
		.terminal = isatty(STDERR_FILENO) };
	pid_t pid = 0;
	int fd = s.base != NULL ? start(program_dir, &pid) : -1;
	bool good;

	memset(out, 0, sizeof(*out));
	good = fd >= 0 && listen_to(&s, fd, ask);
	channel_free(&s.channel);
	if (s.base != NULL)
		event_base_free(s.base);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (s.terminal)
		fprintf(stderr, "\r\033[K");
	if (out->count > 0)
		qsort(out->devices, out->count, sizeof(*out->devices),
		    by_address);
	return good;
}

void
discover_found_fini(struct discover_found *f)
{
	for (uint32_t i = 0; i < f->count; i++)
		free(f->devices[i].streams);
	free(f->devices);
	free(f->words);
	memset(f, 0, sizeof(*f));
}
