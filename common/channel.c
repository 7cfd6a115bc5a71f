/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>

#include "camwarden/limits.h"
#include "camwarden/wire.h"

#define CHANNEL_CHECK 0x63776d31u /* "1mwc": catches a lost message border */
#define READ_BYTES (128u << 10)
#define FDS_MAX 16

struct channel {
	struct channel_calls calls;
	struct event *readable;
	struct event *writable;
	struct evbuffer *out;
	size_t queue_limit;
	uint8_t *in; /* unparsed bytes */
	size_t in_length;
	size_t in_size;
	int fd;
	int send_fd; /* rides with the bytes from send_fd_at on, -1 none */
	size_t send_fd_at; /* bytes of `out` to go before it */
	int fds[FDS_MAX];  /* received, oldest first */
	int fd_count;
	bool wipe;	   /* what has passed */
	const char *fault; /* set once closed */
	bool told;	   /* on_closed was called */
	bool busy;	   /* inside a callback: channel_free waits */
	bool free_wanted;
};

struct writer
channel_scratch(void)
{
	static uint8_t scratch[LIMIT_PNG_BYTES + (64u << 10)];

	return writer_of(scratch, sizeof(scratch));
}

static void
fail(struct channel *ch, const char *why)
{
	if (ch->fault != NULL)
		return;
	ch->fault = why;
	event_del(ch->readable);
	/* Told from the loop, so that no sender is freed under its feet. */
	event_active(ch->writable, EV_WRITE, 1);
}

static void
keep_fds(struct channel *ch, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
	     c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (ch->fd_count < FDS_MAX)
				ch->fds[ch->fd_count++] = fd;
			else
				close(fd);
		}
	}
}

static ssize_t
receive(struct channel *ch)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int) * 4)];
	} control;
	struct iovec iov = { ch->in + ch->in_length,
		ch->in_size - ch->in_length };
	struct msghdr msg = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(ch->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n >= 0)
		keep_fds(ch, &msg);
	return n;
}

static bool
make_room(struct channel *ch, size_t room)
{
	if (ch->in_size - ch->in_length >= room)
		return true;

	size_t size = ch->in_length + room;
	uint8_t *in = realloc(ch->in, size);

	if (in == NULL)
		return false;
	ch->in = in;
	ch->in_size = size;
	return true;
}

/* Hands over every whole message; false once the channel is at fault. */
static bool
deliver(struct channel *ch)
{
	size_t used = 0;

	while (ch->in_length - used >= WIRE_HEAD_BYTES && !ch->free_wanted) {
		struct reader r = reader_of(ch->in + used, WIRE_HEAD_BYTES);
		uint32_t length = reader_le32(&r);
		unsigned type = reader_le16(&r);
		unsigned zero = reader_le16(&r);

		if (reader_le32(&r) != CHANNEL_CHECK || zero != 0 ||
		    length > LIMIT_MESSAGE_BYTES) {
			fail(ch, "message head is not one of ours");
			return false;
		}
		if (ch->in_length - used - WIRE_HEAD_BYTES < length)
			break;

		struct span body = { ch->in + used + WIRE_HEAD_BYTES, length };

		used += WIRE_HEAD_BYTES + length;
		bool borne = ch->calls.on_message(ch->calls.arg, type, body);

		if (ch->wipe)
			explicit_bzero(ch->in + used - length, length);
		if (!borne) {
			fail(ch, "message was refused");
			return false;
		}
	}
	if (used > 0)
		memmove(ch->in, ch->in + used, ch->in_length - used);
	ch->in_length -= used;
	if (ch->wipe)
		explicit_bzero(ch->in + ch->in_length, used);
	return true;
}

static void
really_free(struct channel *ch)
{
	event_free(ch->readable);
	event_free(ch->writable);
	evbuffer_free(ch->out);
	close(ch->fd);
	if (ch->send_fd >= 0)
		close(ch->send_fd);
	for (int i = 0; i < ch->fd_count; i++)
		close(ch->fds[i]);
	free(ch->in);
	free(ch);
}

static void
leave(struct channel *ch)
{
	ch->busy = false;
	if (ch->free_wanted)
		really_free(ch);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct channel *ch = arg;

	(void)fd;
	(void)what;
	ch->busy = true;
	if (!make_room(ch, READ_BYTES)) {
		fail(ch, "out of memory");
	} else {
		ssize_t n = receive(ch);

		if (n > 0) {
			ch->in_length += (size_t)n;
			deliver(ch);
		} else if (n == 0) {
			fail(ch, "peer closed");
		} else if (errno != EAGAIN && errno != EINTR) {
			fail(ch, "read failed");
		}
	}
	leave(ch);
}

static void
wipe_sent(const struct msghdr *msg, size_t sent)
{
	for (size_t i = 0; i < msg->msg_iovlen && sent > 0; i++) {
		const struct iovec *part = &msg->msg_iov[i];
		size_t n = part->iov_len < sent ? part->iov_len : sent;

		explicit_bzero(part->iov_base, n);
		sent -= n;
	}
}

/* Sends what one call takes: up to the waiting descriptor's place, or from
 * there on with the descriptor. MSG_NOSIGNAL: a peer that died is no SIGPIPE.
 */
static ssize_t
transmit(struct channel *ch)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	bool with_fd = ch->send_fd >= 0 && ch->send_fd_at == 0;
	size_t want = evbuffer_get_length(ch->out);
	struct evbuffer_iovec parts[16];

	if (ch->send_fd >= 0 && !with_fd)
		want = ch->send_fd_at;

	int n = evbuffer_peek(ch->out, (ev_ssize_t)want, NULL, parts, 16);
	struct msghdr msg = { .msg_iov = parts,
		.msg_iovlen = n < 16 ? (size_t)n : 16 };

	/* peek gives whole parts: the last one may go beyond what is wanted */
	for (size_t i = 0, sum = 0; i < msg.msg_iovlen; i++) {
		if (sum + parts[i].iov_len > want)
			parts[i].iov_len = want - sum;
		sum += parts[i].iov_len;
	}
	if (with_fd) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &ch->send_fd, sizeof(int));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}

	ssize_t sent = sendmsg(ch->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent <= 0)
		return sent;
	if (ch->wipe)
		wipe_sent(&msg, (size_t)sent);
	evbuffer_drain(ch->out, (size_t)sent);
	if (with_fd) {
		close(ch->send_fd);
		ch->send_fd = -1;
	} else if (ch->send_fd >= 0) {
		ch->send_fd_at -= (size_t)sent;
	}
	return sent;
}

void
channel_wipe(struct channel *ch)
{
	ch->wipe = true;
}

void
channel_flush(struct channel *ch)
{
	while (ch->fault == NULL && evbuffer_get_length(ch->out) > 0) {
		ssize_t n = transmit(ch);

		if (n >= 0 || errno == EINTR)
			continue;
		if (errno != EAGAIN)
			fail(ch, "write failed");
		return;
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct channel *ch = arg;

	(void)fd;
	(void)what;
	ch->busy = true;
	channel_flush(ch);
	if (ch->fault != NULL) {
		event_del(ch->writable);
		if (!ch->told) {
			ch->told = true;
			ch->calls.on_closed(ch->calls.arg, ch->fault);
		}
	} else if (evbuffer_get_length(ch->out) == 0) {
		event_del(ch->writable);
	}
	leave(ch);
}

struct channel *
channel_new(struct event_base *base, int fd, size_t queue_limit,
    const struct channel_calls *calls)
{
	struct channel *ch = calloc(1, sizeof(*ch));

	if (ch == NULL)
		return NULL;
	ch->calls = *calls;
	ch->fd = fd;
	ch->send_fd = -1;
	ch->queue_limit = queue_limit;
	evutil_make_socket_nonblocking(fd);
	evutil_make_socket_closeonexec(fd);
	ch->out = evbuffer_new();
	ch->readable =
	    event_new(base, fd, EV_READ | EV_PERSIST, on_readable, ch);
	ch->writable =
	    event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, ch);
	if (ch->out == NULL || ch->readable == NULL || ch->writable == NULL ||
	    event_add(ch->readable, NULL) != 0) {
		if (ch->readable != NULL)
			event_free(ch->readable);
		if (ch->writable != NULL)
			event_free(ch->writable);
		if (ch->out != NULL)
			evbuffer_free(ch->out);
		free(ch);
		return NULL;
	}
	return ch;
}

void
channel_free(struct channel **chp)
{
	struct channel *ch = *chp;

	*chp = NULL;
	if (ch == NULL)
		return;
	ch->free_wanted = true;
	if (!ch->busy)
		really_free(ch);
}

static bool
queue(struct channel *ch, unsigned type, const void *body, size_t length)
{
	uint8_t head[WIRE_HEAD_BYTES];
	struct writer w = writer_of(head, sizeof(head));

	if (ch->fault != NULL || ch->free_wanted)
		return false;
	if (length > LIMIT_MESSAGE_BYTES ||
	    evbuffer_get_length(ch->out) + length > ch->queue_limit) {
		fail(ch, "peer reads too slowly: its queue is full");
		return false;
	}
	writer_le32(&w, (uint32_t)length);
	writer_le16(&w, (uint16_t)type);
	writer_le16(&w, 0);
	writer_le32(&w, CHANNEL_CHECK);
	if (evbuffer_add(ch->out, head, sizeof(head)) != 0 ||
	    evbuffer_add(ch->out, body, length) != 0) {
		fail(ch, "out of memory");
		return false;
	}
	event_add(ch->writable, NULL);
	return true;
}

bool
channel_send(struct channel *ch, unsigned type, const void *body, size_t length)
{
	return queue(ch, type, body, length);
}

bool
channel_send_fd(struct channel *ch, unsigned type, const void *body,
    size_t length, int fd)
{
	/* One descriptor under way at a time keeps its place in the stream. */
	if (ch->send_fd >= 0)
		channel_flush(ch);
	if (ch->send_fd >= 0)
		return false;

	size_t before = evbuffer_get_length(ch->out);
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return false;
	if (!queue(ch, type, body, length)) {
		close(copy);
		return false;
	}
	ch->send_fd = copy;
	ch->send_fd_at = before;
	return true;
}

int
channel_take_fd(struct channel *ch)
{
	if (ch->fd_count == 0)
		return -1;

	int fd = ch->fds[0];

	ch->fd_count--;
	memmove(ch->fds, ch->fds + 1, sizeof(int) * (size_t)ch->fd_count);
	return fd;
}

size_t
channel_queued(const struct channel *ch)
{
	return evbuffer_get_length(ch->out);
}
