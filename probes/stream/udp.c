/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/address.h"
#include "common/clock.h"
#include "probes/stream/conn.h"
#include "probes/stream/feed.h"

#define PORT_TRIES 64
#define DATAGRAMS 64 /* per wake */

struct udp_pair {
	struct udp_pair *next; /* of the process */
	struct stream *stream;
	struct feed *feeds;
	struct event *events[2]; /* RTP, RTCP */
	int fds[2];
	uint16_t port;
	struct wire_address host;
	bool shared;
};

static uint16_t
port_of(const struct sockaddr_storage *a)
{
	return ntohs(a->ss_family == AF_INET
			 ? ((const struct sockaddr_in *)a)->sin_port
			 : ((const struct sockaddr_in6 *)a)->sin6_port);
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* The SSRC of an RTP packet, or of an RTCP packet's sender. */
static bool
ssrc_of(struct span packet, bool rtcp, uint32_t *out)
{
	size_t at = rtcp ? 4 : 8;

	if (packet.n < at + 4)
		return false;
	*out = be32(packet.p + at);
	return true;
}

static bool
is_of(const struct feed *f, uint32_t ssrc)
{
	if (f->media.source.locked)
		return f->media.source.ssrc == ssrc;
	return f->ssrc_hint != 0 && f->ssrc_hint == ssrc;
}

/* Whose datagram? By SSRC where that is known, else by the source port if only
 * one feed has it, else it is the only feed's (f=udp_other_src). */
static struct feed *
owner_of(const struct udp_pair *p, uint16_t port, bool rtcp, struct span packet)
{
	struct feed *by_port = NULL, *only = p->feeds;
	unsigned matches = 0;
	uint32_t ssrc = 0;
	bool has_ssrc = ssrc_of(packet, rtcp, &ssrc);

	for (struct feed *f = p->feeds; f != NULL; f = f->pair_next) {
		if (has_ssrc && is_of(f, ssrc))
			return f;
		if ((rtcp ? f->server_rtcp : f->server_rtp) != port)
			continue;
		by_port = f;
		matches++;
	}
	if (matches == 1)
		return by_port;
	return only != NULL && only->pair_next == NULL ? only : NULL;
}

static void
on_datagram(struct udp_pair *p, const struct sockaddr_storage *from, bool rtcp,
    struct span packet, int64_t now_us)
{
	struct feed *f;

	if (!address_is_socket(&p->host, from))
		return;
	f = owner_of(p, port_of(from), rtcp, packet);
	if (f == NULL) {
		p->stream->counts.lost_bytes += packet.n;
		return;
	}
	p->stream->counts.wire_bytes += packet.n;
	f->read_us = now_us;
	media_udp(&f->media, rtcp, packet, now_us);
	feed_after_media(f, now_us);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp_pair *p = arg;
	int64_t now_us = clock_mono_us();

	(void)what;
	p->stream->counts.wakes++;
	for (int i = 0; i < DATAGRAMS; i++) {
		struct sockaddr_storage from;
		socklen_t length = sizeof(from);
		bool rtcp = fd == p->fds[1];
		ssize_t n =
		    recvfrom(fd, p->stream->scratch, STREAM_SCRATCH_BYTES,
			MSG_DONTWAIT, (struct sockaddr *)&from, &length);

		if (n < 0 && errno == ECONNREFUSED)
			continue; /* ICMP to a punch: no matter */
		if (n < 0)
			return;

		struct span packet = { p->stream->scratch, (size_t)n };

		p->stream->busy_pair = p;
		on_datagram(p, &from, rtcp, packet, now_us);
		if (p->stream->busy_pair == NULL) /* freed meanwhile */
			return;
		p->stream->busy_pair = NULL;
	}
}

static int
bind_one(int family, uint16_t port)
{
	struct wire_address any = { .family = family == AF_INET ? 4 : 6 };
	struct sockaddr_storage at;
	socklen_t length = address_to_socket(&any, port, 0, &at);
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int room = 512 << 10; /* a keyframe's burst */

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&at, length) != 0) {
		int error = errno;

		close(fd);
		errno = error;
		return -1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

/* An even port and the next one. */
static bool
bind_pair(struct udp_pair *p)
{
	int family = p->host.family == 4 ? AF_INET : AF_INET6;

	for (int i = 0; i < PORT_TRIES; i++) {
		int error;
		uint16_t port =
		    (uint16_t)(16384 +
			       (stream_random(p->stream) % 16384) / 2 * 2);

		p->fds[0] = bind_one(family, port);
		p->fds[1] =
		    p->fds[0] < 0 ? -1 : bind_one(family, (uint16_t)(port + 1));
		if (p->fds[1] >= 0) {
			p->port = port;
			return true;
		}
		error = errno;
		if (p->fds[0] >= 0)
			close(p->fds[0]);
		p->fds[0] = -1;
		errno = error;
		if (conn_lacks(error))
			break;
	}
	return false;
}

static void
pair_free(struct udp_pair *p)
{
	struct udp_pair **at = &p->stream->pairs;
	int error = errno;

	while (*at != NULL && *at != p)
		at = &(*at)->next;
	if (*at == p)
		*at = p->next;
	if (p->stream->busy_pair == p)
		p->stream->busy_pair = NULL;
	for (int i = 0; i < 2; i++) {
		if (p->events[i] != NULL)
			event_free(p->events[i]);
		if (p->fds[i] >= 0)
			close(p->fds[i]);
	}
	free(p);
	errno = error;
}

static struct udp_pair *
pair_new(struct feed *f)
{
	struct udp_pair *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL; /* ENOMEM */
	p->stream = f->stream;
	p->host = f->address;
	p->shared = !f->private_ports;
	p->fds[0] = p->fds[1] = -1;
	p->next = f->stream->pairs;
	f->stream->pairs = p;
	if (!bind_pair(p)) {
		pair_free(p);
		return NULL;
	}
	for (int i = 0; i < 2; i++) {
		p->events[i] = event_new(f->stream->base, p->fds[i],
		    EV_READ | EV_PERSIST, on_readable, p);
		if (p->events[i] == NULL ||
		    event_add(p->events[i], NULL) != 0) {
			errno = ENOMEM;
			pair_free(p);
			return NULL;
		}
	}
	return p;
}

uint16_t
udp_attach(struct feed *f)
{
	struct udp_pair *p = f->stream->pairs;

	udp_detach(f);
	for (; p != NULL; p = p->next)
		if (p->shared && !f->private_ports &&
		    memcmp(&p->host, &f->address, sizeof(p->host)) == 0)
			break;
	if (p == NULL)
		p = pair_new(f);
	if (p == NULL)
		return 0;
	f->pair = p;
	f->pair_next = p->feeds;
	p->feeds = f;
	return p->port;
}

void
udp_detach(struct feed *f)
{
	struct udp_pair *p = f->pair;

	if (p == NULL)
		return;

	struct feed **at = &p->feeds;

	while (*at != f)
		at = &(*at)->pair_next;
	*at = f->pair_next;
	f->pair_next = NULL;
	f->pair = NULL;
	if (p->feeds == NULL)
		pair_free(p);
}

static bool
told_apart(const struct feed *a, const struct feed *b)
{
	if (a->ssrc_hint != 0 && b->ssrc_hint != 0)
		return a->ssrc_hint != b->ssrc_hint;
	return a->server_rtp != 0 && b->server_rtp != 0 &&
	       a->server_rtp != b->server_rtp;
}

bool
udp_conflicts(const struct feed *f)
{
	if (f->pair == NULL)
		return false;
	for (const struct feed *o = f->pair->feeds; o != NULL; o = o->pair_next)
		if (o != f && o->transport_known && !told_apart(f, o))
			return true;
	return false;
}

static void
send_to(struct feed *f, int which, uint16_t port, const void *bytes, size_t n)
{
	struct sockaddr_storage to;
	socklen_t length = address_to_socket(&f->address, port, 0, &to);

	if (f->pair != NULL && port != 0)
		sendto(f->pair->fds[which], bytes, n,
		    MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to,
		    length);
}

void
udp_punch(struct feed *f)
{
	/* An RTP header and an empty receiver report (RFC 3550 s6.4.2). */
	static const uint8_t rtp[12] = { 0x80 };
	uint8_t rr[8] = { 0x80, 201, 0, 1, (uint8_t)(f->own_ssrc >> 24),
		(uint8_t)(f->own_ssrc >> 16), (uint8_t)(f->own_ssrc >> 8),
		(uint8_t)f->own_ssrc };

	send_to(f, 0, f->server_rtp, rtp, sizeof(rtp));
	send_to(f, 1, f->server_rtcp, rr, sizeof(rr));
}

void
udp_send_report(struct feed *f, struct span report)
{
	send_to(f, 1, f->server_rtcp, report.p, report.n);
}
