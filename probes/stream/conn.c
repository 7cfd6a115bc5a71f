/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/conn.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/address.h"
#include "common/clock.h"
#include "common/log.h"
#include "probes/stream/feed.h"
#include "probes/stream/post.h"
#include "probes/stream/tls.h"

#define UNSENT_BYTES 65536u
#define TLS_READS 16 /* records per wake, so that nobody starves others */

static void on_socket(evutil_socket_t fd, short what, void *arg);

static void
watch(struct feed *f, short what)
{
	event_del(&f->event);
	event_assign(&f->event, f->stream->base, f->fd,
	    (short)(what | EV_PERSIST), on_socket, f);
	event_add(&f->event, NULL);
}

static void
set(int fd, int level, int name, int value)
{
	setsockopt(fd, level, name, &value, sizeof(value));
}

/* A dead peer is noticed by the kernel too (RTSP.md 11): SYN three times, then
 * 15 s without acknowledgement, probes after 10 s of silence. */
static void
tune(int fd)
{
	set(fd, IPPROTO_TCP, TCP_SYNCNT, 3);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 15000);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

bool
conn_lacks(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOMEM ||
	       error == ENOBUFS;
}

static void
connect_failed(struct feed *f, int error, int64_t now_us)
{
	enum rtsp_event_kind kind = RTSP_EV_UNREACHABLE;

	if (conn_lacks(error)) {
		feed_short(f, error, now_us);
		return;
	}
	if (error == ECONNREFUSED)
		kind = RTSP_EV_REFUSED;
	else if (error == ETIMEDOUT)
		kind = RTSP_EV_DEAD;
	else if (error == ECONNRESET)
		kind = RTSP_EV_CLOSED;
	feed_event(f, kind, strerror(error), now_us);
}

int
conn_dial(const struct wire_address *a, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t length = address_to_socket(a, port, 0, &to);
	int fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	tune(fd);
	if (connect(fd, (struct sockaddr *)&to, length) != 0 &&
	    errno != EINPROGRESS) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

void
conn_open(struct feed *f, const struct wire_address *a, uint16_t port,
    int64_t now_us)
{
	f->fd = conn_dial(a, port);
	if (f->fd < 0) {
		connect_failed(f, errno, now_us);
		return;
	}
	event_assign(&f->event, f->stream->base, f->fd, EV_WRITE, on_socket, f);
	if (event_add(&f->event, NULL) != 0)
		connect_failed(f, ENOMEM, now_us);
}

static void
connected(struct feed *f, int64_t now_us)
{
	int error = 0;
	socklen_t length = sizeof(error);

	getsockopt(f->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0) {
		connect_failed(f, error, now_us);
		return;
	}
	watch(f, EV_READ);
	feed_event(f, RTSP_EV_CONNECTED, NULL, now_us);
}

void
conn_close(struct feed *f, bool abort)
{
	post_free(&f->post);
	if (f->fd < 0)
		return;
	event_del(&f->event);
	tls_free(&f->tls);
	if (abort) {
		struct linger now = { 1, 0 };

		setsockopt(f->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	}
	close(f->fd);
	f->fd = -1;
	free(f->text);
	free(f->unsent);
	f->text = f->unsent = NULL;
	f->text_length = f->unsent_length = 0;
	f->parser = (struct rtsp_parser){ 0 };
	f->lowat = 0;
}

int
conn_release(struct feed *f)
{
	int fd = f->fd;

	if (fd < 0 || f->tls != NULL)
		return -1;
	event_del(&f->event);
	f->fd = -1;
	conn_close(f, false);
	return fd;
}

void
conn_lowat(struct feed *f, uint32_t bytes)
{
	if (f->fd < 0 || bytes == f->lowat)
		return;
	f->lowat = bytes;
	set(f->fd, SOL_SOCKET, SO_RCVLOWAT, bytes > 0 ? (int)bytes : 1);
}

/* ---- TLS ---- */

static void
check_pin(struct feed *f, int64_t now_us)
{
	static const uint8_t none[32];
	uint8_t pin[32];

	if (!tls_pin(f->tls, pin)) {
		feed_event(f, RTSP_EV_TLS_FAILED, "no certificate", now_us);
		return;
	}
	if (f->pinned && !f->verify && memcmp(pin, f->pin, 32) != 0) {
		feed_event(f, RTSP_EV_PIN_CHANGED,
		    "the camera's key is not the one we know", now_us);
		return;
	}
	if (!f->pinned && memcmp(pin, none, 32) != 0) {
		memcpy(f->pin, pin, 32);
		f->pinned = true;
		feed_learned(f);
	}
	watch(f, EV_READ);
	feed_event(f, RTSP_EV_SECURED, NULL, now_us);
}

static void
shake_hands(struct feed *f, int64_t now_us)
{
	const char *why = NULL;

	switch (tls_handshake(f->tls, &why)) {
	case TLS_OK:
		check_pin(f, now_us);
		break;
	case TLS_WANT_READ:
		watch(f, EV_READ);
		break;
	case TLS_WANT_WRITE:
		watch(f, EV_WRITE);
		break;
	case TLS_CLOSED:
	case TLS_BAD:
		feed_event(f, RTSP_EV_TLS_FAILED, why, now_us);
		break;
	case TLS_SHORT:
		feed_short(f, ENOMEM, now_us);
		break;
	}
}

void
conn_secure(struct feed *f, int64_t now_us)
{
	struct rtsp_url url;

	if (!rtsp_session_target(&f->session, &url))
		return;
	f->tls =
	    tls_new(f->stream->tls, f->fd, url.host, url.literal, f->verify);
	if (f->tls == NULL && f->stream->tls == NULL)
		feed_event(f, RTSP_EV_TLS_FAILED, "TLS isn't available",
		    now_us);
	else if (f->tls == NULL)
		feed_short(f, ENOMEM, now_us);
	else
		shake_hands(f, now_us);
}

/* ---- sending ---- */

/* How many bytes the socket took; what went wrong shows when reading. */
static size_t
send_some(struct feed *f, const uint8_t *bytes, size_t n)
{
	size_t put = 0;
	ssize_t sent;

	if (f->tls != NULL) {
		tls_write(f->tls, bytes, n, &put);
		return put;
	}
	sent = send(f->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	return sent > 0 ? (size_t)sent : 0;
}

void
conn_send(struct feed *f, const void *bytes, size_t n)
{
	size_t sent = 0;

	if (f->fd < 0 || n == 0)
		return;
	if (rtsp_session_posts(&f->session)) {
		post_send(f, bytes, n);
		return;
	}
	if (f->unsent_length == 0)
		sent = send_some(f, bytes, n);
	if (sent == n)
		return;

	size_t left = n - sent;
	uint8_t *room;

	/* A peer that reads nothing will be found out by its silence. */
	if (f->unsent_length + left > UNSENT_BYTES)
		return;
	room = realloc(f->unsent, f->unsent_length + left);
	if (room == NULL) {
		f->lacks = ENOMEM;
		return;
	}
	f->unsent = room;
	memcpy(room + f->unsent_length, (const uint8_t *)bytes + sent, left);
	f->unsent_length += (uint32_t)left;
	watch(f, EV_READ | EV_WRITE);
}

static void
send_rest(struct feed *f)
{
	size_t sent = send_some(f, f->unsent, f->unsent_length);

	f->unsent_length -= (uint32_t)sent;
	memmove(f->unsent, f->unsent + sent, f->unsent_length);
	if (f->unsent_length > 0)
		return;
	free(f->unsent);
	f->unsent = NULL;
	watch(f, EV_READ);
}

/* ---- receiving ---- */

/* RTSP text: parsed where it lies when it is whole, else kept. */
static enum interleaved_text
on_text(void *arg, struct span in, size_t *used_out)
{
	struct feed *f = arg;
	struct span text = in;
	struct rtsp_message m;
	size_t used = 0, before = f->text_length;
	const char *why = NULL;
	int64_t now_us = f->read_us;

	if (before > 0) {
		uint8_t *room = realloc(f->text, before + in.n);

		if (room == NULL) {
			feed_short(f, ENOMEM, now_us);
			return INTERLEAVED_TEXT_BAD;
		}
		memcpy(room + before, in.p, in.n);
		f->text = room;
		text = (struct span){ room, before + in.n };
	}

	f->parser.http = f->session.state == RTSP_TUNNEL;

	enum parse_result r =
	    rtsp_message_parse(&f->parser, text, &m, &used, &why);

	if (r == PARSE_MORE && before == 0) {
		f->text = malloc(in.n);
		if (f->text == NULL) {
			feed_short(f, ENOMEM, now_us);
			return INTERLEAVED_TEXT_BAD;
		}
		memcpy(f->text, in.p, in.n);
	}
	if (r == PARSE_MORE) {
		f->text_length = (uint32_t)(before + in.n);
		return INTERLEAVED_TEXT_MORE;
	}

	uint8_t *kept = f->text;

	f->text = NULL;
	f->text_length = 0;
	f->parser = (struct rtsp_parser){ 0 };
	if (r == PARSE_DONE) {
		*used_out = used - before;
		feed_message(f, &m, now_us);
	} else {
		feed_event(f, RTSP_EV_RUBBISH, why, now_us);
	}
	free(kept);
	return r == PARSE_DONE ? INTERLEAVED_TEXT_DONE : INTERLEAVED_TEXT_BAD;
}

static void
on_frame(void *arg, unsigned channel, struct span packet, int64_t now_us)
{
	struct feed *f = arg;

	media_interleaved(&f->media, channel, packet, now_us);
}

static bool
on_head(void *arg, unsigned channel, struct span head, uint32_t length,
    int64_t now_us)
{
	struct feed *f = arg;

	return media_head(&f->media, channel, head, length, now_us);
}

static const struct interleaved_calls calls = { on_frame, on_head, on_text };

static void
walk(struct feed *f, size_t n, int64_t now_us)
{
	struct span bytes = { f->stream->scratch, n };

	f->stream->counts.wire_bytes += n;
	f->rate_bytes += n;
	f->reading = true;
	if (interleaved_feed(&f->framing, &calls, f, bytes, now_us) ==
		INTERLEAVED_LOST &&
	    !f->close_after)
		feed_event(f, RTSP_EV_GARBAGE, "framing lost for good", now_us);
	f->reading = false;
	if (f->framing.resyncs != f->resyncs) {
		media_resynced(&f->media, f->framing.resyncs - f->resyncs);
		f->resyncs = f->framing.resyncs;
	}
	if (f->close_after) {
		f->close_after = false;
		conn_close(f, f->abort_after);
		return;
	}
	feed_after_media(f, now_us);
}

static void
read_failed(struct feed *f, ssize_t n, int64_t now_us)
{
	if (n == 0)
		feed_event(f, RTSP_EV_CLOSED, "closed by the camera", now_us);
	else if (errno == ETIMEDOUT || errno == EHOSTUNREACH)
		feed_event(f, RTSP_EV_DEAD, strerror(errno), now_us);
	else if (errno != EAGAIN && errno != EINTR)
		feed_event(f, RTSP_EV_CLOSED, strerror(errno), now_us);
}

static void
read_tls(struct feed *f, int64_t now_us)
{
	for (int i = 0; i < TLS_READS && f->fd >= 0; i++) {
		size_t n = 0;

		switch (tls_read(f->tls, f->stream->scratch,
		    STREAM_SCRATCH_BYTES, &n)) {
		case TLS_OK:
			walk(f, n, now_us);
			break;
		case TLS_WANT_READ:
		case TLS_WANT_WRITE:
			return;
		case TLS_CLOSED:
		case TLS_BAD:
			feed_event(f, RTSP_EV_CLOSED, "TLS ended", now_us);
			return;
		case TLS_SHORT:
			feed_short(f, ENOMEM, now_us);
			return;
		}
	}
}

void
conn_read(struct feed *f, int64_t now_us)
{
	f->read_us = now_us;
	f->stream->counts.wakes++;
	if (f->tls != NULL) {
		read_tls(f, now_us);
		return;
	}

	ssize_t n =
	    recv(f->fd, f->stream->scratch, STREAM_SCRATCH_BYTES, MSG_DONTWAIT);

	if (n > 0)
		walk(f, (size_t)n, now_us);
	else
		read_failed(f, n, now_us);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct feed *f = arg;
	int64_t now_us = clock_mono_us();

	(void)fd;
	if (f->session.state == RTSP_CONNECTING) {
		connected(f, now_us);
		return;
	}
	if (f->session.state == RTSP_SECURING) {
		shake_hands(f, now_us);
		return;
	}
	if (what & EV_WRITE && f->unsent_length > 0)
		send_rest(f);
	if (what & EV_READ && f->fd >= 0)
		conn_read(f, now_us);
}
