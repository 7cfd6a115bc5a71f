/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/run_notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/log.h"
#include "monitor/cli/cli.h"
#include "monitor/monitor.h"

#define LEAST_US (US_PER_S / 10)
#define MOST_US (86400 * US_PER_S)

void
run_notify_say(const char *text)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	size_t length = path != NULL ? strlen(path) : 0;

	if (length == 0 || length >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, length);
	if (sun.sun_path[0] == '@')
		sun.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	    (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/* A number in the environment, whole; 0: none. */
static int64_t
number_of(const char *name)
{
	const char *text = getenv(name);

	return text != NULL ? cli_number(text) : 0;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct run_notify *n = arg;
	struct health h = monitor_health(n->monitor);
	bool well = health_pings(&h);

	(void)fd;
	(void)what;
	if (well)
		run_notify_say("WATCHDOG=1");
	if (n->silent == well)
		log_error("run", "%s",
		    well ? "well again: systemd's watchdog is told so"
			 : "not well: systemd's watchdog is told no more, and "
			   "will restart this");
	n->silent = !well;
}

void
run_notify_watch(struct run_notify *n, struct event_base *base,
    struct monitor *m)
{
	int64_t us = number_of("WATCHDOG_USEC");
	int64_t pid = number_of("WATCHDOG_PID");

	n->monitor = m;
	if (us < LEAST_US || us > MOST_US || (pid != 0 && pid != getpid()))
		return;
	const struct timeval half = { (time_t)(us / 2 / US_PER_S),
		(suseconds_t)(us / 2 % US_PER_S) };

	n->tick = event_new(base, -1, EV_PERSIST, on_tick, n);
	if (n->tick == NULL || event_add(n->tick, &half) != 0)
		log_error("run", "systemd's watchdog can't be served");
	else
		on_tick(-1, 0, n);
}

void
run_notify_end(struct run_notify *n)
{
	if (n->tick != NULL)
		event_free(n->tick);
	n->tick = NULL;
}
