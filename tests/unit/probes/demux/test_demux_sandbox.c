/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children of the test enter the sandbox and try what it forbids, and what
 * libavformat needs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/demux/sandbox.h"

static bool
no_exec(void)
{
	char *const argv[] = { (char *)(uintptr_t) "true", NULL };

	return execv("/bin/true", argv) < 0;
}

static bool
no_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0;
}

static bool
no_writing(void)
{
	return open("/tmp/camwarden-x", O_WRONLY | O_CREAT, 0600) < 0 &&
	       open("/dev/null", O_RDWR) < 0 && unlink("/tmp/camwarden-x") < 0;
}

static bool
no_trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0;
}

static bool
no_kill(void)
{
	return kill(getppid(), 0) < 0;
}

static bool
no_raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, 1) < 0 &&
	       socket(AF_PACKET, SOCK_DGRAM, 0) < 0;
}

static void *
nothing(void *arg)
{
	return arg;
}

static bool
threads_work(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) == 0 &&
	       pthread_join(t, NULL) == 0;
}

static bool
sockets_work(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd >= 0 && socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool
names_work(void)
{
	struct addrinfo *a = NULL;

	return getaddrinfo("localhost", NULL, NULL, &a) == 0 && a != NULL;
}

static const struct {
	const char *name;
	bool (*holds)(void);
} trials[] = {
	{ "execve", no_exec },
	{ "fork", no_fork },
	{ "writing", no_writing },
	{ "ptrace", no_trace },
	{ "kill", no_kill },
	{ "raw sockets", no_raw_socket },
	{ "threads", threads_work },
	{ "sockets", sockets_work },
	{ "names", names_work },
};

static void
sandbox_holds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			if (sandbox_enter() != NULL)
				_exit(2);
			_exit(trials[i].holds() ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		print_message("%s\n", trials[i].name);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
