/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Syslog: one line as a datagram (RFC 5426), or over a connection of its own,
 * octet-counted (RFC 6587 3.4.1), perhaps with TLS (RFC 5425). Syslog has no
 * receipt: a datagram that nobody
 * refuses counts as sent; over TCP, bytes that the other machine has taken. */
#include "monitor/courier/job.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/sockios.h>

#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "common/clock.h"

#define CONNECT_MS 10000
#define WHOLE_US (30 * US_PER_S) /* of one address, to the last byte */
#define REFUSAL_MS 300		 /* for a port that is closed to say so */
#define TAKEN_MS 100		 /* between two looks at what was taken */
#define TAKEN_LOOKS 100

struct job_line {
	int fd;
	struct event *ev; /* writable, then the timer */
	SSL *ssl;	  /* owned; NULL = none */
	struct event_base *base;
	unsigned address, looks;
	size_t at; /* of out */
	size_t length;
	char out[]; /* with its count before it, over TCP */
};

static void try_next(struct job *j, const char *why);

static void
close_socket(struct job_line *l)
{
	if (l->ev != NULL)
		event_free(l->ev);
	l->ev = NULL;
	if (l->ssl != NULL)
		SSL_free(l->ssl);
	l->ssl = NULL;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static void
wait_for(struct job *j, short what, event_callback_fn fn, int ms)
{
	struct job_line *l = j->line;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (l->ev != NULL)
		event_free(l->ev);
	l->ev = event_new(l->base, l->fd, what, fn, j);
	if (l->ev == NULL || event_add(l->ev, &tv) != 0)
		try_next(j, "memory is out");
}

static int
socket_error(int fd)
{
	int error = 0;
	socklen_t n = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 ? error
								     : errno;
}

/* The datagram is out: a refusal comes back at once, if at all. */
static void
on_refusal(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	char byte;
	int error = 0;

	if (what & EV_READ && recv(fd, &byte, 1, MSG_DONTWAIT) < 0 &&
	    errno != EAGAIN)
		error = errno;
	if (error != 0)
		try_next(j, strerror(error));
	else
		job_end(j, true, false, 0,
		    "sent as a datagram, which nobody "
		    "confirms",
		    NULL, 0);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	char byte;
	ssize_t n;
	int left = 0;

	(void)what;
	n = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		try_next(j, strerror(errno));
		return;
	}
	if (ioctl(fd, SIOCOUTQ, &left) == 0 && left == 0) {
		if (j->line->ssl != NULL)
			SSL_shutdown(j->line->ssl); /* says that we go */
		job_end(j, true, false, 0, "taken by the other machine", NULL,
		    0);
		return;
	}
	if (n == 0)
		try_next(j, "the server closed before it took the line");
	else if (++j->line->looks == TAKEN_LOOKS)
		try_next(j, "the server doesn't take the line");
	else
		wait_for(j, EV_TIMEOUT, on_look, TAKEN_MS);
}

/* Sends what is left. 0: all is sent; else what to wait for, or -1 with why. */
static int
push_plain(struct job_line *l, char *why, size_t size)
{
	ssize_t n =
	    send(l->fd, l->out + l->at, l->length - l->at, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		snprintf(why, size, "%s", strerror(errno));
		return -1;
	}
	l->at += n > 0 ? (size_t)n : 0;
	return l->at < l->length ? EV_WRITE : 0;
}

static int
push_tls(struct job_line *l, char *why, size_t size)
{
	size_t n = 0;
	int done;

	ERR_clear_error();
	done = SSL_is_init_finished(l->ssl) ? 1 : SSL_connect(l->ssl);
	if (done == 1)
		done =
		    SSL_write_ex(l->ssl, l->out + l->at, l->length - l->at, &n);
	l->at += n;
	if (done == 1)
		return l->at < l->length ? EV_WRITE : 0;
	switch (SSL_get_error(l->ssl, done)) {
	case SSL_ERROR_WANT_READ:
		return EV_READ;
	case SSL_ERROR_WANT_WRITE:
		return EV_WRITE;
	default:
		job_trust_why(SSL_get_verify_result(l->ssl), why, size);
		return -1;
	}
}

static bool
begin_tls(struct job *j)
{
	struct job_line *l = j->line;
	SSL_CTX *ctx = job_trust_tls(j->m.trust, j->m.host);
	struct in6_addr six;
	bool number = inet_pton(AF_INET, j->m.host, &six) == 1 ||
		      inet_pton(AF_INET6, j->m.host, &six) == 1;

	l->ssl = ctx != NULL ? SSL_new(ctx) : NULL;
	SSL_CTX_free(ctx);
	return l->ssl != NULL && SSL_set_fd(l->ssl, l->fd) == 1 &&
	       (number || SSL_set_tlsext_host_name(l->ssl, j->m.host) == 1);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	struct job_line *l = j->line;
	bool tls =
	    j->m.kind == COURIER_LINE_TCP && j->m.tls != COURIER_TLS_NEVER;
	int error = what & EV_TIMEOUT ? ETIMEDOUT : socket_error(fd);
	char why[150] = "memory is out";
	int next;

	if (error != 0 || clock_mono_us() > j->deadline_us) {
		try_next(j, strerror(error != 0 ? error : ETIMEDOUT));
		return;
	}
	if (tls && l->ssl == NULL && !begin_tls(j))
		next = -1;
	else
		next = tls ? push_tls(l, why, sizeof(why))
			   : push_plain(l, why, sizeof(why));
	if (next < 0)
		try_next(j, why);
	else if (next > 0)
		wait_for(j, (short)next, on_ready, CONNECT_MS);
	else if (j->m.kind == COURIER_LINE_UDP)
		wait_for(j, EV_READ, on_refusal, REFUSAL_MS);
	else
		wait_for(j, EV_TIMEOUT, on_look, TAKEN_MS);
}

/* The next address, or the end for want of one. */
static void
try_next(struct job *j, const char *why)
{
	struct job_line *l = j->line;
	int type = j->m.kind == COURIER_LINE_UDP ? SOCK_DGRAM : SOCK_STREAM;
	char detail[200];

	snprintf(detail, sizeof(detail), "%.150s", why);
	close_socket(l);
	while (l->address < j->address_count) {
		unsigned i = l->address++;
		const struct sockaddr *sa =
		    (const struct sockaddr *)&j->addresses[i];

		l->at = 0;
		l->looks = 0;
		j->deadline_us = clock_mono_us() + WHOLE_US;
		l->fd = socket(sa->sa_family,
		    type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (l->fd >= 0 && (connect(l->fd, sa, j->lengths[i]) == 0 ||
				      errno == EINPROGRESS)) {
			wait_for(j, EV_WRITE, on_ready, CONNECT_MS);
			return;
		}
		snprintf(detail, sizeof(detail), "%.150s", strerror(errno));
		close_socket(l);
	}
	job_end(j, false, false, 0, detail, NULL, 0);
}

void
job_line_start(struct job *j, struct event_base *base)
{
	struct job_line *l = calloc(1, sizeof(*l) + j->m.body.n + 16);
	int n = 0;

	if (l == NULL) {
		job_end(j, false, false, 0, "memory is out", NULL, 0);
		return;
	}
	l->fd = -1;
	l->base = base;
	if (j->m.kind == COURIER_LINE_TCP)
		n = snprintf(l->out, 16, "%zu ", j->m.body.n);
	memcpy(l->out + n, j->m.body.p, j->m.body.n);
	l->length = j->m.body.n + (size_t)n;
	j->line = l;
	try_next(j, "its name has no address");
}

void
job_line_drop(struct job *j)
{
	if (j->line == NULL)
		return;
	close_socket(j->line);
	free(j->line);
	j->line = NULL;
}
