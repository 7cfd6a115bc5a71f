/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/wire.h"

#define HEAD_CHECK 0x63776d31u /* as common/channel.c has it */
#define IN_BYTES ((size_t)8 << 20)
#define STOP_US 1200000

static void
child(const char *program, const int *fds)
{
	for (int i = 0; i < 1 + DRIVER_LINKS; i++)
		dup2(fds[i], 3 + i);
	close_range(4 + DRIVER_LINKS, ~0u, 0);
	execl(program, program, (char *)NULL);
	_exit(127);
}

void
driver_post(struct driver *d, unsigned type, const struct writer *body, int fd)
{
	uint8_t head[WIRE_HEAD_BYTES];
	struct writer w = writer_of(head, sizeof(head));
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov[2] = { { head, sizeof(head) },
		{ body->start, writer_length(body) } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	assert_false(body->bad);
	writer_le32(&w, (uint32_t)writer_length(body));
	writer_le16(&w, (uint16_t)type);
	writer_le16(&w, 0);
	writer_le32(&w, HEAD_CHECK);
	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
	}
	assert_int_equal(sendmsg(d->channel, &msg, MSG_NOSIGNAL),
	    sizeof(head) + writer_length(body));
}

unsigned
driver_next(struct driver *d, struct span *body, int timeout_ms)
{
	int64_t deadline = clock_mono_us() + timeout_ms * US_PER_MS;

	for (;;) {
		struct reader r = reader_of(d->in, d->length);
		uint32_t n = reader_le32(&r);
		unsigned type = reader_le16(&r);
		struct pollfd p = { d->channel, POLLIN, 0 };
		int64_t left = deadline - clock_mono_us();
		ssize_t got;

		if (d->length >= WIRE_HEAD_BYTES &&
		    d->length >= WIRE_HEAD_BYTES + n) {
			free(d->last);
			d->last = malloc(n + 1);
			memcpy(d->last, d->in + WIRE_HEAD_BYTES, n);
			d->length -= WIRE_HEAD_BYTES + n;
			memmove(d->in, d->in + WIRE_HEAD_BYTES + n, d->length);
			*body = (struct span){ d->last, n };
			return type;
		}
		if (left < 0 || poll(&p, 1, (int)(left / 1000) + 1) <= 0)
			return 0;
		got = read(d->channel, d->in + d->length, IN_BYTES - d->length);
		if (got <= 0)
			return 0;
		d->length += (size_t)got;
	}
}

struct link_reader *
driver_unit(struct driver *d, int timeout_ms)
{
	int64_t deadline = clock_mono_us() + timeout_ms * US_PER_MS;
	static uint8_t packet[UNIT_HEAD_BYTES + LIMIT_CHUNK_BYTES];

	for (;;) {
		struct pollfd p[DRIVER_LINKS];
		int64_t left = deadline - clock_mono_us();

		for (int i = 0; i < DRIVER_LINKS; i++)
			p[i] = (struct pollfd){ d->links[i], POLLIN, 0 };
		if (left < 0 ||
		    poll(p, DRIVER_LINKS, (int)(left / 1000) + 1) <= 0)
			return NULL;
		for (int i = 0; i < DRIVER_LINKS; i++) {
			ssize_t n;

			if (!(p[i].revents & POLLIN))
				continue;
			n = recv(d->links[i], packet, sizeof(packet), 0);
			if (n <= 0)
				return NULL;
			if (link_reader_feed(&d->readers[i],
				(struct span){ packet, (size_t)n }))
				return &d->readers[i];
		}
	}
}

static void
greet(struct driver *d, enum probe_role role, const struct wire_configure *cfg)
{
	const struct wire_hello hello = { WIRE_VERSION, role, 5, 1 };
	struct wire_configure c = *cfg;
	uint8_t bytes[512];
	struct writer w = writer_of(bytes, sizeof(bytes));
	struct wire_hello theirs;
	struct span body;

	wire_put_hello(&w, &hello);
	driver_post(d, WIRE_HELLO, &w, -1);
	c.links = DRIVER_LINKS;
	w = writer_of(bytes, sizeof(bytes));
	wire_put_configure(&w, &c);
	driver_post(d, WIRE_CONFIGURE, &w, -1);
	assert_int_equal(driver_next(d, &body, 10000), WIRE_HELLO);
	assert_true(wire_get_hello(body, &theirs));
	assert_int_equal(theirs.version, WIRE_VERSION);
	assert_int_equal(theirs.role, role);
	assert_int_equal(theirs.pid, d->pid);
}

void
driver_spawn(struct driver *d, const char *program, enum probe_role role,
    const struct wire_configure *cfg)
{
	int pair[2], theirs[1 + DRIVER_LINKS];

	*d = (struct driver){ .in = malloc(IN_BYTES) };
	assert_non_null(d->in);
	for (int i = -1; i < DRIVER_LINKS; i++) {
		int type = i < 0 ? SOCK_STREAM : SOCK_SEQPACKET;

		assert_int_equal(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0,
				     pair),
		    0);
		*(i < 0 ? &d->channel : &d->links[i]) = pair[0];
		/* Above the child's numbers, so that dup2 steps on none. */
		theirs[1 + i] = fcntl(pair[1], F_DUPFD_CLOEXEC, 50);
		close(pair[1]);
	}
	d->pid = fork();
	assert_true(d->pid >= 0);
	if (d->pid == 0)
		child(program, theirs);
	for (int i = 0; i < 1 + DRIVER_LINKS; i++) {
		close(theirs[i]);
		if (i < DRIVER_LINKS)
			link_reader_init(&d->readers[i]);
	}
	greet(d, role, cfg);
}

int
driver_stop(struct driver *d)
{
	uint8_t none[1];
	struct writer w = writer_of(none, sizeof(none));
	int64_t start = clock_mono_us();
	int status;

	driver_post(d, WIRE_STOP, &w, -1);
	assert_int_equal(waitpid(d->pid, &status, 0), d->pid);
	d->pid = 0;
	assert_in_range(clock_mono_us() - start, 0, STOP_US);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

void
driver_end(struct driver *d)
{
	if (d->pid > 0) {
		kill(d->pid, SIGKILL);
		waitpid(d->pid, NULL, 0);
	}
	close(d->channel);
	for (int i = 0; i < DRIVER_LINKS; i++) {
		close(d->links[i]);
		link_reader_fini(&d->readers[i]);
	}
	free(d->in);
	free(d->last);
}
