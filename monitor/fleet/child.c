/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between fork and exec only async-signal-safe calls: the monitor has a writer
 * thread that may hold any lock at that moment. */
#include "monitor/fleet/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void
reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		if (s != SIGKILL && s != SIGSTOP)
			(void)sigaction(s,
			    &(struct sigaction){ .sa_handler = SIG_DFL }, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* As many descriptors as we may have: one per camera. */
static void
raise_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void
close_from(int first)
{
	struct rlimit files;

	if (close_range((unsigned)first, ~0u, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > 65536)
		files.rlim_cur = 65536;
	for (int fd = first; fd < (int)files.rlim_cur; fd++)
		close(fd);
}

/* Out of the way of all targets first, then into place. */
static int
place_fds(const int *fds, size_t count)
{
	int high[CHILD_FDS_MAX];

	for (size_t i = 0; i < count; i++) {
		high[i] = fcntl(fds[i], F_DUPFD, 3 + (int)count);
		if (high[i] < 0)
			return -1;
	}
	for (size_t i = 0; i < count; i++)
		if (dup2(high[i], 3 + (int)i) < 0)
			return -1;
	close_from(3 + (int)count);
	return 0;
}

static void
become(const struct child_spec *spec)
{
	char *const argv[] = { (char *)(uintptr_t)spec->name,
		(char *)(uintptr_t)spec->argument, NULL };
	int null = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	reset_signals();
	raise_files();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
	if (place_fds(spec->fds, spec->fd_count) == 0)
		execv(spec->path, argv);
	_exit(127);
}

pid_t
child_start(const struct child_spec *spec)
{
	if (spec->fd_count > CHILD_FDS_MAX)
		return -E2BIG;

	pid_t pid = fork();

	if (pid == 0)
		become(spec);
	return pid < 0 ? -errno : pid;
}

int
child_own_folder(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size - 1);

	if (n < 0)
		return -errno;
	out[n] = '\0';

	char *slash = strrchr(out, '/');

	if (slash == NULL)
		return -ENOENT;
	*slash = '\0';
	return 0;
}
