/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of one probe process: started -> greeted (HELLO both ways) ->
 * configured -> pinged each second -> lost (crashed, hung, lied, stopped) ->
 * reaped -> started again after a throttle. */
#include "monitor/fleet/fleet_parts.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/channel.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/wire.h"
#include "monitor/fleet/child.h"

#include <sys/socket.h>

#define THROTTLE_FIRST_US (100 * US_PER_MS)
#define THROTTLE_MAX_US (10 * US_PER_S)
#define LIVED_WELL_US (3 * US_PER_S) /* such a life resets the throttle */
#define QUEUE_LIMIT (32u << 20)	     /* 10,000 FEED_ADDs and some */

static const struct {
	const char *word;
	const char *program;
} roles[] = {
	[ROLE_STREAM] = { "stream", "camwarden-stream" },
	[ROLE_DEMUX] = { "demux", "camwarden-demux" },
	[ROLE_PICTURE] = { "picture", "camwarden-picture" },
};

const char *
fleet_probe_name(const struct probe *p)
{
	static char name[32];

	snprintf(name, sizeof(name), "%s-%u", roles[p->role].word, p->number);
	return name;
}

/* Writers see one link to each picture probe, a picture probe one from each
 * writer. */
static size_t
collect_links(const struct probe *p, int *fds)
{
	const struct fleet *fl = p->fl;
	uint32_t writers = fl->streams + fl->demuxes;
	size_t n = 0;

	if (p->role != ROLE_PICTURE) {
		for (uint32_t i = 0; i < fl->pictures; i++)
			fds[n++] = fl->links[p->first_link + i][0];
		return n;
	}
	for (uint32_t i = 0; i < writers; i++)
		fds[n++] = fl->links[i * fl->pictures + p->number][1];
	return n;
}

static void
on_closed(void *arg, const char *why)
{
	struct probe *p = arg;

	if (!p->fl->stopping && !p->banned && !p->hung)
		log_warn("fleet", "probe=%s pid=%d lost: %s",
		    fleet_probe_name(p), (int)p->pid, why);
	channel_free(&p->channel);
	p->hello = false;
	/* A dead process keeps its own status; a live one has lost its only
	 * purpose. */
	if (p->pid > 0 && !p->fl->stopping)
		kill(p->pid, SIGKILL);
	fleet_probe_lost(p);
}

static bool
greet(struct probe *p, int fd)
{
	const struct channel_calls calls = { .on_message = fleet_inbox_message,
		.on_closed = on_closed,
		.arg = p };
	const struct wire_hello hello = { .version = WIRE_VERSION,
		.role = p->role,
		.number = p->number,
		.pid = (uint32_t)getpid() };

	p->channel = channel_new(p->fl->base, fd, QUEUE_LIMIT, &calls);
	if (p->channel == NULL) {
		close(fd);
		kill(p->pid, SIGKILL); /* reaped and started again */
		return false;
	}
	if (p->role != ROLE_PICTURE)
		channel_wipe(p->channel); /* passwords */
	return channel_put(p->channel, hello, WIRE_HELLO, &hello);
}

bool
fleet_probe_start(struct probe *p)
{
	char path[PATH_MAX];
	int fds[CHILD_FDS_MAX];
	int pair[2];

	snprintf(path, sizeof(path), "%s/%s", p->fl->program_dir,
	    roles[p->role].program);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return false;
	fds[0] = pair[1];

	const struct child_spec spec = { .path = path,
		.name = roles[p->role].program,
		.fds = fds,
		.fd_count = 1 + collect_links(p, fds + 1) };
	pid_t pid = child_start(&spec);

	close(pair[1]);
	if (pid <= 0) {
		close(pair[0]);
		return false;
	}
	p->pid = pid;
	p->born_us = clock_mono_us();
	if (p->heard_us == 0)
		p->heard_us = p->born_us;
	p->hello = p->hung = p->banned = false;
	p->pinged_us = 0;
	p->decoding = 0;
	p->last = (struct wire_pong){ 0 };
	return greet(p, pair[0]);
}

void
fleet_probe_ban(struct probe *p, const char *why)
{
	if (p->banned)
		return;
	p->banned = true;
	log_error("fleet", "probe=%s pid=%d lies (%s): replaced",
	    fleet_probe_name(p), (int)p->pid, why);
	if (p->pid > 0)
		kill(p->pid, SIGKILL);
}

static void
on_restart(evutil_socket_t fd, short what, void *arg)
{
	struct probe *p = arg;

	(void)fd;
	(void)what;
	if (p->fl->stopping || p->pid != 0)
		return;
	p->restarts++;
	if (!fleet_probe_start(p)) {
		static const struct timeval again = { 1, 0 };

		log_error("fleet", "probe=%s can't be started",
		    fleet_probe_name(p));
		if (p->pid == 0)
			event_add(p->restart, &again);
	}
}

static void
restart_later(struct probe *p)
{
	int64_t now = clock_mono_us();

	if (now - p->born_us >= LIVED_WELL_US)
		p->throttle_us = THROTTLE_FIRST_US;
	else
		p->throttle_us *= 2;
	if (p->throttle_us < THROTTLE_FIRST_US)
		p->throttle_us = THROTTLE_FIRST_US;
	if (p->throttle_us > THROTTLE_MAX_US)
		p->throttle_us = THROTTLE_MAX_US;

	struct timeval after = { p->throttle_us / US_PER_S,
		p->throttle_us % US_PER_S };

	if (p->restart == NULL)
		p->restart = event_new(p->fl->base, -1, 0, on_restart, p);
	if (p->restart != NULL)
		event_add(p->restart, &after);
}

/* A crash names its suspect, and so does a lie: what was decoded meanwhile may
 * have taken the decoder over. A kill from outside (an operator, the kernel
 * short of memory, a drill) says nothing about the picture. */
static bool
was_crash(const struct probe *p, int status)
{
	if (p->hung || p->banned)
		return true;
	if (WIFEXITED(status))
		return WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 127;
	switch (WTERMSIG(status)) {
	case SIGKILL:
	case SIGTERM:
	case SIGINT:
	case SIGHUP:
	case SIGPIPE:
		return false;
	}
	return true;
}

static void
say_end(const struct probe *p, int status)
{
	if (WIFSIGNALED(status))
		log_warn("fleet", "probe=%s pid=%d ended by signal %d",
		    fleet_probe_name(p), (int)p->pid, WTERMSIG(status));
	else if (WEXITSTATUS(status) == 127)
		log_error("fleet", "probe=%s can't be executed from %s",
		    fleet_probe_name(p), p->fl->program_dir);
	else
		log_warn("fleet", "probe=%s pid=%d exited with %d",
		    fleet_probe_name(p), (int)p->pid, WEXITSTATUS(status));
}

void
fleet_probe_reap(struct probe *p)
{
	int status;

	if (p->pid <= 0 || waitpid(p->pid, &status, WNOHANG) != p->pid)
		return;

	uint64_t ticket = p->decoding;

	if (!p->fl->stopping)
		say_end(p, status);
	p->pid = 0;
	if (p->channel != NULL) {
		channel_free(&p->channel);
		p->hello = false;
		fleet_probe_lost(p);
	}
	if (ticket != 0 && was_crash(p, status))
		fleet_suspect(p->fl, ticket);
	p->decoding = 0;
	if (!p->fl->stopping)
		restart_later(p);
}

static void
ping(struct probe *p, int64_t now_us)
{
	uint8_t body[8];
	struct writer w = writer_of(body, sizeof(body));

	p->nonce = fleet_random();
	p->pinged_us = now_us;
	writer_le64(&w, p->nonce);
	channel_send(p->channel, WIRE_PING, body, sizeof(body));
}

void
fleet_probe_tick(struct probe *p, int64_t now_us, int64_t late_us)
{
	/* Since when it owes us a word; 0: it doesn't. */
	int64_t *owes_us = p->hello ? &p->pinged_us : &p->born_us;

	if (*owes_us != 0)
		*owes_us += late_us; /* that is nobody's silence */
	p->log_lines = 0;
	if (p->pid == 0 || p->channel == NULL || p->banned || p->hung)
		return;
	if (*owes_us != 0 && now_us - *owes_us > p->fl->patience_us) {
		log_error("fleet", "probe=%s pid=%d hangs: replaced",
		    fleet_probe_name(p), (int)p->pid);
		p->hung = true;
		kill(p->pid, SIGKILL);
	} else if (*owes_us == 0) {
		ping(p, now_us);
	}
}

void
fleet_probe_close(struct probe *p)
{
	channel_free(&p->channel);
	if (p->restart != NULL)
		event_free(p->restart);
	p->restart = NULL;
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	p->pid = 0;
}
