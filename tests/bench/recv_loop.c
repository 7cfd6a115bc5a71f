/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cheapest reader there can be: plays each URL of standard input (one a
 * line, rtsp://ADDRESS:PORT/path) over TCP interleaved, then only receives
 * and throws away, with the socket settings of the stream probe. What a
 * stream probe costs is held against it. It speaks just enough RTSP for
 * camfarm, trusts it, and sends no keep-alive: the farm's session time-out
 * must be longer than the run.
 *
 *   recv_loop --processes P --lowat BYTES --buffer BYTES --seconds S
 *             [--turn MS]
 *
 * --turn: sleeps between two looks at its sockets, as the stream probe does
 * where many feeds flow; without it each arrival wakes it.
 * Prints "ready N" when all play, and at the end "bytes N wakes N".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define URLS 20000
#define TEXT 4096
#define EVENTS 256
#define PROCESSES 64

static char *urls[URLS];
static unsigned url_count;
static int processes = 2, lowat = 16384, seconds = 10, turn_ms;
static size_t buffer_bytes = 256 << 10;
static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

static int
dial(const char *url)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	char host[64];
	unsigned port = 554;
	int one = 1, fd;

	if (sscanf(url, "rtsp://%63[0-9.]:%u/", host, &port) < 1 ||
	    inet_pton(AF_INET, host, &a.sin_addr) != 1)
		return -1;
	a.sin_port = htons((uint16_t)port);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

/* One request, and the answer's head (and body, in one piece) into text. */
static bool
ask(int fd, const char *request, char *text)
{
	size_t n = 0, length = strlen(request);

	if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
		return false;
	while (n < TEXT - 1) {
		ssize_t got = recv(fd, text + n, TEXT - 1 - n, 0);
		const char *end, *body;

		if (got <= 0)
			return false;
		n += (size_t)got;
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
		body = strcasestr(text, "content-length:");
		if (end && (!body || body > end ||
			       n >= (size_t)(end + 4 - text) +
					strtoul(body + 15, NULL, 10)))
			break;
	}
	return strncmp(text, "RTSP/1.0 200", 12) == 0;
}

/* The video track's control URL out of the SDP. */
static void
control_of(const char *sdp, const char *url, char *out, size_t size)
{
	const char *c = strstr(sdp, "m=video");

	c = c ? strstr(c, "a=control:") : NULL;
	if (!c) {
		snprintf(out, size, "%s", url);
		return;
	}
	c += 10;
	if (strncmp(c, "rtsp://", 7) == 0)
		snprintf(out, size, "%.*s", (int)strcspn(c, "\r\n"), c);
	else
		snprintf(out, size, "%s/%.*s", url, (int)strcspn(c, "\r\n"), c);
}

static int
play(const char *url)
{
	char request[1024], text[TEXT], control[512], session[128] = "";
	const char *s;
	int fd = dial(url);

	if (fd < 0)
		return -1;
	snprintf(request, sizeof(request),
	    "DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: recv_loop\r\n"
	    "Accept: application/sdp\r\n\r\n",
	    url);
	if (!ask(fd, request, text))
		goto failed;
	control_of(text, url, control, sizeof(control));
	snprintf(request, sizeof(request),
	    "SETUP %s RTSP/1.0\r\nCSeq: 2\r\nUser-Agent: recv_loop\r\n"
	    "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
	    control);
	if (!ask(fd, request, text))
		goto failed;
	s = strcasestr(text, "session:");
	if (s)
		sscanf(s + 8, " %127[^;\r\n ]", session);
	snprintf(request, sizeof(request),
	    "PLAY %s RTSP/1.0\r\nCSeq: 3\r\nUser-Agent: recv_loop\r\n"
	    "Session: %s\r\nRange: npt=0.000-\r\n\r\n",
	    url, session);
	/* media may come before or with the answer: it isn't looked at */
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
		goto failed;
	if (lowat > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &lowat, sizeof(lowat));
	return fd;
failed:
	close(fd);
	return -1;
}

/* The measured part. */
static void
receive(int epoll)
{
	struct epoll_event events[EVENTS];
	char *buffer = malloc(buffer_bytes);
	uint64_t bytes = 0, wakes = 0;

	if (!buffer)
		_exit(1);
	while (!stop) {
		int n = epoll_wait(epoll, events, EVENTS, 500), i;

		for (i = 0; i < n; i++) {
			ssize_t got = recv(events[i].data.fd, buffer,
			    buffer_bytes, MSG_DONTWAIT);

			wakes++;
			if (got > 0)
				bytes += (uint64_t)got;
			else if (got == 0 || errno != EAGAIN)
				close(events[i].data.fd);
		}
		if (turn_ms > 0)
			usleep((useconds_t)turn_ms * 1000);
	}
	printf("bytes %llu wakes %llu\n", (unsigned long long)bytes,
	    (unsigned long long)wakes);
	fflush(stdout);
	free(buffer);
}

static void
child(unsigned number, int ready)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	unsigned played = 0, i;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (i = number; i < url_count && !stop; i += (unsigned)processes) {
		struct epoll_event ev = { .events = EPOLLIN };

		ev.data.fd = play(urls[i]);
		if (ev.data.fd < 0)
			continue;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ev.data.fd, &ev) == 0)
			played++;
	}
	if (write(ready, &played, sizeof(played)) != sizeof(played))
		_exit(1);
	receive(epoll);
	_exit(0);
}

static void
read_urls(void)
{
	char line[1024];

	while (url_count < URLS && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (*line)
			urls[url_count++] = strdup(line);
	}
}

static void
options(int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2) {
		int v = atoi(argv[i + 1]);

		if (!strcmp(argv[i], "--processes"))
			processes = v < 1 ? 1 : v > PROCESSES ? PROCESSES : v;
		else if (!strcmp(argv[i], "--lowat"))
			lowat = v;
		else if (!strcmp(argv[i], "--buffer"))
			buffer_bytes = v < 1 ? 1 : (size_t)v;
		else if (!strcmp(argv[i], "--seconds"))
			seconds = v;
		else if (!strcmp(argv[i], "--turn"))
			turn_ms = v;
	}
}

int
main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct rlimit files;
	pid_t pids[PROCESSES];
	unsigned total = 0, n;
	int ready[2], i;

	options(argc, argv);
	read_urls();
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (pipe(ready) < 0)
		return 1;
	for (i = 0; i < processes; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			child((unsigned)i, ready[1]);
	}
	for (i = 0; i < processes; i++)
		if (read(ready[0], &n, sizeof(n)) == sizeof(n))
			total += n;
	printf("ready %u\n", total);
	fflush(stdout);
	for (i = 0; i < seconds * 10 && !stop; i++)
		usleep(100000);
	for (i = 0; i < processes; i++)
		kill(pids[i], SIGTERM);
	while (wait(NULL) > 0)
		;
	return 0;
}
