/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/cli/control_commands.h"
#include "monitor/cli/control_frame.h"
#include "monitor/cli/who.h"

#define READ_BYTES 65536u
#define TOLD_US (60 * US_PER_S)
#define HELD_BYTES (128u << 20) /* of questions, over all clients */

/* One connection, one question, one answer. While the monitor works on the
 * question the client may vanish: then it lives on without bev until the
 * answer comes. */
struct client {
	TAILQ_ENTRY(client) entry;
	struct control *control; /* NULL once the server is gone */
	struct bufferevent *bev; /* NULL once the connection is gone */
	struct event *deadline;
	struct control_frame frame;
	bool busy; /* its question is with the monitor */
	bool answered;
	const char *actor;
};

TAILQ_HEAD(client_list, client);

struct control {
	struct event_base *base;
	struct monitor *monitor;
	struct evconnlistener *listener;
	struct event *again; /* lets the listener try, after accept failed */
	int64_t told_us;     /* of that, and not again before */
	struct client_list clients;
	unsigned count;
	char path[108];
	uid_t uid;
	char actor_own[WHO_BYTES];
	char actor_root[WHO_BYTES];
};

static void
client_drop(struct client *c)
{
	if (c->bev != NULL) {
		bufferevent_free(c->bev);
		c->bev = NULL;
	}
	if (c->deadline != NULL) {
		event_free(c->deadline);
		c->deadline = NULL;
	}
	if (c->busy)
		return; /* freed by on_answer */
	if (c->control != NULL) {
		TAILQ_REMOVE(&c->control->clients, c, entry);
		c->control->count--;
		evconnlistener_enable(c->control->listener);
	}
	control_frame_fini(&c->frame);
	free(c);
}

static void
send_json(struct client *c, const json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);
	uint8_t head[CONTROL_HEAD_BYTES];

	if (text == NULL) {
		client_drop(c);
		return;
	}
	control_frame_head(head, (uint32_t)strlen(text), 0);
	c->answered = true;
	bufferevent_write(c->bev, head, sizeof(head));
	bufferevent_write(c->bev, text, strlen(text));
	free(text);
}

static void
on_answer(void *arg, json_t *answer)
{
	struct client *c = arg;

	c->busy = false;
	control_frame_fini(&c->frame);
	if (c->bev == NULL)
		client_drop(c);
	else
		send_json(c, answer);
	json_decref(answer);
}

static void
refuse(struct client *c, const char *why)
{
	json_t *answer = json_pack("{s:b, s:s}", "ok", 0, "error", why);

	bufferevent_disable(c->bev, EV_READ);
	send_json(c, answer);
	json_decref(answer);
}

static void
hand_over(struct client *c)
{
	struct control_question q = {
		.json = control_frame_json(&c->frame),
		.json_length = c->frame.json_length,
		.blob = control_frame_blob(&c->frame),
		.blob_length = c->frame.blob_length,
		.actor = c->actor,
	};

	bufferevent_disable(c->bev, EV_READ);
	c->busy = true;
	control_command(c->control->monitor, &q, on_answer, c);
}

static size_t
held(const struct control *control)
{
	const struct client *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &control->clients, entry)
	n += c->frame.size;
	return n;
}

static void
on_readable(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	enum control_parse r = CONTROL_MORE;
	char bytes[16384];
	size_t n, used;

	while (r == CONTROL_MORE &&
	       (n = bufferevent_read(bev, bytes, sizeof(bytes))) > 0)
		r = control_frame_feed(&c->frame, bytes, n, &used);
	switch (r) {
	case CONTROL_MORE:
		if (held(c->control) > HELD_BYTES)
			refuse(c, "too many imports at once; try again");
		break;
	case CONTROL_DONE:
		hand_over(c);
		break;
	case CONTROL_BAD_MAGIC:
		client_drop(c); /* whatever it talks, it is not this */
		break;
	case CONTROL_TOO_LONG:
		refuse(c, "the question is too long (an import has at most "
			  "64 MiB)");
		break;
	case CONTROL_NO_MEMORY:
		refuse(c, "memory is out");
		break;
	}
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	if (c->answered &&
	    evbuffer_get_length(bufferevent_get_output(bev)) == 0)
		client_drop(c);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	client_drop(arg);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_drop(arg);
}

/* "unix:name" of a peer that may ask, NULL for others. */
static const char *
actor_of(const struct control *control, int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
		return NULL;
	if (peer.uid == control->uid)
		return control->actor_own;
	return peer.uid == 0 ? control->actor_root : NULL;
}

static bool
client_new(struct control *control, int fd, const char *actor)
{
	static const struct timeval life = { .tv_sec = CONTROL_SECONDS };
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return false;
	c->control = control;
	c->actor = actor;
	control_frame_init(&c->frame, CONTROL_ASK_JSON_BYTES,
	    CONTROL_BLOB_BYTES);
	TAILQ_INSERT_TAIL(&control->clients, c, entry);
	if (++control->count == CONTROL_CLIENTS)
		evconnlistener_disable(control->listener);
	c->bev =
	    bufferevent_socket_new(control->base, fd, BEV_OPT_CLOSE_ON_FREE);
	c->deadline = evtimer_new(control->base, on_deadline, c);
	if (c->bev == NULL || c->deadline == NULL) {
		if (c->bev == NULL)
			close(fd);
		client_drop(c);
		return true;
	}
	bufferevent_setcb(c->bev, on_readable, on_written, on_event, c);
	bufferevent_setwatermark(c->bev, EV_READ, 0, READ_BYTES);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	evtimer_add(c->deadline, &life);
	return true;
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
    int length, void *arg)
{
	struct control *control = arg;
	const char *actor = actor_of(control, fd);

	(void)l;
	(void)sa;
	(void)length;
	/* The listener may still hand out what it had accepted. */
	if (actor == NULL || control->count >= CONTROL_CLIENTS ||
	    !client_new(control, fd, actor))
		close(fd);
}

/* Without a descriptor left accept would fail at once again while somebody
 * waits, and the loop spin. */
static void
on_accept_error(struct evconnlistener *l, void *arg)
{
	static const struct timeval moment = { .tv_usec = 250000 };
	struct control *control = arg;
	int64_t now = clock_mono_us();
	int error = errno;

	evconnlistener_disable(l);
	evtimer_add(control->again, &moment);
	if (now < control->told_us)
		return;
	control->told_us = now + TOLD_US;
	log_warn("control", "whoever asks must wait: %s", strerror(error));
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	if (control->count < CONTROL_CLIENTS)
		evconnlistener_enable(control->listener);
}

static char *
sentence(const char *what, const char *path)
{
	char *out = NULL;

	if (asprintf(&out, "control socket %s: %s: %s", path, what,
		strerror(errno)) < 0)
		return NULL;
	return out;
}

/* Bound and listening, 0600. The caller holds the state directory's lock, so
 * a socket that is there already is a dead monitor's. */
static int
listen_at(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	unlink(path);
	mode_t before = umask(0177);
	bool bound =
	    fd >= 0 && bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0;

	umask(before);
	if (bound && listen(fd, CONTROL_CLIENTS) == 0)
		return fd;
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

struct control *
control_new(struct event_base *base, const char *state_dir,
    struct monitor *monitor, char **error_out)
{
	struct control *control = calloc(1, sizeof(*control));
	int fd;

	*error_out = NULL;
	if (control == NULL)
		return NULL;
	TAILQ_INIT(&control->clients);
	control->base = base;
	control->monitor = monitor;
	control->uid = geteuid();
	who_is(control->uid, control->actor_own);
	who_is(0, control->actor_root);
	if (snprintf(control->path, sizeof(control->path), "%s/%s", state_dir,
		CONTROL_SOCKET_NAME) >= (int)sizeof(control->path)) {
		errno = ENAMETOOLONG;
		*error_out = sentence("state_dir", state_dir);
		free(control);
		return NULL;
	}
	fd = listen_at(control->path);
	if (fd >= 0)
		control->listener = evconnlistener_new(base, on_accept, control,
		    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (control->listener == NULL) {
		*error_out = sentence("cannot listen", control->path);
		if (fd >= 0)
			close(fd);
		free(control);
		return NULL;
	}
	control->again = evtimer_new(base, on_again, control);
	if (control->again == NULL) {
		control_free(&control);
		return NULL;
	}
	evconnlistener_set_error_cb(control->listener, on_accept_error);
	return control;
}

void
control_free(struct control **c)
{
	struct control *control = *c;
	struct client *client;

	if (control == NULL)
		return;
	*c = NULL;
	while ((client = TAILQ_FIRST(&control->clients)) != NULL) {
		TAILQ_REMOVE(&control->clients, client, entry);
		client->control = NULL;
		client_drop(client);
	}
	if (control->again != NULL)
		event_free(control->again);
	evconnlistener_free(control->listener);
	unlink(control->path);
	free(control);
}
