/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/post.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "common/clock.h"
#include "common/log.h"
#include "probes/stream/conn.h"
#include "probes/stream/feed.h"
#include "probes/stream/tls.h"

#define QUEUE_BYTES 65536u
#define HEAD_BYTES 4096u

enum post_state { POST_CONNECTING, POST_SECURING, POST_OPEN };

struct post {
	struct feed *feed; /* borrowed: it owns us */
	struct event event;
	struct tls *tls;
	uint8_t *queue; /* owned; not sent yet */
	size_t queued;
	int fd;
	enum post_state state;
};

static void on_socket(evutil_socket_t fd, short what, void *arg);

static void
watch(struct post *p, short what)
{
	event_del(&p->event);
	event_assign(&p->event, p->feed->stream->base, p->fd,
	    (short)(what | EV_PERSIST), on_socket, p);
	event_add(&p->event, NULL);
}

void
post_free(struct post **at)
{
	struct post *p = *at;

	*at = NULL;
	if (p == NULL)
		return;
	event_del(&p->event);
	tls_free(&p->tls);
	close(p->fd);
	free(p->queue);
	free(p);
}

/* While pictures come nothing is lost: the next request dials anew. */
static void
fail(struct post *p, const char *why)
{
	struct feed *f = p->feed;
	bool live = f->session.state >= RTSP_PLAYING &&
		    f->session.state <= RTSP_STALLED;

	log_debug("stream", "feed=%u HTTP POST: %s", f->ref.feed, why);
	post_free(&f->post);
	if (!live)
		feed_event(f, RTSP_EV_CLOSED, why, clock_mono_us());
}

static void
lack(struct post *p)
{
	struct feed *f = p->feed;

	post_free(&f->post);
	f->lacks = ENOMEM;
	stream_due(f->stream, f, clock_mono_us());
}

static bool
queue(struct post *p, const void *bytes, size_t n)
{
	uint8_t *room;

	if (p->queued + n > QUEUE_BYTES ||
	    (room = realloc(p->queue, p->queued + n)) == NULL)
		return false;
	memcpy(room + p->queued, bytes, n);
	p->queue = room;
	p->queued += n;
	return true;
}

static struct post *
post_new(struct feed *f)
{
	char head[HEAD_BYTES];
	struct rtsp_url url;
	struct post *p;
	size_t n;

	errno = 0; /* what an earlier call lacked isn't this one's */
	p = calloc(1, sizeof(*p));
	n = rtsp_session_post(&f->session, head, sizeof(head));
	if (p == NULL || n == 0 || !rtsp_session_target(&f->session, &url) ||
	    !queue(p, head, n) ||
	    (p->fd = conn_dial(&f->address, url.port)) < 0) {
		if (conn_lacks(errno))
			f->lacks = errno;
		if (p != NULL)
			free(p->queue);
		free(p);
		return NULL;
	}
	p->feed = f;
	event_assign(&p->event, f->stream->base, p->fd, EV_WRITE, on_socket, p);
	event_add(&p->event, NULL);
	return p;
}

static void
flush(struct post *p)
{
	size_t put = 0;

	if (p->tls != NULL) {
		tls_write(p->tls, p->queue, p->queued, &put);
	} else {
		ssize_t sent = send(p->fd, p->queue, p->queued,
		    MSG_DONTWAIT | MSG_NOSIGNAL);

		put = sent > 0 ? (size_t)sent : 0;
	}
	p->queued -= put;
	memmove(p->queue, p->queue + put, p->queued);
	if (p->queued > 0) {
		watch(p, EV_READ | EV_WRITE);
		return;
	}
	free(p->queue);
	p->queue = NULL;
	watch(p, EV_READ);
}

void
post_send(struct feed *f, const void *bytes, size_t n)
{
	/* Each message is coded by itself, with its padding, as all clients
	 * do: servers decode what they have when they have it. */
	size_t length = (n + 2) / 3 * 4;
	uint8_t *text = malloc(length + 1);

	if (f->post == NULL)
		f->post = post_new(f);
	if (f->post != NULL && text != NULL) {
		EVP_EncodeBlock(text, bytes, (int)n);
		if (queue(f->post, text, length) && f->post->state == POST_OPEN)
			flush(f->post);
	}
	free(text);
}

/* ---- its socket ---- */

static void
secured(struct post *p)
{
	const struct feed *f = p->feed;
	uint8_t pin[32];

	if (f->pinned && !f->verify &&
	    (!tls_pin(p->tls, pin) || memcmp(pin, f->pin, 32) != 0)) {
		fail(p, "the key is not the one we know");
		return;
	}
	p->state = POST_OPEN;
	flush(p);
}

static void
shake_hands(struct post *p)
{
	const char *why = NULL;

	switch (tls_handshake(p->tls, &why)) {
	case TLS_OK:
		secured(p);
		break;
	case TLS_WANT_READ:
		watch(p, EV_READ);
		break;
	case TLS_WANT_WRITE:
		watch(p, EV_WRITE);
		break;
	case TLS_CLOSED:
	case TLS_BAD:
		fail(p, why);
		break;
	case TLS_SHORT:
		lack(p);
		break;
	}
}

static void
connected(struct post *p)
{
	struct feed *f = p->feed;
	struct rtsp_url url;
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0) {
		fail(p, strerror(error));
		return;
	}
	if (f->tls == NULL) {
		p->state = POST_OPEN;
		flush(p);
		return;
	}
	if (rtsp_session_target(&f->session, &url))
		p->tls = tls_new(f->stream->tls, p->fd, url.host, url.literal,
		    f->verify);
	if (p->tls == NULL) {
		lack(p);
		return;
	}
	p->state = POST_SECURING;
	shake_hands(p);
}

/* A POST is never answered, unless it is refused. */
static void
answered(struct post *p, const char *text)
{
	unsigned status = 0;
	char why[40];

	if (sscanf(text, "HTTP/%*u.%*u %3u", &status) != 1 || status < 300)
		return;
	snprintf(why, sizeof(why), "the HTTP POST is refused: %u", status);
	fail(p, why);
}

static void
receive(struct post *p)
{
	char text[512];
	size_t n = 0;

	if (p->tls != NULL) {
		enum tls_result r =
		    tls_read(p->tls, text, sizeof(text) - 1, &n);

		if (r == TLS_WANT_READ || r == TLS_WANT_WRITE)
			return;
	} else {
		ssize_t got = recv(p->fd, text, sizeof(text) - 1, MSG_DONTWAIT);

		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		n = got > 0 ? (size_t)got : 0;
	}
	if (n == 0) {
		if (p->queued > 0)
			fail(p, "closed by the camera");
		else
			post_free(&p->feed->post);
		return;
	}
	text[n] = '\0';
	answered(p, text);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct post *p = arg;

	(void)fd;
	if (p->state == POST_CONNECTING) {
		connected(p);
	} else if (p->state == POST_SECURING) {
		shake_hands(p);
	} else if (what & EV_READ) { /* an end shows here, not when sending */
		receive(p);
	} else {
		flush(p);
	}
}
