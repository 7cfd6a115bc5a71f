/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The other end of a channel as a script: messages, parts of them, garbage,
 * descriptors, silence, going away. The channel hands over what came whole, is
 * closed once at most, and keeps no descriptor. */
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "camwarden/wire.h"
#include "common/channel.h"
#include "tests/fuzz/fuzz.h"

#define CHECK 0x63776d31u /* as in channel.c */

struct near {
	struct channel *channel;
	unsigned closed, taken;
	bool frees; /* on its own message */
};

static bool
on_message(void *arg, unsigned type, struct span body)
{
	struct near *n = arg;
	unsigned sum = 0;

	assert(n->closed == 0 && body.n <= LIMIT_MESSAGE_BYTES);
	for (size_t i = 0; i < body.n; i++)
		sum += body.p[i];
	n->taken += sum;
	if (type == 1) {
		int fd = channel_take_fd(n->channel);

		if (fd >= 0)
			close(fd);
	}
	if (type == 2)
		channel_send(n->channel, 3, body.p, body.n);
	if (type == 4) {
		channel_free(&n->channel);
		return true;
	}
	return type != 5;
}

static void
on_closed(void *arg, const char *why)
{
	struct near *n = arg;

	assert(n->closed++ == 0 && why[0] != '\0');
	channel_free(&n->channel);
}

static void
give(int far, const void *p, size_t n, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)(uintptr_t)p, n };
	struct msghdr msg = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	if (n > 0 && sendmsg(far, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
}

static void
act(struct reader *r, int far, uint8_t op)
{
	static uint8_t bytes[WIRE_HEAD_BYTES + 16 * 255];
	static char drain[65536];
	struct writer w = writer_of(bytes, sizeof(bytes));
	size_t n = reader_u8(r) * (op & 0x80 ? 16u : 1u);
	struct span body = fuzz_span(r, n);

	if (!(op & 8)) {
		writer_le32(&w, (uint32_t)body.n + (op & 0x10 ? 3u : 0u));
		writer_le16(&w, op & 7);
		writer_le16(&w, 0);
		writer_le32(&w, op & 0x20 ? reader_le32(r) : CHECK);
	}
	writer_bytes(&w, body.p, body.n);
	assert(!w.bad);
	give(far, bytes, writer_length(&w), op & 0x40 ? STDERR_FILENO : -1);
	while (recv(far, drain, sizeof(drain), MSG_DONTWAIT) > 0)
		;
}

/* The number that the next descriptor would get. */
static int
lowest(void)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct event_base *base;
	struct reader r = reader_of(data, size);
	struct near n = { 0 };
	struct channel_calls calls = { on_message, on_closed, &n };
	int pair[2], before;

	if (base == NULL)
		base = event_base_new();
	before = lowest();
	assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	n.channel = channel_new(base, pair[0], 65536, &calls);
	assert(n.channel != NULL);
	if (reader_u8(&r) & 1)
		channel_wipe(n.channel);
	while (n.channel != NULL && !r.bad && reader_left(&r) > 0) {
		act(&r, pair[1], reader_u8(&r));
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	close(pair[1]);
	for (int i = 0; n.channel != NULL && i < 100; i++)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert(n.channel == NULL);
	assert(lowest() == before);
	return 0;
}
