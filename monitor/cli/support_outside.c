/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/support_outside.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/address.h"
#include "common/clock.h"
#include "monitor/config/config_table.h"

#define MOST (4u << 20)
#define WAIT_US (10 * US_PER_S)
#define JOURNAL_LINES "2000"

/* All that comes until the end, at most `MOST`. NULL: no memory. */
static char *
read_all(int fd)
{
	int64_t deadline = clock_mono_us() + WAIT_US;
	char *text = malloc(MOST + 1);
	size_t n = 0;
	ssize_t got = 1;

	while (
	    text != NULL && got > 0 && n < MOST && clock_mono_us() < deadline) {
		got = read(fd, text + n, MOST - n);
		n += got > 0 ? (size_t)got : 0;
	}
	for (size_t i = 0; text != NULL && i < n; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	if (text != NULL)
		text[n] = '\0';
	return text;
}

static int
dial(const struct monitor_config *config)
{
	const struct timeval wait = { .tv_sec = 5 };
	struct sockaddr_storage to;
	struct wire_address a;
	socklen_t n;
	int fd;

	if (!address_parse(config->http_address, &a))
		return -1;
	n = address_to_socket(&a, config->http_port, 0, &to);
	fd = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&to, n) == 0)
		return fd;
	close(fd);
	return -1;
}

char *
support_outside_metrics(const struct monitor_config *config)
{
	static const char request[] =
	    "GET /metrics HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
	char *answer, *body;
	int fd;

	if (config->http_certificate[0] != '\0' || config->http_port == 0 ||
	    !config_table_loopback(config->http_address))
		return strdup("(they are asked without a token on loopback "
			      "only)\n");
	fd = dial(config);
	if (fd < 0 || send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) !=
			  (ssize_t)sizeof(request) - 1) {
		if (fd >= 0)
			close(fd);
		return strdup("(nobody answers)\n");
	}
	answer = read_all(fd);
	close(fd);
	body = answer != NULL ? strstr(answer, "\r\n\r\n") : NULL;
	if (body != NULL)
		memmove(answer, body + 4, strlen(body + 4) + 1);
	return answer;
}

/* The child, its output at *fd_out; 0: it can't be run. */
static pid_t
start_journal(int *fd_out)
{
	char *const argv[] = { "journalctl", "--unit", "camwarden", "--lines",
		JOURNAL_LINES, "--output", "short-iso", "--no-pager",
		"--no-hostname", NULL };
	posix_spawn_file_actions_t files;
	pid_t pid = 0;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return 0;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
	    O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
	    O_RDONLY, 0);
	if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ) != 0)
		pid = 0;
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	if (pid == 0)
		close(ends[0]);
	*fd_out = ends[0];
	return pid;
}

char *
support_outside_journal(void)
{
	char *text;
	pid_t pid;
	int fd;

	pid = start_journal(&fd);
	if (pid == 0)
		return strdup("(the monitor does not answer, and there is no "
			      "journal)\n");
	text = read_all(fd);
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return text;
}
