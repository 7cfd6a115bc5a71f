/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The channel and the picture link against peers that split, flood, lie and
 * vanish. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "common/channel.h"
#include "common/link.h"
#include "common/wire.h"

struct seen {
	struct channel *ch;
	unsigned count;
	unsigned last_type;
	size_t last_length;
	uint8_t last[256];
	const char *closed;
	bool refuse;
	bool free_inside;
};

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct seen *s = arg;

	s->count++;
	s->last_type = type;
	s->last_length = body.n;
	memcpy(s->last, body.p, body.n < 256 ? body.n : 256);
	if (s->free_inside)
		channel_free(&s->ch);
	return !s->refuse;
}

static void
on_closed(void *arg, const char *why)
{
	struct seen *s = arg;

	s->closed = why;
	channel_free(&s->ch);
}

static struct event_base *base;

static int
open_pair(struct seen *s, size_t limit)
{
	int fds[2];
	struct channel_calls calls = { on_message, on_closed, s };

	memset(s, 0, sizeof(*s));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	s->ch = channel_new(base, fds[0], limit, &calls);
	assert_non_null(s->ch);
	return fds[1];
}

static void
turn(int times)
{
	for (int i = 0; i < times; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void
test_byte_at_a_time(void **state)
{
	(void)state;
	struct seen a, b;
	int fds[2], peer = open_pair(&a, 1 << 20);
	uint8_t raw[512];
	ssize_t n;

	assert_true(channel_send(a.ch, WIRE_PING, "12345678", 8));
	assert_true(channel_send(a.ch, WIRE_STOP, "", 0));
	turn(2);
	n = read(peer, raw, sizeof(raw));
	assert_int_equal(n, 2 * WIRE_HEAD_BYTES + 8);
	fds[1] = open_pair(&b, 1 << 20);
	for (ssize_t i = 0; i < n; i++) {
		assert_int_equal(write(fds[1], raw + i, 1), 1);
		turn(1);
		assert_int_equal(b.count,
		    i + 1 >= (ssize_t)(2 * WIRE_HEAD_BYTES + 8) ? 2
		    : i + 1 >= (ssize_t)(WIRE_HEAD_BYTES + 8)	? 1
								: 0);
	}
	assert_int_equal(b.last_type, WIRE_STOP);
	channel_free(&a.ch);
	channel_free(&b.ch);
	close(peer);
	close(fds[1]);
}

static void
test_garbage_closes(void **state)
{
	(void)state;
	struct seen a;
	int peer = open_pair(&a, 1 << 20);

	assert_int_equal(write(peer, "GET / HTTP/1.0\r\n\r\n", 18), 18);
	turn(3);
	assert_non_null(a.closed);
	assert_int_equal(a.count, 0);
	close(peer);
}

static void
test_slow_reader_closes(void **state)
{
	(void)state;
	struct seen a;
	int peer = open_pair(&a, 1 << 16);
	static uint8_t block[4096];
	int sent = 0;

	while (channel_send(a.ch, WIRE_LOG, block, sizeof(block)))
		assert_true(++sent < 100);
	assert_true(sent >= 15);
	assert_null(a.closed); /* told from the loop, not from the sender */
	turn(3);
	assert_non_null(a.closed);
	close(peer);
}

static void
test_peer_gone_and_refused(void **state)
{
	(void)state;
	struct seen a, b;
	int peer = open_pair(&a, 1 << 16);
	int peer_b = open_pair(&b, 1 << 16);
	struct seen c;
	int peer_c = open_pair(&c, 1 << 16);

	close(peer);
	b.refuse = true;
	c.free_inside = true;
	/* the same two messages to both */
	struct seen sender;
	int out = open_pair(&sender, 1 << 16);
	uint8_t raw[64];

	channel_send(sender.ch, WIRE_STOP, "", 0);
	channel_send(sender.ch, WIRE_STOP, "", 0);
	turn(2);
	ssize_t n = read(out, raw, sizeof(raw));

	assert_int_equal(write(peer_b, raw, (size_t)n), n);
	assert_int_equal(write(peer_c, raw, (size_t)n), n);
	turn(3);
	assert_non_null(a.closed);
	assert_non_null(b.closed);
	assert_int_equal(b.count, 1);
	assert_int_equal(c.count, 1); /* freed: no more callbacks */
	channel_free(&sender.ch);
	close(out);
	close(peer_b);
	close(peer_c);
}

static void
test_descriptor_rides(void **state)
{
	(void)state;
	struct seen a, b;
	int fds[2], null = open("/dev/null", O_RDONLY);
	struct channel_calls ca = { on_message, on_closed, &a };
	struct channel_calls cb = { on_message, on_closed, &b };
	struct stat want, got;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	a.ch = channel_new(base, fds[0], 1 << 20, &ca);
	b.ch = channel_new(base, fds[1], 1 << 20, &cb);
	assert_true(channel_send(a.ch, WIRE_PING, "12345678", 8));
	assert_true(channel_send_fd(a.ch, WIRE_FEED_ADD, "file", 4, null));
	assert_true(channel_send(a.ch, WIRE_STOP, "", 0));
	turn(5);
	assert_int_equal(b.count, 3);
	int fd = channel_take_fd(b.ch);

	assert_true(fd >= 0);
	fstat(null, &want);
	fstat(fd, &got);
	assert_int_equal(want.st_rdev, got.st_rdev);
	assert_int_equal(channel_take_fd(b.ch), -1);
	close(fd);
	close(null);
	channel_free(&a.ch);
	channel_free(&b.ch);
}

/* Units of many sizes cross; a unit whose writer died midway is dropped and
 * the next one is whole. */
static void
test_link(void **state)
{
	(void)state;
	static uint8_t unit[300000],
	    packet[UNIT_HEAD_BYTES + LIMIT_CHUNK_BYTES];
	static const uint32_t sizes[] = { 0, 1, 47, LIMIT_CHUNK_BYTES,
		LIMIT_CHUNK_BYTES + 1, 300000 };
	struct link_reader reader;
	int fds[2];

	for (size_t i = 0; i < sizeof(unit); i++)
		unit[i] = (uint8_t)(i * 7 + (i >> 9));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	link_reader_init(&reader);
	for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		struct unit_head head = { .ticket = 100 + k,
			.total = sizes[k],
			.codec = CODEC_H264 };
		size_t cut = sizes[k] / 3;
		struct span parts[] = { { unit, cut }, { unit, 0 },
			{ unit + cut, sizes[k] - cut } };
		uint32_t offset = 0;
		enum link_sent sent;
		bool whole = false;

		do {
			sent = link_send(fds[0], &head, parts, 3, &offset);
			assert_int_not_equal(sent, LINK_GONE);
			for (;;) {
				ssize_t n = recv(fds[1], packet, sizeof(packet),
				    MSG_DONTWAIT);

				if (n < 0)
					break;
				assert_false(whole);
				whole = link_reader_feed(&reader,
				    (struct span){ packet, (size_t)n });
			}
		} while (sent == LINK_BUSY);
		assert_true(whole);
		assert_int_equal(reader.head.ticket, 100 + k);
		assert_memory_equal(reader.bytes, unit, sizes[k]);
		for (int i = 0; i < 64; i++)
			assert_int_equal(reader.bytes[sizes[k] + (size_t)i], 0);
	}
	/* A torn unit: first packet only, then another unit. */
	struct unit_head torn = { .ticket = 1, .total = 300000 };
	struct unit_head next = { .ticket = 2, .total = 5 };
	struct span part = { unit, 300000 };
	uint32_t offset = 0;
	unsigned wholes = 0;

	(void)link_send(fds[0], &torn, &part, 1, &offset);
	ssize_t n = recv(fds[1], packet, sizeof(packet), MSG_DONTWAIT);

	assert_false(
	    link_reader_feed(&reader, (struct span){ packet, (size_t)n }));
	while (recv(fds[1], packet, sizeof(packet), MSG_DONTWAIT) > 0)
		;
	offset = 0;
	assert_int_equal(link_send(fds[0], &next, &part, 1, &offset),
	    LINK_SENT);
	n = recv(fds[1], packet, sizeof(packet), MSG_DONTWAIT);
	wholes += link_reader_feed(&reader, (struct span){ packet, (size_t)n });
	assert_int_equal(wholes, 1);
	assert_int_equal(reader.head.ticket, 2);
	assert_int_equal(reader.dropped, 1);
	assert_false(link_reader_feed(&reader, (struct span){ packet, 3 }));
	link_reader_fini(&reader);
	close(fds[0]);
	close(fds[1]);
}

static int
set_up(void **state)
{
	(void)state;
	base = event_base_new();
	return base == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	event_base_free(base);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byte_at_a_time),
		cmocka_unit_test(test_garbage_closes),
		cmocka_unit_test(test_slow_reader_closes),
		cmocka_unit_test(test_peer_gone_and_refused),
		cmocka_unit_test(test_descriptor_rides),
		cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
