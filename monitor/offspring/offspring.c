/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/offspring/offspring.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

#define FD_SAFE 10 /* children get their descriptors below it */
#define GONE_MS 200
#define LINGERING 16 /* most that were ended and are still there */

static pid_t lingering[LINGERING]; /* 0 = none */

/* In the child: its descriptors to their places, everything else closed. */
static void
become(const char *role, const char *argument, const int *fds, int count)
{
	char *argv[] = { "camwarden", (char *)role, (char *)argument, NULL };
	sigset_t none;

	for (int i = 0; i < count; i++)
		if (dup2(fds[i], 3 + i) < 0)
			_exit(127);
	close_range(3 + (unsigned)count, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The very program that runs, even while it is being upgraded. */
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Those that are gone by now; whether there is room for another. */
static bool
reap_lingering(void)
{
	bool room = false;

	for (int i = 0; i < LINGERING; i++) {
		if (lingering[i] != 0 &&
		    waitpid(lingering[i], NULL, WNOHANG) != 0)
			lingering[i] = 0;
		room = room || lingering[i] == 0;
	}
	return room;
}

/* fds (above FD_SAFE) become 3, 4, .. of the child. 0 when it failed. */
pid_t
offspring_spawn(const char *role, const char *argument, const int *fds,
    int count)
{
	pid_t pid;

	if (!reap_lingering()) {
		log_error("offspring",
		    "%d processes that were ended are still "
		    "there (a disk that doesn't answer?)",
		    LINGERING);
		return 0;
	}
	pid = fork();

	if (pid == 0)
		become(role, argument, fds, count);
	if (pid < 0) {
		log_error("offspring", "fork: %s", strerror(errno));
		return 0;
	}
	return pid;
}

/* The kernel lets go of who waits for a disk only when that answers; the loop
 * doesn't wait with it. */
void
offspring_end(pid_t *pid)
{
	struct pollfd p = { .events = POLLIN };

	if (*pid == 0)
		return;
	p.fd = pidfd_open(*pid, 0);
	kill(*pid, SIGKILL);
	if (p.fd >= 0) {
		poll(&p, 1, GONE_MS);
		close(p.fd);
	}
	for (int i = 0; i < LINGERING && *pid != 0; i++)
		if (lingering[i] == 0) {
			lingering[i] = *pid;
			*pid = 0;
		}
	*pid = 0;
	reap_lingering();
}

/* A pair whose ends are both out of the way of 3, 4, ... */
bool
offspring_pair(int fds_out[2])
{
	int raw[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, raw) != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		fds_out[i] = fcntl(raw[i], F_DUPFD_CLOEXEC, FD_SAFE);
		close(raw[i]);
	}
	if (fds_out[0] >= 0 && fds_out[1] >= 0)
		return true;
	for (int i = 0; i < 2; i++)
		if (fds_out[i] >= 0)
			close(fds_out[i]);
	return false;
}

int
offspring_fd(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FD_SAFE);

	close(fd);
	return moved;
}

int
offspring_copy(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, FD_SAFE);

	if (copy < 0)
		log_error("offspring", "a descriptor: %s", strerror(errno));
	return copy;
}

int
offspring_listen(const char *address, uint16_t *port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_port = htons(*port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_port = htons(*port) };
	bool is_six = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
	struct sockaddr *sa =
	    is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	socklen_t length = is_six ? sizeof(six) : sizeof(four);
	int on = 1, low, fd = -1;

	if (!is_six && inet_pton(AF_INET, address, &four.sin_addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	low = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (low < 0)
		return -1;
	setsockopt(low, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(low, sa, length) == 0 && listen(low, 1024) == 0 &&
	    getsockname(low, sa, &length) == 0)
		fd = fcntl(low, F_DUPFD_CLOEXEC, FD_SAFE);
	int error = errno;

	close(low);
	errno = error;
	if (fd >= 0)
		*port = ntohs(is_six ? six.sin6_port : four.sin_port);
	return fd;
}
