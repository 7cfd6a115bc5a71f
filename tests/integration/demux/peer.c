/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/integration/demux/peer.h"

#include <arpa/inet.h>
#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 64
#define FILE_MAX (4 << 20)

void
peer_folder(char *out, unsigned size)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(out, size, "%s/camwarden-demux-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert(mkdtemp(out) != NULL);
}

void
peer_folder_remove(const char *folder)
{
	pid_t pid = fork();

	if (pid == 0) {
		execlp("rm", "rm", "-rf", folder, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

pid_t
peer_ffmpeg_start(const char *folder, const char *args)
{
	char *argv[ARGS_MAX] = { "ffmpeg", "-v", "error", "-nostdin", "-y" };
	char *copy = strdup(args), *at = copy;
	int n = 5;
	pid_t pid;

	for (char *word; (word = strsep(&at, " ")) != NULL;)
		if (*word != '\0' && n < ARGS_MAX - 1)
			argv[n++] = word;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (chdir(folder) == 0)
			execvp(argv[0], argv);
		_exit(127);
	}
	free(copy);
	return pid;
}

bool
peer_ffmpeg(const char *folder, const char *args)
{
	int status;
	pid_t pid = peer_ffmpeg_start(folder, args);

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static void
say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		_exit(0);
}

static void
say_file(int fd, const char *name, const char *before, const char *after)
{
	static char bytes[FILE_MAX];
	char head[400];
	int file = open(name, O_RDONLY);
	ssize_t n = file < 0 ? -1 : read(file, bytes, sizeof(bytes));

	if (n < 0) {
		say(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
		_exit(0);
	}
	close(file);
	snprintf(head, sizeof(head), "%sContent-Length: %zd\r\n\r\n", before,
	    n);
	say(fd, head);
	for (ssize_t at = 0; at < n;) {
		ssize_t sent =
		    send(fd, bytes + at, (size_t)(n - at), MSG_NOSIGNAL);

		if (sent <= 0)
			_exit(0);
		at += sent;
	}
	say(fd, after);
}

static void
serve_mjpeg(int fd, int frames)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;"
		" boundary=edge\r\n\r\n");
	for (int i = 0; i < frames; i++) {
		char name[16];

		snprintf(name, sizeof(name), "f%d.jpg", i % 10);
		say_file(fd, name, "--edge\r\nContent-Type: image/jpeg\r\n",
		    "\r\n");
		usleep(100000);
	}
	for (;;)
		pause();
}

/* Two pictures, and no more of it. */
static void
serve_brief(int fd)
{
	say(fd, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;"
		" boundary=edge\r\n\r\n");
	for (int i = 0; i < 2; i++)
		say_file(fd, "f3.jpg", "--edge\r\nContent-Type: image/jpeg\r\n",
		    "\r\n");
}

/* A picture of 2 GB. */
static void
serve_endless(int fd)
{
	static const char junk[65536];

	say(fd, "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;"
		" boundary=edge\r\n\r\n--edge\r\nContent-Type: image/jpeg\r\n"
		"Content-Length: 2000000000\r\n\r\n\xff\xd8");
	while (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0)
		;
}

static void
serve_garbage(int fd)
{
	char junk[4096];

	say(fd, "HTTP/1.1 200 OK\r\n\r\n");
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (char)(1 + i * 7919 % 250);
	for (int i = 0; i < 500; i++)
		if (send(fd, junk, sizeof(junk), MSG_NOSIGNAL) < 0)
			_exit(0);
}

static void
answer(int fd)
{
	char request[4096];
	ssize_t n = recv(fd, request, sizeof(request) - 1, 0);
	char *path = request + 4, *end;

	if (n <= 5)
		return;
	request[n] = '\0';
	end = strpbrk(path, " ?\r\n");
	if (end == NULL || strstr(path, "..") != NULL)
		return;

	char *rest = end + 1;

	*end = '\0';
	if (strcmp(path, "/mjpeg") == 0)
		serve_mjpeg(fd, 1 << 20);
	else if (strcmp(path, "/mjpeg-stop") == 0)
		serve_mjpeg(fd, 10);
	else if (strcmp(path, "/mjpeg-brief") == 0)
		serve_brief(fd);
	else if (strcmp(path, "/snapshot.jpg") == 0)
		say_file(fd, "f3.jpg",
		    "HTTP/1.1 200 OK\r\n"
		    "Content-Type: image/jpeg\r\nConnection: close\r\n",
		    "");
	else if (strcmp(path, "/secret") == 0 &&
		 strstr(rest, "Basic dXNlcjpwYTpzc0B3b3Jk") == NULL)
		say(fd, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic "
			"realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
	else if (strcmp(path, "/secret") == 0)
		serve_mjpeg(fd, 1 << 20);
	else if (strcmp(path, "/forbidden") == 0)
		say(fd, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
	else if (strcmp(path, "/busy") == 0)
		say(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
	else if (strcmp(path, "/garbage") == 0)
		serve_garbage(fd);
	else if (strcmp(path, "/endless") == 0)
		serve_endless(fd);
	else if (strcmp(path, "/round") == 0)
		say(fd, "HTTP/1.1 302 Found\r\nLocation: /round\r\n"
			"Connection: close\r\nContent-Length: 0\r\n\r\n");
	else if (strcmp(path, "/hang") == 0)
		for (;;)
			pause();
	else
		say_file(fd, path + 1,
		    "HTTP/1.1 200 OK\r\nConnection: close"
		    "\r\n",
		    "");
}

static void
serve(int listener, const char *folder)
{
	signal(SIGCHLD, SIG_IGN);
	if (chdir(folder) != 0)
		_exit(1);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			_exit(1);
		if (fork() == 0) {
			/* Ends with the server. */
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listener);
			answer(fd);
			shutdown(fd, SHUT_WR);
			while (recv(fd, (char[256]){ 0 }, 256, 0) > 0)
				;
			_exit(0);
		}
		close(fd);
	}
}

static int
listen_on(uint16_t *port_out)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert(fd >= 0);
	assert(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	assert(listen(fd, 16) == 0);
	assert(getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	*port_out = ntohs(a.sin_port);
	return fd;
}

pid_t
peer_http_start(const char *folder, uint16_t *port_out)
{
	int listener = listen_on(port_out);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener, folder);
	}
	close(listener);
	return pid;
}

void
peer_end(pid_t pid)
{
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

uint16_t
peer_closed_port(void)
{
	uint16_t port;
	int fd = listen_on(&port);

	close(fd);
	return port;
}
