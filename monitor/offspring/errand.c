/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/offspring/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

/* linux/ioprio.h is newer than the oldest kernel headers we build with. */
#define IOPRIO_OF_PROCESS 1
#define IOPRIO_IDLE (3 << 13)

struct errand {
	errand_done_fn *done;
	void *arg;
	pid_t pid;
	int pidfd, out, err; /* -1 = none */
	struct event *on_end, *on_out, *on_err, *limit;
	char text[ERRAND_OUTPUT_BYTES + 1];
	size_t length;
	bool whole, late;
	char complaint[ERRAND_COMPLAINT_BYTES + 1];
	size_t complained;
};

/* In the child: what it may take from others. */
static void
restrain(const struct errand_spec *spec)
{
	struct rlimit memory = { spec->memory_bytes, spec->memory_bytes };

	setpriority(PRIO_PROCESS, 0, spec->nice);
	if (spec->idle)
		syscall(SYS_ioprio_set, IOPRIO_OF_PROCESS, 0, IOPRIO_IDLE);
	if (spec->memory_bytes != 0)
		setrlimit(RLIMIT_DATA, &memory);
}

/* In the child. */
static void
become(const struct errand_spec *spec, int in, int out, int err)
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close_range(3, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	restrain(spec);
	execv(spec->path, (char *const *)(uintptr_t)spec->argv);
	_exit(127);
}

static int
input_of(const struct errand_spec *spec)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	const char *p = spec->input;
	size_t left = spec->input_length;

	while (fd >= 0 && left > 0) {
		ssize_t n = write(fd, p, left);

		if (n <= 0) {
			close(fd);
			return -1;
		}
		p += n;
		left -= (size_t)n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static void
take_text(struct errand *e, const char *bytes, size_t n)
{
	size_t room = ERRAND_OUTPUT_BYTES - e->length;

	if (n > room) {
		n = room;
		e->whole = false;
	}
	memcpy(e->text + e->length, bytes, n);
	e->length += n;
	e->text[e->length] = '\0';
}

/* Its last words are worth most: the oldest go. */
static void
take_complaint(struct errand *e, const char *bytes, size_t n)
{
	size_t over;

	if (n > ERRAND_COMPLAINT_BYTES) {
		bytes += n - ERRAND_COMPLAINT_BYTES;
		n = ERRAND_COMPLAINT_BYTES;
	}
	over = e->complained + n > ERRAND_COMPLAINT_BYTES
		   ? e->complained + n - ERRAND_COMPLAINT_BYTES
		   : 0;
	memmove(e->complaint, e->complaint + over, e->complained - over);
	e->complained -= over;
	memcpy(e->complaint + e->complained, bytes, n);
	e->complained += n;
	e->complaint[e->complained] = '\0';
}

/* What waits in a pipe; false at its end. */
static bool
drain(struct errand *e, int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0) {
		if (fd == e->out)
			take_text(e, bytes, (size_t)n);
		else
			take_complaint(e, bytes, (size_t)n);
	}
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static void
on_pipe(evutil_socket_t fd, short what, void *arg)
{
	struct errand *e = arg;

	(void)what;
	if (!drain(e, fd))
		event_del(fd == e->out ? e->on_out : e->on_err);
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct errand *e = arg;
	struct errand_result r = { .code = -1, .late = e->late };
	int status;

	(void)fd;
	(void)what;
	if (waitpid(e->pid, &status, WNOHANG) != e->pid)
		return;
	e->pid = 0;
	event_del(e->on_end);
	event_del(e->limit);
	drain(e, e->out);
	drain(e, e->err);
	if (WIFEXITED(status) && !e->late)
		r.code = WEXITSTATUS(status);
	r.text = e->text;
	r.length = e->length;
	r.whole = e->whole;
	r.complaint = e->complaint;
	e->done(e->arg, &r);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct errand *e = arg;

	(void)fd;
	(void)what;
	e->late = true;
	kill(-e->pid, SIGKILL); /* on_end follows once the kernel lets it go */
	kill(e->pid, SIGKILL);
}

static bool
listen_to(struct errand *e, struct event_base *base, unsigned seconds)
{
	const struct timeval limit = { .tv_sec = (time_t)seconds };

	e->on_end = event_new(base, e->pidfd, EV_READ | EV_PERSIST, on_end, e);
	e->on_out = event_new(base, e->out, EV_READ | EV_PERSIST, on_pipe, e);
	e->on_err = event_new(base, e->err, EV_READ | EV_PERSIST, on_pipe, e);
	e->limit = evtimer_new(base, on_limit, e);
	return e->on_end != NULL && e->on_out != NULL && e->on_err != NULL &&
	       e->limit != NULL && event_add(e->on_end, NULL) == 0 &&
	       event_add(e->on_out, NULL) == 0 &&
	       event_add(e->on_err, NULL) == 0 &&
	       event_add(e->limit, &limit) == 0;
}

static bool
spawn(struct errand *e, const struct errand_spec *spec)
{
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, in = input_of(spec);
	bool good =
	    in >= 0 && pipe2(out, O_CLOEXEC) == 0 && pipe2(err, O_CLOEXEC) == 0;

	if (good) {
		e->pid = fork();
		if (e->pid == 0)
			become(spec, in, out[1], err[1]);
		good = e->pid > 0;
	}
	e->out = out[0];
	e->err = err[0];
	if (in >= 0)
		close(in);
	if (out[1] >= 0)
		close(out[1]);
	if (err[1] >= 0)
		close(err[1]);
	if (good)
		e->pidfd = pidfd_open(e->pid, 0);
	return good && e->pidfd >= 0 &&
	       fcntl(e->out, F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(e->err, F_SETFL, O_NONBLOCK) == 0;
}

struct errand *
errand_start(struct event_base *base, const struct errand_spec *spec,
    errand_done_fn *done, void *arg)
{
	struct errand *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->done = done;
	e->arg = arg;
	e->pidfd = e->out = e->err = -1;
	e->whole = true;
	if (!spawn(e, spec) || !listen_to(e, base, spec->seconds)) {
		int error = errno;

		errand_free(&e);
		errno = error;
	}
	return e;
}

/* One that the kernel doesn't let go (a server's folder that hangs) is left to
 * the system: waiting for it would hold us up. */
static void
end_process(struct errand *e)
{
	struct pollfd p = { .fd = e->pidfd, .events = POLLIN };

	if (e->pid <= 0)
		return;
	kill(-e->pid, SIGKILL);
	kill(e->pid, SIGKILL);
	if (e->pidfd < 0 || poll(&p, 1, 100) == 1)
		waitpid(e->pid, NULL, 0);
}

void
errand_free(struct errand **ep)
{
	struct errand *e = *ep;
	struct event *events[4];
	int fds[3];

	if (e == NULL)
		return;
	*ep = NULL;
	memcpy(events,
	    (struct event *[]){ e->on_end, e->on_out, e->on_err, e->limit },
	    sizeof(events));
	memcpy(fds, (int[]){ e->pidfd, e->out, e->err }, sizeof(fds));
	end_process(e);
	for (int i = 0; i < 4; i++)
		if (events[i] != NULL)
			event_free(events[i]);
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(e);
}
