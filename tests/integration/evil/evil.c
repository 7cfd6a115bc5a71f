/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a decoder does that a picture has taken over: put around the true one
 * of camwarden-picture by the linker. A unit that holds "EVIL:" and a word
 * makes it do that, with all that the process knows: the monitor's channel,
 * and the number, generation and ticket of every unit it was ever handed. All
 * else is decoded honestly. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/channel.h"
#include "common/link.h"
#include "common/wire.h"
#include "probes/picture/decoder.h"

static struct channel *monitor;
static struct unit_head mine, others; /* the unit at hand; one of others */
static struct sample lie;

struct channel *__real_channel_new(struct event_base *base, int fd,
    size_t queue_limit, const struct channel_calls *calls);
struct channel *__wrap_channel_new(struct event_base *base, int fd,
    size_t queue_limit, const struct channel_calls *calls);
bool __real_link_reader_feed(struct link_reader *l, struct span packet);
bool __wrap_link_reader_feed(struct link_reader *l, struct span packet);
enum sample_result __real_decoder_decode(struct decoder *d,
    const struct decoder_unit *unit, struct picture_view *view_out,
    uint32_t *damage_out);
enum sample_result __wrap_decoder_decode(struct decoder *d,
    const struct decoder_unit *unit, struct picture_view *view_out,
    uint32_t *damage_out);

struct channel *
__wrap_channel_new(struct event_base *base, int fd, size_t queue_limit,
    const struct channel_calls *calls)
{
	monitor = __real_channel_new(base, fd, queue_limit, calls);
	return monitor;
}

bool
__wrap_link_reader_feed(struct link_reader *l, struct span packet)
{
	bool whole = __real_link_reader_feed(l, packet);

	if (whole) {
		mine = l->head;
		if (mine.codec != CODEC_MJPEG)
			others = mine;
	}
	return whole;
}

/* --- reaching for what it must not have */

static bool
makes(int fd)
{
	return fd >= 0;
}

static bool
connects(void)
{
	struct sockaddr sa = { .sa_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 || connect(0, &sa, sizeof(sa)) == 0;
}

static bool
starts(void)
{
	char *const argv[] = { (char *)(uintptr_t) "true", NULL };
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 || execv("/bin/true", argv) == 0;
}

static void
reach(void)
{
	const struct {
		const char *what;
		bool reached;
	} tries[] = {
		{ "/etc/passwd", makes(open("/etc/passwd", O_RDONLY)) },
		{ "its own memory", makes(open("/proc/self/mem", O_RDWR)) },
		{ "a file", makes(open("/tmp/evil", O_RDWR | O_CREAT, 0600)) },
		{ "the network", connects() },
		{ "a program", starts() },
		{ "its parent", kill(getppid(), SIGKILL) == 0 },
		{ "everybody", kill(-1, SIGKILL) == 0 },
		{ "its parent's memory",
		    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0 },
		{ "code of its own",
		    mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED },
		{ "root", setuid(0) == 0 },
	};
	unsigned count = sizeof(tries) / sizeof(tries[0]);

	for (unsigned i = 0; i < count; i++)
		if (tries[i].reached)
			fprintf(stderr, "evil: reached %s\n", tries[i].what);
	fprintf(stderr, "evil: tried %u\n", count);
}

/* --- speaking for others */

static void
say(struct feed_ref ref, uint64_t ticket)
{
	lie = (struct sample){ .ref = ref,
		.ticket = ticket,
		.at_us = mine.at_us,
		.result = SAMPLE_UNDECODABLE,
		.codec = CODEC_H264 };
	channel_put(monitor, sample, WIRE_SAMPLE, &lie);
	channel_flush(monitor);
}

static void
show(uint64_t ticket)
{
	static const char text[] = "\x89PNG\r\n\x1a\nEVIL-PICTURE";
	const struct wire_png m = { .ticket = ticket,
		.width = 1,
		.height = 1,
		.length = sizeof(text) - 1,
		.bytes = (const uint8_t *)text };

	channel_put(monitor, png, WIRE_PNG, &m);
	channel_flush(monitor);
}

static void
obey(const char *order)
{
	struct feed_ref later = { mine.ref.feed, mine.ref.generation + 1 };

	if (strncmp(order, "reach", 5) == 0)
		reach();
	else if (strncmp(order, "number", 6) == 0)
		say(others.ref, mine.ticket);
	else if (strncmp(order, "replay", 6) == 0)
		say(others.ref, others.ticket);
	else if (strncmp(order, "generation", 10) == 0)
		say(later, mine.ticket);
	else if (strncmp(order, "picture", 7) == 0)
		show(others.ticket);
	else if (strncmp(order, "garbage", 7) == 0)
		channel_send(monitor, WIRE_SAMPLE, "evil", 4);
}

enum sample_result
__wrap_decoder_decode(struct decoder *d, const struct decoder_unit *unit,
    struct picture_view *view_out, uint32_t *damage_out)
{
	const char *order = memmem(unit->bytes, unit->length, "EVIL:", 5);

	if (order != NULL && others.ticket != 0)
		obey(order + 5);
	return __real_decoder_decode(d, unit, view_out, damage_out);
}
