/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A probe in every role that behaves or misbehaves as the variable FAKE_STREAM,
 * FAKE_DEMUX or FAKE_PICTURE says: for the tests of the fleet. Blocking, on
 * the wire's own framing written out here, so that it can break it. */
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "camwarden/wire.h"
#include "common/wire.h"

#define CHECK 0x63776d31u
#define LINKS_MAX 64

static const char *manner = "good";
static enum probe_role role;
static uint32_t links = 1;
static uint32_t peers; /* of a picture probe: how many links it reads */
static uint8_t scratch[LIMIT_PNG_BYTES];

static int64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int
is(const char *word)
{
	return strcmp(manner, word) == 0;
}

static void
put_all(int fd, const void *p, size_t n)
{
	const uint8_t *at = p;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done <= 0)
			_exit(0);
		at += done;
		n -= (size_t)done;
	}
}

static int
get_all(int fd, void *p, size_t n)
{
	uint8_t *at = p;

	while (n > 0) {
		ssize_t done = read(fd, at, n);

		if (done <= 0)
			return 0;
		at += done;
		n -= (size_t)done;
	}
	return 1;
}

static void
say(unsigned type, const struct writer *body)
{
	uint8_t head[WIRE_HEAD_BYTES];
	struct writer w = writer_of(head, sizeof(head));

	writer_le32(&w, (uint32_t)writer_length(body));
	writer_le16(&w, (uint16_t)type);
	writer_le16(&w, 0);
	writer_le32(&w, CHECK);
	put_all(WIRE_FD_CHANNEL, head, sizeof(head));
	put_all(WIRE_FD_CHANNEL, body->start, writer_length(body));
}

static struct writer
fresh(void)
{
	return writer_of(scratch, sizeof(scratch));
}

static void
hello(void)
{
	struct wire_hello m = { .version = WIRE_VERSION,
		.role = role,
		.pid = (uint32_t)getpid() };
	struct writer w = fresh();

	if (is("version"))
		m.version++;
	if (is("role"))
		m.role = role == ROLE_PICTURE ? ROLE_STREAM : ROLE_PICTURE;
	wire_put_hello(&w, &m);
	say(WIRE_HELLO, &w);
}

static void
pong(struct span body)
{
	struct wire_pong m = { 0 };
	struct writer w = fresh();

	wire_get_u64(body, &m.nonce);
	if (is("slow"))
		usleep(200000);
	if (is("nonce"))
		m.nonce++;
	if (is("count"))
		m.flowing = 7;
	wire_put_pong(&w, &m);
	say(WIRE_PONG, &w);
}

static void
report(const struct feed_ref *ref, enum phase phase)
{
	struct link_report r = { .ref = *ref,
		.at_us = now_us(),
		.phase = phase };
	struct writer w = fresh();

	if (is("generation"))
		r.ref.generation++;
	if (is("late"))
		r.ref.generation--;
	if (is("foreign"))
		r.ref.feed += 50;
	if (is("range"))
		r.ref.feed = LIMIT_FEEDS + 5;
	if (is("full-once") && phase == PHASE_BACKOFF)
		r.reason = REASON_OVER_CAPACITY;
	if (is("future"))
		r.at_us += 3600ll * 1000000;
	wire_put_link_report(&w, &r);
	if (is("short"))
		w.p--;
	say(is("foreign-role") ? WIRE_DECODE_BEGIN : WIRE_LINK_REPORT, &w);
}

static void
added(struct span body)
{
	static struct wire_feed_add m;

	static uint32_t times;

	if (wire_get_feed_add(body, &m))
		report(&m.ref, is("full-once") && times++ == 0 ? PHASE_BACKOFF
							       : PHASE_FLOWING);
}

static void
asked(struct span body)
{
	struct wire_sample_ask m;
	struct unit_head h = { 0 };
	uint8_t packet[UNIT_HEAD_BYTES + 4] = { 0 };
	struct writer w = writer_of(packet, sizeof(packet));

	if (!wire_get_sample_ask(body, &m))
		_exit(9);
	if (is("gone")) {
		const struct wire_sample_gone gone = { .ref = m.ref,
			.ticket = m.ticket,
			.why = SAMPLE_BUSY };
		struct writer g = fresh();

		wire_put_sample_gone(&g, &gone);
		say(WIRE_SAMPLE_GONE, &g);
		return;
	}
	if (is("mute"))
		return;
	h.ticket = m.ticket;
	h.ref = m.ref;
	h.flags = m.flags;
	h.total = h.length = 4;
	h.codec = CODEC_MJPEG;
	h.at_us = now_us();
	wire_put_unit_head(&w, &h);
	send(WIRE_FD_LINK_FIRST + (int)(m.ref.feed % links), packet,
	    sizeof(packet), 0);
}

static void
configured(struct span body)
{
	struct wire_configure m;

	if (!wire_get_configure(body, &m))
		_exit(9);
	if (role == ROLE_PICTURE)
		peers = m.links;
	else
		links = m.links;
}

static void
png(uint64_t ticket)
{
	static const uint8_t bytes[12] = { 0x89, 'P', 'N', 'G', '\r', '\n',
		0x1a, '\n' };
	const struct wire_png m = { .ticket = ticket,
		.width = 320,
		.height = 180,
		.length = is("not-png") ? 4 : sizeof(bytes),
		.bytes = bytes };
	struct writer w = fresh();

	wire_put_png(&w, &m);
	say(WIRE_PNG, &w);
}

static void
measured(const struct unit_head *h)
{
	static struct sample s;
	struct writer w = fresh();

	writer_le64(&w, h->ticket);
	say(WIRE_DECODE_BEGIN, &w);
	if (is("crash"))
		abort();
	if (is("stuck"))
		for (;;)
			pause();
	if (is("killed"))
		raise(9);
	s.ref = h->ref;
	s.ticket = h->ticket + is("ticket");
	s.at_us = h->at_us;
	s.result = is("undecodable") ? SAMPLE_UNDECODABLE : SAMPLE_OK;
	s.codec = CODEC_MJPEG;
	for (int i = 0; i < 1 + is("twice"); i++) {
		w = fresh();
		wire_put_sample(&w, &s);
		say(WIRE_SAMPLE, &w);
	}
	if (s.result == SAMPLE_OK &&
	    ((h->flags & WIRE_SAMPLE_PNG) != 0 || is("png")))
		png(h->ticket);
}

static void
unit(int fd)
{
	uint8_t packet[UNIT_HEAD_BYTES + LIMIT_CHUNK_BYTES];
	ssize_t n = recv(fd, packet, sizeof(packet), 0);
	struct unit_head h;

	if (n > 0 && wire_get_unit_head((struct span){ packet, (size_t)n }, &h))
		measured(&h);
}

static void
message(void)
{
	static uint8_t body[64 << 10];
	uint8_t head[WIRE_HEAD_BYTES];
	struct reader r = reader_of(head, sizeof(head));
	struct span s = { body, 0 };

	if (!get_all(WIRE_FD_CHANNEL, head, sizeof(head)))
		_exit(0);
	s.n = reader_le32(&r);
	unsigned type = reader_le16(&r);

	if (s.n > sizeof(body) || !get_all(WIRE_FD_CHANNEL, body, s.n))
		_exit(0);
	if (type == WIRE_STOP && !is("deaf"))
		_exit(0);
	else if (type == WIRE_PING && !is("hang"))
		pong(s);
	else if (type == WIRE_CONFIGURE)
		configured(s);
	else if (type == WIRE_FEED_ADD)
		added(s);
	else if (type == WIRE_SAMPLE_ASK)
		asked(s);
}

static void
serve(void)
{
	struct pollfd fds[1 + LINKS_MAX];

	for (;;) {
		uint32_t n = 1 + (peers < LINKS_MAX ? peers : LINKS_MAX);

		for (uint32_t i = 0; i < n; i++)
			fds[i] = (struct pollfd){ WIRE_FD_CHANNEL + (int)i,
				POLLIN, 0 };
		poll(fds, n, -1);
		for (uint32_t i = 1; i < n; i++)
			if ((fds[i].revents & POLLIN) != 0)
				unit(fds[i].fd);
		if ((fds[0].revents & (POLLIN | POLLHUP)) != 0)
			message();
	}
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name, *variable;
		enum probe_role role;
	} names[] = { { "camwarden-stream", "FAKE_STREAM", ROLE_STREAM },
		{ "camwarden-demux", "FAKE_DEMUX", ROLE_DEMUX },
		{ "camwarden-picture", "FAKE_PICTURE", ROLE_PICTURE } };

	(void)argc;
	for (int i = 0; i < 3; i++)
		if (strcmp(argv[0], names[i].name) == 0) {
			role = names[i].role;
			if (getenv(names[i].variable) != NULL)
				manner = getenv(names[i].variable);
		}
	if (is("exit"))
		return 3;
	if (is("silent"))
		for (;;)
			pause();
	if (is("garbage"))
		put_all(WIRE_FD_CHANNEL, "GET / HTTP/1.1\r\n\r\n", 18);
	hello();
	serve();
	return 0;
}
